"""The outbox keeps what was decided, in order, once."""

from datetime import timedelta

from bot.clock import Clock
from storage import outbox
from storage.database import Database
from storage.outbox import Item, Sent, State


async def post(db: Database, clock: Clock, key: str, channel: str = "C1") -> bool:
    async with db.begin() as conn:
        return await outbox.post(conn, key, channel, {"text": key}, clock.now())


async def claim(db: Database, clock: Clock, *busy: str) -> list[Item]:
    async with db.begin() as conn:
        return await outbox.claim(conn, "me", clock.now(), busy)


async def test_a_key_is_posted_once(db: Database, clock: Clock) -> None:
    """Deciding the same post again is no news and sends nothing twice."""
    first = await post(db, clock, "survey:1:header")
    second = await post(db, clock, "survey:1:header")

    assert (first, second) == (True, False)
    assert len(await claim(db, clock)) == 1


async def test_one_channel_is_served_in_order(db: Database, clock: Clock) -> None:
    """Of two posts to one channel only the older can be taken, until it is through; other channels do not wait."""
    for key, channel in (("a", "C1"), ("b", "C1"), ("c", "C2")):
        await post(db, clock, key, channel)

    first = await claim(db, clock)
    meanwhile = await claim(db, clock)
    async with db.begin() as conn:
        await outbox.mark_sent(conn, [Sent(first[0], "C1", "1.0")])
    then = await claim(db, clock)

    assert [item.key for item in first] == ["a", "c"]
    assert meanwhile == []
    assert [item.key for item in then] == ["b"]


async def test_a_row_in_doubt_keeps_its_channel_waiting(db: Database, clock: Clock) -> None:
    """Nothing overtakes a post whose fate is not known."""
    await post(db, clock, "a")
    await post(db, clock, "b")
    [item] = await claim(db, clock)
    async with db.begin() as conn:
        await outbox.mark_verify(conn, item, "lost")

    assert await claim(db, clock) == []


async def test_a_dead_row_lets_the_others_pass_and_can_be_tried_again(db: Database, clock: Clock) -> None:
    """A row that was given up blocks nobody, keeps its reason, and goes out again when asked."""
    await post(db, clock, "a")
    await post(db, clock, "b")
    [item] = await claim(db, clock)
    async with db.begin() as conn:
        await outbox.mark_dead(conn, item, "is_archived")
        dead = await outbox.in_state(conn, State.DEAD)
        again = await outbox.retry_dead(conn, item.id)
        twice = await outbox.retry_dead(conn, item.id)

    assert [(each.key, each.error) for each in dead] == [("a", "is_archived")]
    assert (again, twice) == (True, False)
    assert [each.key for each in await claim(db, clock)] == ["a"]


async def test_waiting_rows_are_left_until_their_moment(db: Database, clock: Clock) -> None:
    """A row put back for later is taken at that moment and not before."""
    await post(db, clock, "a")
    [item] = await claim(db, clock)
    async with db.begin() as conn:
        await outbox.mark_pending(conn, item, clock.now() + timedelta(seconds=30))

    early = await claim(db, clock)
    clock.advance(seconds=30)

    assert early == []
    assert [each.key for each in await claim(db, clock)] == ["a"]


async def test_only_the_newest_change_of_a_message_is_kept(db: Database, clock: Clock) -> None:
    """Several changes of one message that wait become one with the newest content."""
    await post(db, clock, "survey:1:header")
    [item] = await claim(db, clock)
    async with db.begin() as conn:
        await outbox.mark_sent(conn, [Sent(item, "C1", "1.0")])
        for words in ("one", "two", "three"):
            await outbox.change(conn, "survey:1:header", {"text": words}, clock.now())

    [change] = await claim(db, clock)

    assert (change.method, change.payload["text"]) == ("chat.update", "three")


async def test_a_change_made_while_one_is_under_way_follows_it(db: Database, clock: Clock) -> None:
    """A change is never lost because an older one is just being sent."""
    await post(db, clock, "h")
    [item] = await claim(db, clock)
    async with db.begin() as conn:
        await outbox.mark_sent(conn, [Sent(item, "C1", "1.0")])
        await outbox.change(conn, "h", {"text": "one"}, clock.now())
    [under_way] = await claim(db, clock)
    async with db.begin() as conn:
        await outbox.change(conn, "h", {"text": "two"}, clock.now())
        await outbox.mark_sent(conn, [Sent(under_way, "C1", "1.0")])

    [then] = await claim(db, clock)

    assert then.payload["text"] == "two"


async def test_a_sent_message_is_forgotten_and_its_key_is_not(db: Database, clock: Clock) -> None:
    """What a sent message said is gone from the outbox; that it was sent stays known."""
    await post(db, clock, "a")
    [item] = await claim(db, clock)
    async with db.begin() as conn:
        await outbox.mark_sent(conn, [Sent(item, "C1", "1.0")])
        kept = await outbox.by_key(conn, "a")

    assert kept is not None
    assert (kept.payload, kept.ts, kept.state) == ({}, "1.0", State.SENT)
    assert not await post(db, clock, "a")


async def test_after_a_restore_nothing_open_is_sent_unseen(db: Database, clock: Clock) -> None:
    """Every open row newer than the backup is put in doubt, so that Slack is asked before anything is sent."""
    await post(db, clock, "old")
    clock.advance(hours=1)
    moment = clock.now()
    clock.advance(hours=1)
    await post(db, clock, "new", "C2")
    async with db.begin() as conn:
        doubtful = await outbox.verify_all_since(conn, moment)

    assert doubtful == 1
    assert [item.key for item in await claim(db, clock)] == ["old"]


async def test_what_others_have_settled_is_not_undone(db: Database, clock: Clock) -> None:
    """A sender that comes back late cannot put a row back, in doubt or among the dead that was sent meanwhile."""
    await post(db, clock, "a")
    [item] = await claim(db, clock)
    async with db.begin() as conn:
        await outbox.mark_sent(conn, [Sent(item, "C1", "1.0")])

    async with db.begin() as conn:
        await outbox.mark_pending(conn, item, None)
        await outbox.mark_verify(conn, item, "lost")
        await outbox.mark_dead(conn, item, "is_archived")

    async with db.read() as conn:
        found = await outbox.by_key(conn, "a")
    assert found is not None
    assert found.state is State.SENT


async def test_a_row_that_was_taken_anew_belongs_to_whoever_took_it(db: Database, clock: Clock) -> None:
    """What an earlier look found out about a row says nothing about a later try of it."""
    await post(db, clock, "a")
    [first] = await claim(db, clock)
    async with db.begin() as conn:
        await outbox.mark_pending(conn, first, None)
    clock.advance(seconds=1)
    await claim(db, clock)

    async with db.begin() as conn:
        await outbox.mark_pending(conn, first, None)

    async with db.read() as conn:
        found = await outbox.by_key(conn, "a")
    assert found is not None
    assert found.state is State.SENDING
