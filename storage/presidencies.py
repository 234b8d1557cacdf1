"""Presidencies: periods and the one or two members that hold each."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, delete, insert, select
from sqlalchemy.engine import Connection

from bot.rules.countries import load_gazetteer
from bot.rules.presidency import Presidency
from storage import search
from storage.database import Conn, metadata

presidencies = Table(
    "presidencies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("label", String(40), nullable=False, unique=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("source", String(500), nullable=False, server_default=""),
)
presidency_members = Table(
    "presidency_members",
    metadata,
    Column("presidency_id", ForeignKey("presidencies.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("member", String(12), nullable=False),
)


async def all_presidencies(conn: Conn) -> tuple[Presidency, ...]:
    """Return every known presidency, oldest first."""
    return await conn.run_sync(read_presidencies)


def read_presidencies(connection: Connection) -> tuple[Presidency, ...]:
    """Return the same, for those who read with `Database.look`."""
    rows = connection.execute(
        select(presidencies, presidency_members.c.member)
        .join(presidency_members)
        .order_by(presidencies.c.starts_on, presidency_members.c.position)
    )
    found: dict[str, Presidency] = {}
    for row in rows:
        known = found.get(row.label)
        members = (*known.members, row.member) if known else (row.member,)
        found[row.label] = Presidency(row.label, row.starts_on, row.ends_on, members, row.source)
    return tuple(found.values())


async def lock(conn: Conn) -> None:
    """Let nobody else change a presidency until this transaction ends."""
    await conn.execute(select(presidencies.c.id).with_for_update())


async def forget_presidency(conn: Conn, label: str) -> None:
    """Record that it is not known after all who presides in the period `label`."""
    await conn.execute(delete(presidencies).where(presidencies.c.label == label))
    await search.forget(conn, "presidency", label)


async def set_presidency(
    conn: Conn, label: str, starts_on: date, ends_on: date, members: Sequence[str], source: str = ""
) -> None:
    """Record who presides from `starts_on` to `ends_on`, both included, in place of what stood under `label`."""
    await forget_presidency(conn, label)
    values = {"label": label, "starts_on": starts_on, "ends_on": ends_on, "source": source}
    row = await conn.execute(insert(presidencies).values(values).returning(presidencies.c.id))
    key = row.scalar_one()
    rows = [{"presidency_id": key, "position": i, "member": code} for i, code in enumerate(members)]
    await conn.execute(insert(presidency_members), rows)
    await search.index(conn, as_document(Presidency(label, starts_on, ends_on, tuple(members), source)))


def as_document(found: Presidency) -> search.Document:
    """Return a presidency as it is found and cited; whoever may ask may read it."""
    names = " and ".join(load_gazetteer().display_name(code) for code in found.members)
    days = f"{found.starts_on.isoformat()} to {found.ends_on.isoformat()}"
    return search.Document(
        "presidency",
        found.label,
        f"Presidency {found.label}",
        f"{names} chair the network, {days}.",
        names,
        found.starts_on.year,
        found.source or "/wps-troika history",
        members=found.members,
    )
