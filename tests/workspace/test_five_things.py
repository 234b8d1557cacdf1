"""The five things that Focal is for, done by a person on the page over plain HTTP, with the real bot behind it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.harness import Harness
from tests.workspace.test_page import Reading, Tab
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Channel


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a plain HTTP client."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def sofia(bot: Harness) -> Person:
    return await bot.member_of_secretariat("Sofia Lind")


@pytest.fixture
async def hana(bot: Harness) -> Person:
    return await bot.person("Hana Mori", "JP")


@pytest.fixture
def room(bot: Harness, sofia: Person, hana: Person) -> Channel:
    return bot.slack.add_channel("network", [sofia, hana])


@pytest.fixture
def his(bot: Harness, session: aiohttp.ClientSession, hana: Person, room: Channel) -> Tab:
    """Return the tab of a focal point."""
    del room
    return Tab(session, bot.slack, hana)


@pytest.fixture
def hers(bot: Harness, session: aiohttp.ClientSession, sofia: Person, room: Channel) -> Tab:
    """Return the tab of somebody in the Secretariat."""
    del room
    return Tab(session, bot.slack, sofia)


async def typed(tab: Tab, room: Channel, text: str) -> Reading:
    """Return what a person sees after they have typed something."""
    await tab.say(room, text)
    return await tab.visit(room)


async def test_a_contact_is_found(his: Tab, room: Channel) -> None:
    """A member's name in another language brings the card of its focal point."""
    page = await typed(his, room, "/wps-contacts 日本")

    assert "Hana Mori" in page.text
    assert "hana.mori@example.org" in page.text


async def test_a_question_is_answered(his: Tab, room: Channel) -> None:
    """A question is answered with its source, before the asker alone."""
    page = await typed(his, room, "/wps who chaired in 2019?")

    assert "Only visible to you" in page.text
    assert "Presidency 2019: Namibia – source:" in page.text


async def test_a_survey_is_started_answered_and_read(bot: Harness, his: Tab, hers: Tab, room: Channel) -> None:
    """The form starts a survey, a reply in a question's thread is an answer, and the results say so."""
    form = await typed(hers, room, "/wps-survey start")
    await hers.submit(form, title="Childcare on deployment")
    await bot.settle()
    question = next(each for each in bot.slack.messages(room) if "Question 1 of" in text_of(each))

    await his.say(room, "We fund it.", question.ts)
    await bot.settle()
    results = await typed(hers, room, "/wps-survey results 1")

    assert "Answered by: Japan" in results.text
    assert "white_check_mark" in bot.slack.thread(question)[0].reactions


async def test_a_recommendation_is_proposed_and_endorsed(bot: Harness, his: Tab, room: Channel) -> None:
    """The form puts a recommendation into the store, and another delegation endorses it with a button."""
    bo = await bot.person("Bo Sample", "NO")
    room.members.append(bo.id)
    theirs = Tab(his.session, bot.slack, bo)
    form = await typed(his, room, "/wps-recommend Train judges for courts martial")
    await his.submit(form, theme="funding")

    shown = await typed(theirs, room, "/wps-recommend show 1")
    await theirs.press(shown, "Endorse")
    await bot.settle()

    assert "Endorsed by delegations: 1 (Norway)" in (await theirs.visit(room)).text


async def test_a_reminder_arrives_and_is_done(bot: Harness, hers: Tab, room: Channel) -> None:
    """A reminder is scheduled by its form and looked over; the clock is moved, it arrives, and Done marks it."""
    bot.slack.jump = bot.at
    form = await typed(hers, room, "/wps-troika remind Send the topics")
    await hers.submit(form, group="secretariat", day="2026-03-03", time="09:00")
    await hers.submit(await hers.visit(room))
    await bot.settle()

    await hers.post("jump", {"by": "day"})
    arrived = await hers.visit(hers.person.dm)
    await hers.press(arrived, "Done")
    await bot.settle()

    assert "Send the topics" in arrived.text
    assert "Done –" in (await hers.visit(hers.person.dm)).text
