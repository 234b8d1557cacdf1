"""Answers: what the records and the index hold for a question, read in one transaction."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from bot.rules.answers import (
    Asked,
    Confidence,
    Passages,
    Time,
    WhichMeeting,
    WhoIsContact,
    WhoIsTroika,
    WhoPresides,
    sure,
)
from bot.rules.contacts import Contact
from bot.rules.presidency import Presidency, Troika, presidency_on, troika_on
from bot.rules.words import language_of, terms
from storage import meetings
from storage.contacts import current
from storage.database import Conn
from storage.meetings import Meeting
from storage.presidencies import all_presidencies
from storage.retrieval import Found as Hit
from storage.retrieval import retrieve
from storage.search import Memory
from storage.vectors import Meaning

STORE = ("recommendation", "practice", "lesson")
"""Kinds of documents that a question about recommendations is about."""


@dataclass(frozen=True)
class Period:
    """A year or side of the Troika that was asked for, and who presides in it; None where that is not known."""

    label: str
    presidency: Presidency | None


@dataclass(frozen=True)
class PresidenciesFound:
    """Who presides in what was asked for; `near` are the known presidencies next to one that is not known."""

    asked: WhoPresides
    periods: tuple[Period, ...]
    near: tuple[Presidency, ...] = ()


@dataclass(frozen=True)
class TroikaFound:
    """The Troika of `day`."""

    troika: Troika
    day: date


@dataclass(frozen=True)
class ContactsFound:
    """The current contacts of the members asked for, with every field; members without one are in `asked` alone."""

    asked: WhoIsContact
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class MeetingsFound:
    """The meetings asked for, oldest first; none if they are not known, and then `last` is the newest known one."""

    asked: WhichMeeting
    meetings: tuple[Meeting, ...]
    last: Meeting | None = None


@dataclass(frozen=True)
class PassagesFound:
    """The documents that hold the words of the question, best first, and how sure the first of them is.

    `recommended` tells whether they are from the store of recommendations, where that was asked for.
    """

    asked: Passages
    hits: tuple[Hit, ...]
    confidence: Confidence
    recommended: bool = False


OF_A_YEAR = ("presidency", "meeting")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
ABOUT_PEOPLE = ("reach", "contact", "email", "mail", "phone", "address", "number", "write", "focal", "point")
"""Words that may stand beside the name of somebody who is asked for."""
LONGEST_NAME = 6
MOST_NAMESAKES = 5
Find = Callable[..., Awaitable[list[Hit]]]
"""`retrieve` with all but what is looked for settled."""
Found = PresidenciesFound | TroikaFound | ContactsFound | MeetingsFound | PassagesFound


async def look_up(
    conn: Conn,
    asked: Asked,
    today: date,
    *,
    audience: str,
    own: str | None = None,
    top: int = 3,
    meaning: Meaning | None = None,
    memory: Memory | None = None,
) -> Found:
    """Return what is known, as far as `audience` may read it, with at most `top` passages.

    `own` is the code of the asker's delegation, `meaning` that of the question where models are installed, `memory`
    what holds the index in memory. What was asked must be a question: neither nothing nor too long.
    """
    find = partial(retrieve, conn, audience=audience, limit=top, meaning=meaning, memory=memory)
    if isinstance(asked, WhoPresides):
        return presidencies_found(asked, await all_presidencies(conn), today)
    if isinstance(asked, WhoIsTroika):
        return TroikaFound(troika_on(await all_presidencies(conn), today), today)
    if isinstance(asked, WhoIsContact):
        chosen = replace(asked, members=(own,)) if asked.own and own else asked
        roles = (chosen.role,) if chosen.role else ()
        found = await current(conn, today, of=chosen.members, roles=roles) if chosen.members else ()
        return ContactsFound(chosen, found)
    if isinstance(asked, WhichMeeting):
        return await _meetings(conn, asked, today, find)
    if isinstance(asked, Passages):
        return await _person(conn, asked, today) or await _passages(asked, find)
    raise TypeError(f"{type(asked).__name__} is not a question")


def presidencies_found(asked: WhoPresides, known: Sequence[Presidency], today: date) -> PresidenciesFound:
    """Return who presides in what was asked for; a year that nobody knows stays unknown."""
    periods = _periods(asked, tuple(known), today)
    gap = next((period.label for period in periods if period.presidency is None), None)
    near: tuple[Presidency, ...] = ()
    if gap is not None and gap.isdigit():
        before = [p for p in known if p.ends_on.year < int(gap)]
        after = [p for p in known if p.starts_on.year > int(gap)]
        near = (*before[-1:], *after[:1])
    return PresidenciesFound(asked, periods, near)


def _periods(asked: WhoPresides, known: tuple[Presidency, ...], today: date) -> tuple[Period, ...]:
    if asked.years:
        return tuple(period for year in asked.years for period in _in_year(known, year))
    if asked.members:
        held = (p for p in known if set(p.members) & set(asked.members))
        return tuple(Period(p.label, p) for p in held)
    troika = troika_on(known, today)
    sides = {Time.FORMER: troika.former, Time.NOW: troika.current, Time.NEXT: troika.next}
    years = {Time.FORMER: today.year - 1, Time.NOW: today.year, Time.NEXT: today.year + 1}
    side = sides[asked.time]
    return (Period(side.label if side else str(years[asked.time]), side),)


def _in_year(known: tuple[Presidency, ...], year: int) -> tuple[Period, ...]:
    days = (date(year, 1, 1), date(year, 7, 1), date(year, 12, 31))
    found = dict.fromkeys(p for p in (presidency_on(known, day) for day in days) if p)
    return tuple(Period(p.label, p) for p in found) or (Period(str(year), None),)


async def _person(conn: Conn, asked: Passages, today: date) -> ContactsFound | None:
    """Return who is asked for by name alone, None if nobody is or a name means too many."""
    wanted = set(asked.terms) - set(terms(" ".join(ABOUT_PEOPLE)))
    if not wanted or len(wanted) > LONGEST_NAME:
        return None
    language = language_of(asked.text)
    there = await current(conn, today, of=asked.members)
    named = tuple(each for each in there if wanted <= set(terms(each.name, language)))
    if not named or len(named) > MOST_NAMESAKES:
        return None
    members = tuple(dict.fromkeys(each.member for each in named))
    return ContactsFound(WhoIsContact(members), named)


async def _meetings(conn: Conn, asked: WhichMeeting, today: date, find: Find) -> Found:
    known = await meetings.all_meetings(conn)
    found = meetings_asked_for(asked, known, today)
    if asked.members or (asked.terms and not found):
        # A place or subject that no meeting is called by: what is written of one may still answer.
        of_meetings = await find(asked.terms, members=asked.members, kinds=("meeting",))
        if _sure(of_meetings) in {Confidence.SURE, Confidence.FAIRLY}:
            return PassagesFound(Passages(asked.terms, asked.members), tuple(of_meetings), _sure(of_meetings))
        return await _passages(Passages(("meet", *asked.terms), asked.members), find)
    held = [each for each in known if each.starts_on <= today and not each.plan.cancelled]
    last = held[-1] if held else None
    return MeetingsFound(asked, found, last)


def meetings_asked_for(asked: WhichMeeting, known: Sequence[Meeting], today: date) -> tuple[Meeting, ...]:
    """Return those of `known` (oldest first) that were asked for; next and last are seen from `today`."""
    named = [
        each
        for each in known
        if (not asked.years or each.starts_on.year in asked.years)
        and set(asked.terms) <= set(terms(f"{each.title} {each.place} {each.plan.theme} {each.plan.host}"))
    ]
    if asked.time is Time.NEXT and not asked.years:
        return tuple(each for each in named if each.ends_on >= today and not each.plan.cancelled)[:1]
    if asked.time is Time.FORMER and not asked.years:
        return tuple(each for each in named if each.ends_on < today and not each.plan.cancelled)[-1:]
    return tuple(named)


async def _passages(asked: Passages, find: Find) -> PassagesFound:
    if asked.recommended:
        stored = await find(asked.terms, kinds=STORE, members=asked.members)
        if _sure(stored) is not Confidence.UNKNOWN:
            return PassagesFound(asked, tuple(stored), _sure(stored), recommended=True)
    hits = _of_the_years(asked, await find(asked.terms, members=asked.members, kinds=asked.kinds))
    if _sure(hits) is not Confidence.UNKNOWN or not asked.members:
        return PassagesFound(asked, tuple(hits), _sure(hits))
    # What others do is no answer to what these members do, though it may be worth a look.
    others = await find(asked.terms)
    return PassagesFound(asked, tuple(others), Confidence.UNKNOWN)


def _of_the_years(asked: Passages, hits: Sequence[Hit]) -> list[Hit]:
    """Leave out presidencies and meetings of other years than the question names: they would be a wrong answer."""
    years = {int(year) for year in _YEAR.findall(asked.text)}
    return [hit for hit in hits if not years or hit.document.kind not in OF_A_YEAR or hit.document.year in years]


def _sure(hits: Sequence[Hit]) -> Confidence:
    return sure(hits[0].coverage, hits[0].likeness) if hits else Confidence.UNKNOWN
