"""Whole conversations about communiqués, held with the real bot."""

import pytest

from tests.harness import Harness
from workspace.driver import text_of


async def test_the_texts_are_listed(bot: Harness) -> None:
    """The list has the confirmed texts, the newest first, and says what it means that one is missing."""
    guest = await bot.person("Guest Person")

    lines = text_of(await guest.command("/wps-communique")).splitlines()

    assert lines[1].startswith(
        "6 · *5th Capital-Level Meeting – Joint Communique*, Washington, 6 June 2023 – 9 June 2023"
    )
    assert lines[6].startswith("1 · *Joint Communiqué of the Foundational Meeting*, New York, 23 September 2016")
    assert lines[7].endswith("Of meetings that are not here no joint text is confirmed.")


async def test_a_text_is_shown_with_its_source(bot: Harness) -> None:
    """One text is shown with how much of it was read, and with its source."""
    guest = await bot.person("Guest Person")

    answer = await guest.command("/wps-communique 6")

    assert "It names 57 States." in text_of(answer)
    assert "Only the opening of its text was read." in text_of(answer)
    assert "Source: <https://wpsfocalpointsnetwork.org/2023/11/01/" in answer.text


@pytest.mark.parametrize(
    ("text", "words"),
    [("99", "There is no communiqué 99. See /wps-communique."), ("six", "A number is needed here. Try: ")],
)
async def test_what_is_no_number_is_said_so(bot: Harness, text: str, words: str) -> None:
    """A number nobody gave and a word that is none are each answered with what to do."""
    guest = await bot.person("Guest Person")

    assert words in text_of(await guest.command(f"/wps-communique {text}"))


async def test_answers_cite_a_text(bot: Harness) -> None:
    """A question about a text is answered from it."""
    guest = await bot.person("Guest Person")

    assert "Alicante" in text_of(await guest.command("/wps joint communiqué of the first capital-level meeting"))
