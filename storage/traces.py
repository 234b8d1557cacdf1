"""What deleted rows leave behind in the database's own files, and how it is cleared away.

SQLite overwrites what is deleted (`secure_delete`, set in `storage.database`), but its write-ahead log still holds the
pages as they were until it is emptied. PostgreSQL keeps dead rows in a table's file until the table is written anew.
"""

from collections.abc import Sequence

from sqlalchemy import text

from storage.database import BUSY_MILLISECONDS, Database

PATIENCE_MILLISECONDS = 200


async def clear(db: Database, tables: Sequence[str]) -> bool:
    """Clear what was deleted from `tables` out of the database's files; False if somebody is reading, so: try again.

    Out of reach are PostgreSQL's own write-ahead log, backups, and what a file system keeps of truncated files.
    """
    return await _empty_log(db) if db.is_sqlite else await _write_anew(db, tables)


async def _empty_log(db: Database) -> bool:
    async with db.engine.connect() as conn:
        # Past SQLAlchemy, which would begin a transaction: in one there is no checkpoint.
        raw = (await conn.get_raw_connection()).driver_connection
        if raw is None:
            return False
        try:
            # It keeps writers out while it waits for readers, so it had better not wait long.
            await raw.execute(f"PRAGMA busy_timeout={PATIENCE_MILLISECONDS}")
            async with raw.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                busy, _pages, _moved = await cursor.fetchone()
        finally:
            await raw.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        return not busy


async def _write_anew(db: Database, tables: Sequence[str]) -> bool:
    async with db.engine.connect() as conn:
        alone = await conn.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text(f"VACUUM FULL {', '.join(tables)}"))
    return True
