"""Days and moments in words, in the reader's language: never an order of figures that has to be guessed."""

from datetime import date, datetime, timedelta

from babel import Locale
from babel.dates import format_date, get_day_names

from bot.rules.reminders import utc_of, zone_of

LANGUAGES = frozenset({"ar", "es", "fr", "ru", "zh"})
"""The languages beside English that Focal's own sentences may be in: dates in any other would stand out of them."""


def _locale(tag: str) -> Locale:
    # American dates put the month first, which the rest of the world reads with care; English here is the UN's.
    language = tag.replace("_", "-").split("-")[0].lower()
    return Locale.parse(language if language in LANGUAGES else "en_GB")


def day_words(day: date, locale: str = "en") -> str:
    """Return a day like “2 March 2026” in the language of `locale` (an IETF tag)."""
    return format_date(day, "long", locale=_locale(locale))


def weekday_words(day: date, locale: str = "en") -> str:
    """Return a day like “Monday 2 March 2026”."""
    known = _locale(locale)
    if known.language == "zh":
        return format_date(day, "full", locale=known)
    name: str = get_day_names("wide", locale=known)[day.weekday()]
    return f"{name} {format_date(day, 'long', locale=known)}"


def span_words(first: date, last: date, locale: str = "en") -> str:
    """Return one day or a span of days."""
    if first == last:
        return day_words(first, locale)
    return f"{day_words(first, locale)} – {day_words(last, locale)}"


def wall_words(wall: datetime, locale: str = "en") -> str:
    """Return a wall time (naive) like “Monday 2 March 2026, 09:00”."""
    return f"{weekday_words(wall.date(), locale)}, {wall:%H:%M}"


def moment_words(moment: datetime, zone: str, locale: str = "en") -> str:
    """Return a moment (aware) on the clock of `zone`: “Monday 2 March 2026, 09:00 (Europe/Oslo, UTC+1)”."""
    wall = moment.astimezone(zone_of(zone))
    return f"{wall_words(wall.replace(tzinfo=None), locale)} ({zone_words(moment, zone)})"


def zone_words(moment: datetime, zone: str) -> str:
    """Return a zone with how far it is from UTC at `moment` (aware): “Europe/Oslo, UTC+1”."""
    offset = offset_words(moment.astimezone(zone_of(zone)).utcoffset() or timedelta())
    return zone if zone in {offset, "UTC"} else f"{zone}, {offset}"


def offset_words(offset: timedelta) -> str:
    """Return an offset like “UTC+5:30”; UTC itself has none."""
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def wall_in_zone_words(wall: datetime, zone: str, locale: str = "en") -> str:
    """Return a wall time (naive) of `zone` with the zone."""
    return moment_words(utc_of(wall, zone), zone, locale)
