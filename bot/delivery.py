"""Outbox to Slack: paced, owned, read back when in doubt. The only sender of unprompted messages."""

import asyncio
import hashlib
import hmac
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.metrics import Metrics
from bot.slack import METADATA_EVENT, TIMEOUT_SECONDS, LostAnswer, SlackApi
from bot.slack_errors import AlreadySo, Gone, RateLimited, SlackError, TokenRefused, Unclear
from storage import outbox
from storage.database import Conn, Database
from storage.groups import GroupCommit
from storage.outbox import Item, Sent, State
from storage.ownership import Ownership

log = structlog.get_logger("focal.delivery")

SETTLE = timedelta(seconds=TIMEOUT_SECONDS * 3)
"""How long a lost post may take to appear: longer than the HTTP time-out and the longest Slack may take together."""
MAX_ATTEMPTS = 8
LOOK_BACK = timedelta(seconds=60)
ALARM_AFTER = timedelta(minutes=5)
LOOK_AGAIN = timedelta(seconds=10)

Posted = Callable[[Conn, str, str, str], Awaitable[None]]
"""Told in the same transaction that the post `key` now stands in `channel` as `ts`."""


def mark_of(secret: bytes, key: str) -> str:
    """Return what a message carries so that it can be found again, and nobody learns the key from it."""
    return hmac.new(secret, key.encode(), hashlib.sha256).hexdigest()[:32]


class Waiting(Exception):
    """The post that this row builds on has not been sent yet."""


class Stale(Exception):
    """So much time has passed since the row was taken that another sender may be looking after it."""


class Delivery:
    """Sends what the outbox holds, each post at most once and none lost."""

    def __init__(
        self,
        db: Database,
        slack: SlackApi,
        now: Callable[[], datetime],
        owner: Ownership,
        *,
        secret: str,
        posted: Mapping[str, Posted] | None = None,
        pace_seconds: float = 1.0,
        settle: timedelta = SETTLE,
        metrics: Metrics | None = None,
    ) -> None:
        """Send from `db` to `slack`; `posted` is told of new posts by the first word of their key."""
        self._db = db
        self._slack = slack
        self._now = now
        self._owner = owner
        self._secret = secret.encode()
        self._posted = dict(posted or {})
        self._pace = pace_seconds
        self._settle = settle
        self._metrics = metrics or Metrics()
        self._busy_until: dict[str, float] = {}
        self._gate_until = 0.0
        self._wake = asyncio.Event()
        self._stopping = False
        self._in_hand: set[int] = set()
        self._sent = GroupCommit(db, self._record)

    def wake(self) -> None:
        """Look at the outbox now."""
        self._wake.set()

    def stop(self) -> None:
        """Finish what is in hand and start nothing new."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Send until stopped."""
        while not self._stopping:
            self._wake.clear()
            handled = await self.send_due() + await self.settle_doubts()
            if not handled and not self._stopping:
                await self._pause()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), self._seconds_to_wait())
        except TimeoutError:
            return

    def _seconds_to_wait(self) -> float:
        present = time.monotonic()
        moments = [m for m in (*self._busy_until.values(), self._gate_until) if m > present]
        return max(0.01, min([1.0, *(m - present for m in moments)]))

    async def send_due(self) -> int:
        """Send what may be sent now, side by side in different channels; return how many rows were handled."""
        present = time.monotonic()
        if present < self._gate_until:
            return 0
        self._busy_until = {lane: until for lane, until in self._busy_until.items() if until > present}
        lanes_busy = tuple(self._busy_until)
        async with self._db.read() as conn:
            # A claim of nothing would commit all the same, and every commit wakes this loop: it would never rest.
            if not await outbox.has_ready(conn, self._now(), lanes_busy):
                return 0
        async with self._db.begin() as conn:
            items = await outbox.claim(conn, self._owner.name, self._now(), lanes_busy)
        async with asyncio.TaskGroup() as group:
            for item in items:
                group.create_task(self._send(item))
        return len(items)

    async def settle_doubts(self) -> int:
        """Look up every row whose fate is not known and whose settle time is over; return how many were settled."""
        async with self._db.read() as conn:
            doubtful = await outbox.in_doubt(conn, self._now())
        settled = 0
        for item in doubtful:
            if await self._is_settled(item):
                settled += await self._look_up(item)
        return settled

    async def _is_settled(self, item: Item) -> bool:
        if item.started_at is not None and self._now() - item.started_at < self._settle:
            return False
        if item.state is State.VERIFY or item.owner is None:
            return True
        if item.owner == self._owner.name:
            return item.id not in self._in_hand
        return await self._owner.is_dead(item.owner)

    async def _send(self, item: Item) -> None:
        self._in_hand.add(item.id)
        self._busy_until[item.channel] = time.monotonic() + self._pace
        try:
            await self._try(item)
        finally:
            self._in_hand.discard(item.id)

    async def _try(self, item: Item) -> None:
        try:
            channel, ts = await self._call(item)
        except Waiting:
            await self._put_back(item, 1.0)
        except Stale:
            await self._put_back(item, 0.0)
        except RateLimited as limit:
            # One gate for everybody: the next call would only be told the same.
            self._gate_until = time.monotonic() + limit.retry_after
            self._metrics.delivery("limited")
            log.warning("rate_limited", method=item.method, seconds=limit.retry_after)
            await self._put_back(item, limit.retry_after)
        except AlreadySo:
            await self._mark_sent(item, item.channel, None)
        except TokenRefused as refusal:
            log.critical("token_refused", word=refusal.word, row=item.id)
            await self._put_back(item, 60.0, refusal.word)
        except (Unclear, LostAnswer) as doubt:
            await self._doubt(item, str(doubt))
        except SlackError as refusal:
            await self._give_up(item, refusal.word)
        else:
            await self._mark_sent(item, channel, ts)

    async def _call(self, item: Item) -> tuple[str, str | None]:
        if item.method == "views.publish":
            await self._slack.call(item.method, item.payload | {"user_id": item.channel})
            return item.channel, None
        if item.method == outbox.FILE:
            content = b64decode(str(item.payload["content"]))
            await self._slack.send_file(item.channel, str(item.payload["name"]), content, str(item.payload["text"]))
            return item.channel, None
        payload = item.payload | await self._place(item)
        if item.method == "chat.postMessage":
            payload["metadata"] = {"event_type": METADATA_EVENT, "event_payload": {"key": self._mark(item)}}
            self._must_be_timely(item)
        answer = await self._slack.call(item.method, payload)
        return str(payload["channel"]), answer.get("ts")

    def _must_be_timely(self, item: Item) -> None:
        # A process can be frozen between taking a row and posting it, and the lock that speaks for it can be lost with
        # its connection: a post that begins this late could come after the others have looked for it in vain.
        if item.started_at is not None and self._now() - item.started_at > self._settle / 3:
            raise Stale

    async def _place(self, item: Item) -> dict[str, str]:
        """Return the channel, and the message or thread in it, that this row is for."""
        if item.target is not None:
            async with self._db.read() as conn:
                base = await outbox.by_key(conn, item.target)
            if base is None or base.state is State.DEAD:
                raise Gone("message_not_found")
            if base.ts is None or base.sent_channel is None:
                raise Waiting
            name = "ts" if item.method == "chat.update" else "thread_ts"
            return {"channel": base.sent_channel, name: base.ts}
        if item.channel.startswith(("U", "W")):
            return {"channel": await self._slack.dm(item.channel)}
        return {"channel": item.channel}

    def _mark(self, item: Item) -> str:
        """Return the key as strangers may see it: anybody in the workspace can read a message's metadata."""
        return mark_of(self._secret, item.key)

    async def _look_up(self, item: Item) -> bool:
        if item.method == outbox.FILE:
            await self._give_up(item, "fate_not_known")
            return True
        if item.method != "chat.postMessage":
            # Doing these again has the same effect as doing them once.
            await self._put_back(item, 0.0)
            return True
        try:
            place = await self._place(item)
            thread = place.get("thread_ts") or item.payload.get("thread_ts")
            since = (item.started_at or item.created_at) - LOOK_BACK
            ts = await self._slack.find_post(place["channel"], since.timestamp(), self._mark(item), thread)
        except (SlackError, LostAnswer, Waiting) as trouble:
            await self._keep_in_doubt(item, str(trouble))
            return False
        if ts is None:
            await self._put_back(item, 0.0)
        else:
            await self._mark_sent(item, place["channel"], ts)
        return True

    async def _keep_in_doubt(self, item: Item, reason: str) -> None:
        # Nobody can know, so nothing is sent: twice would be worse than late. The wait is told, not hidden.
        if self._now() - (item.started_at or item.created_at) > ALARM_AFTER:
            log.error("cannot_verify", row=item.id, reason=reason)
        async with self._db.begin() as conn:
            await outbox.mark_verify(conn, item, reason, self._now() + LOOK_AGAIN)

    async def _mark_sent(self, item: Item, channel: str, ts: str | None) -> None:
        self._metrics.delivery("sent")
        await self._sent.put(Sent(item, channel, ts))

    async def _record(self, conn: Conn, sent: Sequence[Sent]) -> None:
        await outbox.mark_sent(conn, sent)
        for each in sent:
            told = self._posted.get(each.item.key.partition(":")[0])
            if told is not None and each.ts is not None and each.item.method == "chat.postMessage":
                await told(conn, each.item.key, each.channel, each.ts)

    async def _put_back(self, item: Item, seconds: float, error: str | None = None) -> None:
        self._metrics.delivery("put_back")
        async with self._db.begin() as conn:
            await outbox.mark_pending(conn, item, self._now() + timedelta(seconds=seconds), error)

    async def _doubt(self, item: Item, reason: str) -> None:
        self._metrics.delivery("doubtful")
        log.warning("answer_lost", row=item.id, method=item.method, reason=reason)
        if item.method == "chat.postMessage":
            async with self._db.begin() as conn:
                await outbox.mark_verify(conn, item, reason)
        elif item.method == outbox.FILE or item.attempts + 1 >= MAX_ATTEMPTS:
            await self._give_up(item, reason)
        else:
            await self._put_back(item, 2.0 ** (item.attempts + 1), reason)

    async def _give_up(self, item: Item, reason: str) -> None:
        self._metrics.delivery("refused")
        log.error("not_delivered", row=item.id, method=item.method, reason=reason)
        async with self._db.begin() as conn:
            await outbox.mark_dead(conn, item, reason)
