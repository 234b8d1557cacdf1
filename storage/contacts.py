"""Contacts: one person's term in one role for one member, from a date until a date."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    Row,
    String,
    Table,
    and_,
    column,
    exists,
    false,
    insert,
    or_,
    select,
    table,
    update,
)

from bot.rules.contact_rows import (
    Added,
    Changed,
    Entry,
    Planned,
    Planner,
    Verdict,
    columns,
    planned_of,
    read_entry,
    written_member,
)
from bot.rules.contacts import (
    AUDIENCES,
    GIVEN_BY_DELEGATIONS,
    SECRETARIAT_MEMBER,
    Audience,
    Contact,
    ContactRole,
    shown_to,
)
from bot.rules.countries import Gazetteer, load_gazetteer
from bot.rules.people import Profile
from bot.rules.permissions import Actor
from bot.rules.problems import AlreadyDone, BadInput, NotFound
from bot.rules.problems import Changed as ChangedMeanwhile
from storage import audit, spreadsheets, vcards
from storage.database import Conn, Database, UTCDateTime, metadata
from storage.members import members
from storage.spreadsheets import BadRow, read_table, write_table
from storage.vcards import COLUMNS, read_cards


class Link(StrEnum):
    """How a contact came to be, or not to be, a Slack user."""

    NONE = ""
    EMAIL = "email"
    HAND = "hand"
    # The Secretariat said that it is not the person with this address: the address must not link them again.
    OFF = "off"


contacts = Table(
    "contacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("member", String(12), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("role", String(30), nullable=False),
    Column("title", String(200), nullable=False, server_default=""),
    Column("institution", String(200), nullable=False, server_default=""),
    Column("email", String(254), nullable=False, server_default="", index=True),
    Column("phone", String(60), nullable=False, server_default=""),
    Column("languages", String(120), nullable=False, server_default=""),
    Column("zone", String(60), nullable=False, server_default=""),
    Column("since", Date),
    Column("until", Date),
    Column("user_id", String(24), index=True),
    Column("link", String(5), nullable=False, server_default=""),
    Column("verified_on", Date),
    # How often its person was asked whether it is still right since they last said so, and when.
    Column("asked", Integer, nullable=False, server_default="0"),
    Column("asked_at", UTCDateTime),
    Column("audiences", JSON, nullable=False, server_default="{}"),
    Column("consent_on", Date),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("updated_at", UTCDateTime, nullable=False),
)
_people = table("people", column("user_id"), column("email"), column("external", Boolean), column("deleted", Boolean))
"""The part of storage.people, which imports this module, that says who has which address."""
FIELDS = (
    "member", "name", "role", "title", "institution", "email", "phone", "languages", "zone", "since", "until",
)  # fmt: skip
BATCH = 500
COMMAND_LINE = "cli"


def held_on(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Return the condition that a term runs on `day` (or the day a statement is given), its ends included."""
    begun = or_(contacts.c.since.is_(None), contacts.c.since <= day)
    return and_(begun, or_(contacts.c.until.is_(None), contacts.c.until >= day))


def as_contact(row: Row[Any]) -> Contact:
    """Return the contact in a row of the table."""
    values = {name: getattr(row, name) for name in FIELDS}
    return Contact(
        row.id,
        **values | {"role": ContactRole(row.role)},
        user_id=row.user_id,
        verified_on=row.verified_on,
        audiences={name: Audience(each) for name, each in row.audiences.items()},
        consent_on=row.consent_on,
        version=row.version,
        updated_at=row.updated_at,
    )


# Reading -------------------------------------------------------------------------------------------------------------


async def contact(conn: Conn, contact_id: int, *, lock: bool = False) -> Contact:
    """Return a contact; NotFound if there is none. `lock` lets nobody else change it until the commit."""
    query = select(contacts).where(contacts.c.id == contact_id)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise NotFound("This contact does not exist any more.", "Try: /wps-contacts MEMBER")
    return as_contact(row)


async def current(
    conn: Conn,
    today: date,
    *,
    of: Collection[str] = (),
    roles: Collection[ContactRole] = (),
    regions: Collection[str] = (),
) -> tuple[Contact, ...]:
    """Return the terms that run today, by member and role; of these members, roles and regional groups if named."""
    query = select(contacts).where(held_on(today))
    if of:
        query = query.where(contacts.c.member.in_(of))
    if roles:
        query = query.where(contacts.c.role.in_(roles))
    if regions:
        query = query.where(contacts.c.member.in_(select(members.c.code).where(members.c.region.in_(regions))))
    found = [as_contact(row) for row in await conn.execute(query)]
    return tuple(sorted(found, key=_in_order))


async def terms_of(conn: Conn, member: str) -> tuple[Contact, ...]:
    """Return every term anybody held for a member, by role, the newest first."""
    rows = await conn.execute(select(contacts).where(contacts.c.member == member))
    newest_first = sorted((as_contact(row) for row in rows), key=lambda each: each.since or date.min, reverse=True)
    return tuple(sorted(newest_first, key=lambda each: list(ContactRole).index(each.role)))


async def of_person(conn: Conn, user_id: str, today: date) -> tuple[Contact, ...]:
    """Return the terms of a Slack user that run today."""
    rows = await conn.execute(select(contacts).where(contacts.c.user_id == user_id, held_on(today)))
    return tuple(sorted((as_contact(row) for row in rows), key=_in_order))


async def gaps(conn: Conn, today: date) -> tuple[str, ...]:
    """Return the members (codes) that have or had people here, but no focal point today."""
    theirs = (contacts.c.role.in_(GIVEN_BY_DELEGATIONS), contacts.c.member != SECRETARIAT_MEMBER)
    covered = select(contacts.c.member).where(held_on(today), contacts.c.role == ContactRole.FOCAL_POINT)
    rows = await conn.execute(
        select(contacts.c.member)
        .distinct()
        .where(*theirs, contacts.c.member.not_in(covered))
        .order_by(contacts.c.member)
    )
    return tuple(rows.scalars())


async def unlinked(conn: Conn, today: date) -> tuple[Contact, ...]:
    """Return the terms that run today and belong to no Slack user, or to one who was deactivated."""
    gone = exists().where(_people.c.user_id == contacts.c.user_id, _people.c.deleted)
    rows = await conn.execute(select(contacts).where(held_on(today), or_(contacts.c.user_id.is_(None), gone)))
    return tuple(sorted((as_contact(row) for row in rows), key=_in_order))


def _in_order(each: Contact) -> tuple[str, int, str]:
    return each.member, list(ContactRole).index(each.role), each.name


# Changing ------------------------------------------------------------------------------------------------------------


async def add(conn: Conn, entry: Entry, by: str, now: datetime) -> Contact:
    """Begin a term, linked to the Slack user with its address if there is one; AlreadyDone if it runs already.

    `by` is a Slack user id, or `cli`.
    """
    planner = Planner(now.date())
    planner.know(await _about(conn, [entry]))
    verdict = planner.decide(entry, 1)
    if not isinstance(verdict, Added):
        raise AlreadyDone("{name} holds this role already.", "Change that contact instead.", name=verdict.contact.name)
    stored = await _insert(conn, [verdict.contact], by, now)
    return await contact(conn, stored[verdict.contact.id])


async def change(
    conn: Conn, contact_id: int, version: int, after: Mapping[str, Any], by: str, now: datetime
) -> Contact:
    """Change fields of a contact as `version` shows it; problems.Changed if it is another version by now.

    Nothing happens where every field holds its value already.
    """
    held = await contact(conn, contact_id, lock=True)
    if held.version != version:
        raise ChangedMeanwhile(
            "Somebody else has changed the contact of {name} since you opened it, so nothing was saved.",
            "Open it again to see what is new.",
            name=held.name,
        )
    news = {name: value for name, value in after.items() if getattr(held, name) != value}
    if not news:
        return held
    _refuse_backwards(replace(held, **news))
    await _change(conn, Changed(held, {name: getattr(held, name) for name in news}, news), by, now)
    return await contact(conn, contact_id)


def _refuse_backwards(held: Contact) -> None:
    if held.since and held.until and held.until < held.since:
        raise BadInput("The term would end before it begins.", "Correct one of the two dates.")


async def _change(conn: Conn, changed: Changed, by: str, now: datetime) -> None:
    this = contacts.c.id == changed.contact.id
    values = {"version": contacts.c.version + 1, "updated_at": now, **changed.after}
    await conn.execute(update(contacts).where(this).values(values))
    subject = f"contact {changed.contact.id}"
    before, after = _plain(changed.before), _plain(changed.after)
    await audit.note(conn, now, by, "change contact", subject, before=before, after=after)
    if "email" in changed.after:
        await _link_by_address(conn, [changed.contact.id], now, whoever_it_was=True)


async def verify(conn: Conn, contact_id: int, by: str, now: datetime) -> Contact:
    """Record that a contact was said to be right today."""
    held = await contact(conn, contact_id, lock=True)
    if held.verified_on != now.date():
        values = {"verified_on": now.date(), "asked": 0, "asked_at": None}
        await conn.execute(update(contacts).where(contacts.c.id == contact_id).values(values))
        await audit.note(conn, now, by, "verify contact", f"contact {contact_id}")
    return replace(held, verified_on=now.date())


async def set_audiences(
    conn: Conn,
    contact_id: int,
    version: int,
    chosen: Mapping[str, Audience],
    consent_on: date | None,
    by: str,
    now: datetime,
) -> Contact:
    """Choose who may see which field, with the day on which its person agreed; problems.Changed as in `change`."""
    own = {name: audience for name, audience in chosen.items() if audience is not AUDIENCES[name]}
    return await change(conn, contact_id, version, {"audiences": own, "consent_on": consent_on}, by, now)


async def _insert(conn: Conn, new: Sequence[Contact], by: str, now: datetime) -> dict[int, int]:
    """Store new terms; return their ids by the passing ids they came with."""
    if not new:
        return {}
    passing = {tuple(getattr(each, name) for name in FIELDS): each.id for each in new}
    rows = [dict(zip(FIELDS, values, strict=True)) | {"updated_at": now} for values in passing]
    # Nothing says in which order SQLite gives ids back, so each comes with what it stands for; no two are the same.
    statement = insert(contacts).returning(contacts.c.id, *(contacts.c[name] for name in FIELDS))
    stored = {passing[tuple(values)]: key for key, *values in await conn.execute(statement, rows)}
    entries = [
        {
            "at": now,
            "actor": by,
            "deed": "add contact",
            "subject": f"contact {stored[each.id]}",
            "details": {"member": each.member},
        }
        for each in new
    ]
    await conn.execute(insert(audit.audit), entries)
    await _link_by_address(conn, [stored[each.id] for each in new if each.email], now)
    return stored


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}


# Who is which Slack user ---------------------------------------------------------------------------------------------


async def follow(conn: Conn, profile: Profile, now: datetime) -> None:
    """Link a Slack user to the contacts with their address, and unlink those that they had through another one.

    Only people of the home workspace are linked by their address: elsewhere somebody else vouches for it. Who was
    deactivated stays linked, but for contacts whose address somebody else in the workspace has by now.
    """
    if profile.external:
        await _unlink(conn, profile.user_id, "", now)
    elif profile.email and not profile.deleted:
        await _unlink(conn, profile.user_id, profile.email, now)
        rows = await conn.execute(select(contacts.c.id).where(contacts.c.email == profile.email))
        await _link_by_address(conn, list(rows.scalars()), now)


async def _unlink(conn: Conn, user_id: str, email: str, now: datetime) -> None:
    """Undo links by an address other than `email`; links by hand stay."""
    lost = (contacts.c.user_id == user_id, contacts.c.link == Link.EMAIL, contacts.c.email != email)
    undone = await conn.execute(update(contacts).where(*lost).values(user_id=None, link="").returning(contacts.c.id))
    for key in undone.scalars().all():
        await audit.note(conn, now, user_id, "unlink contact", f"contact {key}")


async def _link_by_address(conn: Conn, keys: Sequence[int], now: datetime, *, whoever_it_was: bool = False) -> None:
    """Link those of these contacts to home-workspace people whose address they bear and who are nobody's yet.

    With `whoever_it_was` also those that somebody is linked to; who has no new person keeps the old one.
    """
    person = and_(_people.c.email == contacts.c.email, _people.c.external == false(), _people.c.deleted == false())
    gone = exists().where(_people.c.user_id == contacts.c.user_id, _people.c.deleted)
    free = or_(contacts.c.user_id.is_(None), gone, contacts.c.link == Link.EMAIL if whoever_it_was else false())
    whose = select(_people.c.user_id).where(person).order_by(_people.c.user_id).limit(1).scalar_subquery()
    linked = await conn.execute(
        update(contacts)
        .where(
            contacts.c.id.in_(keys),
            contacts.c.email != "",
            contacts.c.link != Link.OFF,
            free,
            exists().where(person),
        )
        .values(user_id=whose, link=Link.EMAIL)
        .returning(contacts.c.id, contacts.c.user_id)
    )
    for row in linked.all():
        await audit.note(conn, now, row.user_id, "link contact", f"contact {row.id}")


async def link_by_hand(conn: Conn, contact_id: int, user_id: str | None, by: str, now: datetime) -> None:
    """Link a contact to a Slack user of any workspace, or to nobody, which its address then does not undo."""
    held = await contact(conn, contact_id, lock=True)
    if held.user_id == user_id:
        return
    values = {"user_id": user_id, "link": Link.HAND if user_id else Link.OFF, "version": contacts.c.version + 1}
    await conn.execute(update(contacts).where(contacts.c.id == contact_id).values(values))
    deed = "link contact" if user_id else "unlink contact"
    await audit.note(conn, now, by, deed, f"contact {contact_id}", before=held.user_id, after=user_id)


# Files ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do, in rows; those that end a term count as changed as well.

    `notable` holds rows that end a term or may repeat another contact, and in a dry run every row that changes
    something. `ignored` are headings that mean nothing here. `imported` is False where nothing was written.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: int = 0
    bad: tuple[BadRow, ...] = ()
    notable: tuple[Planned, ...] = ()
    ignored: tuple[str, ...] = ()
    imported: bool = True


class _NotWhole(Exception):
    """A row is bad where all or nothing was asked for."""


Progress = Callable[[int, int], None]
"""Told how many rows of how many are done."""


def _no_progress(_done: int, _total: int) -> None:
    return


async def import_file(
    db: Database,
    gazetteer: Gazetteer,
    path: Path,
    now: datetime,
    *,
    by: str = COMMAND_LINE,
    dry_run: bool = False,
    whole: bool = False,
    progress: Progress = _no_progress,
) -> ImportReport:
    """Import contacts from CSV, XLSX or vCards: bad rows are reported, the others imported; again, nothing changes.

    With `dry_run` nothing is written; with `whole` nothing is if any row is bad. BadInput if the file as a whole cannot
    be read.
    """
    found = read_cards(path) if path.suffix.casefold() in vcards.ENDINGS else read_table(path)
    known, ignored = columns(found.headers)
    running = _Import(gazetteer, known, found.bad, by, now)
    rows = _in_good_order(found.rows, known)
    batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    if whole and not dry_run:
        report = await _import_whole(db, running, batches, len(rows), progress)
        return replace(report, ignored=ignored)
    done = 0
    for batch in batches:
        async with _transaction(db, reading=dry_run) as conn:
            await running.take(conn, batch, dry=dry_run)
        done += len(batch)
        progress(done, len(rows))
    return replace(running.result(), ignored=ignored, imported=not dry_run)


def _in_good_order(rows: Sequence[spreadsheets.Row], headings: Mapping[str, str]) -> Sequence[spreadsheets.Row]:
    """Return rows that end a term before the others: a successor may stand above whom they succeed.

    Those of one member stand together, in the file's order, so that each batch looks into few members' contacts.
    """
    heading_of = {name: heading for heading, name in headings.items()}
    member, until = heading_of["member"], heading_of.get("until", "")
    return sorted(rows, key=lambda row: (not row.cells.get(until), row.cells[member].casefold()))


async def _import_whole(
    db: Database, running: "_Import", batches: Sequence[Sequence[spreadsheets.Row]], total: int, progress: Progress
) -> ImportReport:
    done = 0
    try:
        async with db.begin() as conn:
            for batch in batches:
                await running.take(conn, batch)
                done += len(batch)
                progress(done, total)
            running.refuse_unless_whole()
    except _NotWhole:
        return replace(running.result(), imported=False)
    return running.result()


def _transaction(db: Database, *, reading: bool) -> AbstractAsyncContextManager[Conn]:
    return db.read() if reading else db.begin()


class _Import:
    """An import under way: reads rows, has them planned, writes what they change, and counts."""

    def __init__(
        self, gazetteer: Gazetteer, headings: Mapping[str, str], bad: Iterable[BadRow], by: str, now: datetime
    ) -> None:
        self._gazetteer = gazetteer
        self._headings = headings
        self._by = by
        self._now = now
        self._planner = Planner(now.date())
        self._bad = list(bad)
        self._notable: list[Planned] = []
        self._counts: Counter[str] = Counter()

    async def take(self, conn: Conn, rows: Sequence[spreadsheets.Row], *, dry: bool = False) -> None:
        """Import some rows, or only plan it."""
        read = [(row.number, read_entry(self._cells(row), self._gazetteer)) for row in rows]
        self._planner.know(await _about(conn, [entry for _, entry in read if isinstance(entry, Entry)]))
        verdicts: list[Verdict] = []
        for number, entry in read:
            if isinstance(entry, Entry):
                verdicts += self._decided(entry, number, dry=dry)
            else:
                self._refuse(number, " ".join(f"{name}: {fault.said()}" for name, fault in entry.items()))
        if not dry:
            await self._write(conn, verdicts)

    def refuse_unless_whole(self) -> None:
        """Raise _NotWhole if any row was bad."""
        if self._bad:
            raise _NotWhole

    def result(self) -> ImportReport:
        """Return what was done, bad rows in the file's order."""
        count = self._counts
        return ImportReport(
            added=count["added"],
            changed=count["changed"] + count["ended"],
            unchanged=count["unchanged"],
            ended=count["ended"],
            bad=tuple(sorted(self._bad, key=lambda row: row.number)),
            notable=tuple(sorted(self._notable, key=lambda row: row.number)),
        )

    def _cells(self, row: spreadsheets.Row) -> dict[str, str]:
        return {name: row.cells[heading] for heading, name in self._headings.items()}

    def _decided(self, entry: Entry, number: int, *, dry: bool) -> list[Verdict]:
        try:
            verdict = self._planner.decide(entry, number)
        except BadInput as fault:
            self._refuse(number, fault.said())
            return []
        planned = planned_of(verdict, number)
        self._counts[planned.what] += 1
        if planned.what == "ended" or planned.likely or (dry and planned.what != "unchanged"):
            self._notable.append(planned)
        return [verdict]

    def _refuse(self, number: int, reason: str) -> None:
        self._bad.append(BadRow(number, reason))

    async def _write(self, conn: Conn, verdicts: Sequence[Verdict]) -> None:
        new = [verdict.contact for verdict in verdicts if isinstance(verdict, Added)]
        ids = await _insert(conn, new, self._by, self._now)
        for verdict in verdicts:
            if isinstance(verdict, Changed):
                await _change(conn, verdict, self._by, self._now)
        self._planner.settle(ids)


async def _about(conn: Conn, entries: Iterable[Entry]) -> list[Contact]:
    """Return every term of the members, and every one with the addresses, that these entries name."""
    named = {entry.member for entry in entries}
    addresses = {entry.email for entry in entries if entry.email}
    rows = await conn.execute(
        select(contacts).where(or_(contacts.c.member.in_(named), contacts.c.email.in_(addresses)))
    )
    return [as_contact(row) for row in rows]


async def export_file(db: Database, path: Path, _now: datetime) -> int:
    """Write every term, with every field, as CSV, XLSX, JSON or vCards, by the file's ending; return how many."""
    async with db.read() as conn:
        found = [as_contact(row) for row in await conn.execute(select(contacts))]
    return _write(path, sorted(found, key=_in_order))


async def export_for(conn: Conn, actor: Actor, path: Path, today: date) -> tuple[Contact, ...]:
    """Write the terms that run today, with the fields that `actor` may see; return what was written."""
    shown = tuple(shown_to(each, actor, today) for each in await current(conn, today))
    _write(path, shown)
    return shown


def _write(path: Path, found: Sequence[Contact]) -> int:
    gazetteer = load_gazetteer()
    written = {code: written_member(code, gazetteer) for code in {each.member for each in found}}
    rows = ([written[each.member], *(getattr(each, name) for name in FIELDS[1:])] for each in found)
    if path.suffix.casefold() in vcards.ENDINGS:
        vcards.write_cards(path, (dict(zip(COLUMNS, row, strict=True)) for row in rows))
    else:
        write_table(path, COLUMNS, rows)
    return len(found)
