"""What is kept has an end, and the clock keeps it."""

from datetime import datetime, timedelta

from bot.clock import Clock
from bot.retention import EVENT_IDS, Retention
from bot.rules.people import Profile
from storage import audit, contacts, inbox, outbox, people
from storage.database import Database
from storage.inbox import Arrival, Kept
from storage.profile import load_network
from tests.harness import Harness

NETWORK = load_network()
TYPED = timedelta(days=NETWORK.retention_days)


async def fill(db: Database, now: datetime) -> None:
    """Put one thing of each kind into the database, as of `now`."""
    async with db.begin() as conn:
        for name in ("done", "dead"):
            await inbox.keep(conn, [Arrival(name, "message", {"event": {"text": "typed"}}, now)])
            kept = await inbox.next_new(conn, now)
            assert kept is not None
            await (inbox.take(conn, kept.id) if name == "done" else _give_up(conn, kept, now))
        await outbox.post(conn, "refused", "C1", {"text": "typed"}, now)
        [item] = await outbox.claim(conn, "me", now)
        await outbox.mark_dead(conn, item, "is_archived")
        await audit.note(conn, now, "U1", "close", "survey 1")
        for user_id in ("U1", "U2"):
            await people.save(conn, Profile(user_id, "T1", user_id, "", "UTC", "en-US", False, False, False), now)
        row = {"member": "NA", "name": "Ana", "role": "focal point", "user_id": "U1", "updated_at": now}
        await conn.execute(contacts.contacts.insert().values(row))


async def _give_up(conn: inbox.Conn, kept: Kept, now: datetime) -> None:
    last = Kept(kept.id, kept.event_id, kept.kind, kept.body, inbox.MAX_ATTEMPTS - 1)
    await inbox.mark_failed(conn, last, "F-1", now)


async def left(db: Database) -> set[str]:
    """Return what is still there."""
    async with db.read() as conn:
        events = {row.event_id for row in await conn.execute(inbox.inbox.select())}
        posts = {row.key for row in await conn.execute(outbox.outbox.select())}
        known = {row.user_id for row in await conn.execute(people.people.select())}
        lines = {row.deed for row in await conn.execute(audit.audit.select())}
    return events | posts | known | lines


async def test_everything_goes_when_its_time_is_over(db: Database, clock: Clock) -> None:
    """Event ids go after a month, what people typed after the profile's period, the audit log after its own."""
    await fill(db, clock.now())
    retention = Retention(db, NETWORK)
    began, seen = clock.now(), []

    for period in (EVENT_IDS, TYPED, timedelta(days=NETWORK.audit_days)):
        for moment in (began + period, began + period + timedelta(days=1)):
            await retention.when_due(moment)
            seen.append(await left(db))

    everything = {"done", "dead", "refused", "U1", "U2", "close"}
    assert seen == [
        everything,
        everything - {"done"},
        everything - {"done"},
        {"U1", "close"},
        {"U1", "close"},
        {"U1"},
    ]


async def test_it_is_done_once_a_day(db: Database, clock: Clock) -> None:
    """Between two days nothing is looked at: a beat every few seconds must cost nothing."""
    await fill(db, clock.now() - EVENT_IDS - timedelta(minutes=1))
    retention = Retention(db, NETWORK)
    await retention.when_due(clock.now() - timedelta(hours=1))
    async with db.begin() as conn:
        await inbox.keep(conn, [Arrival("late", "message", {}, clock.now() - EVENT_IDS * 2)])
        kept = await inbox.next_new(conn, clock.now())
        assert kept is not None
        await inbox.take(conn, kept.id)

    await retention.when_due(clock.now())
    still = "late" in await left(db)
    await retention.when_due(clock.now() + timedelta(days=1))

    assert still
    assert "late" not in await left(db)


async def test_the_beat_forgets(bot: Harness) -> None:
    """The running bot does it by itself, by the clock alone."""
    await bot.person("Ana Example")
    async with bot.bot.focal.db.begin() as conn:
        await audit.note(conn, bot.clock.now(), "U1", "close", "survey 1")

    await bot.at(bot.clock.now() + timedelta(days=NETWORK.audit_days + 1))

    async with bot.bot.focal.db.read() as conn:
        assert await audit.of_subject(conn, "survey 1") == ()
