"""Duties: what the network's groups must do, who it is assigned to, when it is due and who did it last."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, Row, String, Table, select, update

from bot.rules import profile
from bot.rules.duties import Duty
from bot.rules.problems import Changed, NotFound
from bot.rules.profile import WorkingHours
from bot.rules.reminders import Audience, Group
from storage import occurrences, reminders
from storage.database import Conn, UTCDateTime, insert_new, metadata
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
)


async def load(conn: Conn, known: Iterable[profile.Duty]) -> None:
    """Store the profile's duties that are not there yet; what people changed of the others stays."""
    for each in known:
        values = {"key": each.key, "title": each.title, "who": each.who, "rhythm": each.rhythm, "source": each.source}
        await insert_new(conn, duties, values)


async def all_duties(conn: Conn) -> tuple[Duty, ...]:
    """Return every duty, in the order in which they came."""
    return tuple(_duty(row) for row in await conn.execute(select(duties).order_by(duties.c.id)))


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
    await _store(conn, changed)
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
