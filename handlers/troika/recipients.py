"""What recipients do with a reminder: done, put off, handed on, not ours."""

from datetime import date, datetime, time, timedelta

from bot.rules.duties import Duty
from bot.rules.permissions import Actor
from bot.rules.problems import AlreadyDone, Closed, NotAllowed, NotFound
from bot.rules.reminders import Snooze, snoozed_until, utc_of, wall_of, working_wall
from bot.rules.workdays import hours_for
from handlers import secretariat
from handlers.listening import Answer, Click, Done, Errors, Focal, Modal, Request, Submission, number_in
from handlers.reader import hours_of, reader_for, reader_of
from handlers.troika import reminder_views as views
from handlers.troika.due import reader_at
from storage import audit, duties, occurrences, outbox, people
from storage.database import Conn
from storage.occurrences import OPEN, Occurrence
from storage.people import Recipient
from storage.reminders import CLI, Progress, Way

FARTHEST = timedelta(days=366)


async def mark_done(click: Click, focal: Focal) -> Answer:
    """Mark a reminder done."""
    async with focal.db.begin() as conn:
        await finish(conn, click, focal)
    return Done()


async def finish(conn: Conn, click: Click, focal: Focal) -> None:
    """Mark what the click names as done by whoever clicked, and change the messages that spoke of it.

    A duty is done for everybody who was reminded of it; what went from one to another of a delegation, for both.
    """
    due = await _own(conn, click)
    now = focal.now()
    if due.duty_id is not None and due.state in OPEN:
        duty = await duties.duty(conn, due.duty_id, lock=True)
        await finish_duty(conn, focal, duty, click.actor, now)
        return
    if not await occurrences.mark_done(conn, due, click.actor.user_id, now):
        raise over(due)
    await _show_done(conn, focal, due, click.actor, now)
    root = due.came_from or due.recipient
    for each in await occurrences.others(conn, due):
        if root not in {each.came_from, each.recipient}:
            continue
        if await occurrences.mark_done(conn, each, click.actor.user_id, now) and each.state in OPEN:
            await _show_done(conn, focal, each, click.actor, now)


async def finish_duty(conn: Conn, focal: Focal, duty: Duty, actor: Actor, now: datetime) -> None:
    """Mark a duty done by `actor`, and change every message that spoke of it."""
    had = await duties.mark_done(conn, duty, actor.user_id, focal.network.working_hours, now)
    await audit.note(conn, now, actor.user_id, "do", f"duty {duty.id}")
    for each in had:
        await _show_done(conn, focal, each, actor, now)


async def _show_done(conn: Conn, focal: Focal, due: Occurrence, actor: Actor, now: datetime) -> None:
    reader = reader_at((await people.by_ids(conn, [due.recipient]))[0], due, focal)
    payload = views.build_done(reader, due, now, "" if due.recipient == actor.user_id else actor.name)
    await outbox.change(conn, due.shown_key, payload, now)


async def for_an_hour(click: Click, focal: Focal) -> Answer:
    """Put a reminder off for an hour."""
    return await _put_off(click, focal, Snooze.HOUR)


async def until_tomorrow(click: Click, focal: Focal) -> Answer:
    """Put a reminder off until tomorrow morning."""
    return await _put_off(click, focal, Snooze.TOMORROW)


async def until_working_day(click: Click, focal: Focal) -> Answer:
    """Put a reminder off until the next working day."""
    return await _put_off(click, focal, Snooze.WORKING_DAY)


async def _put_off(click: Click, focal: Focal, snooze: Snooze) -> Answer:
    until = snoozed_until(snooze, focal.now(), click.actor.zone, hours_of(click.actor, focal))
    async with focal.db.begin() as conn:
        await _snooze(conn, focal, click, await _own(conn, click), until)
    return Done()


async def _snooze(conn: Conn, focal: Focal, request: Request, due: Occurrence, until: datetime) -> None:
    if not await occurrences.snooze(conn, due, until):
        raise over(due)
    if due.duty_id is not None:
        await duties.put_off(conn, due.duty_id, request.actor.user_id, until)
    payload = views.build_snoozed(reader_of(request, focal), due, until)
    await outbox.change(conn, due.shown_key, payload, focal.now())


async def open_snooze(click: Click, focal: Focal) -> Answer:
    """Open the form in which somebody chooses until when a reminder is put off."""
    async with focal.db.read() as conn:
        due = await _own(conn, click)
    if due.state is not Progress.SENT:
        raise over(due)
    hours = hours_of(click.actor, focal)
    tomorrow = wall_of(focal.now(), click.actor.zone) + timedelta(days=1)
    proposed = working_wall(tomorrow.replace(hour=hours.start, minute=0, second=0, microsecond=0), hours)
    return Modal(views.build_snooze_form(reader_of(click, focal), due, proposed))


async def snooze_until(submission: Submission, focal: Focal) -> Answer:
    """Put a reminder off until the day and time that were chosen."""
    _, now = submission._, focal.now()
    until = _chosen(submission)
    if until is None or until <= now:
        return Errors({"day": _("Choose a day and time to come.")})
    if until > now + FARTHEST:
        return Errors({"day": _("Choose a day within a year.")})
    async with focal.db.begin() as conn:
        await _snooze(conn, focal, submission, await _own_of(conn, submission), until)
    return Done()


def _chosen(submission: Submission) -> datetime | None:
    try:
        day = date.fromisoformat(str(submission.values.get("day")))
        clock = time.fromisoformat(str(submission.values.get("time")))
    except ValueError:
        return None
    return utc_of(datetime.combine(day, clock.replace(tzinfo=None)), submission.actor.zone)


async def open_handing(click: Click, focal: Focal) -> Answer:
    """Open the form in which somebody chooses who of their delegation takes a reminder over."""
    async with focal.db.read() as conn:
        due = await _own(conn, click)
        colleagues = await _colleagues(conn, click.actor, focal)
    if due.state not in OPEN:
        raise over(due)
    if not colleagues:
        raise NotFound(
            "Nobody else of your delegation is known to me in Slack.",
            "Ask the Secretariat to link them, or press “Not ours”.",
        )
    return Modal(views.build_hand_form(reader_of(click, focal), due, colleagues))


async def hand_on(submission: Submission, focal: Focal) -> Answer:
    """Hand a reminder to another of the delegation, who is reminded at once if it is their working time."""
    now, reader = focal.now(), reader_of(submission, focal)
    async with focal.db.begin() as conn:
        due = await _own_of(conn, submission)
        colleagues = {each.user_id: each for each in await _colleagues(conn, submission.actor, focal)}
        to = colleagues.get(str(submission.values.get("to") or ""))
        if to is None:
            return Errors({"to": submission._("Choose somebody of your delegation.")})
        if not await occurrences.mark_handed(conn, due):
            raise over(due)
        hours = hours_for(focal.network.working_hours, to.member, to.zone)
        send_at = utc_of(working_wall(wall_of(now, to.zone), hours), to.zone)
        await occurrences.pass_on(conn, due, to, Way.HANDED, max(send_at, now))
        await audit.note(conn, now, submission.actor.user_id, "hand on", f"reminder {due.reminder_id}", to=to.user_id)
        await outbox.change(conn, due.shown_key, views.build_handed(reader, due, to.name), now)
    return Done()


async def _colleagues(conn: Conn, actor: Actor, focal: Focal) -> tuple[Recipient, ...]:
    if actor.member is None:
        return ()
    found = await people.delegation_of(conn, actor.member, focal.now().date())
    return tuple(each for each in found if each.user_id != actor.user_id)


async def refuse(click: Click, focal: Focal) -> Answer:
    """Say that a reminder is not for one's delegation; whoever made it, or the Secretariat, is told."""
    now = focal.now()
    async with focal.db.begin() as conn:
        due = await _own(conn, click)
        if not await occurrences.mark_refused(conn, due):
            raise over(due)
        await audit.note(conn, now, click.actor.user_id, "refuse", f"reminder {due.reminder_id}")
        await outbox.change(conn, due.shown_key, views.build_refused(reader_of(click, focal), due), now)
        addresses = await secretariat.addresses(conn, focal)
        told = addresses if due.created_by in {CLI, click.actor.user_id} else (due.created_by,)
        for each in await people.by_ids(conn, told):
            payload = views.build_refusal(reader_for(each, focal), due, click.actor)
            await outbox.post(conn, f"{due.key}:refused:{each.user_id}"[:120], each.user_id, payload, now)
    return Done()


async def _own(conn: Conn, click: Click) -> Occurrence:
    """Return the occurrence that a button names, if it is the clicker's own."""
    return await _of(conn, click.actor, number_in(click.value, "/wps-troika"))


async def _own_of(conn: Conn, submission: Submission) -> Occurrence:
    return await _of(conn, submission.actor, number_in(submission.private_metadata, "/wps-troika"))


async def _of(conn: Conn, actor: Actor, number: int) -> Occurrence:
    due = await occurrences.occurrence(conn, number)
    if due is None:
        raise NotFound("This reminder is not there any more.", "See /wps-troika.")
    if due.is_shared:
        if not actor.roles:
            raise NotAllowed("This reminder is for the Network.", "Ask the Secretariat to link you to your contact.")
    elif due.recipient != actor.user_id:
        raise NotAllowed("This reminder is somebody else's.", "Only who received it can answer it.")
    return due


def over(due: Occurrence) -> AlreadyDone | Closed:
    """Return why an occurrence cannot be answered any more."""
    if due.state is Progress.DONE:
        return AlreadyDone("This reminder is done already.", "There is nothing more to do.")
    if due.state is Progress.SNOOZED:
        return AlreadyDone("This reminder is put off already.", "It comes again by itself; you can still mark it done.")
    if due.state is Progress.HANDED:
        return AlreadyDone("You have handed this reminder on already.", "There is nothing more to do.")
    if due.state is Progress.REFUSED:
        return AlreadyDone("You have said already that this is not yours.", "Its maker has been told.")
    return Closed("This reminder was deleted.", "There is nothing more to do.")
