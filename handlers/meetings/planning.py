"""Planning a meeting: a new one, or what changes of one, and what has to move with it."""

from collections.abc import Sequence

from bot.rules.meetings import Plan, read_plan
from bot.rules.permissions import Deed, require
from bot.rules.playbook import steps_of
from bot.rules.problems import AlreadyDone, Changed
from handlers.listening import (
    Answer,
    Click,
    Command,
    Errors,
    Focal,
    Modal,
    Reply,
    Request,
    Submission,
    Update,
    number_in,
)
from handlers.meetings import plan_views as views
from handlers.meetings import posts
from handlers.meetings.card import name_of
from handlers.reader import reader_of
from storage import audit, duties, meetings, reminders
from storage.database import Conn
from storage.meetings import Meeting

EDIT = "/wps-meeting edit 3"


async def open_new(command: Command, _focal: Focal) -> Answer:
    """Open the form of a new meeting."""
    require(command.actor, Deed.PLAN_MEETINGS)
    return Modal(views.build_form(command._, {"title": command.text}))


async def open_edit(command: Command, focal: Focal) -> Answer:
    """Open the form of a meeting that is known."""
    return await _open(command, focal, number_in(command.text, EDIT))


async def click_edit(click: Click, focal: Focal) -> Answer:
    """Open that form from the card."""
    return await _open(click, focal, number_in(click.value, EDIT))


async def _open(request: Request, focal: Focal, number: int) -> Answer:
    require(request.actor, Deed.PLAN_MEETINGS)
    async with focal.db.read() as conn:
        known = await meetings.existing(conn, number)
    return Modal(views.build_form(request._, views.held(known.plan), known.id, known.version))


async def save(submission: Submission, focal: Focal) -> Answer:
    """Store the meeting; what hangs on its days moves with it. If somebody else was faster both see what differs."""
    require(submission.actor, Deed.PLAN_MEETINGS)
    number, version = (number_in(each, EDIT) for each in (*submission.private_metadata.split(":"), "", "")[:2])
    plan, problems = read_plan(submission.values)
    if plan is None:
        return Errors({block: problem.said(submission._) for block, problem in problems.items()})
    try:
        async with focal.db.begin() as conn:
            if number:
                saved, followed = await _change(conn, submission, focal, number, version, plan)
            else:
                saved, followed = await _plan_new(conn, submission, focal, plan)
    except Changed:
        return await _changed_since(submission, focal, number, plan)
    except AlreadyDone as twin:
        return Errors({"title": twin.said(submission._)})
    return Reply(*views.build_saved(reader_of(submission, focal), saved, followed))


Saved = tuple[Meeting, Sequence[str]]
"""A meeting as it is stored, and what has followed from that (mrkdwn)."""


async def _plan_new(conn: Conn, submission: Submission, focal: Focal, plan: Plan) -> Saved:
    """Store a new meeting and lay out its playbook."""
    now, by = focal.now(), submission.actor.user_id
    saved = await meetings.plan(conn, plan, by, now, f"form:{submission.view.get('id')}")
    await audit.note(conn, now, by, "plan", f"meeting {saved.id}", first_day=plan.starts_on.isoformat())
    steps = steps_of(saved.id, plan, focal.network.playbook, now.date())
    await duties.lay_out(conn, steps, by, submission.actor.zone, focal.network.working_hours, now)
    return saved, views.laid_out(submission._, len(steps))


async def _change(conn: Conn, submission: Submission, focal: Focal, number: int, version: int, plan: Plan) -> Saved:
    """Store what was changed of a meeting, and move what goes by its days."""
    now, by = focal.now(), submission.actor.user_id
    before = await meetings.existing(conn, number, lock=True)
    saved = await meetings.change(conn, number, version, plan, by, now)
    fields = list(plan.differs_from(before.plan))
    days = {"first_day": plan.starts_on.isoformat(), "before": before.starts_on.isoformat()}
    await audit.note(conn, now, by, "change", f"meeting {number}", fields=fields, **days)
    return saved, await _follow(conn, submission, focal, before, saved)


async def _follow(conn: Conn, submission: Submission, focal: Focal, before: Meeting, after: Meeting) -> Sequence[str]:
    """Move what goes by a meeting's days, and tell those who come; return what has moved (mrkdwn)."""
    now, by, zone = focal.now(), submission.actor.user_id, submission.actor.zone
    hours = focal.network.working_hours
    steps = await duties.move_with(conn, after.id, before.plan, after.plan, by, zone, hours, now)
    if not after.plan.moves_from(before.plan):
        return ()
    own = [each for each in await reminders.all_reminders(conn) if each.meeting_id == after.id]
    await reminders.move_with(conn, after.id, after.starts_on, now)
    if after.plan.cancelled != before.plan.cancelled:
        for each in own:
            await (reminders.pause(conn, each.id) if after.plan.cancelled else reminders.resume(conn, each.id, now))
    told = await posts.tell_moved(conn, focal, before, after)
    return views.followed(submission._, after, told=told, steps=steps, reminders=len(own))


async def _changed_since(submission: Submission, focal: Focal, number: int, plan: Plan) -> Answer:
    """Show the form again with what was written, and say what somebody else has saved meanwhile."""
    async with focal.db.read() as conn:
        now = await meetings.existing(conn, number)
        by = await name_of(conn, now.changed_by)
    notes = views.changed_since(submission._, by, plan.differs_from(now.plan))
    return Update(views.build_form(submission._, views.held(plan), number, now.version, notes))
