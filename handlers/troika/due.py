"""What comes due by itself: reminders that go out, and those that nobody answers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.rules.reminders import LATE, answer_awaited_until, utc_of, wall_of, working_wall
from bot.rules.workdays import hours_for
from handlers import secretariat
from handlers.listening import Focal
from handlers.reader import Reader, reader_for
from handlers.troika import reminder_views as views
from storage import occurrences, outbox, people
from storage.database import Conn
from storage.occurrences import Occurrence, Unreached
from storage.people import Recipient
from storage.reminders import BATCH, CLI, Progress, Way


async def remind(focal: Focal, now: datetime) -> None:
    """Write what has come due, pass on what nobody answered, and send it all, a batch to a transaction."""
    for step in (_make_due, _escalate, _send):
        while await step(focal, now) == BATCH:
            pass


async def _make_due(focal: Focal, now: datetime) -> int:
    async with focal.db.begin() as conn:
        hours = focal.network.working_hours
        looked_at, unreached = await occurrences.make_due(conn, now, hours, focal.secretariat)
        for each in unreached:
            await _tell_unreached(conn, focal, each, now)
    return looked_at


async def _tell_unreached(conn: Conn, focal: Focal, unreached: Unreached, now: datetime) -> None:
    base = f"reminder:{unreached.reminder.id}:{unreached.wall.isoformat()}:unreached"
    for address, reader in await keepers(conn, focal, unreached.reminder.created_by):
        await outbox.post(conn, f"{base}:{address}", address, views.build_unreached(reader, unreached), now)


async def keepers(conn: Conn, focal: Focal, maker: str) -> list[tuple[str, Reader]]:
    """Return where whoever looks after a reminder is reached: its maker, or the Secretariat if it came from a file."""
    addresses = await secretariat.addresses(conn, focal) if maker == CLI else (maker,)
    return [(each.user_id, reader_for(each, focal)) for each in await people.by_ids(conn, addresses)]


async def _send(focal: Focal, now: datetime) -> int:
    async with focal.db.begin() as conn:
        taken = await occurrences.take_due(conn, now)
        ids = {user_id for each in taken for user_id in (each.recipient, each.created_by, each.came_from) if user_id}
        known = {each.user_id: each for each in await people.by_ids(conn, ids)}
        for each in taken:
            await _post(conn, focal, each, known, now)
    return len(taken)


async def _post(conn: Conn, focal: Focal, due: Occurrence, known: dict[str, Recipient], now: datetime) -> None:
    reader = reader_at(known[due.recipient], due, focal)
    payload = views.build_due(
        reader,
        due,
        maker="" if due.created_by == CLI else known[due.created_by].name,
        sender=known[due.came_from].name if due.came_from else "",
        late=not due.snoozes and due.way is None and now - due.due_at >= LATE,
    )
    await outbox.post(conn, due.key, await _address(conn, focal, due), payload, now)
    if _is_awaited(due):
        hours = hours_for(focal.network.working_hours, due.member, reader.zone)
        until = answer_awaited_until(now, reader.zone, hours)
        await occurrences.expect_answer(conn, due.id, until)


def reader_at(recipient: Recipient, due: Occurrence, focal: Focal) -> Reader:
    """Return how the recipient of an occurrence reads: where several do, moments are on the clock that it goes by."""
    return reader_for(replace(recipient, zone=due.zone) if due.is_shared else recipient, focal)


async def _address(conn: Conn, focal: Focal, due: Occurrence) -> str:
    """Return where an occurrence is sent; a group message is addressed by its people, with commas between them."""
    if due.recipient != occurrences.TOGETHER:
        return due.recipient
    day = wall_of(due.due_at, due.zone).date()
    there = await occurrences.recipients_of(conn, due.audience, day, focal.secretariat)
    return ",".join(sorted(each.user_id for each in there))


def _is_awaited(due: Occurrence) -> bool:
    """Tell whether an answer is awaited: not where several read it, of oneself, or of who was asked in reserve."""
    return not due.is_shared and due.recipient != due.created_by and due.way is not Way.ESCALATED


async def _escalate(focal: Focal, now: datetime) -> int:
    async with focal.db.begin() as conn:
        taken = await occurrences.take_unanswered(conn, now)
        served = await people.secretariat_of(conn, focal.secretariat, now.date())
        for each in taken:
            await _see_to(conn, focal, each, served, now)
    return len(taken)


async def _see_to(conn: Conn, focal: Focal, due: Occurrence, served: Sequence[Recipient], now: datetime) -> None:
    """Pass what was not answered to the alternate, once, and then to the Secretariat, once."""
    others = await occurrences.others(conn, due)
    theirs = [each for each in others if due.member is not None and each.member == due.member]
    if any(each.state is Progress.DONE for each in theirs) or due.recipient in {each.user_id for each in served}:
        return
    asked = [each for each in others if each.way is Way.ESCALATED and each.came_from == due.recipient]
    if asked or not await _ask_alternates(conn, focal, due, now):
        await _tell_secretariat(conn, focal, due, asked, now)


async def _ask_alternates(conn: Conn, focal: Focal, due: Occurrence, now: datetime) -> bool:
    """Remind the alternates of a recipient's delegation who were not; tell whether there is one."""
    if due.member is None:
        return False
    asked = False
    for each in await people.alternates_of(conn, due.member, now.date()):
        hours = hours_for(focal.network.working_hours, each.member, each.zone)
        send_at = utc_of(working_wall(wall_of(now, each.zone), hours), each.zone)
        if await occurrences.pass_on(conn, due, each, Way.ESCALATED, max(send_at, now)):
            asked = True
            await occurrences.expect_answer(conn, due.id, answer_awaited_until(send_at, each.zone, hours))
    return asked


async def _tell_secretariat(
    conn: Conn, focal: Focal, due: Occurrence, asked: Sequence[Occurrence], now: datetime
) -> None:
    """Tell the Secretariat that nobody answered, each of its people when they are at work."""
    ids = [due.recipient, *(each.recipient for each in asked)]
    names = [each.name for each in await people.by_ids(conn, ids)]
    later: list[datetime] = []
    for address, reader in await secretariat.readers(conn, focal):
        at_work = now if address == focal.secretariat_channel else _at_work(focal, reader.zone, now)
        if at_work > now:
            later.append(at_work)
        else:
            payload = views.build_unanswered(reader, due, names)
            await outbox.post(conn, f"{due.key}:unanswered:{address}"[:120], address, payload, now)
    if later:
        await occurrences.expect_answer(conn, due.id, min(later))


def _at_work(focal: Focal, zone: str, now: datetime) -> datetime:
    """Return when somebody of no State whose clock is that of `zone` works, from `now` on."""
    hours = hours_for(focal.network.working_hours, None, zone)
    return max(now, utc_of(working_wall(wall_of(now, zone), hours), zone))
