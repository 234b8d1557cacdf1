"""What somebody looks for in the directory: members, roles, regional groups, languages, and words of names."""

import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import chain
from typing import TypeVar

from bot.rules.contact_words import folded, language_words, region_words, role_words
from bot.rules.contacts import SECRETARIAT_MEMBER, Contact, ContactRole
from bot.rules.countries import Ambiguous, Codes, Gazetteer, Recognised, Unknown, fold

LONGEST = 200
"""Characters of a search that are read."""
CONFUSED: Mapping[str, str] = {"NE": "NG", "NG": "NE", "DM": "DO", "DO": "DM"}
"""Members whose names are one another's beginning: whoever gets one is told of the other."""
SIMILAR_NAME = 0.88
"""Likeness, 0 to 1, from which two names may be one person's."""
LIKE = 62
"""Likeness, 0 to 100, from which a name is worth showing to somebody who typed another one."""

_UNSPACED = re.compile("[\u0600-\u06ff\u3040-\u30ff\u3400-\u9fff]")
"""Arabic and Chinese hang words together; there a word counts inside a longer one."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Search:
    """What is looked for; everything named must hold, and each may be met by any of its values.

    `unclear` are the codes that one ambiguous name may mean: nothing is looked for before it is clear. `everyone` asks
    for the whole directory. `words` are folded.
    """

    text: str
    members: tuple[str, ...] = ()
    unclear: Codes = ()
    roles: tuple[ContactRole, ...] = ()
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    everyone: bool = False

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing in the text says what is looked for."""
        named = (self.members, self.unclear, self.roles, self.regions, self.languages, self.words)
        return not any(named) and not self.everyone


def read_search(text: str, gazetteer: Gazetteer, chosen: str = "") -> Search:
    """Return what `text` looks for; `chosen` is the code that was picked for its ambiguous name.

    Names count only as they stand here: a mistyped name of a member may be somebody's own (see `mistyped`).
    """
    text = text.strip()[:LONGEST]
    whole = _whole(text, gazetteer)
    if whole:
        return _clear(Search(text, unclear=whole), chosen)
    rest, languages = _languages(text)
    rest, members, unclear = _members(rest, gazetteer)
    said = fold(rest)
    said, roles = _taken(said, role_words())
    said, regions = _taken(said, region_words())
    words = tuple(word for word in said.split() if word not in folded("fillers"))
    everyone = any(word in folded("all") for word in words)
    words = tuple(word for word in words if word not in folded("all"))
    return _clear(Search(text, members, unclear, roles, regions, languages, words, everyone), chosen)


def mistyped(search: Search, gazetteer: Gazetteer) -> Search | None:
    """Return the search with its left-over words taken for a mistyped name of a member, None if they are none."""
    if not search.words or search.members:
        return None
    found = gazetteer.resolve(" ".join(search.words))
    codes = _codes_of(found)
    return _clear(replace(search, words=(), unclear=codes), "") if codes else None


def as_words(search: Search) -> Search:
    """Return the search with its whole text taken for words of a person's name, title or institution."""
    return Search(search.text, words=tuple(fold(search.text).split()))


def matches(contact: Contact, words: Iterable[str]) -> bool:
    """Tell whether every folded word begins a word of what a contact shows; give it only what may be seen."""
    text = _text(contact)
    return all(_holds(text, word) for word in words)


def nearly(contacts: Sequence[Contact], words: Sequence[str]) -> list[Contact]:
    """Return the contacts whose names hold something near to every word: typing errors, other alphabets."""
    names = {contact.id: set(chain(fold(contact.name).split(), _latin(contact.name).split())) for contact in contacts}
    known = tuple(set(chain.from_iterable(names.values())))
    near = [_near(chain((word,), _latin(word).split()), known) for word in words]
    return [each for each in contacts if all(not names[each.id].isdisjoint(found) for found in near)] if near else []


def nearest(contacts: Sequence[Contact], text: str, most: int = 3) -> list[Contact]:
    """Return the contacts whose names are most like `text`, best first, none that is quite unlike."""
    from rapidfuzz import fuzz, process

    names = {contact.id: _latin(contact.name).split() for contact in contacts}
    known = tuple(set(chain.from_iterable(names.values())))
    asked = _latin(text).split()
    likeness = [
        {word: score for word, score, _ in process.extract(each, known, scorer=fuzz.ratio, limit=None)}
        for each in asked
    ]
    scored = [
        (sum(max((like.get(word, 0) for word in names[each.id]), default=0) for like in likeness), each)
        for each in contacts
    ]
    near = [(score, each) for score, each in scored if score >= LIKE * len(asked) > 0]
    return [each for _, each in sorted(near, key=lambda pair: (-pair[0], pair[1].name))[:most]]


def same_name(one: str, other: str) -> bool:
    """Tell whether two names are the same but for case, accents, order and alphabet."""
    return sorted(_latin(one).split()) == sorted(_latin(other).split())


def alike(one: str, other: str) -> bool:
    """Tell whether two names may be one person's: nearly the same, or one with names left out."""
    from rapidfuzz import fuzz

    first, second = _latin(one), _latin(other)
    shorter, longer = sorted((set(first.split()), set(second.split())), key=len)
    within = len(shorter) > 1 and shorter <= longer
    return within or fuzz.token_sort_ratio(first, second) >= SIMILAR_NAME * 100


def _whole(text: str, gazetteer: Gazetteer) -> Codes:
    """Return what a text means that is nothing but a member's name or code; `AU` is Australia's and the Union's."""
    if fold(text) in folded("secretariat_member") - role_words().keys():
        return (SECRETARIAT_MEMBER,)
    named = _codes_of(gazetteer.resolve(text, typos=False))
    mentions = gazetteer.mentions(text, typos=False)
    covered = len(mentions) == 1 and mentions[0].end - mentions[0].start == len(text)
    if fold(text) in folded("fillers"):
        return ()
    return tuple(dict.fromkeys((*named, *(mentions[0].codes if covered else ()))))


def _codes_of(found: Recognised | Ambiguous | Unknown) -> Codes:
    if isinstance(found, Recognised):
        return (found.code,)
    return found.codes if isinstance(found, Ambiguous) else ()


def _clear(search: Search, chosen: str) -> Search:
    """Take an unclear name for the member that was chosen, or that it alone can mean."""
    codes = search.unclear
    if chosen in codes or len(codes) == 1:
        member = chosen if chosen in codes else codes[0]
        return replace(search, members=(*search.members, member), unclear=())
    return search


def _members(text: str, gazetteer: Gazetteer) -> tuple[str, tuple[str, ...], Codes]:
    """Return the text without members' names, the members, and what the first ambiguous name may mean."""
    members: list[str] = []
    unclear: Codes = ()
    rest = text
    for mention in reversed(gazetteer.mentions(text, typos=False)):
        rest = f"{rest[: mention.start]} {rest[mention.end :]}"
        if len(mention.codes) == 1:
            members.insert(0, mention.codes[0])
        else:
            unclear = mention.codes
    return rest, tuple(dict.fromkeys(members)), unclear


def _languages(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without the languages it wants spoken, and their codes."""
    before, after, alone = _language_patterns()
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        code = alone_code(match) or language_words().get(fold(match["name"]))
        if code is None:
            return match[0]
        found.append(code)
        return " "

    def alone_code(match: re.Match[str]) -> str | None:
        return _alone().get(fold(match[0])) if match.re is alone else None

    for pattern in (before, after, alone):
        text = pattern.sub(take, text)
    return text, tuple(dict.fromkeys(found))


@cache
def _language_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    from bot.rules.contact_words import words

    def either(listed: Iterable[str]) -> str:
        return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(listed, key=len, reverse=True))

    listed = words()
    unspaced = [word for word in listed["speaks"] if _UNSPACED.search(word)]
    spaced = [word for word in listed["speaks"] if word not in unspaced]
    before = rf"(?:\b(?:{either(spaced)})\s+|(?:{either(unspaced)})\s*)(?P<name>\w+)"
    after = rf"\b(?P<name>\w+)[\s-]+(?:{either(listed['speakers'])})\b"
    alone = rf"(?P<name>\b(?:{either(chain.from_iterable(listed['speaking'].values()))})\b)"
    flags = re.IGNORECASE
    return re.compile(before, flags), re.compile(after, flags), re.compile(alone, flags)


@cache
def _alone() -> Mapping[str, str]:
    from bot.rules.contact_words import words

    return {fold(word): code for code, listed in words()["speaking"].items() for word in listed}


def _taken(said: str, meanings: Mapping[str, tuple[_T, ...]]) -> tuple[str, tuple[_T, ...]]:
    """Return a folded text without the phrases in `meanings`, longest first, and all they mean."""
    found: dict[_T, None] = {}

    def take(match: re.Match[str]) -> str:
        found.update(dict.fromkeys(meanings[match[0]]))
        return " "

    return _phrases(tuple(meanings)).sub(take, said), tuple(found)


@cache
def _phrases(listed: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(listed, key=len, reverse=True)
    return re.compile("|".join(_phrase(phrase) for phrase in longest_first))


def _phrase(phrase: str) -> str:
    return re.escape(phrase) if _UNSPACED.search(phrase) else rf"(?<!\w){re.escape(phrase)}(?!\w)"


def _text(contact: Contact) -> str:
    shown = f"{contact.name} {contact.institution} {contact.title}"
    plain = fold(shown)
    return f" {plain}" if plain.isascii() else f" {plain} {_latin(shown)}"


def _holds(text: str, word: str) -> bool:
    return f" {word}" in text or (_UNSPACED.search(word) is not None and word in text)


def _near(forms: Iterable[str], known: Sequence[str]) -> set[str]:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found: set[str] = set()
    for form in forms:
        slips = 0 if len(form) < 4 else 1 if len(form) < 7 else 2
        near = process.extract(form, known, scorer=OSA.distance, score_cutoff=slips, limit=None)
        found.update(name for name, _, _ in near)
    return found


@cache
def _to_latin() -> Callable[[str | None], str | None]:
    from normality import ascii_text

    # At its first word the package says that another one would do better; that is no news for whoever runs Focal.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ascii_text("я")
    return ascii_text


@lru_cache(maxsize=4096)
def _latin(text: str) -> str:
    """Return a text folded and in Latin letters, whatever alphabet it is in."""
    plain = fold(text)
    return plain if plain.isascii() else fold(_to_latin()(plain) or "")
