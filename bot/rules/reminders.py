"""When reminders are due: recurrences over the wall clock, and the moment a wall time means in somebody's zone."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from bot.rules.problems import BadInput
from bot.rules.workdays import WorkingTime

EARLIEST = timedelta(hours=14)
"""How long before UTC the first zone reaches a wall time. Source: IANA, Pacific/Kiritimati, UTC+14."""
LATEST = timedelta(hours=12)
"""How long after UTC the last zone reaches a wall time. Source: IANA, Etc/GMT+12."""
ANSWER_DAYS = 2
"""Working days in which a reminder is answered before it goes to the alternate, and then to the Secretariat."""
LONGEST_REST = timedelta(days=21)
"""No country's offices are closed for longer at a stretch, weekends and public holidays together."""
LATE = timedelta(hours=1)
"""From when on a reminder that comes late says so, and keeps to the working hours that it has missed."""

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
RULE_LIMIT = 200
_DAYS = "(?:MO|TU|WE|TH|FR|SA|SU)"
_NOTHING = re.compile(r"(?!)")
_NUMBERS = re.compile(r"-?[1-9]\d{0,2}(?:,-?[1-9]\d{0,2}){0,30}", re.ASCII)
_PARTS = {
    "FREQ": re.compile("DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile(r"[1-9]\d?", re.ASCII),
    "COUNT": re.compile(r"[1-9]\d{0,2}", re.ASCII),
    "UNTIL": re.compile(r"\d{8}(?:T\d{6}Z?)?", re.ASCII),
    "BYDAY": re.compile(rf"(?:[+-]?\d{{1,2}})?{_DAYS}(?:,(?:[+-]?\d{{1,2}})?{_DAYS}){{0,20}}", re.ASCII),
    "BYMONTH": _NUMBERS,
    "BYMONTHDAY": _NUMBERS,
    "BYYEARDAY": _NUMBERS,
    "BYWEEKNO": _NUMBERS,
    "BYSETPOS": _NUMBERS,
    "WKST": re.compile(_DAYS),
}
"""What may stand in a rule that somebody types. Source: RFC 5545, 3.3.10, without what is shorter than a day."""
_OWN_RULE = re.compile(
    r"(?:FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)(?:;INTERVAL=\d+)?"
    r"(?:;BYMONTHDAY=28(?:,\d\d)+;BYSETPOS=-1|;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1)?)?"
)
_T = TypeVar("_T")
_OFFSET = re.compile(r"UTC([+-])([01]\d|2[0-3]):([0-5]\d)(?::\d\d)?")


class Repeat(StrEnum):
    """How often a reminder comes."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    FORTNIGHTLY = "every two weeks"
    MONTHLY = "monthly"
    MONTHLY_WEEKDAY = "monthly on the weekday"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    RULE = "by a rule"


class Group(StrEnum):
    """Whom a reminder is for; who belongs to it is looked up anew every time, but for people and a channel."""

    TROIKA = "troika"
    PRESIDENCY = "presidency"
    SECRETARIAT = "secretariat"
    DELEGATION = "delegation"
    PEOPLE = "people"
    CHANNEL = "channel"
    TOGETHER = "troika together"


STANDING_GROUPS = frozenset({Group.TROIKA, Group.PRESIDENCY, Group.SECRETARIAT, Group.TOGETHER})
"""Groups that need no names."""
MOST_TOGETHER = 8
"""People in a group message, beside the app. Source: Slack, conversations.open."""


class Snooze(StrEnum):
    """For how long a recipient puts a reminder off."""

    HOUR = "hour"
    TOMORROW = "tomorrow"
    WORKING_DAY = "working day"


@dataclass(frozen=True)
class Audience:
    """Whom a reminder is for.

    `people` holds Slack user ids and e-mail addresses for Group.PEOPLE, the member's code for a delegation, the id of a
    channel, and nothing otherwise.
    """

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
    """Return the RRULE of a repetition that begins at the wall time `start`, empty for once and where it has its own.

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
        Repeat.MONTHLY_WEEKDAY: f"FREQ=MONTHLY;BYDAY={_place_in_month(start)}",
        Repeat.QUARTERLY: f"FREQ=MONTHLY;INTERVAL=3{month_end}",
        Repeat.YEARLY: f"FREQ=YEARLY{year_end}",
        Repeat.RULE: "",
    }[repeat]


def _place_in_month(day: datetime) -> str:
    """Return the place of a weekday in its month: 2TU for the second Tuesday, -1FR for a fifth, so last, Friday."""
    place = (day.day - 1) // 7 + 1
    return f"{place if place < 5 else -1}{WEEKDAYS[day.weekday()]}"


def repeat_of(rule: str) -> Repeat:
    """Return the repetition that an RRULE stands for; one that `rule_for` never makes stands for itself."""
    if re.fullmatch(r"FREQ=MONTHLY;BYDAY=(?:[1-4]|-1)(?:MO|TU|WE|TH|FR|SA|SU)", rule):
        return Repeat.MONTHLY_WEEKDAY
    if not _OWN_RULE.fullmatch(rule):
        return Repeat.RULE
    parts = dict(part.split("=") for part in rule.split(";") if part)
    kinds = {
        ("DAILY", "1"): Repeat.DAILY,
        ("WEEKLY", "1"): Repeat.WEEKLY,
        ("WEEKLY", "2"): Repeat.FORTNIGHTLY,
        ("MONTHLY", "1"): Repeat.MONTHLY,
        ("MONTHLY", "3"): Repeat.QUARTERLY,
        ("YEARLY", "1"): Repeat.YEARLY,
    }
    return kinds.get((parts["FREQ"], parts.get("INTERVAL", "1")), Repeat.RULE) if parts else Repeat.ONCE


def checked_rule(text: str, start: datetime) -> str:
    """Return an RFC 5545 recurrence rule that somebody typed, in the form that is stored; BadInput says what is wrong.

    Only whole days recur, so that nobody is reminded every minute, and something must come of it from `start` on.
    """
    rule = text.strip().upper().removeprefix("RRULE:").rstrip(";")
    parts = [part.partition("=") for part in rule.split(";")]
    known = {name: value for name, _, value in parts}
    wrong = next((name for name, value in known.items() if not _PARTS.get(name, _NOTHING).fullmatch(value)), None)
    if wrong is not None or "FREQ" not in known or len(known) != len(parts) or len(rule) > RULE_LIMIT:
        raise BadInput(
            "“{part}” cannot stand in a rule.",
            "Write it like FREQ=MONTHLY;BYDAY=2TU (RFC 5545, whole days only).",
            part=(wrong or rule)[:40],
        )
    end = known.get("UNTIL", "")[:8]
    rule = rule.replace(known["UNTIL"], f"{end}T235959") if end else rule
    if not _ever_comes(rule, start, end):
        raise BadInput("Nothing would ever come of this rule.", "Check its days and its end.")
    return rule


def _ever_comes(rule: str, start: datetime, end: str) -> bool:
    """Tell whether a rule ever comes from `start` until the end of the day `end` (YYYYMMDD, empty for no end)."""
    # dateutil looks for the next time of a rule that has none until the year 9999, for seconds. The calendar repeats
    # every 400 years, so it may as well begin to look in the last of those cycles.
    years = (MAXYEAR - start.year) // 400 * 400
    endless = ";".join(part for part in rule.split(";") if not part.startswith("UNTIL="))
    try:
        first = next(iter(rrulestr(endless, dtstart=start.replace(year=start.year + years))), None)
        return first is not None and (not end or first.replace(year=first.year - years).strftime("%Y%m%d") <= end)
    except ValueError:
        return False


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


def is_working(wall: datetime, hours: WorkingTime) -> bool:
    """Tell whether people may be written to at the wall time `wall`."""
    return hours.works_on(wall.date()) and hours.start <= wall.hour < hours.end


def working_wall(wall: datetime, hours: WorkingTime) -> datetime:
    """Return `wall` where it lies in working hours, else the start of the next working hours after it."""
    if is_working(wall, hours):
        return wall
    starts = wall.replace(hour=hours.start, minute=0, second=0, microsecond=0)
    return _working_day(starts if starts > wall else starts + timedelta(days=1), hours)


def _working_day(wall: datetime, hours: WorkingTime) -> datetime:
    days = (wall + timedelta(days=n) for n in range(LONGEST_REST.days))
    return next((day for day in days if hours.works_on(day.date())), wall)


def working_day_after(day: date, number: int, hours: WorkingTime) -> date:
    """Return the day `number` working days after `day`, before it if negative."""
    step = timedelta(days=1 if number > 0 else -1)
    for _ in range(abs(number)):
        day += step
        while not hours.works_on(day):
            day += step
    return day


def moment_for(schedule: Schedule, wall: datetime, zone: str, hours: WorkingTime) -> datetime:
    """Return the moment (aware UTC) when somebody in `zone` gets the reminder for the wall time `wall`.

    Unless exact, a time outside working hours moves to the next working start in that zone.
    """
    if schedule.exact:
        return utc_of(wall, schedule.zone)
    return utc_of(working_wall(wall, hours), zone)


def opens_at(schedule: Schedule, wall: datetime) -> datetime:
    """Return the moment (aware UTC) before which nobody anywhere gets the reminder for `wall`."""
    if schedule.exact:
        return utc_of(wall, schedule.zone)
    return wall.replace(tzinfo=UTC) - EARLIEST


def closes_at(schedule: Schedule, wall: datetime, hours: Iterable[WorkingTime]) -> datetime:
    """Return the moment (aware UTC) from which on everybody who keeps to one of `hours` must have had it for `wall`."""
    if schedule.exact:
        return utc_of(wall, schedule.zone)
    return max(working_wall(wall, each) for each in hours).replace(tzinfo=UTC) + LATEST


def day_of(schedule: Schedule, wall: datetime, now: datetime, hours: WorkingTime) -> date:
    """Return the day whose Troika, presidency and contacts get the reminder for `wall`.

    It is the day on the recipients' walls, which begins before and ends after the day in UTC. One that comes days late
    goes to those who are in charge by then.
    """
    spoken = wall if schedule.exact else working_wall(wall, hours)
    return max(spoken.date(), now.date() - timedelta(days=1))


def send_at(schedule: Schedule, due: datetime, now: datetime, zone: str, hours: WorkingTime) -> datetime:
    """Return when a reminder that was due at `due` is sent: at once, or when it is late, in working hours.

    Nobody is woken because the bot was away; `exact` goes out at any hour.
    """
    if schedule.exact or now - due < LATE:
        return now
    return max(now, utc_of(working_wall(wall_of(now, zone), hours), zone))


def snoozed_until(snooze: Snooze, now: datetime, zone: str, hours: WorkingTime) -> datetime:
    """Return the moment (aware UTC) until which somebody in `zone` puts a reminder off at `now`."""
    if snooze is Snooze.HOUR:
        return now + timedelta(hours=1)
    tomorrow = wall_of(now, zone).date() + timedelta(days=1)
    if snooze is Snooze.TOMORROW:
        return utc_of(datetime.combine(tomorrow, time(9)), zone)
    return utc_of(_working_day(datetime.combine(tomorrow, time(hours.start)), hours), zone)


def answer_awaited_until(now: datetime, zone: str, hours: WorkingTime) -> datetime:
    """Return the moment (aware UTC) until which somebody in `zone` has time to answer what was sent at `now`."""
    wall = wall_of(now, zone)
    last = datetime.combine(working_day_after(wall.date(), ANSWER_DAYS, hours), wall.time())
    return utc_of(working_wall(last, hours), zone)


def newest_due(
    walls: list[datetime], schedule: Schedule, zone: str, now: datetime, hours: WorkingTime
) -> datetime | None:
    """Return the newest of `walls` (oldest first) whose moment in `zone` has come, or None.

    Of several that were missed, or that a weekend moves to the same Monday, only the newest counts: never a flood.
    """
    newest = next((wall for wall in reversed(walls) if moment_for(schedule, wall, zone, hours) <= now), None)
    return None if newest is None or _is_overtaken(schedule, newest, hours) else newest


def _is_overtaken(schedule: Schedule, wall: datetime, hours: WorkingTime) -> bool:
    """Tell whether `wall` moves to a day on which the next wall time is spoken of too: Sunday's to Monday's own."""
    moved = working_wall(wall, hours)
    if schedule.exact or moved == wall:
        return False
    following = first_wall(schedule, wall + timedelta.resolution)
    return following is not None and working_wall(following, hours).date() <= moved.date()


def moments_after(
    walls: list[datetime], schedule: Schedule, zone: str, now: datetime, hours: WorkingTime
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
_CHANNEL = re.compile(r"[CG][A-Z0-9]{7,23}")
_CODE = re.compile(r"[A-Z]{2}|X-[A-Z]{2,10}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]{2,}")


@dataclass(frozen=True)
class ReminderRow:
    """A row that can be scheduled."""

    text: str
    audience: Audience
    schedule: Schedule


def check_columns(headers: Collection[str]) -> None:
    """Raise BadInput if a column without which there is no reminder is missing among a file's headings."""
    missing = ", ".join(name for name in COLUMNS if name not in headers)
    if missing:
        raise BadInput(
            "Columns are missing: {missing}.",
            "A table of reminders has the columns due, to, text, and if you like repeat and exact.",
            missing=missing,
        )


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
    start, zone = _moment(row["due"])
    return ReminderRow(row["text"], audience_of(row["to"]), Schedule(start, _rule(row["repeat"], start), zone, exact))


def _rule(word: str, start: datetime) -> str:
    if word.upper().startswith(("FREQ=", "RRULE:")):
        return checked_rule(word, start)
    named = {str(each): each for each in Repeat if each is not Repeat.RULE}
    otherwise = f"“repeat” is one of: {', '.join(named)}; or a rule like FREQ=MONTHLY;BYDAY=2TU."
    return rule_for(_chosen({**_OTHER_WORDS, **named}, word, otherwise), start)


def _chosen(table: Mapping[str, _T], word: str, otherwise: str) -> _T:
    if word.casefold() not in table:
        raise BadInput(otherwise)
    return table[word.casefold()]


def _moment(word: str) -> tuple[datetime, str]:
    """Return the wall time and the zone that are written: an offset, or an IANA zone in brackets as in RFC 9557."""
    written, _, bracket = word.partition("[")
    try:
        due = datetime.fromisoformat(written.strip())
    except ValueError:
        raise BadInput("“due” is not a date and time like 2026-03-05T09:00+02:00.") from None
    zone = bracket.removesuffix("]") or due.tzname() or ""
    if not zone:
        raise BadInput("“due” has no zone; write it like 2026-03-05T09:00+02:00.")
    if due.year not in YEARS:
        raise BadInput("“due” is not in a year from {first} to {last}.", first=YEARS[0], last=YEARS[-1])
    wall = due.replace(tzinfo=None, microsecond=0)
    unknown = zone != "UTC" and zone_of(zone) == ZoneInfo("UTC")
    if bracket and (unknown or (due.tzinfo is not None and due != utc_of(wall, zone))):
        raise BadInput("“due” names a zone that is not known or has another offset then.")
    return wall, zone


def audience_of(word: str) -> Audience:
    """Return whom a word of a file means; BadInput if it is nobody.

    It is a group, a Slack user id, an e-mail address, the id of a channel, or the code of a delegation.
    """
    if word.casefold() in STANDING_GROUPS:
        return Audience(Group(word.casefold()))
    if _CODE.fullmatch(word):
        return Audience(Group.DELEGATION, (word,))
    if _CHANNEL.fullmatch(word):
        return Audience(Group.CHANNEL, (word,))
    if _SLACK_ID.fullmatch(word):
        return Audience(Group.PEOPLE, (word,))
    if _EMAIL.fullmatch(word):
        return Audience(Group.PEOPLE, (word.lower(),))
    raise BadInput(
        "“to” is troika, troika together, presidency, secretariat, a Slack user id, an e-mail address, a channel's id "
        "or a member's code."
    )
