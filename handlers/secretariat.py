"""Where the Secretariat is reached."""

from handlers.listening import Focal
from storage import people
from storage.database import Conn


async def addresses(conn: Conn, focal: Focal) -> tuple[str, ...]:
    """Return the Secretariat's channel, or else each of its people (user ids); nothing if there is neither."""
    if focal.secretariat_channel:
        return (focal.secretariat_channel,)
    known = await people.secretariat_of(conn, focal.secretariat, focal.now().date())
    return tuple(each.user_id for each in known)
