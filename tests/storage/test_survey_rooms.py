"""Drafts, reminders and figures of surveys are kept alike on both databases."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.clock import Clock
from bot.rules.attribution import Attribution
from bot.rules.permissions import Actor, Role
from bot.rules.problems import AlreadyDone, Closed
from bot.rules.profile import WorkingHours
from bot.rules.questions import Kind, NewQuestion
from bot.rules.surveys import NewSurvey, Removal, Reply, Settings
from storage import outbox, survey_answers, survey_drafts, survey_reminders, surveys
from storage.database import Conn, Database
from storage.surveys import Survey

ANA = Actor("UANA", "Ana", "NA", frozenset({Role.FOCAL_POINT}))
AYA = Actor("UAYA", "Aya", "NA", frozenset({Role.FOCAL_POINT}))
BUDGET = NewQuestion("Budget?", Kind.YES_NO)


@pytest.fixture
async def conn(db: Database) -> AsyncIterator[Conn]:
    async with db.begin() as conn:
        yield conn


async def made(conn: Conn, clock: Clock, attribution: Attribution = Attribution.ATTRIBUTED) -> Survey:
    settings = Settings("Plans", "", "C1", clock.now() + timedelta(days=14), attribution)
    new = NewSurvey(settings, (BUDGET, NewQuestion("Why?")))
    return await surveys.create(conn, new, "USEC", clock.now())


async def begun(conn: Conn, clock: Clock, attribution: Attribution = Attribution.ATTRIBUTED) -> Survey:
    draft = await made(conn, clock, attribution)
    survey = await surveys.begin(conn, draft.id, "USEC", clock.now(), WorkingHours())
    assert survey is not None
    for each in survey.questions:
        await surveys.mark_posted(conn, surveys.question_key(survey, each), "C1", f"{each.number}.0")
    return await surveys.survey(conn, survey.id)


async def test_a_draft_changes_until_it_starts(conn: Conn, clock: Clock) -> None:
    """Questions are moved, replaced, added and left out; once started nothing changes any more."""
    draft = await made(conn, clock)
    await survey_drafts.move(conn, draft.id, 2, -1)
    await survey_drafts.put(conn, draft.id, None, NewQuestion("Who?"))

    left = await survey_drafts.put(conn, draft.id, 2, None)
    await surveys.begin(conn, draft.id, "USEC", clock.now(), WorkingHours())

    assert [each.text for each in left.questions] == ["Why?", "Who?"]
    with pytest.raises(AlreadyDone):
        await survey_drafts.discard(conn, draft.id, "USEC", clock.now())


@pytest.mark.parametrize("attribution", [Attribution.ATTRIBUTED, Attribution.CHATHAM])
async def test_a_delegation_has_one_figure(conn: Conn, clock: Clock, attribution: Attribution) -> None:
    """The latest answer of a member counts, whoever of its people gave it, also as long as nobody may know whose."""
    survey = await begun(conn, clock, attribution)
    first = survey.questions[0]

    await survey_answers.answer_with(conn, survey, first, ANA, "yes", "Yes", clock.now())
    await survey_answers.answer_with(conn, survey, first, AYA, "no", "No", clock.now())

    given = await survey_answers.private_answer(conn, survey, first, ANA)
    assert await survey_answers.values(conn, survey) == {1: ["no"]}
    assert given is not None
    assert given.text == "No"


async def test_figures_outlive_the_key(conn: Conn, clock: Clock) -> None:
    """After a Chatham House close the figure is there, and nobody can add one any more."""
    survey = await begun(conn, clock, Attribution.CHATHAM)
    await survey_answers.answer_with(conn, survey, survey.questions[0], ANA, "yes", "Yes", clock.now())

    closed = await survey_answers.close(conn, survey.id, "USEC", clock.now())

    assert closed is not None
    assert await survey_answers.values(conn, closed) == {1: ["yes"]}
    with pytest.raises(Closed):
        await survey_answers.answer_with(conn, closed, closed.questions[0], AYA, "no", "No", clock.now())


async def test_a_reply_brought_back_is_read_again(conn: Conn, clock: Clock) -> None:
    """A withdrawn reply that its author restores is forgotten, and its thread marked to be read."""
    survey = await begun(conn, clock)
    reply = Reply("C1", "2.0", "2.1", "Quotas", clock.now())
    await survey_answers.record_reply(conn, survey.questions[1], reply, ANA)
    await survey_answers.withdraw_reply(conn, Removal("C1", "2.1"), clock.now(), only_by=ANA.user_id)

    theirs = await survey_answers.restore_reply(conn, Removal("C1", "2.1"), AYA.user_id)
    own = await survey_answers.restore_reply(conn, Removal("C1", "2.1"), ANA.user_id)

    [thread] = await survey_answers.open_threads(conn, clock.now(), read_again=True)
    assert (theirs, own) == (False, True)
    assert (thread.ts, thread.known) == ("2.0", {})


async def test_a_reminder_is_planned_and_sent_once(conn: Conn, clock: Clock) -> None:
    """One stage is decided once for each person, and settled by one sender."""
    survey = await begun(conn, clock)
    planned = [await survey_reminders.plan(conn, survey, "week", "UANA", clock.now()) for _ in range(2)]
    [waiting] = await survey_reminders.waiting(conn, clock.now())

    settled = [await survey_reminders.settle(conn, waiting, clock.now()) for _ in range(2)]

    assert (planned, settled) == ([True, False], [True, False])
    assert await survey_reminders.reminded_since(conn, survey, clock.now() - timedelta(hours=1)) == {"UANA"}


async def test_who_was_reminded_is_forgotten(conn: Conn, clock: Clock) -> None:
    """Reminders, those who wanted no more, and what was sent of it go together; another survey's stay."""
    survey = await begun(conn, clock)
    await survey_reminders.plan(conn, survey, "week", "UANA", clock.now())
    await survey_reminders.decline(conn, survey, ANA, "No mandate", clock.now())
    for key in (f"survey:{survey.id}:remind:week:UANA", f"survey:{survey.id}1:remind:week:UANA"):
        await outbox.post(conn, key, "UANA", {"text": "?"}, clock.now())

    await survey_reminders.forget(conn, survey)

    left = [item.key for item in await outbox.in_state(conn, outbox.State.PENDING)]
    assert await survey_reminders.declined(conn, survey) == ()
    assert await survey_reminders.waiting(conn, clock.now()) == ()
    assert left == [f"survey:{survey.id}1:remind:week:UANA"]
