"""How alike two proposals are: the same thing said twice, in other words, another order or another language."""

from collections.abc import Mapping
from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.rules.words import NUMBER_WORDS, terms

SUGGESTED = 0.2
"""From this likeness on a record is shown to reviewers, the likest first."""
INTERRUPTING = 0.4
"""From this likeness on whoever proposes is asked whether they would rather endorse what is there.

Of two sentences that share most words one may well say something else, so people decide. Measured in
tests/rules/test_likeness.py: of what says the same this interrupts 17 in 20, of what is new 1 in 8.
"""
SHOWN = 3
_SLIP = 0.8
"""Two words that are this alike are one word with a slip in it, at least for words of five letters and more."""
_NUMBERS = {word: str(number) for word, number in NUMBER_WORDS.items()} | {"twice": "2"}
_ALSO = {"nap": ("nation", "action", "plan"), "naps": ("nation", "action", "plan")}


@lru_cache(maxsize=4096)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a text by which it is compared: its terms, numbers as figures, abbreviations written out."""
    found: set[str] = set()
    for term in terms(text):
        found.update(_ALSO.get(term, (_NUMBERS.get(term, term),)))
    return frozenset(found)


def likeness(first: str, second: str, rarity: Mapping[str, float]) -> float:
    """Return how alike two texts are, from 0 to 1: the share of their words that both have, rare words counting more.

    `rarity` is the inverse document frequency of a word, 1 where it says nothing of it.
    """
    one, other = words_of(first), words_of(second)
    whole = _weight(one, rarity) + _weight(other, rarity)
    if not whole:
        return 0.0
    return (_shared(one, other, rarity) + _shared(other, one, rarity)) / whole


def _weight(words: frozenset[str], rarity: Mapping[str, float]) -> float:
    return sum(rarity.get(word, 1.0) for word in words)


def _shared(words: frozenset[str], among: frozenset[str], rarity: Mapping[str, float]) -> float:
    return sum(rarity.get(word, 1.0) * _found(word, among) for word in words)


def _found(word: str, among: frozenset[str]) -> float:
    if word in among:
        return 1.0
    if len(word) < 5:
        return 0.0
    best = max((OSA.normalized_similarity(word, each) for each in among), default=0.0)
    return best if best >= _SLIP else 0.0
