"""How often what says the same is recognised, on pairs that people have labelled."""

import json
from collections import Counter
from collections.abc import Iterator
from math import log
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.likeness import INTERRUPTING, SHOWN, SUGGESTED, likeness, words_of

HERE = Path(__file__).parent
PRACTICES = HERE.parents[1] / "storage" / "seed" / "wps" / "practices.json"


def pairs(name: str) -> list[tuple[str, str, bool]]:
    rows = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return [(row["a"], row["b"], row["same"]) for row in rows]


MAIN, UNSEEN = pairs("duplicates.yaml"), pairs("duplicates_unseen.yaml")
STORE = list(dict.fromkeys(text for a, b, _ in (*MAIN, *UNSEEN) for text in (a, b)))
OTHERS = [f"{row['title']}. {row['text'][:300]}" for row in json.loads(PRACTICES.read_text(encoding="utf-8"))]


def rarities() -> dict[str, float]:
    """Return how much each word tells, in the store of the labelled texts with the shipped practices beside them."""
    held = Counter(word for text in (*STORE, *OTHERS) for word in words_of(text))
    total = len(STORE) + len(OTHERS)
    return {word: log(1 + (total - count + 0.5) / (count + 0.5)) for word, count in held.items()}


@pytest.fixture(scope="module")
def rarity() -> dict[str, float]:
    return rarities()


def same_as(text: str) -> set[str]:
    """Return every text that says the same as this one, itself included."""
    found = {text}
    for a, b, same in (*MAIN, *UNSEEN):
        if same and {a, b} & found:
            found |= {a, b}
    return found


def twins(labelled: list[tuple[str, str, bool]]) -> Iterator[tuple[str, str]]:
    for a, b, same in labelled:
        if same:
            yield from ((a, b), (b, a))


def shown_share(labelled: list[tuple[str, str, bool]], rarity: dict[str, float]) -> float:
    """Return in how many cases the one that says the same is among the few that are shown."""
    found = 0
    asked = list(twins(labelled))
    for text, twin in asked:
        rivals = [each for each in STORE if each not in same_as(text)]
        better = sum(likeness(text, each, rarity) > likeness(text, twin, rarity) for each in rivals)
        found += better < SHOWN and likeness(text, twin, rarity) >= SUGGESTED
    return found / len(asked)


def asked_share(rarity: dict[str, float]) -> float:
    """Return how many of those who propose what is there already are asked whether they would endorse it."""
    asked = [likeness(a, b, rarity) >= INTERRUPTING for a, b in twins(MAIN + UNSEEN)]
    return sum(asked) / len(asked)


def needless_share(rarity: dict[str, float]) -> float:
    """Return how many of those who propose what is nowhere in the store are asked."""
    firsts = list(dict.fromkeys(a for a, _, _ in MAIN + UNSEEN))
    subjects = {
        a: {text for first, second, _ in MAIN + UNSEEN if first == a for text in (first, second)} for a in firsts
    }
    asked = [
        any(likeness(text, each, rarity) >= INTERRUPTING for each in STORE if each not in subjects[text])
        for text in firsts
    ]
    return sum(asked) / len(asked)


@pytest.mark.parametrize(("labelled", "least"), [(MAIN, 0.93), (UNSEEN, 0.93)], ids=["main", "unseen"])
def test_what_says_the_same_is_among_those_shown(
    rarity: dict[str, float], labelled: list[tuple[str, str, bool]], least: float
) -> None:
    """Of a store with many texts on the same subjects, the few shown nearly always hold the one that says the same."""
    assert shown_share(labelled, rarity) >= least


def test_whoever_repeats_is_asked(rarity: dict[str, float]) -> None:
    """Of those who propose what is there already, at least four in five are asked whether they would endorse it."""
    assert asked_share(rarity) >= 0.8


def test_whoever_says_something_new_is_seldom_asked(rarity: dict[str, float]) -> None:
    """Of those who propose what is nowhere in the store, at most one in seven is asked."""
    assert needless_share(rarity) <= 1 / 7


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Give each NAP a budget", "Give each national action plan a budget"),
        ("Tours of six months", "tours of 6 months"),
        ("Engagement teams", "Engagment teams"),
        ("BUDGETS", "budget"),
    ],
)
def test_spelling_makes_no_difference(one: str, other: str) -> None:
    """Abbreviations, figures, slips and endings do not make two texts of one."""
    assert likeness(one, other, {}) > 0.9


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_a_share(one: str, other: str) -> None:
    """It lies between 0 and 1, is the same both ways, and 1 for a text and itself if it holds any word."""
    value = likeness(one, other, {})

    assert 0.0 <= value <= 1.0 + 1e-9
    assert value == pytest.approx(likeness(other, one, {}))
    assert likeness(one, one, {}) == pytest.approx(1.0 if words_of(one) else 0.0)
