"""What people ask: by command, in a direct message, and by mentioning the app."""

import re
from collections.abc import Mapping
from typing import Any

from bot.rules.files import document_in, table_in
from bot.rules.permissions import Actor
from bot.rules.text import Gettext, plain
from handlers.ask import desk, guides, views
from handlers.ask.answering import answer, answer_privately, read
from handlers.ask.views import Said
from handlers.ask.waiting import what_waits
from handlers.blocks import message
from handlers.listening import Answer, Command, Event, Focal, Reply
from storage import enquiries, outbox, sightings
from storage.database import Conn
from storage.enquiries import Place

HELP = frozenset({"help", "aide", "ayuda", "помощь", "مساعدة", "帮助", "?"})
OPEN_QUESTIONS = "questions"
NEW_PRACTICE = "practice"
_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")
_SAID_BY_A_PERSON = (None, "file_share", "thread_broadcast")


async def ask(command: Command, focal: Focal) -> Answer:
    """Answer a question, show what waits, or list the commands; the asker alone sees it."""
    text = command.text.strip()
    if text.casefold() in HELP:
        return _reply(guides.build_help(command._, focal.network))
    if text.casefold() == OPEN_QUESTIONS:
        return await desk.show_open(command, focal)
    if text.casefold() == NEW_PRACTICE:
        return await desk.open_practice_form(command, focal)
    if not text:
        async with focal.db.read() as conn:
            waiting = await what_waits(conn, focal, command.actor, command._)
        return _reply(guides.build_overview(command._, focal.network, waiting))
    return _reply(await answer_privately(focal, command.actor, command._, Place(command.channel), text))


async def on_message(event: Event, focal: Focal, conn: Conn) -> None:
    """Answer what a person writes to the app in a direct message, in its thread if it stands in one.

    A reply to a question that was passed on goes back to whoever asked it, wherever it is written.
    """
    if await desk.take_reply(event, focal, conn):
        return
    if event.body.get("channel_type") == "im" and _is_asking(event.body):
        body = event.body
        place = Place(body["channel"], body["ts"], body.get("thread_ts") or "", private=False)
        focal.slack.tell_status(place.channel, body.get("thread_ts") or body["ts"], event._("is looking it up …"))
        said = await _answer_message(event, focal, conn, place)
        if said is not None:
            payload = message(said.text, said.blocks) | ({"thread_ts": place.thread_ts} if place.thread_ts else {})
            await outbox.post(conn, f"answer:{place.channel}:{place.ts}", place.channel, payload, focal.now())


async def on_mention(event: Event, focal: Focal, conn: Conn) -> None:
    """Answer a mention where it stands, for the asker alone: what everybody may read, they share with a button.

    Slack shows nobody what is whispered into a thread that nobody has replied to, so it does not begin one.
    """
    if not _is_from_a_person(event.body):
        return
    body = event.body
    place = Place(body["channel"], body["ts"], body.get("thread_ts") or body["ts"])
    said = await _answer_message(event, focal, conn, place)
    if said is not None:
        in_thread = {"thread_ts": place.thread_ts} if body.get("thread_ts") else {}
        payload = message(said.text, said.blocks) | in_thread
        key = f"answer:{place.channel}:{place.ts}"
        await outbox.whisper(conn, key, place.channel, event.actor.user_id, payload, focal.now())


async def on_posted(conn: Conn, key: str, _channel: str, ts: str) -> None:
    """Remember which message is the answer to which, so that a thread under it goes on with its subject."""
    channel, _, asked_ts = key.removeprefix("answer:").partition(":")
    await enquiries.note_answer(conn, Place(channel, asked_ts), ts)


async def _answer_message(event: Event, focal: Focal, conn: Conn, place: Place) -> Said | None:
    """Return what to say to a message, None if that was said before: Slack can send one message under two event ids."""
    text = plain(_MENTION.sub(" ", event.body.get("text") or ""))
    if text.casefold() in HELP:
        return guides.build_help(event._, focal.network)
    said = await _said(conn, focal, event.actor, event._, place, text)
    if not said.is_to_a_question:
        return said
    number = await enquiries.keep(conn, event.actor.user_id, place, text, said.outcome, focal.now())
    return None if number is None else views.with_buttons(event._, said, number, place)


async def _said(conn: Conn, focal: Focal, actor: Actor, _: Gettext, place: Place, text: str) -> Said:
    said = await answer(conn, focal, actor, _, await read(conn, focal, actor, place, text))
    await sightings.note(conn, actor, said.people, focal.now())
    return said


def _is_asking(body: Mapping[str, Any]) -> bool:
    """Tell whether a person wrote it, rather than sent a file that Focal reads."""
    return _is_from_a_person(body) and table_in(body) is None and document_in(body) is None


def _is_from_a_person(body: Mapping[str, Any]) -> bool:
    return bool(body.get("user")) and not body.get("bot_id") and body.get("subtype") in _SAID_BY_A_PERSON


def _reply(said: Said) -> Reply:
    return Reply(said.text, said.blocks)
