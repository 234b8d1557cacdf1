"""What a question asks for, and when an answer is good enough to be given. Pure: words in, values out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

from bot.rules.contacts import ContactRole
from bot.rules.words import language_of, terms

QUESTION_WORDS = Path(__file__).parent / "question_words.yaml"
LONGEST_QUESTION = 1000
"""Characters; a longer text is a statement rather than a question, and a button could not carry it."""

SURE = 0.75
FAIRLY = 0.5
ENOUGH = 0.38
"""Shares of the question's words, weighted by rarity, that the best passage must hold.

Measured on tests/rules/questions.yaml; docs/answers.md states how often each is right.
"""


class Time(StrEnum):
    """Which presidency or meeting is meant, where no year says it."""

    FORMER = "former"
    NOW = "now"
    NEXT = "next"


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
    """Anything else: what is known that holds `terms`, about `members` (codes); `recommended` asks the store first."""

    terms: tuple[str, ...]
    members: tuple[str, ...] = ()
    recommended: bool = False


Asked = Nothing | TooLong | WhoPresides | WhoIsTroika | WhoIsContact | WhichMeeting | Passages


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


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NOT_WORDS = re.compile(r":[a-z0-9_+-]+:|[@#]\S+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")


def read_question(text: str, rest: str = "", members: Sequence[str] = ()) -> Asked:
    """Return what `text` asks for.

    `members` are the codes of the members it names and `rest` the text without these names. It counts as a question
    about the records only if nothing is left over that the records do not hold: "who is the president of the World
    Bank?" is none of them.
    """
    if len(text) > LONGEST_QUESTION:
        return TooLong(len(text))
    text = _NOT_WORDS.sub(" ", text)
    said = fold(text)
    question = Question(text, said, _NOT_WORDS.sub(" ", rest) if members else text, tuple(members))
    if not re.search(r"\w", said):
        return Nothing()
    if not re.search(r"\w", _pattern("greeting").sub(" ", said)):
        return Nothing(greeting=True)
    readers = (_troika, _contact, _presides, _meeting)
    return next((asked for asked in (reader(question) for reader in readers) if asked), None) or _passages(question)


def fold(text: str) -> str:
    """Return `text` in lower case, without accents, and with spaces for punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if unicodedata.category(c) != "Mn")
    return re.sub(r"[\W_]+", " ", bare)


def sure(coverage: float) -> Confidence:
    """Return how sure an answer is whose best passage covers this share of the question (0 to 1)."""
    steps = ((SURE, Confidence.SURE), (FAIRLY, Confidence.FAIRLY), (ENOUGH, Confidence.PERHAPS))
    return next((confidence for least, confidence in steps if coverage >= least), Confidence.UNKNOWN)


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
    known = ("who", "what", "focal point", "contact", "alternate", "adviser", "police", "military", "gender", "reach")
    return None if question.left(*known, "own", "now") else WhoIsContact(question.members, role, own)


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
    if question.holds("recommend"):
        subject = question.left("recommend", "who", "what")
        return Passages(tuple(dict.fromkeys(subject)) or found, question.members, recommended=True)
    return Passages(found, question.members)


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
