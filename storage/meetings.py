"""Meetings of the network: capital-level, at the margins of the General Assembly, expert and other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
    update,
)

from bot.rules.meetings import Document, Kind, Plan
from bot.rules.problems import AlreadyDone, Changed, NotFound
from storage import search
from storage.database import Conn, UTCDateTime, insert_new, metadata

meetings = Table(
    "meetings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("title", String(300), nullable=False),
    Column("place", String(120), nullable=False, server_default=""),
    Column("starts_on", Date, nullable=False, index=True),
    Column("ends_on", Date, nullable=False),
    Column("notes", String(1000), nullable=False, server_default=""),
    Column("source", String(500), nullable=False, server_default=""),
    Column("zone", String(60), nullable=False, server_default=""),
    Column("opens", String(5), nullable=False, server_default=""),
    Column("closes", String(5), nullable=False, server_default=""),
    Column("theme", String(300), nullable=False, server_default=""),
    Column("host", String(200), nullable=False, server_default=""),
    Column("documents", JSON, nullable=False, server_default="[]"),
    Column("cancelled", Boolean, nullable=False, server_default="0"),
    # Calendars know a meeting by `uid` and take a newer `sequence` in place of an older one.
    Column("uid", String(36), nullable=False, default=lambda: str(uuid4())),
    Column("sequence", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("changed_by", String(24)),
    Column("changed_at", UTCDateTime),
    Column("form", String(40), unique=True),
    UniqueConstraint("starts_on", "title"),
)


@dataclass(frozen=True)
class Meeting:
    """One meeting; both days belong to it and are days of its place. `kind` is a Kind's word.

    `plan` holds all that people say of it. `version` rises with every change, `sequence` only when it moves;
    `changed_by` is a Slack user id, None for what came with the profile.
    """

    id: int
    plan: Plan
    source: str = ""
    uid: str = ""
    sequence: int = 0
    version: int = 1
    changed_by: str | None = None
    changed_at: datetime | None = None

    @property
    def kind(self) -> Kind:
        """What kind of meeting it is."""
        return self.plan.kind

    @property
    def title(self) -> str:
        """What it is called."""
        return self.plan.title

    @property
    def place(self) -> str:
        """Where it is, in words; empty if that is not known."""
        return self.plan.place

    @property
    def starts_on(self) -> date:
        """Its first day."""
        return self.plan.starts_on

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return self.plan.ends_on

    @property
    def notes(self) -> str:
        """What else is known of it."""
        return self.plan.notes


async def seed(conn: Conn, rows: Iterable[Mapping[str, Any]]) -> None:
    """Store meetings that are not there yet; rows hold kind, title, place, starts_on, ends_on, notes and source.

    Raise ValueError for a kind that does not exist: the file is the profile's, not a person's.
    """
    for row in rows:
        await insert_new(conn, meetings, {**row, "kind": Kind(row["kind"]).value})
    await search.index(conn, *(as_document(each) for each in await all_meetings(conn) if not each.plan.cancelled))


async def plan(conn: Conn, new: Plan, by: str, now: datetime, form: str) -> Meeting:
    """Store a new meeting, once per `form` (a view's id); AlreadyDone if it or one like it is there."""
    await _refuse_twin(conn, new, None)
    values = {**_values(new), "changed_by": by, "changed_at": now, "form": form[:40]}
    known = (await conn.execute(select(meetings.c.id).where(meetings.c.form == form[:40]))).first()
    if known is not None:
        raise AlreadyDone("This meeting is saved already.", "See /wps-meeting list.")
    row = await conn.execute(insert(meetings).values(values).returning(meetings.c.id))
    planned = await existing(conn, int(row.scalar_one()))
    await search.index(conn, as_document(planned))
    return planned


async def change(conn: Conn, number: int, version: int, new: Plan, by: str, now: datetime) -> Meeting:
    """Store what was changed of a meeting that was shown in `version`; return it as it now is.

    Its sequence rises when it moves. Raises Changed if somebody else has changed it since, AlreadyDone if another
    meeting has this title and first day.
    """
    known = await existing(conn, number, lock=True)
    if known.version != version:
        raise Changed("Somebody has changed this meeting since it was shown.", "See /wps-meeting list.")
    await _refuse_twin(conn, new, number)
    sequence = known.sequence + new.moves_from(known.plan)
    values = {**_values(new), "changed_by": by, "changed_at": now, "version": version + 1, "sequence": sequence}
    await conn.execute(update(meetings).where(meetings.c.id == number).values(values))
    changed = await existing(conn, number)
    await search.forget(conn, "meeting", str(number))
    if not new.cancelled:
        await search.index(conn, as_document(changed))
    return changed


def as_document(found: Meeting) -> search.Document:
    """Return a meeting as it is found and cited; whoever may ask may read it."""
    plan = found.plan
    days = f"{plan.starts_on.isoformat()} to {plan.ends_on.isoformat()}"
    facts = filter(None, (plan.place, days, plan.theme, plan.host and f"Host: {plan.host}", plan.notes))
    return search.Document(
        "meeting",
        str(found.id),
        plan.title,
        ". ".join(facts),
        plan.place,
        plan.starts_on.year,
        found.source or f"/wps-meeting show {found.id}",
    )


async def _refuse_twin(conn: Conn, new: Plan, number: int | None) -> None:
    same = select(meetings.c.id).where(meetings.c.starts_on == new.starts_on, meetings.c.title == new.title)
    twin = (await conn.execute(same if number is None else same.where(meetings.c.id != number))).scalar()
    if twin is not None:
        raise AlreadyDone(
            "Meeting {number} has this title and first day already.", "See /wps-meeting show {number}.", number=twin
        )


def _values(new: Plan) -> dict[str, object]:
    return {
        **vars(new),
        "kind": new.kind.value,
        "opens": f"{new.opens:%H:%M}" if new.opens else "",
        "closes": f"{new.closes:%H:%M}" if new.closes else "",
        "documents": [vars(each) for each in new.documents],
    }


async def all_meetings(conn: Conn) -> tuple[Meeting, ...]:
    """Return every known meeting, cancelled ones included, oldest first."""
    rows = await conn.execute(select(meetings).order_by(meetings.c.starts_on, meetings.c.id))
    return tuple(_meeting(row) for row in rows)


async def next_meeting(conn: Conn, today: date) -> Meeting | None:
    """Return the meeting that is under way on `today` or the first one after it, or None if none is known."""
    coming = (meetings.c.ends_on >= today, meetings.c.cancelled.is_(False))
    found = select(meetings).where(*coming).order_by(meetings.c.starts_on, meetings.c.id).limit(1)
    row = (await conn.execute(found)).first()
    return _meeting(row) if row else None


async def last_meeting(conn: Conn, today: date) -> Meeting | None:
    """Return the newest meeting that had ended before `today`, or None if none is known."""
    gone = (meetings.c.ends_on < today, meetings.c.cancelled.is_(False))
    found = select(meetings).where(*gone).order_by(meetings.c.starts_on.desc()).limit(1)
    row = (await conn.execute(found)).first()
    return _meeting(row) if row else None


async def meeting(conn: Conn, number: int) -> Meeting | None:
    """Return the meeting with this number, or None."""
    row = (await conn.execute(select(meetings).where(meetings.c.id == number))).first()
    return _meeting(row) if row else None


async def existing(conn: Conn, number: int, *, lock: bool = False) -> Meeting:
    """Return the meeting with this number; NotFound if there is none. `lock` keeps others from changing it."""
    query = select(meetings).where(meetings.c.id == number)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise NotFound("There is no meeting {number}.", "See /wps-meeting list.", number=number)
    return _meeting(row)


def _meeting(row: Row[Any]) -> Meeting:
    said = Plan(
        kind=Kind(row.kind),
        title=row.title,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        place=row.place,
        zone=row.zone,
        opens=time.fromisoformat(row.opens) if row.opens else None,
        closes=time.fromisoformat(row.closes) if row.closes else None,
        theme=row.theme,
        host=row.host,
        notes=row.notes,
        documents=tuple(Document(each["title"], each["url"]) for each in row.documents),
        cancelled=row.cancelled,
    )
    return Meeting(row.id, said, row.source, row.uid, row.sequence, row.version, row.changed_by, row.changed_at)
