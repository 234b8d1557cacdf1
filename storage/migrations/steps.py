"""Bringing a database up to date, once, under a lock."""

import importlib
import pkgutil
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

import storage
from storage.database import Database, metadata

LOCK = 0x0F0CA1


def all_tables() -> None:
    """Import every storage module, so that the metadata knows every table."""
    for module in pkgutil.iter_modules(storage.__path__):
        if not module.ispkg:
            importlib.import_module(f"storage.{module.name}")


def config() -> Config:
    """Return Alembic's configuration; it needs no file."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    return settings


def head() -> str:
    """Return the newest revision; raise if there are two, since nobody could then say what up to date means."""
    return ScriptDirectory.from_config(config()).get_current_head() or ""


async def upgrade(db: Database) -> None:
    """Bring the database up to date; of several processes that start together one does it and the others wait."""
    async with db.begin() as conn:
        await conn.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


async def revision(db: Database) -> str | None:
    """Return the revision a database is at, None if it is empty."""
    async with db.read() as conn:
        return await conn.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def differences(db: Database) -> list[str]:
    """Return in words where the tables in the code differ from the migrated database."""
    all_tables()
    async with db.read() as conn:
        found = await conn.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
        )
    return [str(each) for each in found]
