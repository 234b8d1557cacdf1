"""The message or answer a recommendation comes from: who said it, to what question, and where a link may lead."""

import hashlib
from dataclasses import asdict, dataclass, replace

from bot.rules.attribution import Attribution
from bot.rules.permissions import Actor
from bot.rules.problems import BadInput
from bot.rules.recommendations import TEXT_LIMIT, Kind, NewRecommendation, said_by, strictest
from bot.rules.seal import seal, unseal
from bot.rules.surveys import words_of
from handlers.listening import Focal, Shortcut
from storage import installation, surveys
from storage.database import Conn
from storage.surveys import Question, Recorded, Survey


@dataclass(frozen=True)
class Source:
    """A message: where it stands, who wrote it (a Slack id, empty for an app), and a mark of its words.

    `clicked` is who used the shortcut on it; the form is theirs alone. `answer` is the id of an answer proposed from a
    survey's results, 0 for a message.
    """

    channel: str
    ts: str
    thread_ts: str
    author: str
    words: str
    clicked: str
    answer: int = 0


def source_of(channel: str, ts: str) -> str:
    """Return what names a message among the sources of records."""
    return f"{channel}:{ts}"


def place_of(
    attribution: Attribution, channel: str, ts: str, survey: Survey | None = None, question: Question | None = None
) -> str:
    """Return where a link back may lead (`channel:ts`), nowhere if the attribution forbids it.

    A message shows its author to whoever opens it; where the person may not be named, the link is to the question.
    """
    if attribution is Attribution.ATTRIBUTED:
        return source_of(channel, ts)
    return source_of(survey.channel, question.ts) if survey and question and question.ts else ""


def source_of_answer(answer_id: int) -> str:
    """Return what names an answer given in private among the sources of records."""
    return f"answer:{answer_id}"


def mark_of(text: str) -> str:
    """Return what tells whether somebody changed these words."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def read(shortcut: Shortcut) -> tuple[Source, str, bool]:
    """Return the message a shortcut was used on, its words (plain) and whether they were cut; BadInput without any."""
    message = shortcut.message
    text = words_of(message)
    if not text:
        raise BadInput("This message has no words that could be proposed.", "Write them yourself: /wps-recommend")
    ts, thread = str(message.get("ts") or ""), str(message.get("thread_ts") or "")
    author = "" if message.get("bot_id") else str(message.get("user") or "")
    kept = text[:TEXT_LIMIT]
    source = Source(shortcut.channel, ts, thread if thread != ts else "", author, mark_of(kept), shortcut.actor.user_id)
    return source, kept, len(text) > TEXT_LIMIT


def read_answer(heard: Recorded, clicked: str) -> tuple[Source, str, bool]:
    """Return the same of an answer: as a source it is the reply that it was given by, where it is one."""
    channel, _, ts = heard.place.partition(":")
    kept = heard.text[:TEXT_LIMIT]
    return Source(channel, ts, "", "", mark_of(kept), clicked, heard.id), kept, len(heard.text) > TEXT_LIMIT


async def sealed(conn: Conn, source: Source) -> str:
    """Return a source as a form carries it."""
    return seal(asdict(source), await installation.secret(conn))


async def unsealed(conn: Conn, carried: str, user_id: str) -> Source | None:
    """Return the source a form carried, None for a form without one; BadInput unless it is this person's own."""
    if not carried:
        return None
    values = unseal(carried, await installation.secret(conn))
    if values is None or values.get("clicked") != user_id:
        raise BadInput("This form does not know any more which message it was for.", "Use the shortcut again.")
    return Source(**values)


async def author_of(focal: Focal, source: Source | None) -> Actor | None:
    """Return who wrote the message, None for an app's. Slack may be asked, so this is for outside a transaction."""
    return await focal.who(source.author) if source and source.author else None


async def from_source(
    conn: Conn, source: Source, author: Actor | None, text: str, chosen: Attribution = Attribution.ATTRIBUTED
) -> NewRecommendation:
    """Return what would be proposed from a message or answer; NotFound if the answer was taken back meanwhile."""
    if not source.answer:
        return await from_message(conn, source, author, text, chosen)
    heard = await surveys.recorded_as(conn, source.answer)
    return replace(from_answer(heard, chosen), text=text, verbatim=mark_of(text) == source.words)


def from_answer(heard: Recorded, chosen: Attribution = Attribution.ATTRIBUTED) -> NewRecommendation:
    """Return what would be proposed from a recorded answer, naming no more than its survey lets be named."""
    attribution = strictest(chosen, heard.survey.attribution)
    channel, _, ts = heard.place.partition(":")
    return NewRecommendation(
        Kind.RECOMMENDATION,
        heard.text,
        attribution,
        author=None if heard.on_behalf else heard.person,
        member=heard.member,
        observer=heard.observer,
        question_id=heard.question.id,
        question=heard.question.text,
        source=heard.place or source_of_answer(heard.id),
        place=place_of(attribution if ts else Attribution.DELEGATION, channel, ts, heard.survey, heard.question),
    )


async def narrowed(conn: Conn, new: NewRecommendation, chosen: Attribution) -> NewRecommendation:
    """Return `new` naming no more than `chosen`, nor than before, and linking back no further than that allows."""
    attribution = strictest(new.attribution, chosen)
    if attribution is Attribution.ATTRIBUTED or new.question_id is None:
        return replace(new, attribution=attribution, place=new.place if attribution is new.attribution else "")
    survey, question = await surveys.question(conn, new.question_id)
    return replace(new, attribution=attribution, place=place_of(attribution, "", "", survey, question))


async def from_message(
    conn: Conn, source: Source, author: Actor | None, text: str, chosen: Attribution = Attribution.ATTRIBUTED
) -> NewRecommendation:
    """Return what would be proposed from a message, with the question it answers and what that lets be named.

    `chosen` may name less than the survey would, never more.
    """
    asked = await surveys.question_at(conn, source.channel, source.thread_ts) if source.thread_ts else None
    survey, question = asked or (None, None)
    attribution = strictest(chosen, survey.attribution if survey else Attribution.ATTRIBUTED)
    new = NewRecommendation(
        Kind.RECOMMENDATION,
        text,
        attribution,
        verbatim=mark_of(text) == source.words,
        question_id=question.id if question else None,
        question=question.text if question else "",
        source=source_of(source.channel, source.ts),
        place=place_of(attribution, source.channel, source.ts, survey, question),
    )
    return said_by(new, author) if author else new
