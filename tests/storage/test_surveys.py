"""Surveys are kept, counted by delegation, and forget who took part where they must."""

import csv
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import Table, select

from bot.clock import Clock
from bot.rules.attribution import Attribution
from bot.rules.people import Profile
from bot.rules.permissions import Actor, Role
from bot.rules.problems import AlreadyDone, BadInput, NotFound
from bot.rules.profile import WorkingHours
from bot.rules.questions import NewQuestion
from bot.rules.surveys import NewSurvey, Removal, Reply, Settings
from storage import audit, members, outbox, people, survey_answers, survey_exports, surveys
from storage.database import Conn, Database, metadata
from storage.members import Member
from storage.survey_answers import Turnout
from storage.surveys import Survey

CHANNEL = "C1"
CHOSEN = ("member", "delegation", "observer", "on_behalf", "answered_at")


@pytest.fixture
async def conn(db: Database) -> AsyncIterator[Conn]:
    async with db.engine.begin() as setting_up:
        await setting_up.run_sync(metadata.create_all)
    async with db.begin() as conn:
        yield conn


def focal_point(name: str, member: str) -> Actor:
    return Actor(f"U{name.upper()}", name, member, frozenset({Role.FOCAL_POINT}))


def observer(name: str, member: str) -> Actor:
    return Actor(f"U{name.upper()}", name, member, frozenset({Role.OBSERVER}))


ANA, AYA, BO, OLA = focal_point("ana", "NA"), focal_point("aya", "NA"), focal_point("bo", "NO"), observer("ola", "X-EU")


def new_survey(clock: Clock, attribution: Attribution = Attribution.ATTRIBUTED, *asked: NewQuestion) -> NewSurvey:
    settings = Settings("Deployment", "", CHANNEL, clock.now() + timedelta(days=7), attribution)
    return NewSurvey(settings, asked or (NewQuestion("What works?"), NewQuestion("What does not?")))


async def started(
    conn: Conn, clock: Clock, attribution: Attribution = Attribution.ATTRIBUTED, *asked: NewQuestion
) -> Survey:
    made = await surveys.create(conn, new_survey(clock, attribution, *asked), "USEC", clock.now())
    survey = await surveys.begin(conn, made.id, "USEC", clock.now(), WorkingHours())
    assert survey is not None
    for question in survey.questions:
        await surveys.mark_posted(conn, surveys.question_key(survey, question), CHANNEL, f"{question.number}.0")
    await surveys.mark_posted(conn, surveys.header_key(survey), CHANNEL, "0.5")
    return await surveys.survey(conn, survey.id)


def reply(clock: Clock, ts: str, text: str, *, edited: bool = False, at: datetime | None = None) -> Reply:
    return Reply(CHANNEL, "1.0", ts, text, at or clock.now(), edited=edited)


async def texts(conn: Conn, survey: Survey) -> list[str]:
    return [each.text for each in await survey_answers.said(conn, survey, await survey_answers.turnout(conn, survey))]


async def everything(conn: Conn, *tables: Table) -> str:
    return "\n".join([str(row) for table in tables for row in await conn.execute(select(table))])


async def test_a_survey_is_kept_with_its_questions(conn: Conn, clock: Clock) -> None:
    """What was started is found again, with its questions in order and where they stand."""
    survey = await started(conn, clock)

    assert [(each.number, each.text, each.ts) for each in survey.questions] == [
        (1, "What works?", "1.0"),
        (2, "What does not?", "2.0"),
    ]
    assert (survey.title, survey.header_ts, survey.deadline) == ("Deployment", "0.5", clock.now() + timedelta(days=7))


async def test_a_form_starts_one_survey(conn: Conn, clock: Clock) -> None:
    """A form that is sent twice is told that it was sent before."""
    await surveys.create(conn, new_survey(clock), "USEC", clock.now(), "V1")

    with pytest.raises(AlreadyDone):
        await surveys.create(conn, new_survey(clock), "USEC", clock.now(), "V1")


async def test_a_survey_that_is_not_there_is_said_so(conn: Conn) -> None:
    """A number nobody gave, and a question nobody asked, are not found."""
    with pytest.raises(NotFound):
        await surveys.survey(conn, 99)
    with pytest.raises(NotFound):
        await surveys.question(conn, 99)


async def test_a_question_is_found_by_its_thread(conn: Conn, clock: Clock) -> None:
    """The question is known by channel and ts together; another channel's message of that ts is none."""
    survey = await started(conn, clock)

    found = await surveys.question_at(conn, CHANNEL, "2.0")

    assert found == (survey, survey.questions[1])
    assert await surveys.question_at(conn, "C2", "2.0") is None


async def test_a_question_on_its_way_is_known(conn: Conn, clock: Clock) -> None:
    """While a question waits to be posted its channel is known to expect it, and only then."""
    before = await surveys.is_posting(conn, CHANNEL)
    survey = await started(conn, clock)
    await outbox.post(conn, surveys.question_key(survey, survey.questions[0]), CHANNEL, {"text": "?"}, clock.now())

    assert (before, await surveys.is_posting(conn, CHANNEL)) == (False, True)


async def test_a_reply_is_recorded_once(conn: Conn, clock: Clock) -> None:
    """The same reply under two event ids is one answer."""
    survey = await started(conn, clock)

    first = await survey_answers.record_reply(conn, survey.questions[0], reply(clock, "1.1", "Quotas"), ANA)
    second = await survey_answers.record_reply(conn, survey.questions[0], reply(clock, "1.1", "Quotas"), ANA)

    assert (first, second) == (True, False)
    assert await texts(conn, survey) == ["Quotas"]


async def test_a_delegation_counts_once(conn: Conn, clock: Clock) -> None:
    """Two people of one member are one delegation; an observer is counted apart."""
    survey = await started(conn, clock)
    for ts, actor in (("1.1", ANA), ("1.2", AYA), ("1.3", BO), ("1.4", OLA)):
        await survey_answers.record_reply(conn, survey.questions[0], reply(clock, ts, "Yes"), actor)

    assert await survey_answers.turnout(conn, survey) == Turnout(2, {1: 2, 2: 0}, 1, ("NA", "NO"))
    assert await surveys.has_answered(conn, survey, {"NO", "JP"}) == {"NO"}


async def test_edits_follow_in_their_own_order(conn: Conn, clock: Clock) -> None:
    """The newest words count, also when an older edit is heard of later."""
    survey = await started(conn, clock)
    await survey_answers.record_reply(conn, survey.questions[0], reply(clock, "1.1", "One"), ANA)
    later = reply(clock, "1.1", "Three", edited=True, at=clock.now() + timedelta(minutes=2))
    earlier = reply(clock, "1.1", "Two", edited=True, at=clock.now() + timedelta(minutes=1))

    changed = [await survey_answers.change_reply(conn, each) for each in (later, earlier)]

    assert changed == [True, False]
    assert await texts(conn, survey) == ["Three"]


async def test_what_is_taken_back_is_gone(conn: Conn, clock: Clock) -> None:
    """A withdrawn reply does not count, its words are forgotten, and it cannot be changed or taken back again."""
    survey = await started(conn, clock)
    await survey_answers.record_reply(conn, survey.questions[0], reply(clock, "1.1", "Quotas"), ANA)
    gone = Removal(CHANNEL, "1.1", "1.0")

    done = [await survey_answers.withdraw_reply(conn, gone, clock.now()) for _ in range(2)]
    edited = await survey_answers.change_reply(conn, reply(clock, "1.1", "More", edited=True))

    assert (done, edited) == ([True, False], False)
    assert (await survey_answers.turnout(conn, survey)).delegations == 0
    assert "Quotas" not in await everything(conn, surveys.answers)


async def test_only_the_author_takes_a_reply_back_by_reaction(conn: Conn, clock: Clock) -> None:
    """Somebody else's sign on a reply takes nothing back."""
    survey = await started(conn, clock)
    await survey_answers.record_reply(conn, survey.questions[0], reply(clock, "1.1", "Quotas"), ANA)
    gone = Removal(CHANNEL, "1.1")

    theirs = await survey_answers.withdraw_reply(conn, gone, clock.now(), only_by=BO.user_id)
    own = await survey_answers.withdraw_reply(conn, gone, clock.now(), only_by=ANA.user_id)

    assert (theirs, own) == (False, True)


async def test_a_deletion_heard_of_first_still_counts(conn: Conn, clock: Clock) -> None:
    """A reply whose deletion came before it is not recorded any more."""
    survey = await started(conn, clock)
    await survey_answers.note_removed(conn, survey.questions[0], Removal(CHANNEL, "1.1", "1.0"), clock.now())

    recorded = await survey_answers.record_reply(conn, survey.questions[0], reply(clock, "1.1", "Quotas"), ANA)

    assert (recorded, await texts(conn, survey)) == (False, [])


@pytest.mark.parametrize("attribution", list(Attribution))
async def test_a_private_answer_is_one_per_person_and_question(
    conn: Conn, clock: Clock, attribution: Attribution
) -> None:
    """A second private answer takes the place of the first, is found again by its author, and can be taken back."""
    survey = await started(conn, clock, attribution)
    first, second = survey.questions

    new = [
        await survey_answers.answer_privately(conn, survey, first, ANA, text, clock.now()) for text in ("One", "Two")
    ]
    await survey_answers.answer_privately(conn, survey, second, BO, "Other", clock.now())

    assert new == [True, False]
    given = await survey_answers.private_answer(conn, survey, first, ANA)
    assert given is not None
    assert given.text == "Two"
    assert await survey_answers.private_answer(conn, survey, first, AYA) is None
    assert (await survey_answers.turnout(conn, survey)).by_question == {1: 1, 2: 1}
    assert await survey_answers.withdraw_private(conn, survey, first, ANA, clock.now())
    assert (await survey_answers.turnout(conn, survey)).by_question == {1: 0, 2: 1}


async def test_chatham_house_stores_nobody(conn: Conn, clock: Clock) -> None:
    """While a survey under the Chatham House Rule runs, no table names a person or member who took part."""
    survey = await started(conn, clock, Attribution.CHATHAM)
    await survey_answers.answer_privately(conn, survey, survey.questions[0], ANA, "Quotas", clock.now())

    stored = await everything(conn, *metadata.sorted_tables)

    assert "Quotas" in stored
    assert ANA.user_id not in stored
    assert "'NA'" not in stored
    assert (await survey_answers.turnout(conn, survey)).members == ()


async def test_chatham_house_forgets_at_the_close(conn: Conn, clock: Clock) -> None:
    """After the close no mark, no time and no order tells who said what; the words and the counts remain."""
    survey = await started(conn, clock, Attribution.CHATHAM)
    people_of = [focal_point(f"p{i}", code) for i, code in enumerate(("NA", "NO", "JP", "CL", "AU", "NA"))]
    for i, actor in enumerate(people_of):
        clock.advance(minutes=1)
        await survey_answers.answer_privately(conn, survey, survey.questions[0], actor, f"Words {5 - i}", clock.now())
    await survey_answers.answer_privately(conn, survey, survey.questions[1], people_of[0], "Alone", clock.now())
    open_texts = await texts(conn, survey)

    closed = await survey_answers.close(conn, survey.id, "USEC", clock.now())

    assert closed is not None
    rows = list(await conn.execute(select(surveys.answers)))
    kept = {(row.source, row.person, row.member, row.voice, row.observer, row.edited_at) for row in rows}
    assert kept == {(None, None, None, "", False, None)}
    assert {row.answered_at for row in rows} == {clock.now()}
    assert closed.secret is None
    assert open_texts == []
    assert await texts(conn, closed) == [f"Words {i}" for i in range(6)]
    assert await survey_answers.turnout(conn, closed) == Turnout(5, {1: 5, 2: 1})


async def test_chatham_house_never_shows_the_words_of_few(conn: Conn, clock: Clock) -> None:
    """Four delegations are too few: their words stay hidden after the close."""
    survey = await started(conn, clock, Attribution.CHATHAM)
    for i, code in enumerate(("NA", "NO", "JP", "CL")):
        actor = focal_point(f"p{i}", code)
        await survey_answers.answer_privately(conn, survey, survey.questions[0], actor, "Words", clock.now())

    closed = await survey_answers.close(conn, survey.id, "USEC", clock.now())

    assert closed is not None
    assert await texts(conn, closed) == []


async def test_a_survey_closes_once_at_its_moment(conn: Conn, clock: Clock) -> None:
    """A close that comes late counts from the announced moment; a second one changes nothing."""
    survey = await started(conn, clock)
    early = await survey_answers.due(conn, clock.now())
    clock.advance(days=8)

    due = await survey_answers.due(conn, clock.now())
    first = await survey_answers.close(conn, survey.id, "timekeeper", clock.now())
    second = await survey_answers.close(conn, survey.id, "USEC", clock.now())

    assert (early, due) == ((), (survey.id,))
    assert first is not None
    assert (first.closed_at, second) == (survey.closes_at, None)
    assert [entry.deed for entry in await audit.of_subject(conn, f"survey {survey.id}")] == ["create", "start", "close"]


async def test_open_threads_hold_what_is_recorded(conn: Conn, clock: Clock) -> None:
    """Each thread comes with its replies in plain words, None for one taken back, and no private answers."""
    survey = await started(conn, clock)
    asked = survey.questions[0]
    for ts in ("1.1", "1.2"):
        await survey_answers.record_reply(conn, asked, reply(clock, ts, f"Words {ts}"), ANA)
    await survey_answers.withdraw_reply(conn, Removal(CHANNEL, "1.2"), clock.now())
    await survey_answers.answer_privately(conn, survey, asked, BO, "Private", clock.now())

    threads = await survey_answers.open_threads(conn, clock.now())

    assert [(each.ts, dict(each.known)) for each in threads] == [
        ("1.0", {"1.1": "Words 1.1", "1.2": None}),
        ("2.0", {}),
    ]


async def test_closed_threads_are_read_for_a_while(conn: Conn, clock: Clock) -> None:
    """For three days after the close a thread is read again: a reply in time may be heard of late."""
    survey = await started(conn, clock)
    await survey_answers.close(conn, survey.id, "USEC", clock.now())

    soon = await survey_answers.open_threads(conn, clock.now() + timedelta(days=2))
    later = await survey_answers.open_threads(conn, clock.now() + timedelta(days=4))

    assert (len(soon), later) == (2, ())


async def name(conn: Conn, clock: Clock, actor: Actor) -> None:
    profile = Profile(actor.user_id, "T1", actor.name.title(), "", "UTC", "en-US", False, False, False)
    await people.save(conn, profile, clock.now())
    await members.save(conn, Member(str(actor.member), f"Land of {actor.member}", "state", "", True))


async def exported(db: Database, clock: Clock, attribution: Attribution, path: Path) -> int:
    async with db.engine.begin() as setting_up:
        await setting_up.run_sync(metadata.create_all)
    async with db.begin() as conn:
        survey = await started(conn, clock, attribution)
        await name(conn, clock, ANA)
        await survey_answers.answer_privately(conn, survey, survey.questions[0], ANA, "=1+1 quotas", clock.now())
    return await survey_exports.export_file(db, survey.id, path, clock.now())


async def test_an_export_names_what_attribution_allows(db: Database, clock: Clock, tmp_path: Path) -> None:
    """An attributed export names delegation and person, and a cell that looks like a formula acts as text."""
    path = tmp_path / "out.csv"

    count = await exported(db, clock, Attribution.ATTRIBUTED, path)

    with path.open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert count == 1
    assert (row["member"], row["delegation"], row["name"]) == ("NA", "Land of NA", "Ana")
    assert (row["question"], row["answer"]) == ("What works?", "'=1+1 quotas")


async def test_an_export_by_delegation_names_no_person(db: Database, clock: Clock, tmp_path: Path) -> None:
    """With the delegation alone named there is no column for names."""
    path = tmp_path / "out.json"

    await exported(db, clock, Attribution.DELEGATION, path)

    [row] = json.loads(path.read_text(encoding="utf-8"))
    assert list(row) == ["number", "theme", "question", "kind", *CHOSEN, "answer", "files"]
    assert "name" not in row
    assert (row["member"], row["answer"]) == ("NA", "=1+1 quotas")


async def test_an_export_under_chatham_house_holds_no_trace(db: Database, clock: Clock, tmp_path: Path) -> None:
    """While it runs, an export under the Chatham House Rule holds headings alone, and none for who answered."""
    path = tmp_path / "out.xlsx"

    count = await exported(db, clock, Attribution.CHATHAM, path)

    overview, first, _ = load_workbook(path).worksheets
    assert (count, list(first.iter_rows(values_only=True))) == (0, [("What works?", None), ("answer", "files")])
    assert "fewer than 5" in str(list(overview.iter_rows(values_only=True)))


async def test_an_export_to_another_kind_of_file_is_refused(db: Database, clock: Clock, tmp_path: Path) -> None:
    """An ending that is not CSV, XLSX or JSON writes nothing."""
    with pytest.raises(BadInput):
        await exported(db, clock, Attribution.ATTRIBUTED, tmp_path / "out.doc")

    assert list(tmp_path.glob("out.*")) == []
