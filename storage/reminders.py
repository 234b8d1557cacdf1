"""Reminders: what to say when and to whom; and occurrences: one due moment for one recipient."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy import (
    delete as remove,
)

from bot.rules import reminders as rules
from bot.rules.problems import BadInput, Changed
from bot.rules.reminders import Audience, Group, ReminderRow, Schedule
from storage import outbox, spreadsheets
from storage.database import Conn, Database, UTCDateTime, metadata
from storage.spreadsheets import BadRow, read_table


class State(StrEnum):
    """Where a reminder stands; `done` has no moment left."""

    ACTIVE = "active"
    PAUSED = "paused"
    DONE = "done"
    DELETED = "deleted"


class Progress(StrEnum):
    """Where an occurrence stands: `due` and `snoozed` wait for their `send_at`."""

    DUE = "due"
    SENT = "sent"
    SNOOZED = "snoozed"
    DONE = "done"
    CANCELLED = "cancelled"
    HANDED = "handed on"
    REFUSED = "not ours"


class Way(StrEnum):
    """How an occurrence came to its recipient, where it was not theirs from the start."""

    HANDED = "handed"
    ESCALATED = "escalated"


BATCH = 200
CLI = "cli"
"""Who made a reminder that came from a file."""

LISTED = (State.ACTIVE, State.PAUSED)
_WALL = len("2026-03-02T09:00:00")

reminders = Table(
    "reminders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("audience", JSON, nullable=False),
    # Wall times have no zone: they are what a clock on a wall shows, wherever the recipient's wall is.
    Column("start", DateTime, nullable=False),
    Column("rule", String(300), nullable=False, server_default=""),
    Column("zone", String(60), nullable=False),
    Column("exact", Boolean, nullable=False, server_default="0"),
    Column("state", String(8), nullable=False, server_default=State.ACTIVE),
    Column("next_wall", DateTime),
    # Empty unless active: the heartbeat finds what to look at by this index alone, however many reminders wait.
    Column("next_look_at", UTCDateTime, index=True),
    Column("created_by", String(24), nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("import_key", String(64), unique=True),
    Column("duty_id", ForeignKey("duties.id", ondelete="CASCADE"), index=True),
    Column("meeting_id", ForeignKey("meetings.id", ondelete="CASCADE"), index=True),
    Column("offset_days", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="1"),
)
occurrences = Table(
    "occurrences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reminder_id", ForeignKey("reminders.id", ondelete="CASCADE"), nullable=False),
    Column("wall", DateTime, nullable=False),
    Column("recipient", String(40), nullable=False, index=True),
    Column("zone", String(60), nullable=False),
    Column("state", String(10), nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("send_at", UTCDateTime),
    Column("snoozes", Integer, nullable=False, server_default="0"),
    Column("done_at", UTCDateTime),
    Column("done_by", String(24)),
    Column("member", String(12)),
    Column("way", String(9)),
    Column("came_from", String(24)),
    Column("escalate_at", UTCDateTime),
    UniqueConstraint("reminder_id", "wall", "recipient"),
    Index(
        "ix_occurrences_waiting",
        "send_at",
        sqlite_where=text("send_at IS NOT NULL"),
        postgresql_where=text("send_at IS NOT NULL"),
    ),
    Index(
        "ix_occurrences_unanswered",
        "escalate_at",
        sqlite_where=text("escalate_at IS NOT NULL"),
        postgresql_where=text("escalate_at IS NOT NULL"),
    ),
)


@dataclass(frozen=True)
class NewReminder:
    """A reminder to be; `created_by` is a Slack user id or CLI, `duty_id` the duty that it is of, if any.

    `meeting_id` is the meeting with which it moves, `offset_days` how many days after its first day it comes (negative:
    before it).
    """

    text: str
    audience: Audience
    schedule: Schedule
    created_by: str
    duty_id: int | None = None
    meeting_id: int | None = None
    offset_days: int = 0


@dataclass(frozen=True)
class Reminder:
    """A reminder; `next_wall` is the oldest wall time that is not over everywhere, None if none is left."""

    id: int
    text: str
    audience: Audience
    schedule: Schedule
    state: State
    next_wall: datetime | None
    created_by: str
    meeting_id: int | None = None
    offset_days: int = 0
    version: int = 1

    @property
    def audience_words(self) -> str:
        """Whom it is for, in English; people are counted, not named."""
        if self.audience.group is not Group.PEOPLE:
            return " ".join((str(self.audience.group), *self.audience.people))
        number = len(self.audience.people)
        return "1 person" if number == 1 else f"{number} people"

    @property
    def rule(self) -> str:
        """How often it comes, in English; empty for once."""
        repeat = rules.repeat_of(self.schedule.rule)
        if repeat is rules.Repeat.RULE:
            return self.schedule.rule
        return "" if repeat is rules.Repeat.ONCE else str(repeat)


@dataclass(frozen=True)
class ImportReport:
    """What an import did, in rows; a reminder is never changed by one, only added once."""

    added: int = 0
    unchanged: int = 0
    bad: tuple[BadRow, ...] = ()
    changed: int = 0


# Scheduling ----------------------------------------------------------------------------------------------------------


async def schedule(conn: Conn, new: NewReminder, now: datetime, import_key: str | None = None) -> int | None:
    """Store a reminder; return its number, or None where its `import_key` is known or no moment is left."""
    first = rules.first_wall(new.schedule, rules.wall_of(now, new.schedule.zone))
    if first is None:
        return None
    values = _values(new, first) | {"created_by": new.created_by, "created_at": now, "import_key": import_key}
    if import_key is not None and await _imported(conn, import_key):
        return None
    row = await conn.execute(insert(reminders).values(values).returning(reminders.c.id))
    return int(row.scalar_one())


def _values(new: NewReminder, first: datetime) -> dict[str, object]:
    return {
        "text": new.text,
        "audience": {"group": new.audience.group, "people": list(new.audience.people)},
        "start": new.schedule.start,
        "rule": new.schedule.rule,
        "zone": new.schedule.zone,
        "exact": new.schedule.exact,
        "next_wall": first,
        "next_look_at": _first_look(new.schedule, first),
        "duty_id": new.duty_id,
        "meeting_id": new.meeting_id,
        "offset_days": new.offset_days,
    }


async def edit(conn: Conn, number: int, version: int, new: NewReminder, now: datetime) -> bool:
    """Put `new` in place of a reminder, for everything of it that is not sent yet; tell whether a moment is left.

    Raises Changed if it is gone or not in the `version` that was shown.
    """
    first = rules.first_wall(new.schedule, rules.wall_of(now, new.schedule.zone))
    if first is None:
        return False
    known = await reminder(conn, number)
    unchanged = (reminders.c.id == number, reminders.c.version == version, reminders.c.state.in_(LISTED))
    values = _values(new, first) | {"version": version + 1}
    if known is not None and known.state is State.PAUSED:
        values["next_look_at"] = None
    if (await conn.execute(update(reminders).where(*unchanged).values(values))).rowcount != 1:
        raise Changed("This reminder has changed since it was shown.", "See /wps-troika reminders.")
    await _forget_unsent(conn, number)
    if known is not None and known.audience != new.audience:
        await _leave(conn, number, (Progress.SNOOZED,))
    return True


async def _forget_unsent(conn: Conn, number: int) -> None:
    """Forget what of a reminder is not sent yet, decided already or not.

    It is not cancelled: whoever is still to be told at the same wall time must be told of it as it is by then.
    """
    of_it = occurrences.c.reminder_id == number
    await conn.execute(remove(occurrences).where(of_it, occurrences.c.state == Progress.DUE))
    beginning = f"reminder:{number}:"
    for key in await outbox.take_back(conn, beginning):
        wall, recipient = key[len(beginning) :][:_WALL], key[len(beginning) :][_WALL + 1 :].partition(":")[0]
        queued = (occurrences.c.wall == datetime.fromisoformat(wall), occurrences.c.recipient == recipient)
        await conn.execute(remove(occurrences).where(of_it, *queued))


async def _leave(conn: Conn, number: int, cancelled: Sequence[Progress]) -> None:
    """Have nobody asked again for an answer to a reminder, and cancel what stands like this."""
    of_it = occurrences.c.reminder_id == number
    await conn.execute(update(occurrences).where(of_it).values(escalate_at=None))
    gone = update(occurrences).where(of_it, occurrences.c.state.in_(cancelled))
    await conn.execute(gone.values(state=Progress.CANCELLED, send_at=None))


async def move_with(conn: Conn, meeting_id: int, first_day: date, now: datetime) -> None:
    """Move the reminders that go by a meeting, whose first day is now `first_day`, and take back what is not sent."""
    wanted = (reminders.c.meeting_id == meeting_id, reminders.c.state.in_((*LISTED, State.DONE)))
    for row in (await conn.execute(select(reminders).where(*wanted))).all():
        start = datetime.combine(first_day + timedelta(days=row.offset_days), row.start.time())
        if start != row.start:
            await _move(conn, read_reminder(row), start, now)


async def _move(conn: Conn, known: Reminder, start: datetime, now: datetime) -> None:
    moved = replace(known.schedule, start=start)
    first = rules.first_wall(moved, rules.wall_of(now, moved.zone))
    active = known.state is not State.PAUSED and first is not None
    values = {
        "start": start,
        "next_wall": first,
        "state": known.state if known.state is State.PAUSED else State.ACTIVE if first else State.DONE,
        "next_look_at": _first_look(moved, first) if active and first else None,
    }
    await conn.execute(update(reminders).where(reminders.c.id == known.id).values(values))
    await _forget_unsent(conn, known.id)


def _first_look(chosen: Schedule, wall: datetime) -> datetime:
    """Return a moment at or before the first at which somebody gets the reminder for `wall`."""
    return rules.utc_of(wall, chosen.zone) if chosen.exact else wall.replace(tzinfo=UTC) - rules.EARLIEST


async def all_reminders(conn: Conn) -> tuple[Reminder, ...]:
    """Return what is scheduled, paused reminders included and those of duties left out, the next one first."""
    wanted = (reminders.c.state.in_(LISTED), reminders.c.duty_id.is_(None))
    rows = await conn.execute(select(reminders).where(*wanted).order_by(reminders.c.next_wall, reminders.c.id))
    return tuple(read_reminder(row) for row in rows)


async def reminder(conn: Conn, number: int) -> Reminder | None:
    """Return the reminder with this number, whatever its state, or None."""
    row = (await conn.execute(select(reminders).where(reminders.c.id == number))).first()
    return read_reminder(row) if row else None


async def pause(conn: Conn, number: int) -> bool:
    """Pause an active reminder; tell whether it was active. What is not sent yet stays unsent.

    What somebody put off waits until it goes on, and nobody is asked in reserve.
    """
    return await _stop(conn, number, (State.ACTIVE,), State.PAUSED, ())


async def delete(conn: Conn, number: int) -> bool:
    """Delete a reminder and what was put off of it; tell whether it was there.

    What was sent stays where it is and can still be marked done.
    """
    return await _stop(conn, number, LISTED, State.DELETED, (Progress.SNOOZED,))


async def _stop(conn: Conn, number: int, was: Sequence[State], becomes: State, cancelled: Sequence[Progress]) -> bool:
    found = await conn.execute(
        update(reminders)
        .where(reminders.c.id == number, reminders.c.state.in_(was))
        .values(state=becomes, next_look_at=None)
    )
    if found.rowcount == 1:
        await _forget_unsent(conn, number)
        await _leave(conn, number, cancelled)
    return found.rowcount == 1


async def resume(conn: Conn, number: int, now: datetime) -> bool:
    """Let a paused reminder go on with its next wall time; False if it is not paused or no moment is left."""
    paused = await reminder(conn, number)
    if paused is None:
        return False
    first = rules.first_wall(paused.schedule, rules.wall_of(now, paused.schedule.zone))
    if first is None:
        return False
    look = _first_look(paused.schedule, first)
    found = await conn.execute(
        update(reminders)
        .where(reminders.c.id == number, reminders.c.state == State.PAUSED)
        .values(state=State.ACTIVE, next_wall=first, next_look_at=look)
    )
    return found.rowcount == 1


async def skip_to(conn: Conn, number: int, wall: datetime | None) -> None:
    """Have a reminder go on with its first wall time from `wall` on; without one it is over."""
    known = await reminder(conn, number)
    following = rules.first_wall(known.schedule, wall) if known and wall else None
    values: dict[str, object] = {"state": State.DONE, "next_wall": None, "next_look_at": None}
    if known and following:
        look = _first_look(known.schedule, following)
        values = {"state": State.ACTIVE, "next_wall": following, "next_look_at": look}
    await conn.execute(update(reminders).where(reminders.c.id == number).values(values))


async def delete_of_duty(conn: Conn, duty_id: int) -> None:
    """Delete the reminders of a duty, with what is not sent or put off of them."""
    found = await conn.execute(select(reminders.c.id).where(reminders.c.duty_id == duty_id))
    for number in found.scalars().all():
        await delete(conn, number)


def read_reminder(row: Row[Any]) -> Reminder:
    """Return the reminder in a row of the table."""
    chosen = Schedule(row.start, row.rule, row.zone, row.exact)
    return Reminder(
        row.id, row.text, read_audience(row), chosen, State(row.state), row.next_wall, row.created_by, row.meeting_id,
        row.offset_days, row.version,
    )  # fmt: skip


def read_audience(row: Row[Any]) -> Audience:
    """Return whom the reminder in a row is for."""
    return Audience(Group(row.audience["group"]), tuple(row.audience["people"]))


# Files ---------------------------------------------------------------------------------------------------------------


async def import_file(db: Database, path: Path, now: datetime) -> ImportReport:
    """Import reminders from CSV or XLSX with the columns due, to, text, repeat and exact.

    Bad rows are reported and the others imported; the same file again changes nothing. Raises BadInput if the file
    as a whole cannot be read, or a column that is needed is missing.
    """
    table = read_table(path)
    rules.check_columns(table.headers)
    report = ImportReport(bad=table.bad)
    async with db.begin() as conn:
        for row in table.rows:
            report = await _import(conn, report, row, now)
    return replace(report, bad=tuple(sorted(report.bad, key=lambda bad: bad.number)))


async def _import(conn: Conn, report: ImportReport, row: spreadsheets.Row, now: datetime) -> ImportReport:
    try:
        parsed = rules.parse_row(row.cells)
    except BadInput as bad:
        return _refused(report, row, bad.said())
    key = _import_key(parsed)
    if await _imported(conn, key):
        return replace(report, unchanged=report.unchanged + 1)
    new = NewReminder(parsed.text, parsed.audience, parsed.schedule, CLI)
    if await schedule(conn, new, now, key) is None:
        return _refused(report, row, "The moment in “due” has passed.")
    return replace(report, added=report.added + 1)


def _refused(report: ImportReport, row: spreadsheets.Row, reason: str) -> ImportReport:
    return replace(report, bad=(*report.bad, BadRow(row.number, reason)))


async def _imported(conn: Conn, key: str) -> bool:
    found = await conn.execute(select(func.count()).select_from(reminders).where(reminders.c.import_key == key))
    return found.scalar_one() > 0


def _import_key(row: ReminderRow) -> str:
    parts = (row.text, *row.audience.people, row.audience.group, row.schedule.start.isoformat(), row.schedule.rule)
    whole = "\x1f".join((*parts, row.schedule.zone, str(row.schedule.exact)))
    return hashlib.sha256(whole.encode()).hexdigest()
