"""From a question to an answer in words: the one way for command, message, mention and command line."""

import re
from dataclasses import dataclass
from functools import partial

from bot.rules.answers import Asked, Nothing, TooLong, read_question
from bot.rules.permissions import Actor, Deed, may
from bot.rules.text import Gettext, unescape
from bot.rules.words import terms
from handlers.ask import views
from handlers.ask.views import Said
from handlers.listening import Focal
from storage import search
from storage.answers import ContactsFound, Found, MeetingsFound, PresidenciesFound, TroikaFound, look_up
from storage.database import Conn

_LINK = re.compile(r"<(?P<url>https?:[^>|]+)\|(?P<label>[^>]*)>")


@dataclass(frozen=True)
class AnsweredHit:
    """A document that was found: its id within its kind, and its score."""

    id: str
    kind: str
    title: str
    score: float


@dataclass(frozen=True)
class Answered:
    """A question, whether it was answered, what was said (plain text) and what was found, the best first."""

    question: str
    answered: bool
    text: str
    hits: tuple[AnsweredHit, ...]


def read(focal: Focal, text: str) -> Asked:
    """Return what a text asks for, with the members it names."""
    return read_question(text)


async def answer(
    conn: Conn, focal: Focal, actor: Actor, _: Gettext, text: str, *, in_channel: bool = False, top: int = views.SOURCES
) -> Said:
    """Answer `text` (as its writer saw it) with what `actor` may see.

    `in_channel` keeps to what everybody who reads a channel may see of people: their public fields.
    """
    asked = read(focal, text)
    if isinstance(asked, Nothing):
        return views.build_nothing_asked(_, focal.network)
    if isinstance(asked, TooLong):
        return views.build_too_long(_, asked)
    found = await look_up(
        conn, asked, focal.now().date(), audience=_audience(actor, in_channel), own=actor.member, top=top
    )
    return _said(focal, actor, _, found, text, in_channel)


async def answer_text(focal: Focal, actor: Actor, question: str, top: int = views.SOURCES) -> Answered:
    """Answer a question for the command line; `hits` are up to `top` documents, whether they answer it or not."""
    async with focal.db.read() as conn:
        said = await answer(conn, focal, actor, str, question, top=top)
        hits = await search.find(conn, terms(question), _audience(actor, in_channel=False), top)
    found = tuple(AnsweredHit(h.document.noun_id, h.document.kind, h.document.title, h.score) for h in hits)
    return Answered(question, said.answered, _as_words(said.text), found)


def _said(focal: Focal, actor: Actor, _: Gettext, found: Found, text: str, in_channel: bool) -> Said:
    names = partial(focal.gazetteer.display_name, locale=actor.locale)
    if isinstance(found, PresidenciesFound):
        return views.build_presidencies(_, found, names, text)
    if isinstance(found, TroikaFound):
        return views.build_troika(_, found, names)
    if isinstance(found, ContactsFound):
        return views.build_contacts(_, found, names, _visible(actor, in_channel), text)
    if isinstance(found, MeetingsFound):
        return views.build_meetings(_, found, text)
    return views.build_passages(_, found, text)


def _visible(actor: Actor, in_channel: bool) -> frozenset[str]:
    """Return the fields of a contact that may be shown; in a channel nobody knows who reads along."""
    return frozenset()


def _audience(actor: Actor, in_channel: bool) -> str:
    if may(actor.roles, Deed.SEE_ALL_FIELDS) and not in_channel:
        return "secretariat"
    return "network" if may(actor.roles, Deed.SEE_NETWORK_FIELDS) else "public"


def _as_words(text: str) -> str:
    """Return mrkdwn as plain words, with the addresses of its links."""
    text = _LINK.sub(lambda m: f"{m['label']} ({m['url']})", text)
    return unescape(re.sub(r"(?<!\w)[*`](?=\S)|(?<=\S)[*`](?!\w)", "", text))
