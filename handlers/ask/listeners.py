"""What people ask: by command, in a direct message, by mentioning the app, and of the Secretariat."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from bot.rules.answers import LONGEST_QUESTION, fold
from bot.rules.problems import AlreadyDone, BadInput, NotFound
from bot.rules.text import plain, safe
from handlers.ask import views
from handlers.ask.answering import answer
from handlers.ask.views import Said
from handlers.ask.waiting import what_waits
from handlers.blocks import message
from handlers.listening import Answer, Click, Command, Event, Focal, Reply
from storage import outbox, people
from storage.database import Conn

HELP = frozenset({"help", "aide", "ayuda", "помощь", "مساعدة", "帮助", "?"})
_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")
_SAID_BY_A_PERSON = (None, "file_share", "thread_broadcast")


async def ask(command: Command, focal: Focal) -> Answer:
    """Answer a question, show what waits, or list the commands; the asker alone sees it."""
    text = command.text.strip()
    if text.casefold() in HELP:
        return _reply(views.build_help(command._, focal.network))
    async with focal.db.read() as conn:
        if not text:
            waiting = await what_waits(conn, focal, command.actor, command._)
            return _reply(views.build_overview(command._, focal.network, waiting))
        return _reply(await answer(conn, focal, command.actor, command._, text))


async def on_message(event: Event, focal: Focal, conn: Conn) -> None:
    """Answer what a person writes to the app in a direct message, in its thread if it stands in one."""
    if event.body.get("channel_type") == "im" and _is_from_a_person(event.body):
        await _answer_message(event, focal, conn, thread_ts=event.body.get("thread_ts"))


async def on_mention(event: Event, focal: Focal, conn: Conn) -> None:
    """Answer a mention in its thread; what is said there everybody in the channel can read."""
    if _is_from_a_person(event.body):
        thread_ts = event.body.get("thread_ts") or event.body["ts"]
        await _answer_message(event, focal, conn, thread_ts=thread_ts, in_channel=True)


async def ask_secretariat(click: Click, focal: Focal) -> Answer:
    """Pass a question to the Secretariat with the name of whoever clicked, once."""
    question = click.value.strip()
    if not question or len(question) > LONGEST_QUESTION:
        raise BadInput("There is no question to pass on.", "Please ask it again.")
    actor = click.actor
    member = focal.gazetteer.display_name(actor.member, locale="en") if actor.member else ""
    payload = views.build_passed_on(click._, actor.name, member, actor.user_id, question)
    async with focal.db.begin() as conn:
        recipients = await _secretariat(conn, focal)
        key = f"question:{_digest(question)}:{actor.user_id}"
        news = [await outbox.post(conn, f"{key}:{each}", each, payload, focal.now()) for each in recipients]
    if not any(news):
        raise AlreadyDone("You have passed this question on already.", "The Secretariat will answer you directly.")
    return Reply(
        click._("I have passed your question on to the Secretariat ({name}). They will answer you directly.").format(
            name=safe(focal.network.secretariat_name)
        )
    )


async def _secretariat(conn: Conn, focal: Focal) -> tuple[str, ...]:
    """Return where questions go: the Secretariat's channel, or each of its people; NotFound if there is neither."""
    if focal.secretariat_channel:
        return (focal.secretariat_channel,)
    known = await people.secretariat_of(conn, focal.secretariat, focal.now().date())
    if not known:
        raise NotFound("Nobody of the Secretariat can be reached through me yet.", "Please write to them directly.")
    return tuple(each.user_id for each in known)


async def _answer_message(
    event: Event, focal: Focal, conn: Conn, *, thread_ts: str | None, in_channel: bool = False
) -> None:
    body = event.body
    text = plain(_MENTION.sub(" ", body.get("text") or ""))
    said = (
        views.build_help(event._, focal.network)
        if text.casefold() in HELP
        else await answer(conn, focal, event.actor, event._, text, in_channel=in_channel)
    )
    payload = message(said.text, said.blocks) | ({"thread_ts": thread_ts} if thread_ts else {})
    # Slack can send one message under two event ids: the message itself is what is answered once.
    await outbox.post(conn, f"answer:{body['channel']}:{body['ts']}", body["channel"], payload, focal.now())


def _is_from_a_person(body: Mapping[str, Any]) -> bool:
    return bool(body.get("user")) and not body.get("bot_id") and body.get("subtype") in _SAID_BY_A_PERSON


def _reply(said: Said) -> Reply:
    return Reply(said.text, said.blocks)


def _digest(question: str) -> str:
    # The outbox keeps its keys: they must not hold what people wrote.
    return hashlib.sha256(fold(question).encode()).hexdigest()[:24]
