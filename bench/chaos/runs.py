"""The runs: kills and pauses at random, and a death at every named point."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.chaos.herd import Herd
from bench.chaos.life import Counts, Life
from bench.chaos.replica import Plan
from bench.chaos.weather import Weather
from bot.clock import Clock
from storage.database import Database
from workspace.driver import Workspace

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
Say = Callable[[str], None]
Urls = Callable[[], Awaitable[str]]


@dataclass
class Storm:
    """A life under kills, pauses and foul weather."""

    url: str
    folder: Path
    seed: int
    kills: int
    pauses: int
    replicas: int = 1
    pace: float = 0.08
    least: int = 0
    timeout: float = 0.5
    weather: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    async def run(self, say: Say) -> Counts:
        """Live through it and count."""
        begun = time.monotonic()
        async with _workspace(self.url, self.seed) as (slack, life):
            plan = plan_for(self.url, slack, life, self.folder / "bot.log", self.timeout)
            async with Herd.up(plan, slack, self.replicas) as herd:
                await life.begin()
                weather = Weather(slack, random.Random(self.seed + 1), self.timeout, self.weather)
                weather.begins()
                await self._strikes(herd, life, weather, say)
                weather.ends()
                await herd.ready()
                await life.comes_to_rest()
                counts = await life.counts()
        self.seconds = time.monotonic() - begun
        return counts

    async def _strikes(self, herd: Herd, life: Life, weather: Weather, say: Say) -> None:
        chance = random.Random(self.seed + 2)
        strikes = ["kill"] * self.kills + ["pause"] * self.pauses
        chance.shuffle(strikes)
        living = asyncio.create_task(life.live(self.pace, self.least))
        for number, strike in enumerate(strikes, 1):
            if chance.random() < 0.8:
                # Otherwise it strikes while the process is still starting.
                await herd.connected()
            await asyncio.sleep(chance.uniform(0.02, 1.2))
            await weather.blows()
            if strike == "kill":
                herd.kill(chance)
            else:
                await herd.pause(chance, chance.uniform(1.0, 4.0) * 3 * self.timeout)
            if number % 20 == 0:
                await herd.connected()
                herd.slack.deliveries.retry_now()
            if number % 25 == 0:
                say(f"  {number} of {len(strikes)} strikes")
            if living.done():
                living.result()
        life.over = True
        await living


@asynccontextmanager
async def _workspace(url: str, seed: int) -> AsyncIterator[tuple[Workspace, Life]]:
    async with Workspace.serve(MANIFEST, now=Clock().now) as slack:
        # A dead socket is noticed at once here: Slack itself would wait three seconds for each event.
        slack.deliveries.ack_seconds = 1.5
        db = Database(url)
        try:
            yield slack, Life.in_workspace(slack, db, seed)
        finally:
            await db.close()


def plan_for(url: str, slack: Workspace, life: Life, log: Path, timeout: float) -> Plan:
    """Return the plan of a replica in this workspace."""
    return Plan(
        url, slack.api_url, slack.bot_token, slack.app_token, str(log), (life.secretary.id,), timeout=timeout
    )  # fmt: skip


# Every named point ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Death:
    """One run in which the bot died at the n-th passing of a point, and what came of it."""

    point: str
    passing: int
    died: bool
    counts: Counts

    def __str__(self) -> str:
        """Return which point it was, and what came of it."""
        return f"{self.point}, passing {self.passing}: {self.counts}"


async def points_of(url: str, folder: Path) -> Counter[str]:
    """Return the points that the short life passes, and how often."""
    passed = folder / "passed"
    await short_life(url, folder, passed=str(passed))
    return Counter(passed.read_text(encoding="utf-8").splitlines())


async def short_life(
    url: str, folder: Path, dies_at: str = "", passing: int = 1, passed: str = "", patience: float = 0.4
) -> Death:
    """Live through a little of everything, with one death at the given point."""
    async with _workspace(url, 1) as (slack, life):
        plan = plan_for(url, slack, life, folder / "bot.log", patience)
        plan = replace(plan, dies_at=dies_at, at_passing=passing, passed=passed)
        async with Herd.up(plan, slack) as herd:
            await life.begin()
            for deed in (life.post, life.change, life.ask, life.reply, life.remind, life.post, life.reply, life.edit):
                await deed()
                await life.change()
            await life.quiet()
            for _ in range(3):
                await life.tick()
            await life.comes_to_rest()
            return Death(dies_at, passing, herd.deaths > 0, await life.counts())


async def every_death(urls: Urls, folder: Path, say: Say, *, at_once: int = 4) -> list[Death]:
    """Die at every named point: at its first passing, one in the middle and the last. `urls` gives a fresh database."""
    points = await points_of(await urls(), folder)
    deaths = [(point, passing) for point, often in sorted(points.items()) for passing in passings(often)]
    say(f"  {len(points)} points, {len(deaths)} deaths")
    free, found = asyncio.Semaphore(at_once), []

    async def die(point: str, passing: int) -> None:
        async with free:
            found.append(await short_life(await urls(), folder, point, passing))
        if len(found) % 20 == 0:
            say(f"  {len(found)} of {len(deaths)} deaths")

    await asyncio.gather(*(die(*each) for each in deaths))
    return found


def passings(often: int) -> list[int]:
    """Return at which passings of a point to die: the first, one in the middle, the last."""
    return sorted({1, (often + 1) // 2, often})
