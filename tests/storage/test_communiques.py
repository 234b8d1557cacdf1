"""Which texts of the network are known, and that nothing unconfirmed is among them."""

from datetime import date

import pytest

from bot.clock import Clock
from bot.rules.problems import NotFound
from bot.rules.words import terms
from storage import communiques, search
from storage.database import Database
from storage.profile import load_network
from storage.seed.load import seed

ROW = {
    "title": "Joint communiqué",
    "place": "Oslo",
    "starts_on": date(2030, 5, 1),
    "ends_on": date(2030, 5, 2),
    "known": "opening",
    "notes": "Childcare",
    "source": "example.org",
}


async def test_the_confirmed_texts_are_shipped(db: Database, clock: Clock) -> None:
    """The profile ships the confirmed texts with a source each, and none of a meeting whose text is not confirmed."""
    async with db.begin() as conn:
        await seed(conn, load_network(), clock.now())
        found = await communiques.all_communiques(conn)

    assert [(each.starts_on.year, each.place) for each in found] == [
        (2016, "New York"),
        (2017, "Alicante"),
        (2018, "Berlin"),
        (2018, "New York"),
        (2022, "Geneva"),
        (2023, "Washington"),
    ]
    assert all(each.source for each in found)


async def test_a_text_is_found_under_its_number(db: Database) -> None:
    """What was seeded comes back, and a number nobody gave does not."""
    async with db.begin() as conn:
        await communiques.seed(conn, [ROW])
        found = await communiques.communique(conn, 1)

        assert (found.title, found.place, found.ends_on) == ("Joint communiqué", "Oslo", date(2030, 5, 2))
        with pytest.raises(NotFound):
            await communiques.communique(conn, 2)


async def test_a_text_is_cited_with_its_source(db: Database) -> None:
    """Whoever asks finds a text by its words, with its year and source."""
    async with db.begin() as conn:
        await communiques.seed(conn, [ROW])
        (hit,) = await search.find(conn, terms("childcare in Oslo"), "public")

    assert (hit.document.kind, hit.document.year, hit.document.url) == ("communique", 2030, "example.org")


async def test_a_profile_cannot_claim_more_than_there_is(db: Database) -> None:
    """A state of knowledge that does not exist stops the profile from loading."""
    async with db.begin() as conn:
        with pytest.raises(ValueError, match="cannot be known as guessed"):
            await communiques.seed(conn, [ROW | {"known": "guessed"}])
