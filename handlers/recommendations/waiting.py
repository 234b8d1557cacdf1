"""What of the store waits for a person: a wording, a decision, a report, or the Troika's asking for progress."""

from bot.rules.follow_up import period_of
from bot.rules.permissions import Actor, Deed, may
from bot.rules.recommendations import OPEN, State, Wanted
from bot.rules.text import Gettext
from handlers.listening import Focal
from storage import follow_ups, recommendations, suggestions
from storage.database import Conn

ADOPTED = (State.IN_COMMUNIQUE, State.FOLLOWED_UP)
"""What can be followed up."""


async def what_waits(conn: Conn, focal: Focal, actor: Actor, _: Gettext) -> list[str]:
    """Return what waits for `actor`, a line of mrkdwn each."""
    counted = (
        (
            len(await suggestions.waiting_for(conn, actor.user_id, actor.member)),
            _("• What you said and somebody would like to propose: {count} – `/wps-recommend confirm`"),
        ),
        (
            await _reports(conn, actor),
            _("• Progress your delegation is asked for: {count} – `/wps-recommend progress`"),
        ),
        (
            await _undecided(conn, actor),
            _("• Proposals that wait for a decision: {count} – `/wps-recommend list proposed, under review`"),
        ),
        (
            await _not_followed_up(conn, focal, actor),
            _("• Adopted records nobody was asked about in this period: {count} – `/wps-recommend progress`"),
        ),
    )
    return [words.format(count=count) for count, words in counted if count]


async def _reports(conn: Conn, actor: Actor) -> int:
    """Return on how many records the actor's delegation was asked for progress and has not answered."""
    rounds = await follow_ups.latest(conn, 1)
    if not rounds or not may(actor.roles, Deed.REPORT) or actor.member is None:
        return 0
    return sum(each.progress is None for each in await follow_ups.of_round(conn, rounds[0].id, actor.member))


async def _undecided(conn: Conn, actor: Actor) -> int:
    return len(await recommendations.numbers(conn, Wanted(states=OPEN))) if may(actor.roles, Deed.REVIEW) else 0


async def _not_followed_up(conn: Conn, focal: Focal, actor: Actor) -> int:
    """Return how many adopted records the Troika has not asked about in this period."""
    if not may(actor.roles, Deed.FOLLOW_UP):
        return 0
    rounds, now = await follow_ups.latest(conn, 1), period_of(focal.now().date(), focal.network.follow_up_months)
    if rounds and rounds[0].period == now:
        return 0
    return len(await recommendations.numbers(conn, Wanted(states=ADOPTED)))
