"""Communiqués: the texts the network has issued together, as far as they are known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Integer, Row, String, Table, UniqueConstraint, insert, select

from storage import search
from storage.database import Conn, metadata
from storage.search import Document

KNOWN = ("whole", "opening", "summary")
"""How much of a text was read: all of it, its opening, or summaries of it alone."""

communiques = Table(
    "communiques",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(300), nullable=False),
    Column("place", String(120), nullable=False, server_default=""),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("known", String(12), nullable=False),
    Column("notes", String(1000), nullable=False, server_default=""),
    Column("source", String(500), nullable=False, server_default=""),
    UniqueConstraint("starts_on", "title"),
)


@dataclass(frozen=True)
class Communique:
    """One text under its number; the days are those of its meeting, and `known` is one of KNOWN."""

    id: int
    title: str
    place: str
    starts_on: date
    ends_on: date
    known: str
    notes: str
    source: str


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
    """Return every known text, oldest first."""
    rows = await conn.execute(select(communiques).order_by(communiques.c.starts_on, communiques.c.id))
    return tuple(_communique(row) for row in rows)


async def communique(conn: Conn, number: int) -> Communique | None:
    """Return the text with this number, or None."""
    row = (await conn.execute(select(communiques).where(communiques.c.id == number))).first()
    return _communique(row) if row else None


def as_document(found: Communique) -> Document:
    """Return a text as it is found and cited; whoever may ask may read it."""
    body = f"{found.title}, {found.place} {found.starts_on.year}. {found.notes}"
    return Document("communique", str(found.id), found.title, body, found.place, found.starts_on.year, found.source)


def _communique(row: Row[Any]) -> Communique:
    return Communique(row.id, row.title, row.place, row.starts_on, row.ends_on, row.known, row.notes, row.source)
