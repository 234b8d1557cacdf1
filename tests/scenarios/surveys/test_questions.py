"""Closed questions: answered by buttons, menus and forms, counted by delegation, shown as figures."""

import csv
import json
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from storage import audit
from tests.scenarios.surveys.cast import Cast, told
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message

KINDS = """Is there a budget? [yes/no]
Who leads? [choice: Army | Police | Both]
Which body? [choice: One | Two | Three | Four | Five | Six]
What helps? [choices: Quotas | Mentors | Tours]
How useful? [scale: 1-5]
How many women? [number: %]
Until when? [date]
Whom to hear? [member]"""
OWN = {"questions_0_0": [], "questions_1_0": [], "own": KINDS}
BUDGET, LEADS, BODY, HELPS, USEFUL, SHARE, UNTIL, WHOM = range(8)


async def asks(cast: Cast, starter: Person, **values: Any) -> list[Message]:
    assert await cast.starts(starter, **{**OWN, **values}) == {}
    return cast.questions


async def fills(cast: Cast, person: Person, question: Message, answer: Any, **more: Any) -> dict[str, str]:
    label = next(
        each["text"]["text"]
        for block in question.blocks
        if block["type"] == "actions"
        for each in block["elements"]
        if each["action_id"] == "survey_answer"
    )
    await person.click(question, label)
    errors = await person.submit({"answer": answer, **more})
    await cast.bot.settle()
    return errors


async def test_each_kind_is_answered_in_its_way(cast: Cast, secretariat: Person, ana: Person) -> None:
    """Buttons, a menu and forms each record what was chosen, in words that can be read."""
    asked = await asks(cast, secretariat)
    menu = asked[BODY].blocks[-1]["elements"][0]["options"][5]["value"]

    await cast.does(ana.click(asked[BUDGET], "Yes"))
    await cast.does(ana.click(asked[LEADS], "Police"))
    await cast.does(ana.click(asked[BODY], "survey_pick", option=menu))
    await cast.does(ana.click(asked[USEFUL], "4"))
    for place, answer in ((HELPS, ["2", "0"]), (SHARE, "12.50"), (UNTIL, "2027-05-01"), (WHOM, "NA")):
        assert await fills(cast, ana, asked[place], answer) == {}

    assert await cast.recorded() == [
        (1, "NA", "Yes"),
        (2, "NA", "Police"),
        (3, "NA", "Six"),
        (4, "NA", "Quotas, Tours"),
        (5, "NA", "4"),
        (6, "NA", "12.5 %"),
        (7, "NA", "2027-05-01"),
        (8, "NA", "Namibia"),
    ]
    assert "Your delegation's answer to question 5 is “4”." in told(ana, cast.channel)[-1]


async def test_the_latest_answer_of_a_delegation_counts(cast: Cast, secretariat: Person, ana: Person) -> None:
    """A colleague's answer takes the place of the first, and the colleague sees whose it was."""
    aya = await cast.joins("Aya Example", "NA", "alternate")
    asked = await asks(cast, secretariat)
    await cast.does(ana.click(asked[BUDGET], "Yes"))

    await cast.does(aya.click(asked[BUDGET], "No"))

    await ana.click(asked[BUDGET], "Your answer")
    assert await cast.recorded() == [(1, "NA", "No")]
    assert "It takes the place of “Yes”, given by Ana Example on" in told(aya, cast.channel)[-1]
    assert "Your delegation's answer so far: “No”, given by Aya Example on" in text_of(ana.modal)


async def test_an_answer_can_be_taken_back(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """It is taken back from the message that acknowledged it, or from the form, and counts no more."""
    asked = await asks(cast, secretariat)
    for person in (ana, bo):
        await cast.does(person.click(asked[BUDGET], "Yes"))
    await cast.does(ana.click(ana.sees(cast.channel)[-1], "Take it back"))
    await bo.click(asked[BUDGET], "Your answer")

    await cast.does(bo.click(bo.modal, "Take it back"))

    assert await cast.recorded() == []
    assert "Your answer to question 1 is taken back." in told(ana, cast.channel)[-1]
    assert "Your answer to question 1 is taken back." in text_of(bo.modal)


@pytest.mark.parametrize(
    ("place", "answer", "words"),
    [
        (SHARE, "many", "Write a number, for example 12 or 12.5."),
        (SHARE, "1,200", "This number can be read in two ways."),
        (HELPS, [], "Write an answer, or cancel."),
        (UNTIL, None, "Write an answer, or cancel."),
    ],
)
async def test_what_is_no_answer_is_told(
    cast: Cast, secretariat: Person, ana: Person, place: int, answer: Any, words: str
) -> None:
    """What cannot be counted is refused at its field, and nothing is recorded."""
    asked = await asks(cast, secretariat)

    errors = await fills(cast, ana, asked[place], answer)

    assert errors["answer"].startswith(words)
    assert await cast.recorded() == []


async def test_a_claim_that_was_never_offered_is_refused(cast: Cast, secretariat: Person, ana: Person) -> None:
    """A button whose value was tampered with records nothing."""
    asked = await asks(cast, secretariat)
    button = asked[LEADS].blocks[-1]["elements"][0]
    button["value"] = button["value"].partition(":")[0] + ":9"

    await cast.does(ana.click(asked[LEADS], "Army"))

    assert await cast.recorded() == []
    assert "This choice is not offered any more." in told(ana, cast.channel)[-1]


async def test_a_remark_stands_beside_the_figure(cast: Cast, secretariat: Person, ana: Person) -> None:
    """What is written below a closed question is kept as words, and the delegation's figure stays."""
    asked = await asks(cast, secretariat)
    await cast.does(ana.click(asked[BUDGET], "Yes"))

    await cast.replies(ana, "But a small one")

    assert await cast.recorded() == [(1, "NA", "Yes"), (1, "NA", "But a small one")]


async def test_observers_are_counted_apart(cast: Cast, secretariat: Person, ana: Person) -> None:
    """An observer's choice is no delegation's, and is not in the figures."""
    ola = await cast.joins("Ola Observer", "X-EU", "observer")
    asked = await asks(cast, secretariat)
    await cast.does(ana.click(asked[BUDGET], "Yes"))
    await cast.does(ola.click(asked[BUDGET], "No"))
    await cast.types(ana, "/wps-survey results 1")
    page = ana.sees(cast.channel)[-1]

    await cast.does(ana.click(page, "Next"))

    assert "Delegations: 1\n• Yes: 1\n• No: 0" in text_of(page)


async def test_the_secretariat_answers_on_behalf(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """What the Secretariat records for a delegation is that delegation's, said so, and changed by its own people."""
    asked = await asks(cast, secretariat, own=f"{KINDS}\nWhat else?")
    await secretariat.click(asked[BUDGET], "Yes")
    refused = await secretariat.submit({"answer": "yes"})
    await secretariat.submit({"behalf": "NA", "answer": "yes"})
    await cast.bot.settle()
    await fills(cast, secretariat, asked[8], "They sent a letter", behalf="NO")
    recorded = await cast.recorded()
    export = await cast.types(secretariat, "/wps-survey results 1")

    await cast.does(ana.click(asked[BUDGET], "No"))

    assert refused == {"behalf": "Please complete this required field."}
    assert recorded == [(1, "NA", "Yes"), (9, "NO", "They sent a letter")]
    assert "Answered by: Namibia, Norway" in export
    assert "It takes the place of “Yes”." in told(ana, cast.channel)[-1]
    async with cast.bot.bot.focal.db.read() as conn:
        log = [(each.deed, each.details) for each in await audit.of_subject(conn, "survey 1")]
    assert log[-2:] == [("answer for", {"member": "NA"}), ("answer for", {"member": "NO"})]


async def test_figures_come_with_charts_and_words(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """Results show each closed question as a native chart with the same figures as text, and who chose what."""
    asked = await asks(cast, secretariat)
    await cast.does(ana.click(asked[BUDGET], "Yes"))
    await cast.does(bo.click(asked[BUDGET], "Yes"))
    await fills(cast, ana, asked[HELPS], ["0", "1"])
    await cast.types(ana, "/wps-survey results 1")
    page = ana.sees(cast.channel)[-1]
    await cast.does(ana.click(page, "Next"))
    figures, charts = text_of(page), [each for each in page.blocks if each["type"] == "data_visualization"]
    fallback = page.text

    await cast.does(ana.click(page, "Next"))

    assert [each["chart"]["series"][0]["data"] for each in charts] == [
        [{"label": "Yes", "value": 2}, {"label": "No", "value": 0}],
        [{"label": "Quotas", "value": 1}, {"label": "Mentors", "value": 1}, {"label": "Tours", "value": 0}],
    ]
    assert "• Yes: 2\n• No: 0" in figures
    assert "• Yes: 2\n• No: 0" in fallback
    assert "*Yes*: Namibia (Ana Example), Norway (Bo Sample)" in text_of(page)
    assert "*Mentors*: Namibia (Ana Example)" in text_of(page)


async def test_the_summary_tells_figures_and_words(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """At the close each question stands in the summary's thread, with figures or a few quotations and its thread."""
    asked = await asks(cast, secretariat, questions_0_0=["0.0"])
    await cast.does(ana.click(asked[1], "Yes"))
    for number in range(3):
        await cast.replies(ana, f"Ana's answer {number}")
    await cast.replies(bo, "Bo's answer")

    await cast.types(secretariat, "/wps-survey close 1")

    parts = cast.bot.slack.thread(cast.shared[-1])
    words = "\n".join(text_of(each) for each in parts)
    assert text_of(parts[0]).startswith("On women's participation and gender mainstreaming")
    assert "> Ana's answer 0\n*Norway (Bo Sample)*\n> Bo's answer\nAnd 2 more." in words
    assert "Delegations: 1\n• Yes: 1\n• No: 0" in words
    assert "|Open the thread>" in words
    assert sum(block["type"] == "data_visualization" for each in parts for block in each.blocks) == 1
    assert all(sum(block["type"] == "data_visualization" for block in each.blocks) <= 2 for each in parts)


async def test_an_answer_heard_of_late_is_in_the_summary(cast: Cast, secretariat: Person, ana: Person) -> None:
    """A reply in time that is heard of after the close changes the summary and what stands in its thread."""
    await cast.starts(secretariat)
    await cast.goes_deaf()
    await ana.say(cast.channel, "In time", cast.questions[0])
    cast.bot.clock.advance(minutes=1)
    await cast.is_closed_elsewhere(secretariat)

    await cast.hears_again()

    assert "Answered by: Namibia" in text_of(cast.shared[-1])
    assert "> In time" in text_of(cast.bot.slack.thread(cast.shared[-1])[0])


async def chatham_votes(cast: Cast, secretariat: Person, votes: str) -> list[Person]:
    """Have one delegation for each letter answer the first question, `y` for yes."""
    await asks(cast, secretariat, attribution="chatham")
    codes = ("NA", "NO", "JP", "CL", "UY", "CA", "ZA")
    people = [await cast.joins(f"Taker {code}", code) for code, _ in zip(codes, votes, strict=False)]
    for person, vote in zip(people, votes, strict=True):
        await cast.does(person.click(cast.questions[BUDGET], "Yes" if vote == "y" else "No"))
    return people


@pytest.mark.parametrize(
    ("votes", "shown"),
    [
        ("yyyyy", "• Yes: 5\n• No: 0"),
        ("yyyyyn", "• Yes: not shown, too few\n• No: not shown, too few"),
        ("yyyy", "No question was answered by 5 delegations"),
    ],
)
async def test_chatham_house_shows_no_figure_of_few(cast: Cast, secretariat: Person, votes: str, shown: str) -> None:
    """Under the Chatham House Rule figures come after the close, and none from which a few could be worked out."""
    await chatham_votes(cast, secretariat, votes)
    before = await cast.types(secretariat, "/wps-survey results 1")

    await cast.types(secretariat, "/wps-survey close 1")

    first = await cast.types(secretariat, "/wps-survey results 1")
    page = secretariat.sees(cast.channel)[-1]
    if "Next" in first:
        await cast.does(secretariat.click(page, "Next"))
    assert "• Yes" not in before
    assert shown in first + text_of(page)
    assert "*Yes*:" not in text_of(page)


async def test_chatham_house_figures_are_in_tables(cast: Cast, secretariat: Person) -> None:
    """CSV and JSON tell how many delegations gave each answer, where nobody may know who; too few are not told."""
    await chatham_votes(cast, secretariat, "yyyyy")
    await cast.types(secretariat, "/wps-survey export 1 csv")
    await cast.types(secretariat, "/wps-survey close 1")

    for ending in ("csv", "json"):
        await cast.types(secretariat, f"/wps-survey export 1 {ending}")

    early, comma, text = [cast.bot.slack.team.files[each.files[0]].content for each in secretariat.sees(secretariat.dm)]
    rows = list(csv.DictReader(StringIO(comma.decode("utf-8"))))
    columns = ["number", "theme", "question", "kind", "delegations", "answer", "files"]
    assert early.decode("utf-8").splitlines() == [",".join(columns)]
    assert [(row["question"], row["kind"], row["answer"], row["delegations"]) for row in rows] == [
        ("Is there a budget?", "yes/no", "Yes", "5"),
        ("Is there a budget?", "yes/no", "No", "0"),
    ]
    assert [(row["answer"], row["delegations"]) for row in json.loads(text)] == [("Yes", "5"), ("No", "0")]


async def test_chatham_house_counts_a_delegation_once_unseen(cast: Cast, secretariat: Person) -> None:
    """Two people of a delegation share its answer, and neither learns who gave it nor when."""
    people = await chatham_votes(cast, secretariat, "y")
    aya = await cast.joins("Aya Example", "NA", "alternate")

    await cast.does(aya.click(cast.questions[BUDGET], "No"))

    await people[0].click(cast.questions[BUDGET], "Your answer")
    assert "Your delegation's answer so far: “No”." in text_of(people[0].modal)
    assert "Aya" not in text_of(people[0].modal)
    assert "It takes the place of “Yes”." in told(aya, cast.channel)[-1]


async def test_chatham_house_takes_no_figures_of_observers(cast: Cast, secretariat: Person) -> None:
    """Observers, too few to be shown apart, are told that their words are taken and their figures not."""
    ola = await cast.joins("Ola Observer", "X-EU", "observer")
    asked = await asks(cast, secretariat, attribution="chatham")

    await cast.does(ola.click(asked[BUDGET], "Yes"))

    assert "Observers are counted apart, and too few to be shown" in told(ola, cast.channel)[-1]


async def test_a_workbook_has_a_sheet_for_each_question(cast: Cast, secretariat: Person, ana: Person) -> None:
    """The workbook begins with participation by region, and each question's sheet has figures and answers."""
    asked = await asks(cast, secretariat)
    await cast.does(ana.click(asked[BUDGET], "Yes"))
    await cast.types(secretariat, "/wps-survey export 1 xlsx")

    file = cast.bot.slack.team.files[secretariat.sees(secretariat.dm)[-1].files[0]]
    book = load_workbook(BytesIO(file.content))

    overview = list(book["Overview"].iter_rows(values_only=True))
    rows = list(book["Question 1"].iter_rows(values_only=True))
    assert book.sheetnames == ["Overview", *(f"Question {number}" for number in range(1, 9))]
    assert overview[-1][:4] == ("African", "1", "1", "Namibia")
    assert [row[:2] for row in rows[:4]] == [
        ("Is there a budget?", None),
        ("Answer", "Delegations"),
        ("Yes", "1"),
        ("No", "0"),
    ]
    assert rows[-1][1:3] == ("Namibia", "Ana Example")


async def test_a_document_is_made_for_reading(cast: Cast, secretariat: Person, ana: Person) -> None:
    """The Word document has the participation by region, a heading for each question, figures and quotations."""
    from docx import Document

    asked = await asks(cast, secretariat, questions_0_0=["0.0"])
    await cast.does(ana.click(asked[1], "Yes"))
    await cast.replies(ana, "Quotas & =1+1")
    await cast.types(secretariat, "/wps-survey export 1 docx")

    file = cast.bot.slack.team.files[secretariat.sees(secretariat.dm)[-1].files[0]]
    document = Document(BytesIO(file.content))

    paragraphs = [each.text for each in document.paragraphs]
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    assert "2. Is there a budget?" in paragraphs
    assert "Namibia (Ana Example): Quotas & =1+1" in paragraphs
    assert ["African", "■■■■■■■■■■ 1 of 1", "Namibia"] in tables[0]
    assert "Yes: Namibia (Ana Example)" in paragraphs
    assert tables[1] == [["Answer", "Delegations"], ["Yes", "1"], ["No", "0"]]
