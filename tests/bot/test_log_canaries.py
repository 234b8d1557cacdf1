"""A whole run at the most talkative level, and nothing of anybody's in what it logged."""

import asyncio
import csv
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml

from bot.app import Bot, connected, started
from bot.clock import Clock
from bot.demo import CHANNEL, MANIFEST, SAMPLE, SECRETARIAT, STORY, invite, meet, play, settings_for
from bot.logs import set_up
from storage import outbox
from workspace.driver import Workspace

TYPED = "canary in a coal mine"


@pytest.fixture
def logs() -> Iterator[None]:
    """Let a test set up logs of its own; afterwards they are as before."""
    before = {name: logging.getLogger(name).level for name in logging.root.manager.loggerDict}
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers, logging.root.level = handlers, level
    for name, was in before.items():
        logging.getLogger(name).setLevel(was)


def texts_in(thing: Any) -> Iterator[str]:
    """Yield every text of more than two words in a story."""
    if isinstance(thing, str) and len(thing.split()) > 2:
        yield thing.strip()
    elif isinstance(thing, dict | list):
        for each in thing.values() if isinstance(thing, dict) else thing:
            yield from texts_in(each)


def secrets(slack: Workspace) -> set[str]:
    """Return what must not be in any log: tokens, names, addresses, numbers, and what anybody typed."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        people = [row[field] for row in csv.DictReader(file) for field in ("name", "email", "phone") if row.get(field)]
    story = texts_in(yaml.safe_load(STORY.read_text(encoding="utf-8")))
    return {slack.bot_token, slack.app_token, TYPED, "xoxb-", "xapp-", *people, *story}


async def waits(bot: Bot) -> bool:
    """Tell whether the last thing that was decided has not been refused yet."""
    async with bot.focal.db.read() as conn:
        return "dead" not in await outbox.counts(conn)


async def test_a_whole_run_logs_nothing_of_anybodys(
    tmp_path: Path, clock: Clock, logs: None, capfd: pytest.CaptureFixture[str]
) -> None:
    """Through the demo's story, with faults on top, no token, name, address or word of anybody's reaches the log."""
    set_up("DEBUG", pretty=False)
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(Workspace.serve(MANIFEST, now=clock.now))
        cast = invite(slack)
        bot = await stack.enter_async_context(started(settings_for(slack, cast, tmp_path / "focal.db"), clock))
        await meet(bot, cast, clock)
        await stack.enter_async_context(connected(bot, slack.app_token, 1))
        await play(slack, cast, bot)
        secretariat = cast[SECRETARIAT]
        slack.fail("chat.postMessage", status=500)
        slack.drop_after_accept("reactions.add")
        slack.fail("users.info", status=500)
        for command in ("/wps", "/wps-contacts", "/wps-survey", "/wps-recommend", "/wps-troika", "/wps-meeting"):
            await secretariat.command(f"{command} {TYPED}", CHANNEL)
        await secretariat.command(f"/wps-communique {TYPED}", CHANNEL)
        await secretariat.tell_app(TYPED)
        await slack.add_user("Robin Canary", email="robin.canary@example.org").tell_app(TYPED)
        await slack.until(lambda: "chat.postMessage" not in slack.server.faults, 20)
        async with bot.focal.db.begin() as conn:
            await outbox.post(conn, "canary", "C0NOWHERE", {"text": TYPED}, clock.now())
        async with asyncio.timeout(20):
            while await waits(bot):  # noqa: ASYNC110 - what waits is rows, which tell nobody when they are done
                await asyncio.sleep(0.05)

    logged = capfd.readouterr()
    said = logged.out + logged.err
    found = {each for each in secrets(slack) | {"Robin Canary", "robin.canary"} if each in said}
    assert "refused" in said
    assert "not_delivered" in said
    assert found == set()
