"""Duties: what the network's groups must do, who it is assigned to, when it is due and who did it last."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, Row, String, Table, or_, select, update

from bot.rules import profile
from bot.rules.duties import Duty
from bot.rules.meetings import Plan
from bot.rules.playbook import moved_with, offset_of
from bot.rules.problems import Changed, NotFound
from bot.rules.profile import WorkingHours
from bot.rules.reminders import Audience, Group
from storage import occurrences, reminders
from storage.database import Conn, UTCDateTime, insert_new, metadata
from storage.meetings import existing
from storage.occurrences import Occurrence
from storage.reminders import NewReminder

duties = Table(
    "duties",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(80), nullable=False, unique=True),
    Column("title", String(300), nullable=False),
    Column("who", String(12), nullable=False),
    Column("rhythm", String(120), nullable=False, server_default=""),
    Column("source", String(500), nullable=False, server_default=""),
    Column("assigned_to", String(24)),
    Column("starts_on", Date),
    Column("rule", String(300), nullable=False, server_default=""),
    Column("due_on", Date),
    Column("paused", Boolean, nullable=False, server_default="0"),
    Column("done_by", String(24)),
    Column("done_at", UTCDateTime),
    Column("put_off_until", UTCDateTime),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("meeting_id", ForeignKey("meetings.id", ondelete="CASCADE"), index=True),
    Column("offset_days", Integer, nullable=False, server_default="0"),
)


async def load(conn: Conn, known: Iterable[profile.Duty]) -> None:
    """Store the profile's duties that are not there yet; what people changed of the others stays."""
    for each in known:
        values = {"key": each.key, "title": each.title, "who": each.who, "rhythm": each.rhythm, "source": each.source}
        await insert_new(conn, duties, values)


async def all_duties(conn: Conn) -> tuple[Duty, ...]:
    """Return every duty, in the order in which they came; those of meetings only while they are to be done."""
    wanted = or_(duties.c.meeting_id.is_(None), duties.c.due_on.is_not(None))
    return tuple(_duty(row) for row in await conn.execute(select(duties).where(wanted).order_by(duties.c.id)))


async def of_meeting(conn: Conn, meeting_id: int, *, lock: bool = False) -> tuple[Duty, ...]:
    """Return the duties of a meeting, in the order of its playbook; `lock` keeps others from changing them."""
    query = select(duties).where(duties.c.meeting_id == meeting_id).order_by(duties.c.offset_days, duties.c.id)
    return tuple(_duty(row) for row in await conn.execute(query.with_for_update() if lock else query))


async def lay_out(conn: Conn, new: Iterable[Duty], by: str, zone: str, hours: WorkingHours, now: datetime) -> None:
    """Store the duties of a meeting that are not there yet, and have them reminded of."""
    for each in new:
        if await insert_new(conn, duties, {name: value for name, value in asdict(each).items() if name != "id"}):
            number = (await conn.execute(select(duties.c.id).where(duties.c.key == each.key))).scalar_one()
            await _remind(conn, replace(each, id=number), by, zone, hours, now)


async def move_with(
    conn: Conn, meeting_id: int, before: Plan, after: Plan, by: str, zone: str, hours: WorkingHours, now: datetime
) -> int:
    """Move what is still to be done for a meeting with its days, pause it while it is off; return how many moved."""
    moved = 0
    for each in await of_meeting(conn, meeting_id, lock=True):
        changed = moved_with(each, before, after, now.date())
        if changed != each:
            await _store(conn, changed)
            await _remind(conn, changed, by, zone, hours, now)
            moved += (changed.due_on, changed.paused) != (each.due_on, each.paused)
    return moved


async def duty(conn: Conn, number: int, *, lock: bool = False) -> Duty:
    """Return the duty with this number; NotFound if there is none. `lock` keeps others from changing it."""
    query = select(duties).where(duties.c.id == number)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise NotFound("There is no duty {number}.", "See /wps-troika duties.", number=number)
    return _duty(row)


def _duty(row: Row[Any]) -> Duty:
    return Duty(**row._mapping)  # noqa: SLF001 - SQLAlchemy's own public name for it


async def change(conn: Conn, changed: Duty, by: str, zone: str, hours: WorkingHours, now: datetime) -> None:
    """Store a duty that was changed, and have it reminded of anew from its day on.

    What was put off or is not sent yet does not come; what was sent can still be marked done. Raises Changed if
    somebody else changed it since it was read.
    """
    if changed.meeting_id is not None and changed.due_on is not None:
        # Whoever gives a step another day means so many days from the meeting.
        meeting = await existing(conn, changed.meeting_id)
        changed = replace(changed, offset_days=offset_of(meeting.plan, changed.due_on))
    await _store(conn, changed)
    await _remind(conn, changed, by, zone, hours, now)


async def _remind(conn: Conn, changed: Duty, by: str, zone: str, hours: WorkingHours, now: datetime) -> None:
    await reminders.delete_of_duty(conn, changed.id)
    schedule = changed.schedule(zone, hours)
    if schedule is None or changed.paused or changed.due_on is None:
        return
    audience = Audience(Group.PEOPLE, (changed.assigned_to,)) if changed.assigned_to else Audience(Group(changed.who))
    new = NewReminder(changed.title, audience, schedule, by, duty_id=changed.id)
    number = await reminders.schedule(conn, new, now)
    if number is not None:
        await reminders.skip_to(conn, number, _wall(changed.due_on))


async def mark_done(conn: Conn, known: Duty, by: str, hours: WorkingHours, now: datetime) -> tuple[Occurrence, ...]:
    """Store that `by` has done a duty, for everybody who was reminded of it; return what they had open.

    Raises Changed if somebody else changed it since it was read.
    """
    done = known.done(by, now, hours)
    await _store(conn, done)
    return await occurrences.finish_of_duty(conn, known.id, by, now, _wall(done.due_on) if done.due_on else None)


def _wall(day: date) -> datetime:
    return datetime.combine(day, time.min)


async def put_off(conn: Conn, number: int, by: str, until: datetime) -> None:
    """Store until when a duty is put off by the one it is assigned to; others put off their own reminder alone."""
    theirs = (duties.c.id == number, duties.c.assigned_to == by)
    await conn.execute(update(duties).where(*theirs).values(put_off_until=until))


async def _store(conn: Conn, changed: Duty) -> None:
    values = {name: value for name, value in asdict(changed).items() if name not in {"id", "key"}}
    values["version"] = changed.version + 1
    unchanged = (duties.c.id == changed.id, duties.c.version == changed.version)
    if (await conn.execute(update(duties).where(*unchanged).values(values))).rowcount != 1:
        raise Changed("Somebody has changed this duty since it was shown.", "See /wps-troika duties.")
