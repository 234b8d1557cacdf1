"""The outbox: what Focal has decided to send and has not yet been told is delivered."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)

from storage.database import Conn, UTCDateTime, insert_new, metadata


class State(StrEnum):
    """Where a row stands on its way; `sent` and `dead` are ends."""

    PENDING = "pending"
    SENDING = "sending"
    VERIFY = "verify"
    SENT = "sent"
    DEAD = "dead"


FILE = "files.upload"
"""The method under which a file waits; Slack takes it in several calls."""
BATCH = 50
"""Rows taken at once: each is a request under way to Slack."""
OPEN = (State.PENDING, State.SENDING, State.VERIFY)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(120), nullable=False, unique=True),
    Column("method", String(40), nullable=False),
    Column("channel", String(120), nullable=False),
    Column("target", String(120), index=True),
    Column("payload", JSON, nullable=False),
    Column("state", String(8), nullable=False, server_default=State.PENDING),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", UTCDateTime),
    Column("owner", String(64)),
    Column("started_at", UTCDateTime),
    Column("sent_channel", String(120)),
    Column("ts", String(24)),
    Column("error", String(200)),
    Column("created_at", UTCDateTime, nullable=False),
    # Only what is open is ever searched: the indexes stay small however long the history grows.
    Index(
        "ix_outbox_open",
        "id",
        sqlite_where=text("state IN ('pending', 'sending', 'verify')"),
        postgresql_where=text("state IN ('pending', 'sending', 'verify')"),
    ),
    Index(
        "ix_outbox_lane",
        "channel",
        "id",
        sqlite_where=text("state IN ('pending', 'sending', 'verify')"),
        postgresql_where=text("state IN ('pending', 'sending', 'verify')"),
    ),
    Index("ix_outbox_dead", "id", sqlite_where=text("state = 'dead'"), postgresql_where=text("state = 'dead'")),
)


@dataclass(frozen=True)
class Item:
    """One thing to send. `channel` is its lane (a channel or user id), `target` the key of the post it builds on."""

    id: int
    key: str
    method: str
    channel: str
    target: str | None
    payload: dict[str, Any]
    state: State
    attempts: int
    owner: str | None
    started_at: datetime | None
    sent_channel: str | None
    ts: str | None
    error: str | None
    created_at: datetime


def _item(row: Row[Any]) -> Item:
    return Item(
        row.id, row.key, row.method, row.channel, row.target, row.payload, State(row.state), row.attempts,
        row.owner, row.started_at, row.sent_channel, row.ts, row.error, row.created_at,
    )  # fmt: skip


async def post(
    conn: Conn, key: str, channel: str, payload: Mapping[str, Any], now: datetime, *, thread_of: str | None = None
) -> bool:
    """Decide to post a message, once per `key`; tell whether this is news.

    `channel` is a channel id or a user id (their DM); `payload` holds text and blocks, and thread_ts if it is known.
    `thread_of` names the key of an earlier post, in whose thread this one goes.
    """
    return await _put(conn, key, "chat.postMessage", channel, payload, now, target=thread_of)


async def whisper(conn: Conn, key: str, channel: str, user_id: str, payload: Mapping[str, Any], now: datetime) -> bool:
    """Decide to show `user_id` alone a message in `channel`, once per `key`. Slack does not keep such messages."""
    return await _put(conn, key, "chat.postEphemeral", channel, {**payload, "user": user_id}, now)


async def send_file(conn: Conn, key: str, user_id: str, name: str, content: bytes, text: str, now: datetime) -> bool:
    """Decide to send a person a file with `text` beside it, once per `key`; tell whether this is news.

    A file carries no key by which it could be found again: one whose fate is not known is given up, not sent twice.
    """
    payload = {"name": name, "content": b64encode(content).decode(), "text": text}
    return await _put(conn, key, FILE, user_id, payload, now)


async def react(conn: Conn, key: str, channel: str, ts: str, emoji: str, now: datetime) -> bool:
    """Decide to put the app's reaction `emoji` on a message, once per `key`."""
    return await _put(conn, key, "reactions.add", channel, {"timestamp": ts, "name": emoji}, now)


async def unreact(conn: Conn, key: str, channel: str, ts: str, emoji: str, now: datetime) -> bool:
    """Decide to take the app's reaction `emoji` off a message, once per `key`."""
    return await _put(conn, key, "reactions.remove", channel, {"timestamp": ts, "name": emoji}, now)


async def change(conn: Conn, target: str, payload: Mapping[str, Any], now: datetime) -> None:
    """Decide to change the message that was posted under the key `target`; only the newest wish is kept.

    Nothing happens if no such post was ever decided. Without blocks in `payload` the message has none afterwards: Slack
    itself would leave those that an update does not mention as they were.
    """
    posted = (await conn.execute(select(outbox).where(outbox.c.key == target))).first()
    if posted is not None:
        await _put_newest(conn, "chat.update", posted.channel, target, {"blocks": [], **payload}, now)


async def show_home(conn: Conn, user_id: str, view: Mapping[str, Any], now: datetime) -> None:
    """Decide to show `view` as the Home tab of `user_id`; only the newest wish is kept."""
    await _put_newest(conn, "views.publish", user_id, f"home:{user_id}", {"view": dict(view)}, now)


async def _put_newest(
    conn: Conn, method: str, channel: str, target: str, payload: Mapping[str, Any], now: datetime
) -> None:
    same = (outbox.c.target == target, outbox.c.method == method)
    waiting = update(outbox).where(*same, outbox.c.state == State.PENDING).values(payload=dict(payload))
    if (await conn.execute(waiting)).rowcount:
        return
    newest = (await conn.execute(select(func.max(outbox.c.id)).where(*same))).scalar()
    await _put(conn, f"{target}:{method}:{newest or 0}", method, channel, payload, now, target=target)


async def _put(
    conn: Conn,
    key: str,
    method: str,
    channel: str,
    payload: Mapping[str, Any],
    now: datetime,
    *,
    target: str | None = None,
) -> bool:
    values = {
        "key": key,
        "method": method,
        "channel": channel,
        "payload": dict(payload),
        "target": target,
        "created_at": now,
    }
    return await insert_new(conn, outbox, values)


def _is_open(rows: FromClause) -> ColumnElement[bool]:
    # The states stand in the statement, not beside it: only so do both databases see that the small index serves.
    return rows.c.state.in_([literal_column(f"'{state}'") for state in OPEN])


def _is_dead(rows: FromClause) -> ColumnElement[bool]:
    return rows.c.state == literal_column(f"'{State.DEAD}'")


def _ready(now: datetime, lanes_busy: Sequence[str]) -> Select[tuple[int]]:
    older = outbox.alias("older")
    waits = exists().where(older.c.channel == outbox.c.channel, older.c.id < outbox.c.id, _is_open(older))
    return select(outbox.c.id).where(
        _is_open(outbox),
        outbox.c.state == State.PENDING,
        ~waits,
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now),
        outbox.c.channel.not_in(lanes_busy),
    )


async def has_ready(conn: Conn, now: datetime, lanes_busy: Sequence[str] = ()) -> bool:
    """Tell whether `claim` would find a row, without writing anything."""
    return (await conn.execute(_ready(now, lanes_busy).limit(1))).first() is not None


async def claim(
    conn: Conn, owner: str, now: datetime, lanes_busy: Sequence[str] = (), limit: int = BATCH
) -> list[Item]:
    """Take up to `limit` rows to send now, at most one per lane and only the oldest open one of each.

    A row in doubt keeps its lane waiting, so that posts of one channel never overtake each other. `lanes_busy` are left
    alone: they were posted to a moment ago.
    """
    # As a common table expression it is read once: PostgreSQL may run a subquery that locks anew for each row.
    oldest = _ready(now, lanes_busy).order_by(outbox.c.id).limit(limit)
    ready = oldest.with_for_update(skip_locked=True).cte("ready")
    taken = await conn.execute(
        update(outbox)
        .where(outbox.c.id.in_(select(ready.c.id)), outbox.c.state == State.PENDING)
        .values(state=State.SENDING, owner=owner, started_at=now)
        .returning(*outbox.c)
    )
    return sorted((_item(row) for row in taken), key=lambda item: item.id)


@dataclass(frozen=True)
class Sent:
    """What Slack has: the row, and where it stands there (no `ts` where the method gives none)."""

    item: Item
    channel: str
    ts: str | None


async def mark_sent(conn: Conn, sent: Sequence[Sent]) -> None:
    """Record what Slack has; the words are forgotten, the keys stay so that nothing is ever sent again."""
    done = (
        update(outbox)
        .where(outbox.c.id == bindparam("row"))
        .values(
            state=State.SENT, sent_channel=bindparam("place"), ts=bindparam("stamp"), payload={}, error=None, owner=None
        )
    )
    await conn.execute(done, [{"row": each.item.id, "place": each.channel, "stamp": each.ts} for each in sent])


async def mark_pending(conn: Conn, item: Item, not_before: datetime | None, error: str | None = None) -> None:
    """Put a row back that Slack certainly did not take; a rate limit uses up no attempt.

    As with the other marks, nothing happens where somebody else has settled the row meanwhile.
    """
    attempts = item.attempts + (error is not None)
    values = {"state": State.PENDING, "not_before": not_before, "owner": None, "error": error, "attempts": attempts}
    await conn.execute(update(outbox).where(_unchanged(item)).values(values))


def _unchanged(item: Item) -> ColumnElement[bool]:
    # A sender that was frozen, or whose look at the channel took long, must not undo what others have found out since:
    # putting a row back that they have sent would send it twice.
    return and_(
        outbox.c.id == item.id,
        outbox.c.state == item.state,
        outbox.c.owner.is_not_distinct_from(item.owner),
        outbox.c.started_at.is_not_distinct_from(item.started_at),
    )


async def mark_verify(conn: Conn, item: Item, error: str, not_before: datetime | None = None) -> None:
    """Record that nobody knows whether Slack took it: the channel must be read before anything is sent again.

    `not_before` is when the next look may be taken.
    """
    values = {"state": State.VERIFY, "error": error, "not_before": not_before}
    await conn.execute(update(outbox).where(_unchanged(item)).values(values))


async def mark_dead(conn: Conn, item: Item, error: str) -> None:
    """Give a row up for the reason `error`; the Secretariat sees it and can have it tried again."""
    await conn.execute(update(outbox).where(_unchanged(item)).values(state=State.DEAD, error=error[:200]))


async def in_doubt(conn: Conn, now: datetime) -> list[Item]:
    """Return rows whose fate is not known: to be verified now, or taken by a sender that may have died."""
    doubtful = and_(_is_open(outbox), outbox.c.state != State.PENDING)
    look_now = or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now)
    rows = await conn.execute(select(outbox).where(doubtful, look_now).order_by(outbox.c.id))
    return [_item(row) for row in rows]


async def by_key(conn: Conn, key: str) -> Item | None:
    """Return the row with `key`, whatever its state."""
    row = (await conn.execute(select(outbox).where(outbox.c.key == key))).first()
    return _item(row) if row else None


async def posts_under(conn: Conn, beginning: str) -> tuple[str, ...]:
    """Return the keys of the posts that begin with `beginning`, in the order in which they were decided."""
    mine = (outbox.c.method == "chat.postMessage", outbox.c.key.startswith(beginning, autoescape=True))
    return tuple((await conn.execute(select(outbox.c.key).where(*mine).order_by(outbox.c.id))).scalars())


async def in_state(conn: Conn, state: State, limit: int = 100) -> list[Item]:
    """Return up to `limit` rows in `state`, oldest first."""
    rows = await conn.execute(select(outbox).where(outbox.c.state == state).order_by(outbox.c.id).limit(limit))
    return [_item(row) for row in rows]


async def retry_dead(conn: Conn, item_id: int) -> bool:
    """Have a dead row tried again; tell whether there was one."""
    return (await conn.execute(_try_again().where(outbox.c.id == item_id))).rowcount == 1


async def retry_all_dead(conn: Conn) -> int:
    """Have every dead row tried again; return how many there were."""
    return (await conn.execute(_try_again())).rowcount


def _try_again() -> Update:
    fresh = {"state": State.PENDING, "error": None, "not_before": None, "owner": None, "attempts": 0}
    return update(outbox).where(_is_dead(outbox)).values(fresh)


async def take_back(conn: Conn, prefix: str) -> tuple[str, ...]:
    """Delete the posts whose key starts with `prefix` and which no sender has taken yet; return their keys."""
    waiting = (outbox.c.method == "chat.postMessage", outbox.c.state == State.PENDING)
    mine = outbox.c.key.startswith(prefix, autoescape=True)
    return tuple((await conn.execute(delete(outbox).where(mine, *waiting).returning(outbox.c.key))).scalars())


async def forget(conn: Conn, prefix: str) -> None:
    """Delete every row whose key starts with `prefix`, sent or not: what is not sent yet never will be."""
    await conn.execute(delete(outbox).where(outbox.c.key.startswith(prefix, autoescape=True)))


async def forget_dead_before(conn: Conn, moment: datetime) -> int:
    """Delete what was decided before `moment` and given up, words and all; return how many rows that were."""
    gone = delete(outbox).where(outbox.c.state == State.DEAD, outbox.c.created_at < moment)
    return (await conn.execute(gone)).rowcount


async def counts(conn: Conn) -> dict[str, int]:
    """Return how many rows are in each state."""
    rows = await conn.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return dict(rows.all())


@dataclass(frozen=True)
class Backlog:
    """What waits: rows by state, and since when (aware UTC) the oldest has waited that could go now."""

    rows: dict[str, int]
    oldest: datetime | None


async def backlog(conn: Conn, now: datetime) -> Backlog:
    """Return what is open or given up; what is sent is not counted, however much that is."""
    wanted = or_(_is_open(outbox), _is_dead(outbox))
    rows = await conn.execute(select(outbox.c.state, func.count()).where(wanted).group_by(outbox.c.state))
    ready = or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now)
    oldest = await conn.execute(
        select(outbox.c.created_at).where(_is_open(outbox), ready).order_by(outbox.c.id).limit(1)
    )
    return Backlog(dict(rows.all()), oldest.scalar())


async def verify_all_since(conn: Conn, moment: datetime) -> int:
    """Put every row created after `moment` in doubt, return how many: after a restore Slack knows more than we do."""
    found = await conn.execute(
        update(outbox)
        .where(outbox.c.created_at > moment, outbox.c.state.in_(OPEN))
        .values(state=State.VERIFY, error="restored", started_at=outbox.c.created_at)
    )
    return found.rowcount
