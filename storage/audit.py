"""The audit log: who changed what, when, without the words of answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Integer, String, Table, delete, insert, select

from storage.database import Conn, UTCDateTime, metadata

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("actor", String(40), nullable=False),
    Column("deed", String(60), nullable=False),
    Column("subject", String(120), nullable=False, index=True),
    Column("details", JSON, nullable=False),
)


@dataclass(frozen=True)
class Entry:
    """One change: `actor` is a Slack user id or `cli`, `subject` reads like `survey 3`."""

    at: datetime
    actor: str
    deed: str
    subject: str
    details: dict[str, Any]


async def note(conn: Conn, at: datetime, actor: str, deed: str, subject: str, **details: object) -> None:
    """Write one line of the log in the transaction of the change it speaks of."""
    values: Mapping[str, object] = {"at": at, "actor": actor, "deed": deed, "subject": subject, "details": details}
    await conn.execute(insert(audit).values(values))


async def of_subject(conn: Conn, subject: str) -> tuple[Entry, ...]:
    """Return what happened to `subject`, oldest first."""
    rows = await conn.execute(select(audit).where(audit.c.subject == subject).order_by(audit.c.id))
    return tuple(Entry(r.at, r.actor, r.deed, r.subject, r.details) for r in rows)


async def forget_before(conn: Conn, moment: datetime) -> int:
    """Delete the lines written before `moment`; return how many."""
    return (await conn.execute(delete(audit).where(audit.c.at < moment))).rowcount
