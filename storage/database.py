"""The database: one engine, two dialects, transactions that are what they say."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import DateTime, Dialect, MetaData, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection as Conn
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool
from sqlalchemy.types import TypeDecorator

__all__ = ["Conn", "Database", "UTCDateTime", "insert_all_new", "insert_new", "insert_new_id", "metadata", "upsert"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
BUSY_MILLISECONDS = 5000
T = TypeVar("T")


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: refuses naive values, returns aware UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what the driver stores; ValueError for a naive value, whose zone nobody could know later."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone before it can be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored moment as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def async_url(url: str) -> URL:
    """Return `url` with the async driver of its dialect; ValueError for a dialect that Focal does not speak."""
    parsed = make_url(url)
    driver = _DRIVERS.get(parsed.drivername.split("+")[0])
    if driver is None:
        raise ValueError("FOCAL_DATABASE_URL must start with sqlite:/// or postgresql://")
    return parsed.set(drivername=driver)


class Database:
    """One engine with read and write transactions; `close` it when done."""

    def __init__(self, url: str) -> None:
        """Prepare the engine for `url` (sqlite:///path or postgresql://…); nothing is opened before the first use."""
        self.url = async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.committed: list[Callable[[], None]] = []
        if self.is_sqlite:
            _make_private(self.path)
        self._engine = create_async_engine(self.url, hide_parameters=True)
        # A transaction that will write takes SQLite's lock at its start: of those that upgraded later, 1,071 of 1,600
        # failed at once with "database is locked" when it was measured.
        self._writing = self._engine.execution_options(focal_begin="BEGIN IMMEDIATE")
        self._each_alone = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        if self.is_sqlite:
            event.listen(self._engine.sync_engine, "connect", _set_up_sqlite)
            event.listen(self._engine.sync_engine, "begin", _begin_sqlite)
        self._looking = _Looking(self.url) if self.is_sqlite else None

    @property
    def path(self) -> Path:
        """Where the SQLite file lies."""
        return Path(self.url.database or "focal.db")

    @property
    def engine(self) -> AsyncEngine:
        """The engine, for migrations, upkeep and tests."""
        return self._engine

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Conn]:
        """Open a transaction that may write: committed when the block ends, rolled back when it raises.

        Everybody in `committed` is called after the commit, and not after a rollback.
        """
        async with self._writing.begin() as conn:
            yield conn
        for listener in self.committed:
            listener()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Conn]:
        """Open a transaction that only reads."""
        async with self._engine.connect() as conn:
            yield conn

    async def look(self, read: Callable[[Connection], T]) -> T:
        """Return what `read` reads, in as few steps as there are; its statements are not one transaction everywhere.

        It is for what every request waits for: on SQLite each statement of an asynchronous transaction crosses to the
        driver's thread and back several times, here all of them once. PostgreSQL is spared the begin and the end.
        """
        if self._looking is not None:
            return await asyncio.get_running_loop().run_in_executor(self._looking.thread, self._looking.at, read)
        async with self._each_alone.connect() as conn:
            return await conn.run_sync(read)

    async def close(self) -> None:
        """Close every connection."""
        looking, self._looking = self._looking, None
        if looking is not None:
            await asyncio.get_running_loop().run_in_executor(looking.thread, looking.engine.dispose)
            looking.thread.shutdown()
        await self._engine.dispose()


class _Looking:
    """A thread that reads a SQLite file, with a connection of its own."""

    def __init__(self, url: URL) -> None:
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="focal-look")
        self.engine = create_engine(url.set(drivername="sqlite"), hide_parameters=True, poolclass=StaticPool)
        event.listen(self.engine, "connect", _set_up_sqlite)
        event.listen(self.engine, "begin", _begin_sqlite)

    def at(self, read: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            return read(connection)


def _make_private(path: Path) -> None:
    """Create the SQLite file for its owner alone: SQLite gives its journal files the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _set_up_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # The driver must not begin on its own: `begin` says how.
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "foreign_keys=ON",
        # What is deleted is overwritten: a survey's promise must also hold for whoever gets hold of the file.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("focal_begin", "BEGIN"))


async def insert_new(conn: Conn, table: Table, values: Mapping[str, object]) -> bool:
    """Insert one row unless a unique key of it exists; tell whether it is new."""
    statement = _insert(conn, table).values(**values).on_conflict_do_nothing()
    return (await conn.execute(statement)).rowcount == 1


async def insert_new_id(conn: Conn, table: Table, values: Mapping[str, object]) -> int | None:
    """Insert one row unless a unique key of it exists; return its id if it is new."""
    statement = _insert(conn, table).values(**values).on_conflict_do_nothing().returning(table.c.id)
    found = (await conn.execute(statement)).scalar()
    return None if found is None else int(found)


async def insert_all_new(conn: Conn, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert many rows in one go, those whose unique key exists left out."""
    if rows:
        await conn.execute(_insert(conn, table).on_conflict_do_nothing(), rows)


async def upsert(conn: Conn, table: Table, key: tuple[str, ...], values: Mapping[str, object]) -> None:
    """Insert one row, or set its other columns where a row with the same `key` columns exists."""
    statement = _insert(conn, table).values(**values)
    rest = {name: statement.excluded[name] for name in values if name not in key}
    await conn.execute(
        statement.on_conflict_do_update(index_elements=list(key), set_=rest)
        if rest
        else statement.on_conflict_do_nothing(index_elements=list(key))
    )


def _insert(conn: Conn, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)
