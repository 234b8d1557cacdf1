"""Asking people whether their contact is still right, and telling the Secretariat who stays silent."""

from datetime import datetime, timedelta

from bot.rules.contacts import shown_to
from bot.rules.permissions import Actor
from bot.rules.reminders import is_working, wall_of
from bot.rules.workdays import hours_for
from handlers import secretariat
from handlers.contacts import views
from handlers.listening import Focal
from handlers.reader import reader_for
from storage import outbox, sightings, verification
from storage.database import Conn
from storage.verification import Asking


async def ask_people(focal: Focal, now: datetime) -> None:
    """Ask each person whose contact has aged, in their working hours; the second time after two weeks of silence."""
    async with focal.db.read() as conn:
        found = await verification.to_ask(conn, now, focal.network.verification_days)
    for asking in found:
        person = asking.person
        hours = hours_for(focal.network.working_hours, person.member, person.zone)
        if is_working(wall_of(now, person.zone), hours):
            async with focal.db.begin() as conn:
                await _ask(conn, focal, asking, now)


async def _ask(conn: Conn, focal: Focal, asking: Asking, now: datetime) -> None:
    if not await verification.mark_asked(conn, asking, now):
        return
    reader, person = reader_for(asking.person, focal), asking.person
    themselves = Actor(person.user_id, person.name, person.member, zone=person.zone, locale=person.locale)
    held = shown_to(asking.contact, themselves, now.date())
    day = f"{now:%Y-%m-%d}"
    card = views.build_card(reader, held, themselves, now, focal.network.verification_days, asked_on=day)
    await outbox.post(
        conn, asking_key(held.id, day), person.user_id, views.build_asking(reader, card, asking.times), now
    )


def asking_key(contact_id: int, day: str) -> str:
    """Return the outbox key of the message in which somebody was asked on a day."""
    return f"verify:{contact_id}:{day}"


async def tell_silent(focal: Focal, now: datetime) -> None:
    """Tell the Secretariat once of those who were asked twice and did not answer."""
    async with focal.db.read() as conn:
        waiting = await verification.silent(conn, now)
    if not waiting:
        return
    async with focal.db.begin() as conn:
        silent = await verification.take_silent(conn, now)
        for address, reader in await secretariat.readers(conn, focal) if silent else ():
            key = f"unverified:{silent[0].id}:{now:%Y-%m-%dT%H:%M}:{address}"
            await outbox.post(conn, key, address, views.build_silent(reader, silent), now)


async def forget_sightings(focal: Focal, now: datetime) -> None:
    """Forget who saw what once the network no longer keeps such things."""
    day = now.date() - timedelta(days=focal.network.retention_days)
    async with focal.db.read() as conn:
        oldest = await sightings.oldest(conn)
    if oldest is not None and oldest < day:
        async with focal.db.begin() as conn:
            await sightings.forget_before(conn, day)
