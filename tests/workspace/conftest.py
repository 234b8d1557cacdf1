"""A workspace with a bare app in it: what it calls, and what it hears."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.clock import Clock
from workspace.driver import Workspace
from workspace.state import Channel

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


class App:
    """An app that knows nothing but Slack's own protocol."""

    def __init__(self, slack: Workspace, session: aiohttp.ClientSession) -> None:
        """Live in `slack`; acknowledge what comes in with `answer`, unless `silent`."""
        self.slack = slack
        self.session = session
        self.heard: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {}
        self.silent = False
        self._listening: list[asyncio.Task[None]] = []

    async def call(self, method: str, token: str = "", **args: Any) -> dict[str, Any]:
        """Call a method of the Web API."""
        headers = {"Authorization": f"Bearer {token or self.slack.bot_token}"}
        async with self.session.post(self.slack.api_url + method, json=args, headers=headers) as response:
            answer: dict[str, Any] = await response.json()
        return answer

    async def error(self, method: str, **args: Any) -> str:
        """Call a method and return the word with which it is refused, empty if it is not."""
        return str((await self.call(method, **args)).get("error", ""))

    async def post(self, channel: Channel, text: str = "hello", **args: Any) -> str:
        """Post a message and return its ts."""
        return str((await self.call("chat.postMessage", channel=channel.id, text=text, **args))["ts"])

    async def connect(self) -> None:
        """Open one Socket Mode connection."""
        url = (await self.call("apps.connections.open", token=self.slack.app_token))["url"]
        socket = await self.session.ws_connect(url)
        greeted = len(self.heard)
        self._listening.append(asyncio.create_task(self._listen(socket)))
        await self.slack.until(lambda: len(self.heard) > greeted)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            envelope = frame.json()
            self.heard.append(envelope)
            if "envelope_id" in envelope and not self.silent:
                await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": self.answer})

    async def close(self) -> None:
        """Stop listening."""
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)

    def events(self, kind: str = "events_api") -> list[dict[str, Any]]:
        """Return what was delivered of a kind, in order."""
        return [each for each in self.heard if each["type"] == kind]


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[Workspace]:
    """Return a workspace with Focal's own manifest."""
    async with Workspace.serve(MANIFEST, now=clock.now) as slack:
        slack.deliveries.ack_seconds = 0.05
        yield slack


@pytest.fixture
async def app(slack: Workspace) -> AsyncIterator[App]:
    """Return a bare app in the workspace, not yet connected."""
    async with aiohttp.ClientSession() as session:
        app = App(slack, session)
        yield app
        await app.close()
