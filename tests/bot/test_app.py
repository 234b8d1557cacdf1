"""The bot as it is put together."""

import logging

import pytest

from bot.clock import Clock
from bot.logs import set_up
from tests.harness import harness


async def test_a_start_warns_of_nothing(
    seeded_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Starting is silent where nothing is wrong, also when the token stands in the environment."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-sample-bot")
    set_up("WARNING")
    logging.getLogger().addHandler(caplog.handler)

    async with harness(seeded_url, clock):
        pass

    assert caplog.records == []
