"""What waits for a person here: a meeting or the times of a call of which their delegation has said nothing."""

from datetime import timedelta

from bot.rules.dates import span_words
from bot.rules.permissions import Actor, Deed, may
from bot.rules.text import Gettext, safe
from handlers.listening import Focal
from storage import attendance, calls, meetings
from storage.database import Conn

REGISTER_AHEAD = timedelta(days=90)
"""How long before a meeting delegations are asked here whether they come."""


async def what_waits(conn: Conn, focal: Focal, actor: Actor, _: Gettext) -> list[str]:
    """Return what waits for the delegation of `actor`, a line of mrkdwn each."""
    return [*await _calls(conn, actor, _), *await _meetings(conn, focal, actor, _)]


async def _meetings(conn: Conn, focal: Focal, actor: Actor, _: Gettext) -> list[str]:
    if actor.member is None or not may(actor.roles, Deed.ATTEND):
        return []
    following = await meetings.next_meeting(conn, focal.now().date())
    if following is None or following.starts_on - focal.now().date() > REGISTER_AHEAD:
        return []
    said = {(each.member, each.observer) for each in await attendance.of_meeting(conn, following.id)}
    if (actor.member, actor.is_observer) in said:
        return []
    words = _("• Does your delegation come to {title}, {days}? – `/wps-meeting show {number}`")
    days = span_words(following.starts_on, following.ends_on, actor.locale)
    return [words.format(title=safe(following.title, 150), days=days, number=following.id)]


async def _calls(conn: Conn, actor: Actor, _: Gettext) -> list[str]:
    call = await calls.open_one(conn)
    party = next((each.party for each in call.guests if each.person == actor.user_id), None) if call else None
    if call is None or party is None or all(party in said for said in call.answers.values()):
        return []
    return [_("• Times for a call of the Troika are proposed to you in our messages: say which suit your delegation.")]
