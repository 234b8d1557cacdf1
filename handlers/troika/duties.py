"""What people do with duties: see where each stands, mark one done, assign it, give it a date, pause it."""

from dataclasses import replace
from datetime import date, datetime, time

from bot.rules.duties import TITLE_LIMIT, Duty, may_do
from bot.rules.permissions import Deed, may, require
from bot.rules.problems import Changed, NotAllowed
from bot.rules.reminders import Group, Repeat, rule_for
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
    number_in,
)
from handlers.reader import reader_of
from handlers.troika import duty_views as views
from handlers.troika import recipients
from handlers.troika.views import Words
from storage import audit, duties, people
from storage.database import Conn

LIST = "/wps-troika duties"


async def list_duties(command: Command, focal: Focal) -> Answer:
    """List the duties, with buttons for what the asker may do with each."""
    return Reply(*await _list(command, focal, 0))


async def turn_page(click: Click, focal: Focal) -> Answer:
    """Show another page of the duties in place of the one that was shown."""
    return Replace(*await _list(click, focal, number_in(click.value, LIST)))


async def _list(request: Request, focal: Focal, start: int, said: str = "") -> Words:
    async with focal.db.read() as conn:
        held = await duties.all_duties(conn)
        names = await _names(conn, *held)
    return views.build_list(
        reader_of(request, focal),
        held,
        names,
        focal.now(),
        focal.network.working_hours,
        start=start,
        mine={each.id for each in held if may_do(request.actor, each)},
        may_change=may(request.actor.roles, Deed.STEER_DUTIES),
        said=said,
    )


async def _names(conn: Conn, *held: Duty) -> dict[str, str]:
    return {each.user_id: each.name for each in await people.by_ids(conn, views.people_in(held))}


async def mark_done(click: Click, focal: Focal) -> Answer:
    """Mark a duty done, for everybody who was reminded of it."""
    number, version, start = _claim(click.value)
    now = focal.now()
    async with focal.db.begin() as conn:
        duty = await duties.duty(conn, number, lock=True)
        if not may_do(click.actor, duty):
            raise NotAllowed("This duty is not yours.", "Those whose it is, and the Secretariat, can mark it done.")
        if duty.version != version:
            raise Changed("This duty has changed since it was shown.", "See /wps-troika duties.")
        await recipients.finish_duty(conn, focal, duty, click.actor, now)
    said = click._("Done: {title}").format(title=duty.title)
    return Replace(*await _list(click, focal, start, said))


def _claim(value: str) -> tuple[int, int, int]:
    number, version, start = (*value.split(":"), "", "")[:3]
    return number_in(number, LIST), number_in(version, LIST), number_in(start or "0", LIST)


async def open_form(click: Click, focal: Focal) -> Answer:
    """Open the form that changes a duty."""
    require(click.actor, Deed.STEER_DUTIES)
    async with focal.db.read() as conn:
        duty = await duties.duty(conn, _claim(click.value)[0])
    return Modal(views.build_form(reader_of(click, focal), duty))


async def change(submission: Submission, focal: Focal) -> Answer:
    """Store a changed duty, and have it reminded of anew."""
    require(submission.actor, Deed.STEER_DUTIES)
    number, version, _start = _claim(submission.private_metadata)
    faults = _faults(submission, focal)
    if faults:
        return Errors(faults)
    assigned = submission.values.get("assigned")
    if assigned:
        await focal.who(str(assigned))
    now, hours, actor = focal.now(), focal.network.working_hours, submission.actor
    async with focal.db.begin() as conn:
        changed = _changed(submission, replace(await duties.duty(conn, number, lock=True), version=version))
        await duties.change(conn, changed, actor.user_id, actor.zone, hours, now)
        await audit.note(conn, now, actor.user_id, "change", f"duty {number}", assigned_to=changed.assigned_to)
        names = await _names(conn, changed)
    return Reply(*views.build_changed(reader_of(submission, focal), changed, names, now, hours))


def _faults(submission: Submission, focal: Focal) -> dict[str, str]:
    _, values = submission._, submission.values
    day, dated = _day(values.get("day")), values.get("repeat") != views.NEVER
    title = str(values.get("title") or "").strip()
    found = {
        "title": "" if 0 < len(title) <= TITLE_LIMIT else _("Say what must be done."),
        "who": "" if values.get("who") in set(views.GROUPS) else _("Choose one."),
        "repeat": "" if values.get("repeat") in views.RHYTHMS else _("Choose one."),
        "day": _("Choose the day on which it is due next.") if dated and day is None else "",
    }
    if dated and day is not None and day < focal.now().date():
        found["day"] = _("This day has passed.")
    return {block: words for block, words in found.items() if words}


def _changed(submission: Submission, duty: Duty) -> Duty:
    values = submission.values
    dated = values["repeat"] != views.NEVER
    day = _day(values.get("day")) if dated else None
    same = day is not None and day == duty.due_on and duty.starts_on is not None
    starts_on = duty.starts_on if same else day
    return replace(
        duty,
        title=str(values["title"]).strip(),
        who=Group(str(values["who"])).value,
        assigned_to=str(values["assigned"]) if values.get("assigned") else None,
        starts_on=starts_on,
        rule=rule_for(Repeat(str(values["repeat"])), datetime.combine(starts_on, time())) if starts_on else "",
        due_on=day,
        paused=values.get("paused") == "paused",
        put_off_until=None,
    )


def _day(chosen: object) -> date | None:
    try:
        return date.fromisoformat(str(chosen))
    except ValueError:
        return None
