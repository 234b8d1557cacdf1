"""Meetings of the network: capital-level, at the margins of the General Assembly, expert and other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Integer, Row, String, Table, UniqueConstraint, select

from storage.database import Conn, insert_new, metadata

KINDS = ("capital-level", "margins", "expert", "other")

meetings = Table(
    "meetings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("title", String(300), nullable=False),
    Column("place", String(120), nullable=False, server_default=""),
    Column("starts_on", Date, nullable=False, index=True),
    Column("ends_on", Date, nullable=False),
    Column("notes", String(1000), nullable=False, server_default=""),
    Column("source", String(500), nullable=False, server_default=""),
    UniqueConstraint("starts_on", "title"),
)


@dataclass(frozen=True)
class Meeting:
    """One meeting; both days belong to it and are days of its place. `kind` is one of KINDS."""

    id: int
    kind: str
    title: str
    place: str
    starts_on: date
    ends_on: date
    notes: str
    source: str


async def seed(conn: Conn, rows: Iterable[Mapping[str, Any]]) -> None:
    """Store meetings that are not there yet; rows hold kind, title, place, starts_on, ends_on, notes and source.

    Raise ValueError for a kind that does not exist: the file is the profile's, not a person's.
    """
    for row in rows:
        if row["kind"] not in KINDS:
            raise ValueError(f"a meeting cannot be of the kind {row['kind']}")
        await insert_new(conn, meetings, dict(row))


async def all_meetings(conn: Conn) -> tuple[Meeting, ...]:
    """Return every known meeting, oldest first."""
    rows = await conn.execute(select(meetings).order_by(meetings.c.starts_on, meetings.c.id))
    return tuple(_meeting(row) for row in rows)


async def next_meeting(conn: Conn, today: date) -> Meeting | None:
    """Return the meeting that is under way on `today` or the first one after it, or None if none is known."""
    found = select(meetings).where(meetings.c.ends_on >= today).order_by(meetings.c.starts_on, meetings.c.id).limit(1)
    row = (await conn.execute(found)).first()
    return _meeting(row) if row else None


async def last_meeting(conn: Conn, today: date) -> Meeting | None:
    """Return the newest meeting that had ended before `today`, or None if none is known."""
    found = select(meetings).where(meetings.c.ends_on < today).order_by(meetings.c.starts_on.desc()).limit(1)
    row = (await conn.execute(found)).first()
    return _meeting(row) if row else None


async def meeting(conn: Conn, number: int) -> Meeting | None:
    """Return the meeting with this number, or None."""
    row = (await conn.execute(select(meetings).where(meetings.c.id == number))).first()
    return _meeting(row) if row else None


def _meeting(row: Row[Any]) -> Meeting:
    return Meeting(row.id, row.kind, row.title, row.place, row.starts_on, row.ends_on, row.notes, row.source)
