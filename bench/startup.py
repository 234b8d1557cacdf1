"""How long a process takes from its start to its first acknowledgement, and how much memory it then holds."""

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure

EVENTS = 10_000
IMPORTS = "import slack_bolt.app.async_app, sqlalchemy.ext.asyncio, aiohttp"


def measure() -> list[Figure]:
    """Return the figures of a start, as whole processes."""
    floor = min(_run("-c", IMPORTS)[0] for _ in range(3))
    with tempfile.TemporaryDirectory() as folder:
        _run("-m", "bench.startup", folder, "0")
        best = min(_run("-m", "bench.startup", folder, "0")[0] for _ in range(3))
        # Only one of them lives on: every event is a transaction of its own, and waits for the disk.
        _, said = _run("-m", "bench.startup", folder, str(EVENTS))
    resident, after = (int(each) for each in said.split())
    return [
        Figure(
            "start-up to the first acknowledgement (floor: importing Bolt, SQLAlchemy, aiohttp)",
            f"{floor:.2f} s", f"{best:.2f} s", f"{best / floor:.1f}", "≤ 2 s",
        ),
        Figure(f"memory at rest, and after {EVENTS:,} events", "–", f"{resident} / {after} MB", "–", "≤ 120 MB, flat"),
    ]  # fmt: skip


def _run(*arguments: str) -> tuple[float, str]:
    """Return seconds until the process has said its first line, and all it said."""
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline() if process.stdout else ""
        taken = time.perf_counter() - start
        rest = process.stdout.read() if process.stdout else ""
    return taken, first + rest


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 // 1_000_000


async def _child(folder: str, events: int) -> None:
    from slack_bolt.request.async_request import AsyncBoltRequest

    from bench import rigs

    async with rigs.database(f"sqlite:///{folder}/start.db") as db, rigs.focal(db) as (bot, slack):
        ana = slack.add_user("Ana Example", email="ana@example.org").id
        await bot.bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=rigs.command(ana)))
        sys.stdout.write(f"{_resident()}\n")
        sys.stdout.flush()
        base = time.time_ns()
        for start in range(0, events, 500):
            # Somebody who is known: whom Slack does not know would be asked for each time.
            many = (bot.inbound.keep(rigs.event(base + number, ana)) for number in range(start, start + 500))
            await asyncio.gather(*many)
            await bot.inbound.apply_all()
        sys.stdout.write(f"{_resident()}\n")


if __name__ == "__main__":
    asyncio.run(_child(sys.argv[1], int(sys.argv[2])))
