"""Topics of meetings, and the delegations that support them: one voice each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from bot.rules.problems import AlreadyDone, Changed, NotFound
from bot.rules.topics import State, Topic, in_order
from storage.database import Conn, UTCDateTime, insert_new, metadata

topics = Table(
    "meeting_topics",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("meeting_id", ForeignKey("meetings.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", String(300), nullable=False),
    Column("reason", String(1000), nullable=False, server_default=""),
    Column("proposed_by", String(24), nullable=False),
    Column("member", String(12)),
    Column("observer", Boolean, nullable=False, server_default="0"),
    Column("proposed_at", UTCDateTime, nullable=False),
    Column("state", String(10), nullable=False, server_default=State.PROPOSED),
    Column("decided_by", String(24)),
    Column("decided_for", String(12)),
    Column("decided_at", UTCDateTime),
    Column("form", String(40), unique=True),
)
voices = Table(
    "topic_voices",
    metadata,
    Column("topic_id", ForeignKey("meeting_topics.id", ondelete="CASCADE"), primary_key=True),
    Column("member", String(12), primary_key=True),
    Column("person", String(24), nullable=False),
    Column("at", UTCDateTime, nullable=False),
)


@dataclass(frozen=True)
class NewTopic:
    """A topic to be; `proposed_by` is a Slack user id, `member` the code of their delegation if they have one."""

    meeting_id: int
    text: str
    reason: str
    proposed_by: str
    member: str | None
    observer: bool = False


async def propose(conn: Conn, new: NewTopic, now: datetime, form: str) -> Topic:
    """Store a topic, once per `form` (a view's id); AlreadyDone if it is there, by this form or in the same words."""
    known = (await conn.execute(select(topics.c.id).where(topics.c.form == form[:40]))).scalar()
    same = [each for each in await of_meeting(conn, new.meeting_id) if each.text.casefold() == new.text.casefold()]
    if known is not None or same:
        raise AlreadyDone("This topic is proposed already.", "Your delegation can support it instead.")
    values = {**vars(new), "proposed_at": now, "form": form[:40]}
    row = await conn.execute(insert(topics).values(values).returning(topics.c.id))
    return await topic(conn, int(row.scalar_one()))


async def topic(conn: Conn, number: int) -> Topic:
    """Return the topic with this number; NotFound if there is none."""
    found = await _found(conn, topics.c.id == number)
    if not found:
        raise NotFound("There is no topic {number}.", "See /wps-meeting topics.", number=number)
    return found[0]


async def of_meeting(conn: Conn, meeting_id: int) -> Sequence[Topic]:
    """Return the topics of a meeting as they are shown."""
    return await _found(conn, topics.c.meeting_id == meeting_id)


async def _found(conn: Conn, condition: ColumnElement[bool]) -> Sequence[Topic]:
    rows = (await conn.execute(select(topics).where(condition))).all()
    ids = [row.id for row in rows]
    spoken: dict[int, list[str]] = defaultdict(list)
    said = select(voices).where(voices.c.topic_id.in_(ids)).order_by(voices.c.at, voices.c.member)
    for voice in await conn.execute(said):
        spoken[voice.topic_id].append(voice.member)
    return in_order(_topic(row, tuple(spoken[row.id])) for row in rows)


def _topic(row: Row[Any], supported_by: tuple[str, ...]) -> Topic:
    return Topic(
        row.id, row.meeting_id, row.text, row.reason, row.proposed_by, row.member, row.observer, State(row.state),
        row.decided_for, row.decided_at, supported_by,
    )  # fmt: skip


async def support(conn: Conn, number: int, member: str, person: str, now: datetime) -> bool:
    """Give a topic the voice of a delegation (code), by one of its people; tell whether it had not given it yet."""
    return await insert_new(conn, voices, {"topic_id": number, "member": member, "person": person, "at": now})


async def withdraw(conn: Conn, number: int, member: str) -> bool:
    """Take back the voice of a delegation (code); tell whether it had given it."""
    gone = delete(voices).where(voices.c.topic_id == number, voices.c.member == member)
    return (await conn.execute(gone)).rowcount == 1


async def decide(conn: Conn, known: Topic, state: State, person: str, member: str | None, now: datetime) -> None:
    """Store what somebody of the Troika decided for `member`; Changed if somebody else decided since it was read."""
    unchanged = (topics.c.id == known.id, topics.c.state == known.state)
    values = {"state": state, "decided_by": person, "decided_for": member, "decided_at": now}
    if (await conn.execute(update(topics).where(*unchanged).values(values))).rowcount != 1:
        raise Changed("Somebody has decided on this topic since it was shown.", "See /wps-meeting topics.")
