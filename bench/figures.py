"""A figure, the floor it is held against, and how both are printed."""

import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

Once = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Figure:
    """One thing that was measured: the `floor` in the same run, Focal's own value, and what is aimed at, in words."""

    what: str
    floor: str
    ours: str
    ratio: str
    target: str


@dataclass(frozen=True)
class Spread:
    """Milliseconds of many runs."""

    p50: float
    p99: float

    def __str__(self) -> str:
        """Return both in words."""
        return f"{self.p50:.2f} / {self.p99:.2f} ms"


async def spread(once: Once, times: int) -> Spread:
    """Return how long `times` runs took, one after another, after a tenth as many that do not count."""
    for _ in range(max(1, times // 10)):
        await once()
    return spread_of([await _timed(once) for _ in range(times)])


def spread_of(milliseconds: Sequence[float]) -> Spread:
    """Return the median and the 99th percentile."""
    ordered = sorted(milliseconds)
    return Spread(statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))])


async def _timed(once: Once) -> float:
    start = time.perf_counter()
    await once()
    return (time.perf_counter() - start) * 1000


def ratio_of(what: str, floor: Spread, ours: Spread, target: str) -> Figure:
    """Return a figure of two spreads, with the ratio of their medians."""
    return Figure(what, str(floor), str(ours), f"{ours.p50 / floor.p50:.3f}", target)


def show(title: str, figures: Iterable[Figure]) -> None:
    """Print a table."""
    table = Table("figure", "floor here", "Focal", "ratio", "aim", title=title, title_justify="left")
    for each in figures:
        table.add_row(each.what, each.floor, each.ours, each.ratio, each.target)
    Console(width=150).print(table)
