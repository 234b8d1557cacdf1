"""How fast the outbox and the reminders are without a network, and what a backup costs those who write."""

import asyncio
import shutil
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from bench.figures import Figure
from bench.rigs import database
from bot.clock import Clock
from bot.rules.profile import WorkingHours
from bot.rules.reminders import Audience, Group, Schedule
from storage import occurrences, outbox, people, reminders
from storage.backup import make_backup
from storage.database import Database
from storage.outbox import Sent
from storage.reminders import NewReminder

NOW = datetime.fromisoformat("2026-03-02T10:00:00+00:00")
LATER = 100_000
DUE = 10_000


async def measure(name: str, url: str) -> list[Figure]:
    """Return the figures of the queues on one kind of database."""
    async with database(url) as db:
        figures = [await _outbox(db), *await _reminders(db)]
        if name == "SQLite":
            figures.append(await _backup(db))
        return figures


async def _outbox(db: Database) -> Figure:
    async with db.begin() as conn:
        rows = [
            {"key": f"bench:{n}", "method": "chat.postMessage", "channel": f"C{n}", "payload": {}, "created_at": NOW}
            for n in range(6000)
        ]
        await conn.execute(insert(outbox.outbox), rows)
    single = await _drain(db, 1, 150)
    batched = await _drain(db, outbox.BATCH, 5000)
    return Figure(
        "outbox rows claimed and marked (floor: one by one)",
        f"{single:,.0f}/s",
        f"{batched:,.0f}/s",
        f"{batched / single:.1f}",
        "≥ 3,000/s",
    )


async def _drain(db: Database, size: int, rows: int) -> float:
    start, done = time.perf_counter(), 0
    while done < rows:
        async with db.begin() as conn:
            items = await outbox.claim(conn, "bench", NOW, limit=size)
        async with db.begin() as conn:
            await outbox.mark_sent(conn, [Sent(item, item.channel, "1.0") for item in items])
        done += len(items)
    return done / (time.perf_counter() - start)


async def _reminders(db: Database) -> list[Figure]:
    clock = Clock(NOW)
    hours = WorkingHours(start=0, end=24, weekdays=frozenset(range(1, 8)), local=False)
    empty = await _beat(db, clock.now(), hours)
    await _pending(db)
    full = await _beat(db, clock.now(), hours)
    await _audience(db)
    start = time.perf_counter()
    async with db.begin() as conn:
        await occurrences.make_due(conn, NOW + timedelta(hours=1), hours)
    made = time.perf_counter() - start
    return [
        Figure(
            f"a beat with {LATER:,} reminders pending (floor: with none)",
            f"{empty * 1000:.1f} ms",
            f"{full * 1000:.1f} ms",
            f"{full / empty:.1f}",
            "does not grow",
        ),
        Figure(f"{DUE:,} people reminded in one beat", "–", f"{made:.2f} s", "–", "≤ 0.5 s"),
    ]


async def _beat(db: Database, now: datetime, hours: WorkingHours) -> float:
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        async with db.begin() as conn:
            await occurrences.make_due(conn, now, hours)
        taken.append(time.perf_counter() - start)
    return sorted(taken)[2]


async def _pending(db: Database) -> None:
    wall = NOW.replace(tzinfo=None) + timedelta(days=100)
    row = {
        "text": "later", "audience": {"group": "troika", "people": []}, "start": wall, "rule": "", "zone": "UTC",
        "exact": True, "state": "active", "next_wall": wall, "next_look_at": NOW + timedelta(days=100),
        "created_by": "U1", "created_at": NOW,
    }  # fmt: skip
    async with db.begin() as conn:
        await conn.execute(insert(reminders.reminders), [row] * LATER)


async def _audience(db: Database) -> None:
    ids = tuple(f"UBENCH{n}" for n in range(DUE))
    async with db.begin() as conn:
        rows = [{"user_id": each, "name": each, "zone": "UTC", "seen_at": NOW} for each in ids]
        await conn.execute(insert(people.people), rows)
        due = Schedule((NOW + timedelta(minutes=30)).replace(tzinfo=None), "", "UTC", exact=True)
        await reminders.schedule(conn, NewReminder("now", Audience(Group.PEOPLE, ids), due, "U1"), NOW)


async def _backup(db: Database) -> Figure:
    await _fill(db)
    with tempfile.TemporaryDirectory() as folder:
        alone = await _longest_wait(db, asyncio.sleep(1.0))
        start = time.perf_counter()
        waited = await _longest_wait(db, make_backup(f"sqlite:///{db.path}", Path(folder) / "copy.db"))
        taken = time.perf_counter() - start
        size = (Path(folder) / "copy.db").stat().st_size / 1e6
        shutil.rmtree(folder, ignore_errors=True)
    return Figure(
        f"backup of {size:.0f} MB under load; longest wait of a writer",
        f"– ; {alone * 1000:.0f} ms",
        f"{taken:.2f} s; {waited * 1000:.0f} ms",
        f"{waited / alone:.1f}",
        "≤ 1 s; ≤ 100 ms",
    )


async def _fill(db: Database) -> None:
    for start in range(0, 100_000, 10_000):
        rows = [
            {"key": f"fill:{n}", "method": "chat.postMessage", "channel": "C1", "payload": {"text": "x" * 700},
             "state": "sent", "created_at": NOW}
            for n in range(start, start + 10_000)
        ]  # fmt: skip
        async with db.begin() as conn:
            await conn.execute(insert(outbox.outbox), rows)


async def _longest_wait(db: Database, meanwhile: object) -> float:
    """Return the longest of many small writes that go on while `meanwhile` (a coroutine) runs."""
    task = asyncio.ensure_future(meanwhile)  # type: ignore[call-overload]  # a coroutine of either kind
    longest, number = 0.0, 0
    while not task.done():
        start = time.perf_counter()
        async with db.begin() as conn:
            await outbox.post(conn, f"wait:{id(task)}:{number}", "C1", {"text": "x"}, NOW)
        longest, number = max(longest, time.perf_counter() - start), number + 1
    await task
    return longest
