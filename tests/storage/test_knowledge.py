"""What can be found: every kind of record, as soon as it is there and no longer than that."""

from dataclasses import replace
from datetime import date

import pytest

from bot.clock import Clock
from bot.rules.answers import Passages
from bot.rules.contacts import ContactRole
from bot.rules.meetings import Kind, Plan
from bot.rules.words import terms
from storage import contacts, meetings, presidencies, search
from storage.answers import ContactsFound, PassagesFound, look_up
from storage.contacts import Entry
from storage.database import Conn, Database
from storage.profile import load_network
from storage.seed.load import seed

SUMMIT = Plan(Kind("expert"), "Expert meeting on helicopters", date(2026, 9, 1), date(2026, 9, 2), place="Windhoek")


async def kinds_found(conn: Conn, words: str, kinds: tuple[str, ...] = ()) -> set[str]:
    """Return the kinds of what is found by these words."""
    return {hit.document.kind for hit in await search.find(conn, terms(words), limit=30, kinds=kinds)}


async def test_every_shipped_kind_is_found(db: Database, clock: Clock) -> None:
    """The shipped duties, meetings, presidencies, communiqués, practices and facts stand in one index."""
    async with db.begin() as conn:
        await seed(conn, load_network(), clock.now())

        found = await kinds_found(conn, "presidency meeting communiqué duty contacts women")
        named = await kinds_found(conn, "presidency meeting", ("meeting", "presidency"))

    assert {"duty", "communique", "practice", "fact"} <= found
    assert named == {"meeting", "presidency"}


async def test_guiding_questions_are_found_where_they_are_asked_for(db: Database, clock: Clock) -> None:
    """A guiding question holds the words of many questions and answers none: it is found by its kind alone."""
    async with db.begin() as conn:
        await seed(conn, load_network(), clock.now())

        assert "question" not in await kinds_found(conn, "guiding question")
        assert await kinds_found(conn, "guiding question", ("question",)) == {"question"}


async def test_a_meeting_is_found_as_it_now_is(db: Database, clock: Clock) -> None:
    """A planned meeting is found by its words, by its new ones once it was changed, and not once it is cancelled."""
    found = []
    async with db.begin() as conn:
        planned = await meetings.plan(conn, SUMMIT, "U1", clock.now(), "form")
        found.append(await search.find(conn, terms("helicopters"), kinds=("meeting",)))
        moved = replace(SUMMIT, title="Expert meeting on radios")
        await meetings.change(conn, planned.id, 1, moved, "U1", clock.now())
        found.append(await search.find(conn, terms("helicopters"), kinds=("meeting",)))
        found.append(await search.find(conn, terms("radios"), kinds=("meeting",)))
        await meetings.change(conn, planned.id, 2, replace(moved, cancelled=True), "U1", clock.now())
        found.append(await search.find(conn, terms("radios"), kinds=("meeting",)))

    assert [len(hits) for hits in found] == [1, 0, 1, 0]


async def test_a_presidency_that_is_taken_back_is_not_found(db: Database) -> None:
    """A presidency is found under its members until it is recorded as unknown."""
    async with db.begin() as conn:
        await presidencies.set_presidency(conn, "2031", date(2031, 1, 1), date(2031, 12, 31), ["NO", "CL"])
        before = await search.find(conn, (), members=("NO",))
        await presidencies.forget_presidency(conn, "2031")
        after = await search.find(conn, (), members=("NO",))

    assert ([hit.document.title for hit in before], after) == (["Presidency 2031"], [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("who is Núria Example?", True),
        ("email of nuria example", True),
        ("Example", True),
        ("what did Núria Example recommend on courts?", False),
        ("who is Olu Example?", False),
        ("who is Núria Former?", False),
    ],
)
async def test_somebody_is_found_by_name_alone(db: Database, clock: Clock, text: str, found: bool) -> None:
    """A question of a name and little else is about that person, if they hold a role today."""
    async with db.begin() as conn:
        for name, until in (("Núria Example", None), ("Núria Former", date(2026, 1, 1))):
            entry = Entry(
                "NA", name, ContactRole.FOCAL_POINT, "", "", f"{name[-4:]}@x.example", "", "", "", None, until
            )
            await contacts.add(conn, entry, "cli", clock.now())

        answer = await look_up(conn, Passages(terms(text), text=text), clock.now().date(), audience="public")

    assert isinstance(answer, ContactsFound if found else PassagesFound)
