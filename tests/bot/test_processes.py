"""Whole processes: how they start together, keep out of each other's way, and stop."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from sqlalchemy import text

from bench.chaos.replica import bring_up
from bot.app import started
from bot.clock import Clock
from bot.rules.problems import Closed
from bot.settings import Settings
from storage import outbox
from storage.database import Database
from storage.migrations.steps import head, revision
from storage.outbox import State
from workspace.driver import Workspace

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "manifest.yml"


async def test_a_second_process_on_sqlite_is_refused(seeded_url: str, clock: Clock) -> None:
    """Two on one file would each think the other one dead: the second is told so, and what to do."""
    async with Workspace.serve(MANIFEST, now=clock.now) as slack:
        settings = Settings(slack_bot_token=slack.bot_token, slack_api_url=slack.api_url, database_url=seeded_url)
        async with started(settings, clock):
            with pytest.raises(Closed) as refused:
                async with started(settings, clock):
                    pass

    assert refused.value.said() == (
        "Another Focal runs on this SQLite file already. Stop it first, or use PostgreSQL to run several."
    )


async def test_a_database_file_is_its_owners_alone(seeded_url: str, clock: Clock) -> None:
    """The database, its journals and the locks beside it can be read by nobody else, whatever the umask."""
    before = os.umask(0)
    try:
        async with Workspace.serve(MANIFEST, now=clock.now) as slack:
            settings = Settings(slack_bot_token=slack.bot_token, slack_api_url=slack.api_url, database_url=seeded_url)
            async with started(settings, clock):
                folder = Path(seeded_url.removeprefix("sqlite:///")).parent
                modes = {each.name: each.stat().st_mode & 0o777 for each in folder.iterdir() if "focal.db" in each.name}
    finally:
        os.umask(before)

    assert {"focal.db", "focal.db-wal", "focal.db-shm"} <= modes.keys()
    assert set(modes.values()) == {0o600}


async def test_processes_that_start_together_bring_an_empty_database_up_once(postgres: str) -> None:
    """Of three that find an empty database one brings it up to date; the others wait for it, and none fails."""
    name = f"test_{uuid4().hex[:12]}"
    server = Database(postgres)
    async with server.engine.connect() as conn:
        await (await conn.execution_options(isolation_level="AUTOCOMMIT")).execute(text(f"CREATE DATABASE {name}"))
    url = postgres.replace("/postgres?", f"/{name}?")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.chaos.warm"])
    together = [context.Process(target=bring_up, args=(url,)) for _ in range(3)]

    for each in together:
        each.start()
    for each in together:
        await asyncio.to_thread(each.join, 60)

    db = Database(url)
    assert [each.exitcode for each in together] == [0, 0, 0]
    assert await revision(db) == head()
    await db.close()
    async with server.engine.connect() as conn:
        await (await conn.execution_options(isolation_level="AUTOCOMMIT")).execute(
            text(f"DROP DATABASE {name} WITH (FORCE)")
        )
    await server.close()


async def test_a_server_that_is_stopped_finishes_what_it_has_in_hand(seeded_url: str) -> None:
    """Asked to stop in the middle of a post, it waits for Slack's answer and notes it, then goes with a good word."""
    async with Workspace.serve(MANIFEST, now=Clock().now) as slack:
        channel = slack.add_channel("general")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        surroundings = os.environ | {
            "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_SIGNING_SECRET": "shh", "SLACK_API_URL": slack.api_url,
            "FOCAL_DATABASE_URL": seeded_url, "FOCAL_HTTP_PORT": str(port), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        server = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "serve", env=surroundings)
        await healthy(port)
        db = Database(seeded_url)
        slow = asyncio.Event()
        slack.server.weather = lambda method: slow.set() if method == "chat.postMessage" else None
        async with db.begin() as conn:
            await outbox.post(conn, "note:1", channel.id, {"text": "in hand"}, Clock().now())
        await asyncio.wait_for(slow.wait(), 30)

        server.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(server.wait(), 30)

        async with db.read() as conn:
            row = await outbox.by_key(conn, "note:1")
        await db.close()
    assert code == 0
    assert row is not None
    assert row.state is State.SENT
    assert [each.text for each in slack.messages(channel)] == ["in hand"]


async def healthy(port: int) -> None:
    """Wait until the server answers."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    assert answer.status == 200
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)
