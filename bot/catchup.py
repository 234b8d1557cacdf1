"""After a gap, open threads are read again, so that nothing said while nobody listened is lost."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.inbound import Inbound
from bot.rules.recommendations import SUGGEST
from bot.rules.surveys import WITHDRAW, words_of
from bot.slack import LostAnswer, SlackApi
from bot.slack_errors import Gone, RateLimited, SlackError
from storage import survey_answers, surveys
from storage.database import Database
from storage.survey_answers import OpenThread

log = structlog.get_logger("focal.catchup")
EVERY = timedelta(hours=1)
"""How often threads are read though nothing tells of a gap: Slack gives an event up after three tries."""
Message = Mapping[str, Any]


class Catchup:
    """Feeds replies that Focal has not seen, or has seen in another form, to the inbox as the events they missed."""

    def __init__(self, db: Database, slack: SlackApi, inbound: Inbound, now: Callable[[], datetime]) -> None:
        """Compare what `slack` shows with what `db` holds."""
        self._db = db
        self._slack = slack
        self._inbound = inbound
        self._now = now
        self._running: asyncio.Task[None] | None = None
        self._asked = False
        self._next = now() + EVERY
        self.rounds = 0
        """How often every open thread has been read."""

    def soon(self) -> None:
        """Catch up in the background: once more after the round under way, which may have read a thread too early."""
        self._asked = True
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._while_asked())

    async def _while_asked(self) -> None:
        while self._asked:
            self._asked = False
            await self.catch_up()

    async def stop(self) -> None:
        """Wait for the catching up that is under way."""
        if self._running is not None:
            await self._running

    async def when_due(self, now: datetime) -> None:
        """Read the threads in which somebody has undone something, and now and then all of them."""
        async with self._db.read() as conn:
            undone = await survey_answers.open_threads(conn, now, read_again=True)
        for thread in undone:
            if await self._read(thread, again=True):
                async with self._db.begin() as conn:
                    await survey_answers.mark_read(conn, thread)
        if now >= self._next:
            self._next = now + EVERY
            self.soon()

    async def catch_up(self) -> None:
        """Read every open thread and keep what was missed."""
        async with self._db.read() as conn:
            threads = await survey_answers.open_threads(conn, self._now())
            headers = await surveys.open_headers(conn)
        for thread in (*threads, *(OpenThread(channel, ts, {}, header=True) for channel, ts in headers)):
            await self._read(thread)
        self.rounds += 1

    async def _read(self, thread: OpenThread, *, again: bool = False) -> bool:
        """Keep what was missed in a thread; False if it could not be read. `again` keeps what was kept before, too."""
        try:
            messages = await self._thread(thread)
        except Gone:
            messages = []
        except (SlackError, LostAnswer) as trouble:
            log.warning("thread_not_read", reason=str(trouble))
            return False
        events = [_as_deleted(thread, thread.ts)] if _is_gone(thread, messages) else []
        replies = [each for each in messages if each.get("ts") != thread.ts]
        # Of a thread whose first message is gone Slack may show nothing any more: that takes no answer back.
        stamp = f":{int(self._now().timestamp())}"
        events += missed(thread, replies, stamp) if messages and not thread.header else []
        for event in events:
            await self._inbound.keep(event | ({"event_id": event["event_id"] + stamp} if again else {}))
        return True

    async def _thread(self, thread: OpenThread) -> Sequence[Message]:
        while True:
            try:
                return await self._slack.thread(thread.channel, thread.ts)
            except RateLimited as limit:
                await asyncio.sleep(limit.retry_after)


def _is_gone(thread: OpenThread, messages: Sequence[Message]) -> bool:
    return not thread.gone and (not messages or messages[0].get("subtype") == "tombstone")


def missed(thread: OpenThread, replies: Sequence[Message], stamp: str = "") -> list[dict[str, Any]]:
    """Return the events that would bring what is recorded of `thread` in line with `replies`.

    Their ids name the message and the form it is in, so that catching up twice keeps nothing twice; signs come and go
    without a trace, so `stamp` sets theirs apart.
    """
    shown = {reply["ts"]: reply for reply in replies}
    events = [_as_new(thread, reply) for ts, reply in shown.items() if ts not in thread.known]
    events += [_as_changed(thread, shown[ts]) for ts, text in thread.known.items() if _differs(shown.get(ts), text)]
    events += [_as_deleted(thread, ts) for ts, text in thread.known.items() if ts not in shown and text is not None]
    for ts, reply in shown.items():
        if _is_taken_back(reply) and _counts(thread, ts):
            events.append(_as_signed(thread, reply, "reaction_added", f"withdrawn{stamp}"))
        elif not _counts(thread, ts) and _is_unsigned(reply):
            events.append(_as_signed(thread, reply, "reaction_removed", f"restored{stamp}"))
    return [*events, *(_as_suggested(thread, reply) for reply in shown.values() if _suggesters(reply))]


def _counts(thread: OpenThread, ts: str) -> bool:
    """Tell whether a reply counts, or will once its own event is applied."""
    return thread.known.get(ts, "") is not None


def _differs(reply: Message | None, text: str | None) -> bool:
    return reply is not None and text is not None and words_of(reply) != text


def _is_taken_back(reply: Message) -> bool:
    """Tell whether the author withdrew a reply. Slack may list only some of many who reacted; it then goes unseen."""
    return any(reply.get("user") in each.get("users", ()) for each in _signs(reply))


def _is_unsigned(reply: Message) -> bool:
    """Tell whether the author's sign is certainly not on a reply: Slack lists everybody who put it there."""
    return all(
        len(each.get("users", ())) >= each.get("count", 0) and reply.get("user") not in each["users"]
        for each in _signs(reply)
    )


def _signs(reply: Message, name: str = WITHDRAW) -> list[Message]:
    return [each for each in reply.get("reactions") or () if each.get("name") == name]


def _suggesters(reply: Message) -> list[str]:
    return [user for each in _signs(reply, SUGGEST) for user in each.get("users", ())]


def _as_new(thread: OpenThread, reply: Message) -> dict[str, Any]:
    event = {**reply, "type": "message", "channel": thread.channel, "thread_ts": thread.ts}
    return {"event_id": f"catchup:{thread.channel}:{reply['ts']}:new", "event": event}


def _as_changed(thread: OpenThread, reply: Message) -> dict[str, Any]:
    form = (reply.get("edited") or {}).get("ts", "0")
    message = {**reply, "thread_ts": thread.ts}
    event = {"type": "message", "subtype": "message_changed", "channel": thread.channel, "message": message, "ts": form}
    return {"event_id": f"catchup:{thread.channel}:{reply['ts']}:{form}", "event": event}


def _as_deleted(thread: OpenThread, ts: str) -> dict[str, Any]:
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "channel": thread.channel,
        "deleted_ts": ts,
        "previous_message": {"ts": ts, "thread_ts": thread.ts},
    }
    return {"event_id": f"catchup:{thread.channel}:{ts}:deleted", "event": event}


def _as_signed(thread: OpenThread, reply: Message, kind: str, what: str) -> dict[str, Any]:
    event = _reaction(thread, reply, kind, WITHDRAW, reply["user"])
    return {"event_id": f"catchup:{thread.channel}:{reply['ts']}:{what}", "event": event}


def _as_suggested(thread: OpenThread, reply: Message) -> dict[str, Any]:
    user = _suggesters(reply)[0]
    event = _reaction(thread, reply, "reaction_added", SUGGEST, user)
    return {"event_id": f"catchup:{thread.channel}:{reply['ts']}:{SUGGEST}:{user}", "event": event}


def _reaction(thread: OpenThread, reply: Message, kind: str, name: str, user: str) -> dict[str, Any]:
    item = {"type": "message", "channel": thread.channel, "ts": reply["ts"]}
    return {"type": kind, "user": user, "reaction": name, "item": item}
