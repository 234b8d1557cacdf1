"""The processes that run the bot: started, killed, frozen, thawed, and started again."""

import asyncio
import multiprocessing
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.context import ForkServerProcess

from bench.chaos.replica import Plan, live
from workspace.driver import Workspace

SECONDS = 180.0
"""How long a replica may take to connect, on a busy machine."""


@dataclass
class Herd:
    """So many replicas of one plan, held up against whatever befalls them."""

    plan: Plan
    slack: Workspace
    size: int = 1
    kills: int = 0
    pauses: int = 0
    deaths: int = 0
    _members: list[ForkServerProcess] = field(default_factory=list)
    _frozen: set[int] = field(default_factory=set)
    _closing: bool = False

    @classmethod
    @asynccontextmanager
    async def up(cls, plan: Plan, slack: Workspace, size: int = 1) -> AsyncIterator["Herd"]:
        """Start `size` replicas and hold them up for as long as the block lasts."""
        herd = cls(plan, slack, size)
        herd._members = [herd._start(plan) for _ in range(size)]
        tending = asyncio.create_task(herd._tend())
        try:
            await herd.ready()
            yield herd
        finally:
            tending.cancel()
            await herd._stop()

    def _start(self, plan: Plan) -> ForkServerProcess:
        context = multiprocessing.get_context("forkserver")
        # What all of them need is loaded once: a replica is then there within a moment.
        context.set_forkserver_preload(["bench.chaos.warm"])
        process = context.Process(target=live, args=(plan,), daemon=True)
        process.start()
        return process

    async def _tend(self) -> None:
        while True:
            for place, member in enumerate(self._members):
                if not member.is_alive():
                    self.deaths += 1
                    self._members[place] = self._start(replace(self.plan, dies_at=""))
            await asyncio.sleep(0.02)

    async def ready(self) -> None:
        """Wait until every replica is connected."""
        await self.slack.until(lambda: self.slack.deliveries.connections >= self.size * self.plan.sockets, SECONDS)

    async def connected(self) -> None:
        """Wait until one of them is."""
        await self.slack.until(lambda: self.slack.deliveries.connections > 0, SECONDS)

    def kill(self, chance: random.Random) -> None:
        """Kill one of them at once, without a word."""
        self._signal(chance.choice(self._members), signal.SIGKILL)
        self.kills += 1

    async def pause(self, chance: random.Random, seconds: float) -> None:
        """Freeze one of them in the middle of what it does, and let it go on after `seconds`."""
        frozen = chance.choice(self._members)
        self._signal(frozen, signal.SIGSTOP)
        self.pauses += 1
        await asyncio.sleep(seconds)
        self._signal(frozen, signal.SIGCONT)

    @staticmethod
    def _signal(member: ForkServerProcess, what: signal.Signals) -> None:
        if member.pid is not None and member.is_alive():
            os.kill(member.pid, what)

    async def _stop(self) -> None:
        for member in self._members:
            self._signal(member, signal.SIGTERM)
        for member in self._members:
            await asyncio.to_thread(member.join, 10)
            self._signal(member, signal.SIGKILL)
