"""Communiqués: the texts the network has issued together, and those it is drafting, version by version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Date, ForeignKey, Integer, Row, String, Table, delete, insert, select, update

from bot.rules.communique import Clause, Text, from_json, to_json
from bot.rules.problems import AlreadyDone, Changed, Closed, NotFound, Words
from storage import audit, search
from storage.database import Conn, UTCDateTime, insert_new, metadata
from storage.people import people
from storage.search import Document

KNOWN = ("whole", "opening", "summary")
"""How much of a text was read: all of it, its opening, or summaries of it alone."""


class State(StrEnum):
    """Where a text stands: known from elsewhere, or on its own way here."""

    RECORDED = "recorded"
    DRAFT = "draft"
    SILENCE = "under silence"
    ADOPTED = "adopted"


communiques = Table(
    "communiques",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(300), nullable=False),
    Column("place", String(120), nullable=False, server_default=""),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("known", String(12), nullable=False, server_default="whole"),
    Column("notes", String(1000), nullable=False, server_default=""),
    Column("source", String(500), nullable=False, server_default=""),
    Column("state", String(16), nullable=False, server_default=State.RECORDED),
    # The newest version; the adopted one, while it is adopted. Every version stays as it was.
    Column("version", Integer, nullable=False, server_default="0"),
    Column("form", String(40), unique=True),
)
versions = Table(
    "communique_versions",
    metadata,
    Column("communique_id", ForeignKey("communiques.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("text", JSON, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("by", String(24), nullable=False),
    Column("note", String(500), nullable=False, server_default=""),
)
associations = Table(
    "communique_associations",
    metadata,
    Column("communique_id", ForeignKey("communiques.id", ondelete="CASCADE"), primary_key=True),
    Column("member", String(12), primary_key=True),
    Column("at", UTCDateTime, nullable=False),
)


@dataclass(frozen=True)
class Communique:
    """One text under its number; the days are those of its meeting, and `known` is one of KNOWN.

    `version` is the newest one's number, 0 for a text that is only known from elsewhere.
    """

    id: int
    title: str
    place: str
    starts_on: date
    ends_on: date
    known: str
    notes: str
    source: str
    state: State = State.RECORDED
    version: int = 0


@dataclass(frozen=True)
class Version:
    """One version of a drafted text: what it says, when (aware UTC) and by whom it was made, and why."""

    communique_id: int
    number: int
    text: Text
    at: datetime
    by_name: str
    note: str


@dataclass(frozen=True)
class Association:
    """A delegation (a member's code) that associated itself with an adopted text, and when."""

    member: str
    at: datetime


async def seed(conn: Conn, rows: Iterable[Mapping[str, Any]]) -> None:
    """Store and index texts that a profile ships; rows hold title, place, starts_on, ends_on, known, notes and source.

    Raise ValueError for a state of knowledge that does not exist: the file is the profile's, not a person's.
    """
    for row in rows:
        if row["known"] not in KNOWN:
            raise ValueError(f"a communiqué cannot be known as {row['known']}")
        kept = await conn.execute(insert(communiques).values(dict(row)).returning(communiques))
        await search.index(conn, as_document(_communique(kept.one())))


async def all_communiques(conn: Conn) -> tuple[Communique, ...]:
    """Return every text, by the days of their meetings, oldest first."""
    rows = await conn.execute(select(communiques).order_by(communiques.c.starts_on, communiques.c.id))
    return tuple(_communique(row) for row in rows)


async def communique(conn: Conn, number: int, *, lock: bool = False) -> Communique:
    """Return the text with this number; NotFound if there is none. `lock` lets nobody else change it."""
    query = select(communiques).where(communiques.c.id == number)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise NotFound("There is no communiqué {number}.", "See /wps-communique.", number=number)
    return _communique(row)


def as_document(found: Communique, body: str = "") -> Document:
    """Return a text as it is found and cited; whoever may ask may read it."""
    return Document(
        "communique",
        str(found.id),
        found.title,
        body or f"{found.title}, {found.place} {found.starts_on.year}. {found.notes}",
        found.place,
        found.starts_on.year,
        found.source or f"/wps-communique {found.id}",
    )


def _communique(row: Row[Any]) -> Communique:
    return Communique(
        row.id, row.title, row.place, row.starts_on, row.ends_on, row.known, row.notes, row.source,
        State(row.state), row.version,
    )  # fmt: skip


# Drafting ------------------------------------------------------------------------------------------------------------


async def draft(conn: Conn, text: Text, by: str, now: datetime, form: str, note: str) -> Communique:
    """Store a new draft as its first version; AlreadyDone if `form` has made one before."""
    values = _columns(text) | {"state": State.DRAFT, "form": form}
    if not await insert_new(conn, communiques, values):
        raise AlreadyDone("This draft was made already.", "See /wps-communique.")
    row = (await conn.execute(select(communiques).where(communiques.c.form == form))).one()
    return await _save(conn, _communique(row), text, by, now, note)


async def save(conn: Conn, number: int, seen: int, text: Text, by: str, now: datetime, note: str) -> Communique:
    """Store a draft's next version.

    Raises Changed unless `seen` is the version the change was made to, Closed where it is not being drafted, and
    AlreadyDone if nothing is different.
    """
    found = await communique(conn, number, lock=True)
    if found.state is not State.DRAFT:
        raise Closed(
            "Communiqué {number} is {state}, so it cannot be edited.", number=number, state=Words((found.state.value,))
        )
    if found.version != seen:
        raise Changed("Communiqué {number} was changed while you edited it.", "Open it again.", number=number)
    if (await version(conn, number)).text == text:
        raise AlreadyDone("Nothing was changed.")
    return await _save(conn, found, text, by, now, note)


async def _save(conn: Conn, found: Communique, text: Text, by: str, now: datetime, note: str) -> Communique:
    number = found.version + 1
    values = {"communique_id": found.id, "number": number, "text": to_json(text), "at": now, "by": by}
    await conn.execute(insert(versions).values(values | {"note": note[:500]}))
    changed = update(communiques).where(communiques.c.id == found.id).values(_columns(text) | {"version": number})
    await conn.execute(changed)
    await audit.note(conn, now, by, "draft", f"communique {found.id}", version=number)
    return await communique(conn, found.id)


def _columns(text: Text) -> dict[str, Any]:
    return {"title": text.title, "place": text.place, "starts_on": text.starts_on, "ends_on": text.ends_on}


async def version(conn: Conn, number: int, which: int | None = None) -> Version:
    """Return one version of a drafted text, the newest if none is named; NotFound if there is none."""
    query = _versions().where(versions.c.communique_id == number).order_by(versions.c.number.desc())
    if which is not None:
        query = query.where(versions.c.number == which)
    row = (await conn.execute(query.limit(1))).first()
    if row is None:
        raise NotFound("Communiqué {number} has no such version here.", "See /wps-communique {number}.", number=number)
    return _version(row)


async def all_versions(conn: Conn, number: int) -> tuple[Version, ...]:
    """Return every version of a text, oldest first."""
    rows = await conn.execute(_versions().where(versions.c.communique_id == number).order_by(versions.c.number))
    return tuple(_version(row) for row in rows)


def _versions() -> Any:
    return select(versions, people.c.name).outerjoin(people, people.c.user_id == versions.c.by)


def _version(row: Row[Any]) -> Version:
    return Version(row.communique_id, row.number, from_json(row.text), row.at, row.name or "", row.note)


async def clauses_from(conn: Conn, source: int) -> tuple[tuple[int, int], ...]:
    """Return where a record stands in adopted texts: the communiqué's number and the clause's in it."""
    rows = await conn.execute(select(communiques.c.id).where(communiques.c.state == State.ADOPTED))
    texts = [(number, (await version(conn, number)).text) for number in rows.scalars().all()]
    return tuple(
        (number, place)
        for number, text in texts
        for place, clause in enumerate(text.clauses, 1)
        if source in clause.sources
    )


# On its way ----------------------------------------------------------------------------------------------------------


async def set_state(conn: Conn, number: int, state: State) -> None:
    """Have a text pass into another state."""
    await conn.execute(update(communiques).where(communiques.c.id == number).values(state=state))


async def publish(conn: Conn, number: int, plain: str) -> None:
    """Make an adopted text findable, as a whole and clause by clause."""
    found, text = await communique(conn, number), (await version(conn, number)).text
    clauses = (_clause(found, place, each) for place, each in enumerate(text.clauses, 1))
    await search.index(conn, as_document(found, plain), *clauses)


def _clause(found: Communique, place: int, clause: Clause) -> Document:
    title = f"{found.title}, clause {place}"
    address = found.source or f"/wps-communique {found.id}"
    return Document("clause", f"{found.id}.{place}", title, clause.text, found.place, found.starts_on.year, address)


async def unpublish(conn: Conn, number: int) -> None:
    """Take a text that is no longer adopted out of the index."""
    await search.forget(conn, "communique", str(number))
    clauses = range(1, len((await version(conn, number)).text.clauses) + 1)
    await search.forget(conn, "clause", *(f"{number}.{place}" for place in clauses))


async def associate(conn: Conn, number: int, member: str, by: str, now: datetime) -> None:
    """Have a delegation associate itself with an adopted text; AlreadyDone if it did, Closed if it is not adopted."""
    found = await communique(conn, number, lock=True)
    if found.state is not State.ADOPTED:
        raise Closed("Communiqué {number} is not adopted.", number=number)
    if not await insert_new(conn, associations, {"communique_id": number, "member": member, "at": now}):
        raise AlreadyDone("Your delegation is associated with communiqué {number} already.", number=number)
    await audit.note(conn, now, by, "associate", f"communique {number}", member=member)


async def dissociate(conn: Conn, number: int, member: str, by: str, now: datetime) -> None:
    """Take an association back; AlreadyDone if there is none."""
    this = (associations.c.communique_id == number, associations.c.member == member)
    if not (await conn.execute(delete(associations).where(*this))).rowcount:
        raise AlreadyDone("Your delegation has not associated itself with communiqué {number}.", number=number)
    await audit.note(conn, now, by, "dissociate", f"communique {number}", member=member)


async def associated(conn: Conn, number: int) -> tuple[Association, ...]:
    """Return the delegations that associated themselves with a text after its adoption, the first one first."""
    mine = associations.c.communique_id == number
    rows = await conn.execute(select(associations).where(mine).order_by(associations.c.at, associations.c.member))
    return tuple(Association(row.member, row.at) for row in rows)
