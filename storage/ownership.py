"""Who is alive: a sender holds a lock that the kernel frees when its process dies, and only then."""

import fcntl
import os
import secrets
import zlib
from pathlib import Path
from typing import Protocol

from sqlalchemy import text

from storage.database import Conn, Database


class Ownership(Protocol):
    """A sender's name, and the lock that proves it lives. A clock alone must not declare a sender dead."""

    name: str

    async def take(self) -> None:
        """Take the lock, for as long as the process lives."""

    async def is_dead(self, owner: str) -> bool:
        """Tell whether the sender `owner` no longer holds its lock."""

    async def release(self) -> None:
        """Give the lock back."""


class FileOwnership:
    """Locks beside the SQLite file, held with `flock`."""

    def __init__(self, database: Path) -> None:
        """Name this sender afresh; its lock file stands beside `database`."""
        self.name = secrets.token_hex(8)
        self._database = database
        self._held: int | None = None

    def _file(self, owner: str) -> Path:
        return self._database.with_name(f"{self._database.name}.{owner}.lock")

    async def take(self) -> None:
        """Take the lock, for as long as the process lives."""
        self._held = os.open(self._file(self.name), os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)

    async def is_dead(self, owner: str) -> bool:
        """Tell whether the sender `owner` no longer holds its lock, and clear its file away if so."""
        if owner == self.name:
            return False
        try:
            other = os.open(self._file(owner), os.O_RDWR)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(other)
        self._file(owner).unlink(missing_ok=True)
        return True

    async def release(self) -> None:
        """Give the lock back."""
        if self._held is not None:
            self._file(self.name).unlink(missing_ok=True)
            os.close(self._held)
            self._held = None


class AdvisoryOwnership:
    """Session advisory locks of PostgreSQL, held by a connection of their own."""

    def __init__(self, db: Database) -> None:
        """Name this sender afresh; its lock lives in `db`."""
        self.name = secrets.token_hex(8)
        self._db = db
        self._held: Conn | None = None

    async def take(self) -> None:
        """Take the lock, for as long as the process lives."""
        self._held = await self._db.engine.connect()
        await self._held.execution_options(isolation_level="AUTOCOMMIT")
        await self._held.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _number(self.name)})

    async def is_dead(self, owner: str) -> bool:
        """Tell whether the sender `owner` no longer holds its lock."""
        if owner == self.name:
            return False
        async with self._db.read() as conn:
            query = text("SELECT pg_try_advisory_xact_lock(:key)")
            return bool((await conn.execute(query, {"key": _number(owner)})).scalar())

    async def release(self) -> None:
        """Give the lock back."""
        if self._held is not None:
            await self._held.invalidate()
            await self._held.close()
            self._held = None


def _number(owner: str) -> int:
    # Advisory locks are numbers; the high half keeps Focal's apart from other users of the database.
    return (0x0F0C << 32) | zlib.crc32(owner.encode())


def ownership(db: Database) -> Ownership:
    """Return the kind of ownership that fits the database."""
    return FileOwnership(db.path) if db.is_sqlite else AdvisoryOwnership(db)


def claim_file(database: Path) -> int | None:
    """Take the lock that lets one process alone run on a SQLite file; None if another one holds it.

    The descriptor must stay open for as long as the process runs.
    """
    held = os.open(database.with_name(f"{database.name}.run.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    return held
