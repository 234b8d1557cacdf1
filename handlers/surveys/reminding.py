"""Reminding delegations that have not answered, by hand and by stages, and hearing that one cannot answer."""

from datetime import datetime, timedelta

from bot.rules.attribution import Attribution
from bot.rules.permissions import Deed, require, require_voice
from bot.rules.problems import AlreadyDone, BadInput, Closed
from bot.rules.reminders import utc_of, wall_of, working_wall
from bot.rules.surveys import AHEAD, Stage, due_stage, stage_moments
from bot.rules.workdays import WorkingTime, hours_for
from handlers import secretariat
from handlers.beats import each_due
from handlers.listening import Answer, Click, Command, Errors, Focal, Modal, Reply, Submission, number_in
from handlers.surveys import forms, views
from storage import audit, outbox, people, survey_reminders, surveys
from storage.database import Conn
from storage.members import all_members
from storage.people import Recipient
from storage.survey_reminders import Waiting
from storage.surveys import Survey

LOOK_AGAIN = timedelta(hours=1)
"""How often a running survey is looked at near a stage: somebody may have joined, or have moved to another zone."""
LATELY = timedelta(hours=20)
"""Nobody is reminded of one survey twice within a working day."""
EARLIEST = timedelta(days=14)
"""Weekends and holidays may bring a reminder forward, and the zones do."""


async def remind(command: Command, focal: Focal) -> Answer:
    """Remind everybody who speaks for a delegation that has not answered, each in their own working hours."""
    require(command.actor, Deed.START_SURVEY)
    survey_id = number_in(command.text, "/wps-survey remind 1")
    now = focal.now()
    async with focal.db.begin() as conn:
        survey = await _open(conn, survey_id, now)
        lately = await survey_reminders.reminded_since(conn, survey, now - LATELY)
        missing = [each for each in await _missing(conn, survey, now) if each.user_id not in lately]
        for person in missing:
            await survey_reminders.plan(
                conn, survey, f"asked {now:%Y-%m-%d %H:%M}", person.user_id, _next(focal, person)
            )
        await audit.note(conn, now, command.actor.user_id, "remind", f"survey {survey_id}")
    await send_due(focal, now)
    _ = command._
    if not missing:
        return Reply(_("Nobody needs a reminder today: everybody was reminded or has answered."))
    said = _("People who are reminded of survey {number}, each in their own working hours: {count}")
    return Reply(said.format(number=survey_id, count=len(missing)))


async def _open(conn: Conn, survey_id: int, now: datetime) -> Survey:
    survey = await surveys.survey(conn, survey_id, lock=True)
    if survey.started_at is None:
        raise BadInput("Survey {number} has not started yet.", "See /wps-survey list.", number=survey_id)
    if survey.closed_at is not None or not survey.takes(now):
        raise Closed("Survey {number} is closed.", "Nobody can answer it any more.", number=survey_id)
    return survey


async def _missing(conn: Conn, survey: Survey, now: datetime) -> list[Recipient]:
    """Return everybody who speaks for a delegation that has neither answered nor said that it cannot.

    Under the Chatham House Rule that is everybody: a list of those still missing would tell who took part.
    """
    members = await all_members(conn)
    silent = members.keys() - await surveys.has_answered(conn, survey, members)
    voices = await people.voices_of(conn, silent, now.date())
    asked = await survey_reminders.still_asked(conn, survey, [(each.user_id, each.member) for each in voices])
    return [each for each in voices if each.user_id in asked]


def _next(focal: Focal, person: Recipient) -> datetime:
    now = focal.now()
    wall = wall_of(now, person.zone)
    working = working_wall(wall, _hours(focal, person))
    return now if working == wall else utc_of(working, person.zone)


def _hours(focal: Focal, person: Recipient) -> WorkingTime:
    return hours_for(focal.network.working_hours, person.member, person.zone)


async def send_due(focal: Focal, now: datetime) -> None:
    """Send every reminder whose moment has come to those whose delegation still has not answered."""
    await each_due(focal, now, survey_reminders.waiting, _send)


async def _send(conn: Conn, focal: Focal, reminder: Waiting, now: datetime) -> None:
    survey = await surveys.survey(conn, reminder.survey_id, lock=True)
    running = survey.closed_at is None and survey.takes(now)
    missing = await _missing(conn, survey, now) if running else []
    needed = next((each for each in missing if each.user_id == reminder.person), None)
    if await survey_reminders.settle(conn, reminder, now if needed else None) and needed is not None:
        url = focal.slack.address(survey.channel, survey.header_ts) if survey.header_ts else ""
        payload = views.build_reminder(focal.translate(needed.locale), survey, url, now)
        key = f"survey:{survey.id}:remind:{reminder.stage}:{needed.user_id}"
        await outbox.post(conn, key, needed.user_id, payload, now)


async def remind_due(focal: Focal, now: datetime) -> None:
    """Remind by stages: a week, two days and a day before the close, never twice for one stage."""
    await each_due(focal, now, survey_reminders.to_look_at, _look)
    await send_due(focal, now)


async def _look(conn: Conn, focal: Focal, survey_id: int, now: datetime) -> None:
    survey = await surveys.survey(conn, survey_id, lock=True)
    if survey.closed_at is not None or survey.started_at is None:
        return
    opens = survey.closes_at - AHEAD[Stage.WEEK] - EARLIEST
    if now < opens:
        await survey_reminders.look_again(conn, survey, opens)
        return
    lately = await survey_reminders.reminded_since(conn, survey, now - LATELY)
    following = [now + LOOK_AGAIN]
    for person in await _missing(conn, survey, now):
        moments = stage_moments(survey.started_at, survey.closes_at, person.zone, _hours(focal, person))
        following += [moment for _, moment in moments if moment > now]
        stage = due_stage(moments, now)
        if stage is not None:
            send_at = None if person.user_id in lately else _next(focal, person)
            await survey_reminders.plan(conn, survey, stage, person.user_id, send_at)
    await survey_reminders.look_again(conn, survey, min(following))


async def open_decline(click: Click, focal: Focal) -> Answer:
    """Ask why a delegation cannot answer; under the Chatham House Rule just stop reminding the person."""
    survey_id = number_in(click.value, "/wps-survey list")
    now = focal.now()
    _ = click._
    async with focal.db.begin() as conn:
        survey = await _open(conn, survey_id, now)
        if survey.attribution is not Attribution.CHATHAM:
            require_voice(click.actor, Deed.ANSWER)
            return Modal(forms.build_decline_form(_, survey))
        await survey_reminders.decline(conn, survey, click.actor, "", now)
    return Reply(_("You are not reminded of survey {number} any more. Nobody is told.").format(number=survey_id))


async def submit_decline(submission: Submission, focal: Focal) -> Answer:
    """Stop reminding a delegation, and tell the Secretariat why it cannot answer."""
    member = require_voice(submission.actor, Deed.ANSWER)
    reason = str(submission.values.get("reason") or "").strip()
    _ = submission._
    if not reason:
        return Errors({"reason": _("Say in a few words why.")})
    survey_id = number_in(submission.private_metadata, "/wps-survey list")
    async with focal.db.begin() as conn:
        survey = await _open(conn, survey_id, focal.now())
        if not await survey_reminders.decline(conn, survey, submission.actor, reason, focal.now()):
            raise AlreadyDone("Your delegation has said so already.", "It is not reminded of this survey any more.")
        members = await all_members(conn)
        name = members[member].name if member in members else member
        payload = views.build_declined(str, survey, name, submission.actor.name, reason)
        await tell_secretariat(conn, focal, f"survey:{survey_id}:declined:{member}", payload)
    said = _("The Secretariat is told, and your delegation is not reminded of survey {number} any more.")
    return Reply(said.format(number=survey_id))


async def tell_secretariat(conn: Conn, focal: Focal, key: str, payload: dict[str, object]) -> None:
    """Have something told to the Secretariat once per `key`: in its channel, or to each of its people."""
    for each in await secretariat.addresses(conn, focal):
        await outbox.post(conn, f"{key}:{each}", each, payload, focal.now())
