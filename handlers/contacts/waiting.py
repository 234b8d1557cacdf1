"""What waits for a person in the directory: to say that their own contact is still right."""

from bot.rules.contacts import is_stale
from bot.rules.permissions import Actor
from bot.rules.text import Gettext
from handlers.listening import Focal
from storage import contacts
from storage.database import Conn


async def what_waits(conn: Conn, focal: Focal, actor: Actor, _: Gettext) -> list[str]:
    """Return a line of mrkdwn if nobody has confirmed the actor's contact for longer than the network wishes."""
    today = focal.now().date()
    own = await contacts.of_person(conn, actor.user_id, today)
    stale = any(is_stale(each, today, focal.network.verification_days) for each in own)
    return [_("• Is your contact still right? `/wps-contacts verify`")] if stale else []
