"""Scheduling: the form of a reminder, the look before it is saved, and the list of what is scheduled."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.rules.drafts import MOST_PEOPLE, Draft
from bot.rules.permissions import Deed, require
from bot.rules.problems import AlreadyDone, BadInput
from bot.rules.profile import WorkingHours
from bot.rules.reminders import TEXT_LIMIT, wall_of, working_wall
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
from handlers.reader import reader_of
from handlers.troika import reminder_views as views
from storage import audit, occurrences, reminders
from storage.database import Conn
from storage.people import Recipient
from storage.reminders import NewReminder

LIST = "/wps-troika reminders"


async def open_form(command: Command, focal: Focal) -> Answer:
    """Open the form of a new reminder; what was typed after the word is its text."""
    require(command.actor, Deed.SCHEDULE)
    if len(command.text) > TEXT_LIMIT:
        raise BadInput("The text is longer than {limit} characters.", "Shorten it, please.", limit=TEXT_LIMIT)
    tomorrow = wall_of(focal.now(), command.actor.zone) + timedelta(days=1)
    proposed = working_wall(tomorrow.replace(hour=focal.network.working_hours.start, minute=0), _hours(focal))
    draft = Draft(text=command.text, day=f"{proposed:%Y-%m-%d}", time=f"{proposed:%H:%M}")
    return Modal(views.build_form(reader_of(command, focal), draft))


def _hours(focal: Focal) -> WorkingHours:
    return focal.network.working_hours


async def look_over(submission: Submission, focal: Focal) -> Answer:
    """Check the form and show the reminder in full before it is saved."""
    require(submission.actor, Deed.SCHEDULE)
    draft = Draft.of(submission.values)
    errors = await _errors(submission, focal, draft)
    if errors is not None:
        return errors
    schedule = draft.schedule(submission.actor.zone)
    async with focal.db.read() as conn:
        recipients = await _recipients(conn, focal, draft)
    reader = reader_of(submission, focal)
    return Update(views.build_look(reader, draft, schedule, recipients, focal.now(), _hours(focal)))


async def _errors(submission: Submission, focal: Focal, draft: Draft) -> Errors | None:
    _ = submission._
    faults = draft.faults(submission.actor.zone, focal.now())
    if not faults and draft.audience.people:
        # Their zones must be known before anything is promised, and somebody whom Slack does not know has none.
        found = await asyncio.gather(*(focal.who(user_id) for user_id in draft.audience.people))
        if any(each.name == each.user_id for each in found):
            faults = {"people": _("Slack does not know one of these people.")}
    if not faults:
        return None
    return Errors({block: _(words).format(limit=TEXT_LIMIT, most=MOST_PEOPLE) for block, words in faults.items()})


async def _recipients(conn: Conn, focal: Focal, draft: Draft) -> tuple[Recipient, ...]:
    return await occurrences.recipients_of(conn, draft.audience, focal.now().date(), focal.secretariat)


async def change(click: Click, focal: Focal) -> Answer:
    """Go back from the look to the form, with everything still in it."""
    require(click.actor, Deed.SCHEDULE)
    draft = Draft.carried(str(click.view.get("private_metadata") or ""))
    return Update(views.build_form(reader_of(click, focal), draft))


async def save(submission: Submission, focal: Focal) -> Answer:
    """Save the reminder that was looked over, once, and say it in full."""
    require(submission.actor, Deed.SCHEDULE)
    draft = Draft.carried(submission.private_metadata)
    if draft.faults(submission.actor.zone, focal.now()):
        raise BadInput("This reminder cannot be saved as it is.", "Its moment may have passed: please open it again.")
    schedule = draft.schedule(submission.actor.zone)
    now, actor = focal.now(), submission.actor
    new = NewReminder(draft.text, draft.audience, schedule, actor.user_id)
    async with focal.db.begin() as conn:
        number = await reminders.schedule(conn, new, now, f"form:{submission.view['id']}")
        if number is None:
            raise AlreadyDone("This reminder is saved already.", "See /wps-troika reminders.")
        await audit.note(conn, now, actor.user_id, "schedule", f"reminder {number}", to=draft.audience.group)
        recipients = await _recipients(conn, focal, draft)
    reader = reader_of(submission, focal)
    lines = views.in_full(reader, draft.text, draft.audience, schedule, recipients, now, _hours(focal))
    return Reply(*views.build_saved(reader, number, lines))


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
