"""Copies of the SQLite database, made while it is written to, and how one comes back."""

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic.script import ScriptDirectory

from bot.rules.problems import BadInput, Closed
from storage import outbox
from storage.database import Database
from storage.migrations.steps import config
from storage.ownership import claim_file


async def make_backup(url: str, target: Path) -> int:
    """Copy the database to `target`, check the copy and return its size in bytes; an existing file is refused."""
    return await asyncio.to_thread(_back_up, _sqlite_path(url), target)


async def restore_backup(url: str, source: Path, *, replace: bool) -> int:
    """Put the copy `source` in place, and return how many messages must be looked up in Slack first.

    Everything that was on its way when the copy was made may have been sent since. A copy with a newer schema, a
    damaged one, a running bot and, without `replace`, a database that exists are refused.
    """
    await asyncio.to_thread(_restore, source, _sqlite_path(url), replace=replace)
    return await _put_in_doubt(url)


def _back_up(source: Path, target: Path) -> int:
    if target.exists():
        raise BadInput("{file} exists already.", "Choose another name; a backup never overwrites.", file=target.name)
    _copy(source, target)
    return target.stat().st_size


def _restore(source: Path, path: Path, *, replace: bool) -> None:
    _check(source)
    if path.exists() and not replace:
        raise BadInput("There is a database already.", "Use --replace to put the backup in its place.")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = claim_file(path)
    if held is None:
        raise Closed("Focal is running on this database.", "Stop it first.")
    try:
        _put_in_place(source, path)
    finally:
        os.close(held)


async def _put_in_doubt(url: str) -> int:
    db = Database(url)
    try:
        async with db.begin() as conn:
            return await outbox.verify_all_since(conn, datetime.fromtimestamp(0, UTC))
    finally:
        await db.close()


def _sqlite_path(url: str) -> Path:
    if not url.startswith("sqlite"):
        raise BadInput("This copies SQLite only.", "For PostgreSQL use pg_dump and pg_restore.")
    return Path(url.partition(":///")[2])


def _copy(source: Path, target: Path) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    # One step for all pages: in several, the copy would start again whenever somebody writes in between.
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy, pages=-1)
    _check(target)


def _check(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            sound = copy.execute("PRAGMA quick_check").fetchone() == ("ok",)
            revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:
        sound, revision = False, None
    if not sound or revision is None:
        raise BadInput("{file} is not a sound copy of a Focal database.", "Try an older one.", file=file.name)
    if revision[0] not in _known_revisions():
        raise BadInput("{file} was made by a newer Focal.", "Update Focal first.", file=file.name)


def _known_revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def _put_in_place(source: Path, path: Path) -> None:
    for journal in ("-wal", "-shm"):
        path.with_name(path.name + journal).unlink(missing_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    _copy(source, fresh)
    fresh.replace(path)
