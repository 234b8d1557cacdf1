"""Where the Secretariat is reached."""

from bot.rules.permissions import Actor
from handlers.listening import Focal
from handlers.reader import Reader, reader_as, reader_for
from storage import people
from storage.database import Conn


async def addresses(conn: Conn, focal: Focal) -> tuple[str, ...]:
    """Return the Secretariat's channel, or else each of its people (user ids); nothing if there is neither."""
    return tuple(address for address, _ in await readers(conn, focal))


async def readers(conn: Conn, focal: Focal) -> tuple[tuple[str, Reader], ...]:
    """Return where the Secretariat is reached, each place with how it reads; a channel reads English in UTC."""
    if focal.secretariat_channel:
        return ((focal.secretariat_channel, reader_as(Actor("", ""), focal.translate("en"), focal)),)
    known = await people.secretariat_of(conn, focal.secretariat, focal.now().date())
    return tuple((each.user_id, reader_for(each, focal)) for each in known)
