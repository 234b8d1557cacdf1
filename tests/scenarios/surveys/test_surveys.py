"""Whole conversations about surveys, held with the real bot."""

import asyncio
import csv
import json
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli import app as command_line
from bot.clock import Clock
from storage import surveys
from storage.database import metadata
from tests.harness import MANIFEST, joined
from tests.scenarios.surveys.cast import FORM, LATER, RECORDED, TAKE_BACK, Cast, marks, markup, told
from workspace.driver import Workspace, text_of
from workspace.person import Person
from workspace.problems import NotPossible

# Starting ------------------------------------------------------------------------------------------------------------


async def test_the_form_offers_the_guiding_questions(cast: Cast, secretariat: Person) -> None:
    """The form holds the twelve guiding questions in three groups, each ticked and each one's own to untick."""
    view = await secretariat.command("/wps-survey start", cast.channel)

    boxes = [block["element"] for block in view.blocks if block.get("block_id", "").startswith("questions_")]
    assert [len(each["options"]) for each in boxes] == [4, 4, 4]
    assert [each["initial_options"] for each in boxes] == [each["options"] for each in boxes]
    assert "On women's participation and gender mainstreaming" in text_of(view)
    assert "12. The Network is in charge of organizing experts meetings." in text_of(view)


async def test_a_survey_is_posted(cast: Cast, secretariat: Person) -> None:
    """A header stands above one message for each question, each saying how to answer and who sees what."""
    errors = await cast.starts(secretariat, introduction="For Berlin", own="Who leads?")

    assert errors == {}
    assert text_of(secretariat.modal).endswith(f"3 questions are on their way to <#{cast.channel.id}>.")
    assert [text_of(each).splitlines()[0] for each in cast.shared] == [
        "Survey 1: What works?",
        "*Question 1 of 3* · On women's participation and gender mainstreaming and its limitations",
        "*Question 2 of 3* · On specific measures",
        "*Question 3 of 3*",
    ]
    assert "For Berlin" in text_of(cast.header)
    assert "Who leads?" in text_of(cast.questions[2])
    assert all("Results name you and your delegation" in text_of(each) for each in cast.questions)
    assert all("Results name you and your delegation" in each.text for each in cast.questions)


@pytest.mark.parametrize(
    ("values", "block", "words"),
    [
        ({"day": "2026-03-01"}, "day", "The survey must close in the future."),
        ({"day": "2028-03-01"}, "day", "The survey must close within a year."),
        ({"questions_0_0": [], "questions_1_0": []}, "own", "Choose a guiding question or write one of your own."),
        ({"own": "w" * 1001}, "own", "A question has 1 to 1000 characters."),
        ({"own": "\n".join(f"Why {i}?" for i in range(29))}, "own", "A survey has at most 30 questions; these are 31."),
        ({"title": "t" * 141}, "title", "Please enter no more than 140 characters."),
        ({"title": "  "}, "title", "A title needs 1 to 140 characters."),
        ({"title": ""}, "title", "Please complete this required field."),
    ],
)
async def test_a_wrong_field_is_told_beside_it(
    cast: Cast, secretariat: Person, values: dict[str, Any], block: str, words: str
) -> None:
    """What is wrong with the form is said at its field, and nothing starts."""
    errors = await cast.starts(secretariat, **values)

    assert errors == {block: words}
    assert cast.shared == []
    assert "There is no survey yet." in await cast.types(secretariat, "/wps-survey list")


async def test_a_channel_without_the_bot_is_refused(cast: Cast, secretariat: Person) -> None:
    """Where Focal cannot post it says so beside the channel, and how to invite it; invited, the same form starts."""
    elsewhere = cast.bot.slack.add_channel("elsewhere", [secretariat], bot=False)
    errors = await cast.starts(secretariat, channel=elsewhere.id)
    elsewhere.members.append(cast.bot.slack.bot.id)

    again = await secretariat.submit()
    await cast.bot.settle()

    assert errors == {"channel": "Focal is not in this channel. Invite it first: /invite @focal"}
    assert again == {}
    assert len(cast.bot.slack.messages(elsewhere)) == 3


@pytest.mark.parametrize("role", [None, "focal point", "observer"])
async def test_only_those_entitled_start_a_survey(cast: Cast, role: str | None) -> None:
    """A focal point outside the Troika, an observer and an unknown person are told who may."""
    person = await cast.joins("Ola Observer", role and "X-EU", role or "")

    answer = await cast.types(person, "/wps-survey start")

    assert (
        answer
        == (
            "You cannot start or close a survey here. This is open to: the Secretariat, the presidency, the Troika. "
            "(NOT-ALLOWED)\n"
        ).strip()
    )
    assert person.modal is None


async def test_a_form_sent_twice_starts_one_survey(cast: Cast, secretariat: Person) -> None:
    """Two clicks on Start make one survey."""
    await secretariat.command("/wps-survey start", cast.channel)
    await secretariat.fill(FORM)

    await asyncio.gather(secretariat.submit(), secretariat.submit())
    await cast.bot.settle()

    assert len(cast.shared) == 3
    assert (await cast.types(secretariat, "/wps-survey list")).count("*1. What works?*") == 1


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (
            "dance",
            "“dance” is not something /wps-survey can do. Try: /wps-survey start | list | draft N | results N",
        ),
        ("results", "A number is needed here. Try: /wps-survey results 1 (BAD-INPUT)"),
        ("results one", "A number is needed here. Try: /wps-survey results 1 (BAD-INPUT)"),
        ("results 99", "There is no survey 99. See /wps-survey list. (NOT-FOUND)"),
        ("remind 99", "There is no survey 99. See /wps-survey list. (NOT-FOUND)"),
        ("close 99", "There is no survey 99. See /wps-survey list. (NOT-FOUND)"),
        ("export 99", "There is no survey 99. See /wps-survey list. (NOT-FOUND)"),
        ("close " + "9" * 3000, "A number is needed here. Try: /wps-survey close 1 (BAD-INPUT)"),
        ("export 1 pdf", "Focal exports csv, xlsx, json and docx. Try: /wps-survey export 1 xlsx (BAD-INPUT)"),
        ("<!channel> @channel", "“&lt;!channel&gt;” is not something"),
    ],
)
async def test_what_cannot_be_understood_is_answered(cast: Cast, secretariat: Person, typed: str, answer: str) -> None:
    """Whatever is typed gets an answer that says what can be typed instead."""
    said = await cast.types(secretariat, f"/wps-survey {typed}")

    assert answer in said


async def test_what_people_type_pings_nobody(cast: Cast, secretariat: Person, ana: Person) -> None:
    """Mentions in a title, an introduction, a question or an answer arrive as words."""
    await cast.starts(secretariat, title="<!channel> & co", introduction="@channel *now*", own="<@U0FOCAL> & who?")
    await cast.replies(ana, "@channel & <!here>, ask <@U0FOCAL>", 3)

    await cast.types(ana, "/wps-survey results 1")
    page = ana.sees(cast.channel)[-1]
    overview = markup([page])
    await cast.does(ana.click(page, "Next"))

    seen = markup([*cast.shared, page]) + overview
    assert "<!channel>" not in seen
    assert "<@U0FOCAL>" not in seen
    assert "&lt;!channel&gt; &amp; co" in seen
    assert "> @channel &amp; &lt;!here&gt;, ask &lt;@U0FOCAL&gt;" in markup([page])


# Answering in the thread ---------------------------------------------------------------------------------------------


async def test_a_reply_is_an_answer(running: Cast, ana: Person) -> None:
    """A reply in a question's thread is recorded for its author's delegation and acknowledged by a reaction."""
    reply = await running.replies(ana, "Quotas & mentors", 2)

    assert await running.recorded() == [(2, "NA", "Quotas & mentors")]
    assert reply.reactions == {RECORDED: [running.bot.slack.bot.id]}
    assert told(ana, running.channel) == []
    assert running.answered == "Delegations that have answered: 1"


async def test_only_threads_of_questions_are_answers(running: Cast, ana: Person) -> None:
    """What is said in the channel itself, or below the header, is no answer and gets no reaction."""
    beside = await ana.say(running.channel, "Good morning")
    below = await ana.say(running.channel, "When does it close?", running.header)
    await running.bot.settle()

    assert await running.recorded() == []
    assert marks(beside) | marks(below) == set()


async def test_edits_and_deletions_follow(running: Cast, ana: Person) -> None:
    """The newest words count, and what was deleted counts no more."""
    first = await running.replies(ana, "Quotas")
    second = await running.replies(ana, "Mentors")

    await running.does(ana.edit(first, "Quotas of 30 %"))
    await running.does(ana.delete(second))

    assert await running.recorded() == [(1, "NA", "Quotas of 30 %")]


async def test_the_author_takes_a_reply_out(running: Cast, ana: Person, bo: Person) -> None:
    """The sign for it counts from the author alone."""
    reply = await running.replies(ana, "Quotas")
    await running.does(bo.react(reply, TAKE_BACK))
    by_another = await running.recorded()

    await running.does(ana.react(reply, TAKE_BACK))
    await running.later(minutes=1)

    assert by_another == [(1, "NA", "Quotas")]
    assert await running.recorded() == []
    assert RECORDED not in marks(reply)
    assert running.answered == "Delegations that have answered: 0"


async def test_a_delegation_has_one_voice(running: Cast, ana: Person) -> None:
    """Two people of one member are one delegation, whose every word is kept; an observer is counted apart."""
    aya = await running.joins("Aya Example", "NA", "alternate")
    ola = await running.joins("Ola Observer", "X-EU", "observer")
    for person, words in ((ana, "Quotas"), (aya, "Mentors"), (ola, "We saw both")):
        await running.replies(person, words)

    results = await running.types(ana, "/wps-survey results 1")

    assert await running.recorded() == [(1, "NA", "Quotas"), (1, "NA", "Mentors"), (1, "X-EU", "We saw both")]
    assert "*Delegations that have answered: 1*" in results
    assert "Answered by: Namibia\n" in results
    assert "Answers of observers, counted apart: 1" in results


async def test_whoever_speaks_for_nobody_is_told_once(running: Cast) -> None:
    """An unknown person and one of another workspace are told why their reply does not count, each once."""
    unknown = await running.joins("Una Known")
    stranger = await running.joins("Ex Ternal", email="ana@example.org", team_id="T0OTHER")
    for person in (unknown, stranger):
        await running.replies(person, "I think")
        await running.replies(person, "And moreover")

    assert await running.recorded() == []
    assert [len(told(each, running.channel)) for each in (unknown, stranger)] == [1, 1]
    assert "you are not linked to a delegation" in told(stranger, running.channel)[0]
    assert all(marks(each) == set() for each in running.bot.slack.thread(running.questions[0]))


async def test_an_external_person_does_not_speak_by_their_address(running: Cast, ana: Person) -> None:
    """Somebody of another workspace who claims a focal point's e-mail address speaks for nobody."""
    stranger = await running.joins("Not Ana", email="ana.example@example.org", team_id="T0OTHER")

    await running.replies(stranger, "As Namibia I say")

    assert await running.recorded() == []


async def test_the_secretariat_may_talk_in_a_thread(running: Cast, secretariat: Person) -> None:
    """What the Secretariat writes below a question is no answer, and nobody is told off for it."""
    reply = await running.replies(secretariat, "A reminder: until Monday!")

    assert await running.recorded() == []
    assert marks(reply) == set()
    assert told(secretariat, running.channel) == []


async def test_long_and_odd_replies_are_kept_whole(running: Cast, ana: Person) -> None:
    """Four thousand characters, six scripts and a file's name are all kept and shown."""
    words = "Ünïcödé العربية 中文 русский " * 140

    await running.replies(ana, words, file=("plan.pdf", b"%PDF"))

    [(_, _, kept)] = await running.recorded()
    assert kept.startswith(words.strip())
    assert "plan.pdf" in kept


# Answering in private ------------------------------------------------------------------------------------------------


async def test_a_private_answer_can_be_changed_and_taken_back(running: Cast, ana: Person) -> None:
    """The form opens with what was said before; sent again it changes, sent empty it takes back."""
    await running.answers(ana, "Quotas")
    first = await running.recorded()
    await ana.click(running.questions[0], "Answer privately")
    shown = text_of(ana.modal)
    await ana.submit({"answer": "Quotas of 30 %"})
    second = await running.recorded()

    await running.answers(ana, "")

    assert first == [(1, "NA", "Quotas")]
    assert "Quotas" in shown
    assert second == [(1, "NA", "Quotas of 30 %")]
    assert await running.recorded() == []
    assert "Your answer to question 1 is taken back." in text_of(ana.modal)


async def test_an_empty_private_answer_is_refused(running: Cast, ana: Person) -> None:
    """Who has said nothing yet has nothing to take back."""
    assert await running.answers(ana, "  ") == {"answer": "Write an answer, or cancel."}


async def test_a_private_answer_stays_private(running: Cast, ana: Person, bo: Person) -> None:
    """Nobody else sees a private answer in the channel, and its author's next one starts from it alone."""
    await running.answers(ana, "Between us")

    await bo.click(running.questions[0], "Answer privately")

    assert "Between us" not in running.bot.slack.picture()
    assert "Between us" not in text_of(bo.modal)


@pytest.mark.parametrize("member", [None, "NA"])
async def test_only_delegations_answer_in_private(running: Cast, member: str | None) -> None:
    """Whoever speaks for no delegation is told so instead of getting a form."""
    person = await running.joins("Una Known", member, "police gender adviser" if member else "")

    await running.does(person.click(running.questions[0], "Answer privately"))

    assert person.modal is None
    assert "You cannot answer a survey here." in told(person, running.channel)[-1]


async def test_a_form_left_open_past_the_close_is_refused(running: Cast, ana: Person, secretariat: Person) -> None:
    """An answer that was begun before the close and sent after it is refused and not recorded."""
    await ana.click(running.questions[0], "Answer privately")
    await running.types(secretariat, "/wps-survey close 1")

    await ana.submit({"answer": "Too late"})

    assert "Survey 1 is closed. Nobody can answer it any more." in text_of(ana.modal)
    assert await running.recorded() == []


# Results -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [None, "observer"])
async def test_results_are_for_the_network(running: Cast, role: str | None) -> None:
    """An unknown person and an observer see no results, by command, button or export."""
    person = await running.joins("Ola Observer", role and "X-EU", role or "")

    by_command = await running.types(person, "/wps-survey results 1")
    exported = await running.types(person, "/wps-survey export 1")
    await running.does(person.click(running.header, "Results"))

    said = [by_command, exported, told(person, running.channel)[-1]]
    assert all("You cannot see surveys and their results." in each for each in said)
    assert person.sees(person.dm) == []


async def test_results_have_pages(running: Cast, ana: Person, bo: Person) -> None:
    """A hundred long answers are read page by page, forth and back, each once."""
    for number in range(30):
        await ana.say(running.channel, f"Answer {number}. " + "word " * 200, running.questions[0])
        await bo.say(running.channel, f"Answer {number + 30}.", running.questions[1])
    await running.bot.settle()
    await running.types(ana, "/wps-survey results 1")
    shown = ana.sees(running.channel)[-1]
    first, pages = text_of(shown), []

    while "Next" in text_of(shown):
        await running.does(ana.click(shown, "Next"))
        pages.append(text_of(shown))
    last = pages[-1]
    await running.does(ana.click(shown, "Previous"))

    assert f"Page 1 of {len(pages) + 1}" in first
    assert [sum(f"Answer {number}." in page for page in pages) for number in range(60)] == [1] * 60
    assert text_of(shown) == (pages[-2])
    assert last != pages[-2]
    assert "Open the thread" in pages[0]


async def test_results_without_answers_say_so(running: Cast, ana: Person) -> None:
    """Results before the first answer are figures and a sentence."""
    assert "Nobody has answered yet." in await running.types(ana, "/wps-survey results 1")


async def test_delegation_only_names_no_person(cast: Cast, secretariat: Person, ana: Person) -> None:
    """With the delegation alone named, results and exports name no person."""
    await cast.starts(secretariat, attribution="delegation")
    await cast.answers(ana, "Quotas")
    await cast.types(secretariat, "/wps-survey results 1")
    shown = secretariat.sees(cast.channel)[-1]
    first = text_of(shown)

    await cast.does(secretariat.click(shown, "Next"))

    assert "*Namibia*\n> Quotas" in text_of(shown)
    assert "Ana" not in first + text_of(shown) + shown.text


# Reminding -----------------------------------------------------------------------------------------------------------


async def test_a_reminder_reaches_whoever_has_not_answered(
    running: Cast, secretariat: Person, ana: Person, bo: Person
) -> None:
    """Everybody of a delegation without an answer gets a message, once a day; those of the others none."""
    alternate = await running.joins("Aya Example", "NA", "alternate")
    other = await running.joins("Bea Sample", "NO", "alternate")
    adviser = await running.joins("Mil Adviser", "NO", "military gender adviser")
    await running.replies(ana, "Quotas")

    first = await running.types(secretariat, "/wps-survey remind 1")
    again = await running.types(secretariat, "/wps-survey remind 1")

    assert first.endswith("each in their own working hours: 2")
    assert "Nobody needs a reminder today" in again
    assert [len(each.sees(each.dm)) for each in (bo, other, ana, alternate, adviser)] == [1, 1, 0, 0, 0]
    assert "Your delegation has not answered yet" in text_of(bo.sees(bo.dm)[0])
    assert "/archives/" in text_of(bo.sees(bo.dm)[0])


async def test_a_reminder_comes_again_the_next_day(running: Cast, secretariat: Person, bo: Person) -> None:
    """A day later the same people can be reminded again."""
    await running.types(secretariat, "/wps-survey remind 1")
    running.bot.clock.advance(days=1)

    await running.types(secretariat, "/wps-survey remind 1")

    assert len(bo.sees(bo.dm)) == 2


# Closing -------------------------------------------------------------------------------------------------------------


async def test_closing_ends_a_survey(running: Cast, secretariat: Person, ana: Person) -> None:
    """After a close the header and the questions say so and offer no answering, and a summary stands in the channel."""
    await running.replies(ana, "Quotas")

    answer = await running.types(secretariat, "/wps-survey close 1")

    assert answer.startswith("Survey 1 is closed; a summary is on its way")
    assert ":lock: Closed since" in text_of(running.header)
    assert all(":lock: Closed since" in text_of(each) for each in running.questions)
    with pytest.raises(NotPossible):
        await ana.click(running.questions[0], "Answer privately")
    assert "Survey 1 is closed: What works?" in text_of(running.shared[-1])
    assert "Answered by: Namibia" in running.shared[-1].text


async def test_a_double_click_closes_once(running: Cast, secretariat: Person) -> None:
    """Two clicks on Close make one summary, and the second is told."""
    await asyncio.gather(secretariat.click(running.header, "Close"), secretariat.click(running.header, "Close"))
    await running.bot.settle()

    said = told(secretariat, running.channel)
    assert len(running.shared) == 4
    assert sorted(each.partition(".")[0] for each in said[-2:]) == [
        "Survey 1 is closed already",
        f"Survey 1 is closed; a summary is on its way to <#{running.channel.id}>",
    ]


async def test_only_those_entitled_close(running: Cast, ana: Person) -> None:
    """A focal point's click on Close is refused and closes nothing."""
    await running.does(ana.click(running.header, "Close"))

    assert "You cannot start or close a survey here." in told(ana, running.channel)[-1]
    assert ":unlock: Open until" in text_of(running.header)


async def test_a_survey_closes_at_its_time(running: Cast, ana: Person) -> None:
    """At the announced moment the survey closes by itself, once."""
    await running.replies(ana, "Quotas")

    await running.bot.at(LATER)
    await running.bot.at(LATER + timedelta(hours=1))

    assert ":lock: Closed since" in text_of(running.header)
    assert [text_of(each).startswith("Survey 1 is closed") for each in running.shared].count(True) == 1


async def test_a_late_reply_is_told(running: Cast, ana: Person) -> None:
    """A reply after the close is not recorded; its author hears why, below it, and it gets no reaction."""
    await running.replies(ana, "Quotas")
    await running.bot.at(LATER)

    late = await running.replies(ana, "One more thing")

    assert await running.recorded() == [(1, "NA", "Quotas")]
    assert "Survey 1 closed at" in told(ana, running.channel)[-1]
    assert ana.sees(running.channel)[-1].thread_ts == late.thread_ts
    assert marks(late) == set()


async def test_a_late_edit_is_told(running: Cast, ana: Person) -> None:
    """An edit after the close changes nothing that is recorded, and its author hears so."""
    reply = await running.replies(ana, "Quotas")
    await running.bot.at(LATER)

    await running.does(ana.edit(reply, "No quotas"))

    assert await running.recorded() == [(1, "NA", "Quotas")]
    assert len(told(ana, running.channel)) == 1


async def test_a_reply_before_the_heartbeat_but_after_the_deadline_is_late(running: Cast, ana: Person) -> None:
    """The announced moment counts, also where the survey has not been marked closed yet."""
    running.bot.clock.jump(LATER)

    await running.replies(ana, "One more thing")

    assert await running.recorded() == []


# Exports -------------------------------------------------------------------------------------------------------------


async def sent_file(cast: Cast, person: Person, command: str) -> tuple[str, bytes]:
    await cast.types(person, command)
    [name] = person.sees(person.dm)[-1].files
    file = cast.bot.slack.team.files[name]
    return file.name, file.content


async def test_an_export_arrives_as_a_message(running: Cast, secretariat: Person, ana: Person) -> None:
    """CSV, XLSX and JSON each arrive in the asker's messages with what was said, and no cell is a formula."""
    await running.replies(ana, "=1+1 quotas")

    comma, sheet, text = [
        await sent_file(running, secretariat, f"/wps-survey export 1{ending}") for ending in ("", " xlsx", " json")
    ]

    [row] = csv.DictReader(StringIO(comma[1].decode("utf-8")))
    cells = list(load_workbook(BytesIO(sheet[1])).worksheets[1].iter_rows(values_only=True))
    assert [each[0] for each in (comma, sheet, text)] == ["survey-1.csv", "survey-1.xlsx", "survey-1.json"]
    assert (row["member"], row["delegation"], row["name"], row["answer"]) == (
        "NA",
        "Namibia",
        "Ana Example",
        "'=1+1 quotas",
    )
    assert "=1+1 quotas" in cells[2]
    assert [each["answer"] for each in json.loads(text[1])] == ["=1+1 quotas"]


async def test_the_command_line_exports(
    running: Cast, ana: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`focal survey export` writes what the same survey's export in Slack holds."""
    await running.replies(ana, "Quotas")
    monkeypatch.setenv("FOCAL_DATABASE_URL", f"sqlite:///{running.bot.bot.focal.db.path}")

    path = tmp_path / "answers.csv"
    ran = await asyncio.to_thread(CliRunner().invoke, command_line, ["survey", "export", "1", str(path)])

    assert ran.exit_code == 0, ran.output
    assert [row["answer"] for row in csv.DictReader(StringIO(path.read_text("utf-8")))] == ["Quotas"]


# The Chatham House Rule ----------------------------------------------------------------------------------------------


async def test_chatham_house_offers_no_threads(cast: Cast, secretariat: Person, ana: Person) -> None:
    """A reply in the thread is not recorded and its author is told why, and how to answer instead."""
    await cast.starts(secretariat, attribution="chatham")

    reply = await cast.replies(ana, "Quotas")

    assert "Reply in this thread" not in text_of(cast.questions[0])
    assert "Nobody and no delegation is named" in text_of(cast.questions[0])
    assert marks(reply) == set()
    assert "a thread shows who you are, so this reply is not recorded" in told(ana, cast.channel)[-1]
    assert cast.answered == "Delegations that have answered: fewer than 5"


async def chatham_survey(cast: Cast, secretariat: Person) -> list[Person]:
    """Hold a survey under the Chatham House Rule in which six people of five delegations answer; return them."""
    await cast.starts(secretariat, attribution="chatham")
    codes = ("NA", "NA", "NO", "JP", "CL", "UY")
    people = [await cast.joins(f"Taker {letter}", code) for letter, code in zip("ABCDEF", codes, strict=True)]
    for number, person in enumerate(people):
        cast.bot.clock.advance(minutes=7)
        await cast.answers(person, f"Thought {number}")
    await cast.answers(people[0], "Only mine", 2)
    return people


async def test_chatham_house_leaves_no_trace(cast: Cast, secretariat: Person) -> None:
    """After the close no table tells who took part: no id, name or member stands anywhere beside the survey."""
    people = await chatham_survey(cast, secretariat)
    await cast.replies(people[0], "Oops, in the thread")
    await cast.types(secretariat, "/wps-survey remind 1")
    await cast.types(secretariat, "/wps-survey close 1")

    who = {"people", "contacts", "members", "presidencies", "presidency_members", "documents", "postings", "meetings"}
    async with cast.bot.bot.focal.db.read() as conn:
        tables = [table for table in metadata.sorted_tables if table.name not in who]
        rows = [(table.name, str(tuple(row))) for table in tables for row in await conn.execute(select(table))]
    rows = [row for row in rows if "'link contact'" not in row[1]]
    found = [
        row
        for row in rows
        for person in people
        if person.id in row[1] or person.user.real_name in row[1] or person.user.email in row[1] or "'NA'" in row[1]
    ]
    assert found == []
    assert [len(person.sees(person.dm)) for person in people] == [1] * len(people)


async def test_chatham_house_clears_the_files_by_itself(cast: Cast, secretariat: Person) -> None:
    """At the next beat after the close no mark of who took part stands in the database's files any more."""
    await chatham_survey(cast, secretariat)
    async with cast.bot.bot.focal.db.read() as conn:
        told = {row.voice.encode() for row in await conn.execute(select(surveys.answers))}
    db = cast.bot.bot.focal.db
    files = [db.path, db.path.with_name(f"{db.path.name}-wal")]
    before = b"".join(each.read_bytes() for each in files)

    await cast.types(secretariat, "/wps-survey close 1")
    await cast.later(seconds=5)

    after = b"".join(each.read_bytes() for each in files)
    assert len(told) == 5
    assert [each for each in told if each not in before] == []
    assert [each for each in told if each in after] == []


async def test_chatham_house_shows_words_alone(cast: Cast, secretariat: Person) -> None:
    """After the close there are words where five delegations spoke, in no telling order, and nothing of who it was."""
    people = await chatham_survey(cast, secretariat)
    before = await cast.types(secretariat, "/wps-survey results 1")

    await cast.types(secretariat, "/wps-survey close 1")

    summary = text_of(cast.shared[-1])
    _, content = await sent_file(cast, secretariat, "/wps-survey export 1")
    first = await cast.types(secretariat, "/wps-survey results 1")
    shown = secretariat.sees(cast.channel)[-1]
    await cast.does(secretariat.click(shown, "Next"))
    everything = "\n".join([before, summary, first, text_of(shown), shown.text, content.decode()])
    assert "What was said is shown after the close." in before
    assert "> Thought 5" in text_of(shown)
    assert "Only mine" not in everything
    assert "Answered by" not in everything
    assert "Namibia" not in everything
    assert not [each for each in people if each.user.real_name in everything or each.id in everything]


async def test_a_sign_that_overtakes_its_reply_takes_it_out(running: Cast, ana: Person) -> None:
    """A reply whose author has taken it back before Focal heard of it does not count in the end."""
    running.bot.slack.deliveries.faults.overtaken = 1
    reply = await ana.say(running.channel, "Quotas", running.questions[0])

    await running.does(ana.react(reply, TAKE_BACK))
    await running.later(seconds=3)

    assert await running.recorded() == []
    assert RECORDED not in marks(reply)


# After a gap ---------------------------------------------------------------------------------------------------------


async def test_what_is_said_while_the_sockets_are_gone_is_not_lost(running: Cast, ana: Person, bo: Person) -> None:
    """Replies, edits, deletions and signs during a gap end in the state they would have had without it."""
    _kept, edited, deleted, signed = [await running.replies(ana, f"Reply {i}") for i in range(4)]
    await running.goes_deaf()

    missed = await bo.say(running.channel, "Said in the gap", running.questions[1])
    await ana.edit(edited, "Reply 1, better")
    await ana.delete(deleted)
    await ana.react(signed, TAKE_BACK)
    await running.hears_again()

    assert await running.recorded() == [
        (1, "NA", "Reply 0"),
        (1, "NA", "Reply 1, better"),
        (2, "NO", "Said in the gap"),
    ]
    assert marks(missed) == {RECORDED}


async def test_what_is_said_while_the_bot_is_down_is_not_lost(seeded_url: str, clock: Clock) -> None:
    """A bot that was away for an hour reads the threads again; events that Slack sends once more change nothing."""
    async with Workspace.serve(MANIFEST, now=clock.now) as slack:
        channel = slack.add_channel("network")
        async with joined(slack, seeded_url, clock) as bot:
            cast = Cast(bot, channel)
            secretariat = await cast.joins("Sec Retary", "X-UNW", "secretariat")
            ana, bo = await cast.joins("Ana Example", "NA"), await cast.joins("Bo Sample", "NO")
            await cast.starts(secretariat)
            edited, deleted = [await cast.replies(ana, f"Reply {i}") for i in range(2)]
        clock.advance(minutes=30)
        await bo.say(channel, "While you slept", cast.questions[0])
        short = await bo.say(channel, "Said and deleted", cast.questions[0])
        for deed in (ana.edit(edited, "Reply 0, better"), ana.delete(deleted), bo.delete(short)):
            await deed
        await slack.quiet()
        clock.advance(minutes=30)
        async with joined(slack, seeded_url, clock) as bot:
            cast = Cast(bot, channel)
            await cast.hears_again()
            after_catching_up = await cast.recorded()
            slack.deliveries.retry_now()
            await bot.settle()

            assert after_catching_up == [(1, "NA", "Reply 0, better"), (1, "NO", "While you slept")]
            assert await cast.recorded() == after_catching_up
            assert cast.answered == "Delegations that have answered: 2"


async def test_what_was_said_in_time_counts_though_heard_of_late(running: Cast, ana: Person, bo: Person) -> None:
    """A reply in time that is heard of after the close counts, also in the summary; one after the close does not."""
    await running.replies(ana, "Quotas")
    await running.goes_deaf()
    await bo.say(running.channel, "In time", running.questions[0])
    await running.bot.at(LATER)
    await bo.say(running.channel, "Too late", running.questions[0])

    await running.hears_again()

    assert await running.recorded() == [(1, "NA", "Quotas"), (1, "NO", "In time")]
    assert "Answered by: Namibia, Norway" in running.shared[-1].text
    assert len(told(bo, running.channel)) == 1


async def test_an_event_that_comes_twice_counts_once(running: Cast, ana: Person) -> None:
    """Slack may deliver one event twice, and one message under two event ids."""
    running.bot.slack.deliveries.faults.duplicates = 2
    reply = await running.replies(ana, "Quotas")
    await running.does(ana.edit(reply, "More quotas"))
    await running.bot.bot.catchup.catch_up()
    await running.bot.settle()

    assert await running.recorded() == [(1, "NA", "More quotas")]
