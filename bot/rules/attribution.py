"""Attribution: what of an answer may be shown, and from how many delegations on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

FEWEST = 5
"""Under the Chatham House Rule nothing is shown of fewer delegations: those who took part could be guessed.

The rule itself (Chatham House, 2002) forbids to reveal identity or affiliation of a speaker, or of any other
participant; the number is Focal's, the usual smallest cell of published statistics.
"""


class Attribution(StrEnum):
    """Who is named beside what was said; chosen when a survey starts, and never changed."""

    ATTRIBUTED = "attributed"
    DELEGATION = "delegation"
    CHATHAM = "chatham"

    @property
    def takes_threads(self) -> bool:
        """Tell whether a reply in a thread can be an answer: Slack shows its author to everybody there."""
        return self is not Attribution.CHATHAM


@dataclass(frozen=True)
class File:
    """A file that came with a reply, and where Slack shows it; an empty address where Slack gave none."""

    name: str
    url: str


@dataclass(frozen=True)
class Said:
    """One answer: `number` is its question's; `member` a code, `name` the person's; `observer` is counted apart.

    `at` is when it was given (aware UTC); `value` is set where it answers a closed question and is counted as a figure.
    `on_behalf` says that the Secretariat recorded it, `ts` names the reply in the question's thread, `id` the answer.
    """

    number: int
    text: str
    member: str | None = None
    name: str | None = None
    observer: bool = False
    at: datetime | None = None
    value: str | None = None
    on_behalf: bool = False
    files: tuple[File, ...] = ()
    ts: str | None = None
    id: int | None = None


def without_files(answer: Said) -> str:
    """Return an answer's words without the names of its files, where these are shown as links beside it."""
    names = {f"[{each.name}]" for each in answer.files}
    return "\n".join(line for line in answer.text.splitlines() if line not in names)


def count_shown(attribution: Attribution, delegations: int) -> int | None:
    """Return how many delegations may be said to have answered, None where that must not be said."""
    if attribution is Attribution.CHATHAM and delegations < FEWEST:
        return None
    return delegations


def names_members(attribution: Attribution) -> bool:
    """Tell whether it may be said which members took part, and in which regions they lie."""
    return attribution is not Attribution.CHATHAM


def shown(attribution: Attribution, answers: Iterable[Said], *, delegations: int, closed: bool) -> tuple[Said, ...]:
    """Return what may be shown of the answers to one question, which `delegations` delegations have answered.

    Under the Chatham House Rule that is nothing before the close, nothing of too few, and then words alone, in an order
    that does not tell when they came; what is counted is shown as figures only (`bot.rules.figures`).
    """
    if attribution is Attribution.ATTRIBUTED:
        return tuple(answers)
    if attribution is Attribution.DELEGATION:
        return tuple(replace(answer, name=None) for answer in answers)
    if not closed or delegations < FEWEST:
        return ()
    # Ids tell nothing either: at the close the answers are written anew, in alphabetical order.
    words = sorted((each.number, each.text, each.id) for each in answers if each.value is None)
    return tuple(Said(number, text, id=id_) for number, text, id_ in words)
