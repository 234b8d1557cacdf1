"""Moments as people read them: in their own zone, in English, with a 24-hour clock."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TOKEN = re.compile(r"\{([a-z_]+)\}")


def zone_of(name: str) -> ZoneInfo:
    """Return an IANA zone, UTC for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def of_ts(ts: str) -> datetime:
    """Return the moment (aware, UTC) of a message's ts."""
    return datetime.fromtimestamp(float(ts), UTC)


def day_name(day: datetime, now: datetime) -> str:
    """Return what a list of messages calls a day; both moments must be in the reader's zone."""
    near = _near(day, now)
    if near:
        return near.capitalize()
    year = "" if day.year == now.year else f" {day.year}"
    return f"{day:%A}, {day.day} {day:%B}{year}"


def in_full(moment: datetime) -> str:
    """Return day, date and time."""
    return f"{moment:%A}, {moment.day} {moment:%B} {moment.year} at {moment:%H:%M}"


def filled(pattern: str, moment: datetime, now: datetime) -> str:
    """Return a pattern of `<!date^…>` with its tokens filled in; both moments must be in the reader's zone.

    Source of the tokens: Slack, "Formatting text for app surfaces", date formatting.
    """
    return TOKEN.sub(lambda found: _token(found[1], moment, now) or found[0], pattern)


def _token(name: str, moment: datetime, now: datetime) -> str:
    if name.endswith("_pretty"):
        return _near(moment, now) or _token(name.removesuffix("_pretty"), moment, now)
    if name == "ago":
        return _ago(now - moment)
    written = {
        "date_num": f"{moment:%Y-%m-%d}",
        "date": f"{moment:%B} {moment.day}, {moment.year}",
        "date_short": f"{moment:%b} {moment.day}, {moment.year}",
        "date_long": f"{moment:%A}, {moment:%B} {moment.day}, {moment.year}",
        "date_slash": f"{moment:%d/%m/%Y}",
        "time": f"{moment:%H:%M}",
        "time_secs": f"{moment:%H:%M:%S}",
    }
    return written.get(name, "")


def _near(moment: datetime, now: datetime) -> str:
    return {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((moment.date() - now.date()).days, "")


def _ago(passed: timedelta) -> str:
    seconds = abs(passed.total_seconds())
    units = ((86400, "day"), (3600, "hour"), (60, "minute"))
    size, unit = next(((size, unit) for size, unit in units if seconds >= size), (1, "second"))
    count = int(seconds // size)
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{words} ago" if passed >= timedelta() else f"in {words}"


def next_morning(now: datetime, zone: ZoneInfo, hour: int = 9) -> datetime:
    """Return the next moment at which it is `hour` o'clock in a zone, in UTC."""
    there = now.astimezone(zone)
    morning = there.replace(hour=hour, minute=0, second=0, microsecond=0)
    if morning <= there:
        morning = morning.replace(tzinfo=None) + timedelta(days=1)
        morning = morning.replace(tzinfo=zone)
    return morning.astimezone(UTC)
