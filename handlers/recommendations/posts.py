"""What recommendations show to others, by way of the outbox: cards in threads, DMs to whoever proposed or said it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.rules.attribution import Attribution
from bot.rules.permissions import Actor
from bot.rules.recommendations import NewRecommendation, State
from bot.rules.text import Gettext
from handlers.listening import Focal
from handlers.recommendations import views
from handlers.recommendations.views import Look
from storage import outbox, people, recommendations, surveys
from storage.database import Conn
from storage.members import all_members
from storage.recommendations import Recommendation

Payload = dict[str, Any]
EVERYBODY: Gettext = str
"""A shared message speaks English: it has many readers."""


async def propose(conn: Conn, focal: Focal, new: NewRecommendation) -> Recommendation:
    """Store what was proposed, and show it in the thread it comes from."""
    now = focal.now()
    record = await recommendations.propose(conn, new, now)
    look = Look(focal, EVERYBODY, await all_members(conn))
    # A card in a thread under the Chatham House Rule would tell which reply it comes from.
    if record.question_id is not None and new.source and record.attribution is not Attribution.CHATHAM:
        await _show_in_thread(conn, look, record, now)
    return record


async def _tell(
    conn: Conn, focal: Focal, record: Recommendation, user_id: str, build: Callable[[Look, Recommendation], Payload]
) -> None:
    """Tell somebody in their own language what a record has come to, once per version."""
    (reader,) = await people.by_ids(conn, (user_id,))
    look = Look(focal, focal.translate(reader.locale), await all_members(conn), reader.locale)
    await outbox.post(conn, f"{_key(record)}:{record.version}:{user_id}", user_id, build(look, record), focal.now())


def _key(record: Recommendation) -> str:
    return f"recommendation:{record.number}"


async def _show_in_thread(conn: Conn, look: Look, record: Recommendation, now: datetime) -> None:
    survey, asked = await surveys.question(conn, record.question_id or 0)
    payload = views.build_card(look, record) | {"thread_ts": asked.ts}
    await outbox.post(conn, f"{_key(record)}:card:{survey.channel}", survey.channel, payload, now)


async def refresh(conn: Conn, focal: Focal, record: Recommendation) -> None:
    """Have every card of a record changed to what it is now."""
    look = Look(focal, EVERYBODY, await all_members(conn))
    for key in await outbox.posts_under(conn, f"{_key(record)}:card:"):
        await outbox.change(conn, key, views.build_card(look, record), focal.now())


async def decide(conn: Conn, focal: Focal, number: int, to: State, by: Actor, reason: str = "") -> Recommendation:
    """Decide on a record, and tell whoever said or proposed it."""
    record = await recommendations.decide(conn, number, to, by.user_id, focal.now(), reason)
    await refresh(conn, focal, record)
    await _tell_concerned(conn, focal, record, by.user_id)
    return record


async def _tell_concerned(conn: Conn, focal: Focal, record: Recommendation, by: str) -> None:
    for person in sorted({record.author or "", record.proposer or ""} - {"", by}):
        await _tell(conn, focal, record, person, views.build_decided)


async def merge(conn: Conn, focal: Focal, number: int, into: int, by: Actor, reason: str) -> Recommendation:
    """Make a record part of another one, and tell whoever said or proposed it."""
    record = await recommendations.merge(conn, number, into, by.user_id, focal.now(), reason)
    await refresh(conn, focal, record)
    await refresh(conn, focal, await recommendations.recommendation(conn, into))
    await _tell_concerned(conn, focal, record, by.user_id)
    return record


async def withdraw(conn: Conn, focal: Focal, number: int, by: str, reason: str) -> Recommendation:
    """Take a proposal back and its words off every card, and tell whoever said or proposed it."""
    record = await recommendations.withdraw(conn, number, by, focal.now(), reason)
    await refresh(conn, focal, record)
    await _tell_concerned(conn, focal, record, by)
    return record


async def fill_links(focal: Focal, _now: datetime) -> None:
    """Ask Slack for the addresses that are still missing; what it does not give is asked for again."""
    async with focal.db.read() as conn:
        missing = await recommendations.without_url(conn)
    for record in missing:
        await fill_link(focal, record)


async def fill_link(focal: Focal, record: Recommendation) -> Recommendation:
    """Return a record with the address it links back to, asked for and kept if it was still missing."""
    if record.url or not record.place:
        return record
    # Asked outside a transaction: Slack may take seconds, and a writer keeps every other one waiting.
    url = await focal.slack.permalink(*record.place.split(":", 1))
    if not url:
        return record
    async with focal.db.begin() as conn:
        await recommendations.set_url(conn, record.number, record.place, url)
        return await recommendations.recommendation(conn, record.number)
