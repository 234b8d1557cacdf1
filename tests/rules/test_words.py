"""Words as the search compares them."""

import pytest

from bot.rules.words import LONGEST_TERM, language_of, terms

SAME = [
    "Which measures increase the participation of women?",
    "Quelles mesures augmentent la participation des femmes ?",
    "¿Qué medidas aumentan la participación de las mujeres?",
    "Какие меры увеличить участие женщин",
    "ما هي التدابير لتعزيز مشاركة المرأة",
    "增加妇女参与的措施",
]


@pytest.mark.parametrize(("text", "language"), list(zip(SAME, ("en", "fr", "es", "ru", "ar", "zh"), strict=True)))
def test_the_language_is_seen_from_script_and_small_words(text: str, language: str) -> None:
    """Each of the six languages is told from the others."""
    assert language_of(text) == language


@pytest.mark.parametrize("text", SAME)
def test_the_fields_words_meet_in_english(text: str) -> None:
    """A question in any of the six languages shares its main words with English passages."""
    assert {"measur", "women", "particip"} <= set(terms(text))


def test_endings_case_and_accents_do_not_count() -> None:
    """One word in several forms is one term."""
    assert set(terms("deployed DEPLOYING deployment déploiement", "fr")) >= {"deploy"}
    assert terms("Deployed deployment", "en") == ("deploy", "deploy")


def test_function_words_and_mentions_are_left_out() -> None:
    """What every question holds, and whom it is addressed to, finds nothing."""
    assert terms("What is the … of @U123 and #general?") == ()


def test_unknown_chinese_words_become_pairs() -> None:
    """Chinese has no spaces: what the glossary does not know is cut into pairs, the known words stand apart."""
    assert terms("妇女游泳池") == ("women", "游泳", "泳池")


def test_figures_stay_as_they_are() -> None:
    """Resolution numbers and years are terms of their own."""
    assert terms("resolution 1325 (2000)", "en")[1:] == ("1325", "2000")


def test_no_term_is_longer_than_the_index_takes() -> None:
    """A word of any length becomes a term that fits its column."""
    assert all(len(term) <= LONGEST_TERM for term in terms("x" * 3000 + " " + "9" * 3000))
