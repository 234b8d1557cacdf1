"""A time for a call of the Troika: proposed, answered by buttons, booked, and put into calendars."""

import re

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from tests.harness import Harness
from tests.payloads import click
from tests.scenarios.test_meetings import files_of, utc
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message


async def troika(bot: Harness, tokyo: str = "Europe/Berlin", oslo: str = "Africa/Windhoek") -> tuple[Person, ...]:
    """Return somebody of Japan and of Norway, wherever they live, and the Secretariat in Madrid."""
    kenji = await bot.person("Kenji Mori", "JP", tz=tokyo)
    liv = await bot.person("Liv Berg", "NO", tz=oslo)
    return kenji, liv, await bot.member_of_secretariat(tz="Europe/Madrid")


async def proposed(person: Person, text: str = "") -> Message:
    answer = await person.command(f"/wps-troika call {text}".strip())
    assert isinstance(answer, Message)
    return answer


async def asked(bot: Harness, person: Person) -> None:
    """Propose a call and ask everybody."""
    await person.click(await proposed(person), "Ask everybody")
    await bot.settle()


def question(person: Person) -> Message:
    """Return the message in which somebody is asked when a call suits them."""
    return next(each for each in reversed(person.sees(person.dm)) if "When does a call" in text_of(each))


def values(message: Message, action: str) -> list[str]:
    """Return what the buttons with this action carry, from top to bottom."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [each["value"] for row in rows for each in row if each["action_id"] == action]


async def answers(bot: Harness, person: Person, says: str) -> None:
    """Answer for every time: one letter each, y for yes, i for if need be, n for no, - for nothing."""
    ways = {"y": "Yes", "i": "If need be", "n": "No"}
    for place, letter in enumerate(says):
        if letter != "-":
            row = [block for block in question(person).blocks if block["type"] == "actions"][place]
            element = next(each for each in row["elements"] if each["text"]["text"].endswith(ways[letter]))
            await press(bot, person, element["action_id"], element["value"])


async def press(bot: Harness, person: Person, action: str, value: str) -> None:
    await bot.bot.bolt.async_dispatch(
        AsyncBoltRequest(mode="socket_mode", body=click(person, action, value, question(person)))
    )
    await bot.settle()


async def test_times_are_proposed_before_anybody_is_asked(bot: Harness) -> None:
    """Whoever proposes sees the times on every party's clock and that they are fair; nobody has been told yet."""
    kenji, liv, sec = await troika(bot)

    shown = text_of(await proposed(sec))

    assert "These times lie in everybody's working hours." in shown
    assert len(re.findall(r"Japan 1\d:\d\d · Norway 1\d:\d\d", shown)) == 5
    assert "3 people of the Troika and the Secretariat are asked." in shown
    assert not kenji.sees(kenji.dm)
    assert not liv.sees(liv.dm)


async def test_a_call_that_everybody_can_make_is_booked(bot: Harness) -> None:
    """Once all have answered, the time that suits most is booked, everybody is told and has the file."""
    kenji, liv, sec = await troika(bot)
    await asked(bot, sec)
    await answers(bot, kenji, "nyiyn")
    await answers(bot, liv, "yyyyy")
    seen = text_of(question(kenji))
    await answers(bot, sec, "yiyyy")

    await bot.at(utc("2026-03-02 10:01"))
    told = [text_of(person.sees(person.dm)[-2]) for person in (kenji, liv)]
    files = [files_of(bot, person)[0] for person in (kenji, liv, sec)]

    assert "yes: Norway · no: Japan · no answer yet: UN Women" in seen
    assert all("The call is booked:" in each for each in told)
    assert "DTSTART;TZID=Africa/Windhoek:" in "\n".join(files[1])
    assert len({line for file in files for line in file if line.startswith("UID:")}) == 1


async def test_one_delegation_has_one_answer(bot: Harness) -> None:
    """Either of two people of a delegation answers for it, and both see what is said."""
    kenji, _liv, sec = await troika(bot)
    aiko = await bot.person("Aiko Sato", "JP", "alternate", tz="Europe/Berlin")
    await asked(bot, sec)

    await answers(bot, kenji, "n----")
    await answers(bot, aiko, "y----")

    assert "yes: Japan" in text_of(question(kenji))
    assert "✓ Yes" in text_of(question(aiko))


async def test_answers_are_awaited_for_three_days(bot: Harness) -> None:
    """Who has said nothing by then does not hold up the others: the best time is booked."""
    kenji, liv, sec = await troika(bot)
    await asked(bot, sec)
    await answers(bot, kenji, "yyyyy")

    await bot.at(utc("2026-03-05 09:00"))
    waiting = text_of(liv.sees(liv.dm)[-1])
    await bot.at(utc("2026-03-05 10:01"))

    assert "The call is booked" not in waiting
    assert any("The call is booked:" in text_of(each) for each in liv.sees(liv.dm))


async def test_what_suits_nobody_is_decided_by_whoever_proposed_it(bot: Harness) -> None:
    """Where every time is somebody's no, nothing is booked; the nearest is told, and can be booked all the same."""
    kenji, liv, sec = await troika(bot)
    await asked(bot, sec)
    await answers(bot, kenji, "nnnnn")
    await answers(bot, liv, "yyyyy")
    await answers(bot, sec, "yyyyy")

    news = sec.sees(sec.dm)[-1]
    told = text_of(news)
    before = [text_of(each) for each in kenji.sees(kenji.dm)]
    await sec.click(news, "Book it all the same")
    await bot.settle()

    assert "Nothing is booked." in told
    assert "It does not suit: Japan" in told
    assert not [each for each in before if "The call is booked" in each]
    assert "The call is booked" in text_of(kenji.sees(kenji.dm)[-1])


async def test_where_no_time_is_fair_that_is_said_and_counted(bot: Harness) -> None:
    """Tokyo and New York share no working hour: what each bears is told, and remembered for the next call."""
    kenji, liv, sec = await troika(bot, "Asia/Tokyo", "America/New_York")
    first = text_of(await proposed(sec))
    await asked(bot, sec)
    for person in (kenji, liv, sec):
        await answers(bot, person, "y" * len(values(question(person), "call_yes")))
    await bot.at(utc("2026-03-02 10:01"))

    later = text_of(await proposed(sec))

    assert "No time in the next two weeks lies in everybody's working hours." in first
    assert "Outside working hours: Japan" in first
    assert "Borne in calls of the last year: Japan" in later


async def test_only_one_call_is_sought_at_a_time(bot: Harness) -> None:
    """While one is open the command shows how it stands, and it can be withdrawn: everybody sees so."""
    kenji, _liv, sec = await troika(bot)
    stale = await proposed(sec)
    await asked(bot, sec)
    await sec.click(stale, "Ask everybody")
    await bot.settle()
    refused = text_of(sec.sees(sec.dm)[-1])

    await sec.click(await proposed(sec), "Withdraw it")
    await bot.settle()

    assert "A time for a call is being sought already." in refused
    assert text_of(kenji.sees(kenji.dm)[-1]).startswith("This call was withdrawn")


@pytest.mark.parametrize(
    ("member", "text", "words"),
    [
        ("UY", "", "You cannot propose a call here."),
        ("NO", "17", "A call takes 30, 45, 60, 90, 120 minutes."),
        ("NO", "soon", "A number is needed here."),
    ],
)
async def test_what_cannot_be_proposed_is_said_so(bot: Harness, member: str, text: str, words: str) -> None:
    """Somebody outside the Troika, an odd length and a word that is no number are each answered."""
    ana = await bot.person("Ana Costa", member)

    assert words in text_of(await proposed(ana, text))


async def test_nobody_answers_for_others(bot: Harness) -> None:
    """A forged click of somebody who was not asked changes nothing."""
    _kenji, _liv, sec = await troika(bot)
    ana = await bot.person("Ana Costa", "UY")
    await asked(bot, sec)
    slot = values(question(sec), "call_yes")[0]

    await bot.bot.bolt.async_dispatch(
        AsyncBoltRequest(mode="socket_mode", body=click(ana, "call_yes", slot, question(sec)))
    )
    await bot.settle()

    assert "yes:" not in text_of(question(sec))
