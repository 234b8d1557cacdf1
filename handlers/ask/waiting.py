"""What waits for a person: reminders, texts under silence, surveys, meetings, the store, contacts, questions."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.permissions import Actor, Deed, may
from bot.rules.text import Gettext, safe
from handlers.communique.waiting import what_waits as silences
from handlers.contacts.waiting import what_waits as contacts
from handlers.listening import Focal
from handlers.meetings.waiting import what_waits as meetings
from handlers.reader import reader_as
from handlers.recommendations.waiting import what_waits as records
from handlers.troika.reminder_views import due_line
from storage import enquiries, occurrences, surveys
from storage.database import Conn
from storage.surveys import Survey

MOST = 5
"""Lines of each kind that are shown; `/wps-troika` and `/wps-survey list` have them all."""


async def what_waits(conn: Conn, focal: Focal, actor: Actor, _: Gettext, *, reminded: bool = True) -> list[str]:
    """Return what waits for `actor`, a line of mrkdwn each, the most urgent first, moments in their own zone.

    Reminders are left out unless `reminded`, for whoever shows them otherwise.
    """
    due = await _reminders(conn, focal, actor, _) if reminded else []
    return [
        *due,
        *await silences(conn, focal, actor, _),
        *await _surveys(conn, focal, actor, _),
        *await records(conn, focal, actor, _),
        *await meetings(conn, focal, actor, _),
        *await contacts(conn, focal, actor, _),
        *await _questions(conn, actor, _),
    ]


async def _questions(conn: Conn, actor: Actor, _: Gettext) -> list[str]:
    if not may(actor.roles, Deed.ANSWER_QUESTIONS):
        return []
    count = len(await enquiries.open_enquiries(conn))
    return [_("• Questions I could not answer: {count} – `/wps questions`").format(count=count)] if count else []


async def _reminders(conn: Conn, focal: Focal, actor: Actor, _: Gettext) -> list[str]:
    open_now = await occurrences.open_for(conn, actor.user_id)
    return [due_line(reader_as(actor, _, focal), each) for each in open_now[:MOST]]


async def _surveys(conn: Conn, focal: Focal, actor: Actor, _: Gettext) -> list[str]:
    if actor.member is None or not may(actor.roles, Deed.ANSWER):
        return []
    running = [each for each in await surveys.all_surveys(conn) if each.closed_at is None]
    waiting = [each for each in running if actor.member not in await surveys.has_answered(conn, each, [actor.member])]
    soonest = sorted((each for each in waiting if each.takes(focal.now())), key=lambda each: each.closes_at)
    return [_survey(_, each, actor) for each in soonest[:MOST]]


def _survey(_: Gettext, survey: Survey, actor: Actor) -> str:
    return _("• Survey {number}, {title}: open until {moment} – `/wps-survey list`").format(
        number=survey.id, title=safe(survey.title, 150), moment=_local(survey.closes_at, actor.zone)
    )


def _local(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"
