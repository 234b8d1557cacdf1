"""Sightings: who saw which fields of a contact that are not public, one line for each reader, contact and day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, UniqueConstraint, delete, func, select

from bot.rules.contacts import Contact, is_own, not_public
from bot.rules.permissions import Actor
from storage.contacts import contacts
from storage.database import Conn, insert_all_new, metadata

sightings = Table(
    "sightings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("viewer", String(24), nullable=False, index=True),
    Column("day", Date, nullable=False, index=True),
    Column("fields", String(120), nullable=False),
    UniqueConstraint("contact_id", "viewer", "day", "fields"),
)


@dataclass(frozen=True)
class Sighting:
    """Somebody (a Slack user id) saw these fields on a day (UTC)."""

    viewer: str
    day: date
    fields: tuple[str, ...]


async def note(conn: Conn, viewer: Actor, shown: Iterable[Contact], now: datetime) -> None:
    """Record what `viewer` is shown of others: give it contacts from which `shown_to` took what they may not see."""
    today = now.date()
    seen = {each.id: ",".join(not_public(each, today)) for each in shown if not is_own(viewer, each)}
    rows = [
        {"contact_id": key, "viewer": viewer.user_id, "day": today, "fields": fields}
        for key, fields in seen.items()
        if fields
    ]
    await insert_all_new(conn, sightings, rows)


async def of_person(conn: Conn, user_id: str, limit: int = 100) -> tuple[Sighting, ...]:
    """Return who saw what of the contacts that are this Slack user, the newest first."""
    rows = await conn.execute(
        select(sightings.c.viewer, sightings.c.day, sightings.c.fields)
        .join(contacts, contacts.c.id == sightings.c.contact_id)
        .where(contacts.c.user_id == user_id)
        .order_by(sightings.c.day.desc(), sightings.c.id.desc())
        .limit(limit)
    )
    return tuple(Sighting(row.viewer, row.day, tuple(row.fields.split(","))) for row in rows)


async def oldest(conn: Conn) -> date | None:
    """Return the day of the oldest sighting, None if there is none."""
    day: date | None = (await conn.execute(select(func.min(sightings.c.day)))).scalar()
    return day


async def forget_before(conn: Conn, day: date) -> None:
    """Forget what was seen before `day`."""
    await conn.execute(delete(sightings).where(sightings.c.day < day))
