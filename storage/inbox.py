"""The inbox: every event from Slack, kept before Slack is told so, applied once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Index, Integer, String, Table, and_, delete, func, or_, select, update

from storage.database import Conn, UTCDateTime, insert_all_new, metadata

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", String(80), nullable=False, unique=True),
    Column("kind", String(60), nullable=False),
    Column("body", JSON, nullable=False),
    Column("state", String(8), nullable=False, server_default="new"),
    Column("received_at", UTCDateTime, nullable=False),
    Column("not_before", UTCDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", String(40)),
    Index("ix_inbox_open", "state", "id"),
)
MAX_ATTEMPTS = 8


@dataclass(frozen=True)
class Kept:
    """One event that waits to be applied; `body` is Slack's whole envelope."""

    id: int
    event_id: str
    kind: str
    body: dict[str, Any]
    attempts: int


@dataclass(frozen=True)
class Arrival:
    """An event as Slack delivers it, at a moment in aware UTC; `body` is the whole envelope."""

    event_id: str
    kind: str
    body: Mapping[str, Any]
    received_at: datetime


async def keep(conn: Conn, arrivals: Sequence[Arrival]) -> None:
    """Store the events that are new: Slack delivers one event up to four times under the same id."""
    rows = [vars(each) | {"body": dict(each.body)} for each in arrivals]
    await insert_all_new(conn, inbox, rows)


async def next_new(conn: Conn, now: datetime) -> Kept | None:
    """Return the oldest event that is to be applied now."""
    row = (
        await conn.execute(
            select(inbox)
            .where(inbox.c.state == "new", or_(inbox.c.not_before.is_(None), inbox.c.not_before <= now))
            .order_by(inbox.c.id)
            .limit(1)
        )
    ).first()
    return Kept(row.id, row.event_id, row.kind, row.body, row.attempts) if row else None


async def take(conn: Conn, kept_id: int) -> bool:
    """Mark an event applied, in the transaction that applies it, and forget its words; False if another one has it.

    What mattered of its words is where its effect is.
    """
    taken = update(inbox).where(inbox.c.id == kept_id, inbox.c.state == "new")
    return (await conn.execute(taken.values(state="done", body={}, error=None))).rowcount == 1


async def mark_failed(conn: Conn, kept: Kept, code: str, now: datetime) -> None:
    """Put an event back for another try, later each time; after the last try it stays as `dead` for the Secretariat."""
    attempts = kept.attempts + 1
    wait = timedelta(seconds=2**attempts)
    state = "dead" if attempts >= MAX_ATTEMPTS else "new"
    await conn.execute(
        update(inbox)
        .where(inbox.c.id == kept.id)
        .values(attempts=attempts, not_before=now + wait, state=state, error=code)
    )


async def counts(conn: Conn) -> dict[str, int]:
    """Return how many events are in each state."""
    rows = await conn.execute(select(inbox.c.state, func.count()).group_by(inbox.c.state))
    return dict(rows.all())


async def backlog(conn: Conn) -> tuple[dict[str, int], datetime | None]:
    """Return how many events wait or were given up, by state, and since when (aware UTC) the oldest waits."""
    wanted = inbox.c.state.in_(("new", "dead"))
    rows = await conn.execute(select(inbox.c.state, func.count()).where(wanted).group_by(inbox.c.state))
    oldest = select(inbox.c.received_at).where(inbox.c.state == "new").order_by(inbox.c.id).limit(1)
    return dict(rows.all()), (await conn.execute(oldest)).scalar()


async def forget_before(conn: Conn, applied: datetime, dead: datetime) -> int:
    """Delete events received before these moments, applied ones and such as were given up; return how many.

    The ids of applied events must outlive Slack's retries; what was given up still holds its words.
    """
    done = and_(inbox.c.state == "done", inbox.c.received_at < applied)
    given_up = and_(inbox.c.state == "dead", inbox.c.received_at < dead)
    return (await conn.execute(delete(inbox).where(or_(done, given_up)))).rowcount
