"""What the workspace tells the app: events, commands and interactions, acknowledged or tried again.

They go over Socket Mode, or to the app's request address where it has named one.
"""

import asyncio
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from workspace.manifest import Manifest
from workspace.problems import DispatchFailed, Shown, Timeout
from workspace.requests import Requests
from workspace.state import Message, Team

ACK_SECONDS = 3.0
RETRY_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
"""Slack's own: at once, after one minute, after five."""
MAX_CONNECTIONS = 10
RETRY_TICK_SECONDS = 0.5
HTTP_OK = 200


@dataclass
class Event:
    """One event on its way, with the moment of its next try (aware UTC)."""

    id: str
    body: dict[str, Any]
    attempts: int = 0
    next_try: datetime | None = None


@dataclass
class Faults:
    """What is to go wrong with deliveries."""

    duplicates: int = 0
    dropped: int = 0
    """Events that are given up without a single try."""
    swallowed_acks: int = 0
    overtaken: int = 0
    """Events that come only after the next one has been acknowledged, as it happens over several sockets."""
    delay: Callable[[], float] = lambda: 0.0
    """Seconds that an event is held back: where they differ, events overtake each other."""


@dataclass
class Trigger:
    """A right to open one view, given at a moment (aware UTC) and good for three seconds."""

    user: str
    made: datetime
    used: bool = False


@dataclass
class ResponseUrl:
    """A right to answer an interaction five times within thirty minutes."""

    user: str
    channel: str
    message: Message | None
    made: datetime
    uses: int = 0


class Deliveries:
    """Hands payloads to the app's sockets, any of them, or to its address, and waits for their acknowledgements."""

    def __init__(self, team: Team, manifest: Manifest) -> None:
        """Deliver what the manifest subscribes to."""
        self._team = team
        self._manifest = manifest
        self._sockets: list[web.WebSocketResponse] = []
        self._acks: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.parked: list[Event] = []
        self.lost: list[Event] = []
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.faults = Faults()
        self.requests: Requests | None = None
        self.base_url = ""
        self.ack_seconds = ACK_SECONDS
        self.places: dict[str, str] = {}
        self._turn = 0
        self._overtaken: list[Event] = []

    async def connection(self, request: web.Request) -> web.StreamResponse:
        """Hold one Socket Mode connection."""
        socket = web.WebSocketResponse(heartbeat=None)
        await socket.prepare(request)
        if len(self._sockets) >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self._sockets.append(socket)
        hello = {
            "type": "hello",
            "num_connections": len(self._sockets),
            "debug_info": {"approximate_connection_time": 3600},
        }
        await socket.send_json(hello)
        self._team.changed()
        try:
            async for frame in socket:
                self._heard(json.loads(frame.data))
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)
            self._team.changed()
        return socket

    @property
    def connections(self) -> int:
        """How many sockets the app holds."""
        return len(self._sockets)

    def _heard(self, frame: dict[str, Any]) -> None:
        future = self._acks.pop(frame.get("envelope_id", ""), None)
        if future is None or future.done():
            return
        if self.faults.swallowed_acks:
            self.faults.swallowed_acks -= 1
            return
        future.set_result(frame.get("payload") or {})

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every socket to go, as Slack does every few hours, and close them."""
        for socket in list(self._sockets):
            with suppress(ConnectionError):
                # Whoever held it may have died this moment.
                await socket.send_json({"type": "disconnect", "reason": reason})
            await socket.close()

    async def close(self) -> None:
        """End every connection and everything under way."""
        for task in list(self._tasks):
            task.cancel()
        for socket in list(self._sockets):
            await socket.close()

    def _socket(self) -> web.WebSocketResponse | None:
        live = [socket for socket in self._sockets if not socket.closed]
        if not live:
            return None
        self._turn += 1
        return live[self._turn % len(live)]

    async def _send(self, kind: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
        if self.requests is None:
            return await self._send_over_socket(kind, payload, **more)
        answer = await self.requests.send(kind, payload, more, self.ack_seconds)
        if self.faults.swallowed_acks:
            self.faults.swallowed_acks -= 1
            raise Timeout(kind)
        return answer

    async def _send_over_socket(self, kind: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
        socket = self._socket()
        if socket is None:
            raise Timeout(kind)
        envelope_id = secrets.token_hex(12)
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._acks[envelope_id] = future
        accepts = kind != "events_api"
        envelope = {"envelope_id": envelope_id, "type": kind, "payload": payload, "accepts_response_payload": accepts}
        try:
            await socket.send_json(envelope | more)
            return await asyncio.wait_for(future, self.ack_seconds)
        except (TimeoutError, ConnectionError):
            raise Timeout(kind) from None
        finally:
            self._acks.pop(envelope_id, None)

    def event(self, body: dict[str, Any], subscription: str) -> None:
        """Tell the app of an event, if its manifest subscribes to it."""
        if subscription not in self._manifest.events:
            return
        event_id = self._team.new_id("Ev")
        wrapped = {
            "token": "unused",
            "team_id": self._team.id,
            "api_app_id": self._team.app_id,
            "event": {"event_ts": self._team.next_ts(), **body},
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(self._team.now().timestamp()),
            "authorizations": [{"team_id": self._team.id, "user_id": self._team.bot_user_id, "is_bot": True}],
        }
        if self.faults.dropped:
            self.faults.dropped -= 1
            return
        if self.faults.overtaken:
            self.faults.overtaken -= 1
            self._overtaken.append(Event(event_id, wrapped))
            return
        copies = 1
        if self.faults.duplicates:
            self.faults.duplicates -= 1
            copies = 2
        for _ in range(copies):
            self._start(Event(event_id, wrapped))

    def _start(self, event: Event) -> None:
        task = asyncio.create_task(self._deliver(event))
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._team.changed()

    async def _deliver(self, event: Event) -> None:
        retry = {"retry_attempt": event.attempts, "retry_reason": "timeout"} if event.attempts else {}
        held_back = self.faults.delay()
        if held_back:
            await asyncio.sleep(held_back)
        try:
            await self._send("events_api", event.body, **retry)
        except Shown:
            self._try_again(event)
        while self._overtaken:
            self._start(self._overtaken.pop(0))

    def _try_again(self, event: Event) -> None:
        if event.attempts == len(RETRY_AFTER):
            self.lost.append(event)
            return
        wait = RETRY_AFTER[event.attempts]
        event.attempts += 1
        if wait:
            event.next_try = self._team.now() + wait
            self.parked.append(event)
        else:
            self._start(event)

    async def keep_retrying(self) -> None:
        """Try again whatever becomes due, for as long as this is not cancelled."""
        while True:
            await asyncio.sleep(RETRY_TICK_SECONDS)
            self.retry_due()

    def retry_due(self) -> None:
        """Try again what is due by the workspace's clock."""
        due = [event for event in self.parked if event.next_try and event.next_try <= self._team.now()]
        self._retry(due)

    def retry_now(self) -> None:
        """Try everything again that was not acknowledged, whatever the clock says."""
        self._retry(list(self.parked))

    def _retry(self, events: list[Event]) -> None:
        for event in events:
            self.parked.remove(event)
            self._start(event)

    async def quiet(self) -> None:
        """Wait until every event was acknowledged or is parked for a later try."""
        while self._tasks:
            await asyncio.gather(*self._tasks)
            # The callbacks that clear finished tasks run on the next turn of the loop.
            await asyncio.sleep(0)

    async def command(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Deliver a slash command; return what the acknowledgement carries."""
        return await self._send("slash_commands", payload)

    async def interaction(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Deliver a click, submission or shortcut; return what the acknowledgement carries.

        Raise DispatchFailed where the manifest does not switch interactivity on.
        """
        if not self._manifest.interactive:
            raise DispatchFailed("interactivity")
        return await self._send("interactive", payload)

    def trigger(self, user: str) -> str:
        """Return a right to open one view."""
        trigger_id = f"{secrets.token_hex(6)}.{secrets.token_hex(6)}"
        self.triggers[trigger_id] = Trigger(user, self._team.now())
        return trigger_id

    def response_url(self, user: str, channel: str, message: Message | None = None) -> str:
        """Return an address at which the app may answer."""
        name = secrets.token_hex(12)
        self.response_urls[name] = ResponseUrl(user, channel, message, self._team.now())
        return f"{self.base_url}/response/{name}"


@dataclass
class Fault:
    """What is to go wrong with the next calls of one method.

    `slow` is how many seconds the work waits before it is done; a fault that is only slow answers as usual.
    """

    times: int
    status: int = 200
    error: str = ""
    retry_after: int = 0
    drop: bool = False
    slow: float = 0.0

    @property
    def refuses(self) -> bool:
        """Tell whether nothing is done at all."""
        return not self.drop and (self.status != HTTP_OK or bool(self.error))
