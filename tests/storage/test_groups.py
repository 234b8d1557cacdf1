"""Things are written together, and each sender learns whether its own is kept."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from storage import inbox
from storage.database import Database
from storage.groups import GroupCommit
from storage.inbox import Arrival


def arrivals(db: Database, clock: Clock) -> Callable[[str | None], Awaitable[None]]:
    group = GroupCommit(db, inbox.keep)

    def keep(event_id: str | None) -> Awaitable[None]:
        return group.put(Arrival(event_id, "message", {}, clock.now()))  # type: ignore[arg-type]  # None is refused

    return keep


async def kept(db: Database) -> int:
    async with db.read() as conn:
        return (await conn.execute(select(func.count()).select_from(inbox.inbox))).scalar_one()


async def test_events_that_come_together_are_all_kept(db: Database, clock: Clock) -> None:
    """Sixty-four events at once, some of them twice, are each kept once when their senders are told."""
    keep = arrivals(db, clock)

    await asyncio.gather(*(keep(f"Ev{number % 60}") for number in range(64)))

    assert await kept(db) == 60


async def test_events_that_come_together_share_a_commit(db: Database, clock: Clock) -> None:
    """While one commit waits for the disk the others gather for the next: two commits serve any number."""
    keep = arrivals(db, clock)
    commits: list[object] = []
    event.listen(db.engine.sync_engine, "commit", commits.append)

    await asyncio.gather(*(keep(f"Ev{number}") for number in range(50)))

    assert len(commits) <= 2


async def test_an_event_that_cannot_be_kept_takes_no_other_with_it(db: Database, clock: Clock) -> None:
    """Whoever sent an event that the database refuses is told so; the others of its group are kept."""
    keep = arrivals(db, clock)

    told = await asyncio.gather(keep("Ev1"), keep(None), keep("Ev3"), return_exceptions=True)

    assert [isinstance(each, SQLAlchemyError) for each in told] == [False, True, False]
    assert await kept(db) == 2


async def test_nothing_is_promised_that_is_not_kept(sqlite_url: str, clock: Clock) -> None:
    """Where the database is gone, the sender learns it and can try again."""
    db = Database(sqlite_url)
    async with db.begin() as conn:
        await conn.run_sync(inbox.inbox.drop)

    with pytest.raises(SQLAlchemyError):
        await arrivals(db, clock)("Ev1")

    await db.close()
