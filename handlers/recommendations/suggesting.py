"""What one person said and another one puts forward: it enters the store once its author has confirmed the wording."""

from collections.abc import Callable
from typing import Any

from bot.rules.attribution import Attribution
from bot.rules.permissions import Actor
from bot.rules.problems import AlreadyDone, Closed, NotAllowed
from bot.rules.recommendations import NewRecommendation, asks_first, may_confirm
from handlers.listening import Focal
from handlers.recommendations import posts, suggestion_views
from handlers.recommendations.views import Look
from storage import outbox, people, recommendations, suggestions
from storage.database import Conn
from storage.members import all_members
from storage.people import Recipient
from storage.recommendations import Recommendation
from storage.suggestions import State, Suggestion

GONE = "The message it came from was taken back."
Build = Callable[[Look], dict[str, Any]]


async def put_forward(conn: Conn, focal: Focal, new: NewRecommendation) -> Recommendation | Suggestion:
    """Store what is proposed or, where somebody else said it, ask them first."""
    if not asks_first(new):
        record = await posts.propose(conn, focal, new)
        earlier = await suggestions.of_source(conn, new.source or "")
        if earlier is not None and earlier.new is not None:
            await _settle(conn, focal, earlier, State.CONFIRMED, new.proposer or "", told(record))
        return record
    found = await suggestions.suggest(conn, new, focal.now())
    for reader in await _asked(conn, focal, new):
        look = await _look(conn, focal, reader)
        key = f"{_asking(found)}{reader.user_id}"
        await outbox.post(conn, key, reader.user_id, suggestion_views.build_asked(look, found), focal.now())
    return found


def _asking(found: Suggestion) -> str:
    return f"suggestion:{found.id}:ask:"


async def _asked(conn: Conn, focal: Focal, new: NewRecommendation) -> tuple[Recipient, ...]:
    if new.author is not None:
        return await people.by_ids(conn, (new.author,))
    return await people.voices_of(conn, (new.member or "",), focal.now().date())


async def _look(conn: Conn, focal: Focal, reader: Recipient) -> Look:
    return Look(focal, focal.translate(reader.locale), await all_members(conn), reader.locale)


async def open_for(conn: Conn, actor: Actor, suggestion_id: int) -> tuple[Suggestion, NewRecommendation]:
    """Return a suggestion that waits for this person's word, locked; NotAllowed, or AlreadyDone if it does not."""
    found = await suggestions.suggestion(conn, suggestion_id)
    if found.new is None:
        raise AlreadyDone("This was answered already.", "See /wps-recommend list.")
    if not may_confirm(actor, found.new):
        raise NotAllowed("Only whoever said this can confirm it.")
    return found, found.new


async def confirm(conn: Conn, focal: Focal, found: Suggestion, new: NewRecommendation, by: Actor) -> Recommendation:
    """Have a suggestion enter the store in the wording that its author confirms, and tell whoever put it forward."""
    record = await posts.propose(conn, focal, new)
    await _settle(conn, focal, found, State.CONFIRMED, by.user_id, told(record))
    return record


def told(record: Recommendation) -> int | None:
    """Return a record's number, None where nobody may know that it comes from here."""
    return None if record.attribution is Attribution.CHATHAM else record.number


async def refuse(conn: Conn, focal: Focal, found: Suggestion, by: Actor) -> None:
    """Leave a suggestion out of the store, and tell whoever put it forward."""
    await _settle(conn, focal, found, State.REFUSED, by.user_id)


async def _settle(conn: Conn, focal: Focal, found: Suggestion, to: State, by: str, number: int | None = None) -> None:
    await suggestions.settle(conn, found, to, by, focal.now(), number)

    def build(look: Look) -> dict[str, Any]:
        return suggestion_views.build_settled(look, to, number)

    for key in await outbox.posts_under(conn, _asking(found)):
        (reader,) = await people.by_ids(conn, (key.rpartition(":")[2],))
        await outbox.change(conn, key, build(await _look(conn, focal, reader)), focal.now())
    if found.new and found.new.proposer and found.new.proposer != by:
        (proposer,) = await people.by_ids(conn, (found.new.proposer,))
        payload = suggestion_views.build_outcome(await _look(conn, focal, proposer), found.new, to, number)
        await outbox.post(conn, f"suggestion:{found.id}:told", proposer.user_id, payload, focal.now())


async def source_gone(conn: Conn, focal: Focal, source: str, by: str, *, only_author: bool = False) -> None:
    """Take back what comes from a message or answer that is gone, unless it was decided on; `by` is a Slack id."""
    waiting = await suggestions.of_source(conn, source)
    if waiting is not None and waiting.new is not None and (not only_author or waiting.new.author == by):
        await _settle(conn, focal, waiting, State.GONE, by)
    number = await recommendations.of_source(conn, source)
    if number is None:
        return
    record = await recommendations.recommendation(conn, number, lock=True)
    if only_author and record.author != by:
        return
    try:
        await posts.withdraw(conn, focal, number, by, GONE)
    except (AlreadyDone, Closed):
        # It was decided on already, and stands on its own since; or it was taken back before.
        return
