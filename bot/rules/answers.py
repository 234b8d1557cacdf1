"""What a question asks for, and when an answer is good enough to be given. Pure: words in, values out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

from bot.rules.contacts import ContactRole
from bot.rules.countries import Gazetteer, Mention
from bot.rules.words import language_of, terms

QUESTION_WORDS = Path(__file__).parent / "question_words.yaml"
LONGEST_QUESTION = 1000
"""Characters; a longer text is a statement rather than a question, and a button could not carry it."""

BY_WORDS = (0.75, 0.5, 0.38)
"""Shares of the question's words, weighted by rarity, that the best passage must hold: sure, fairly, perhaps."""
BY_MEANING = (0.5, 0.35, 0.2)
"""The same steps for how like the question it is. Both are measured; see "Answers" in docs/benchmarks.md."""


class Time(StrEnum):
    """Which presidency or meeting is meant, where no year says it."""

    FORMER = "former"
    NOW = "now"
    NEXT = "next"


class Outcome(StrEnum):
    """How a question went: answered, honestly not known, asked back, or no question at all."""

    ANSWERED = "answered"
    UNKNOWN = "unknown"
    ASKED_BACK = "asked back"
    NOTHING = "nothing"


class Confidence(StrEnum):
    """How sure an answer from passages is; `unknown` means that none is given."""

    SURE = "sure"
    FAIRLY = "fairly"
    PERHAPS = "perhaps"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Nothing:
    """Nothing was asked: an empty text, mentions or emoji alone, or a greeting."""

    greeting: bool = False


@dataclass(frozen=True)
class TooLong:
    """A text of `length` characters, too long for a question."""

    length: int


@dataclass(frozen=True)
class WhoPresides:
    """Who holds the chair in `years`, at `time`, or when `members` (codes) held it."""

    years: tuple[int, ...] = ()
    time: Time = Time.NOW
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class WhoIsTroika:
    """Who the Troika is today."""


@dataclass(frozen=True)
class WhoIsContact:
    """Who holds `role` for `members` (codes); no role means any, `own` the asker's delegation."""

    members: tuple[str, ...]
    role: ContactRole | None = None
    own: bool = False


@dataclass(frozen=True)
class WhichMeeting:
    """Which meeting is next or was last, or took place in `years` or at a place that `terms` or `members` name."""

    years: tuple[int, ...] = ()
    time: Time | None = None
    terms: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passages:
    """Anything else: what is known that holds `terms`, about `members` (codes); `recommended` asks the store first.

    `kinds` of documents are asked for alone; `text` is the question in its writer's own words.
    """

    terms: tuple[str, ...]
    members: tuple[str, ...] = ()
    recommended: bool = False
    kinds: tuple[str, ...] = ()
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class WhichMember:
    """A question about the records in which one name may mean any of `codes`: it must be asked back which."""

    codes: tuple[str, ...]


Asked = Nothing | TooLong | WhichMember | WhoPresides | WhoIsTroika | WhoIsContact | WhichMeeting | Passages


@dataclass(frozen=True)
class Question:
    """A question as its parts: `rest` is `text` without the names of `members` (codes), `said` is `text` folded."""

    text: str
    said: str
    rest: str
    members: tuple[str, ...]

    @property
    def years(self) -> tuple[int, ...]:
        """The years it names, each once."""
        return tuple(int(year) for year in dict.fromkeys(_YEAR.findall(self.said)))

    @property
    def time(self) -> Time | None:
        """Whether it asks for the next one, the former one or neither."""
        if self.holds("next"):
            return Time.NEXT
        return Time.FORMER if self.holds("former") else None

    def holds(self, *concepts: str) -> bool:
        """Tell whether a word of any of these concepts is in it."""
        return any(_pattern(concept).search(self.said) for concept in concepts)

    def left(self, *concepts: str) -> tuple[str, ...]:
        """Return the terms that neither the concepts nor the network's everyday words explain."""
        rest = _YEAR.sub(" ", fold(self.rest))
        for concept in (*concepts, "everyday"):
            rest = _pattern(concept).sub(" ", rest)
        return terms(rest, language_of(self.text))


_ROLE_WORDS = ("focal point", "alternate", "adviser", "police", "military", "gender")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NOT_WORDS = re.compile(r":[a-z0-9_+-]+:|[@#]\S+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")


def read_naming(gazetteer: Gazetteer, text: str, chosen: Sequence[str] = (), earlier: Asked | None = None) -> Asked:
    """Return what `text` asks for, with the members it names in any language.

    `chosen` are codes that were picked for names with several meanings, the latest last. Where one is left, a question
    about the records becomes WhichMember; any other question keeps that name among its words. `earlier` is what was
    asked before in the same conversation: "and Chile?" asks that again.
    """
    if len(text) > LONGEST_QUESTION:
        return TooLong(len(text))
    named = tuple(_settled(each, chosen) for each in gazetteer.mentions(text))
    asked = _read(_question(text, named), earlier)
    open_name = next((each for each in named if len(each.codes) > 1), None)
    if open_name is None:
        return asked
    if isinstance(asked, WhoIsContact | WhoPresides | WhichMeeting):
        return WhichMember(open_name.codes)
    return _read(_question(text, [each for each in named if len(each.codes) == 1]), earlier)


def _settled(mention: Mention, chosen: Sequence[str]) -> Mention:
    picked = [code for code in chosen if code in mention.codes]
    return replace(mention, codes=(picked[-1],)) if picked else mention


def _question(text: str, named: Sequence[Mention]) -> Question:
    return _parts(text, _without(text, named), [each.codes[0] for each in named])


def _without(text: str, named: Sequence[Mention]) -> str:
    for each in reversed(named):
        text = f"{text[: each.start]} {text[each.end :]}"
    return text


def read_question(text: str, rest: str = "", members: Sequence[str] = ()) -> Asked:
    """Return what `text` asks for.

    `members` are the codes of the members it names and `rest` the text without these names. It counts as a question
    about the records only if nothing is left over that the records do not hold: "who is the president of the World
    Bank?" is none of them.
    """
    if len(text) > LONGEST_QUESTION:
        return TooLong(len(text))
    return _read(_parts(text, rest, members))


def _parts(text: str, rest: str, members: Sequence[str]) -> Question:
    text = _NOT_WORDS.sub(" ", text)
    return Question(text, fold(text), _NOT_WORDS.sub(" ", rest) if members else text, tuple(dict.fromkeys(members)))


def _read(question: Question, earlier: Asked | None = None) -> Asked:
    if not re.search(r"\w", question.said):
        return Nothing()
    if not re.search(r"\w", _pattern("greeting").sub(" ", question.said)):
        return Nothing(greeting=True)
    if earlier is not None:
        again = _again(question, earlier)
        if again is not None:
            return again
    readers = (_troika, _contact, _presides, _meeting)
    return next((asked for asked in (reader(question) for reader in readers) if asked), None) or _passages(question)


def _again(question: Question, earlier: Asked) -> Asked | None:
    """Return the earlier question with what this one puts in its place, None if this one stands on its own."""
    if question.left("also", "who", "when", "now", "next", "former", *_ROLE_WORDS):
        return None
    if question.members:
        return _about_others(question, earlier)
    role = _role(question)
    if role is not None and isinstance(earlier, WhoIsContact):
        return replace(earlier, role=role)
    if (question.years or question.time) and isinstance(earlier, WhoPresides):
        return WhoPresides(question.years, question.time or Time.NOW)
    if (question.years or question.time) and isinstance(earlier, WhichMeeting):
        return WhichMeeting(question.years, question.time)
    return None


def _about_others(question: Question, earlier: Asked) -> Asked | None:
    role = _role(question)
    if isinstance(earlier, WhoIsContact):
        return WhoIsContact(question.members, role or earlier.role)
    if role is not None or not question.holds("also"):
        return None
    if isinstance(earlier, WhoPresides):
        return WhoPresides(members=question.members)
    return replace(earlier, members=question.members) if isinstance(earlier, Passages) else None


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, and with spaces for punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if unicodedata.category(c) != "Mn")
    return re.sub(r"[\W_]+", " ", bare)


def sure(coverage: float, likeness: float | None = None) -> Confidence:
    """Return how sure an answer is whose best passage covers this share of the question (0 to 1).

    Where meanings were compared too, `likeness` says how like the question the passage is, and decides alone.
    """
    measured, steps = (coverage, BY_WORDS) if likeness is None else (likeness, BY_MEANING)
    levels = zip(steps, (Confidence.SURE, Confidence.FAIRLY, Confidence.PERHAPS), strict=True)
    return next((confidence for least, confidence in levels if measured >= least), Confidence.UNKNOWN)


def best_sentence(body: str, wanted: Sequence[str]) -> str:
    """Return the sentence of `body` that holds most of the terms, the first of equals."""
    asked = set(wanted)
    sentences = [each.strip() for each in _SENTENCE_END.split(body) if each.strip()]
    return max(sentences, key=lambda each: len(asked & set(terms(each))), default="")


def _troika(question: Question) -> Asked | None:
    if not question.holds("troika") or question.members or question.holds("does"):
        return None
    bare = not question.left("troika", "who", "what", "when", "membership", "now")
    asks_what = question.holds("what") and not question.holds("who", "membership")
    return WhoIsTroika() if bare and not asks_what else None


def _contact(question: Question) -> Asked | None:
    own = question.holds("own") and not question.members
    role = _role(question)
    if question.members and not question.left("who", "what") and not question.holds("when"):
        return WhoIsContact(question.members, role)
    asked = role is not None or question.holds("contact", "reach")
    if not asked or not (question.members or own) or question.holds("does", "chair"):
        return None
    known = ("who", "what", *_ROLE_WORDS, "contact", "reach", "own", "now")
    return None if question.left(*known) else WhoIsContact(question.members, role, own)


def _role(question: Question) -> ContactRole | None:
    if question.holds("alternate"):
        return ContactRole.ALTERNATE
    if question.holds("adviser") and question.holds("police"):
        return ContactRole.POLICE_ADVISER
    if question.holds("adviser") and question.holds("military"):
        return ContactRole.MILITARY_ADVISER
    return ContactRole.FOCAL_POINT if question.holds("focal point") else None


def _presides(question: Question) -> Asked | None:
    if not question.holds("chair") or question.holds("does"):
        return None
    if question.members and question.holds("head of state"):
        return None
    when = question.years or question.members or question.holds("who", "when", "next", "former", "now")
    if not when or question.left("chair", "who", "what", "when", "next", "former", "now"):
        return None
    return WhoPresides(question.years, question.time or Time.NOW, question.members)


def _meeting(question: Question) -> Asked | None:
    if not question.holds("meeting") or question.holds("recommend", "chair"):
        return None
    left = question.left("meeting", "when", "next", "former", "now", "takes place", "what")
    named = bool(question.years or left or question.members)
    asked = question.holds("when") or question.time is not None or (bool(question.years) and not left)
    if not asked or len(left) > 1 or not (named or question.time):
        return None
    return WhichMeeting(question.years, question.time, left, question.members)


def _passages(question: Question) -> Asked:
    found = tuple(dict.fromkeys(terms(question.rest, language_of(question.text))))
    if question.holds("what") and question.holds("does") and len(found) == 1:
        # What somebody does is a question about tasks, though the words for that are in every question.
        found = (*found, *terms("task", "en"))
    if question.holds("guiding question"):
        asked_for = (*terms("guiding question", "en"), *found)
        return Passages(tuple(dict.fromkeys(asked_for)), question.members, kinds=("question",), text=question.text)
    if question.holds("recommend"):
        subject = question.left("recommend", "who", "what")
        return Passages(tuple(dict.fromkeys(subject)) or found, question.members, recommended=True, text=question.text)
    return Passages(found, question.members, text=question.text)


@cache
def _pattern(concept: str) -> re.Pattern[str]:
    """Return what finds any word of a concept in folded text."""
    return re.compile("|".join(_word(word) for word in _concepts()[concept].split()))


def _word(word: str) -> str:
    parts = (re.escape(fold(part).strip()) for part in word.rstrip("*").split("_"))
    joined = " ".join(parts)
    if re.search(r"[\u0600-\u06ff\u4e00-\u9fff]", word):
        return joined
    ending = r"\w*" if word.endswith("*") else ""
    return rf"\b{joined}{ending}\b"


@cache
def _concepts() -> dict[str, str]:
    concepts: dict[str, str] = yaml.safe_load(QUESTION_WORDS.read_text(encoding="utf-8"))
    return concepts
