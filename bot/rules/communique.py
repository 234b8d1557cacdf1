"""A communiqué as a value: its opening, its clauses and where they come from; how it reads and how versions differ.

The form is that of the Network's own texts: one long opening that names whoever is present in alphabetical order, then
clauses that begin with a verb in the present tense, grouped by theme, each ended by a semicolon, the last by a full
stop.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.rules.recommendations import Kind, one_line
from bot.rules.text import markdown

CLAUSE_WORDS = Path(__file__).parent / "clause_words.yaml"
CLAUSE_LIMIT = 2000
MOST_BETWEEN = 2
"""Words that stay between two changes and are shown with them all the same."""
TITLE_LIMIT = 200
Name = Callable[[str], str]
"""Returns what a member is called from its code."""


@dataclass(frozen=True)
class Clause:
    """One operative clause. `key` stays the same through all versions; `sources` are numbers of the store."""

    key: int
    theme: str
    text: str
    sources: tuple[int, ...] = ()


@dataclass(frozen=True)
class Text:
    """One version of a communiqué; the days are those of its meeting, `hosts` and `present` are member codes.

    `others` says in words who else took part.
    """

    title: str
    place: str
    starts_on: date
    ends_on: date
    hosts: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    others: str = ""
    clauses: tuple[Clause, ...] = ()

    def clause(self, key: int) -> Clause | None:
        """Return the clause with this key."""
        return next((each for each in self.clauses if each.key == key), None)

    def with_clause(self, clause: Clause) -> "Text":
        """Return the text with a clause in place of the one with its key, or behind the last one of its theme."""
        if self.clause(clause.key) is not None:
            kept = tuple(clause if each.key == clause.key else each for each in self.clauses)
            return replace(self, clauses=kept)
        at = max(
            (i + 1 for i, each in enumerate(self.clauses) if each.theme == clause.theme), default=len(self.clauses)
        )
        return replace(self, clauses=(*self.clauses[:at], clause, *self.clauses[at:]))

    def without_clause(self, key: int) -> "Text":
        """Return the text without a clause."""
        return replace(self, clauses=tuple(each for each in self.clauses if each.key != key))

    def moved(self, key: int, to: int) -> "Text":
        """Return the text with a clause as its number `to`, counted from 1; too large a number is the last."""
        moving = tuple(each for each in self.clauses if each.key == key)
        others = tuple(each for each in self.clauses if each.key != key)
        at = min(max(to - 1, 0), len(others))
        return replace(self, clauses=(*others[:at], *moving, *others[at:]))

    @property
    def next_key(self) -> int:
        """Return a key that no clause of this text has."""
        return max((each.key for each in self.clauses), default=0) + 1


def to_json(text: Text) -> dict[str, Any]:
    """Return a text as JSON's kinds of values."""
    days = {"starts_on": text.starts_on.isoformat(), "ends_on": text.ends_on.isoformat()}
    clauses = [{**each.__dict__, "sources": list(each.sources)} for each in text.clauses]
    return {**text.__dict__, **days, "hosts": list(text.hosts), "present": list(text.present), "clauses": clauses}


def from_json(values: Mapping[str, Any]) -> Text:
    """Return the text that `to_json` made `values` of."""
    clauses = [Clause(c["key"], c["theme"], c["text"], tuple(c["sources"])) for c in values["clauses"]]
    return Text(
        values["title"],
        values["place"],
        date.fromisoformat(values["starts_on"]),
        date.fromisoformat(values["ends_on"]),
        tuple(values["hosts"]),
        tuple(values["present"]),
        values["others"],
        tuple(clauses),
    )


# Drafting ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Accepted:
    """A record of the store that a clause is drafted from; `sources` holds its number and those merged into it."""

    kind: Kind
    theme: str
    text: str
    sources: tuple[int, ...]


def draft_clauses(accepted: Iterable[Accepted], themes: Sequence[str]) -> tuple[Clause, ...]:
    """Return a clause for each record, in the order of `themes` and within one of the records' numbers."""
    order = {theme: i for i, theme in enumerate(themes)}
    ordered = sorted(accepted, key=lambda each: (order.get(each.theme, len(order)), each.sources))
    return tuple(Clause(i, each.theme, clause_text(each), each.sources) for i, each in enumerate(ordered, 1))


def clause_text(accepted: Accepted) -> str:
    """Return a first wording that begins with a verb in the present tense; whoever edits it makes it read well."""
    said = one_line(accepted.text).rstrip(" .;")
    if accepted.kind is Kind.PRACTICE:
        return f"Welcome the following practice: {said}"
    if accepted.kind is Kind.LESSON:
        return f"Take note of the following lesson: {said}"
    first, _, rest = said.partition(" ")
    if first.casefold() in _words("operative") and rest:
        return f"{first.capitalize()} {rest}"
    if first.casefold() in _words("imperative") and rest:
        return f"Encourage members to {first.casefold()} {rest}"
    if re.search(r"\b(?:should|must|shall|needs? to)\b", said) and first[1:] == first[1:].lower():
        return f"Recommend that {_lowered(said)}"
    return f"Recommend the following: {said}"


def _lowered(said: str) -> str:
    """Return a sentence to stand inside another one: its first word small, if it is a word that is small elsewhere."""
    first, _, rest = said.partition(" ")
    return f"{first.lower()} {rest}" if first.lower() in _words("small") else said


@cache
def _words(kind: str) -> frozenset[str]:
    words: dict[str, str] = yaml.safe_load(CLAUSE_WORDS.read_text(encoding="utf-8"))
    return frozenset(words[kind].split())


# Reading -------------------------------------------------------------------------------------------------------------


def opening(text: Text, name: Name, is_organisation: Callable[[str], bool], secretariat: str) -> str:
    """Return the opening: States present, then organisations, each in alphabetical order; place, days, hosts, rest."""
    states = sorted((name(code) for code in text.present if not is_organisation(code)), key=str.casefold)
    organisations = sorted((name(code) for code in text.present if is_organisation(code)), key=str.casefold)
    present = _listed(states)
    if organisations:
        present = f"{present}, together with {_listed(organisations)}" if states else _listed(organisations)
    parts = [f"We, {present}" if present else "We, the members of the Network"]
    parts.append(f"meeting in {text.place} {days_of(text.starts_on, text.ends_on)}" if text.place else "")
    parts.append(f"hosted by {_listed([name(code) for code in text.hosts])}" if text.hosts else "")
    parts.append(f"with {secretariat} as Secretariat" if secretariat else "")
    parts.append(f"and with the participation of {one_line(text.others)}" if text.others else "")
    return f"{', '.join(part for part in parts if part)},"


def days_of(first: date, last: date) -> str:
    """Return the days of a meeting as a sentence holds them."""
    if first == last:
        return f"on {first.day} {first:%B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"on {first.day} to {last.day} {last:%B %Y}"
    return f"from {first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


@dataclass(frozen=True)
class Line:
    """One numbered clause as it reads, with the punctuation of its place; `theme` is set where a new theme begins."""

    number: int
    clause: Clause
    text: str
    theme: str | None


def lines_of(text: Text) -> tuple[Line, ...]:
    """Return the clauses as they read: numbered through, each ended by a semicolon and the last by a full stop."""
    last = len(text.clauses)
    themes = [None, *(each.theme for each in text.clauses)]
    return tuple(
        Line(
            number,
            each,
            f"{each.text.rstrip(' .;,')}{'.' if number == last else ';'}",
            each.theme if each.theme != themes[number - 1] or number == 1 else None,
        )
        for number, each in enumerate(text.clauses, 1)
    )


def plain_text(text: Text, beginning: str, theme: Name) -> str:
    """Return the whole text without markup or sources: these words are what is adopted, and what is hashed."""
    parts = [text.title, f"{text.place}, {days_of(text.starts_on, text.ends_on).split(' ', 1)[1]}", beginning]
    for line in lines_of(text):
        if line.theme is not None and theme(line.theme):
            parts.append(theme(line.theme))
        parts.append(f"{line.number}. {line.text}")
    return "\n\n".join(parts) + "\n"


def fingerprint(plain: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(plain.encode()).hexdigest()


def as_markdown(text: Text, beginning: str, theme: Name, sources: Mapping[int, str] | None = None) -> str:
    """Return the text as Markdown; with `sources` each clause names what it comes from, by number of the store."""
    when = days_of(text.starts_on, text.ends_on).split(" ", 1)[1]
    parts = [f"# {markdown(text.title)}", f"*{markdown(f'{text.place}, {when}')}*", markdown(beginning)]
    for line in lines_of(text):
        if line.theme is not None and theme(line.theme):
            parts.append(f"## {markdown(theme(line.theme))}")
        item = f"{line.number}. {markdown(line.text)}"
        named = [f"    - {sources[each]}" for each in line.clause.sources if sources and each in sources]
        parts.append("\n\n".join([item, "\n".join(named)]) if named else item)
    return "\n\n".join(parts) + "\n"


# Comparing -----------------------------------------------------------------------------------------------------------


class Change(StrEnum):
    """What became of a part of a text."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True)
class Piece:
    """Some words of a comparison: kept in both, only in the older (`-`) or only in the newer text (`+`)."""

    mark: str
    words: str


@dataclass(frozen=True)
class Difference:
    """One part that differs: `where` is the clause's number in the newer text, in the older one if it was removed.

    It is 0 for title and opening.
    """

    change: Change
    where: int
    pieces: tuple[Piece, ...]


def compare(older: Text, newer: Text, beginnings: tuple[str, str]) -> tuple[Difference, ...]:
    """Return how two versions differ, in the newer one's order and removed clauses last.

    `beginnings` are the openings of both.
    """
    found = []
    heads = tuple(f"{text.title}. {beginning}" for text, beginning in zip((older, newer), beginnings, strict=True))
    if heads[0] != heads[1]:
        found.append(Difference(Change.CHANGED, 0, word_diff(*heads)))
    places = _places(older, newer)
    for number, clause in enumerate(newer.clauses, 1):
        before = older.clause(clause.key)
        if before is None:
            found.append(Difference(Change.ADDED, number, (Piece("+", clause.text),)))
        elif before.text != clause.text:
            found.append(Difference(Change.CHANGED, number, word_diff(before.text, clause.text)))
        elif clause.key in places:
            found.append(Difference(Change.MOVED, number, (Piece(" ", clause.text),)))
    for number, clause in enumerate(older.clauses, 1):
        if newer.clause(clause.key) is None:
            found.append(Difference(Change.REMOVED, number, (Piece("-", clause.text),)))
    return tuple(found)


def _places(older: Text, newer: Text) -> set[int]:
    """Return the keys of clauses in both versions that changed places with others."""
    before = [each.key for each in older.clauses if newer.clause(each.key)]
    after = [each.key for each in newer.clauses if older.clause(each.key)]
    stay = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    kept = {key for block in stay for key in after[block.b : block.b + block.size]}
    return set(after) - kept


def word_diff(older: str, newer: str) -> tuple[Piece, ...]:
    """Return two wordings as one: what stays, what went and what came, each in runs of words that can be read."""
    before, after = re.findall(r"\s+|[^\s]+", older), re.findall(r"\s+|[^\s]+", newer)
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    changed = [deed != "equal" for deed, *_ in steps]
    runs: list[tuple[bool, str, str]] = []
    for place, (_deed, i1, i2, j1, j2) in enumerate(steps):
        went, came = "".join(before[i1:i2]), "".join(after[j1:j2])
        # A word or two that stay by chance between changes would only tear them apart.
        between = 0 < place < len(steps) - 1 and len(went.split()) <= MOST_BETWEEN
        if runs and runs[-1][0] and (changed[place] or between):
            runs[-1] = (True, runs[-1][1] + went, runs[-1][2] + came)
        else:
            runs.append((changed[place], went, came))
    return tuple(piece for run in runs for piece in _pieces(*run))


def _pieces(changed: bool, went: str, came: str) -> list[Piece]:
    if not changed:
        return [Piece(" ", went)]
    return [Piece(mark, words) for mark, words in (("-", went), ("+", came)) if words]
