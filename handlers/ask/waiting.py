"""What waits for a person: surveys their delegation has not answered yet."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.permissions import Actor, Deed, may
from bot.rules.text import Gettext, safe
from handlers.listening import Focal
from storage import surveys
from storage.database import Conn
from storage.surveys import Survey

MOST = 5
"""Lines shown; `/wps-survey list` has them all."""


async def what_waits(conn: Conn, focal: Focal, actor: Actor, _: Gettext) -> list[str]:
    """Return what waits for `actor`, a line of mrkdwn each, the most urgent first, moments in their own zone."""
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
