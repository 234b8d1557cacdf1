"""What people get wrong, item by item: each mistake gets a clear answer, through the real dispatch, and changes nothing."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.rules.countries import load_gazetteer
from bot.rules.problems import BadInput
from storage import contacts, reminders
from tests.harness import Harness
from tests.scenarios.surveys.cast import LATER, Cast, told
from workspace.driver import text_of
from workspace.person import Person

LONG = "x" * 3000
MARKUP = "<!channel> <!here> <@U0FOC0001> <https://example.org|this> &"
COMMANDS = (
    "/wps",
    "/wps-contacts",
    "/wps-survey",
    "/wps-recommend",
    "/wps-troika",
    "/wps-meeting",
    "/wps-communique",
)
STARTED = {"kind": "recommendation", "theme": "funding"}


@pytest.fixture
def cast(bot: Harness) -> Cast:
    return Cast(bot, bot.slack.add_channel("network"))


@pytest.fixture
async def secretariat(cast: Cast) -> Person:
    return await cast.joins("Sec Retary", "X-UNW", "secretariat")


@pytest.fixture
async def ana(cast: Cast) -> Person:
    return await cast.joins("Ana Example", "NA")


@pytest.fixture
async def running(cast: Cast, secretariat: Person, ana: Person) -> Cast:
    """Return the cast of a network with a survey under way, an answer to it and a recommendation."""
    await cast.starts(secretariat)
    await cast.replies(ana, "We fund it.")
    await ana.command("/wps-recommend Fund child care", cast.channel)
    await ana.submit(STARTED)
    await cast.bot.settle()
    return cast


@pytest.fixture
async def unchanged(running: Cast) -> AsyncIterator[Cast]:
    """Return the cast, and look afterwards that nothing in the database and nothing that others see has changed."""
    kept, shown = await running.bot.kept(), [text_of(each) for each in running.bot.slack.messages(running.channel)]

    yield running

    await running.bot.settle()
    assert await running.bot.kept() == kept
    assert [text_of(each) for each in running.bot.slack.messages(running.channel)] == shown


@pytest.mark.parametrize("command", ["/wps-survey", "/wps-troika", "/wps-meeting", "/wps-communique"])
async def test_an_unknown_subcommand_is_told_what_there_is(unchanged: Cast, ana: Person, command: str) -> None:
    """A word that a command does not know is answered with everything that the command can do."""
    answer = await unchanged.types(ana, f"{command} dance <!channel>")

    assert re.search(rf"Try: {command} .*\|.*\(BAD-INPUT\)", answer)


@pytest.mark.parametrize("command", COMMANDS)
async def test_nothing_typed_is_answered(unchanged: Cast, ana: Person, command: str) -> None:
    """A command without a word shows where one stands, or a form."""
    answer = await ana.command(f"{command}   ", unchanged.channel)

    assert text_of(answer).strip()


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_very_long_text_is_answered(unchanged: Cast, ana: Person, command: str) -> None:
    """Three thousand characters after a command get an answer that fits into a message, or a form that holds them."""
    answer = await ana.command(f"{command} {LONG}", unchanged.channel)

    assert text_of(answer).strip()
    assert "Something went wrong" not in text_of(answer)


async def test_a_long_text_in_a_message_is_answered(unchanged: Cast, ana: Person) -> None:
    """Three thousand characters in a direct message are too many for a question, and that is said."""
    await ana.tell_app(LONG)
    await unchanged.bot.settle()

    assert "3000 characters; a question may have 1000" in text_of(ana.sees(ana.dm)[-1])


async def test_a_long_answer_is_kept_whole(running: Cast, ana: Person) -> None:
    """An answer of three thousand characters is recorded as it stands; a longer one is refused in its field."""
    refused = await running.answers(ana, LONG + "y", question=2)
    taken = await ana.submit({"answer": LONG})
    await running.bot.settle()

    assert "3000 characters" in "".join(refused.values())
    assert taken == {}
    assert (2, "NA", LONG) in await running.recorded()


async def test_empty_fields_are_named(unchanged: Cast, ana: Person, secretariat: Person) -> None:
    """A form without what it needs stays open, with each field named."""
    await secretariat.command("/wps-survey start", unchanged.channel)
    survey = await secretariat.submit({"title": ""})
    await ana.command("/wps-recommend", unchanged.channel)
    proposal = await ana.submit({"text": "   ", "theme": "funding"})

    assert survey.keys() == {"title"}
    assert proposal.keys() == {"text"}


async def test_nobody_is_called_by_what_somebody_types(cast: Cast, secretariat: Person, ana: Person) -> None:
    """Titles, questions, answers, recommendations and reminders with mentions and links in them arrive as text."""
    await cast.starts(secretariat, title=f"Title {MARKUP}", introduction=MARKUP, own=f"Question {MARKUP}")
    await cast.answers(ana, f"Answer {MARKUP}")
    await ana.command(f"/wps-recommend Recommended {MARKUP}", cast.channel)
    await ana.submit(STARTED)
    await secretariat.command(f"/wps-troika remind Reminder {MARKUP}", cast.channel)
    await secretariat.submit({"group": "secretariat", "day": "2026-03-03", "time": "09:00"})
    await secretariat.submit({})
    for command in ("/wps-survey results 1", "/wps-recommend list", "/wps-troika reminders", f"/wps {MARKUP}"):
        await secretariat.command(command, cast.channel)
    await cast.bot.at(LATER)

    seen = {
        id(each): each
        for person in (ana, secretariat)
        for place in (cast.channel, person.dm)
        for each in person.sees(place)
    }
    said = [each for each in seen.values() if each.bot_id]
    raw = json.dumps([[each.text, each.blocks] for each in said])
    assert {word for word in ("Title", "Question", "Answer", "Recommended", "Reminder") if word in raw} == {
        "Title",
        "Question",
        "Answer",
        "Recommended",
        "Reminder",
    }
    for each in said:
        live = json.dumps([each.text, *_markup(each.blocks)])
        assert "<!channel" not in live
        assert "<!here" not in live
        assert "<@U0FOC0001" not in live.replace(f"<@{secretariat.id}>", "")
        assert "<https://example.org|" not in live


def _markup(thing: object) -> list[str]:
    """Return every text in blocks that Slack reads as markup."""
    if isinstance(thing, list):
        return [text for each in thing for text in _markup(each)]
    if not isinstance(thing, dict):
        return []
    own = [thing["text"]] if thing.get("type") == "mrkdwn" else []
    return own + [text for value in thing.values() for text in _markup(value)]


@pytest.mark.parametrize("typed", ["/wps-recommend Fund it", "/wps-troika remind Call"])
async def test_a_form_that_came_too_late_is_said(unchanged: Cast, ana: Person, secretariat: Person, typed: str) -> None:
    """Where Slack no longer lets a form open, whoever asked is told to try again."""
    unchanged.bot.slack.fail("views.open", "expired_trigger_id")

    answer = await unchanged.types(secretariat if "remind" in typed else ana, typed)

    assert "Slack gave me too little time to open the form. Please try again." in answer


async def test_a_form_left_open_past_the_close_changes_nothing(running: Cast, ana: Person) -> None:
    """An answer sent from a form that stood open while the survey closed is refused with the reason."""
    await ana.click(running.questions[1], "Answer privately")
    await running.bot.at(LATER)
    kept = await running.bot.kept()

    await ana.submit({"answer": "Too late"})
    await running.bot.settle()

    assert "closed" in text_of(ana.modal)
    assert await running.bot.kept() == kept


async def test_a_form_of_an_older_version_is_said_to_be_one(unchanged: Cast, ana: Person) -> None:
    """A form that nobody listens to any more says so instead of closing."""
    await ana.command("/wps-recommend Fund it", unchanged.channel)
    assert ana.modal is not None
    ana.modal.body["callback_id"] = "of_an_older_version"

    await ana.submit(STARTED)

    assert "This form is from an older version of Focal." in text_of(ana.modal)


async def test_a_double_click_counts_once(running: Cast, ana: Person) -> None:
    """Two clicks at once on Endorse, and on a form's button, endorse and propose once."""
    bo = await running.joins("Bo Sample", "NO")
    shown = await bo.command("/wps-recommend show 1", running.channel)
    assert shown is not None
    await ana.command("/wps-recommend Train judges", running.channel)
    await ana.fill(STARTED)

    await asyncio.gather(bo.click(shown, "Endorse"), bo.click(shown, "Endorse"), ana.submit(), ana.submit())
    await running.bot.settle()

    listed = await running.types(bo, "/wps-recommend list")
    assert "endorsed by 1" in listed
    assert listed.count("Train judges") == 1


@pytest.mark.parametrize("stranger", [{}, {"team_id": "T0OTHER", "email": "ana.example@example.org"}])
async def test_somebody_unknown_or_from_elsewhere_changes_nothing(
    running: Cast, ana: Person, stranger: dict[str, str]
) -> None:
    """Nobody's guest, and a person of another workspace with a focal point's address, are told whose this is."""
    guest = await running.joins("Gu Est", **stranger)
    kept = await running.bot.kept()
    typed = [
        await running.types(guest, command)
        for command in ("/wps-survey start", "/wps-survey close 1", "/wps-recommend Mine", "/wps-troika remind Me")
    ]

    reply = await running.replies(guest, "As Namibia we say", question=2)
    await guest.click(running.questions[1], "Answer privately")
    await running.bot.settle()

    assert ["NOT-ALLOWED" in each for each in typed] == [True] * 4
    assert not reply.reactions
    assert told(guest, running.channel)
    assert guest.modal is None
    assert await running.bot.kept() == kept


async def test_somebody_slack_does_not_know_is_answered(unchanged: Cast, ana: Person) -> None:
    """Whoever Slack will not describe, even with a focal point's address, may do what anybody may and no more."""
    new = unchanged.bot.slack.add_user("New Comer", email="ana.example@example.org")
    unchanged.bot.slack.fail("users.info", "user_not_found", times=5)

    answer = text_of(await new.command("/wps-recommend Mine"))

    assert "You cannot propose a recommendation here." in answer
    assert new.modal is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("contacts.xlsx", b"not a workbook", "not what its ending says"),
        ("contacts.csv", b"PK\x03\x04 a workbook in disguise", "not what its ending says"),
        ("contacts.csv", b"", "is empty"),
        ("contacts.csv", b"\x00\x01\x02\x03", "not text"),
        ("contacts.csv", b"surname,town\nSample,Windhoek\n", "Columns are missing"),
        ("contacts.pdf", b"%PDF-1.7", "reads tables from .csv and .xlsx"),
    ],
)
async def test_a_malformed_file_is_refused_whole(
    unchanged: Cast, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """A file that is no table is refused by both imports with what is wrong and what to do."""
    focal, path = unchanged.bot.bot.focal, tmp_path / name
    path.write_bytes(content)

    with pytest.raises(BadInput) as refused:
        await contacts.import_file(focal.db, load_gazetteer(), path, focal.now())
    with pytest.raises(BadInput) as also:
        await reminders.import_file(focal.db, path, focal.now())

    assert said in refused.value.said()
    assert said in also.value.said()
    assert refused.value.advice
    assert also.value.advice
