"""Calls of the Troika: times that are proposed, what each party says of them, and which one is booked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Column, ForeignKey, Integer, Row, String, Table, insert, select, update

from bot.rules.calls import Say, Slot
from bot.rules.problems import Changed, NotFound
from storage.database import Conn, UTCDateTime, metadata, upsert


class State(StrEnum):
    """Where a call stands."""

    OPEN = "open"
    BOOKED = "booked"
    WITHDRAWN = "withdrawn"


calls = Table(
    "calls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("opened_by", String(24), nullable=False),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("state", String(10), nullable=False, server_default=State.OPEN),
    # Empty once nothing more is awaited.
    Column("closes_at", UTCDateTime, index=True),
    Column("booked_slot", Integer),
    Column("booked_at", UTCDateTime),
    Column("uid", String(36), nullable=False),
)
slots = Table(
    "call_slots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", ForeignKey("calls.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("starts_at", UTCDateTime, nullable=False),
    Column("burdens", JSON, nullable=False),
)
answers = Table(
    "call_answers",
    metadata,
    Column("slot_id", ForeignKey("call_slots.id", ondelete="CASCADE"), primary_key=True),
    Column("party", String(12), primary_key=True),
    Column("said", String(10), nullable=False),
    Column("person", String(24), nullable=False),
    Column("at", UTCDateTime, nullable=False),
)
invited = Table(
    "call_people",
    metadata,
    Column("call_id", ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(24), primary_key=True),
    Column("party", String(12), nullable=False),
    Column("zone", String(60), nullable=False),
    # When the calendar file is to be sent; empty before there is one, and once it is on its way.
    Column("file_due_at", UTCDateTime, index=True),
)


@dataclass(frozen=True)
class Guest:
    """Somebody who is asked (a Slack user id): for which party, and in which zone (IANA) the times were looked for."""

    person: str
    party: str
    zone: str


@dataclass(frozen=True)
class Call:
    """A call of `minutes`: its slots by their ids, what parties say of each, and the slot that is booked, if any."""

    id: int
    opened_by: str
    minutes: int
    state: State
    closes_at: datetime | None
    booked_slot: int | None
    booked_at: datetime | None
    uid: str
    slots: Mapping[int, Slot]
    answers: Mapping[int, Mapping[str, Say]]
    guests: tuple[Guest, ...]

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties, each once."""
        return tuple(dict.fromkeys(each.party for each in self.guests))

    @property
    def booked(self) -> Slot | None:
        """The time that is booked."""
        return self.slots[self.booked_slot] if self.booked_slot is not None else None

    @property
    def is_answered(self) -> bool:
        """Tell whether every party has said something of every slot."""
        return all(set(self.parties) <= self.answers[each].keys() for each in self.slots)


async def open_call(
    conn: Conn,
    by: str,
    minutes: int,
    proposed: Sequence[Slot],
    guests: Sequence[Guest],
    closes: datetime,
    now: datetime,
) -> Call:
    """Store a call whose times are proposed to `guests`."""
    values = {"opened_by": by, "opened_at": now, "minutes": minutes, "closes_at": closes, "uid": str(uuid4())}
    number = (await conn.execute(insert(calls).values(values).returning(calls.c.id))).scalar_one()
    await conn.execute(
        insert(slots), [{"call_id": number, "starts_at": s.starts_at, "burdens": dict(s.burdens)} for s in proposed]
    )
    await conn.execute(insert(invited), [{"call_id": number, **vars(each), "file_due_at": None} for each in guests])
    return await call(conn, int(number))


async def call(conn: Conn, number: int, *, lock: bool = False) -> Call:
    """Return the call with this number; NotFound if there is none. `lock` keeps others from changing it."""
    query = select(calls).where(calls.c.id == number)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise NotFound("There is no call {number}.", "Propose one: /wps-troika call", number=number)
    return await _call(conn, row)


async def of_slot(conn: Conn, slot_id: int, *, lock: bool = False) -> Call:
    """Return the call to which a slot belongs; NotFound if there is none."""
    number = (await conn.execute(select(slots.c.call_id).where(slots.c.id == slot_id))).scalar()
    return await call(conn, number or 0, lock=lock)


async def open_one(conn: Conn) -> Call | None:
    """Return the newest call for which a time is still sought, or None."""
    found = select(calls).where(calls.c.state == State.OPEN).order_by(calls.c.id.desc()).limit(1)
    row = (await conn.execute(found)).first()
    return await _call(conn, row) if row else None


async def closing(conn: Conn, now: datetime) -> tuple[int, ...]:
    """Return the numbers of the calls for which no more answers are awaited."""
    due = select(calls.c.id).where(calls.c.closes_at <= now).order_by(calls.c.id)
    return tuple((await conn.execute(due)).scalars())


async def _call(conn: Conn, row: Row[Any]) -> Call:
    proposed = await conn.execute(
        select(slots).where(slots.c.call_id == row.id).order_by(slots.c.starts_at, slots.c.id)
    )
    times = {each.id: Slot(each.starts_at, each.burdens) for each in proposed}
    said: dict[int, dict[str, Say]] = defaultdict(dict)
    for each in await conn.execute(select(answers).where(answers.c.slot_id.in_(times))):
        said[each.slot_id][each.party] = Say(each.said)
    people = await conn.execute(select(invited).where(invited.c.call_id == row.id).order_by(invited.c.party))
    return Call(
        row.id, row.opened_by, row.minutes, State(row.state), row.closes_at, row.booked_slot, row.booked_at, row.uid,
        times, {each: said[each] for each in times}, tuple(Guest(p.person, p.party, p.zone) for p in people),
    )  # fmt: skip


async def answer(conn: Conn, slot_id: int, party: str, said: Say, person: str, now: datetime) -> None:
    """Store what a party says of a slot, in place of what it said before."""
    values = {"slot_id": slot_id, "party": party, "said": said.value, "person": person, "at": now}
    await upsert(conn, answers, ("slot_id", "party"), values)


async def book(conn: Conn, known: Call, slot_id: int, now: datetime) -> Call:
    """Store which slot is booked, and that everybody is to get the calendar file; Changed if the call is over."""
    await _end(conn, known, State.BOOKED, booked_slot=slot_id, booked_at=now)
    await conn.execute(update(invited).where(invited.c.call_id == known.id).values(file_due_at=now))
    return await call(conn, known.id)


async def withdraw(conn: Conn, known: Call) -> Call:
    """Store that no time is sought any more; Changed if the call is over."""
    await _end(conn, known, State.WITHDRAWN)
    return await call(conn, known.id)


async def stop_waiting(conn: Conn, known: Call) -> None:
    """Store that no more answers are awaited by themselves; whoever proposed the call decides."""
    await conn.execute(update(calls).where(calls.c.id == known.id).values(closes_at=None))


async def _end(conn: Conn, known: Call, state: State, **values: object) -> None:
    still_open = (calls.c.id == known.id, calls.c.state == State.OPEN)
    ended = update(calls).where(*still_open).values(state=state, closes_at=None, **values)
    if (await conn.execute(ended)).rowcount != 1:
        raise Changed("This call is booked or withdrawn already.", "See /wps-troika call.")


async def take_file(conn: Conn, now: datetime) -> tuple[int, str] | None:
    """Take one calendar file that is to be sent: the call's number and the person; None if there is none."""
    due = select(invited.c.call_id, invited.c.person).where(invited.c.file_due_at <= now).limit(1)
    row = (await conn.execute(due.with_for_update(skip_locked=True))).first()
    if row is None:
        return None
    theirs = (invited.c.call_id == row.call_id, invited.c.person == row.person)
    await conn.execute(update(invited).where(*theirs).values(file_due_at=None))
    return row.call_id, row.person


async def carried(conn: Conn, since: datetime) -> dict[str, int]:
    """Return how many minutes each party has borne in calls that were booked since a moment (aware)."""
    borne = select(slots.c.burdens).join(calls, calls.c.booked_slot == slots.c.id).where(calls.c.booked_at >= since)
    found: dict[str, int] = defaultdict(int)
    for burdens in (await conn.execute(borne)).scalars():
        for party, minutes in burdens.items():
            found[party] += minutes
    return dict(found)
