"""What Focal hears on replies to a survey's questions: a :bulb: that proposes one, and a source that is gone."""

from bot.rules.permissions import Deed, require
from bot.rules.problems import Closed
from bot.rules.recommendations import SUGGEST, Kind, NewRecommendation, put_forward_by
from bot.rules.surveys import WITHDRAW, Removal, reply_in
from handlers.listening import Event, Focal
from handlers.recommendations import posts, sources, views
from handlers.recommendations.views import Look
from handlers.surveys.events import wait_for
from storage import outbox, recommendations, surveys
from storage.database import Conn
from storage.members import all_members
from storage.recommendations import Recommendation
from storage.surveys import Recorded


async def on_reaction(event: Event, focal: Focal, conn: Conn) -> None:
    """Propose a reply that somebody put the :bulb: on, or take back what comes from a reply its author withdraws."""
    item = event.body.get("item") or {}
    if item.get("type") != "message":
        return
    channel, ts = str(item["channel"]), str(item["ts"])
    if event.body.get("reaction") == SUGGEST:
        await _suggest(event, focal, conn, channel, ts)
    elif event.body.get("reaction") == WITHDRAW:
        await _source_gone(conn, focal, channel, ts, event.actor.user_id, only_author=True)


async def on_message(event: Event, focal: Focal, conn: Conn) -> None:
    """Take back what comes from a message that was deleted, unless it was decided on."""
    heard = reply_in(event.body)
    if isinstance(heard, Removal):
        await _source_gone(conn, focal, heard.channel, heard.ts, event.actor.user_id)


async def _suggest(event: Event, focal: Focal, conn: Conn, channel: str, ts: str) -> None:
    heard = await surveys.recorded(conn, channel, ts)
    if heard is None:
        await wait_for(conn, focal, channel, ts)
        return
    require(event.actor, Deed.PROPOSE)
    number = await recommendations.of_source(conn, sources.source_of(channel, ts))
    new = number is None
    if number is None:
        record = await posts.propose(conn, focal, put_forward_by(_from_reply(heard, channel, ts), event.actor))
    else:
        record = await recommendations.recommendation(conn, number)
    await _whisper(event, focal, conn, record, channel, heard, new=new)


def _from_reply(heard: Recorded, channel: str, ts: str) -> NewRecommendation:
    return NewRecommendation(
        Kind.RECOMMENDATION,
        heard.text,
        heard.survey.attribution,
        author=heard.person,
        member=heard.member,
        observer=heard.observer,
        question_id=heard.question.id,
        question=heard.question.text,
        source=sources.source_of(channel, ts),
        place=sources.place_of(heard.survey.attribution, channel, ts, heard.survey, heard.question),
    )


async def _whisper(
    event: Event, focal: Focal, conn: Conn, record: Recommendation, channel: str, heard: Recorded, *, new: bool
) -> None:
    look = Look(focal, event._, await all_members(conn), event.actor.locale, event.actor)
    payload = views.build_suggested(look, record, new=new) | {"thread_ts": heard.question.ts}
    key = f"recommendation:{record.number}:bulb:{event.actor.user_id}"
    await outbox.whisper(conn, key, channel, event.actor.user_id, payload, focal.now())


async def _source_gone(conn: Conn, focal: Focal, channel: str, ts: str, by: str, *, only_author: bool = False) -> None:
    number = await recommendations.of_source(conn, sources.source_of(channel, ts))
    if number is None:
        return
    record = await recommendations.recommendation(conn, number, lock=True)
    if only_author and record.author != by:
        return
    try:
        await posts.withdraw(conn, focal, number, by, "The message it came from was taken back.")
    except Closed:
        # It was decided on already, and stands on its own since.
        return
