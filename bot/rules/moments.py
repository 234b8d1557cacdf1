"""Times as people say them, in English, French and Spanish: “next Monday 9am”, “dans 3 jours ouvrables”.

What is understood is always said back in full before anything is kept, so a plain reading is enough: the first day to
come that fits. Figures whose order would have to be guessed (5/3) are not read at all.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.rules.problems import BadInput
from bot.rules.reminders import YEARS, working_day_after
from bot.rules.words import NUMBER_WORDS
from bot.rules.workdays import WorkingTime

LONGEST = 200
AFTERNOON = 14


@dataclass(frozen=True)
class Landmark:
    """A meeting that a time may be counted from: its number, what it is called, and its days."""

    number: int
    title: str
    place: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class When:
    """A wall time (naive) that somebody named, and the meeting it is counted from, if any.

    `offset_days` is how many days after the meeting's first day it lies (negative: before it).
    """

    wall: datetime
    meeting: int | None = None
    offset_days: int = 0


_NUMBERS = {"a": 1, "an": 1} | NUMBER_WORDS
_WEEKDAYS = {
    word: number
    for number, words in enumerate(
        (
            "monday mon lundi lunes",
            "tuesday tue mardi martes",
            "wednesday wed mercredi miercoles",
            "thursday thu jeudi jueves",
            "friday fri vendredi viernes",
            "saturday sat samedi sabado",
            "sunday sun dimanche domingo",
        )
    )
    for word in words.split()
}
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan janvier enero ene",
            "february feb fevrier fev febrero",
            "march mar mars marzo",
            "april apr avril avr abril abr",
            "may mai mayo",
            "june jun juin junio",
            "july jul juillet juil julio",
            "august aug aout agosto ago",
            "september sep sept septembre septiembre setiembre",
            "october oct octobre octubre",
            "november nov novembre noviembre",
            "december dec decembre diciembre dic",
        ),
        1,
    )
    for word in words.split()
}
_UNITS = {
    "minute": r"minutes?|minutos?|min",
    "hour": r"hours?|heures?|horas?",
    "working": r"(?:working|business|work) days?|jours? (?:ouvrables?|ouvres?)|dias? (?:habiles?|laborables?)",
    "day": r"days?|jours?|dias?",
    "week": r"weeks?|semaines?|semanas?",
    "month": r"months?|mois|mes(?:es)?",
}
_UNIT = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items())
_N = rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMBERS)})"
_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})\.?"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|o)?"
_YEAR = r"(?:,? (?:de |del )?(?P<year>\d{4}))?"
_THE = r"(?:the |le |la |el |on |on the |du |del )?"
_NEXT = r"(?:next |this |coming |le |el |ce |este |proximo |el proximo |on |on the )?"
_AFTERWARDS = r"(?: prochaine?| proxim[oa]| que viene)?"

_CLOCK = re.compile(
    r"(?:\b(?:at|a las|a la|a) |@ ?)?\b(?P<hour>\d{1,2})(?:(?:[:.]|h ?)(?P<minute>\d{2})\b| ?h\b| ?(?=[ap]\.?m))"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?(?: ?h\b)?"
    r"|\b(?:at|a las|a la|a) (?P<bare>\d{1,2})(?: heures?| horas?)?(?!\d|[-/])\b"
    r"|(?P<noon>\b(?:at |a )?(?:noon|midi)\b|\b(?:al |a )?mediodia\b)"
)
_PART = re.compile(
    r"\b(?:(?:in the )?(?P<morning>morning)|(?:le |du )?(?P<matin>matin)|(?:por|de|en) la (?P<manana>manana)"
    r"|(?:in the )?(?P<afternoon>afternoon)|(?:l')?(?P<apresmidi>apres-midi)|(?:por|de|en) la (?P<tarde>tarde))\b"
)
_BEFORE = r"before|avant|antes de(?:l)?"
_AFTER = r"after|apres|despues de(?:l)?"
_EVE = r"(?:the )?day before|la veille (?:de|du)|la vispera de(?:l)?|el dia anterior a(?:l)?|the eve of"
_MORROW = r"(?:the )?day after|le lendemain (?:de|du)|el dia siguiente a(?:l)?"


def read_when(
    text: str, now: datetime, hours: WorkingTime, meetings: Sequence[Landmark] = (), default: time | None = None
) -> When:
    """Return the time that `text` names, seen from the wall time `now` (naive); BadInput if none is understood.

    A day without a time means `default`, or the start of working hours. `meetings` are those that may be named.
    """
    if len(text) > LONGEST:
        raise BadInput("This time is longer than {limit} characters.", "Shorten it, please.", limit=LONGEST)
    words = _folded(text)
    clock, words = _clock(words)
    part, words = _part(words, hours)
    chosen = clock or part or default or time(hours.start)
    for pattern, read in _FORMS:
        match = pattern.fullmatch(words)
        if match:
            found = read(_Reading(match, now, hours, meetings, chosen, timed=clock is not None))
            _check(found, text)
            return found
    raise _not_understood(text)


def _check(found: When, text: str) -> None:
    if found.wall.year not in YEARS:
        raise _not_understood(text)


def _not_understood(text: str) -> BadInput:
    return BadInput(
        "I do not understand “{text}” as a time.",
        "Write it like: next Monday 9am, in 3 working days, two weeks before Berlin, or 2026-03-05 09:00.",
        text=text[:80],
    )


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    letters = re.sub("[’`´]", "'", letters)
    letters = re.sub(r"(\d{4}-\d{2}-\d{2})t(\d)", r"\1 \2", letters)
    return re.sub(r"\s+", " ", letters).strip(" .,;!")


def _clock(words: str) -> tuple[time | None, str]:
    """Return the time of day in `words`, and the rest of them."""
    match = _CLOCK.search(words)
    if match is None:
        return None, words
    rest = _joined(words[: match.start()], words[match.end() :])
    if match["noon"]:
        return time(12), rest
    hour, minute = int(match["hour"] or match["bare"]), int(match["minute"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "p" else 0) if 1 <= hour <= 12 else 24
    if hour > 23 or minute > 59:
        raise BadInput("There is no time {time}.", "Write it like 09:00 or 2:30pm.", time=match[0].strip()[:20])
    return time(hour, minute), rest


def _part(words: str, hours: WorkingTime) -> tuple[time | None, str]:
    """Return the part of the day that is named, as a time, and the rest of the words."""
    match = _PART.search(words)
    if match is None:
        return None, words
    morning = match["morning"] or match["matin"] or match["manana"]
    return time(hours.start if morning else AFTERNOON), _joined(words[: match.start()], words[match.end() :])


def _joined(before: str, after: str) -> str:
    return re.sub(r"\s+", " ", f"{before} {after}").strip(" ,")


@dataclass(frozen=True)
class _Reading:
    """What a pattern found, and what it is seen from."""

    match: re.Match[str]
    now: datetime
    hours: WorkingTime
    meetings: Sequence[Landmark]
    clock: time
    timed: bool

    @property
    def today(self) -> date:
        return self.now.date()

    def on(self, day: date) -> When:
        """Return the chosen time of day on `day`."""
        return When(datetime.combine(day, self.clock))

    def number(self) -> int:
        """Return the number in words or figures."""
        word = self.match["n"]
        return int(word) if word.isdigit() else _NUMBERS[word]

    def unit(self) -> str:
        """Return the name of the unit that was found."""
        return next(name for name in _UNITS if self.match[name])


def _now_or_tomorrow(reading: _Reading) -> When:
    if not reading.timed:
        raise _not_understood(reading.match.string)
    today = reading.on(reading.today)
    return today if today.wall > reading.now else reading.on(reading.today + timedelta(days=1))


def _days_ahead(number: int) -> Callable[[_Reading], When]:
    return lambda reading: reading.on(reading.today + timedelta(days=number))


def _in_some(reading: _Reading) -> When:
    number, unit = reading.number(), reading.unit()
    if unit in {"minute", "hour"}:
        step = timedelta(minutes=number) if unit == "minute" else timedelta(hours=number)
        return When((reading.now + step).replace(second=0, microsecond=0))
    return reading.on(_shifted(reading.today, number, unit, reading.hours))


def _shifted(day: date, number: int, unit: str, hours: WorkingTime) -> date:
    """Return the day `number` units after `day`, before it if negative."""
    if unit == "month":
        months = day.year * 12 + day.month - 1 + number
        return _same_day(day.day, months // 12, months % 12 + 1)
    if unit == "working":
        return working_day_after(day, number, hours)
    return day + timedelta(days=number * (7 if unit == "week" else 1))


def _same_day(day: int, year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day, (following - timedelta(days=1)).day))


def _weekday(reading: _Reading) -> When:
    ahead = (_WEEKDAYS[reading.match["weekday"]] - reading.today.weekday()) % 7
    return reading.on(reading.today + timedelta(days=ahead or 7))


def _next_week(reading: _Reading) -> When:
    return reading.on(reading.today + timedelta(days=7 - reading.today.weekday()))


def _next_month(reading: _Reading) -> When:
    return reading.on(_same_day(1, *_month_after(reading.today)))


def _month_after(day: date) -> tuple[int, int]:
    return day.year + day.month // 12, day.month % 12 + 1


def _month_end(reading: _Reading) -> When:
    return reading.on(_same_day(31, reading.today.year, reading.today.month))


def _iso(reading: _Reading) -> When:
    return reading.on(_date(reading, int(reading.match["y"]), int(reading.match["m"]), int(reading.match["d"])))


def _date(reading: _Reading, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise BadInput("There is no day {day}.", "Choose another one.", day=reading.match[0][:40]) from None


def _in_month(reading: _Reading) -> When:
    """Return a day of a month; without a year it is the next one to come."""
    match = reading.match
    month, day = _MONTHS[match["month"]], int(match["day"])
    year = int(match["year"]) if match["year"] else reading.today.year
    if not match["year"] and not _has_come(month, day, year, reading):
        year += 1
    chosen = reading.on(_date(reading, year, month, day))
    weekday = match["weekday"]
    if weekday and _WEEKDAYS[weekday] != chosen.wall.weekday():
        raise BadInput("{day} is not on that day of the week.", "Leave one of them out.", day=f"{chosen.wall:%Y-%m-%d}")
    return chosen


def _has_come(month: int, day: int, year: int, reading: _Reading) -> bool:
    """Tell whether a day of this year is still to come; 29 February may be in a later year."""
    try:
        return reading.on(date(year, month, day)).wall > reading.now
    except ValueError:
        return (month, day) != (2, 29)


def _day_of_month(reading: _Reading) -> When:
    day = int(reading.match["day"])
    chosen = reading.on(_date(reading, reading.today.year, reading.today.month, day))
    return chosen if chosen.wall > reading.now else reading.on(_date(reading, *_month_after(reading.today), day))


def _around(sign: int, *, counted: bool) -> Callable[[_Reading], When]:
    def read(reading: _Reading) -> When:
        number, unit = (reading.number(), reading.unit()) if counted else (1, "day")
        meeting = _meeting(reading)
        start = meeting.ends_on if sign > 0 else meeting.starts_on
        day = _shifted(start, sign * number, unit, reading.hours)
        offset = (day - meeting.starts_on).days
        return When(datetime.combine(day, reading.clock), meeting.number, offset)

    return read


_ARTICLE = re.compile(r"^(?:the |la |le |l'|les |el |los |our |notre |nuestra |du |de la |de |del )+")
_PLACED = re.compile(r"^(?:meeting (?:in|at|of)|reunion (?:de|a|en)) | meeting$")
_ANY_MEETING = re.compile(r"(?:next |prochaine |proxima )?(?:meeting|reunion)(?: prochaine| suivante| siguiente)?")
_NUMBERED = re.compile(r"(?:meeting|reunion) (?:n[o°] ?|#|number |numero )?(?P<number>\d{1,9})")


def _meeting(reading: _Reading) -> Landmark:
    """Return the meeting that is named: by number, place or title, or the next one."""
    name = _ARTICLE.sub("", reading.match["meeting"].strip())
    to_come = [each for each in reading.meetings if each.ends_on >= reading.today]
    numbered = _NUMBERED.fullmatch(name)
    if numbered:
        found = [each for each in reading.meetings if each.number == int(numbered["number"])]
    elif _ANY_MEETING.fullmatch(name):
        found = sorted(to_come, key=lambda each: each.starts_on)[:1]
    else:
        place = _PLACED.sub("", name).strip()
        named = [each for each in reading.meetings if {place, name} & {_folded(each.place), _folded(each.title)}]
        found = [each for each in named if each in to_come] or named[-1:]
    if not found:
        raise BadInput(
            "I know no meeting called “{name}”.",
            "See /wps-meeting list, and write it like: meeting 3.",
            name=name[:60],
        )
    if len(found) > 1:
        numbers = ", ".join(str(each.number) for each in found)
        raise BadInput(
            "Several meetings are called “{name}”: {numbers}.",
            "Write which, like: meeting 3.",
            name=name[:60],
            numbers=numbers,
        )
    return found[0]


_FORMS: tuple[tuple[re.Pattern[str], Callable[[_Reading], When]], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"", _now_or_tomorrow),
        (r"today|aujourd'hui|hoy", _days_ahead(0)),
        (r"tomorrow|demain|manana", _days_ahead(1)),
        (r"(?:the )?day after tomorrow|apres-demain|apres demain|pasado manana", _days_ahead(2)),
        (rf"(?:in|dans|en|dentro de) {_N} ?(?:{_UNIT})", _in_some),
        (rf"{_N} ?(?:{_UNIT}) (?:{_BEFORE}) (?P<meeting>.+)", _around(-1, counted=True)),
        (rf"{_N} ?(?:{_UNIT}) (?:{_AFTER}) (?P<meeting>.+)", _around(1, counted=True)),
        (rf"(?:{_EVE}) (?P<meeting>.+)", _around(-1, counted=False)),
        (rf"(?:{_MORROW}) (?P<meeting>.+)", _around(1, counted=False)),
        (rf"{_NEXT}{_WEEKDAY}{_AFTERWARDS}", _weekday),
        (r"next week|(?:la )?semaine prochaine|(?:la )?(?:proxima semana|semana que viene)", _next_week),
        (r"next month|(?:le )?mois prochain|(?:el )?(?:proximo mes|mes que viene)", _next_month),
        (r"(?:at )?(?:the )?end of (?:the |this )?month", _month_end),
        (r"(?:a la )?fin (?:du|de ce) mois|(?:a )?fin(?:es)? de(?:l)? mes", _month_end),
        (r"(?:on |le |el )?(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})", _iso),
        (rf"{_THE}(?:{_WEEKDAY},? )?(?:the |le |el )?{_DAY} (?:of |de )?{_MONTH}{_YEAR}", _in_month),
        (rf"{_THE}(?:{_WEEKDAY},? )?{_MONTH} (?:the )?{_DAY}{_YEAR}", _in_month),
        (r"(?:on the |the |le |el )(?P<day>\d{1,2})(?:st|nd|rd|th|er)?", _day_of_month),
    )
)
