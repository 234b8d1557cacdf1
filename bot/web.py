"""HTTP mode: a gate that trusts nothing before the signature, Slack's requests behind it, health beside it."""

import asyncio
import hashlib
import hmac
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from slack_bolt.request.async_request import AsyncBoltRequest
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.app import Bot, started
from bot.clock import Clock
from bot.rules.calendars import mark_of
from bot.rules.seal import feed_token
from bot.settings import Settings
from handlers.meetings import calendar
from storage import inbox, installation, outbox

MAX_BODY = 1_000_000
"""Bytes; Slack's own requests are far smaller, and an unsigned one must not cost memory."""
MAX_AGE_SECONDS = 300
"""Slack's own window for a signature, in both directions."""

GRACE_SECONDS = 10
"""How long requests that are being answered may take once the process is asked to stop."""


class Refused(Exception):
    """The request did not prove that it comes from Slack, or is too large."""

    def __init__(self, status: int) -> None:
        """Answer with `status`."""
        super().__init__(str(status))
        self.status = status


def verify(secret: str, timestamp: str, signature: str, body: bytes, now: float) -> None:
    """Raise Refused unless `signature` is Slack's for `body` at `timestamp`, no more than five minutes from `now`.

    Source: Slack, "Verifying requests": HMAC-SHA256 over `v0:timestamp:body`.
    """
    if not (timestamp.isascii() and timestamp.isdigit()) or len(timestamp) > 12:
        raise Refused(401)
    if abs(now - int(timestamp)) > MAX_AGE_SECONDS:
        raise Refused(401)
    expected = "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
        raise Refused(401)


def parse(body: bytes, content_type: str) -> dict[str, Any]:
    """Return what a verified body says; Refused(400) if it says nothing that Slack would send.

    Bolt looks for the word "payload" anywhere in the body and loses a command that merely contains it; so the form is
    read here.
    """
    try:
        if content_type.startswith("application/json"):
            parsed = json.loads(body)
        else:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True))
            parsed = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError):
        raise Refused(400) from None
    if not isinstance(parsed, dict):
        raise Refused(400)
    return parsed


async def read_body(request: Request) -> bytes:
    """Return the body, counted while it is read; Refused(413) beyond the limit."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > MAX_BODY:
            raise Refused(413)
    return bytes(read)


class Gate:
    """Slack's requests, checked and handed to Bolt as already parsed."""

    def __init__(self, bot: Bot, secret: str) -> None:
        """Let through what is signed with `secret`."""
        self._bot = bot
        self._secret = secret

    async def calendar(self, request: Request) -> Response:
        """Return the feed of meetings to whoever knows its address; it holds what is public of them."""
        focal = self._bot.focal
        async with focal.db.read() as conn:
            token = feed_token(await installation.secret_of(conn))
            if not hmac.compare_digest(request.path_params["token"].encode(), token.encode()):
                return PlainTextResponse("", status_code=404)
            content = await calendar.feed(conn, focal)
        headers = {"ETag": mark_of(content), "Cache-Control": "private, max-age=3600"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type="text/calendar")

    async def events(self, request: Request) -> Response:
        """Answer one request from Slack, and count it."""
        begun = time.perf_counter()
        answer = await self._answer(request)
        again = "x-slack-retry-num" in request.headers
        self._bot.metrics.answered(answer.status_code, time.perf_counter() - begun, again=again)
        return answer

    async def _answer(self, request: Request) -> Response:
        try:
            body = await self._verified(request)
        except Refused as refused:
            return PlainTextResponse("", status_code=refused.status)
        if body.get("type") == "url_verification":
            return PlainTextResponse(str(body.get("challenge", "")))
        if body.get("type") == "event_callback":
            return await self._kept(body)
        answer = await self._bot.bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        media_type = "application/json" if answer.body.startswith(("{", "[")) else "text/plain"
        return Response(answer.body, status_code=answer.status, media_type=media_type)

    async def _kept(self, body: dict[str, Any]) -> Response:
        """Answer an event once it is kept. Bolt would look through it only to hand it to the same place."""
        try:
            await self._bot.inbound.keep(body)
        except (SQLAlchemyError, OSError):
            # Slack sends it again.
            return PlainTextResponse("", status_code=503)
        except KeyError:
            return PlainTextResponse("", status_code=400)
        return PlainTextResponse("")

    async def _verified(self, request: Request) -> dict[str, Any]:
        body = await read_body(request)
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        verify(self._secret, timestamp, signature, body, self._bot.focal.now().timestamp())
        return parse(body, request.headers.get("content-type", ""))

    async def health(self, _request: Request) -> Response:
        """Say that the process lives."""
        return PlainTextResponse("ok")

    async def ready(self, _request: Request) -> Response:
        """Say whether the database answers, and how much waits; 503 where it does not."""
        try:
            async with self._bot.focal.db.read() as conn:
                arrived, _ = await inbox.backlog(conn)
                sending = await outbox.backlog(conn, self._bot.focal.now())
        except (SQLAlchemyError, OSError):
            return JSONResponse({"database": "does not answer"}, status_code=503)
        return JSONResponse({"inbox": arrived, "outbox": sending.rows})

    async def metrics(self, _request: Request) -> Response:
        """Give the figures in Prometheus's text format."""
        now, last_beat = self._bot.focal.now(), self._bot.timekeeper.last_beat
        return Response(
            await self._bot.metrics.text(self._bot.focal.db, now, last_beat), media_type=CONTENT_TYPE_LATEST
        )


def web_app(bot: Bot, secret: str) -> Starlette:
    """Return the HTTP application."""
    gate = Gate(bot, secret)
    return Starlette(
        routes=[
            Route("/slack/events", gate.events, methods=["POST"]),
            Route("/calendar/{token}.ics", gate.calendar),
            Route("/healthz", gate.health),
            Route("/readyz", gate.ready),
            Route("/metrics", gate.metrics),
        ]
    )


@asynccontextmanager
async def served(settings: Settings, clock: Clock) -> AsyncIterator[uvicorn.Server]:
    """Start the bot and prepare its HTTP server; the caller lets it serve."""
    async with started(settings, clock) as bot:
        bot.catchup.soon()
        application = web_app(bot, settings.slack_signing_secret.get_secret_value())
        config = uvicorn.Config(
            application,
            host=settings.http_host,
            port=settings.http_port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        yield uvicorn.Server(config)


async def run_http(settings: Settings) -> None:
    """Serve over HTTP until stopped; what is in hand is finished."""
    async with served(settings, Clock()) as server:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            # Once it has stopped, uvicorn raises the signal again: unheard, that would end us with work in hand.
            loop.add_signal_handler(name, lambda: None)
        await server.serve()
