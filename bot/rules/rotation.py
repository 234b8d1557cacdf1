"""How the presidency is set: what was typed, and who gains and loses which rights from which day."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import pairwise

from bot.rules.countries import Ambiguous, Gazetteer, Recognised, Unknown
from bot.rules.permissions import Role
from bot.rules.presidency import ONE_DAY, Presidency, troika_on
from bot.rules.problems import BadInput
from bot.rules.reminders import YEARS

MOST_MEMBERS = 2
LONGEST = timedelta(days=3 * 366)
"""A presidency of more than three years is a typing error: the longest on record, 2020 carried on, had two."""
USAGE = "/wps-troika set 2027 Uruguay, Canada"

_BOUND = re.compile(
    r"\b(?P<word>from|until|till|to|du|de|jusqu['’]au|au|desde|hasta)\s+(?P<day>\d{4}-\d{2}-\d{2})\b", re.IGNORECASE
)
_STARTS = frozenset({"from", "du", "de", "desde"})
_SEPARATOR = re.compile(r"\s*[,;/+&،、]\s*")
_JOINING = re.compile(r"^(?:and|et|y|e|und|with|avec|con|и|و|和|与)?$", re.IGNORECASE)
_UNKNOWN = frozenset({"unknown", "not known", "inconnu", "inconnue", "desconocida", "desconocido", "?"})


@dataclass(frozen=True)
class Setting:
    """A presidency to be set: days included; no members means that it is not known after all."""

    label: str
    starts_on: date
    ends_on: date
    members: tuple[str, ...] = ()

    @property
    def presidency(self) -> Presidency:
        """The presidency that this sets."""
        return Presidency(self.label, self.starts_on, self.ends_on, self.members)

    def applied_to(self, known: Sequence[Presidency]) -> tuple[Presidency, ...]:
        """Return `known` as it stands once this is set, oldest first."""
        rest = [each for each in known if each.label != self.label]
        return tuple(sorted([*rest, *([self.presidency] if self.members else [])], key=lambda each: each.starts_on))


@dataclass(frozen=True)
class Which:
    """A name in what was typed that may mean several members: ask which."""

    name: str
    codes: tuple[str, ...]


def read_setting(text: str, gazetteer: Gazetteer, members: Collection[str]) -> Setting | Which:
    """Return what `2027 Uruguay, Canada from 2027-07-01 until 2028-06-30` sets; without days it is the calendar year.

    Members are recognised in any language and must be among `members` (codes). Raises BadInput.
    """
    year, _, rest = text.strip().partition(" ")
    if not re.fullmatch(r"\d{4}", year, re.ASCII) or int(year) not in YEARS:
        raise BadInput("The first word must be a year, like 2027.", "Try: {usage}", usage=USAGE)
    starts_on, ends_on = _days(int(year), rest)
    names = _BOUND.sub(" ", rest).strip()
    if names.casefold() in _UNKNOWN:
        return Setting(year, starts_on, ends_on)
    codes: list[str] = []
    for name, found in named(names, gazetteer):
        if isinstance(found, Ambiguous):
            return Which(name, found.codes)
        codes.append(_code(name, found, gazetteer, members))
    return Setting(year, starts_on, ends_on, _one_or_two(codes))


def _one_or_two(codes: Sequence[str]) -> tuple[str, ...]:
    if not codes:
        raise BadInput("Who presides?", "Name one member, or two for co-chairs: {usage}", usage=USAGE)
    if len(codes) != len(set(codes)):
        raise BadInput("The same member is named twice.", "Name one member, or two for co-chairs: {usage}", usage=USAGE)
    if len(codes) > MOST_MEMBERS:
        raise BadInput("A presidency has one member or two.", "Try: {usage}", usage=USAGE)
    return tuple(codes)


def _days(year: int, text: str) -> tuple[date, date]:
    starts_on, ends_on = None, None
    for bound in _BOUND.finditer(text):
        day = _day(bound["day"])
        if bound["word"].casefold() in _STARTS:
            starts_on = day
        else:
            ends_on = day
    starts_on = starts_on or date(year, 1, 1)
    ends_on = ends_on or _a_year_from(starts_on)
    if year not in {starts_on.year, ends_on.year}:
        raise BadInput("These days do not touch the year {year}.", "Give the year in which it begins.", year=year)
    if ends_on < starts_on or ends_on - starts_on > LONGEST:
        raise BadInput(
            "A presidency cannot last from {first} until {last}.",
            "Write the days like 2027-07-01, the first one first.",
            first=starts_on,
            last=ends_on,
        )
    return starts_on, ends_on


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise BadInput("There is no day {day}.", "Write it like 2027-07-01.", day=word) from None


def _a_year_from(day: date) -> date:
    """Return the last day of the year that begins on `day`."""
    try:
        return day.replace(year=day.year + 1) - ONE_DAY
    except ValueError:
        return date(day.year + 1, 2, 28)


def named(text: str, gazetteer: Gazetteer) -> Iterator[tuple[str, Recognised | Ambiguous | Unknown]]:
    """Yield each name in a list of members and what it means: “South Africa, 瑞士”, “ZA CH”, “Suiza y Sudáfrica”."""
    parts = [part for part in _SEPARATOR.split(text.strip()) if part]
    for part in parts:
        whole = gazetteer.resolve(part)
        yield from ((part, whole),) if not isinstance(whole, Unknown) else _side_by_side(part, whole, gazetteer)


def _side_by_side(
    text: str, whole: Unknown, gazetteer: Gazetteer
) -> Iterator[tuple[str, Recognised | Ambiguous | Unknown]]:
    """Yield the names that stand in `text` with nothing between them, or all of it as one unknown name."""
    words = text.split()
    if all(len(word) <= 3 and isinstance(gazetteer.resolve(word), Recognised) for word in words):
        yield from ((word, gazetteer.resolve(word)) for word in words)
        return
    mentions = gazetteer.mentions(text)
    ends = [0, *(mention.end for mention in mentions)]
    starts = [*(mention.start for mention in mentions), len(text)]
    between = [text[end:start].strip() for end, start in zip(ends, starts, strict=True)]
    if not mentions or not all(_JOINING.match(each) for each in between):
        yield text, whole
        return
    for mention in mentions:
        found = Recognised(mention.codes[0]) if len(mention.codes) == 1 else Ambiguous(mention.codes)
        yield text[mention.start : mention.end], found


def _code(name: str, found: Recognised | Unknown, gazetteer: Gazetteer, members: Collection[str]) -> str:
    if isinstance(found, Recognised) and found.code in members:
        return found.code
    near = found.nearest if isinstance(found, Unknown) else ()
    names = ", ".join(gazetteer.display_name(code) for code, _likeness in near if code in members)
    if names:
        raise BadInput("I know no member called “{name}”.", "The nearest are: {names}.", name=name[:80], names=names)
    raise BadInput("I know no member called “{name}”.", "Write its name or its ISO code.", name=name[:80])


def overlapping(setting: Setting, known: Sequence[Presidency]) -> Presidency | None:
    """Return a presidency of another label that shares a day with `setting`: two cannot preside at once."""
    if not setting.members:
        return None
    others = (each for each in known if each.label != setting.label)
    return next((p for p in others if p.starts_on <= setting.ends_on and setting.starts_on <= p.ends_on), None)


@dataclass(frozen=True)
class RightsChange:
    """A member that gains or loses a role from `since` until the end of `until`, both included."""

    member: str
    role: Role
    gains: bool
    since: date
    until: date


def rights_changes(
    before: tuple[Presidency, ...], after: tuple[Presidency, ...], today: date
) -> tuple[RightsChange, ...]:
    """Return who holds which role from `today` on in `after` and not in `before`, and the reverse, soonest first."""
    days = _boundaries((*before, *after), today)
    going: dict[tuple[str, Role, bool], RightsChange] = {}
    found: list[RightsChange] = []
    for day, following in pairwise(days):
        had, has = _roles(before, day), _roles(after, day)
        now = {(*each, True) for each in has - had} | {(*each, False) for each in had - has}
        found += [going.pop(key) for key in set(going) - now]
        for member, role, gains in now:
            since = going[member, role, gains].since if (member, role, gains) in going else day
            going[member, role, gains] = RightsChange(member, role, gains, since, following - ONE_DAY)
    found += going.values()
    return tuple(sorted(found, key=lambda each: (each.since, not each.gains, each.member, each.role)))


def _boundaries(known: Sequence[Presidency], today: date) -> list[date]:
    """Return the days from `today` on at which somebody's role may change, the last one after everybody's."""
    edges = {day for each in known for day in (each.starts_on, each.ends_on + ONE_DAY)}
    last = max([today, *edges]).year + 2
    edges |= {date(year, 1, 1) for year in range(today.year, last + 1)}
    return sorted({today} | {day for day in edges if day > today})


def _roles(known: tuple[Presidency, ...], day: date) -> set[tuple[str, Role]]:
    troika = troika_on(known, day)
    chairs = troika.current.members if troika.current else ()
    return {(code, Role.TROIKA) for code in troika.members} | {(code, Role.PRESIDENCY) for code in chairs}


def fingerprint(known: Sequence[Presidency]) -> str:
    """Return a short mark of what is known, to see whether it is still what somebody was shown."""
    return sha256(repr(sorted(known, key=lambda each: each.label)).encode()).hexdigest()[:16]
