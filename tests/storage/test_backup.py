"""Copies of the database: made while it is written to, and never put back blindly."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import alone
from bot.clock import Clock
from bot.delivery import SETTLE, Delivery
from bot.rules.problems import BadInput, Closed
from bot.slack import SlackApi, slack_session, web_client
from storage import outbox
from storage.backup import make_backup, restore_backup
from storage.database import Database
from storage.ownership import ownership
from workspace.driver import Workspace

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@pytest.fixture
async def db(sqlite_url: str) -> AsyncIterator[Database]:
    """Return an up-to-date, empty SQLite database: this copies no other kind."""
    db = Database(sqlite_url)
    yield db
    await db.close()


def url_of(db: Database) -> str:
    return f"sqlite:///{db.path}"


async def decide(db: Database, clock: Clock, key: str, channel: str = "C1") -> None:
    async with db.begin() as conn:
        await outbox.post(conn, key, channel, {"text": key}, clock.now())


async def kept(url: str) -> set[str]:
    db = Database(url)
    async with db.read() as conn:
        keys = {row.key for row in await conn.execute(outbox.outbox.select())}
    await db.close()
    return keys


async def test_a_copy_made_while_somebody_writes_is_whole(db: Database, clock: Clock, tmp_path: Path) -> None:
    """Everything that was committed before the copy began is in it, it is sound, and its owner's alone."""
    for number in range(20):
        await decide(db, clock, f"before:{number}")
    copying = asyncio.create_task(make_backup(url_of(db), tmp_path / "copy.db"))
    for number in range(20):
        await decide(db, clock, f"during:{number}")
    size = await copying

    found = await kept(f"sqlite:///{tmp_path / 'copy.db'}")

    assert {f"before:{number}" for number in range(20)} <= found
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
    assert size > 0


async def test_a_copy_never_overwrites(db: Database, tmp_path: Path) -> None:
    """A file that is there already is left as it is."""
    (tmp_path / "copy.db").write_text("precious")

    with pytest.raises(BadInput):
        await make_backup(url_of(db), tmp_path / "copy.db")

    assert (tmp_path / "copy.db").read_text() == "precious"


async def test_a_database_is_replaced_only_when_asked(db: Database, clock: Clock, tmp_path: Path) -> None:
    """Restoring over a database that is there needs to be said; then it is as it was at the copy."""
    await decide(db, clock, "before")
    await make_backup(url_of(db), tmp_path / "copy.db")
    await decide(db, clock, "after")
    await db.close()

    with pytest.raises(BadInput):
        await restore_backup(url_of(db), tmp_path / "copy.db", replace=False)
    untouched = await kept(url_of(db))
    await restore_backup(url_of(db), tmp_path / "copy.db", replace=True)

    assert untouched == {"before", "after"}
    assert await kept(url_of(db)) == {"before"}


async def test_a_running_bot_is_not_replaced_under_its_feet(db: Database, tmp_path: Path) -> None:
    """While Focal runs on the file, restoring is refused."""
    await make_backup(url_of(db), tmp_path / "copy.db")

    with alone(db), pytest.raises(Closed):
        await restore_backup(url_of(db), tmp_path / "copy.db", replace=True)


def newer(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
        conn.commit()


def damaged(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    copy.write_bytes(content)


def foreign(copy: Path) -> None:
    copy.write_text("not a database at all")


@pytest.mark.parametrize("spoil", [newer, damaged, foreign])
async def test_what_cannot_be_trusted_is_not_put_back(
    db: Database, clock: Clock, tmp_path: Path, spoil: object
) -> None:
    """A copy from a newer Focal, a damaged one and another file are refused, and the database stays as it is."""
    await decide(db, clock, "before")
    await make_backup(url_of(db), tmp_path / "copy.db")
    assert callable(spoil)
    spoil(tmp_path / "copy.db")
    await db.close()

    with pytest.raises(BadInput):
        await restore_backup(url_of(db), tmp_path / "copy.db", replace=True)

    assert await kept(url_of(db)) == {"before"}


async def test_a_restore_sends_nothing_twice(db: Database, clock: Clock, tmp_path: Path) -> None:
    """What was sent after the copy looks unsent in it: it is found in Slack, and only what is not there is sent."""
    async with Workspace.serve(MANIFEST, now=clock.now) as slack, slack_session() as session:
        channel = slack.add_channel("general")
        api = SlackApi(web_client(slack.bot_token, slack.api_url, session))
        await decide(db, clock, "sent after the copy", channel.id)
        await make_backup(url_of(db), tmp_path / "copy.db")
        await Delivery(db, api, clock.now, ownership(db), secret="s", pace_seconds=0).send_due()
        await db.close()

        doubtful = await restore_backup(url_of(db), tmp_path / "copy.db", replace=True)
        clock.jump(clock.now() + SETTLE)
        restored = Database(url_of(db))
        sender = Delivery(restored, api, clock.now, ownership(restored), secret="s", pace_seconds=0)
        await decide(restored, clock, "decided since", channel.id)
        await sender.settle_doubts()
        await sender.send_due()
        await restored.close()

    assert doubtful == 1
    assert [each.text for each in slack.messages(channel)] == ["sent after the copy", "decided since"]
