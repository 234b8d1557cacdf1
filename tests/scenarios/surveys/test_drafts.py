"""Drafts, planned starts and pace: what happens before and while questions come."""

from datetime import datetime
from typing import Any

import pytest

from tests.scenarios.surveys.cast import FORM, Cast, told
from workspace.driver import text_of
from workspace.person import Person
from workspace.problems import NotPossible

EARLY = datetime.fromisoformat("2026-03-06T09:00+00:00")


async def drafts(cast: Cast, starter: Person, **values: Any) -> dict[str, str]:
    return await cast.starts(starter, when="draft", **values)


async def presses(cast: Cast, person: Person, what: str, option: str | None = None) -> str:
    """Press something in the open form and return what is shown then."""
    assert person.modal is not None
    await person.click(person.modal, what, option=option)
    await cast.bot.settle()
    return text_of(person.modal)


def asked_in(shown: str) -> list[str]:
    """Return the questions of a draft in the order in which they are shown."""
    return [line.partition("* ")[2] for line in shown.splitlines() if line.startswith("*") and line[1:2].isdigit()]


async def test_a_draft_is_seen_by_nobody_yet(cast: Cast, secretariat: Person, ana: Person) -> None:
    """A draft opens for its maker, is listed for those who may start it, and posts nothing."""
    await drafts(cast, secretariat, own="Who leads? [choice: A | B]")

    shown = text_of(secretariat.modal)
    assert shown.startswith("Draft of survey 1\n*What works?*")
    assert "_One choice: A | B_" in shown
    assert cast.shared == []
    assert "*1. What works?*" in await cast.types(secretariat, "/wps-survey list")
    assert "*1. What works?*" not in await cast.types(ana, "/wps-survey list")


@pytest.mark.parametrize("command", ["results", "close", "remind", "export"])
async def test_a_draft_has_no_results_yet(cast: Cast, secretariat: Person, command: str) -> None:
    """What needs a running survey says that this one has not started."""
    await drafts(cast, secretariat)

    assert "Survey 1 has not started yet." in await cast.types(secretariat, f"/wps-survey {command} 1")


async def test_questions_are_put_in_order(cast: Cast, secretariat: Person) -> None:
    """Questions move up and down, are changed, removed and added, and start in the order that is left."""
    await drafts(cast, secretariat, questions_0_0=[], questions_1_0=[], own="One?\nTwo?\nThree?")
    orders = [
        asked_in(await presses(cast, secretariat, f"question_{option[-1]}", option))
        for option in ("up:1:3", "down:1:1", "up:1:1", "remove:1:2")
    ]
    await presses(cast, secretariat, "question_2", "change:1:2")
    await secretariat.submit({"text": "How many women?", "kind": "number", "unit": "%", "theme": "Figures"})
    await presses(cast, secretariat, "Add a question")
    await secretariat.submit({"text": "How useful?", "kind": "scale", "options": "0-3"})
    final = text_of(secretariat.modal)

    await secretariat.submit()
    await cast.bot.settle()

    assert orders == [
        ["One?", "Three?", "Two?"],
        ["Three?", "One?", "Two?"],
        ["Three?", "One?", "Two?"],
        ["Three?", "Two?"],
    ]
    assert "_Figures · Number: %_" in final
    assert [text_of(each).splitlines()[1] for each in cast.questions] == ["Three?", "How many women?", "How useful?"]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"kind": "choice", "options": "Only one"}, "options", "A question with choices has 2 to 20 of them."),
        ({"kind": "scale", "options": "one to five"}, "options", "A scale is written like 1-5."),
        ({"kind": "scale", "options": "5-1"}, "options", "A scale starts at 0 or 1 and ends at 10 or before."),
        ({"text": "  "}, "text", "A question has 1 to 1000 characters."),
    ],
)
async def test_a_question_that_cannot_be_is_told(
    cast: Cast, secretariat: Person, values: dict[str, Any], field: str, words: str
) -> None:
    """What is wrong with a question is said at its field, and the draft stays as it was."""
    await drafts(cast, secretariat)
    await presses(cast, secretariat, "Add a question")

    errors = await secretariat.submit({"text": "Who?", "kind": "open", **values})

    assert errors == {field: words}
    assert len(asked_in(await presses(cast, secretariat, "Back to the draft"))) == 2


async def test_a_draft_is_previewed(cast: Cast, secretariat: Person) -> None:
    """The preview shows what the channel will see, and nothing in it can be pressed but the way back."""
    await drafts(cast, secretariat, own="Is there a budget? [yes/no]", introduction="For Berlin")

    shown = await presses(cast, secretariat, "Preview")

    assert "Survey 1: What works?\nFor Berlin" in shown
    assert "*Question 3 of 3*\nIs there a budget?" in shown
    with pytest.raises(NotPossible):
        await secretariat.click(secretariat.modal, "Yes")
    assert len(asked_in(await presses(cast, secretariat, "Back to the draft"))) == 3


async def test_settings_can_be_changed(cast: Cast, secretariat: Person) -> None:
    """Title, close and attribution are changed with the same care as in the form that starts a survey."""
    await drafts(cast, secretariat)
    await presses(cast, secretariat, "Change the settings")
    wrong = await secretariat.submit({"day": "2026-02-01", "title": " "})

    right = await secretariat.submit({"day": "2026-03-20", "title": "Better", "attribution": "delegation"})

    assert set(wrong) == {"day", "title"}
    assert right == {}
    assert "*Better*" in text_of(secretariat.modal)
    assert "closes 2026-03-20 18:00 (UTC) – Delegation only" in text_of(secretariat.modal)


async def test_a_draft_can_be_discarded(cast: Cast, secretariat: Person) -> None:
    """A discarded draft is gone, and its number says so."""
    await drafts(cast, secretariat)

    shown = await presses(cast, secretariat, "Discard")

    assert "Survey 1 is discarded." in shown
    assert "There is no survey 1." in await cast.types(secretariat, "/wps-survey draft 1")


async def test_a_started_draft_cannot_be_changed(cast: Cast, secretariat: Person) -> None:
    """A draft that somebody else has started meanwhile refuses further changes and a second start."""
    chair = await cast.joins("Chair Person", "NO", "focal point")
    await drafts(cast, secretariat)
    await chair.command("/wps-survey draft 1", cast.channel)
    await chair.submit()
    await cast.bot.settle()

    await secretariat.submit()
    await cast.bot.settle()

    assert len(cast.questions) == 2
    assert "Survey 1 has started and cannot be changed any more." in text_of(secretariat.modal)
    assert "has started and cannot be changed" in await cast.types(secretariat, "/wps-survey draft 1")


async def test_an_empty_draft_does_not_start(cast: Cast, secretariat: Person) -> None:
    """A draft may be empty; to start it needs a question."""
    assert await drafts(cast, secretariat, questions_0_0=[], questions_1_0=[]) == {}

    await secretariat.submit()

    assert "A survey needs a question." in text_of(secretariat.modal)


async def test_drafts_are_for_those_who_start_surveys(cast: Cast, secretariat: Person, ana: Person) -> None:
    """A focal point can neither open a draft nor press what is in one."""
    await drafts(cast, secretariat)
    await cast.types(secretariat, "/wps-survey list")
    ana_sees = await cast.types(ana, "/wps-survey draft 1")

    await cast.does(ana.click(ana.handed(secretariat.sees(cast.channel)[-1]), "Open"))

    assert "You cannot start or close a survey here." in ana_sees
    assert ana.modal is None


# From an earlier survey ----------------------------------------------------------------------------------------------


async def test_a_survey_starts_from_an_earlier_one(cast: Cast, secretariat: Person) -> None:
    """The form offers the earlier survey's questions with their kinds, in its channel and under its attribution."""
    await cast.starts(secretariat, own="Is there a budget? [yes/no]", attribution="delegation")
    await secretariat.command("/wps-survey start 1", cast.channel)
    shown = text_of(secretariat.modal)

    errors = await secretariat.submit({"questions_earlier_0": ["earlier.0", "earlier.2"], "day": "2026-03-16"})
    await cast.bot.settle()

    assert errors == {}
    assert "Survey 1: What works?" in shown
    assert [text_of(each).splitlines()[1] for each in cast.questions[3:]] == [
        "How do women and women's organizations contribute to conflict prevention and the security sector?",
        "Is there a budget?",
    ]
    assert "Yes" in text_of(cast.questions[4])
    assert "Results name your delegation, never you" in text_of(cast.questions[4])


# Starting at a time --------------------------------------------------------------------------------------------------


async def test_a_survey_starts_at_its_time(cast: Cast, secretariat: Person) -> None:
    """A planned survey waits unseen, starts by itself once, and is told to its maker."""
    errors = await cast.starts(secretariat, when="at", start_day="2026-03-06", start_time="09:00")
    told_when = text_of(secretariat.modal)
    before = list(cast.shared)

    await cast.bot.at(EARLY)
    await cast.later(minutes=5)

    assert errors == {}
    assert "will start by itself" in told_when
    assert "2026-03-06 09:00 (UTC)" in told_when
    assert before == []
    assert len(cast.shared) == 3


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"when": "at"}, "Choose when it starts."),
        ({"when": "at", "start_day": "2026-03-01", "start_time": "09:00"}, "The start must be in the future."),
        ({"when": "at", "start_day": "2026-03-20", "start_time": "09:00"}, "It would start after its close."),
        ({"when": "at", "start_day": "2026-03-06"}, "Choose a date and a time that exist in your zone."),
        ({"start_day": "2026-03-06", "start_time": "09:00"}, "It starts now: leave this empty, or choose"),
    ],
)
async def test_a_start_that_cannot_be_is_told(
    cast: Cast, secretariat: Person, values: dict[str, str], words: str
) -> None:
    """What is wrong with the start is said at its field, and nothing is stored."""
    errors = await cast.starts(secretariat, **values)

    assert errors["start_day"].startswith(words)
    assert "There is no survey yet." in await cast.types(secretariat, "/wps-survey list")


# Pace ----------------------------------------------------------------------------------------------------------------


async def test_questions_come_one_a_working_day(cast: Cast, secretariat: Person, ana: Person) -> None:
    """One question comes at the start, and one at its time on each later working day, weekends left out."""
    cast.bot.clock.jump(datetime.fromisoformat("2026-03-05T15:00+00:00"))
    await cast.starts(secretariat, own="Third?", pace="question")
    counts = []
    for day in range(5, 11):
        await cast.bot.at(datetime.fromisoformat(f"2026-03-{day:02d}T15:00+00:00"))
        counts.append(len(cast.questions))

    await cast.replies(ana, "An answer to the last", 3)

    assert counts == [1, 2, 2, 2, 3, 3]
    assert await cast.recorded() == [(3, "NA", "An answer to the last")]
    assert "come one a working day" not in text_of(cast.header)


async def test_themes_come_one_a_working_day(cast: Cast, secretariat: Person) -> None:
    """Questions of one theme come together, and the header says that more are to come."""
    await cast.starts(secretariat, questions_0_0=["0.0", "0.1"], pace="theme")
    first = len(cast.questions)
    header = text_of(cast.header)

    await cast.later(days=1)

    assert (first, len(cast.questions)) == (2, 3)
    assert "3 questions come one theme a working day." in header


async def test_a_pace_that_outlasts_the_survey_is_told(cast: Cast, secretariat: Person) -> None:
    """Where the last question would come after the close, that is said at the pace."""
    own = "\n".join(f"Question {number}?" for number in range(12))

    errors = await cast.starts(secretariat, own=own, pace="question")

    assert errors == {"pace": "The last question would come after the close, on 2026-03-19."}


async def test_a_close_ends_the_asking(cast: Cast, secretariat: Person) -> None:
    """Questions that have not come when a survey is closed do not come any more."""
    await cast.starts(secretariat, pace="question")
    await cast.types(secretariat, "/wps-survey close 1")

    await cast.later(days=2)

    assert len(cast.questions) == 1
    assert FORM["title"] in text_of(cast.header)
    assert told(secretariat, cast.channel)[-1].startswith("Survey 1 is closed; a summary")
