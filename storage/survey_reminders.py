"""Reminders of surveys: who was reminded at which stage, and who has said that they cannot answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint, delete, select, update

from bot.rules.attribution import Attribution
from bot.rules.permissions import Actor
from storage import outbox
from storage.database import Conn, UTCDateTime, insert_new, metadata
from storage.surveys import Survey, mark, surveys

reminders = Table(
    "survey_reminders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("survey_id", ForeignKey("surveys.id", ondelete="CASCADE"), nullable=False),
    Column("stage", String(24), nullable=False),
    Column("person", String(24), nullable=False),
    # When it is to be sent, empty once it was or need not be any more.
    Column("send_at", UTCDateTime, index=True),
    Column("sent_at", UTCDateTime),
    UniqueConstraint("survey_id", "stage", "person"),
)
declines = Table(
    "survey_declines",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("survey_id", ForeignKey("surveys.id", ondelete="CASCADE"), nullable=False),
    # The delegation or, under the Chatham House Rule, a mark of the person.
    Column("whose", String(64), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("at", UTCDateTime, nullable=False),
    UniqueConstraint("survey_id", "whose"),
)


@dataclass(frozen=True)
class Waiting:
    """A reminder that waits for its recipient's working hours; `person` is a Slack user id."""

    id: int
    survey_id: int
    stage: str
    person: str


async def plan(conn: Conn, about: Survey, stage: str, person: str, send_at: datetime | None) -> bool:
    """Decide to remind somebody once at a stage, at `send_at` or, with None, not at all; False if it was decided."""
    values = {"survey_id": about.id, "stage": stage, "person": person, "send_at": send_at}
    return await insert_new(conn, reminders, values)


async def waiting(conn: Conn, now: datetime) -> tuple[Waiting, ...]:
    """Return the reminders whose moment has come, oldest first."""
    rows = await conn.execute(select(reminders).where(reminders.c.send_at <= now).order_by(reminders.c.send_at))
    return tuple(Waiting(row.id, row.survey_id, row.stage, row.person) for row in rows)


async def settle(conn: Conn, reminder: Waiting, sent_at: datetime | None) -> bool:
    """Record that a reminder was sent, or that it need not be (None); False if somebody else has settled it."""
    open_still = (reminders.c.id == reminder.id, reminders.c.send_at.is_not(None))
    found = await conn.execute(update(reminders).where(*open_still).values(send_at=None, sent_at=sent_at))
    return found.rowcount == 1


async def reminded_since(conn: Conn, about: Survey, moment: datetime) -> frozenset[str]:
    """Return whom (user ids) a reminder of this survey was sent after `moment`, or is about to be."""
    this = (reminders.c.survey_id == about.id, (reminders.c.sent_at > moment) | reminders.c.send_at.is_not(None))
    return frozenset((await conn.execute(select(reminders.c.person).where(*this))).scalars())


async def to_look_at(conn: Conn, now: datetime) -> tuple[int, ...]:
    """Return the running surveys in which somebody may have to be reminded by now."""
    return tuple((await conn.execute(select(surveys.c.id).where(surveys.c.remind_at <= now))).scalars())


async def look_again(conn: Conn, about: Survey, moment: datetime | None) -> None:
    """Record when to look at a survey's reminders again; None for never."""
    running = (surveys.c.id == about.id, surveys.c.closed_at.is_(None))
    await conn.execute(update(surveys).where(*running).values(remind_at=moment))


async def decline(conn: Conn, about: Survey, actor: Actor, reason: str, now: datetime) -> bool:
    """Record that a delegation cannot answer and is not to be reminded; False if that is known.

    Under the Chatham House Rule it is a person who is not to be reminded, who stands as a mark, and no reason is kept.
    """
    chatham = about.attribution is Attribution.CHATHAM
    values: dict[str, Any] = {
        "survey_id": about.id,
        "whose": _whose(about, actor.user_id, actor.member),
        "reason": "" if chatham else reason,
        "at": about.started_at if chatham else now,
    }
    return await insert_new(conn, declines, values)


def _whose(about: Survey, user_id: str, member: str | None) -> str:
    return mark(about, user_id) if about.attribution is Attribution.CHATHAM else member or user_id


async def still_asked(conn: Conn, about: Survey, people: Iterable[tuple[str, str | None]]) -> frozenset[str]:
    """Return those of `people` (user id, member) who have not said that they cannot answer."""
    rows = await conn.execute(select(declines.c.whose).where(declines.c.survey_id == about.id))
    declined = set(rows.scalars())
    return frozenset(user_id for user_id, member in people if _whose(about, user_id, member) not in declined)


async def declined(conn: Conn, about: Survey) -> tuple[str, ...]:
    """Return the members (codes) that said they cannot answer; empty where nobody may know."""
    if about.attribution is Attribution.CHATHAM:
        return ()
    rows = await conn.execute(select(declines.c.whose).where(declines.c.survey_id == about.id).order_by(declines.c.at))
    return tuple(rows.scalars())


async def forget(conn: Conn, about: Survey) -> None:
    """Forget who was reminded of a survey and who wanted no more of it: the others could be those who answered."""
    await conn.execute(delete(reminders).where(reminders.c.survey_id == about.id))
    await conn.execute(delete(declines).where(declines.c.survey_id == about.id))
    await outbox.forget(conn, f"survey:{about.id}:remind:")
