"""The heartbeat."""

import asyncio
from datetime import datetime

from bot.clock import Clock
from bot.timekeeper import Timekeeper


async def test_stopping_waits_for_the_beat_in_hand(clock: Clock) -> None:
    """What a beat has begun is finished before the process goes, and no further beat begins."""
    begun, may_end = asyncio.Event(), asyncio.Event()
    ended: list[datetime] = []

    async def slow(now: datetime) -> None:
        begun.set()
        await may_end.wait()
        ended.append(now)

    timekeeper = Timekeeper(clock.now, [slow], beat_seconds=0.01)
    timekeeper.start()
    await begun.wait()
    stopping = asyncio.create_task(timekeeper.stop())
    await asyncio.sleep(0)
    may_end.set()

    await stopping

    assert ended == [clock.now()]
