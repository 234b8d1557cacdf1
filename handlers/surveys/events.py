"""What Focal hears in the threads of a survey's questions: replies, their changes, and what is taken back."""

from collections.abc import Callable
from datetime import datetime

from bot.rules.permissions import Actor, Deed, may
from bot.rules.surveys import RECORDED, WITHDRAW, Removal, Reply, reply_in
from bot.rules.text import Gettext
from handlers.listening import Event, Focal
from handlers.surveys import posts, views
from storage import outbox, surveys
from storage.database import Conn
from storage.surveys import Question, Survey


class NotYetPosted(Exception):
    """A reply may be to a question of which Slack has not told yet where it stands; the inbox tries again."""


async def on_message(event: Event, focal: Focal, conn: Conn) -> None:
    """Record a reply in a question's thread, follow its edits and its deletion."""
    heard = reply_in(event.body)
    if isinstance(heard, Removal):
        await _on_removal(heard, focal.now(), conn)
    elif heard is not None:
        await _on_reply(heard, event, focal, conn)


async def on_reaction(event: Event, focal: Focal, conn: Conn) -> None:
    """Take a reply back on which its author has put the reaction for that."""
    item = event.body.get("item") or {}
    if event.body.get("reaction") == WITHDRAW and item.get("type") == "message":
        await _take_back(Removal(item["channel"], item["ts"]), focal.now(), conn, only_by=event.actor.user_id)


async def _on_removal(removal: Removal, now: datetime, conn: Conn) -> None:
    if await _take_back(removal, now, conn) or not removal.thread_ts:
        return
    asked = await surveys.question_at(conn, removal.channel, removal.thread_ts)
    if asked is not None and asked[0].attribution.takes_threads:
        await surveys.note_removed(conn, asked[1], removal, now)


async def _take_back(removal: Removal, now: datetime, conn: Conn, only_by: str | None = None) -> bool:
    survey = await surveys.survey_of_reply(conn, removal.channel, removal.ts)
    if survey is None:
        return False
    before = await surveys.turnout(conn, survey)
    if await surveys.withdraw_reply(conn, removal, now, only_by=only_by):
        await posts.refresh(conn, survey, before, now)
    return True


async def _on_reply(reply: Reply, event: Event, focal: Focal, conn: Conn) -> None:
    asked = await surveys.question_at(conn, reply.channel, reply.thread_ts, lock=True)
    if asked is None:
        if await surveys.is_posting(conn, reply.channel):
            raise NotYetPosted
        return
    survey, question = asked
    if await surveys.is_known(conn, reply.channel, reply.ts):
        await _on_edit(survey, reply, event, focal, conn)
        return
    refusal = _refusal(survey, reply, event.actor)
    if refusal is None:
        await _record(survey, question, reply, event, focal, conn)
    elif not event.actor.is_secretariat:
        await posts.whisper(conn, survey, refusal, event.actor.user_id, reply.ts, focal.now(), event._)


def _refusal(survey: Survey, reply: Reply, actor: Actor) -> Callable[[Gettext, Survey], str] | None:
    """Return why a reply is not an answer, None if it is one."""
    if not survey.takes(reply.at):
        return views.late
    if not survey.attribution.takes_threads:
        return views.not_here
    if actor.member is None or not may(actor.roles, Deed.ANSWER):
        return views.unlinked
    return None


async def _record(survey: Survey, question: Question, reply: Reply, event: Event, focal: Focal, conn: Conn) -> None:
    before = await surveys.turnout(conn, survey)
    if not await surveys.record_reply(conn, question, reply, event.actor):
        return
    now = focal.now()
    key = f"survey:{survey.id}:recorded:{reply.channel}:{reply.ts}"
    await outbox.react(conn, key, reply.channel, reply.ts, RECORDED, now)
    await posts.refresh(conn, survey, before, now)


async def _on_edit(survey: Survey, reply: Reply, event: Event, focal: Focal, conn: Conn) -> None:
    if survey.takes(reply.at):
        await surveys.change_reply(conn, reply)
    elif reply.edited and event.actor.user_id:
        await posts.whisper(conn, survey, views.late, event.actor.user_id, reply.ts, focal.now(), event._)
