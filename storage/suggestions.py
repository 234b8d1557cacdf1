"""Suggestions: what somebody would like to see in the store, while whoever said it has not confirmed the wording."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Integer, Row, String, Table, and_, or_, select, update

from bot.rules.attribution import Attribution
from bot.rules.problems import AlreadyDone, NotFound
from bot.rules.recommendations import Kind, NewRecommendation
from storage import audit
from storage.database import Conn, UTCDateTime, insert_new, metadata
from storage.recommendations import source_mark

suggestions = Table(
    "suggestions",
    metadata,
    Column("id", Integer, primary_key=True),
    # A keyed mark of the message or answer it comes from: one of each is suggested once.
    Column("source", String(64), nullable=False, unique=True),
    # Who is asked: who said it or, where the Secretariat recorded it, the delegation. Forgotten with the words.
    Column("author", String(24), index=True),
    Column("member", String(12), index=True),
    Column("new", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("number", ForeignKey("recommendations.number")),
    Column("asked_at", UTCDateTime, nullable=False),
)


class State(StrEnum):
    """What became of a suggestion; all but waiting are ends."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True)
class Suggestion:
    """One suggestion; `new` is what would enter the store, None once that is settled, `number` what entered it."""

    id: int
    new: NewRecommendation | None
    state: State
    number: int | None


async def suggest(conn: Conn, new: NewRecommendation, now: datetime) -> Suggestion:
    """Keep what waits for its author's word; AlreadyDone if its source was suggested before."""
    source = await source_mark(conn, new.source or "")
    values = {
        "source": source,
        "author": new.author,
        "member": new.member,
        "new": asdict(new),
        "state": State.WAITING,
        "asked_at": now,
    }
    if not await insert_new(conn, suggestions, values):
        raise AlreadyDone("This was suggested already.")
    row = (await conn.execute(select(suggestions).where(suggestions.c.source == source))).one()
    await audit.note(conn, now, new.proposer or "", "suggest", f"suggestion {row.id}")
    return _suggestion(row)


def _suggestion(row: Row[Any]) -> Suggestion:
    return Suggestion(row.id, _from_json(row.new) if row.new else None, State(row.state), row.number)


def _from_json(values: Mapping[str, Any]) -> NewRecommendation:
    known = {each.name: values[each.name] for each in fields(NewRecommendation) if each.name in values}
    read = {"kind": Kind(known["kind"]), "attribution": Attribution(known["attribution"])}
    lists = {name: tuple(known[name]) for name in ("addressees", "tags")}
    return NewRecommendation(**{**known, **read, **lists})


async def suggestion(conn: Conn, suggestion_id: int) -> Suggestion:
    """Return a suggestion, locked; NotFound if there is none."""
    this = select(suggestions).where(suggestions.c.id == suggestion_id).with_for_update()
    row = (await conn.execute(this)).first()
    if row is None:
        raise NotFound("There is no such suggestion.", "See /wps-recommend list.")
    return _suggestion(row)


async def of_source(conn: Conn, source: str) -> Suggestion | None:
    """Return what was suggested of this message or answer, whatever became of it."""
    mark = await source_mark(conn, source)
    row = (await conn.execute(select(suggestions).where(suggestions.c.source == mark))).first()
    return _suggestion(row) if row else None


async def waiting_for(conn: Conn, user_id: str, member: str | None) -> tuple[Suggestion, ...]:
    """Return what waits for this person's word or, where nobody in particular said it, their delegation's."""
    mine = or_(suggestions.c.author == user_id, and_(suggestions.c.author.is_(None), suggestions.c.member == member))
    rows = await conn.execute(
        select(suggestions).where(suggestions.c.state == State.WAITING, mine).order_by(suggestions.c.id)
    )
    return tuple(_suggestion(row) for row in rows)


async def settle(conn: Conn, found: Suggestion, to: State, by: str, now: datetime, number: int | None = None) -> None:
    """Record what became of a suggestion, and forget its words and whose they are; AlreadyDone if it is settled.

    `number` is what entered the store, None also where nobody may know whose that is.
    """
    values: dict[str, Any] = {"state": to, "number": number, "new": {}, "author": None, "member": None}
    waiting = (suggestions.c.id == found.id, suggestions.c.state == State.WAITING)
    if (await conn.execute(update(suggestions).where(*waiting).values(values))).rowcount != 1:
        raise AlreadyDone("This was answered already.")
    await audit.note(conn, now, by, to.value, f"suggestion {found.id}")
