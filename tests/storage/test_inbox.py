"""The inbox keeps an event once and hands it out until it is applied."""

from datetime import timedelta

from bot.clock import Clock
from storage import inbox
from storage.database import Database
from storage.inbox import Arrival

BODY = {"event": {"type": "message", "text": "a secret"}}


async def keep(db: Database, clock: Clock, *event_ids: str) -> None:
    async with db.begin() as conn:
        await inbox.keep(conn, [Arrival(each, "message", BODY, clock.now()) for each in event_ids or ("Ev1",)])


async def kept(db: Database) -> list[str]:
    async with db.read() as conn:
        rows = await conn.execute(inbox.inbox.select().order_by(inbox.inbox.c.id))
        return [row.event_id for row in rows]


async def test_an_event_is_kept_once(db: Database, clock: Clock) -> None:
    """Slack's retries of one event find it there already, alone or among others."""
    await keep(db, clock, "Ev1")
    await keep(db, clock, "Ev1")
    await keep(db, clock, "Ev2", "Ev1", "Ev3")

    assert await kept(db) == ["Ev1", "Ev2", "Ev3"]


async def test_an_event_is_taken_once_and_forgotten(db: Database, clock: Clock) -> None:
    """Of two that would apply an event one gets it, and its words do not outlive that."""
    await keep(db, clock)
    async with db.begin() as conn:
        kept = await inbox.next_new(conn, clock.now())
        assert kept is not None
        taken = await inbox.take(conn, kept.id)
        again = await inbox.take(conn, kept.id)
        stored = (await conn.execute(inbox.inbox.select())).one()

    assert (taken, again) == (True, False)
    assert stored.body == {}


async def test_a_failed_event_is_tried_again_later_and_finally_kept_as_dead(db: Database, clock: Clock) -> None:
    """An event that cannot be applied waits longer each time, and is never thrown away."""
    await keep(db, clock)
    for _ in range(inbox.MAX_ATTEMPTS):
        async with db.begin() as conn:
            kept = await inbox.next_new(conn, clock.now())
            assert kept is not None
            await inbox.mark_failed(conn, kept, "F-1", clock.now())
            assert await inbox.next_new(conn, clock.now()) is None
        clock.advance(hours=1)
    async with db.read() as conn:
        counts = await inbox.counts(conn)

    assert counts == {"dead": 1}


async def test_old_events_are_forgotten_only_when_done(db: Database, clock: Clock) -> None:
    """Retention deletes what was applied and leaves what waits."""
    await keep(db, clock, "Ev1")
    await keep(db, clock, "Ev2")
    async with db.begin() as conn:
        kept = await inbox.next_new(conn, clock.now())
        assert kept is not None
        await inbox.take(conn, kept.id)
        later = clock.now() + timedelta(days=1)
        gone = await inbox.forget_before(conn, later, later)

    assert gone == 1
    assert not await keep(db, clock, "Ev2")
