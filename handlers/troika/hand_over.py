"""Handing the presidency over: a month before, whoever takes it over is given all that goes with it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from bot.rules.contacts import shown_to
from bot.rules.duties import Duty
from bot.rules.handover import HandOver, hand_over_near, month_before, next_hand_over
from bot.rules.permissions import Actor, Deed, require
from bot.rules.recommendations import State, Wanted
from bot.rules.reminders import Group, is_working, wall_of, working_day_after
from bot.rules.workdays import hours_for
from handlers import secretariat
from handlers.beats import each_due
from handlers.blocks import message
from handlers.listening import Answer, Click, Command, Focal, Reply
from handlers.reader import Reader, reader_for, reader_of
from handlers.troika import dossier_views as views
from handlers.troika.dossier_views import Dossier
from storage import contacts, documents, duties, meetings, outbox, people, recommendations, reminders, sightings
from storage.database import Conn
from storage.people import Recipient
from storage.presidencies import all_presidencies
from storage.reminders import CLI

ADOPTED = (State.IN_COMMUNIQUE, State.FOLLOWED_UP)
DUTY = "hand-over"
"""The key of the profile's duty that falls due with the hand-over, if it has one."""
STANDING = {Group.TROIKA, Group.TOGETHER, Group.PRESIDENCY}


@dataclass(frozen=True)
class _Newcomer:
    """Somebody who takes a presidency over and has not been given its dossier."""

    hand_over: HandOver
    person: Recipient


async def prepare(focal: Focal, now: datetime) -> None:
    """Give the dossier to everybody who takes over within a month, or tell the Secretariat that nobody is known to.

    The duty of handing over becomes due on the outgoing presidency's last working day.
    """
    await each_due(focal, now, partial(_undated, focal), _date)
    await each_due(focal, now, partial(_newcomers, focal), _give)
    await each_due(focal, now, partial(_unknown, focal), _tell_unknown)


async def _undated(focal: Focal, conn: Conn, now: datetime) -> list[tuple[Duty, date]]:
    ahead = hand_over_near(await all_presidencies(conn), now.date())
    if ahead is None or ahead.outgoing is None:
        return []
    last = working_day_after(ahead.day, -1, focal.network.working_hours)
    return [
        (each, last)
        for each in await duties.all_duties(conn)
        if each.key == DUTY and each.due_on is None and not each.paused and not _is_done(each, ahead.day)
    ]


def _is_done(duty: Duty, day: date) -> bool:
    return duty.done_at is not None and duty.done_at.date() >= month_before(day)


async def _date(conn: Conn, focal: Focal, undated: tuple[Duty, date], now: datetime) -> None:
    seen, last = undated
    held = await duties.duty(conn, seen.id, lock=True)
    if held.version == seen.version:
        dated = replace(held, starts_on=last, due_on=last, rule="", put_off_until=None)
        await duties.change(conn, dated, CLI, "UTC", focal.network.working_hours, now)


async def _newcomers(focal: Focal, conn: Conn, now: datetime) -> list[_Newcomer]:
    ahead = hand_over_near(await all_presidencies(conn), now.date())
    if ahead is None or not ahead.newcomers:
        return []
    given = await outbox.posts_under(conn, _key(ahead.day))
    found = await people.voices_of(conn, ahead.newcomers, now.date())
    return [
        _Newcomer(ahead, each)
        for each in found
        if _key(ahead.day, each.user_id) not in given and _is_at_work(focal, each.member, each.zone, now)
    ]


def _key(day: date, user_id: str = "") -> str:
    return f"hand-over:{day.isoformat()}:{user_id}"


def _is_at_work(focal: Focal, member: str | None, zone: str, now: datetime) -> bool:
    return is_working(wall_of(now, zone), hours_for(focal.network.working_hours, member, zone))


async def _give(conn: Conn, focal: Focal, newcomer: _Newcomer, now: datetime) -> None:
    person, ahead = newcomer.person, newcomer.hand_over
    reader = reader_for(person, focal)
    actor = (await conn.run_sync(people.known, person.user_id, now.date(), focal.secretariat)).actor
    dossier = await _gather(conn, focal, actor, ahead, now)
    key = _key(ahead.day, person.user_id)
    if await outbox.post(conn, key, person.user_id, message(*views.build_message(reader, dossier)), now):
        name, content = await _file(reader, dossier)
        title = views.title_of(reader, ahead)
        await outbox.send_file(conn, f"{key}:file", person.user_id, name, content, title, now)


async def _gather(conn: Conn, focal: Focal, actor: Actor, ahead: HandOver, now: datetime) -> Dossier:
    """Return what goes with the presidency, as `actor` may see it; that they see it is noted down."""
    today = now.date()
    numbers = await recommendations.numbers(conn, Wanted(states=ADOPTED))
    known = tuple(shown_to(each, actor, today) for each in await contacts.current(conn, today))
    await sightings.note(conn, actor, known, now)
    return Dossier(
        ahead,
        await duties.all_duties(conn),
        await recommendations.several(conn, numbers),
        known,
        await contacts.gaps(conn, today),
        tuple(each for each in await meetings.all_meetings(conn) if each.ends_on >= today and not each.plan.cancelled),
        tuple(each for each in await reminders.all_reminders(conn) if each.audience.group in STANDING),
        now,
        focal.network.working_hours,
    )


async def _file(reader: Reader, dossier: Dossier) -> tuple[str, bytes]:
    ahead = dossier.hand_over
    title, said = views.title_of(reader, ahead), views.introduction(reader, ahead)
    content = await asyncio.to_thread(documents.as_word, title, said, views.parts(reader, dossier))
    return f"hand-over-{ahead.day.isoformat()}.docx", content


async def _unknown(focal: Focal, conn: Conn, now: datetime) -> list[tuple[date, str, Reader]]:
    ahead = hand_over_near(await all_presidencies(conn), now.date())
    if ahead is None or ahead.incoming is not None:
        return []
    told = await outbox.posts_under(conn, _key(ahead.day))
    places = await secretariat.readers(conn, focal)
    return [
        (ahead.day, place, reader)
        for place, reader in places
        if _key(ahead.day, place) not in told
        and (place == focal.secretariat_channel or _is_at_work(focal, None, reader.zone, now))
    ]


async def _tell_unknown(conn: Conn, _focal: Focal, missing: tuple[date, str, Reader], now: datetime) -> None:
    day, place, reader = missing
    await outbox.post(conn, _key(day, place), place, message(*views.build_unknown(reader, day)), now)


async def show(command: Command, focal: Focal) -> Answer:
    """Show what goes with the presidency at the next hand-over."""
    require(command.actor, Deed.SCHEDULE)
    async with focal.db.begin() as conn:
        dossier = await _next(conn, focal, command.actor)
    return Reply(*views.build_message(reader_of(command, focal), dossier))


async def _next(conn: Conn, focal: Focal, actor: Actor) -> Dossier:
    now = focal.now()
    ahead = next_hand_over(await all_presidencies(conn), now.date())
    return await _gather(conn, focal, actor, ahead, now)


async def send_file(click: Click, focal: Focal) -> Answer:
    """Send the dossier of the next hand-over, as it is now, as a file to whoever asks."""
    require(click.actor, Deed.SCHEDULE)
    said = click._("The file is on its way to your messages with Focal.")
    return Reply(said, after=partial(_send, focal, click.actor, reader_of(click, focal)))


async def _send(focal: Focal, actor: Actor, reader: Reader) -> None:
    async with focal.db.begin() as conn:
        dossier = await _next(conn, focal, actor)
    name, content = await _file(reader, dossier)
    await focal.slack.send_file(actor.user_id, name, content, views.title_of(reader, dossier.hand_over))
