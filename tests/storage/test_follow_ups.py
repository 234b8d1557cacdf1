"""Progress is asked for once in a period, reported by members, and validated, alike on both databases."""

from collections.abc import AsyncIterator

import pytest

from bot.clock import Clock
from bot.rules.follow_up import Progress
from bot.rules.problems import AlreadyDone, Closed, NotFound
from bot.rules.recommendations import Kind, NewRecommendation
from storage import follow_ups, recommendations
from storage.database import Conn, Database


@pytest.fixture
async def conn(db: Database, clock: Clock) -> AsyncIterator[Conn]:
    async with db.begin() as conn:
        for text in ("Offer short tours", "Fund mediators"):
            await recommendations.propose(conn, NewRecommendation(Kind.RECOMMENDATION, text), clock.now())
        yield conn


async def test_progress_is_asked_for_once_in_a_period(conn: Conn, clock: Clock) -> None:
    """A second time in the same period is refused; the next period is another round."""
    asked = [(1, "NA"), (1, "NO"), (2, "NA")]
    first = await follow_ups.ask(conn, "2026-01 – 2026-06", "Please", "UANA", clock.now(), asked)
    with pytest.raises(AlreadyDone):
        await follow_ups.ask(conn, "2026-01 – 2026-06", "", "UBO", clock.now(), asked)
    second = await follow_ups.ask(conn, "2026-07 – 2026-12", "", "UBO", clock.now(), [(1, "NA")])

    assert await follow_ups.latest(conn) == (second, first)
    assert [(each.number, each.member) for each in await follow_ups.of_round(conn, first.id)] == asked
    assert [each.number for each in await follow_ups.of_round(conn, first.id, "NA")] == [1, 2]


async def test_the_latest_report_of_a_member_counts(conn: Conn, clock: Clock) -> None:
    """A report takes the place of the one before and has to be validated anew; once asked anew it stays as it is."""
    first = await follow_ups.ask(conn, "2026-01 – 2026-06", "", "UANA", clock.now(), [(1, "NA")])
    (asked,) = await follow_ups.of_round(conn, first.id)
    told = await follow_ups.tell(conn, asked, Progress.UNDER_WAY, "A start", "UANA", clock.now())
    checked = await follow_ups.validate(conn, told.id, told.at, "USEC", clock.now())
    clock.advance(days=1)

    changed = await follow_ups.tell(conn, asked, Progress.DONE, "Law passed", "UAYA", clock.now())

    assert (checked.validated_at, changed.validated_at) == (told.at, None)
    assert await follow_ups.of_record(conn, 1) == (changed,)
    assert (changed.progress, changed.comment) == (Progress.DONE, "Law passed")
    await follow_ups.ask(conn, "2026-07 – 2026-12", "", "UANA", clock.now(), [(1, "NA")])
    with pytest.raises(Closed):
        await follow_ups.tell(conn, asked, Progress.NOT_BEGUN, "", "UANA", clock.now())


async def test_only_what_was_seen_is_validated(conn: Conn, clock: Clock) -> None:
    """A report that changed since a reviewer saw it, and one that is validated, are not validated."""
    first = await follow_ups.ask(conn, "2026-01 – 2026-06", "", "UANA", clock.now(), [(1, "NA")])
    (asked,) = await follow_ups.of_round(conn, first.id)
    seen = await follow_ups.tell(conn, asked, Progress.UNDER_WAY, "", "UANA", clock.now())
    clock.advance(hours=1)
    now = await follow_ups.tell(conn, asked, Progress.DONE, "", "UANA", clock.now())

    for moment in (seen.at, None):
        with pytest.raises(AlreadyDone):
            await follow_ups.validate(conn, asked.id, moment, "USEC", clock.now())
    await follow_ups.validate(conn, asked.id, now.at, "USEC", clock.now())
    with pytest.raises(AlreadyDone):
        await follow_ups.validate(conn, asked.id, now.at, "USEC", clock.now())


async def test_what_was_not_asked_is_not_found(conn: Conn) -> None:
    """There is no report under an id that nobody was asked with."""
    with pytest.raises(NotFound):
        await follow_ups.report(conn, 99)
