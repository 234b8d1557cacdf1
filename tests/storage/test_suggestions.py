"""Suggestions wait for whoever said it, once each, and are forgotten when they are settled, on both databases."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.rules.problems import AlreadyDone, NotFound
from bot.rules.recommendations import Kind, NewRecommendation
from storage import suggestions
from storage.database import Conn, Database
from storage.suggestions import State

NEW = NewRecommendation(
    Kind.PRACTICE,
    "Offer short tours",
    author="UANA",
    member="NA",
    proposer="UBO",
    proposer_member="NO",
    source="C1:1.0",
)


@pytest.fixture
async def conn(db: Database) -> AsyncIterator[Conn]:
    async with db.begin() as conn:
        yield conn


async def test_a_suggestion_comes_back_as_it_was(conn: Conn, clock: Clock) -> None:
    """What waits is kept whole and found by its source; the same source is suggested once."""
    found = await suggestions.suggest(conn, NEW, clock.now())

    assert (found.new, found.state, found.number) == (NEW, State.WAITING, None)
    assert await suggestions.of_source(conn, "C1:1.0") == await suggestions.suggestion(conn, found.id) == found
    assert await suggestions.of_source(conn, "C1:2.0") is None
    with pytest.raises(AlreadyDone):
        await suggestions.suggest(conn, NEW, clock.now())
    with pytest.raises(NotFound):
        await suggestions.suggestion(conn, 99)


async def test_it_waits_for_its_author_or_the_delegation(conn: Conn, clock: Clock) -> None:
    """What somebody said waits for them alone; what nobody in particular said, for everybody of the delegation."""
    await suggestions.suggest(conn, NEW, clock.now())
    await suggestions.suggest(conn, replace(NEW, author=None, source="answer:1"), clock.now())

    waiting = {
        (user, member): [each.id for each in await suggestions.waiting_for(conn, user, member)]
        for user, member in (("UANA", "NA"), ("UAYA", "NA"), ("UBO", "NO"), ("UX", None))
    }

    assert waiting == {("UANA", "NA"): [1, 2], ("UAYA", "NA"): [2], ("UBO", "NO"): [], ("UX", None): []}


async def test_what_is_settled_is_forgotten(conn: Conn, clock: Clock) -> None:
    """A settled suggestion keeps neither words nor names, waits for nobody, and is settled once."""
    found = await suggestions.suggest(conn, NEW, clock.now())

    await suggestions.settle(conn, found, State.REFUSED, "UANA", clock.now())

    row = (await conn.execute(select(suggestions.suggestions))).one()
    assert (row.author, row.member, row.new) == (None, None, {})
    assert await suggestions.waiting_for(conn, "UANA", "NA") == ()
    with pytest.raises(AlreadyDone):
        await suggestions.settle(conn, found, State.CONFIRMED, "UANA", clock.now())
