"""What is due: reminders that go out by themselves, and what their recipients do with them."""

from collections.abc import Sequence
from datetime import datetime

from bot.rules.duties import Duty
from bot.rules.permissions import Actor
from bot.rules.problems import AlreadyDone, Closed, NotAllowed, NotFound
from bot.rules.reminders import LATE, Snooze, snoozed_until
from handlers import secretariat
from handlers.listening import Answer, Click, Done, Focal, number_in
from handlers.reader import reader_for, reader_of
from handlers.troika import reminder_views as views
from storage import audit, duties, occurrences, outbox, people
from storage.database import Conn
from storage.occurrences import OPEN, Occurrence, Unreached
from storage.reminders import BATCH, CLI, Progress


async def remind(focal: Focal, now: datetime) -> None:
    """Write what has come due and hand it to the outbox, a batch to a transaction."""
    while await _make_due(focal, now) == BATCH:
        pass
    while await _send(focal, now) == BATCH:
        pass


async def _make_due(focal: Focal, now: datetime) -> int:
    async with focal.db.begin() as conn:
        hours = focal.network.working_hours
        looked_at, unreached = await occurrences.make_due(conn, now, hours, focal.secretariat)
        for each in unreached:
            await _tell_unreached(conn, focal, each, now)
    return looked_at


async def _tell_unreached(conn: Conn, focal: Focal, unreached: Unreached, now: datetime) -> None:
    maker = unreached.reminder.created_by
    addresses = await secretariat.addresses(conn, focal) if maker == CLI else (maker,)
    for address in addresses:
        recipient = (await people.by_ids(conn, [address]))[0]
        key = f"reminder:{unreached.reminder.id}:{unreached.wall.isoformat()}:unreached:{address}"
        await outbox.post(conn, key, address, views.build_unreached(reader_for(recipient, focal), unreached), now)


async def _send(focal: Focal, now: datetime) -> int:
    async with focal.db.begin() as conn:
        taken = await occurrences.take_due(conn, now)
        await _post(conn, focal, taken, now)
    return len(taken)


async def _post(conn: Conn, focal: Focal, taken: Sequence[Occurrence], now: datetime) -> None:
    ids = {user_id for each in taken for user_id in (each.recipient, each.created_by)}
    known = {each.user_id: each for each in await people.by_ids(conn, ids)}
    for each in taken:
        maker = "" if each.created_by == CLI else known[each.created_by].name
        late = not each.snoozes and now - each.due_at >= LATE
        payload = views.build_due(reader_for(known[each.recipient], focal), each, maker, late=late)
        await outbox.post(conn, each.key, each.recipient, payload, now)


async def finish(conn: Conn, click: Click, focal: Focal) -> None:
    """Mark what the click names as done by its recipient, and change the message that spoke of it.

    A duty is done for everybody who was reminded of it.
    """
    due = await _own(conn, click)
    now = focal.now()
    if due.duty_id is not None and due.state in OPEN:
        duty = await duties.duty(conn, due.duty_id, lock=True)
        await finish_duty(conn, focal, duty, click.actor, now)
        return
    if not await occurrences.mark_done(conn, due, now):
        raise _over(due)
    await outbox.change(conn, due.shown_key, views.build_done(reader_of(click, focal), due, now), now)


async def finish_duty(conn: Conn, focal: Focal, duty: Duty, actor: Actor, now: datetime) -> None:
    """Mark a duty done by `actor`, and change every message that spoke of it."""
    had = await duties.mark_done(conn, duty, actor.user_id, focal.network.working_hours, now)
    await audit.note(conn, now, actor.user_id, "do", f"duty {duty.id}")
    readers = {each.user_id: each for each in await people.by_ids(conn, {each.recipient for each in had})}
    for each in had:
        by = "" if each.recipient == actor.user_id else actor.name
        payload = views.build_done(reader_for(readers[each.recipient], focal), each, now, by)
        await outbox.change(conn, each.shown_key, payload, now)


async def mark_done(click: Click, focal: Focal) -> Answer:
    """Mark a reminder done."""
    async with focal.db.begin() as conn:
        await finish(conn, click, focal)
    return Done()


async def for_an_hour(click: Click, focal: Focal) -> Answer:
    """Put a reminder off for an hour."""
    return await _snooze(click, focal, Snooze.HOUR)


async def until_tomorrow(click: Click, focal: Focal) -> Answer:
    """Put a reminder off until tomorrow morning."""
    return await _snooze(click, focal, Snooze.TOMORROW)


async def until_working_day(click: Click, focal: Focal) -> Answer:
    """Put a reminder off until the next working day."""
    return await _snooze(click, focal, Snooze.WORKING_DAY)


async def _snooze(click: Click, focal: Focal, snooze: Snooze) -> Answer:
    now = focal.now()
    until = snoozed_until(snooze, now, click.actor.zone, focal.network.working_hours)
    async with focal.db.begin() as conn:
        due = await _own(conn, click)
        if not await occurrences.snooze(conn, due, until):
            raise _over(due)
        if due.duty_id is not None:
            await duties.put_off(conn, due.duty_id, click.actor.user_id, until)
        payload = views.build_snoozed(reader_of(click, focal), due, until)
        await outbox.change(conn, due.shown_key, payload, now)
    return Done()


async def _own(conn: Conn, click: Click) -> Occurrence:
    """Return the occurrence that a button names, if it is the clicker's own."""
    due = await occurrences.occurrence(conn, number_in(click.value, "/wps-troika"))
    if due is None:
        raise NotFound("This reminder is not there any more.", "See /wps-troika.")
    if due.recipient != click.actor.user_id:
        raise NotAllowed("This reminder is somebody else's.", "Only who received it can answer it.")
    return due


def _over(due: Occurrence) -> AlreadyDone | Closed:
    if due.state is Progress.DONE:
        return AlreadyDone("This reminder is done already.", "There is nothing more to do.")
    if due.state is Progress.SNOOZED:
        return AlreadyDone("This reminder is put off already.", "It comes again by itself; you can still mark it done.")
    return Closed("This reminder was deleted.", "There is nothing more to do.")
