"""What Focal says, in the reader's language, and never a wrong or broken word."""

import re
import string
from functools import cache

import pytest

from bot.catalogues import load, messages, messages_in
from bot.languages import translator
from bot.rules.people import SPOKEN, spoken
from bot.rules.permissions import Actor, Deed, require
from bot.rules.problems import NotAllowed
from tests.harness import Harness
from workspace.driver import text_of

TAGS = re.compile(r"<[^>{}]*>|`[^`]*`")
"""What must stand in a translation as it stands in the message: links and mentions, and what is to be typed."""


LANGUAGES = SPOKEN


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@cache
def needed() -> frozenset[str]:
    return frozenset(messages())


def translated(language: str) -> list[tuple[str, str]]:
    return [(str(m.id), str(m.string)) for m in load(language) if m.id and m.string]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_same_gaps_to_fill(language: str) -> None:
    """Every translation takes exactly the values that the message takes, so that none fails where it is shown."""
    broken = [said for said, meant in translated(language) if fields(said) != fields(meant)]

    assert broken == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_what_is_typed(language: str) -> None:
    """Commands between backticks, links and mentions are the same in every language."""
    changed = [said for said, meant in translated(language) if TAGS.findall(said) != TAGS.findall(meant)]

    assert changed == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_the_messages_in_the_code(language: str) -> None:
    """No catalogue speaks of a message that is gone or lacks one that is there; `make messages` brings it up to date."""
    known = {str(m.id) for m in load(language) if m.id}

    assert known == needed()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_stays_english(language: str) -> None:
    """Every message has a translation into every language that Focal speaks."""
    assert [str(m.id) for m in load(language) if m.id and not m.string] == []


def test_messages_are_found_where_they_stand() -> None:
    """Marked texts and the two sentences of a problem are messages; other texts are not."""
    source = '_("one")\nself._("two")\nN_("three")\nBadInput("four {x}", "five", x="six")\nprint("seven")'

    assert [text for text, _ in messages_in(source)] == ["one", "two", "three", "four {x}", "five"]


def test_a_language_without_a_catalogue_is_answered_in_english() -> None:
    """A reader whose language Focal does not speak reads English."""
    assert translator("fi-FI")("Close") == "Close"


def test_a_refusal_is_said_in_the_reader_s_language() -> None:
    """What may not be done, and who may, are translated with the sentence around them."""
    words = {
        "You cannot {deed} here.": "Non: {deed}.",
        "erase a person": "effacer",
        "the Secretariat": "le Secrétariat",
    }

    with pytest.raises(NotAllowed) as refused:
        require(Actor("U1", "Ana"), Deed.ERASE)

    assert refused.value.said(lambda text: words.get(text, text)).startswith("Non: effacer. ")
    assert refused.value.said(lambda text: words.get(text, text)).endswith("le Secrétariat.")


@pytest.mark.parametrize("locale", ["ar-SA", "es-ES", "fr-FR", "ru-RU", "zh-CN"])
async def test_everybody_is_answered_in_the_language_of_their_slack(bot: Harness, locale: str) -> None:
    """Help, refusals and the Home tab come in the language that a person has chosen in Slack."""
    ana = await bot.person("Ana Costa", "UY", locale=locale)
    channel = bot.slack.add_channel("network", [ana])
    said = translator(locale)

    helped = await ana.command("/wps", channel)
    refused = await ana.command("/wps-survey results 99", channel)
    await ana.open_home()
    await bot.settle()

    assert said("*How to use me*") in text_of(helped)
    assert said("There is no survey {number}.").format(number=99) in text_of(refused)
    assert said("The Troika") in text_of(ana.home)
    assert "How to use me" not in text_of(helped)


@pytest.mark.parametrize(
    ("locale", "said"), [("fr-FR", "fr-FR"), ("zh_CN", "zh_CN"), ("ja-JP", "en-US"), ("en-GB", "en-US"), ("", "en-US")]
)
def test_a_sentence_is_in_one_language(locale: str, said: str) -> None:
    """Names and dates come in the language of the sentence around them, which is English where theirs is not spoken."""
    assert spoken(locale) == said
