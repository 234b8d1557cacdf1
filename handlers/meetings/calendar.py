"""Meetings in calendars: the file of one or of all to come, and where their feed is."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from bot.rules.calendars import Entry, calendar_of
from bot.rules.meetings import Document
from bot.rules.permissions import Deed, may
from bot.rules.problems import NotFound
from bot.rules.reminders import utc_of
from bot.rules.text import Gettext
from handlers.listening import Answer, Click, Command, Focal, Reply, Request, number_in
from handlers.meetings.words import kind_name
from storage import meetings
from storage.database import Conn
from storage.meetings import Meeting

CALENDAR = "/wps-meeting calendar 3"
REFRESH_HOURS = 12
PAST = timedelta(days=366)
"""How long a meeting that is over stays in the feed."""


def entry_of(meeting: Meeting, _: Gettext, documents: Sequence[Document] = ()) -> Entry:
    """Return a meeting as a calendar holds it, with `documents` for those who may see them; else it is public."""
    plan = meeting.plan
    starts: date | datetime = plan.starts_on
    ends: date | datetime = plan.ends_on
    if plan.opens and plan.closes:
        starts = utc_of(datetime.combine(plan.starts_on, plan.opens), plan.zone)
        ends = utc_of(datetime.combine(plan.ends_on, plan.closes), plan.zone)
    return Entry(
        uid=f"{meeting.uid}@focal",
        sequence=meeting.sequence,
        title=plan.title,
        starts=starts,
        ends=ends,
        stamped_at=meeting.changed_at or datetime.combine(plan.starts_on, time(), UTC),
        zone=plan.zone or "UTC",
        place=plan.place,
        description=_description(meeting, _, documents),
        cancelled=plan.cancelled,
    )


def _description(meeting: Meeting, _: Gettext, documents: Sequence[Document]) -> str:
    plan = meeting.plan
    told = (
        kind_name(_, plan.kind),
        _("Theme: {words}").format(words=plan.theme) if plan.theme else "",
        _("Host: {words}").format(words=plan.host) if plan.host else "",
        *(f"{each.title}: {each.url}" for each in documents),
    )
    return "\n".join(part for part in told if part)


async def feed(conn: Conn, focal: Focal) -> bytes:
    """Return the feed of meetings: those of the last year and all to come, with what is public of them."""
    since = focal.now().date() - PAST
    kept = [each for each in await meetings.all_meetings(conn) if each.ends_on >= since]
    _ = focal.translate("en")
    return calendar_of([entry_of(each, _) for each in kept], focal.network.short_name, refresh_hours=REFRESH_HOURS)


async def send_calendar(command: Command, focal: Focal) -> Answer:
    """Send the file of the meeting that is named, or of all to come, and say where their feed is."""
    if command.text:
        return await _send_one(command, focal, number_in(command.text, CALENDAR))
    async with focal.db.read() as conn:
        known = await meetings.all_meetings(conn)
    coming = [each for each in known if each.plan.is_open(focal.now())]
    if not coming:
        raise NotFound("No meeting to come is known to me yet.", "See /wps-meeting list.")
    said = [command._("The calendar file is on its way to your messages with Focal."), *_feed_at(command, focal)]
    return Reply("\n".join(said), after=partial(_send, command, focal, coming, "meetings.ics"))


def _feed_at(request: Request, focal: Focal) -> list[str]:
    """Say where the feed is, to those who belong: whoever knows its address is asked nothing more."""
    if not focal.calendar_url or not may(request.actor.roles, Deed.PROPOSE_TOPICS):
        return []
    return [request._("To subscribe, give your calendar this address: {url}").format(url=focal.calendar_url)]


async def click_calendar(click: Click, focal: Focal) -> Answer:
    """Send the file of a meeting from its card."""
    return await _send_one(click, focal, number_in(click.value, CALENDAR))


async def _send_one(request: Request, focal: Focal, number: int) -> Answer:
    async with focal.db.read() as conn:
        meeting = await meetings.existing(conn, number)
    said = request._("The calendar file is on its way to your messages with Focal.")
    return Reply(said, after=partial(_send, request, focal, [meeting], f"meeting-{number}.ics"))


async def _send(request: Request, focal: Focal, chosen: Iterable[Meeting], name: str) -> None:
    belongs = may(request.actor.roles, Deed.PROPOSE_TOPICS)
    entries = [entry_of(each, request._, each.plan.documents if belongs else ()) for each in chosen]
    said = request._("Open this file to put it into your calendar; a newer one takes the place of an older.")
    content = calendar_of(entries, focal.network.short_name)
    await focal.slack.send_file(request.actor.user_id, name, content, said)
