"""The demo: what a newcomer finds on the page."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.app import Bot, connected, started
from bot.clock import Clock
from bot.demo import CHANNEL, MANIFEST, SECRETARIAT, invite, let_time_pass, meet, play, settings_for
from tests.conftest import START
from workspace.driver import Workspace, text_of
from workspace.person import Person
from workspace.state import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")
Demo = tuple[Workspace, dict[str, Person], Clock, Bot]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """Return the demo after its story; one for all tests, of which the one that lets time pass comes last."""
    clock = Clock(START)
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(Workspace.serve(MANIFEST, now=clock.now))
        cast = invite(slack)
        settings = settings_for(slack, cast, tmp_path_factory.mktemp("demo") / "demo.db")
        bot = await stack.enter_async_context(started(settings, clock))
        await meet(bot, cast, clock)
        await stack.enter_async_context(connected(bot, slack.app_token, 1))
        await play(slack, cast, bot)
        yield slack, cast, clock, bot


async def test_nobody_finds_what_they_have_not_typed(demo: Demo) -> None:
    """What the story's people were shown while it was played is gone from their screens."""
    slack, cast, _clock, _bot = demo

    leftovers: list[Message] = [
        message
        for person in cast.values()
        for channel in (slack.team.channel(CHANNEL), person.dm)
        if channel is not None
        for message in slack.team.seen_by(person.id, channel.id)
        if message.ephemeral_to is not None
    ]

    assert leftovers == []


async def test_a_newcomer_finds_all_five_things(demo: Demo) -> None:
    """Contacts, answers, a survey under way, recommendations in several states and reminders are there to be tried."""
    _slack, cast, _clock, _bot = demo
    chair, secretariat = cast["Haruka Minazuki"], cast[SECRETARIAT]

    contact = text_of(await chair.command("/wps-contacts Namibia"))
    answer = text_of(await chair.command("/wps who chaired in 2019?"))
    results = text_of(await chair.command("/wps-survey results 1"))
    recommended = text_of(await chair.command("/wps-recommend list"))
    scheduled = text_of(await secretariat.command("/wps-troika reminders"))

    assert "Ndapewa Shikongo-Amutenya" in contact
    assert "Namibia" in answer
    assert "Delegations by region" in results
    assert [state for state in ("accepted", "under review", "proposed") if state in recommended.casefold()] == [
        "accepted",
        "under review",
        "proposed",
    ]
    assert "Newsletter" in scheduled


async def test_a_running_clock_is_not_overtaken(demo: Demo) -> None:
    """A jump goes all the way while the clock runs on by itself, past the moments that were just looked up."""
    _slack, _cast, _clock, bot = demo
    running = Clock()
    to = running.now() + timedelta(milliseconds=200)

    for _ in range(20):
        await let_time_pass(bot, running, max(to, running.now() + timedelta(microseconds=500)))

    assert running.now() >= to


async def test_time_goes_forward_alone(demo: Demo) -> None:
    """A moment that has passed cannot be jumped to."""
    _slack, _cast, clock, bot = demo

    with pytest.raises(ValueError, match="forward"):
        await let_time_pass(bot, clock, clock.now() - timedelta(minutes=1))


async def test_its_reminders_arrive_when_the_clock_is_moved(demo: Demo) -> None:
    """Jumping two days ahead brings the Troika its reminder as waiting would: on the day, each by their own clock."""
    slack, cast, clock, bot = demo
    chair = cast["Ingrid Solbakken Vik"]

    await let_time_pass(bot, clock, clock.now() + timedelta(days=2))
    await slack.until(lambda: slack.messages(chair.dm), 20)

    reminder = text_of(slack.messages(chair.dm)[-1])
    assert "Send the Secretariat the topics" in reminder
    assert "09:00 (Europe/Oslo, UTC+1)" in reminder
    assert "comes late" not in reminder
