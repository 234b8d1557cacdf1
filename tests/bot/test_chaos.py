"""A slice of `make chaos`: real processes, killed, frozen and dead at named points, lose nothing and repeat nothing."""

from pathlib import Path

import pytest

from bench.chaos.runs import Storm, short_life


async def test_kills_and_pauses_lose_nothing_and_repeat_nothing(seeded_url: str, tmp_path: Path) -> None:
    """Through kills, a pause and a foul-weathered Slack everything that was said and decided arrives once, in order."""
    storm = Storm(seeded_url, tmp_path, seed=1325, kills=2, pauses=1, pace=0.12, least=30)

    counts = await storm.run(print)

    assert counts.good, counts
    assert counts.expected > 5


@pytest.mark.parametrize(
    "point",
    [
        "after chat.postMessage (delivery._call)",
    ],
)
async def test_a_death_at_a_named_point_loses_nothing(seeded_url: str, tmp_path: Path, point: str) -> None:
    """Wherever between commits and calls to Slack the process dies, the next one goes on as if nothing had been."""
    death = await short_life(seeded_url, tmp_path, point, passing=2, patience=0.5)

    assert death.died
    assert death.counts.good, death
