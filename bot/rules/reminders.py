"""When reminders are due: recurrences over the wall clock, and the moment a wall time means in somebody's zone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from bot.rules.problems import BadInput
from bot.rules.profile import WorkingHours

EARLIEST = timedelta(hours=14)
"""How long before UTC the first zone reaches a wall time. Source: IANA, Pacific/Kiritimati, UTC+14."""
LATEST = timedelta(hours=12)
"""How long after UTC the last zone reaches a wall time. Source: IANA, Etc/GMT+12."""
LATE = timedelta(hours=1)
"""From when on a reminder that comes late says so, and keeps to the working hours that it has missed."""

_T = TypeVar("_T")
_OFFSET = re.compile(r"UTC([+-])([01]\d|2[0-3]):([0-5]\d)(?::\d\d)?")


class Repeat(StrEnum):
    """How often a reminder comes."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    FORTNIGHTLY = "every two weeks"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


class Group(StrEnum):
    """Whom a reminder is for; all but `people` are looked up anew every time."""

    TROIKA = "troika"
    PRESIDENCY = "presidency"
    SECRETARIAT = "secretariat"
    PEOPLE = "people"


class Snooze(StrEnum):
    """For how long a recipient puts a reminder off."""

    HOUR = "hour"
    TOMORROW = "tomorrow"
    WORKING_DAY = "working day"


@dataclass(frozen=True)
class Audience:
    """Whom a reminder is for; `people` holds Slack user ids and e-mail addresses, for Group.PEOPLE alone."""

    group: Group
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """When a reminder comes: naive wall times from `start` on, by an RFC 5545 RRULE that is empty for once.

    Unless `exact`, each recipient gets it when the clock on their own wall shows that time; if `exact`, everybody gets
    it at the moment when the clock in `zone` (IANA) does.
    """

    start: datetime
    rule: str
    zone: str
    exact: bool = False


def rule_for(repeat: Repeat, start: datetime) -> str:
    """Return the RRULE of a repetition that begins at the wall time `start`, empty for once.

    The 29th to 31st mean the last day of a month that has no such day: a reminder for the 31st comes on 28 February
    rather than not at all, as RFC 5545 alone would have it, and is back on 31 March.
    """
    days = ",".join(str(day) for day in range(28, start.day + 1))
    month_end = f";BYMONTHDAY={days};BYSETPOS=-1" if start.day > 28 else ""
    year_end = ";BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1" if (start.month, start.day) == (2, 29) else ""
    return {
        Repeat.ONCE: "",
        Repeat.DAILY: "FREQ=DAILY",
        Repeat.WEEKLY: "FREQ=WEEKLY",
        Repeat.FORTNIGHTLY: "FREQ=WEEKLY;INTERVAL=2",
        Repeat.MONTHLY: f"FREQ=MONTHLY{month_end}",
        Repeat.QUARTERLY: f"FREQ=MONTHLY;INTERVAL=3{month_end}",
        Repeat.YEARLY: f"FREQ=YEARLY{year_end}",
    }[repeat]


def repeat_of(rule: str) -> Repeat:
    """Return the repetition that an RRULE of `rule_for` stands for."""
    parts = dict(part.split("=") for part in rule.split(";") if part)
    kinds = {
        ("DAILY", "1"): Repeat.DAILY,
        ("WEEKLY", "1"): Repeat.WEEKLY,
        ("WEEKLY", "2"): Repeat.FORTNIGHTLY,
        ("MONTHLY", "1"): Repeat.MONTHLY,
        ("MONTHLY", "3"): Repeat.QUARTERLY,
        ("YEARLY", "1"): Repeat.YEARLY,
    }
    return kinds[parts["FREQ"], parts.get("INTERVAL", "1")] if parts else Repeat.ONCE


def next_walls(schedule: Schedule, since: datetime, until: datetime) -> list[datetime]:
    """Return the wall times of `schedule` from `since` to `until` (naive, both included), oldest first."""
    if not schedule.rule:
        return [schedule.start] if since <= schedule.start <= until else []
    return _recurrence(schedule).between(since, until, inc=True)


def first_wall(schedule: Schedule, since: datetime) -> datetime | None:
    """Return the first wall time of `schedule` at or after `since` (naive), or None if none is left."""
    if not schedule.rule:
        return schedule.start if schedule.start >= since else None
    return _recurrence(schedule).after(since, inc=True)


def coming_walls(schedule: Schedule, since: datetime, number: int) -> list[datetime]:
    """Return up to `number` wall times of `schedule` from `since` (naive, included) on, oldest first."""
    found: list[datetime] = []
    wall = first_wall(schedule, since)
    while wall is not None and len(found) < number:
        found.append(wall)
        wall = first_wall(schedule, wall + timedelta.resolution)
    return found


def _recurrence(schedule: Schedule) -> rrule:
    found = rrulestr(schedule.rule, dtstart=schedule.start)
    if not isinstance(found, rrule):
        raise TypeError("a schedule has one recurrence rule")
    return found


def zone_of(name: str) -> tzinfo:
    """Return the zone with this name: an IANA name or an offset like `UTC+05:30`.

    A name that nobody knows means UTC: hours too late or too early is better than never.
    """
    offset = _OFFSET.fullmatch(name)
    if offset:
        return timezone((-1 if offset[1] == "-" else 1) * timedelta(hours=int(offset[2]), minutes=int(offset[3])))
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def utc_of(wall: datetime, zone: str) -> datetime:
    """Return the moment (aware UTC) when the clock in `zone` shows `wall` (naive).

    A time that is skipped in spring moves forward by the gap; of a time that comes twice in autumn it is the first.
    Source: PEP 495, `fold=0`.
    """
    return wall.replace(tzinfo=zone_of(zone), fold=0).astimezone(UTC)


def wall_of(moment: datetime, zone: str) -> datetime:
    """Return what the clock in `zone` shows at `moment` (aware), naive."""
    return moment.astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)


def is_working(wall: datetime, hours: WorkingHours) -> bool:
    """Tell whether people may be written to at the wall time `wall`."""
    return wall.isoweekday() in hours.weekdays and hours.start <= wall.hour < hours.end


def working_wall(wall: datetime, hours: WorkingHours) -> datetime:
    """Return `wall` where it lies in working hours, else the start of the next working hours after it."""
    if is_working(wall, hours):
        return wall
    starts = wall.replace(hour=hours.start, minute=0, second=0, microsecond=0)
    return _working_day(starts if starts > wall else starts + timedelta(days=1), hours)


def _working_day(wall: datetime, hours: WorkingHours) -> datetime:
    days = (wall + timedelta(days=n) for n in range(8))
    return next((day for day in days if day.isoweekday() in hours.weekdays), wall)


def moment_for(schedule: Schedule, wall: datetime, zone: str, hours: WorkingHours) -> datetime:
    """Return the moment (aware UTC) when somebody in `zone` gets the reminder for the wall time `wall`.

    Unless exact, a time outside working hours moves to the next working start in that zone.
    """
    if schedule.exact:
        return utc_of(wall, schedule.zone)
    return utc_of(working_wall(wall, hours), zone)


def opens_at(schedule: Schedule, wall: datetime, hours: WorkingHours) -> datetime:
    """Return the moment (aware UTC) before which nobody anywhere gets the reminder for `wall`."""
    if schedule.exact:
        return utc_of(wall, schedule.zone)
    return working_wall(wall, hours).replace(tzinfo=UTC) - EARLIEST


def closes_at(schedule: Schedule, wall: datetime, hours: WorkingHours) -> datetime:
    """Return the moment (aware UTC) from which on everybody anywhere must have had the reminder for `wall`."""
    if schedule.exact:
        return utc_of(wall, schedule.zone)
    return working_wall(wall, hours).replace(tzinfo=UTC) + LATEST


def day_of(schedule: Schedule, wall: datetime, now: datetime, hours: WorkingHours) -> date:
    """Return the day whose Troika, presidency and contacts get the reminder for `wall`.

    It is the day on the recipients' walls, which begins before and ends after the day in UTC. One that comes days late
    goes to those who are in charge by then.
    """
    spoken = wall if schedule.exact else working_wall(wall, hours)
    return max(spoken.date(), now.date() - timedelta(days=1))


def send_at(schedule: Schedule, due: datetime, now: datetime, zone: str, hours: WorkingHours) -> datetime:
    """Return when a reminder that was due at `due` is sent: at once, or when it is late, in working hours.

    Nobody is woken because the bot was away; `exact` goes out at any hour.
    """
    if schedule.exact or now - due < LATE:
        return now
    return max(now, utc_of(working_wall(wall_of(now, zone), hours), zone))


def snoozed_until(snooze: Snooze, now: datetime, zone: str, hours: WorkingHours) -> datetime:
    """Return the moment (aware UTC) until which somebody in `zone` puts a reminder off at `now`."""
    if snooze is Snooze.HOUR:
        return now + timedelta(hours=1)
    tomorrow = wall_of(now, zone).date() + timedelta(days=1)
    if snooze is Snooze.TOMORROW:
        return utc_of(datetime.combine(tomorrow, time(9)), zone)
    return utc_of(_working_day(datetime.combine(tomorrow, time(hours.start)), hours), zone)


def newest_due(
    walls: list[datetime], schedule: Schedule, zone: str, now: datetime, hours: WorkingHours
) -> datetime | None:
    """Return the newest of `walls` (oldest first) whose moment in `zone` has come, or None.

    Of several that were missed, or that a weekend moves to the same Monday, only the newest counts: never a flood.
    """
    newest = next((wall for wall in reversed(walls) if moment_for(schedule, wall, zone, hours) <= now), None)
    return None if newest is None or _is_overtaken(schedule, newest, hours) else newest


def _is_overtaken(schedule: Schedule, wall: datetime, hours: WorkingHours) -> bool:
    """Tell whether `wall` moves to a day on which the next wall time is spoken of too: Sunday's to Monday's own."""
    moved = working_wall(wall, hours)
    if schedule.exact or moved == wall:
        return False
    following = first_wall(schedule, wall + timedelta.resolution)
    return following is not None and working_wall(following, hours).date() <= moved.date()


def moments_after(
    walls: list[datetime], schedule: Schedule, zone: str, now: datetime, hours: WorkingHours
) -> Iterator[datetime]:
    """Yield the moments of `walls` in `zone` that are still to come."""
    moments = (moment_for(schedule, wall, zone, hours) for wall in walls)
    return (moment for moment in moments if moment > now)


# Rows of a file ------------------------------------------------------------------------------------------------------

COLUMNS = ("due", "to", "text")
TEXT_LIMIT = 2000
YEARS = range(2000, 2101)
_OTHER_WORDS = {"": Repeat.ONCE, "fortnightly": Repeat.FORTNIGHTLY, "biweekly": Repeat.FORTNIGHTLY}
_YES = {"yes": True, "": False, "no": False}
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,23}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")


@dataclass(frozen=True)
class ReminderRow:
    """A row that can be scheduled."""

    text: str
    audience: Audience
    schedule: Schedule


def parse_row(cells: Mapping[str, str]) -> ReminderRow:
    """Return what a row of a file (heading → text) schedules; BadInput says why it cannot be.

    An exact reminder comes at the moment of `due`; any other takes the wall time in it and leaves its zone to each
    recipient.
    """
    row = {name: (cells.get(name) or "").strip() for name in (*COLUMNS, "repeat", "exact")}
    missing = ", ".join(name for name in COLUMNS if not row[name])
    if missing:
        raise BadInput("There is nothing in: {columns}.", columns=missing)
    if len(row["text"]) > TEXT_LIMIT:
        raise BadInput("The text is longer than {limit} characters.", limit=TEXT_LIMIT)
    exact = _chosen(_YES, row["exact"], "“exact” is “yes” or empty.")
    repeat = _chosen({**_OTHER_WORDS, **{str(each): each for each in Repeat}}, row["repeat"], _repeats())
    due = _moment(row["due"])
    start = due.replace(tzinfo=None)
    chosen = Schedule(start, rule_for(repeat, start), due.tzname() or "UTC", exact)
    return ReminderRow(row["text"], audience_of(row["to"]), chosen)


def _repeats() -> str:
    return f"“repeat” is one of: {', '.join(Repeat)}."


def _chosen(table: Mapping[str, _T], word: str, otherwise: str) -> _T:
    if word.casefold() not in table:
        raise BadInput(otherwise)
    return table[word.casefold()]


def _moment(word: str) -> datetime:
    try:
        due = datetime.fromisoformat(word)
    except ValueError:
        raise BadInput("“due” is not a date and time like 2026-03-05T09:00+02:00.") from None
    if due.tzinfo is None:
        raise BadInput("“due” has no zone; write it like 2026-03-05T09:00+02:00.")
    if due.year not in YEARS:
        raise BadInput("“due” is not in a year from {first} to {last}.", first=YEARS[0], last=YEARS[-1])
    return due.replace(microsecond=0)


def audience_of(word: str) -> Audience:
    """Return whom a word of a file means: a group, a Slack user id or an e-mail address; BadInput for anything else."""
    if word.casefold() in set(Group) - {Group.PEOPLE}:
        return Audience(Group(word.casefold()))
    if _SLACK_ID.fullmatch(word):
        return Audience(Group.PEOPLE, (word,))
    if _EMAIL.fullmatch(word):
        return Audience(Group.PEOPLE, (word.lower(),))
    raise BadInput("“to” is troika, presidency, secretariat, a Slack user id or an e-mail address.")
