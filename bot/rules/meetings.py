"""Meetings: what is known of one, what the form of one may hold, and what counts as moving it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from bot.rules.countries import fold
from bot.rules.problems import BadInput
from bot.rules.reminders import YEARS, utc_of, wall_of

TITLE_LIMIT = 200
PLACE_LIMIT = 120
THEME_LIMIT = 300
HOST_LIMIT = 200
NOTES_LIMIT = 1000
MOST_DOCUMENTS = 10
MOST_DAYS = 31
"""A meeting of more days is a typing error: the longest on record had four."""

_CITIES = {
    "abuja": "Africa/Lagos",
    "alicante": "Europe/Madrid",
    "ankara": "Europe/Istanbul",
    "barcelona": "Europe/Madrid",
    "beijing": "Asia/Shanghai",
    "bern": "Europe/Zurich",
    "bonn": "Europe/Berlin",
    "brasilia": "America/Sao_Paulo",
    "canberra": "Australia/Sydney",
    "cape town": "Africa/Johannesburg",
    "geneva": "Europe/Zurich",
    "geneve": "Europe/Zurich",
    "ginebra": "Europe/Zurich",
    "hanoi": "Asia/Ho_Chi_Minh",
    "islamabad": "Asia/Karachi",
    "munich": "Europe/Berlin",
    "new delhi": "Asia/Kolkata",
    "ottawa": "America/Toronto",
    "pretoria": "Africa/Johannesburg",
    "quito": "America/Guayaquil",
    "rabat": "Africa/Casablanca",
    "rio de janeiro": "America/Sao_Paulo",
    "strasbourg": "Europe/Paris",
    "the hague": "Europe/Amsterdam",
    "washington": "America/New_York",
    "wellington": "Pacific/Auckland",
    "yaounde": "Africa/Douala",
}
"""Cities where such meetings are held and that have no zone of their own name; in the form `fold` gives a name."""
_ADDRESS = re.compile(r"https?://[^\s|<>]+\Z")
_TITLED = re.compile(r"(?P<title>.*?)[\s:–—-]*(?P<url>\S+)\Z")


class Kind(StrEnum):
    """What kind of meeting it is."""

    CAPITAL = "capital-level"
    MARGINS = "margins"
    EXPERT = "expert"
    OTHER = "other"


@dataclass(frozen=True)
class Document:
    """Something to read for a meeting: a title and an https or http address."""

    title: str
    url: str


@dataclass(frozen=True)
class Plan:
    """What people say of a meeting; both days belong to it and are days of its place.

    `opens` and `closes` are wall times of the first and the last day in `zone` (IANA), None where only days are known.
    """

    kind: Kind
    title: str
    starts_on: date
    ends_on: date
    place: str = ""
    zone: str = ""
    opens: time | None = None
    closes: time | None = None
    theme: str = ""
    host: str = ""
    notes: str = ""
    documents: tuple[Document, ...] = ()
    cancelled: bool = False

    @property
    def begins_at(self) -> datetime | None:
        """When it begins (aware UTC), None where only its days are known."""
        return utc_of(datetime.combine(self.starts_on, self.opens), self.zone) if self.opens else None

    def is_open(self, now: datetime) -> bool:
        """Tell whether people may still register and propose at `now` (aware): until its last day is over there."""
        return not self.cancelled and wall_of(now, self.zone or "UTC").date() <= self.ends_on

    def moves_from(self, before: "Plan") -> bool:
        """Tell whether somebody who has `before` in their calendar must be told: other days, times, place, or state."""
        return self.whereabouts != before.whereabouts

    @property
    def whereabouts(self) -> tuple[object, ...]:
        """What a calendar keeps of it, but for its words."""
        when = (self.starts_on, self.ends_on, self.opens, self.closes)
        return (*when, self.place, self.zone if self.opens else "", self.cancelled)

    def differs_from(self, other: "Plan") -> tuple[str, ...]:
        """Return the names of the fields that are not the same in `other`."""
        return tuple(name for name, value in vars(self).items() if value != vars(other)[name])


def read_plan(values: Mapping[str, Any]) -> tuple[Plan | None, dict[str, BadInput]]:
    """Return what a form (block id → what it holds) says of a meeting, or what is wrong with it by block id."""
    problems: dict[str, BadInput] = {}
    read: dict[str, Any] = {}
    for block, reader in _READERS.items():
        try:
            read[block] = reader(values)
        except BadInput as problem:
            problems[block] = problem
    if not problems:
        problems = _together(read)
    return (None, problems) if problems else (Plan(**read), {})


def _together(read: Mapping[str, Any]) -> dict[str, BadInput]:
    """Return what is wrong with values that are well each for itself."""
    if read["ends_on"] < read["starts_on"]:
        return {"ends_on": BadInput("The last day must not lie before the first.")}
    if (read["ends_on"] - read["starts_on"]).days >= MOST_DAYS:
        return {"ends_on": BadInput("A meeting takes at most {most} days.", most=MOST_DAYS)}
    if (read["opens"] is None) != (read["closes"] is None):
        return {"closes": BadInput("Give both times, or neither: without them the meeting takes whole days.")}
    same_day = read["starts_on"] == read["ends_on"]
    if read["opens"] is not None and same_day and read["closes"] <= read["opens"]:
        return {"closes": BadInput("It must not end before it begins.")}
    if read["opens"] is not None and not read["zone"]:
        return {"zone": BadInput("Name the time zone of these times, like Europe/Madrid.")}
    return {}


def _text(name: str, limit: int, *, needed: str = "") -> Callable[[Mapping[str, Any]], str]:
    def read(values: Mapping[str, Any]) -> str:
        text = str(values.get(name) or "").strip()
        if needed and not text:
            raise BadInput(needed)
        if len(text) > limit:
            raise BadInput("The text is longer than {limit} characters.", limit=limit)
        return text

    return read


def _kind(values: Mapping[str, Any]) -> Kind:
    try:
        return Kind(str(values.get("kind")))
    except ValueError:
        raise BadInput("Choose one.") from None


def _day(name: str, otherwise: str = "") -> Callable[[Mapping[str, Any]], date]:
    def read(values: Mapping[str, Any]) -> date:
        written = values.get(name) or values.get(otherwise)
        try:
            day = date.fromisoformat(str(written))
        except ValueError:
            raise BadInput("Choose a day.") from None
        if day.year not in YEARS:
            raise BadInput("Choose a day from {first} to {last}.", first=YEARS[0], last=YEARS[-1])
        return day

    return read


def _clock(name: str) -> Callable[[Mapping[str, Any]], time | None]:
    def read(values: Mapping[str, Any]) -> time | None:
        written = values.get(name)
        if not written:
            return None
        try:
            return time.fromisoformat(str(written)).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            raise BadInput("Choose a time like 09:30.") from None

    return read


def _zone(values: Mapping[str, Any]) -> str:
    written = str(values.get("zone") or "").strip()
    if written:
        return named_zone(written)
    place = str(values.get("place") or "").partition(",")[0].strip()
    return _zones_by_name().get(fold(place), "") if place else ""


def _documents(values: Mapping[str, Any]) -> tuple[Document, ...]:
    lines = [line.strip() for line in str(values.get("documents") or "").splitlines() if line.strip()]
    if len(lines) > MOST_DOCUMENTS:
        raise BadInput("Give at most {most} documents, one to a line.", most=MOST_DOCUMENTS)
    return tuple(_document(line) for line in lines)


def _document(line: str) -> Document:
    found = _TITLED.match(line)
    url = found["url"] if found else ""
    if found is None or not _ADDRESS.match(url):
        raise BadInput("Write each document as a title and its address: Agenda https://…", line=line[:40])
    if len(url) > 500 or len(line) > 700:
        raise BadInput("A document's address has at most {limit} characters.", limit=500)
    title = found["title"].strip().strip(":").strip() or url.partition("://")[2].partition("/")[0]
    return Document(title, url)


def _cancelled(values: Mapping[str, Any]) -> bool:
    return values.get("state") == "cancelled"


_READERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "kind": _kind,
    "title": _text("title", TITLE_LIMIT, needed="Give it a title."),
    "starts_on": _day("starts_on"),
    "ends_on": _day("ends_on", "starts_on"),
    "place": _text("place", PLACE_LIMIT),
    "zone": _zone,
    "opens": _clock("opens"),
    "closes": _clock("closes"),
    "theme": _text("theme", THEME_LIMIT),
    "host": _text("host", HOST_LIMIT),
    "notes": _text("notes", NOTES_LIMIT),
    "documents": _documents,
    "cancelled": _cancelled,
}


def named_zone(word: str) -> str:
    """Return the IANA zone that `word` names, by its full name or its city alone; BadInput if there is none."""
    found = _zones_by_name().get(fold(word.replace("_", " ")))
    if found is None:
        raise BadInput("“{word}” is not a time zone that I know.", "Write it like Europe/Madrid.", word=word[:40])
    return found


@cache
def _zones_by_name() -> dict[str, str]:
    """Return every IANA zone by its full name, and by its city where no other zone has that city."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
    found: dict[str, str] = {}
    for zone in zones:
        found.setdefault(fold(zone.rpartition("/")[2].replace("_", " ")), zone)
    return found | _CITIES | {fold(zone.replace("_", " ")): zone for zone in zones}
