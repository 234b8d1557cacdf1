"""Events are kept together, and each sender learns whether its own is kept."""

import asyncio

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.intake import Intake
from storage import inbox
from storage.database import Database


async def kept(db: Database) -> int:
    async with db.read() as conn:
        return (await conn.execute(select(func.count()).select_from(inbox.inbox))).scalar_one()


async def test_events_that_come_together_are_all_kept(db: Database, clock: Clock) -> None:
    """Sixty-four events at once, some of them twice, are each kept once when their senders are told."""
    intake = Intake(db, clock.now)

    await asyncio.gather(*(intake.keep(f"Ev{number % 60}", "message", {"n": number}) for number in range(64)))

    assert await kept(db) == 60


async def test_events_that_come_together_share_a_commit(db: Database, clock: Clock) -> None:
    """While one commit waits for the disk the others gather for the next: two commits serve any number."""
    intake = Intake(db, clock.now)
    commits: list[object] = []
    event.listen(db.engine.sync_engine, "commit", commits.append)

    await asyncio.gather(*(intake.keep(f"Ev{number}", "message", {}) for number in range(50)))

    assert len(commits) <= 2


async def test_an_event_that_cannot_be_kept_takes_no_other_with_it(db: Database, clock: Clock) -> None:
    """Whoever sent an event that the database refuses is told so; the others of its group are kept."""
    intake = Intake(db, clock.now)

    told = await asyncio.gather(
        intake.keep("Ev1", "message", {}),
        intake.keep("Ev2", None, {}),  # type: ignore[arg-type]  # what the database refuses
        intake.keep("Ev3", "message", {}),
        return_exceptions=True,
    )

    assert [isinstance(each, SQLAlchemyError) for each in told] == [False, True, False]
    assert await kept(db) == 2


async def test_nothing_is_promised_that_is_not_kept(sqlite_url: str, clock: Clock) -> None:
    """Where the database is gone, the sender learns it and can try again."""
    db = Database(sqlite_url)
    async with db.begin() as conn:
        await conn.run_sync(inbox.inbox.drop)

    with pytest.raises(SQLAlchemyError):
        await Intake(db, clock.now).keep("Ev1", "message", {})

    await db.close()
