"""Verification: asking people now and then whether their contact is still right."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update

from bot.rules.contacts import Contact
from storage.contacts import as_contact, contacts, held_on
from storage.database import Conn
from storage.people import Recipient, people

ANSWER_TIME = timedelta(days=14)
"""How long somebody may take to answer before they are asked again, and then before the Secretariat is told."""
ASKINGS = 2


@dataclass(frozen=True)
class Asking:
    """A contact whose person is to be asked, for the first time (1) or again (2)."""

    contact: Contact
    person: Recipient
    times: int


async def to_ask(conn: Conn, now: datetime, days: int) -> tuple[Asking, ...]:
    """Return the contacts, with their people, that nobody has confirmed for longer than `days`; oldest first."""
    first = contacts.c.asked == 0
    again = and_(contacts.c.asked < ASKINGS, contacts.c.asked_at <= now - ANSWER_TIME)
    rows = await conn.execute(
        select(contacts, people.c.name.label("person"), people.c.zone.label("person_zone"), people.c.locale)
        .join(people, people.c.user_id == contacts.c.user_id)
        .where(held_on(now.date()), _stale(now, days), people.c.deleted.is_(False), or_(first, again))
        .order_by(contacts.c.id)
    )
    return tuple(
        Asking(
            as_contact(row),
            Recipient(row.user_id, row.person, row.member, row.person_zone, row.locale),
            row.asked + 1,
        )
        for row in rows
    )


def _stale(now: datetime, days: int) -> ColumnElement[bool]:
    limit = now.date() - timedelta(days=days)
    before = datetime.combine(limit, time(), UTC)
    never = and_(contacts.c.verified_on.is_(None), contacts.c.updated_at < before)
    return or_(contacts.c.verified_on < limit, never)


async def mark_asked(conn: Conn, asking: Asking, now: datetime) -> bool:
    """Record that somebody is asked; False if another replica was first or they have answered meanwhile."""
    found = await conn.execute(
        update(contacts)
        .where(contacts.c.id == asking.contact.id, contacts.c.asked == asking.times - 1)
        .values(asked=asking.times, asked_at=now)
    )
    return found.rowcount == 1


async def silent(conn: Conn, now: datetime) -> tuple[Contact, ...]:
    """Return the contacts whose people have left the last asking unanswered and of whom nobody was told yet."""
    rows = await conn.execute(select(contacts).where(*_silent(now)).order_by(contacts.c.id))
    return tuple(as_contact(row) for row in rows)


async def take_silent(conn: Conn, now: datetime) -> tuple[Contact, ...]:
    """Return the same, each once: another replica that asks gets none of them."""
    taken = update(contacts).where(*_silent(now)).values(asked=ASKINGS + 1).returning(*contacts.c)
    found = [as_contact(row) for row in await conn.execute(taken)]
    return tuple(sorted(found, key=lambda each: each.id))


def _silent(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return contacts.c.asked == ASKINGS, contacts.c.asked_at <= now - ANSWER_TIME, held_on(now.date())
