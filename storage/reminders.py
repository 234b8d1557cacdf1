"""Reminders: what to say when and to whom; and occurrences: one due moment for one recipient."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
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
    Select,
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

from bot.rules import reminders as rules
from bot.rules.presidency import Presidency, troika_on
from bot.rules.problems import BadInput
from bot.rules.profile import WorkingHours
from bot.rules.reminders import Audience, Group, ReminderRow, Schedule
from storage import people, spreadsheets
from storage.database import Conn, Database, UTCDateTime, insert_new, metadata
from storage.people import Recipient
from storage.presidencies import all_presidencies
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


LOOK_AGAIN = timedelta(hours=1)
"""How often a reminder is looked at while it is on its way round the zones: somebody may have joined the audience."""
BATCH = 200
CLI = "cli"
"""Who made a reminder that came from a file."""

reminders = Table(
    "reminders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("audience", JSON, nullable=False),
    # Wall times have no zone: they are what a clock on a wall shows, wherever the recipient's wall is.
    Column("start", DateTime, nullable=False),
    Column("rule", String(120), nullable=False, server_default=""),
    Column("zone", String(60), nullable=False),
    Column("exact", Boolean, nullable=False, server_default="0"),
    Column("state", String(8), nullable=False, server_default=State.ACTIVE),
    Column("next_wall", DateTime),
    # Empty unless active: the heartbeat finds what to look at by this index alone, however many reminders wait.
    Column("next_look_at", UTCDateTime, index=True),
    Column("created_by", String(24), nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("import_key", String(64), unique=True),
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
    UniqueConstraint("reminder_id", "wall", "recipient"),
    Index(
        "ix_occurrences_waiting",
        "send_at",
        sqlite_where=text("send_at IS NOT NULL"),
        postgresql_where=text("send_at IS NOT NULL"),
    ),
)


@dataclass(frozen=True)
class NewReminder:
    """A reminder to be; `created_by` is a Slack user id or CLI."""

    text: str
    audience: Audience
    schedule: Schedule
    created_by: str


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

    @property
    def audience_words(self) -> str:
        """Whom it is for, in English; people are counted, not named."""
        if self.audience.group is not Group.PEOPLE:
            return str(self.audience.group)
        number = len(self.audience.people)
        return "1 person" if number == 1 else f"{number} people"

    @property
    def rule(self) -> str:
        """How often it comes, in English; empty for once."""
        repeat = rules.repeat_of(self.schedule.rule)
        return "" if repeat is rules.Repeat.ONCE else str(repeat)


@dataclass(frozen=True)
class Occurrence:
    """One due moment for one recipient (Slack user id), with what its reminder says; moments are aware UTC."""

    id: int
    reminder_id: int
    text: str
    audience: Audience
    created_by: str
    wall: datetime
    recipient: str
    zone: str
    state: Progress
    due_at: datetime
    send_at: datetime | None
    snoozes: int

    @property
    def key(self) -> str:
        """The outbox key of the newest message of this occurrence, sent or to be sent; each snooze makes a new one."""
        return self._key(self.snoozes)

    @property
    def shown_key(self) -> str:
        """The outbox key of the newest message that was sent of an occurrence that is sent, snoozed or done."""
        return self._key(self.snoozes - (self.state is Progress.SNOOZED))

    def _key(self, number: int) -> str:
        base = f"reminder:{self.reminder_id}:{self.wall.isoformat()}:{self.recipient}"
        return f"{base}:{number}" if number else base


@dataclass(frozen=True)
class Unreached:
    """A reminder whose time has passed everywhere while nobody was in its audience."""

    reminder: Reminder
    wall: datetime


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
    values = {
        "text": new.text,
        "audience": {"group": new.audience.group, "people": list(new.audience.people)},
        "start": new.schedule.start,
        "rule": new.schedule.rule,
        "zone": new.schedule.zone,
        "exact": new.schedule.exact,
        "next_wall": first,
        "next_look_at": _first_look(new.schedule, first),
        "created_by": new.created_by,
        "created_at": now,
        "import_key": import_key,
    }
    if import_key is not None and await _imported(conn, import_key):
        return None
    row = await conn.execute(insert(reminders).values(values).returning(reminders.c.id))
    return int(row.scalar_one())


def _first_look(chosen: Schedule, wall: datetime) -> datetime:
    """Return a moment at or before the first at which somebody gets the reminder for `wall`."""
    return rules.utc_of(wall, chosen.zone) if chosen.exact else wall.replace(tzinfo=UTC) - rules.EARLIEST


async def all_reminders(conn: Conn) -> tuple[Reminder, ...]:
    """Return what is scheduled, paused reminders included, the next one first."""
    wanted = reminders.c.state.in_((State.ACTIVE, State.PAUSED))
    rows = await conn.execute(select(reminders).where(wanted).order_by(reminders.c.next_wall, reminders.c.id))
    return tuple(_reminder(row) for row in rows)


async def reminder(conn: Conn, number: int) -> Reminder | None:
    """Return the reminder with this number, whatever its state, or None."""
    row = (await conn.execute(select(reminders).where(reminders.c.id == number))).first()
    return _reminder(row) if row else None


async def pause(conn: Conn, number: int) -> bool:
    """Pause an active reminder; tell whether it was active. What is not sent yet stays unsent."""
    return await _stop(conn, number, (State.ACTIVE,), State.PAUSED, (Progress.DUE,))


async def delete(conn: Conn, number: int) -> bool:
    """Delete a reminder and what was put off of it; tell whether it was there.

    What was sent stays where it is and can still be marked done.
    """
    stopped = (Progress.DUE, Progress.SNOOZED)
    return await _stop(conn, number, (State.ACTIVE, State.PAUSED), State.DELETED, stopped)


async def _stop(conn: Conn, number: int, was: Sequence[State], becomes: State, cancelled: Sequence[Progress]) -> bool:
    found = await conn.execute(
        update(reminders)
        .where(reminders.c.id == number, reminders.c.state.in_(was))
        .values(state=becomes, next_look_at=None)
    )
    await conn.execute(
        update(occurrences)
        .where(occurrences.c.reminder_id == number, occurrences.c.state.in_(cancelled))
        .values(state=Progress.CANCELLED, send_at=None)
    )
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


def _reminder(row: Row[Any]) -> Reminder:
    chosen = Schedule(row.start, row.rule, row.zone, row.exact)
    return Reminder(row.id, row.text, _audience(row), chosen, State(row.state), row.next_wall, row.created_by)


def _audience(row: Row[Any]) -> Audience:
    return Audience(Group(row.audience["group"]), tuple(row.audience["people"]))


# What is due ---------------------------------------------------------------------------------------------------------


async def make_due(
    conn: Conn, now: datetime, hours: WorkingHours, secretariat: Collection[str] = (), limit: int = BATCH
) -> tuple[int, tuple[Unreached, ...]]:
    """Write the occurrences of up to `limit` reminders whose moment may have come.

    Return how many reminders were looked at, and those whose time is over and reached nobody. Another replica's rows
    are skipped, and each occurrence is unique, so that any number of them may call this at once.
    """
    ready = (
        select(reminders)
        .where(reminders.c.next_look_at <= now)
        .order_by(reminders.c.next_look_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = (await conn.execute(ready)).all()
    if not rows:
        return 0, ()
    look = _Look(conn, now, hours, secretariat, await all_presidencies(conn))
    unreached = [await look.at(_reminder(row)) for row in rows]
    return len(rows), tuple(each for found in unreached for each in found)


@dataclass(frozen=True)
class _Look:
    """One look at reminders, at one moment."""

    conn: Conn
    now: datetime
    hours: WorkingHours
    secretariat: Collection[str]
    presidencies: tuple[Presidency, ...]

    async def at(self, found: Reminder) -> list[Unreached]:
        """Write what is due of a reminder, and when to look at it again."""
        walls = self._walls(found)
        recipients = {wall: await self._recipients(found, wall) for wall in walls}
        for wall in walls:
            await self._add(found, wall, walls, recipients[wall])
        await self._look_again(found, walls, recipients)
        over = [wall for wall in walls if self._closes(found, wall) <= self.now]
        return [Unreached(found, wall) for wall in over if not recipients[wall]]

    def _closes(self, found: Reminder, wall: datetime) -> datetime:
        return rules.closes_at(found.schedule, wall, self.hours)

    def _walls(self, found: Reminder) -> list[datetime]:
        """Return the wall times that are on their way round the zones, and the newest one that is round."""
        if found.next_wall is None:
            return []
        horizon = self.now.replace(tzinfo=None) + rules.EARLIEST
        walls = rules.next_walls(found.schedule, found.next_wall, horizon)
        opened = [wall for wall in walls if rules.opens_at(found.schedule, wall, self.hours) <= self.now]
        closed = [wall for wall in opened if self._closes(found, wall) <= self.now]
        return opened[max(len(closed) - 1, 0) :]

    async def _recipients(self, found: Reminder, wall: datetime) -> tuple[Recipient, ...]:
        day = rules.day_of(found.schedule, wall, self.now, self.hours)
        return await _people_in(self.conn, found.audience, day, self.secretariat, self.presidencies)

    async def _add(
        self, found: Reminder, wall: datetime, walls: list[datetime], recipients: Iterable[Recipient]
    ) -> None:
        had = await _newest_had(self.conn, found.id, wall)
        for each in recipients:
            newest = rules.newest_due(walls, found.schedule, each.zone, self.now, self.hours)
            if newest == wall and each.user_id not in had:
                await insert_new(self.conn, occurrences, self._occurrence(found, wall, each))

    def _occurrence(self, found: Reminder, wall: datetime, recipient: Recipient) -> dict[str, object]:
        due = rules.moment_for(found.schedule, wall, recipient.zone, self.hours)
        return {
            "reminder_id": found.id,
            "wall": wall,
            "recipient": recipient.user_id,
            "zone": recipient.zone,
            "state": Progress.DUE,
            "due_at": due,
            "send_at": rules.send_at(found.schedule, due, self.now, recipient.zone, self.hours),
        }

    async def _look_again(
        self, found: Reminder, walls: list[datetime], recipients: Mapping[datetime, tuple[Recipient, ...]]
    ) -> None:
        going = [wall for wall in walls if self._closes(found, wall) > self.now]
        coming = self._first_after(found, walls)
        moments = [
            moment
            for wall in going
            for each in recipients[wall]
            for moment in rules.moments_after([wall], found.schedule, each.zone, self.now, self.hours)
        ]
        if going:
            moments += [self.now + LOOK_AGAIN, *(self._closes(found, wall) for wall in going)]
        if coming is not None:
            moments.append(rules.opens_at(found.schedule, coming, self.hours))
        left = going[0] if going else coming
        state = State.ACTIVE if left else State.DONE
        values = {"state": state, "next_wall": left, "next_look_at": min(moments, default=None)}
        await self.conn.execute(update(reminders).where(reminders.c.id == found.id).values(values))

    def _first_after(self, found: Reminder, walls: list[datetime]) -> datetime | None:
        since = walls[-1] + timedelta.resolution if walls else found.next_wall
        return rules.first_wall(found.schedule, since) if since else None


async def _newest_had(conn: Conn, reminder_id: int, since: datetime) -> set[str]:
    """Return who has had this reminder for `since` or a later wall time: who moves west is not told of an older one."""
    had = select(occurrences.c.recipient).where(occurrences.c.reminder_id == reminder_id, occurrences.c.wall >= since)
    return set((await conn.execute(had)).scalars())


async def recipients_of(
    conn: Conn, audience: Audience, day: date, secretariat: Collection[str] = ()
) -> tuple[Recipient, ...]:
    """Return the people in an audience on `day`; `secretariat` holds the user ids named in the settings."""
    return await _people_in(conn, audience, day, secretariat, await all_presidencies(conn))


async def _people_in(
    conn: Conn,
    audience: Audience,
    day: date,
    secretariat: Collection[str],
    presidencies: tuple[Presidency, ...],
) -> tuple[Recipient, ...]:
    if audience.group is Group.PEOPLE:
        return await _named(conn, audience.people)
    if audience.group is Group.SECRETARIAT:
        return await people.secretariat_of(conn, secretariat, day)
    troika = troika_on(presidencies, day)
    if audience.group is Group.TROIKA:
        return await people.voices_of(conn, troika.members, day)
    return await people.voices_of(conn, troika.current.members if troika.current else (), day)


async def _named(conn: Conn, names: Iterable[str]) -> tuple[Recipient, ...]:
    """Return people by user id or e-mail; an address nobody bears is kept, so that its failing delivery is seen."""
    found: dict[str, Recipient] = {}
    for name in names:
        person = await people.by_email(conn, name) if "@" in name else None
        each = person or (await people.by_ids(conn, [name[:40]]))[0]
        found[each.user_id] = each
    return tuple(found.values())


async def take_due(conn: Conn, now: datetime, limit: int = BATCH) -> tuple[Occurrence, ...]:
    """Take up to `limit` occurrences whose time to be sent has come; they must be sent in this transaction.

    Taking them is one statement: of two replicas only one gets each.
    """
    ready = (
        select(occurrences.c.id)
        .where(occurrences.c.send_at <= now)
        .order_by(occurrences.c.send_at, occurrences.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = await conn.execute(
        update(occurrences)
        .where(occurrences.c.id.in_(ready), occurrences.c.send_at <= now)
        .values(state=Progress.SENT, send_at=None)
        .returning(occurrences.c.id)
    )
    return tuple(_occurrence(row) for row in await conn.execute(_with_text(taken.scalars().all())))


# What recipients do --------------------------------------------------------------------------------------------------


async def occurrence(conn: Conn, number: int) -> Occurrence | None:
    """Return the occurrence with this number, or None."""
    row = (await conn.execute(_with_text([number]))).first()
    return _occurrence(row) if row else None


async def open_for(conn: Conn, user_id: str) -> tuple[Occurrence, ...]:
    """Return what somebody was reminded of and has not done, oldest first."""
    wanted = (occurrences.c.recipient == user_id, occurrences.c.state.in_((Progress.SENT, Progress.SNOOZED)))
    rows = await conn.execute(_texts().where(*wanted).order_by(occurrences.c.due_at, occurrences.c.id))
    return tuple(_occurrence(row) for row in rows)


async def mark_done(conn: Conn, known: Occurrence, now: datetime) -> bool:
    """Mark an occurrence done; tell whether it was still open."""
    still_open = occurrences.c.state.in_((Progress.SENT, Progress.SNOOZED))
    done = {"state": Progress.DONE, "done_at": now, "send_at": None}
    found = await conn.execute(update(occurrences).where(occurrences.c.id == known.id, still_open).values(done))
    return found.rowcount == 1


async def snooze(conn: Conn, known: Occurrence, until: datetime) -> bool:
    """Have an occurrence sent again at `until` (aware); tell whether it was sent and waited for an answer."""
    unchanged = (occurrences.c.state == Progress.SENT, occurrences.c.snoozes == known.snoozes)
    later = {"state": Progress.SNOOZED, "send_at": until, "snoozes": known.snoozes + 1}
    found = await conn.execute(update(occurrences).where(occurrences.c.id == known.id, *unchanged).values(later))
    return found.rowcount == 1


def _texts() -> Select[Any]:
    said = (reminders.c.text, reminders.c.audience, reminders.c.created_by)
    return select(occurrences, *said).join(reminders, reminders.c.id == occurrences.c.reminder_id)


def _with_text(numbers: Sequence[int]) -> Select[Any]:
    return _texts().where(occurrences.c.id.in_(numbers)).order_by(occurrences.c.id)


def _occurrence(row: Row[Any]) -> Occurrence:
    return Occurrence(
        row.id, row.reminder_id, row.text, _audience(row), row.created_by, row.wall, row.recipient, row.zone,
        Progress(row.state), row.due_at, row.send_at, row.snoozes,
    )  # fmt: skip


# Files ---------------------------------------------------------------------------------------------------------------


async def import_file(db: Database, path: Path, now: datetime) -> ImportReport:
    """Import reminders from CSV or XLSX with the columns due, to, text, repeat and exact.

    Bad rows are reported and the others imported; the same file again changes nothing. Raises UnreadableTable if the
    file as a whole cannot be read.
    """
    table = read_table(path)
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
