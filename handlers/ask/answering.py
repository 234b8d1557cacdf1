"""From a question to an answer in words: the one way for command, message, mention, button and command line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from bot.rules.answers import Asked, Nothing, Passages, TooLong, WhichMember, read_naming
from bot.rules.contacts import shown_to
from bot.rules.permissions import Actor, Deed, may
from bot.rules.text import Gettext, unescape
from bot.rules.words import terms
from handlers.ask import guides, views
from handlers.ask.views import Said
from handlers.listening import Focal
from storage import enquiries, sightings
from storage.answers import ContactsFound, MeetingsFound, PassagesFound, PresidenciesFound, TroikaFound, look_up
from storage.database import Conn
from storage.enquiries import Enquiry, Place
from storage.retrieval import retrieve

CONVERSATION = timedelta(minutes=15)
"""Outside of threads a question counts as a follow-up of another for this long."""
TURNS = 10
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


async def read(
    conn: Conn,
    focal: Focal,
    actor: Actor,
    place: Place,
    text: str,
    chosen: Sequence[str] = (),
    before: int = enquiries.MAX_ID,
) -> Asked:
    """Return what a text asks for in its conversation; `before` is its own number where it is kept already."""
    since = focal.now() - CONVERSATION
    turns = await enquiries.conversation(conn, actor.user_id, place, since, before)
    earlier: Asked | None = None
    for turn in turns[-TURNS:]:
        earlier = read_naming(focal.gazetteer, turn.text, turn.chosen, earlier)
    return read_naming(focal.gazetteer, text, chosen, earlier)


async def read_again(conn: Conn, focal: Focal, actor: Actor, enquiry: Enquiry, chosen: Sequence[str]) -> Asked:
    """Return what an enquiry asks for once `chosen` members are picked."""
    return await read(conn, focal, actor, enquiry.place, enquiry.text, chosen, enquiry.id)


async def answer(
    conn: Conn, focal: Focal, actor: Actor, _: Gettext, asked: Asked, *, public: bool = False, top: int = views.SOURCES
) -> Said:
    """Answer with what `actor` may see or, if it is `public`, with what everybody may see who reads a channel."""
    names = partial(focal.gazetteer.display_name, locale=actor.locale)
    if isinstance(asked, Nothing):
        return guides.build_nothing_asked(_, focal.network)
    if isinstance(asked, TooLong):
        return guides.build_too_long(_, asked)
    if isinstance(asked, WhichMember):
        return views.build_which(_, asked, names)
    found = await look_up(
        conn,
        asked,
        focal.now().date(),
        audience=_audience(actor, public),
        own=actor.member,
        top=top,
        meaning=await focal.vectors.meaning(asked.text) if isinstance(asked, Passages) else None,
        memory=focal.words,
    )
    if isinstance(found, ContactsFound):
        return _of_contacts(_, found, names, None if public else actor, focal.now().date())
    return _said(_, found, names)


def _of_contacts(_: Gettext, found: ContactsFound, names: views.Names, actor: Actor | None, today: date) -> Said:
    """Say who the contacts are, as `actor` may see them; None stands for everybody who reads a channel."""
    shown = tuple(shown_to(each, actor, today) for each in found.contacts)
    return replace(views.build_contacts(_, replace(found, contacts=shown), names), people=shown)


async def answer_privately(focal: Focal, actor: Actor, _: Gettext, place: Place, text: str) -> Said:
    """Answer what was asked at `place`, for its asker alone, and keep the question; its buttons stand below."""
    async with focal.db.read() as conn:
        said = await answer(conn, focal, actor, _, await read(conn, focal, actor, place, text))
    if not said.is_to_a_question:
        return said
    async with focal.db.begin() as conn:
        number = await enquiries.keep(conn, actor.user_id, place, text, said.outcome, focal.now())
        await sightings.note(conn, actor, said.people, focal.now())
    return said if number is None else views.with_buttons(_, said, number, place)


async def answer_text(focal: Focal, actor: Actor, question: str, top: int = views.SOURCES) -> Answered:
    """Answer a question for the command line; `hits` are up to `top` documents, whether they answer it or not."""
    asked = read_naming(focal.gazetteer, question)
    async with focal.db.read() as conn:
        said = await answer(conn, focal, actor, str, asked, top=top)
        meaning = await focal.vectors.meaning(question)
        audience = _audience(actor, public=False)
        hits = await retrieve(conn, terms(question), audience, top, meaning=meaning, memory=focal.words)
    found = tuple(AnsweredHit(h.document.noun_id, h.document.kind, h.document.title, h.score) for h in hits)
    return Answered(question, said.answered, _as_words(said.text), found)


def _said(
    _: Gettext, found: PresidenciesFound | TroikaFound | MeetingsFound | PassagesFound, names: views.Names
) -> Said:
    if isinstance(found, PresidenciesFound):
        return views.build_presidencies(_, found, names)
    if isinstance(found, TroikaFound):
        return views.build_troika(_, found, names)
    if isinstance(found, MeetingsFound):
        return views.build_meetings(_, found)
    return views.build_passages(_, found)


def _audience(actor: Actor, public: bool) -> str:
    if public or not may(actor.roles, Deed.SEE_NETWORK_FIELDS):
        return "public"
    return "secretariat" if may(actor.roles, Deed.SEE_ALL_FIELDS) else "network"


def _as_words(text: str) -> str:
    """Return mrkdwn as plain words, with the addresses of its links."""
    text = _LINK.sub(lambda m: f"{m['label']} ({m['url']})", text)
    return unescape(re.sub(r"(?<!\w)[*`](?=\S)|(?<=\S)[*`](?!\w)", "", text))


async def enquiry_on(conn: Conn, value: str) -> Enquiry | None:
    """Return the enquiry whose number a button or form carries, None if there is none or it was forgotten."""
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else 0
    return await enquiries.enquiry(conn, number)
