"""People: Slack users as Focal knows them, and which contacts they are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Row,
    Select,
    String,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    select,
    update,
)
from sqlalchemy.engine import Connection

from bot.rules.contacts import VOICES, ContactRole
from bot.rules.erasure import ERASED
from bot.rules.people import Profile, spoken
from bot.rules.permissions import Actor, Role, roles_of
from bot.rules.presidency import troika_on
from storage.contacts import contacts, follow, held_on
from storage.database import Conn, UTCDateTime, metadata, upsert
from storage.presidencies import read_presidencies

people = Table(
    "people",
    metadata,
    Column("user_id", String(24), primary_key=True),
    Column("team_id", String(24), nullable=False, server_default=""),
    Column("name", String(200), nullable=False),
    Column("email", String(254), nullable=False, server_default=""),
    Column("zone", String(60), nullable=False, server_default="UTC"),
    Column("locale", String(20), nullable=False, server_default="en-US"),
    Column("external", Boolean, nullable=False, server_default="0"),
    Column("deleted", Boolean, nullable=False, server_default="0"),
    Column("seen_at", UTCDateTime, nullable=False),
)
FRESH = timedelta(days=1)


@dataclass(frozen=True)
class Recipient:
    """Somebody who can be sent a DM, with the zone they live in (IANA)."""

    user_id: str
    name: str
    member: str | None
    zone: str
    locale: str


async def save(conn: Conn, profile: Profile, now: datetime) -> None:
    """Keep what Slack says of a person; which contacts they are follows from it."""
    values = {
        "user_id": profile.user_id,
        "team_id": profile.team_id,
        "name": profile.name[:200],
        "email": profile.email[:254],
        "zone": profile.zone,
        "locale": profile.locale,
        "external": profile.external,
        "deleted": profile.deleted,
        "seen_at": now,
    }
    await upsert(conn, people, ("user_id",), values)
    await follow(conn, profile, now)


async def forget_when_seen(conn: Conn, now: datetime) -> None:
    """Have everybody look as if seen at `now`: who was seen during a survey would tell who took part in it."""
    await conn.execute(update(people).values(seen_at=now))


@dataclass(frozen=True)
class Known:
    """Who somebody is as far as Focal knows, and when Slack was asked last (aware UTC), None if never."""

    actor: Actor
    seen_at: datetime | None

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether Slack was asked within a day."""
        return self.seen_at is not None and now - self.seen_at < FRESH


# Asked on every request: one statement, put together once.
_ASKED = select(bindparam("user", type_=String).label("user_id")).subquery("asked")
_WHO = (
    select(people, contacts.c.member, contacts.c.role)
    .select_from(_ASKED)
    .outerjoin(people, people.c.user_id == _ASKED.c.user_id)
    .outerjoin(contacts, and_(contacts.c.user_id == _ASKED.c.user_id, held_on(bindparam("today", type_=Date))))
    .order_by(contacts.c.id)
)


def known(connection: Connection, user_id: str, today: date, secretariat: Collection[str]) -> Known:
    """Return who `user_id` is on `today`; somebody unknown has no roles.

    `secretariat` holds the user ids named in the settings. This is read with `Database.look`.
    """
    rows = connection.execute(_WHO, {"user": user_id, "today": today}).all()
    person, held = rows[0], [row for row in rows if row.role is not None]
    voices = [row for row in held if row.role in VOICES]
    member = next((row.member for row in (*voices, *held)), None)
    roles = roles_of(
        member=member,
        voices=bool(voices),
        observer=any(row.role == ContactRole.OBSERVER for row in held),
        secretariat=user_id in secretariat or any(row.role == ContactRole.SECRETARIAT for row in held),
        # Only who speaks for a member can share in its chair.
        troika=troika_on(read_presidencies(connection) if voices else (), today),
    )
    return Known(_actor(user_id, person, member, roles), person.seen_at)


def _actor(user_id: str, person: Row[Any], member: str | None, roles: frozenset[Role]) -> Actor:
    if person.seen_at is None:
        return Actor(user_id, user_id, member, roles)
    if person.deleted:
        return Actor(user_id, person.name, external=person.external)
    return Actor(user_id, person.name, member, roles, person.zone, spoken(person.locale), person.external)


async def voices_of(conn: Conn, members: Iterable[str], today: date) -> tuple[Recipient, ...]:
    """Return the linked focal points and alternates who speak for `members` today, each person once."""
    rows = await conn.execute(
        _recipients(today).where(contacts.c.member.in_(tuple(members)), contacts.c.role.in_(tuple(VOICES)))
    )
    return _recipients_of(rows)


async def members_with_voices(conn: Conn, today: date) -> frozenset[str]:
    """Return the members (codes) that have a focal point or alternate today, linked to a person or not."""
    held = select(contacts.c.member).where(held_on(today), contacts.c.role.in_(tuple(VOICES))).distinct()
    return frozenset((await conn.execute(held)).scalars())


async def members_of(conn: Conn, user_ids: Collection[str], today: date) -> dict[str, str]:
    """Return the member (code) for which each of these people holds a role today; whoever holds none is left out."""
    rows = await conn.execute(_current(today).where(contacts.c.user_id.in_(tuple(user_ids))))
    voices_last = sorted(rows, key=lambda row: row.role in VOICES)
    return {row.user_id: row.member for row in voices_last}


async def alternates_of(conn: Conn, member: str, today: date) -> tuple[Recipient, ...]:
    """Return the linked alternates of a member."""
    chosen = (contacts.c.member == member, contacts.c.role == ContactRole.ALTERNATE)
    return _recipients_of(await conn.execute(_recipients(today).where(*chosen)))


async def delegation_of(conn: Conn, member: str, today: date) -> tuple[Recipient, ...]:
    """Return everybody who holds a role for a member today and is linked."""
    rows = await conn.execute(_recipients(today).where(contacts.c.member == member))
    return _recipients_of(rows)


async def secretariat_of(conn: Conn, configured: Collection[str], today: date) -> tuple[Recipient, ...]:
    """Return the people of the Secretariat: those in the settings and current contacts with that role."""
    rows = await conn.execute(_recipients(today).where(contacts.c.role == ContactRole.SECRETARIAT))
    known = {r.user_id: r for r in _recipients_of(rows)}
    for found in await by_ids(conn, configured):
        known.setdefault(found.user_id, found)
    return tuple(known.values())


async def by_ids(conn: Conn, user_ids: Collection[str]) -> tuple[Recipient, ...]:
    """Return people by Slack user id; one whom Focal has not met yet is reached in UTC, one who was erased never."""
    rows = await conn.execute(select(people).where(people.c.user_id.in_(tuple(user_ids))))
    known = {r.user_id: Recipient(r.user_id, r.name, None, r.zone, spoken(r.locale)) for r in rows if not r.deleted}
    return tuple(
        known.get(u, Recipient(u, u, None, "UTC", "en-US")) for u in dict.fromkeys(user_ids) if not u.startswith(ERASED)
    )


async def forget_strangers_before(conn: Conn, moment: datetime) -> int:
    """Delete whoever was last looked up before `moment` and is, or was, nobody's contact; return how many people."""
    stranger = ~exists().where(contacts.c.user_id == people.c.user_id)
    return (await conn.execute(delete(people).where(people.c.seen_at < moment, stranger))).rowcount


async def by_email(conn: Conn, email: str) -> Recipient | None:
    """Return the home-workspace person with this e-mail address."""
    row = (
        await conn.execute(
            select(people).where(
                people.c.email == email.strip().lower(), people.c.external.is_(False), people.c.deleted.is_(False)
            )
        )
    ).first()
    return Recipient(row.user_id, row.name, None, row.zone, spoken(row.locale)) if row else None


def _current(today: date) -> Select[Any]:
    return select(contacts).where(held_on(today)).order_by(contacts.c.id)


def _recipients(today: date) -> Select[Any]:
    return (
        _current(today)
        .join(people, people.c.user_id == contacts.c.user_id)
        .where(people.c.deleted.is_(False))
        .with_only_columns(people.c.user_id, people.c.name, contacts.c.member, people.c.zone, people.c.locale)
    )


def _recipients_of(rows: Iterable[Row[Any]]) -> tuple[Recipient, ...]:
    found: dict[str, Recipient] = {}
    for row in rows:
        found.setdefault(row.user_id, Recipient(row.user_id, row.name, row.member, row.zone, spoken(row.locale)))
    return tuple(found.values())
