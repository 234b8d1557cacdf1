"""One process of the bot as it runs, which can be told to die at a named point."""

import asyncio
import inspect
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.app import alone, compose, connected, running, stop_asked
from bot.clock import Clock
from bot.logs import set_up
from bot.settings import Settings
from storage.database import Conn, Database
from storage.groups import GroupCommit
from storage.migrations.steps import upgrade

ROOT = Path(__file__).parents[2]
PASSED_OVER = ("database.py", "slack.py")
OTHERS = {"bench", "site-packages"}


@dataclass(frozen=True)
class Plan:
    """Where a replica works, where it writes its log, and where it dies: at the n-th passing of a point.

    `passed` names a file to which it adds every point that it passes.
    """

    url: str
    api_url: str
    bot_token: str
    app_token: str
    log: str
    secretariat: tuple[str, ...] = ()
    timeout: float = 0.5
    sockets: int = 1
    dies_at: str = ""
    at_passing: int = 1
    passed: str = ""


class Points:
    """The points that a replica passes, each with a name: before and after every commit and every call to Slack."""

    def __init__(self, plan: Plan) -> None:
        """Die where `plan` says so."""
        self._plan = plan
        self._passings = 0

    def passed(self, what: str) -> None:
        """Pass a point."""
        name = f"{what} ({_place(inspect.currentframe())})"
        if self._plan.passed:
            with Path(self._plan.passed).open("a", encoding="utf-8") as file:
                file.write(name + "\n")
        if name == self._plan.dies_at:
            self._passings += 1
            if self._passings == self._plan.at_passing:
                os.kill(os.getpid(), signal.SIGKILL)


def _place(frame: FrameType | None) -> str:
    """Return which function of Focal's own is at work; those that await each other stand on one stack."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and not OTHERS & set(path.parts) and path.name not in PASSED_OVER:
            group = frame.f_locals.get("self")
            if isinstance(group, GroupCommit):
                return f"group of {group.write.__qualname__}"
            return f"{path.stem}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "start"


class Watched(Database):
    """A database whose commits are points."""

    def __init__(self, url: str, points: Points) -> None:
        """Open `url` and tell `points`."""
        super().__init__(url)
        self._points = points

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Conn]:
        """Open a transaction; its commit is passed in two points."""
        async with super().begin() as conn:
            yield conn
            self._points.passed("before the commit")
        self._points.passed("after the commit")


def _watched_calls(points: Points) -> aiohttp.TraceConfig:
    watch = aiohttp.TraceConfig()

    async def before(_session: aiohttp.ClientSession, _context: Any, start: aiohttp.TraceRequestStartParams) -> None:
        points.passed(f"before {start.url.name}")

    async def after(_session: aiohttp.ClientSession, _context: Any, end: aiohttp.TraceRequestEndParams) -> None:
        points.passed(f"after {end.url.name}")

    watch.on_request_start.append(before)
    watch.on_request_end.append(after)
    return watch


def live(plan: Plan) -> None:
    """Run until asked to stop, or killed."""
    log = os.open(plan.log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    os.dup2(log, 2)
    set_up("INFO", pretty=False)
    asyncio.run(_live(plan))


async def _live(plan: Plan) -> None:
    settings = Settings(
        slack_bot_token=SecretStr(plan.bot_token),
        slack_app_token=SecretStr(plan.app_token),
        slack_api_url=plan.api_url,
        database_url=plan.url,
        secretariat=plan.secretariat,
        timeout_seconds=plan.timeout,
        pace_seconds=0.01,
        beat_seconds=0.2,
        sockets=plan.sockets,
    )
    points, clock = Points(plan), Clock()
    db = Watched(plan.url, points)
    patience = aiohttp.ClientTimeout(total=plan.timeout)
    await upgrade(db)
    async with aiohttp.ClientSession(timeout=patience, trace_configs=[_watched_calls(points)]) as session:
        with alone(db):
            bot = await compose(settings, clock, db, session)
            async with running(bot, clock), connected(bot, plan.app_token, plan.sockets):
                await stop_asked()
    await db.close()


def bring_up(url: str) -> None:
    """Bring a database up to date, as every process does when it starts."""

    async def bring() -> None:
        db = Database(url)
        await upgrade(db)
        await db.close()

    asyncio.run(bring())
