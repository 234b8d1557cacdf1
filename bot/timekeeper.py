"""One heartbeat: what is due now? Everything due is a row; the beat itself remembers nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.logs import where

log = structlog.get_logger("focal.timekeeper")

Due = Callable[[datetime], Awaitable[None]]
"""Does what is due at a moment (aware UTC), each thing in a transaction of its own, and is safe to call again."""


class Timekeeper:
    """Calls what can be due, every few seconds and after every jump of the clock."""

    def __init__(self, now: Callable[[], datetime], due: Sequence[Due], beat_seconds: float) -> None:
        """Call each of `due` in order at every beat."""
        self._now = now
        self._due = due
        self._beat_seconds = beat_seconds
        self._beating = asyncio.Lock()
        self._scheduler: AsyncIOScheduler | None = None
        self.last_beat: datetime | None = None
        """When everything due was last looked at, aware UTC."""

    def start(self) -> None:
        """Start beating; needs a running event loop."""
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            self.beat, "interval", seconds=self._beat_seconds, misfire_grace_time=None, coalesce=True, max_instances=1
        )
        self._scheduler.start()

    async def stop(self) -> None:
        """Start no further beat, and wait for the one in hand."""
        if self._scheduler is None:
            return
        self._scheduler.pause()
        # Shutting down cancels whatever still runs, so it must not come before the beat has ended.
        async with self._beating:
            self._scheduler.shutdown(wait=False)

    async def beat(self) -> None:
        """Do what is due now. A part that fails is logged and tried again at the next beat; the others go on."""
        async with self._beating:
            for part in self._due:
                try:
                    await part(self._now())
                except Exception as error:  # noqa: BLE001 - the boundary for time: one part must not stop the others
                    log.critical("beat_failed", error=type(error).__name__, where=where(error))
            self.last_beat = self._now()
