"""A short slice of the storm that `python -m bench.surveys` holds in full."""

import pytest

from bench.surveys import Storm
from tests.harness import Harness


@pytest.mark.parametrize("seed", [1325, 1820, 2242])
async def test_what_is_recorded_is_what_the_channel_shows(bot: Harness, seed: int) -> None:
    """After outages, lost and doubled events, edits, deletions and second thoughts, both say the same."""
    storm = Storm(bot, bot.slack.add_channel("storm"), seed)
    await storm.begin(3, 8)

    await storm.blow(120)
    await storm.calm()

    shown = storm.shown()
    assert len(shown) > 50
    assert await storm.recorded() == shown
