"""What Focal hears in the threads of a survey's questions: replies, their changes, and what is taken back."""

from collections.abc import Callable

from bot.rules.permissions import Actor, Deed, may
from bot.rules.surveys import RECORDED, WITHDRAW, Removal, Reply, reply_in
from bot.rules.text import Gettext
from handlers.listening import Event, Focal, TooSoon
from handlers.overtaken import wait_for
from handlers.surveys import posts, reminding, views
from storage import outbox, survey_answers, surveys
from storage.database import Conn
from storage.surveys import Question, Survey


async def on_message(event: Event, focal: Focal, conn: Conn) -> None:
    """Record a reply in a question's thread, follow its edits and its deletion."""
    heard = reply_in(event.body)
    if isinstance(heard, Removal):
        await _on_removal(heard, focal, conn)
    elif heard is not None:
        await _on_reply(heard, event, focal, conn)


async def on_reaction(event: Event, focal: Focal, conn: Conn) -> None:
    """Take a reply back on which its author has put the reaction for that, and the acknowledgement off it."""
    removal = _signed(event)
    if removal is None:
        return
    await wait_for(conn, focal, removal.channel, removal.ts)
    if await _take_back(removal, focal, conn, only_by=event.actor.user_id):
        await outbox.unreact(conn, f"survey:withdrawn:{event.key}", removal.channel, removal.ts, RECORDED, focal.now())


async def on_reaction_removed(event: Event, _focal: Focal, conn: Conn) -> None:
    """Have a reply read again from which its author has removed that reaction."""
    removal = _signed(event)
    if removal is not None:
        await survey_answers.restore_reply(conn, removal, event.actor.user_id)


def _signed(event: Event) -> Removal | None:
    item = event.body.get("item") or {}
    if event.body.get("reaction") != WITHDRAW or item.get("type") != "message":
        return None
    return Removal(item["channel"], item["ts"])


async def _on_removal(removal: Removal, focal: Focal, conn: Conn) -> None:
    if await _take_back(removal, focal, conn) or await on_gone(conn, focal, removal.channel, removal.ts):
        return
    if await survey_answers.is_known(conn, removal.channel, removal.ts):
        return
    asked = await surveys.question_at(conn, removal.channel, removal.thread_ts) if removal.thread_ts else None
    if asked is not None and asked[0].attribution.takes_threads:
        await survey_answers.note_removed(conn, asked[1], removal, focal.now())


async def on_gone(conn: Conn, focal: Focal, channel: str, ts: str) -> bool:
    """Tell the Secretariat that a survey's message was deleted in Slack; False if the message was none."""
    asked = await surveys.question_at(conn, channel, ts, lock=True)
    survey = asked[0] if asked else await surveys.header_at(conn, channel, ts)
    if survey is None:
        return False
    question = asked[1] if asked else None
    if question is None or await surveys.mark_gone(conn, question, ts, focal.now()):
        payload = views.build_gone(str, survey, question, ts)
        await reminding.tell_secretariat(conn, focal, f"survey:{survey.id}:gone:{ts}", payload)
    return True


async def _take_back(removal: Removal, focal: Focal, conn: Conn, only_by: str | None = None) -> bool:
    survey = await survey_answers.survey_of_reply(conn, removal.channel, removal.ts)
    if survey is None or not await survey_answers.withdraw_reply(conn, removal, focal.now(), only_by=only_by):
        return False
    await posts.answered(conn, focal, survey)
    return True


async def _on_reply(reply: Reply, event: Event, focal: Focal, conn: Conn) -> None:
    asked = await surveys.question_at(conn, reply.channel, reply.thread_ts, lock=True)
    if asked is None:
        if await surveys.is_posting(conn, reply.channel):
            raise TooSoon
        return
    survey, question = asked
    if await survey_answers.is_known(conn, reply.channel, reply.ts):
        await _on_edit(survey, reply, event, focal, conn)
        return
    refusal = _refusal(survey, reply, event.actor)
    if refusal is None:
        await _record(survey, question, reply, event, focal, conn)
    elif not event.actor.is_secretariat:
        await posts.whisper(conn, survey, refusal, event.actor.user_id, reply, focal.now(), event._)


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
    if not await survey_answers.record_reply(conn, question, reply, event.actor):
        return
    await outbox.react(conn, f"survey:recorded:{event.key}", reply.channel, reply.ts, RECORDED, focal.now())
    await posts.answered(conn, focal, survey)


async def _on_edit(survey: Survey, reply: Reply, event: Event, focal: Focal, conn: Conn) -> None:
    if survey.takes(reply.at):
        await survey_answers.change_reply(conn, reply)
    elif reply.edited and event.actor.user_id:
        await posts.whisper(conn, survey, views.late, event.actor.user_id, reply, focal.now(), event._)
