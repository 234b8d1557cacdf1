"""What Focal hears on replies to a survey's questions: a :bulb: that proposes one, and a source that is gone."""

from typing import Any

from bot.rules.permissions import Deed, require
from bot.rules.recommendations import SUGGEST, asks_first, put_forward_by
from bot.rules.surveys import WITHDRAW, Removal, reply_in
from handlers.blocks import message
from handlers.listening import Event, Focal
from handlers.overtaken import wait_for
from handlers.recommendations import sources, suggestion_views, views
from handlers.recommendations.suggesting import put_forward, source_gone
from handlers.recommendations.views import Look
from storage import outbox, recommendations, suggestions, surveys
from storage.database import Conn
from storage.members import all_members
from storage.recommendations import Recommendation
from storage.surveys import Recorded


async def on_reaction(event: Event, focal: Focal, conn: Conn) -> None:
    """Put forward a reply that somebody put the :bulb: on, or take back what comes from one its author withdraws."""
    item = event.body.get("item") or {}
    if item.get("type") != "message":
        return
    channel, ts = str(item["channel"]), str(item["ts"])
    if event.body.get("reaction") == SUGGEST:
        await _suggest(event, focal, conn, channel, ts)
    elif event.body.get("reaction") == WITHDRAW:
        source = sources.source_of(channel, ts)
        await source_gone(conn, focal, source, event.actor.user_id, only_author=True)


async def on_message(event: Event, focal: Focal, conn: Conn) -> None:
    """Take back what comes from a message that was deleted, unless it was decided on."""
    heard = reply_in(event.body)
    if isinstance(heard, Removal):
        await source_gone(conn, focal, sources.source_of(heard.channel, heard.ts), event.actor.user_id)


async def _suggest(event: Event, focal: Focal, conn: Conn, channel: str, ts: str) -> None:
    heard = await surveys.recorded(conn, channel, ts)
    if heard is None:
        await wait_for(conn, focal, channel, ts)
        return
    require(event.actor, Deed.PROPOSE)
    key, payload = await _answered(event, focal, conn, heard)
    whisper = payload | {"thread_ts": heard.question.ts}
    await outbox.whisper(conn, f"{key}:bulb:{event.actor.user_id}", channel, event.actor.user_id, whisper, focal.now())


async def _answered(event: Event, focal: Focal, conn: Conn, heard: Recorded) -> tuple[str, dict[str, Any]]:
    """Put a reply forward unless it was before; return the key of what is told of it, and that."""
    look = Look(focal, event._, await all_members(conn), event.actor.locale, event.actor)
    number = await recommendations.of_source(conn, heard.place)
    if number is not None:
        record = await recommendations.recommendation(conn, number)
        return f"recommendation:{number}", views.build_suggested(look, record, new=False)
    new = put_forward_by(sources.from_answer(heard), event.actor)
    earlier = await suggestions.of_source(conn, heard.place)
    if earlier is not None and asks_first(new):
        return f"suggestion:{earlier.id}", message(suggestion_views.known_words(look, earlier.state))
    put = await put_forward(conn, focal, new)
    if isinstance(put, Recommendation):
        return f"recommendation:{put.number}", views.build_suggested(look, put, new=True)
    return f"suggestion:{put.id}", message(suggestion_views.asked_words(look))
