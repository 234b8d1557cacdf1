"""What of the silence procedures waits for a person: a text to be read in time, or one that has not arrived."""

from bot.rules.dates import moment_words
from bot.rules.permissions import Actor, Deed, may
from bot.rules.text import Gettext, safe
from handlers.listening import Focal
from storage import communiques, silence
from storage.database import Conn
from storage.silence import Kept


async def what_waits(conn: Conn, focal: Focal, actor: Actor, _: Gettext) -> list[str]:
    """Return the rounds that run and concern `actor`, a line of mrkdwn each, the one that ends first at the front."""
    running = [each for each in await silence.open_rounds(conn) if each.around.takes(focal.now())]
    return [line for each in running for line in await _lines(conn, actor, _, each)]


async def _lines(conn: Conn, actor: Actor, _: Gettext, kept: Kept) -> list[str]:
    title = safe((await communiques.communique(conn, kept.communique_id)).title, 150)
    lines = []
    if actor.member in kept.around.entitled and may(actor.roles, Deed.BREAK_SILENCE):
        words = _("• Communiqué {number}, {title}, is under silence until {end} – `/wps-communique status {number}`")
        if actor.member in kept.unopened:
            words = _(
                "• Communiqué {number}, {title}, is under silence until {end}, and nobody of your delegation has "
                "opened it – `/wps-communique status {number}`"
            )
        end = moment_words(kept.around.ends_at, actor.zone, actor.locale)
        lines.append(words.format(number=kept.communique_id, title=title, end=end))
    if kept.around.unreached and may(actor.roles, Deed.PUBLISH):
        words = _(
            "• Communiqué {number}, {title}, has not reached {count} delegations – `/wps-communique status {number}`"
        )
        lines.append(words.format(number=kept.communique_id, title=title, count=len(kept.around.unreached)))
    return lines
