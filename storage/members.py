"""Members: States and regional organisations that may belong, with their regional group."""

from dataclasses import dataclass

from sqlalchemy import Boolean, Column, String, Table, select

from storage.database import Conn, metadata, upsert

members = Table(
    "members",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("region", String(40), nullable=False, server_default=""),
    Column("region_confirmed", Boolean, nullable=False, server_default="0"),
)


@dataclass(frozen=True)
class Member:
    """A State (ISO 3166-1 alpha-2 code) or a regional organisation (`X-…`); `region` is its UN regional group."""

    code: str
    name: str
    kind: str
    region: str
    region_confirmed: bool


async def save(conn: Conn, member: Member) -> None:
    """Store a member, in place of what stood under its code."""
    await upsert(conn, members, ("code",), member.__dict__)


async def all_members(conn: Conn) -> dict[str, Member]:
    """Return every member by code."""
    rows = await conn.execute(select(members).order_by(members.c.name))
    return {r.code: Member(r.code, r.name, r.kind, r.region, r.region_confirmed) for r in rows}
