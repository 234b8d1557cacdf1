"""What surveys show to everybody, by way of the outbox: posts, changes, reminders and whispers."""

from collections.abc import Callable
from datetime import datetime

from bot.rules.attribution import count_shown
from bot.rules.problems import AlreadyDone, Closed
from bot.rules.surveys import NewSurvey
from bot.rules.text import Gettext
from handlers.blocks import message
from handlers.listening import Focal
from handlers.surveys import views
from storage import audit, outbox, people, surveys
from storage.database import Conn
from storage.members import all_members
from storage.surveys import Survey, Turnout

EVERYBODY: Gettext = str
"""A shared message speaks English: it has many readers."""
TIMEKEEPER = "timekeeper"


async def start(conn: Conn, new: NewSurvey, by: str, now: datetime, form: str | None) -> Survey:
    """Store a survey and have its header and questions posted; AlreadyDone if `form` was sent before."""
    survey = await surveys.start(conn, new, by, now, form)
    nobody = await surveys.turnout(conn, survey)
    payload = views.build_header(EVERYBODY, survey, nobody)
    await outbox.post(conn, surveys.header_key(survey.id), survey.channel, payload, now)
    for asked in survey.questions:
        key = surveys.question_key(survey.id, asked.number)
        await outbox.post(conn, key, survey.channel, views.build_question(EVERYBODY, survey, asked), now)
    return survey


async def refresh(conn: Conn, survey: Survey, before: Turnout, now: datetime) -> None:
    """Have the header, and the summary of a closed survey, changed if the turnout is not what it was `before`."""
    turnout = await surveys.turnout(conn, survey)
    if turnout == before:
        return
    # What is shown, not what is counted: a change that shows nothing would still tell when somebody answered.
    shown = [count_shown(survey.attribution, each.delegations) for each in (before, turnout)]
    if shown[0] != shown[1]:
        payload = views.build_header(EVERYBODY, survey, turnout)
        await outbox.change(conn, surveys.header_key(survey.id), payload, now)
    if survey.closed_at is not None:
        members = await all_members(conn)
        payload = views.build_summary(EVERYBODY, survey, turnout, members)
        await outbox.change(conn, surveys.summary_key(survey.id), payload, now)


async def close(conn: Conn, survey_id: int, by: str, now: datetime) -> Survey:
    """End a survey, change its messages and have a summary posted; AlreadyDone if it had ended."""
    survey = await surveys.close(conn, survey_id, by, now)
    if survey is None:
        raise AlreadyDone("Survey {number} is closed already.", number=survey_id)
    turnout = await surveys.turnout(conn, survey)
    header = views.build_header(EVERYBODY, survey, turnout)
    await outbox.change(conn, surveys.header_key(survey.id), header, now)
    for asked in survey.questions:
        payload = views.build_question(EVERYBODY, survey, asked)
        await outbox.change(conn, surveys.question_key(survey.id, asked.number), payload, now)
    summary = views.build_summary(EVERYBODY, survey, turnout, await all_members(conn))
    await outbox.post(conn, surveys.summary_key(survey.id), survey.channel, summary, now)
    return survey


async def close_due(focal: Focal, now: datetime) -> None:
    """Close every survey whose moment has come, each at that moment, however late the beat is."""
    async with focal.db.read() as conn:
        due = await surveys.due(conn, now)
    for survey_id in due:
        async with focal.db.begin() as conn:
            survey = await surveys.survey(conn, survey_id, lock=True)
            if survey.closed_at is None:
                await close(conn, survey_id, TIMEKEEPER, now)


async def remind(conn: Conn, survey_id: int, url: str, by: str, now: datetime) -> int:
    """Have a DM sent to everybody who speaks for a delegation that has not answered; return to how many.

    Once a day (UTC) for each person. Under the Chatham House Rule everybody is reminded: a list of those still missing
    would tell who took part. Raises Closed.
    """
    survey = await surveys.survey(conn, survey_id)
    if not survey.takes(now):
        raise Closed("Survey {number} is closed.", "Nobody can answer it any more.", number=survey_id)
    members = await all_members(conn)
    missing = members.keys() - await surveys.has_answered(conn, survey, members)
    payload = views.build_reminder(EVERYBODY, survey, url)
    sent = 0
    for person in await people.voices_of(conn, missing, now.date()):
        key = f"survey:{survey_id}:remind:{now.date()}:{person.user_id}"
        sent += await outbox.post(conn, key, person.user_id, payload, now)
    await audit.note(conn, now, by, "remind", f"survey {survey_id}")
    return sent


async def whisper(
    conn: Conn, survey: Survey, why: Callable[[Gettext, Survey], str], user_id: str, ts: str, now: datetime, _: Gettext
) -> None:
    """Tell the author of a reply why it is not recorded, once per survey and reason.

    Under the Chatham House Rule it is once per reply, so that no key says who it was.
    """
    whose = user_id if survey.attribution.takes_threads else ts
    key = f"survey:{survey.id}:{why.__name__}:{whose}"
    await outbox.whisper(conn, key, survey.channel, user_id, message(why(_, survey)), now)
