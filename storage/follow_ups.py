"""Follow-up: when progress was asked for, of whom, on which records, and what each member has reported."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    update,
)

from bot.rules.follow_up import Progress, Report
from bot.rules.problems import AlreadyDone, Closed, NotFound
from storage import audit
from storage.database import Conn, UTCDateTime, insert_new, metadata
from storage.people import people

rounds = Table(
    "follow_ups",
    metadata,
    Column("id", Integer, primary_key=True),
    # Once in each period.
    Column("period", String(40), nullable=False, unique=True),
    Column("note", Text, nullable=False, server_default=""),
    Column("asked_by", String(24), nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
)
reports = Table(
    "progress_reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("round_id", ForeignKey("follow_ups.id", ondelete="CASCADE"), nullable=False),
    Column("number", ForeignKey("recommendations.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("member", String(12), nullable=False),
    Column("progress", String(12)),
    Column("comment", Text, nullable=False, server_default=""),
    Column("by", String(24)),
    Column("at", UTCDateTime),
    Column("validated_by", String(24)),
    Column("validated_at", UTCDateTime),
    UniqueConstraint("round_id", "number", "member"),
)


@dataclass(frozen=True)
class FollowUp:
    """One time at which progress was asked for: in which period, in whose name (a Slack id), with which words."""

    id: int
    period: str
    note: str
    asked_by: str
    asked_at: datetime


async def ask(conn: Conn, period: str, note: str, by: str, now: datetime, asked: Iterable[tuple[int, str]]) -> FollowUp:
    """Record that progress is asked for on records (numbers) of members (codes); AlreadyDone in the same period."""
    values = {"period": period, "note": note, "asked_by": by, "asked_at": now}
    if not await insert_new(conn, rounds, values):
        raise AlreadyDone(
            "Progress was asked for in {period} already.", "See it: /wps-recommend progress.", period=period
        )
    row = (await conn.execute(select(rounds).where(rounds.c.period == period))).one()
    rows = [{"round_id": row.id, "number": number, "member": member} for number, member in asked]
    await conn.execute(insert(reports), rows)
    await audit.note(conn, now, by, "ask for progress", f"follow-up {row.id}", period=period)
    return _round(row)


def _round(row: Row[Any]) -> FollowUp:
    return FollowUp(row.id, row.period, row.note, row.asked_by, row.asked_at)


async def latest(conn: Conn, limit: int = 2) -> tuple[FollowUp, ...]:
    """Return the last times at which progress was asked for, the newest first."""
    rows = await conn.execute(select(rounds).order_by(rounds.c.id.desc()).limit(limit))
    return tuple(_round(row) for row in rows)


async def of_round(conn: Conn, round_id: int, member: str | None = None) -> tuple[Report, ...]:
    """Return what was asked and answered in one round, by record and member; of one member if it is named."""
    mine = () if member is None else (reports.c.member == member,)
    query = _reports().where(reports.c.round_id == round_id, *mine).order_by(reports.c.number, reports.c.member)
    return tuple(_report(row) for row in await conn.execute(query))


async def of_record(conn: Conn, number: int) -> tuple[Report, ...]:
    """Return what members have reported of a record, the newest round first."""
    said = (reports.c.number == number, reports.c.progress.is_not(None))
    query = _reports().where(*said).order_by(reports.c.round_id.desc(), reports.c.member)
    return tuple(_report(row) for row in await conn.execute(query))


def _reports() -> Select[Any]:
    reporters, validators = people.alias("reporters"), people.alias("validators")
    return (
        select(reports, reporters.c.name.label("by_name"), validators.c.name.label("validated_by_name"))
        .outerjoin(reporters, reporters.c.user_id == reports.c.by)
        .outerjoin(validators, validators.c.user_id == reports.c.validated_by)
    )


def _report(row: Row[Any]) -> Report:
    return Report(
        row.id, row.round_id, row.number, row.member, Progress(row.progress) if row.progress else None, row.comment,
        row.by_name or "", row.at, row.validated_by_name or "", row.validated_at,
    )  # fmt: skip


async def report(conn: Conn, report_id: int) -> Report:
    """Return one report; NotFound if there is none."""
    row = (await conn.execute(_reports().where(reports.c.id == report_id))).first()
    if row is None:
        raise NotFound("This was not asked.", "See /wps-recommend progress.")
    return _report(row)


async def tell(conn: Conn, asked: Report, progress: Progress, comment: str, by: str, now: datetime) -> Report:
    """Record what a member reports, in place of what it said before in this round; Closed once a newer round runs.

    What was validated has to be validated anew.
    """
    (newest,) = await latest(conn, 1)
    if newest.id != asked.round_id:
        raise Closed("Progress has been asked for anew since.", "Answer there: /wps-recommend progress.")
    values = {"progress": progress, "comment": comment, "by": by, "at": now, "validated_by": None, "validated_at": None}
    await conn.execute(update(reports).where(reports.c.id == asked.id).values(values))
    await audit.note(conn, now, by, "report progress", f"recommendation {asked.number}", member=asked.member)
    return await report(conn, asked.id)


async def validate(conn: Conn, report_id: int, seen: datetime | None, by: str, now: datetime) -> Report:
    """Record that a reviewer has checked a report; AlreadyDone if it is, or is not any more the one that was `seen`."""
    open_still = (reports.c.id == report_id, reports.c.validated_at.is_(None), reports.c.at == seen)
    if (await conn.execute(update(reports).where(*open_still).values(validated_by=by, validated_at=now))).rowcount != 1:
        raise AlreadyDone("This report is validated already, or has changed.", "Look at it again.")
    found = await report(conn, report_id)
    await audit.note(conn, now, by, "validate", f"recommendation {found.number}", member=found.member)
    return found
