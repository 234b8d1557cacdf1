"""Topics of a meeting: proposed by anybody in the Network, one voice per delegation, chosen by the Troika."""

import pytest

from tests.harness import Harness
from tests.scenarios.test_meetings import NEW, card, planned, utc
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message

LIST = f"/wps-meeting topics {NEW}"


@pytest.fixture
async def sec(bot: Harness) -> Person:
    """Return the Secretariat, who has planned the meeting in Berlin."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)
    return sec


async def listed(person: Person) -> Message:
    """Return the topics as this person sees them."""
    answer = await person.command(LIST)
    assert isinstance(answer, Message)
    return answer


async def proposed(bot: Harness, person: Person, text: str, reason: str = "") -> dict[str, str]:
    """Propose a topic by its form; return the form's errors."""
    await person.click(await listed(person), "Propose a topic")
    errors = await person.submit({"text": text, "reason": reason})
    await bot.settle()
    return errors


@pytest.mark.usefixtures("sec")
async def test_a_topic_is_proposed_with_its_delegation_s_voice(bot: Harness) -> None:
    """Whoever proposes for a delegation supports it with that delegation's voice; the reason stands below."""
    ana = await bot.person("Ana Costa", "UY")

    errors = await proposed(bot, ana, "Women in <cyber> units", "Nobody has spoken of it.")
    shown = text_of(await listed(ana))

    assert errors == {}
    assert "*Women in &lt;cyber&gt; units*\nproposed by Uruguay · delegations for it: 1 – Uruguay" in shown
    assert "> Nobody has spoken of it." in shown
    assert "Topics (1 proposed)" in text_of(await card(ana))


@pytest.mark.usefixtures("sec")
async def test_a_delegation_has_one_voice(bot: Harness) -> None:
    """Two people of a delegation are one voice, which either of them can take back."""
    ana, liv = await bot.person("Ana Costa", "UY"), await bot.person("Liv Berg", "NO")
    juan = await bot.person("Juan Pereira", "UY", "alternate")
    await proposed(bot, liv, "Women in cyber units")
    stale = await listed(juan)

    await ana.click(await listed(ana), "Support")
    await juan.click(stale, "Support")
    await bot.settle()
    refused = text_of(juan.sees(juan.dm)[-1])
    both = text_of(await listed(liv))
    await juan.click(await listed(juan), "Take our voice back")
    await bot.settle()
    one = text_of(await listed(liv))

    assert "Your delegation supports this topic already. It has one voice." in refused
    assert "delegations for it: 2 – Norway, Uruguay (of them in the Troika: 1 of 2)" in both
    assert "delegations for it: 1 – Norway (of them in the Troika: 1 of 2)" in one


@pytest.mark.usefixtures("sec")
async def test_the_troika_chooses(bot: Harness) -> None:
    """What somebody of the Troika chooses stands on the card, and whoever proposed it is told once."""
    ana, liv = await bot.person("Ana Costa", "UY"), await bot.person("Liv Berg", "NO")
    await proposed(bot, ana, "Women in cyber units")

    await liv.click(await listed(liv), "Choose")
    await bot.settle()

    assert "Topics: Women in cyber units" in text_of(await card(ana))
    told = [text_of(each) for each in ana.sees(ana.dm) if "The Troika has chosen" in text_of(each)]
    assert len(told) == 1
    assert "> Women in cyber units" in told[0]


async def test_nobody_else_chooses(bot: Harness, sec: Person) -> None:
    """Neither the Secretariat nor a focal point outside the Troika has the button, and a forged click is refused."""
    ana, liv = await bot.person("Ana Costa", "UY"), await bot.person("Liv Berg", "NO")
    await proposed(bot, ana, "Women in cyber units")
    for_liv = await listed(liv)

    assert "Choose" not in text_of(await listed(sec))
    assert "Choose" not in text_of(await listed(ana))
    assert "Choose" in text_of(for_liv)


@pytest.mark.usefixtures("sec")
async def test_a_topic_set_aside_can_be_opened_again(bot: Harness) -> None:
    """What is set aside takes no voices, until somebody of the Troika opens it again."""
    liv = await bot.person("Liv Berg", "NO")
    await proposed(bot, liv, "Women in cyber units")

    await liv.click(await listed(liv), "Set aside")
    await bot.settle()
    aside = text_of(await listed(liv))
    await liv.click(await listed(liv), "Reopen")
    await bot.settle()

    assert "~Women in cyber units~\nset aside" in aside
    assert "Take our voice back" not in aside
    assert "Take our voice back" in text_of(await listed(liv))


@pytest.mark.usefixtures("sec")
async def test_the_same_words_are_proposed_once(bot: Harness) -> None:
    """A topic that stands there already is refused at its field."""
    ana = await bot.person("Ana Costa", "UY")
    await proposed(bot, ana, "Women in cyber units")

    errors = await proposed(bot, ana, "women in Cyber units")

    assert errors == {"text": "This topic is proposed already. Your delegation can support it instead."}


@pytest.mark.usefixtures("sec")
async def test_after_the_meeting_topics_stay(bot: Harness) -> None:
    """Once the meeting is over nothing can be proposed, supported or chosen any more."""
    liv = await bot.person("Liv Berg", "NO")
    await proposed(bot, liv, "Women in cyber units")
    stale = await listed(liv)

    bot.clock.jump(utc("2026-05-06 23:00"))
    await liv.click(stale, "Choose")
    await bot.settle()

    assert "Meeting 16 is over or cancelled." in text_of(liv.sees(liv.dm)[-1])
    assert "Propose a topic" not in text_of(await listed(liv))


async def test_topics_are_for_the_network(bot: Harness, sec: Person) -> None:
    """Somebody whom nobody has linked reads neither the topics nor who supports them, on the card or in the list."""
    guest = await bot.person("Guest Person")
    await proposed(bot, sec, "Women in cyber units")

    assert "Topics are for the Network." in text_of(await listed(guest))
    assert "Topics" not in text_of(await card(guest))


async def test_without_a_next_meeting_one_must_be_named(bot: Harness) -> None:
    """Where no next meeting is known the answer says how one is named."""
    ana = await bot.person("Ana Costa", "UY")

    assert "Name one: /wps-meeting topics N" in text_of(await ana.command("/wps-meeting topics"))
