"""What surveys show to everybody, by way of the outbox: posts, their changes, and whispers."""

from collections.abc import Callable
from datetime import date, datetime

from bot.rules.attribution import Attribution, names_members
from bot.rules.problems import AlreadyDone, BadInput
from bot.rules.surveys import NewSurvey, Reply
from bot.rules.text import Gettext
from handlers.beats import each_due
from handlers.blocks import message
from handlers.listening import Focal
from handlers.surveys import results, views
from handlers.surveys.results import Outcome
from handlers.surveys.views import Regions
from storage import outbox, people, survey_answers, survey_reminders, surveys, traces
from storage.database import Conn
from storage.members import Member, all_members
from storage.survey_answers import Turnout
from storage.surveys import Question, Survey

EVERYBODY: Gettext = str
"""A shared message speaks English: it has many readers."""
TIMEKEEPER = "timekeeper"


async def start(conn: Conn, focal: Focal, new: NewSurvey, by: str, form: str | None) -> Survey:
    """Store a survey and start it at once; AlreadyDone if `form` was sent before."""
    survey = await surveys.create(conn, new, by, focal.now(), form)
    return await begin(conn, focal, survey.id, by)


async def begin(conn: Conn, focal: Focal, survey_id: int, by: str) -> Survey:
    """Start a survey that is there, and have its header and the questions that come first posted.

    Raises AlreadyDone if it has started, BadInput if it has no question.
    """
    now = focal.now()
    if not (await surveys.survey(conn, survey_id)).questions:
        raise BadInput("A survey needs a question.", "Add one to the draft.")
    survey = await surveys.begin(conn, survey_id, by, now, focal.network.working_hours)
    if survey is None:
        raise AlreadyDone("Survey {number} has started already.", number=survey_id)
    await post_header(conn, survey, now)
    for asked in survey.questions:
        if asked.ask_at is not None and asked.ask_at <= now:
            await post_question(conn, survey, asked, now)
    return survey


async def post_header(conn: Conn, survey: Survey, now: datetime) -> None:
    """Have a survey's header posted."""
    await outbox.post(conn, surveys.header_key(survey), survey.channel, await _header(conn, survey, now), now)


async def post_question(conn: Conn, survey: Survey, asked: Question, now: datetime) -> None:
    """Have a question's message posted."""
    await surveys.mark_asked(conn, asked.id)
    payload = views.build_question(EVERYBODY, survey, asked)
    await outbox.post(conn, surveys.question_key(survey, asked), survey.channel, payload, now)


async def _header(conn: Conn, survey: Survey, now: datetime) -> dict[str, object]:
    turnout = await survey_answers.turnout(conn, survey)
    members = await all_members(conn)
    return views.build_header(EVERYBODY, survey, turnout, await regions(conn, survey, turnout, members, now.date()))


async def regions(conn: Conn, survey: Survey, turnout: Turnout, members: dict[str, Member], today: date) -> Regions:
    """Return how many delegations of each regional group have answered, of how many; empty where nobody may know."""
    if not names_members(survey.attribution):
        return {}
    asked = await people.members_with_voices(conn, today) | set(turnout.members)
    known = [(members[code].region if code in members else "", code) for code in asked]
    return {
        region: (
            sum(code in turnout.members for where, code in known if where == region),
            sum(where == region for where, _ in known),
        )
        for region in sorted({where for where, _ in known}, key=lambda name: (not name, name))
    }


async def answered(conn: Conn, focal: Focal, survey: Survey) -> None:
    """Have what shows the turnout follow an answer that was given, changed or taken back: now, or with others later."""
    now = focal.now()
    if survey.closed_at is not None:
        await show_summary(conn, focal, survey)
    elif await surveys.mark_stale(conn, survey, now):
        await show_header(conn, survey, now)


async def show_header(conn: Conn, survey: Survey, now: datetime) -> None:
    """Have the header changed to the turnout of now."""
    await outbox.change(conn, surveys.header_key(survey), await _header(conn, survey, now), now)
    await surveys.mark_fresh(conn, survey, now)


async def refresh_due(focal: Focal, now: datetime) -> None:
    """Change every header that has waited long enough."""
    await each_due(focal, now, surveys.stale, _refresh)


async def _refresh(conn: Conn, _focal: Focal, survey_id: int, now: datetime) -> None:
    survey = await surveys.survey(conn, survey_id, lock=True)
    if survey.closed_at is None:
        await show_header(conn, survey, now)


async def begin_due(focal: Focal, now: datetime) -> None:
    """Start every survey whose moment has come."""
    await each_due(focal, now, surveys.to_begin, _begin)


async def _begin(conn: Conn, focal: Focal, survey_id: int, _now: datetime) -> None:
    if (await surveys.survey(conn, survey_id, lock=True)).started_at is None:
        await begin(conn, focal, survey_id, TIMEKEEPER)


async def ask_due(focal: Focal, now: datetime) -> None:
    """Post every question whose moment has come."""
    await each_due(focal, now, surveys.to_ask, _ask)


async def _ask(conn: Conn, _focal: Focal, question_id: int, now: datetime) -> None:
    survey, asked = await surveys.question(conn, question_id, lock=True)
    if survey.closed_at is None and not asked.asked:
        await post_question(conn, survey, asked, now)
        await show_header(conn, await surveys.survey(conn, survey.id), now)


async def close_due(focal: Focal, now: datetime) -> None:
    """Close every survey whose moment has come, each at that moment, however late the beat is."""
    await each_due(focal, now, survey_answers.due, _close)


async def _close(conn: Conn, focal: Focal, survey_id: int, _now: datetime) -> None:
    if (await surveys.survey(conn, survey_id, lock=True)).closed_at is None:
        await close(conn, focal, survey_id, TIMEKEEPER)


async def outcome(conn: Conn, focal: Focal, survey: Survey) -> Outcome:
    """Return everything there is to show of a survey."""
    turnout = await survey_answers.turnout(conn, survey)
    members = await all_members(conn)
    return Outcome(
        survey,
        turnout,
        await survey_answers.said(conn, survey, turnout),
        await survey_answers.values(conn, survey),
        members,
        await regions(conn, survey, turnout, members, focal.now().date()),
        {each.number: focal.slack.address(survey.channel, each.ts) for each in survey.questions if each.ts},
    )


async def close(conn: Conn, focal: Focal, survey_id: int, by: str) -> Survey:
    """End a survey, change its messages and have a summary posted; AlreadyDone if it had ended or not begun."""
    now = focal.now()
    survey = await survey_answers.close(conn, survey_id, by, now)
    if survey is None:
        if (await surveys.survey(conn, survey_id)).started_at is None:
            raise AlreadyDone("Survey {number} has not started yet.", "See /wps-survey list.", number=survey_id)
        raise AlreadyDone("Survey {number} is closed already.", number=survey_id)
    if survey.attribution is Attribution.CHATHAM:
        await survey_reminders.forget(conn, survey)
    await show_header(conn, survey, now)
    for asked in survey.questions:
        payload = views.build_question(EVERYBODY, survey, asked)
        await outbox.change(conn, surveys.question_key(survey, asked), payload, now)
    await _post_summary(conn, focal, survey)
    return survey


async def _post_summary(conn: Conn, focal: Focal, survey: Survey) -> None:
    brought = await outcome(conn, focal, survey)
    first, now = surveys.summary_key(survey.id), focal.now()
    await outbox.post(conn, first, survey.channel, results.build_summary(EVERYBODY, brought), now)
    for part, payload in enumerate(results.build_parts(EVERYBODY, brought), 1):
        await outbox.post(conn, surveys.summary_key(survey.id, part), survey.channel, payload, now, thread_of=first)


async def show_summary(conn: Conn, focal: Focal, survey: Survey) -> None:
    """Have the header and the summary of a closed survey changed: an answer in time was heard of late."""
    brought, now = await outcome(conn, focal, survey), focal.now()
    await outbox.change(conn, surveys.summary_key(survey.id), results.build_summary(EVERYBODY, brought), now)
    for part, payload in enumerate(results.build_parts(EVERYBODY, brought), 1):
        await outbox.change(conn, surveys.summary_key(survey.id, part), payload, now)
    await show_header(conn, survey, now)


async def clear_due(focal: Focal, _now: datetime) -> None:
    """Clear what told who took part in a survey under the Chatham House Rule out of the database's files."""
    async with focal.db.read() as conn:
        waiting = await survey_answers.with_traces(conn)
    if waiting and await traces.clear(focal.db, survey_answers.TRACED):
        async with focal.db.begin() as conn:
            await survey_answers.mark_cleared(conn, waiting)


async def whisper(
    conn: Conn,
    survey: Survey,
    why: Callable[[Gettext, Survey], str],
    user_id: str,
    reply: Reply,
    now: datetime,
    _: Gettext,
) -> None:
    """Tell the author of a reply, below it, why it is not recorded, once per survey and reason.

    Under the Chatham House Rule it is once per reply, so that no key says who it was.
    """
    whose = user_id if survey.attribution.takes_threads else reply.ts
    key = f"survey:{survey.id}:{why.__name__}:{whose}"
    payload = message(why(_, survey)) | {"thread_ts": reply.thread_ts}
    await outbox.whisper(conn, key, survey.channel, user_id, payload, now)
