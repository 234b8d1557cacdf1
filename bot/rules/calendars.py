"""Calendar files (RFC 5545): entries with a stable id, their own zone, and a sequence that rises when they move."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from bot.rules.reminders import zone_of

PRODUCT = "-//Focal//Focal points network//EN"
MARGIN = timedelta(days=400)
"""How far around its entries a calendar tells the changes of their zones: a year, so that both of them are in it."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """Something that stands in a calendar.

    `starts` and `ends` are days, both included, or moments (aware) that are told on the clock of `zone` (IANA). `uid`
    is unique in the world; `sequence` rises when the entry moves; `stamped_at` (aware) is when it was last changed.
    """

    uid: str
    sequence: int
    title: str
    starts: date | datetime
    ends: date | datetime
    stamped_at: datetime
    zone: str = "UTC"
    place: str = ""
    description: str = ""
    cancelled: bool = False


def calendar_of(entries: Sequence[Entry], name: str, *, refresh_hours: int = 0) -> bytes:
    """Return a calendar file; with `refresh_hours` it is a feed that is to be read again that often."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    if refresh_hours:
        # RFC 7986 for most readers, Microsoft's own word for Outlook.
        calendar.add("refresh-interval", timedelta(hours=refresh_hours), parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", f"PT{refresh_hours}H")
    for zone, moments in sorted(_moments(entries).items()):
        calendar.add_component(_zone(zone, min(moments) - MARGIN, max(moments) + MARGIN))
    for each in entries:
        calendar.add_component(_event(each))
    return bytes(calendar.to_ical())


def _moments(entries: Sequence[Entry]) -> dict[str, list[datetime]]:
    """Return the moments that are told on the clock of each zone."""
    found: dict[str, list[datetime]] = {}
    for each in entries:
        for moment in (each.starts, each.ends):
            if isinstance(moment, datetime) and isinstance(zone_of(each.zone), ZoneInfo) and each.zone != "UTC":
                found.setdefault(each.zone, []).append(moment)
    return found


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamped_at)
    event.add("summary", entry.title)
    event.add("dtstart", _told(entry.starts, entry.zone))
    event.add("dtend", _end(entry))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    for name, words in (("location", entry.place), ("description", entry.description)):
        if words:
            event.add(name, words)
    return event


def _told(moment: date | datetime, zone: str) -> date | datetime:
    if not isinstance(moment, datetime):
        return moment
    # An offset like UTC+05:30 is no zone that a calendar could look up: such an entry is told in UTC.
    known = zone_of(zone)
    return moment.astimezone(known if isinstance(known, ZoneInfo) else UTC)


def _end(entry: Entry) -> date | datetime:
    # The end of whole days is the day after the last one. Source: RFC 5545, 3.6.1.
    told = _told(entry.ends, entry.zone)
    return told if isinstance(told, datetime) else told + _DAY


# Zones ---------------------------------------------------------------------------------------------------------------


def _zone(name: str, first: datetime, last: datetime) -> Timezone:
    """Return a zone with what its clock shows at `first` and every change of it until `last`.

    icalendar's own (7.3, `add_missing_timezones`) would have summer time begin an hour late: it tells the onset on the
    clock as it goes afterwards.
    """
    zone = Timezone()
    zone.add("tzid", name)
    known = ZoneInfo(name)
    begins = first.astimezone(known)
    offset = begins.utcoffset() or timedelta()
    zone.add_component(_observance(begins, offset))
    for moment in _changes(known, first, last):
        before = (moment - timedelta.resolution).astimezone(known).utcoffset() or timedelta()
        zone.add_component(_observance(moment.astimezone(known), before))
    return zone


def _observance(begins: datetime, before: timedelta) -> TimezoneStandard | TimezoneDaylight:
    """Return what holds from a moment on; its beginning is told on the clock as it went before it.

    Source: RFC 5545, 3.6.5: the onset is a local time that TZOFFSETFROM turns into UTC.
    """
    observance = TimezoneDaylight() if begins.dst() else TimezoneStandard()
    observance.add("dtstart", (begins.astimezone(UTC) + before).replace(tzinfo=None))
    observance.add("tzoffsetfrom", before)
    observance.add("tzoffsetto", begins.utcoffset())
    observance.add("tzname", begins.tzname())
    return observance


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the moments (aware UTC) between `first` and `last` at which the clock of `zone` is changed."""
    day = first.astimezone(UTC)
    while day < last:
        following = day + _DAY
        if _shown(zone, day) != _shown(zone, following):
            yield _change(zone, day, following)
        day = following


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first second at which the clock shows what it shows at `after`."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _shown(zone, middle) == _shown(zone, before) else (before, middle)
    return after.replace(microsecond=0)


def _shown(zone: ZoneInfo, moment: datetime) -> tuple[timedelta | None, str | None]:
    told = moment.astimezone(zone)
    return told.utcoffset(), told.tzname()


def mark_of(feed: bytes) -> str:
    """Return a mark that changes whenever a feed does, as HTTP's ETag."""
    return f'"{sha256(feed).hexdigest()[:32]}"'
