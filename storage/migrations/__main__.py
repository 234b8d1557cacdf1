"""`python -m storage.migrations` checks: one head, and tables as the code says; `… new "what"` writes the next step."""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command

from storage.database import Database
from storage.migrations import steps


async def check(url: str) -> list[str]:
    """Return what is wrong: a second head, or tables that no migration makes."""
    db = Database(url)
    try:
        await steps.upgrade(db)
        return await steps.differences(db)
    finally:
        await db.close()


async def write_next(url: str, what: str) -> None:
    """Write the migration from today's head to the tables in the code."""
    db = Database(url)

    def write(connection: object) -> None:
        settings = steps.config()
        settings.attributes["connection"] = connection
        command.revision(settings, what, autogenerate=True)

    try:
        await steps.upgrade(db)
        async with db.begin() as conn:
            await conn.run_sync(write)
    finally:
        await db.close()


def main() -> int:
    """Check, or write the next step."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'check.db'}"
        if sys.argv[1:2] == ["new"]:
            asyncio.run(write_next(url, sys.argv[2]))
            return 0
        wrong = asyncio.run(check(url))
    for line in wrong:
        sys.stderr.write(f"not in a migration: {line}\n")
    sys.stdout.write(f"head {steps.head()}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
