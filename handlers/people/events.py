"""What follows when Slack says that somebody changed."""

from collections.abc import Sequence

from bot.rules.contacts import Contact
from bot.rules.people import Profile, read_profile
from handlers import secretariat
from handlers.listening import Event, Focal
from handlers.people import views
from storage import contacts, outbox, people
from storage.database import Conn


async def on_change(event: Event, focal: Focal, conn: Conn) -> None:
    """Keep what is new of a person; tell the Secretariat if a current contact has left Slack or lost their link."""
    profile = read_profile(event.body["user"], focal.home_team)
    today = focal.now().date()
    before = await contacts.of_person(conn, profile.user_id, today)
    await people.save(conn, profile, focal.now())
    if profile.deleted:
        await _tell(conn, focal, event, profile, before)
        return
    still = {each.id for each in await contacts.of_person(conn, profile.user_id, today)}
    await _tell(conn, focal, event, profile, [each for each in before if each.id not in still])


async def _tell(conn: Conn, focal: Focal, event: Event, profile: Profile, lost: Sequence[Contact]) -> None:
    # Slack tells of one deactivation in several events: a day's first one is enough.
    key = f"left:{profile.user_id}:{focal.now():%Y-%m-%d}" if profile.deleted else f"unlinked:{event.key}"
    for address, reader in await secretariat.readers(conn, focal) if lost else ():
        payload = views.build_lost(reader, lost, gone=profile.deleted)
        await outbox.post(conn, f"{key}:{address}", address, payload, focal.now())
