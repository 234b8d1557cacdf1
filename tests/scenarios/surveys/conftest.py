"""Who takes part in the conversations about surveys."""

import pytest

from tests.harness import Harness
from tests.scenarios.surveys.cast import Cast
from workspace.person import Person


@pytest.fixture
def cast(bot: Harness) -> Cast:
    return Cast(bot, bot.slack.add_channel("network"))


@pytest.fixture
async def secretariat(cast: Cast) -> Person:
    return await cast.joins("Sec Retary", "X-UNW", "secretariat")


@pytest.fixture
async def ana(cast: Cast) -> Person:
    return await cast.joins("Ana Example", "NA")


@pytest.fixture
async def bo(cast: Cast) -> Person:
    return await cast.joins("Bo Sample", "NO")


@pytest.fixture
async def running(cast: Cast, secretariat: Person) -> Cast:
    """Return the cast of a running survey of two questions, answers attributed."""
    await cast.starts(secretariat)
    return cast
