"""`python -m bench.contacts`: files of contacts imported: what the processor does for them, and peak memory."""

import asyncio
import csv
import random
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from babel import Locale
from rich.console import Console
from rich.table import Table

from bench.rigs import database, database_urls
from bot.rules.contacts import GIVEN_BY_DELEGATIONS
from bot.rules.countries import Recognised, load_gazetteer
from storage import contacts

SIZES = (1_000, 10_000, 20_000)
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SYLLABLES = ("a", "be", "chi", "dor", "el", "fa", "gu", "hin", "io", "ka", "lu", "mo", "nya", "oso", "pe", "ri")


@dataclass(frozen=True)
class Run:
    """Seconds of the processor for a first import, the same again and a dry run; peak memory before and after in MB."""

    first: float
    again: float
    dry: float
    before: float
    after: float


@cache
def states() -> tuple[str, ...]:
    """Return the codes of States and territories that mean one member each."""
    known = load_gazetteer()
    listed = sorted(code for code in Locale("en").territories if len(code) == 2 and code.isalpha())
    return tuple(code for code in listed if known.resolve(code, typos=False) == Recognised(code))


def rows(count: int) -> Iterator[dict[str, str]]:
    """Yield so many invented contacts of every State, the same ones each time."""
    chance = random.Random(7)
    codes = states()
    for number in range(count):
        first, last = ("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).title() for _ in range(2))
        yield {
            "member": codes[number % len(codes)],
            "name": f"{first} {last}",
            "role": GIVEN_BY_DELEGATIONS[number // len(codes) % 4].value,
            "title": "Adviser",
            "institution": "Ministry of Foreign Affairs",
            "email": f"person{number}@mfa.example",
            "phone": f"+1 555 {number:07}",
            "languages": "English, French",
            "timezone": "Africa/Windhoek",
            "since": "2025-01-01",
        }


def write(path: Path, count: int) -> None:
    """Write a file of so many contacts."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, next(rows(1)))
        writer.writeheader()
        writer.writerows(rows(count))


async def _measure(url: str, path: Path) -> Run:
    known = load_gazetteer()
    async with database(url) as db:
        before = _peak()
        seconds = []
        for dry in (False, False, True):
            start = time.process_time()
            report = await contacts.import_file(db, known, path, NOW, dry_run=dry)
            seconds.append(time.process_time() - start)
        if report.bad or report.added or report.changed:
            raise RuntimeError(f"the same file again changed something: {report}")
    return Run(*seconds, before, _peak())


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(url: str, path: Path) -> Run:
    """Return what importing a file into an empty database takes."""
    return asyncio.run(_measure(url, path))


def main() -> None:
    """Measure each size on both databases, each in a process of its own, and print."""
    table = Table("database", "rows", "first import", "again", "dry run", "peak memory before / after")
    with TemporaryDirectory(prefix="focal-bench-") as folder:
        for count in SIZES:
            path = Path(folder) / f"{count}.csv"
            write(path, count)
            with database_urls() as urls:
                for name, url in urls.items():
                    # A fresh process each time: peak memory never goes down.
                    with ProcessPoolExecutor(1, get_context("spawn")) as process:
                        run = process.submit(measure, url, path).result()
                    times = (f"{each:.1f} s" for each in (run.first, run.again, run.dry))
                    table.add_row(name, f"{count:,}", *times, f"{run.before:.0f} / {run.after:.0f} MB")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
