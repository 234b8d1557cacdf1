"""Scheduling: the form of a reminder, the look before it is saved, and the list of what is scheduled."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.rules.drafts import Desk, Draft, draft_of, settle
from bot.rules.moments import Landmark
from bot.rules.permissions import Deed, require
from bot.rules.problems import AlreadyDone, BadInput, NotFound
from bot.rules.profile import WorkingHours
from bot.rules.reminders import TEXT_LIMIT, Group, wall_of, working_wall
from handlers.listening import (
    Answer,
    Click,
    Command,
    Errors,
    Focal,
    Modal,
    Replace,
    Reply,
    Request,
    Submission,
    Update,
    number_in,
)
from handlers.reader import hours_of, reader_of
from handlers.troika import reminder_views as views
from storage import audit, meetings, occurrences, reminders
from storage.database import Conn
from storage.meetings import Meeting
from storage.members import all_members
from storage.people import Recipient
from storage.reminders import NewReminder

LIST = "/wps-troika reminders"


async def open_form(command: Command, focal: Focal) -> Answer:
    """Open the form of a new reminder; what was typed after the word is its text."""
    require(command.actor, Deed.SCHEDULE)
    if len(command.text) > TEXT_LIMIT:
        raise BadInput("The text is longer than {limit} characters.", "Shorten it, please.", limit=TEXT_LIMIT)
    tomorrow = wall_of(focal.now(), command.actor.zone) + timedelta(days=1)
    hours = hours_of(command.actor, focal)
    proposed = working_wall(tomorrow.replace(hour=hours.start, minute=0), hours)
    draft = Draft(text=command.text, day=f"{proposed:%Y-%m-%d}", time=f"{proposed:%H:%M}")
    return Modal(views.build_form(reader_of(command, focal), draft))


def _hours(focal: Focal) -> WorkingHours:
    return focal.network.working_hours


async def choose(click: Click, focal: Focal) -> Answer:
    """Ask for what the chosen group or repetition needs, with everything typed so far still there."""
    require(click.actor, Deed.SCHEDULE)
    draft = _typed(click.values, str(click.view.get("private_metadata") or ""))
    return Update(views.build_form(reader_of(click, focal), draft))


def _typed(values: Mapping[str, Any], metadata: str) -> Draft:
    number, _, version = metadata.partition(":")
    return Draft.of(values, number_in(number or "0", LIST), number_in(version or "0", LIST))


async def look_over(submission: Submission, focal: Focal) -> Answer:
    """Check the form and show the reminder in full before it is saved."""
    require(submission.actor, Deed.SCHEDULE)
    typed = _typed(submission.values, submission.private_metadata)
    async with focal.db.read() as conn:
        known = await meetings.all_meetings(conn)
        draft, problems = settle(typed, await _desk(conn, submission, focal, known))
        recipients = () if problems else await _recipients(conn, focal, draft)
    faults = {block: problem.said(submission._) for block, problem in problems.items()}
    faults = faults or await _unreachable(submission, focal, draft)
    if faults:
        return Errors(_beside(faults, submission))
    schedule = draft.schedule(submission.actor.zone)
    title = next((each.title for each in known if each.id == draft.meeting), "")
    reader = reader_of(submission, focal)
    return Update(views.build_look(reader, draft, schedule, recipients, focal.now(), _hours(focal), title))


async def _desk(conn: Conn, request: Request, focal: Focal, known: Sequence[Meeting]) -> Desk:
    return Desk(
        request.actor.zone,
        focal.now(),
        hours_of(request.actor, focal),
        tuple(landmark(each) for each in known),
        focal.gazetteer,
        (await all_members(conn)).keys(),
    )


def landmark(meeting: Meeting) -> Landmark:
    """Return a meeting as something that times are counted from."""
    return Landmark(meeting.id, meeting.title, meeting.place, meeting.starts_on, meeting.ends_on)


async def _unreachable(submission: Submission, focal: Focal, draft: Draft) -> dict[str, str]:
    """Return what is wrong with those to whom it would go, by block id."""
    _ = submission._
    if draft.group == Group.PEOPLE:
        # Their zones must be known before anything is promised, and somebody whom Slack does not know has none.
        found = await asyncio.gather(*(focal.who(user_id) for user_id in draft.people))
        unknown = any(each.name == each.user_id for each in found)
        return {"people": _("Slack does not know one of these people.")} if unknown else {}
    if draft.group == Group.CHANNEL and not await focal.slack.is_in(draft.channel):
        return {"channel": _("Focal is not in this channel. Invite it first: /invite @focal")}
    return {}


def _beside(faults: Mapping[str, str], submission: Submission) -> dict[str, str]:
    """Return faults by the blocks that the form shows: its fields may not have followed the last choice yet."""
    shown = {block.get("block_id") for block in submission.view.get("blocks") or ()}
    stands_for = {"people": "group", "member": "group", "channel": "group", "rule": "repeat"}
    return {
        block if block in shown or not shown else stands_for.get(block, "text"): words
        for block, words in faults.items()
    }


async def _recipients(conn: Conn, focal: Focal, draft: Draft) -> tuple[Recipient, ...]:
    return await occurrences.recipients_of(conn, draft.audience, focal.now().date(), focal.secretariat)


async def change(click: Click, focal: Focal) -> Answer:
    """Go back from the look to the form, with everything still in it."""
    require(click.actor, Deed.SCHEDULE)
    draft = Draft.carried(str(click.view.get("private_metadata") or ""))
    return Update(views.build_form(reader_of(click, focal), draft))


async def save(submission: Submission, focal: Focal) -> Answer:
    """Save the reminder that was looked over, once, or what was changed of it, and say it in full."""
    require(submission.actor, Deed.SCHEDULE)
    carried = Draft.carried(submission.private_metadata)
    now, actor = focal.now(), submission.actor
    async with focal.db.begin() as conn:
        meeting = await meetings.meeting(conn, carried.meeting) if carried.meeting is not None else None
        # Not by the words again: “in an hour” is an hour from when it was looked over.
        draft, problems = settle(replace(carried, words=""), await _desk(conn, submission, focal, ()))
        if problems or (carried.meeting is not None and meeting is None):
            raise BadInput("This reminder cannot be saved as it is.", "Its moment may have passed: open it again.")
        draft = replace(draft, meeting=carried.meeting, offset=carried.offset)
        schedule = draft.schedule(actor.zone)
        new = NewReminder(
            draft.text, draft.audience, schedule, actor.user_id, meeting_id=draft.meeting, offset_days=draft.offset
        )
        number = await _store(conn, draft, new, f"form:{submission.view['id']}", focal)
        deed = "change" if draft.number else "schedule"
        await audit.note(conn, now, actor.user_id, deed, f"reminder {number}", to=draft.audience.group)
        recipients = await _recipients(conn, focal, draft)
    reader = reader_of(submission, focal)
    title = meeting.title if meeting else ""
    lines = views.in_full(reader, draft, schedule, recipients, now, _hours(focal), title)
    return Reply(*views.build_saved(reader, number, lines))


async def _store(conn: Conn, draft: Draft, new: NewReminder, form: str, focal: Focal) -> int:
    if draft.number:
        await reminders.edit(conn, draft.number, draft.version, new, focal.now())
        return draft.number
    number = await reminders.schedule(conn, new, focal.now(), form)
    if number is None:
        raise AlreadyDone("This reminder is saved already.", "See /wps-troika reminders.")
    return number


async def edit(click: Click, focal: Focal) -> Answer:
    """Open the form of a reminder that is scheduled, to change it."""
    require(click.actor, Deed.SCHEDULE)
    number = number_in(click.value.partition(":")[0], LIST)
    async with focal.db.read() as conn:
        known = await reminders.reminder(conn, number)
        if known is None or known.state not in reminders.LISTED:
            raise NotFound("Reminder {number} is not scheduled any more.", "See /wps-troika reminders.", number=number)
        meeting = await meetings.meeting(conn, known.meeting_id) if known.meeting_id is not None else None
    counted = landmark(meeting) if meeting else None
    draft = draft_of(known.text, known.audience, known.schedule, counted, known.offset_days, known.id, known.version)
    return Modal(views.build_form(reader_of(click, focal), draft))


async def list_reminders(command: Command, focal: Focal) -> Answer:
    """List what is scheduled, with buttons to pause, resume and delete."""
    require(command.actor, Deed.SCHEDULE)
    async with focal.db.read() as conn:
        found = await reminders.all_reminders(conn)
    return Reply(*views.build_list(reader_of(command, focal), found, 0))


async def turn_page(click: Click, focal: Focal) -> Answer:
    """Show another page of what is scheduled in place of the one that was shown."""
    require(click.actor, Deed.SCHEDULE)
    return await _page(click, focal, number_in(click.value, LIST), "")


async def _page(request: Request, focal: Focal, start: int, said: str) -> Answer:
    async with focal.db.read() as conn:
        found = await reminders.all_reminders(conn)
    return Replace(*views.build_list(reader_of(request, focal), found, start, said))


async def pause(click: Click, focal: Focal) -> Answer:
    """Pause a reminder: nothing of it is sent until it is resumed."""
    said = click._("Reminder {number} is paused.")
    return await _steer(click, focal, "pause", reminders.pause, said)


async def resume(click: Click, focal: Focal) -> Answer:
    """Let a paused reminder go on with its next moment."""

    async def go_on(conn: Conn, number: int) -> bool:
        return await reminders.resume(conn, number, focal.now())

    return await _steer(click, focal, "resume", go_on, click._("Reminder {number} goes on."))


async def delete(click: Click, focal: Focal) -> Answer:
    """Delete a reminder and what was put off of it."""
    said = click._("Reminder {number} is deleted.")
    return await _steer(click, focal, "delete", reminders.delete, said)


async def _steer(
    click: Click, focal: Focal, deed: str, verb: Callable[[Conn, int], Awaitable[bool]], said: str
) -> Answer:
    require(click.actor, Deed.SCHEDULE)
    number, start = (number_in(each or "0", LIST) for each in click.value.partition(":")[::2])
    async with focal.db.begin() as conn:
        if not await verb(conn, number):
            raise AlreadyDone(
                "Reminder {number} is not as it was when this was shown.", "See /wps-troika reminders.", number=number
            )
        await audit.note(conn, focal.now(), click.actor.user_id, deed, f"reminder {number}")
    return await _page(click, focal, start, said.format(number=number))
