"""What the card of a meeting shows one person, gathered in one read."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.meetings import Document
from bot.rules.permissions import Actor, Deed, may
from bot.rules.topics import Topic
from storage import people, topics
from storage.database import Conn
from storage.meetings import Meeting


@dataclass(frozen=True)
class Card:
    """A meeting as one person may see it; `changed_by` is a name, `may_plan` says that they may change it.

    Documents and topics are empty for those who do not belong to the Network.
    """

    meeting: Meeting
    documents: tuple[Document, ...] = ()
    changed_by: str = ""
    may_plan: bool = False
    belongs: bool = False
    topics: Sequence[Topic] = ()


async def gather(conn: Conn, actor: Actor, meeting: Meeting) -> Card:
    """Return the card of a meeting for `actor`."""
    belongs = may(actor.roles, Deed.PROPOSE_TOPICS)
    return Card(
        meeting,
        meeting.plan.documents if belongs else (),
        await name_of(conn, meeting.changed_by),
        may(actor.roles, Deed.PLAN_MEETINGS),
        belongs,
        await topics.of_meeting(conn, meeting.id) if belongs else (),
    )


async def name_of(conn: Conn, user_id: str | None) -> str:
    """Return what somebody is called, an empty text for nobody."""
    found = await people.by_ids(conn, [user_id]) if user_id else ()
    return found[0].name if found else ""
