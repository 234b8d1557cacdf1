"""Enquiries: what people asked Focal in their own words, how it went, and what the Secretariat has still to answer."""

from collections.abc import Iterable
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
    Text,
    UniqueConstraint,
    and_,
    delete,
    exists,
    or_,
    select,
    update,
)

from bot.rules.answers import Outcome
from storage.database import Conn, UTCDateTime, insert_new, metadata

MAX_ID = 2**31 - 1

enquiries = Table(
    "enquiries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", String(24), nullable=False, index=True),
    Column("channel", String(24), nullable=False),
    Column("ts", String(24)),
    Column("thread_ts", String(24), nullable=False, server_default=""),
    Column("text", Text, nullable=False),
    Column("chosen", String(120), nullable=False, server_default=""),
    Column("private", Boolean, nullable=False),
    Column("answer_ts", String(24)),
    Column("outcome", String(12), nullable=False),
    Column("helped", Boolean),
    Column("asked_at", UTCDateTime, nullable=False, index=True),
    Column("shared_at", UTCDateTime),
    Column("passed_on_at", UTCDateTime),
    Column("settled_at", UTCDateTime),
    Column("reply", Text, nullable=False, server_default=""),
    UniqueConstraint("channel", "ts"),
    # A number that was used once names posts and buttons: it must not come back when old enquiries are forgotten.
    sqlite_autoincrement=True,
)
passed_on = Table(
    "enquiries_passed_on",
    metadata,
    Column("channel", String(24), primary_key=True),
    Column("ts", String(24), primary_key=True),
    Column("enquiry", ForeignKey("enquiries.id", ondelete="CASCADE"), nullable=False, index=True),
)


@dataclass(frozen=True)
class Place:
    """Where something was asked. `ts` is the message's (None for a command); `thread_ts` is empty outside a thread.

    `private` tells that the answer is seen by its asker alone: that of a command, or of a mention in a channel.
    """

    channel: str
    ts: str | None = None
    thread_ts: str = ""
    private: bool = True

    @property
    def is_shared(self) -> bool:
        """Tell whether others read here: a channel, public or private, rather than a direct message."""
        return self.channel.startswith(("C", "G"))


@dataclass(frozen=True)
class Enquiry:
    """One question of one person; `chosen` are the codes picked for names that could mean several members.

    `helped` is what the asker says of the answer, None for nothing yet. `reply` is what the Secretariat answered, and
    `settled_at` when it was done with it.
    """

    id: int
    user_id: str
    place: Place
    text: str
    chosen: tuple[str, ...]
    outcome: Outcome
    helped: bool | None
    asked_at: datetime
    shared_at: datetime | None
    passed_on_at: datetime | None
    settled_at: datetime | None
    reply: str


async def keep(conn: Conn, user_id: str, place: Place, text: str, outcome: Outcome, now: datetime) -> int | None:
    """Keep a question and how it went; return its number, None if this message's question is kept already."""
    if place.ts is not None and (await conn.execute(select(exists(_of_message(place))))).scalar_one():
        return None
    row = {
        "user_id": user_id,
        "channel": place.channel,
        "ts": place.ts,
        "thread_ts": place.thread_ts,
        "private": place.private,
        "text": text,
        "outcome": outcome,
        "asked_at": now,
    }
    return int((await conn.execute(enquiries.insert().values(row).returning(enquiries.c.id))).scalar_one())


def _of_message(place: Place) -> Any:
    return select(enquiries.c.id).where(enquiries.c.channel == place.channel, enquiries.c.ts == place.ts)


async def enquiry(conn: Conn, number: int) -> Enquiry | None:
    """Return the enquiry with this number, None if there is none or it was forgotten."""
    row = (await conn.execute(select(enquiries).where(enquiries.c.id == number))).first()
    return _enquiry(row) if row else None


async def choose(conn: Conn, number: int, chosen: Iterable[str], outcome: Outcome) -> None:
    """Keep which members a question turned out to mean, and how it went then."""
    values = {"chosen": ",".join(chosen), "outcome": outcome}
    await conn.execute(update(enquiries).where(enquiries.c.id == number).values(values))


async def rate(conn: Conn, number: int, *, helped: bool) -> None:
    """Keep what its asker says of the answer; the last word counts."""
    await conn.execute(update(enquiries).where(enquiries.c.id == number).values(helped=helped))


async def share(conn: Conn, number: int, now: datetime) -> bool:
    """Note that the answer was shared; tell whether this is the first time."""
    return await _once(conn, number, "shared_at", now)


async def pass_on(conn: Conn, number: int, now: datetime) -> bool:
    """Note that the question was passed on to the Secretariat; tell whether this is the first time."""
    return await _once(conn, number, "passed_on_at", now)


async def settle(conn: Conn, number: int, now: datetime) -> bool:
    """Note that the Secretariat is done with a question; tell whether it was open."""
    return await _once(conn, number, "settled_at", now)


async def _once(conn: Conn, number: int, column: str, now: datetime) -> bool:
    once = update(enquiries).where(enquiries.c.id == number, enquiries.c[column].is_(None)).values({column: now})
    return (await conn.execute(once)).rowcount == 1


async def note_answer(conn: Conn, place: Place, answer_ts: str) -> None:
    """Remember which message answers the one in `place`, so that a thread under it belongs to the same conversation."""
    same = (enquiries.c.channel == place.channel, enquiries.c.ts == place.ts)
    await conn.execute(update(enquiries).where(*same).values(answer_ts=answer_ts))


async def note_passed_on(conn: Conn, number: int, channel: str, ts: str) -> None:
    """Remember where a passed-on question stands, so that replies to it find their way back."""
    if await enquiry(conn, number):
        await insert_new(conn, passed_on, {"channel": channel, "ts": ts, "enquiry": number})


async def passed_on_at(conn: Conn, channel: str, ts: str) -> Enquiry | None:
    """Return the enquiry that was passed on in this message, None for any other message."""
    query = select(enquiries).join(passed_on, passed_on.c.enquiry == enquiries.c.id)
    row = (await conn.execute(query.where(passed_on.c.channel == channel, passed_on.c.ts == ts))).first()
    return _enquiry(row) if row else None


async def note_reply(conn: Conn, number: int, reply: str) -> None:
    """Keep what the Secretariat answered, the latest reply in place of the one before."""
    await conn.execute(update(enquiries).where(enquiries.c.id == number).values(reply=reply))


async def conversation(conn: Conn, user_id: str, place: Place, since: datetime, before: int = MAX_ID) -> list[Enquiry]:
    """Return what a person asked earlier in the same thread or, outside of threads, from `since` on; oldest first.

    `before` is the number of the enquiry that comes next. What a thread hangs on belongs to it.
    """
    same = [enquiries.c.user_id == user_id, enquiries.c.channel == place.channel, enquiries.c.id < before]
    if place.thread_ts:
        columns = (enquiries.c.thread_ts, enquiries.c.ts, enquiries.c.answer_ts)
        same.append(or_(*(column == place.thread_ts for column in columns)))
    else:
        same += [enquiries.c.thread_ts == "", enquiries.c.asked_at >= since]
    return [_enquiry(row) for row in await conn.execute(select(enquiries).where(*same).order_by(enquiries.c.id))]


async def open_enquiries(conn: Conn) -> list[Enquiry]:
    """Return what waits for the Secretariat, oldest first: not answered or not helped by the answer, nor settled."""
    rows = await conn.execute(select(enquiries).where(_is_open()).order_by(enquiries.c.id))
    return [_enquiry(row) for row in rows]


def _is_open() -> ColumnElement[bool]:
    wanting = or_(
        enquiries.c.outcome == Outcome.UNKNOWN, enquiries.c.helped.is_(False), enquiries.c.passed_on_at.is_not(None)
    )
    return and_(enquiries.c.settled_at.is_(None), wanting)


async def forget_before(conn: Conn, moment: datetime) -> int:
    """Delete what was asked before `moment`; return how many questions that were."""
    return (await conn.execute(delete(enquiries).where(enquiries.c.asked_at < moment))).rowcount


async def forget_person(conn: Conn, user_id: str) -> int:
    """Delete everything a person asked; return how many questions that were."""
    return (await conn.execute(delete(enquiries).where(enquiries.c.user_id == user_id))).rowcount


def _enquiry(row: Row[Any]) -> Enquiry:
    return Enquiry(
        row.id, row.user_id, Place(row.channel, row.ts, row.thread_ts, row.private), row.text,
        tuple(filter(None, row.chosen.split(","))), Outcome(row.outcome), row.helped,
        row.asked_at, row.shared_at, row.passed_on_at, row.settled_at, row.reply,
    )  # fmt: skip
