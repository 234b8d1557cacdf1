"""What somebody writes about a contact, in a table or a form, checked field by field; and what it changes."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any, TypeAlias
from zoneinfo import available_timezones

from bot.rules.contact_search import alike, same_name
from bot.rules.contact_words import folded, headings, language_words, role_words
from bot.rules.contacts import SECRETARIAT_MEMBER, Contact, ContactRole
from bot.rules.countries import Ambiguous, Gazetteer, Recognised, fold
from bot.rules.problems import BadInput

LIMITS = {"name": 200, "title": 200, "institution": 200, "email": 254, "phone": 60, "languages": 120}
"""The longest value of each field, in characters; a longer one is refused rather than cut."""
NEEDED = ("member", "name", "role")
YEARS = range(1945, 2101)
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{4,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
"""Source: the HTML standard's pattern for e-mail addresses, with a top-level domain required."""
_PHONE = re.compile(r"[+\d(][\d\s()./+-]*(?:(?:,|;|ext\.?|x|poste)\s*\d{1,6})?", re.IGNORECASE)
_LANGUAGE_GAP = re.compile(r"[,;/|،、]|\s+(?:and|et|y|и|و)\s+", re.IGNORECASE)
_ASIDE = re.compile(r"\([^)]*\)")

Faults = Mapping[str, BadInput]
"""What is wrong, by field."""


@dataclass(frozen=True)
class Entry:
    """What was written about a contact; None stands for what was not said and so stays as it is."""

    member: str
    name: str
    role: ContactRole
    title: str | None = None
    institution: str | None = None
    email: str | None = None
    phone: str | None = None
    languages: str | None = None
    zone: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def said(self) -> dict[str, Any]:
        """The fields that were said."""
        return {name: value for name, value in self.__dict__.items() if value is not None}


@dataclass(frozen=True)
class Added:
    """A term that is new; `likely` are contacts that it may repeat."""

    contact: Contact
    likely: tuple[Contact, ...] = ()


@dataclass(frozen=True)
class Changed:
    """A known term of which something is now said differently: `before` and `after` hold those fields alone."""

    contact: Contact
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def ends(self) -> bool:
        """Whether this ends the term, or moves its end."""
        return "until" in self.after


@dataclass(frozen=True)
class Unchanged:
    """A known term that is as it was said."""

    contact: Contact


Verdict: TypeAlias = Added | Changed | Unchanged


def columns(found: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the field of each heading that is known, and the headings that are not.

    Raises BadInput if one of the columns without which there is no contact is missing, or two mean the same.
    """
    known: dict[str, str] = {}
    for heading in found:
        name = headings().get(fold(heading))
        if name in known.values():
            raise BadInput("Two columns mean the same: {heading}.", "Remove one of them.", heading=heading)
        if name is not None:
            known[heading] = name
    missing = ", ".join(name for name in NEEDED if name not in known.values())
    if missing:
        raise BadInput(
            "Columns are missing: {missing}.",
            "A table of contacts has the columns member, name, role, title, institution, email, phone, languages, "
            "timezone and since, in English, French or Spanish and in any order.",
            missing=missing,
        )
    return known, tuple(heading for heading in found if heading not in known)


def read_entry(cells: Mapping[str, str], gazetteer: Gazetteer) -> Entry | Faults:
    """Return what the cells (field → text) say of a contact, or what is wrong with each; an empty cell says nothing."""
    said: dict[str, Any] = {}
    faults: dict[str, BadInput] = {name: BadInput("There is no {field}.", field=name) for name in NEEDED}
    for name, text in cells.items():
        if not text.strip():
            continue
        try:
            said[name] = read_field(name, text, gazetteer)
            faults.pop(name, None)
        except BadInput as fault:
            faults[name] = fault
    faults |= _order_fault(said.get("since"), said.get("until"))
    return faults or Entry(**said)


def _order_fault(since: date | None, until: date | None) -> dict[str, BadInput]:
    if since and until and until < since:
        return {"until": BadInput("The term would end before it begins.", "Correct one of the two dates.")}
    return {}


def read_field(name: str, text: str, gazetteer: Gazetteer) -> Any:
    """Return what a text means in a field; BadInput says why it cannot stand there."""
    text = " ".join(text.split())
    limit = LIMITS.get(name, 200)
    if len(text) > limit:
        raise BadInput("This is longer than {limit} characters.", limit=limit)
    return read_member(text, gazetteer) if name == "member" else _READERS[name](text)


def read_member(text: str, gazetteer: Gazetteer, locale: str = "en") -> str:
    """Return the code of the member that a text names; BadInput names the alternatives where it may mean several."""
    if fold(text) in folded("secretariat_member"):
        return SECRETARIAT_MEMBER
    found = gazetteer.resolve(text)
    if isinstance(found, Recognised):
        return found.code
    if isinstance(found, Ambiguous):
        raise BadInput(
            "“{text}” may mean several members.",
            "Write one of these codes instead: {names}.",
            text=text,
            names=_named(found.codes, gazetteer, locale),
        )
    near = _named([code for code, _ in found.nearest], gazetteer, locale)
    advice = "Nearest are: {names}." if near else "Write its name or its ISO code."
    raise BadInput("“{text}” is no member that I know.", advice, text=text, names=near)


def written_member(code: str, gazetteer: Gazetteer) -> str:
    """Return what a table says for a member: its English name, or its code where that name may mean several."""
    if code == SECRETARIAT_MEMBER:
        return "Secretariat"
    name = gazetteer.display_name(code)
    return name if gazetteer.resolve(name) == Recognised(code) else code


def _named(codes: Sequence[str], gazetteer: Gazetteer, locale: str) -> str:
    return ", ".join(f"{code} ({gazetteer.display_name(code, locale)})" for code in codes)


def read_date(text: str) -> date:
    """Return the day in a text like 2026-03-02; BadInput for anything else: 02/03/2026 is another day elsewhere."""
    try:
        found = datetime.fromisoformat(text).date()
    except ValueError:
        raise BadInput("“{text}” is no date that I can read.", "Write it like 2026-03-02.", text=text) from None
    if found.year not in YEARS:
        raise BadInput("The year {year} cannot be right.", "Write the date like 2026-03-02.", year=found.year)
    return found


def _read_name(text: str) -> str:
    if not any(char.isalpha() for char in text):
        raise BadInput("“{text}” is no name.", "Write the person's full name.", text=text)
    return text


def _read_role(text: str) -> ContactRole:
    roles = role_words().get(fold(text), ())
    if len(roles) != 1:
        known = ", ".join(ContactRole)
        raise BadInput("“{text}” is no role that I know.", "Write one of: {known}.", text=text, known=known)
    return roles[0]


def _read_email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise BadInput("“{text}” is no e-mail address.", "Write one like name@ministry.example.", text=text)
    return text.lower()


def _read_phone(text: str) -> str:
    digits = sum(char.isdigit() for char in text)
    if not _PHONE.fullmatch(text) or not 4 <= digits <= 20:
        raise BadInput("“{text}” is no phone number.", "Write it like +264 61 555 0100.", text=text)
    return text


def _read_languages(text: str) -> str:
    names = [" ".join(_ASIDE.sub(" ", name).split()) for name in _LANGUAGE_GAP.split(text)]
    codes = {name: language_words().get(fold(name)) for name in names if name}
    unknown = ", ".join(name for name, code in codes.items() if code is None)
    if unknown:
        raise BadInput(
            "I do not know these languages: {unknown}.", "Write their ISO codes, like “en, fr”.", unknown=unknown
        )
    return ", ".join(dict.fromkeys(filter(None, codes.values())))


def _read_zone(text: str) -> str:
    known = _zones().get(text.casefold().replace(" ", "_"))
    if known is None:
        raise BadInput("“{text}” is no time zone.", "Write one like Africa/Windhoek.", text=text)
    return known


@cache
def _zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in available_timezones() if "/" in name or name == "UTC"}


_READERS: Mapping[str, Callable[[str], Any]] = {
    "name": _read_name,
    "role": _read_role,
    "title": str,
    "institution": str,
    "email": _read_email,
    "phone": _read_phone,
    "languages": _read_languages,
    "zone": _read_zone,
    "since": read_date,
    "until": read_date,
}


# What an entry changes -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Planned:
    """What a row of a file does, or would do; `what` is added, changed, ended or unchanged."""

    number: int
    what: str
    contact: Contact
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    likely: tuple[Contact, ...] = ()


def planned_of(verdict: Verdict, number: int) -> Planned:
    """Return what row `number` does by a verdict on it."""
    if isinstance(verdict, Added):
        return Planned(number, "added", verdict.contact, likely=verdict.likely)
    if isinstance(verdict, Unchanged):
        return Planned(number, "unchanged", verdict.contact)
    what = "ended" if verdict.ends else "changed"
    return Planned(number, what, verdict.contact, verdict.before, verdict.after)


class Planner:
    """Decides row by row what a table changes, and remembers of which contact a row has spoken already."""

    def __init__(self, today: date) -> None:
        """Plan as of `today`; nothing is known before `know` was called."""
        self._today = today
        self._of_member: dict[str, dict[int, Contact]] = {}
        self._with_address: dict[str, dict[int, Contact]] = {}
        self._spoken_of: dict[int, int] = {}
        self._passing = 0

    def know(self, contacts: Iterable[Contact]) -> None:
        """Know these terms: all of the members, and all with the addresses, that the rows to come are about."""
        for contact in contacts:
            self._of_member.setdefault(contact.member, {})[contact.id] = contact
            if contact.email:
                self._with_address.setdefault(contact.email, {})[contact.id] = contact

    def settle(self, ids: Mapping[int, int]) -> None:
        """Take the ids that new contacts were stored under for their passing ones, and forget what was known."""
        self._of_member.clear()
        self._with_address.clear()
        for passing, stored in ids.items():
            self._spoken_of[stored] = self._spoken_of.pop(passing)

    def decide(self, entry: Entry, number: int) -> Verdict:
        """Return what row `number` changes; BadInput where it contradicts what is known or an earlier row.

        A new contact has a passing id below zero.
        """
        held = [each for each in self._of_member.get(entry.member, {}).values() if each.role == entry.role]
        term = _term(held, entry, self._today)
        verdict = self._new(entry) if term is None else self._again(term, entry)
        self._spoken_of[verdict.contact.id] = number
        return verdict

    def _new(self, entry: Entry) -> Added:
        self._passing -= 1
        contact = Contact(id=self._passing, **entry.said)
        likely = self._likely(contact)
        self.know((contact,))
        return Added(contact, likely)

    def _again(self, term: Contact, entry: Entry) -> Verdict:
        earlier = self._spoken_of.get(term.id)
        if earlier is not None:
            raise BadInput("Row {number} is about the same contact.", "Keep one of the two.", number=earlier)
        verdict = _compared(term, entry, self._today)
        if isinstance(verdict, Changed):
            self.know((replace(term, **verdict.after),))
        return verdict

    def _likely(self, new: Contact) -> tuple[Contact, ...]:
        """Return the contacts that a new one may repeat: with its address, or nearly its name for the same member."""
        named = {key: each for key, each in self._of_member.get(new.member, {}).items() if alike(each.name, new.name)}
        found = named | (self._with_address.get(new.email, {}) if new.email else {})
        return tuple(each for each in found.values() if not each.ended_by(self._today) and not _other_role(each, new))


def _other_role(known: Contact, new: Contact) -> bool:
    """Tell whether this is the same person in another role for the same member, which is no mistake."""
    return known.member == new.member and known.role != new.role and same_name(known.name, new.name)


def _term(held: Sequence[Contact], entry: Entry, today: date) -> Contact | None:
    """Return the term that an entry is about, None if it is a new one."""
    own = [each for each in held if _is_person(each, entry)]
    begun = [each for each in own if entry.since is not None and each.since == entry.since]
    meeting = begun or [each for each in own if _meets(each, entry)]
    if not meeting:
        _refuse_shared_address(held, entry, today)
    return max(meeting, key=lambda each: (each.until or date.max, each.id), default=None)


def _refuse_shared_address(held: Sequence[Contact], entry: Entry, today: date) -> None:
    """Refuse a successor under the address of somebody whose term nobody has ended: nothing ends silently."""
    running = (each for each in held if not each.ended_by(entry.since or today))
    other = next((each for each in running if entry.email and each.email == entry.email), None)
    if other is not None and not _is_person(other, entry):
        raise BadInput(
            "This is the e-mail address of {name}, who holds this role.",
            "End that term with a date in the column “until”, or correct the name.",
            name=other.name,
        )


def _is_person(known: Contact, entry: Entry) -> bool:
    same_address = bool(entry.email) and known.email == entry.email
    return same_name(known.name, entry.name) or (same_address and alike(known.name, entry.name))


def _meets(known: Contact, entry: Entry) -> bool:
    """Tell whether the two terms share a day, as far as their dates are known."""
    if entry.since is None:
        return True
    ends_before = known.until is not None and known.until < entry.since
    begins_after = known.since is not None and entry.until is not None and entry.until < known.since
    return not ends_before and not begins_after


def _compared(term: Contact, entry: Entry, today: date) -> Verdict:
    if term.ended_by(today) and entry.until is None:
        raise BadInput(
            "This term ended on {until}.",
            "For a new one give a later date in the column “since”.",
            until=term.until,
        )
    after = {name: value for name, value in entry.said.items() if getattr(term, name) != value}
    if not after:
        return Unchanged(term)
    fault = _order_fault(after.get("since", term.since), after.get("until", term.until)).get("until")
    if fault:
        raise fault
    return Changed(term, {name: getattr(term, name) for name in after}, after)
