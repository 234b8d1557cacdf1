"""Topics of a meeting: proposed by anybody in the Network, supported by delegations, chosen by the Troika."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

TEXT_LIMIT = 300
REASON_LIMIT = 1000


class State(StrEnum):
    """Where a topic stands."""

    PROPOSED = "proposed"
    CHOSEN = "chosen"
    SET_ASIDE = "set aside"


@dataclass(frozen=True)
class Topic:
    """A topic of the meeting `meeting_id`. `member` is the code of whoever proposed it, None for the Secretariat.

    `voices` are the codes of the delegations that support it, in the order in which they did; `decided_for` is the
    member in whose name the Troika chose it or set it aside.
    """

    id: int
    meeting_id: int
    text: str
    reason: str
    proposed_by: str
    member: str | None
    observer: bool
    state: State
    decided_for: str | None = None
    decided_at: datetime | None = None
    voices: tuple[str, ...] = ()


def in_order(topics: Iterable[Topic]) -> list[Topic]:
    """Return topics as they are shown: chosen ones, then what more delegations support, then the older; aside last."""
    places = {State.CHOSEN: 0, State.PROPOSED: 1, State.SET_ASIDE: 2}
    return sorted(topics, key=lambda each: (places[each.state], -len(each.voices), each.id))
