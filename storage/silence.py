"""Silence procedures: the rounds a text went through, who received it, what was said, and how each round ended."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    update,
)

from bot.rules.problems import NotFound
from bot.rules.silence import Breach, Objection, Outcome, Round
from bot.rules.surveys import moment_of
from storage import audit
from storage.database import Conn, UTCDateTime, metadata
from storage.people import people

rounds = Table(
    "silence_rounds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("communique_id", ForeignKey("communiques.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    # Of the very words that were circulated: whoever has them can prove it.
    Column("sha256", String(64), nullable=False),
    Column("plain", Text, nullable=False),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("ends_at", UTCDateTime, nullable=False, index=True),
    Column("minimum_seconds", Integer, nullable=False),
    Column("notice_seconds", Integer, nullable=False),
    Column("outcome", String(10), nullable=False, index=True),
    Column("closed_at", UTCDateTime),
    # Whether everybody is told who broke it, which is for the chair to say when the text goes out.
    Column("named", Boolean, nullable=False, server_default="0"),
    Column("reminded", Integer, nullable=False, server_default="0"),
    UniqueConstraint("communique_id", "number"),
)
receipts = Table(
    "silence_receipts",
    metadata,
    Column("round_id", ForeignKey("silence_rounds.id", ondelete="CASCADE"), primary_key=True),
    Column("member", String(12), primary_key=True),
    Column("received_at", UTCDateTime),
    Column("way", String(12), nullable=False, server_default=""),
    Column("opened_at", UTCDateTime),
)
entries = Table(
    "silence_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("round_id", ForeignKey("silence_rounds.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UTCDateTime, nullable=False),
    Column("by", String(24), nullable=False),
    Column("deed", String(24), nullable=False),
    Column("member", String(12)),
    Column("reason", Text, nullable=False, server_default=""),
    Column("ends_at", UTCDateTime),
)


class Deed(StrEnum):
    """What happens to a round, as its log names it."""

    CIRCULATED = "circulated"
    PROLONGED = "prolonged"
    SHORTENED = "shortened"
    WITHDRAWN = "withdrawn"
    OBJECTION = "objection"
    AMENDMENT = "amendment"
    LATE_OBJECTION = "late objection"
    LATE_AMENDMENT = "late amendment"
    CONFIRMED = "receipt confirmed"
    ADMITTED = "late message admitted"
    ADOPTED = "adopted"
    LAPSED = "lapsed"


class Way(StrEnum):
    """How it is known that a delegation has the text."""

    SLACK = "delivered"
    OPENED = "opened"
    CONFIRMED = "confirmed"


_SPOKEN = {
    (Breach.OBJECTION, False): Deed.OBJECTION,
    (Breach.AMENDMENT, False): Deed.AMENDMENT,
    (Breach.OBJECTION, True): Deed.LATE_OBJECTION,
    (Breach.AMENDMENT, True): Deed.LATE_AMENDMENT,
}
_BREACHES = {deed: pair for pair, deed in _SPOKEN.items()}


@dataclass(frozen=True)
class Entry:
    """One line of a round's log; `by` is a Slack id, or `timekeeper`; `ends_at` the new end where it was moved."""

    id: int
    at: datetime
    by: str
    by_name: str
    deed: Deed
    member: str | None
    reason: str
    ends_at: datetime | None


@dataclass(frozen=True)
class Receipt:
    """When and how a delegation received the text, and when one of its people first opened it; None for not yet."""

    member: str
    received_at: datetime | None
    way: str
    opened_at: datetime | None


@dataclass(frozen=True)
class Kept:
    """A round with everything that belongs to it; `plain` are the words that were circulated, `sha256` their mark.

    `reminded` counts how often those were reminded who have not opened the text; `named` tells whether everybody may
    know who broke it.
    """

    id: int
    communique_id: int
    number: int
    version: int
    sha256: str
    plain: str
    around: Round
    reminded: int
    named: bool
    receipts: tuple[Receipt, ...] = ()
    log: tuple[Entry, ...] = ()

    @property
    def unopened(self) -> frozenset[str]:
        """Return the delegations of which nobody has opened the text."""
        return frozenset(each.member for each in self.receipts if each.opened_at is None)


async def start(
    conn: Conn, communique_id: int, version: int, plain: str, sha256: str, around: Round, by: str, *, named: bool
) -> Kept:
    """Store a round that was just opened, the text's next one; `named` lets everybody know who breaks it."""
    rows = await conn.execute(select(rounds.c.number).where(rounds.c.communique_id == communique_id))
    number = max(rows.scalars(), default=0) + 1
    values = {
        "communique_id": communique_id,
        "number": number,
        "version": version,
        "sha256": sha256,
        "plain": plain,
        "named": named,
        "opened_at": around.opened_at,
        "minimum_seconds": int(around.minimum.total_seconds()),
        "notice_seconds": int(around.notice.total_seconds()),
    }
    added = insert(rounds).values(values | _columns(around)).returning(rounds.c.id)
    round_id = (await conn.execute(added)).scalar_one()
    members = [{"round_id": round_id, "member": member} for member in sorted(around.entitled)]
    await conn.execute(insert(receipts), members)
    await note(conn, round_id, around.opened_at, by, Deed.CIRCULATED, ends_at=around.ends_at)
    return await load(conn, round_id)


def _columns(around: Round) -> dict[str, Any]:
    return {"ends_at": around.ends_at, "outcome": around.outcome.value, "closed_at": around.closed_at}


async def load(conn: Conn, round_id: int, *, lock: bool = False) -> Kept:
    """Return a round; NotFound if there is none. `lock` lets nobody else change it until the commit."""
    query = select(rounds).where(rounds.c.id == round_id)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise NotFound("There is no such silence procedure.", "See /wps-communique status.")
    return await _kept(conn, row)


async def of_communique(conn: Conn, communique_id: int) -> tuple[Kept, ...]:
    """Return every round of a text, oldest first."""
    mine = rounds.c.communique_id == communique_id
    rows = (await conn.execute(select(rounds).where(mine).order_by(rounds.c.number))).all()
    return tuple([await _kept(conn, row) for row in rows])


async def open_rounds(conn: Conn) -> tuple[Kept, ...]:
    """Return every round that has not ended, the one that ends first at the front."""
    rows = await conn.execute(select(rounds).where(rounds.c.outcome == Outcome.OPEN).order_by(rounds.c.ends_at))
    return tuple([await _kept(conn, row) for row in rows.all()])


async def _kept(conn: Conn, row: Row[Any]) -> Kept:
    had = await conn.execute(select(receipts).where(receipts.c.round_id == row.id).order_by(receipts.c.member))
    known = tuple(Receipt(each.member, each.received_at, each.way, each.opened_at) for each in had)
    log = await _log(conn, row.id)
    around = Round(
        row.opened_at,
        row.ends_at,
        frozenset(each.member for each in known),
        timedelta(seconds=row.minimum_seconds),
        timedelta(seconds=row.notice_seconds),
        Outcome(row.outcome),
        row.closed_at,
        tuple(_objection(entry) for entry in log if entry.deed in _BREACHES),
        {each.member: each.received_at for each in known if each.received_at},
    )
    return Kept(
        row.id,
        row.communique_id,
        row.number,
        row.version,
        row.sha256,
        row.plain,
        around,
        row.reminded,
        row.named,
        known,
        log,
    )


async def _log(conn: Conn, round_id: int) -> tuple[Entry, ...]:
    rows = await conn.execute(
        select(entries, people.c.name.label("by_name"))
        .outerjoin(people, people.c.user_id == entries.c.by)
        .where(entries.c.round_id == round_id)
        .order_by(entries.c.id)
    )
    return tuple(Entry(r.id, r.at, r.by, r.by_name or "", Deed(r.deed), r.member, r.reason, r.ends_at) for r in rows)


def _objection(entry: Entry) -> Objection:
    kind, late = _BREACHES[entry.deed]
    return Objection(entry.member or "", kind, entry.reason, entry.at, late)


async def save(conn: Conn, kept: Kept, around: Round) -> Kept:
    """Store what became of a round, and which objections it has now."""
    await conn.execute(update(rounds).where(rounds.c.id == kept.id).values(_columns(around)))
    return replace(kept, around=around)


async def note(
    conn: Conn,
    round_id: int,
    at: datetime,
    by: str,
    deed: Deed,
    *,
    member: str | None = None,
    reason: str = "",
    ends_at: datetime | None = None,
) -> int:
    """Write one line of a round's log in the transaction of what it speaks of; return its number."""
    values = {"round_id": round_id, "at": at, "by": by, "deed": deed, "member": member, "reason": reason}
    added = insert(entries).values(values | {"ends_at": ends_at}).returning(entries.c.id)
    key = (await conn.execute(added)).scalar_one()
    await audit.note(conn, at, by, deed.value, f"silence {round_id}", member=member)
    return int(key)


def deed_of(said: Objection) -> Deed:
    """Return how the log names what a delegation said."""
    return _SPOKEN[said.kind, said.late]


# Receipts ------------------------------------------------------------------------------------------------------------


def delivery_key(round_id: int, member: str, user_id: str) -> str:
    """Return the outbox key of the message that brings the text to one person of a delegation."""
    return f"silence:{round_id}:text:{member}:{user_id}"


async def mark_delivered(conn: Conn, key: str, _channel: str, ts: str) -> None:
    """Record that the text stands in the messages of one person of a delegation, told by its outbox key."""
    _, round_id, what, *rest = key.split(":")
    if what == "text":
        await receive(conn, int(round_id), rest[0], moment_of(ts), Way.SLACK)


async def receive(conn: Conn, round_id: int, member: str, at: datetime, way: Way) -> bool:
    """Record a delegation's first receipt, unless it comes after the end; tell whether it counts."""
    ends_at = (await conn.execute(select(rounds.c.ends_at).where(rounds.c.id == round_id))).scalar()
    if ends_at is None or at >= ends_at:
        return False
    found = await conn.execute(
        update(receipts)
        .where(receipts.c.round_id == round_id, receipts.c.member == member, receipts.c.received_at.is_(None))
        .values(received_at=at, way=way)
    )
    return found.rowcount == 1


async def mark_opened(conn: Conn, round_id: int, member: str, at: datetime) -> None:
    """Record that somebody of a delegation has opened the text, which is a receipt as well."""
    await receive(conn, round_id, member, at, Way.OPENED)
    this = (receipts.c.round_id == round_id, receipts.c.member == member, receipts.c.opened_at.is_(None))
    await conn.execute(update(receipts).where(*this).values(opened_at=at))


async def set_reminded(conn: Conn, kept: Kept, to: int) -> bool:
    """Count the reminders that were sent; False if another replica has counted them."""
    this = (rounds.c.id == kept.id, rounds.c.reminded == kept.reminded)
    return (await conn.execute(update(rounds).where(*this).values(reminded=to))).rowcount == 1


def shown_log(kept: Kept, *, full: bool) -> tuple[Entry, ...]:
    """Return a round's log; without who spoke against the text, and why, unless that may be known or `full` is."""
    if full or kept.named:
        return kept.log
    hidden = {*_BREACHES, Deed.ADMITTED}
    return tuple(
        replace(each, member=None, reason="", by_name="") if each.deed in hidden else each for each in kept.log
    )
