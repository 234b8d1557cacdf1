"""Events in: kept before Slack is told, applied once, each in one transaction with its effects."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from bot.directory import Directory
from bot.languages import translator
from bot.logs import where
from bot.metrics import Metrics
from bot.rules.permissions import Actor
from bot.rules.problems import Problem
from bot.rules.text import escape
from bot.slack import LostAnswer
from bot.slack_errors import SlackError
from handlers.blocks import message
from handlers.listening import Event, Focal, Registry, TooSoon
from storage import inbox, outbox
from storage.database import Conn
from storage.groups import GroupCommit
from storage.inbox import Arrival, Kept

log = structlog.get_logger("focal.inbound")
NOBODY = Actor("", "")


class Inbound:
    """Keeps what Slack delivers and hands it to the listeners, oldest first."""

    def __init__(
        self,
        registry: Registry,
        focal: Focal,
        directory: Directory,
        now: Callable[[], datetime],
        bot_user_id: str = "",
        metrics: Metrics | None = None,
    ) -> None:
        """Hand events to the listeners of `registry`; what `bot_user_id` itself posted is passed over."""
        self._metrics = metrics or Metrics()
        self._registry = registry
        self._focal = focal
        self._directory = directory
        self._now = now
        self._arrivals = GroupCommit(focal.db, inbox.keep)
        self._wake = asyncio.Event()
        self._stopping = False
        self._bot_user_id = bot_user_id

    async def keep(self, body: dict[str, Any]) -> None:
        """Store an event once, committed when this returns; what nobody listens to is not kept."""
        event = body.get("event") or {}
        if event.get("type") not in self._registry.events or self._is_own(event):
            return
        await self._arrivals.put(Arrival(body["event_id"], event["type"], body, self._now()))
        self._wake.set()

    def _is_own(self, event: dict[str, Any]) -> bool:
        # What Focal itself posts comes back as events. A person who deletes one of its posts must still be heard.
        inner = event.get("message") or event
        return event.get("subtype") != "message_deleted" and inner.get("user") == self._bot_user_id != ""

    def stop(self) -> None:
        """Finish what is in hand and start nothing new."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Apply events as they come until stopped."""
        while not self._stopping:
            self._wake.clear()
            if not await self.apply_next():
                try:
                    await asyncio.wait_for(self._wake.wait(), 1.0)
                except TimeoutError:
                    continue

    async def apply_all(self) -> None:
        """Apply everything that waits now."""
        while await self.apply_next():
            pass

    async def apply_next(self) -> bool:
        """Apply the oldest event that waits; tell whether there was one."""
        async with self._focal.db.read() as conn:
            kept = await inbox.next_new(conn, self._now())
        if kept is None:
            return False
        try:
            await self._hand_over(kept, await self._event(kept))
        except TooSoon:
            self._metrics.event("early")
            await self._wait(kept)
        except Exception as error:  # noqa: BLE001 - the boundary for events: the inbox tries again
            self._metrics.event("failed")
            await self._fail(kept, error)
        return True

    async def _hand_over(self, kept: Kept, event: Event) -> None:
        try:
            await self._apply(kept, event)
            self._metrics.event("applied")
        except Problem as problem:
            self._metrics.event("refused")
            await self._refuse(kept, event, problem)

    async def _event(self, kept: Kept) -> Event:
        body = kept.body["event"]
        user = _who(body)
        try:
            actor = await self._directory.actor(user, insist=True) if user else NOBODY
        except (SlackError, LostAnswer) as trouble:
            raise TooSoon from trouble
        return Event(actor, translator(actor.locale), kept.kind, body, kept.event_id)

    async def _apply(self, kept: Kept, event: Event) -> None:
        async with self._focal.db.begin() as conn:
            # Another replica may have taken it since it was read; only the one that still finds it new goes on.
            if await inbox.take(conn, kept.id):
                for listener in self._registry.events.get(kept.kind, ()):
                    await listener(event, self._focal, conn)

    async def _refuse(self, kept: Kept, event: Event, problem: Problem) -> None:
        log.info("refused", code=problem.code, kind=kept.kind)
        async with self._focal.db.begin() as conn:
            if await inbox.take(conn, kept.id):
                await self._tell(conn, event, f"{escape(problem.said(event._))} ({problem.code})")

    async def _tell(self, conn: Conn, event: Event, text: str) -> None:
        if event.actor.user_id:
            await outbox.post(conn, f"refusal:{event.key}", event.actor.user_id, message(text), self._now())

    async def _wait(self, kept: Kept) -> None:
        log.info("event_waits", kind=kept.kind, attempts=kept.attempts)
        async with self._focal.db.begin() as conn:
            await inbox.mark_failed(conn, kept, "too-soon", self._now())

    async def _fail(self, kept: Kept, error: Exception) -> None:
        code = f"F-{secrets.token_hex(3).upper()}"
        log.error("event_failed", code=code, kind=kept.kind, error=type(error).__name__, where=where(error))
        async with self._focal.db.begin() as conn:
            await inbox.mark_failed(conn, kept, code, self._now())


def _who(body: dict[str, Any]) -> str:
    """Return the user id of whoever acted, wherever this kind of event keeps it."""
    user = (
        body.get("user") or (body.get("message") or {}).get("user") or (body.get("previous_message") or {}).get("user")
    )
    return str(user.get("id", "") if isinstance(user, dict) else user or "")
