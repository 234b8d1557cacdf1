"""Surveys: what makes one, when its questions come and it closes, and which of Slack's events are replies to it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from bot.rules.attribution import Attribution, File
from bot.rules.profile import WorkingHours
from bot.rules.questions import NewQuestion, read_question
from bot.rules.reminders import LONGEST_REST, utc_of, wall_of, working_wall, zone_of
from bot.rules.text import plain
from bot.rules.workdays import WorkingTime

MAX_QUESTIONS = 30
MAX_TITLE = 140
MAX_INTRODUCTION = 2000
LONGEST = timedelta(days=366)
ANSWER_LIMIT = 3000
"""As many characters as a modal's text field takes; a longer reply in a thread is kept whole."""

WITHDRAW = "no_entry_sign"
"""The reaction with which an author takes a reply back."""
RECORDED = "white_check_mark"
"""The reaction with which Focal says that a reply is recorded."""
_SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})
_LABELLED = re.compile(r"<(https?://[^>|\s]+)\|([^>]+)>")


class Pace(StrEnum):
    """How fast the questions of a survey come."""

    AT_ONCE = "at once"
    THEME = "theme"
    QUESTION = "question"


@dataclass(frozen=True)
class Settings:
    """What stands around the questions of a survey; moments are aware, `channel` and `meeting` ids.

    `starts_at` is when it is to start by itself, None where somebody will start it. `zone` (IANA) is where the working
    days of its pace are counted.
    """

    title: str
    introduction: str
    channel: str
    closes_at: datetime
    attribution: Attribution
    zone: str = "UTC"
    pace: Pace = Pace.AT_ONCE
    starts_at: datetime | None = None
    meeting: int | None = None


@dataclass(frozen=True)
class NewSurvey:
    """A survey to be."""

    settings: Settings
    questions: tuple[NewQuestion, ...]


@dataclass(frozen=True)
class Reply:
    """What somebody wrote in a thread, in the form it had at `at` (aware UTC); `text` is plain."""

    channel: str
    thread_ts: str
    ts: str
    text: str
    at: datetime
    edited: bool = False
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Removal:
    """A message that is gone; `thread_ts` is empty where Slack does not say in which thread it was."""

    channel: str
    ts: str
    thread_ts: str = ""


def moment_of(ts: str) -> datetime:
    """Return the moment in a Slack timestamp, as aware UTC."""
    return datetime.fromtimestamp(float(ts), UTC)


def local_moment(day: str, at: str, zone: str) -> datetime | None:
    """Return the moment a date (`2026-03-02`) and a time (`17:00`) mean in an IANA zone; None for one that never is.

    A time that the change to summer time skips never is; of one that comes twice the earlier is taken. Nor is what
    cannot be read as a date and a time.
    """
    try:
        wall = datetime.combine(date.fromisoformat(day), time.fromisoformat(at), zone_of(zone))
    except ValueError:
        return None
    moment = wall.astimezone(UTC)
    return moment if moment.astimezone(wall.tzinfo).replace(tzinfo=None) == wall.replace(tzinfo=None) else None


def own_questions(text: str) -> tuple[NewQuestion, ...]:
    """Return the questions that were typed one to a line; BadInput where one of them cannot be."""
    return tuple(read_question(line) for line in text.splitlines() if line.strip())


def words_of(message: Mapping[str, Any]) -> str:
    """Return what a message says as plain text: its words, and the names of the files that came with it.

    A link that has a label keeps its address beside it.
    """
    words = plain(_LABELLED.sub(_spelt_out, message.get("text") or ""))
    return "\n".join([part for part in (words,) if part] + [f"[{each.name}]" for each in files_of(message)])


def _spelt_out(found: re.Match[str]) -> str:
    url, label = found.groups()
    return f"<{url}>" if url.split("://")[1].rstrip("/") == label.rstrip("/") else f"{label} (<{url}>)"


def files_of(message: Mapping[str, Any]) -> tuple[File, ...]:
    """Return the files that came with a message; Slack shows them to whoever may see the message."""
    return tuple(
        File(str(each.get("title") or each.get("name") or "file"), str(each.get("permalink") or ""))
        for each in message.get("files") or ()
    )


def reply_in(event: Mapping[str, Any]) -> Reply | Removal | None:
    """Return what a Slack message event says about a reply in a thread, None if it is none or a bot's.

    Source: the message events of Slack's Events API; a deletion may leave a "tombstone" in the message's place.
    """
    subtype = event.get("subtype")
    if subtype == "message_deleted":
        before = event.get("previous_message") or {}
        return Removal(event["channel"], event["deleted_ts"], before.get("thread_ts") or "")
    if subtype == "message_changed":
        return _changed(event)
    if subtype not in _SPOKEN:
        return None
    return _said(event["channel"], event)


def _changed(event: Mapping[str, Any]) -> Reply | Removal | None:
    message = event.get("message") or {}
    if message.get("subtype") == "tombstone":
        return Removal(event["channel"], message["ts"], message.get("thread_ts") or "")
    if message.get("subtype") not in _SPOKEN:
        return None
    return _said(event["channel"], message)


def _said(channel: str, message: Mapping[str, Any]) -> Reply | None:
    thread = message.get("thread_ts") or ""
    if not thread or thread == message["ts"] or message.get("bot_id"):
        return None
    edited = (message.get("edited") or {}).get("ts")
    at = moment_of(edited or message["ts"])
    return Reply(channel, thread, message["ts"], words_of(message), at, bool(edited), files_of(message))


def unique(questions: Iterable[NewQuestion]) -> tuple[NewQuestion, ...]:
    """Return the questions, each text once, in order."""
    return tuple({each.text: each for each in questions}.values())


# When questions come and reminders are sent --------------------------------------------------------------------------


def ask_moments(
    questions: Sequence[NewQuestion], pace: Pace, start: datetime, zone: str, hours: WorkingHours
) -> tuple[datetime, ...]:
    """Return when each question comes (aware UTC), the first at `start`, the others at its time on later working days.

    One theme a day means neighbours of one theme together; working days are those of the zone.
    """
    if pace is Pace.AT_ONCE:
        return (start,) * len(questions)
    groups = [[each] for each in questions]
    if pace is Pace.THEME:
        groups = [list(group) for _, group in groupby(questions, key=lambda each: each.theme)]
    days = _working_days(wall_of(start, zone), len(groups), hours)
    later = [start, *(utc_of(day, zone) for day in days[1:])]
    return tuple(moment for moment, group in zip(later, groups, strict=True) for _ in group)


def _working_days(wall: datetime, count: int, hours: WorkingHours) -> list[datetime]:
    found = [wall]
    while len(found) < count:
        wall += timedelta(days=1)
        if hours.works_on(wall.date()):
            found.append(wall)
    return found


class Stage(StrEnum):
    """How near the close is when a delegation without an answer is reminded."""

    WEEK = "week"
    TWO_DAYS = "two days"
    LAST_DAY = "last day"


AHEAD = {Stage.WEEK: timedelta(days=7), Stage.TWO_DAYS: timedelta(days=2), Stage.LAST_DAY: timedelta(days=1)}
TIME_TO_ANSWER = timedelta(hours=6)
"""A reminder that working hours would bring nearer to the close than this comes in the working hours before instead."""


def stage_moments(
    starts_at: datetime, closes_at: datetime, zone: str, hours: WorkingTime
) -> tuple[tuple[Stage, datetime], ...]:
    """Return when somebody in `zone` is reminded (aware UTC), in their working hours, in order.

    A stage is left out that would come within a day of the start, or together with a later one.
    """
    targets = [closes_at - ahead for ahead in AHEAD.values()]
    limits = [*targets[1:], closes_at - TIME_TO_ANSWER]
    found = [
        (stage, _in_working_hours(target, limit, zone, hours))
        for stage, target, limit in zip(AHEAD, targets, limits, strict=True)
    ]
    in_time = [(stage, moment) for stage, moment in found if moment >= starts_at + timedelta(days=1)]
    following = [*(moment for _, moment in in_time), closes_at][1:]
    return tuple(pair for pair, after in zip(in_time, following, strict=True) if pair[1] < after)


def _in_working_hours(target: datetime, limit: datetime, zone: str, hours: WorkingTime) -> datetime:
    """Return the first moment in working hours from `target` on or, where that is past `limit`, the last one before."""
    wall = wall_of(target, zone)
    moment = utc_of(working_wall(wall, hours), zone)
    return moment if moment <= limit else utc_of(_last_working_wall(wall, hours), zone)


def _last_working_wall(wall: datetime, hours: WorkingTime) -> datetime:
    """Return the start of the last working hour before `wall`."""
    ends = wall.replace(hour=hours.end - 1, minute=0, second=0, microsecond=0)
    days = (ends - timedelta(days=n) for n in range(LONGEST_REST.days))
    return next((day for day in days if day < wall and hours.works_on(day.date())), wall)


def due_stage(moments: Iterable[tuple[Stage, datetime]], now: datetime) -> Stage | None:
    """Return the newest stage whose moment has come: of several that were missed only that one is said."""
    return next((stage for stage, moment in reversed(tuple(moments)) if moment <= now), None)
