"""Answers to surveys: what was said where and for whom, counted by delegation; at the close, who it was is forgotten.

Under the Chatham House Rule no row names anybody: people and members stand as keyed marks, whose key is forgotten at
the close, and the answers are then written anew in an order that tells nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.rules.attribution import Attribution, File, Said, shown
from bot.rules.permissions import Actor
from bot.rules.problems import NotAllowed
from bot.rules.surveys import Removal, Reply
from storage import audit
from storage import people as directory
from storage.database import Conn, insert_new
from storage.people import people
from storage.surveys import Question, Survey, answers, mark, question, questions, survey, surveys, threads

STILL_READ = timedelta(days=3)
"""How long after its close a survey's threads are read again: a reply in time may be heard of late."""


@dataclass(frozen=True)
class Turnout:
    """How many delegations answered the survey and each question, by number; `observers` counts their answers.

    `members` are the codes of the delegations, empty where nobody may know them.
    """

    delegations: int
    by_question: Mapping[int, int]
    observers: int = 0
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenThread:
    """A question's thread whose replies still count; `known` holds the recorded ones, by ts, as plain text.

    None stands for one that was withdrawn: it needs no comparing. `gone` says that its first message was deleted, and
    `header` that it stands below a survey's header, where nothing is an answer.
    """

    channel: str
    ts: str
    known: Mapping[str, str | None]
    gone: bool = False
    header: bool = False


# Answers in threads --------------------------------------------------------------------------------------------------


async def record_reply(conn: Conn, asked: Question, reply: Reply, actor: Actor) -> bool:
    """Record a reply as an answer of its author's delegation; tell whether it is new.

    Only for surveys that take threads, and for an actor who has a member.
    """
    values = {
        "question_id": asked.id,
        "source": _place(reply.channel, reply.ts),
        "thread": reply.thread_ts,
        "person": actor.user_id,
        "member": actor.member,
        "voice": actor.member or "",
        "observer": actor.is_observer,
        "text": reply.text,
        "files": _files(reply),
        "answered_at": reply.at,
        "edited_at": reply.at if reply.edited else None,
    }
    return await insert_new(conn, answers, values)


def _files(reply: Reply) -> list[list[str]]:
    return [[each.name, each.url] for each in reply.files]


async def change_reply(conn: Conn, reply: Reply) -> bool:
    """Record a reply's new words; False if it is not known, was withdrawn, or has later words already."""
    newer = or_(answers.c.edited_at.is_(None), answers.c.edited_at < reply.at)
    found = await conn.execute(
        update(answers)
        .where(_at(reply.channel, reply.ts), answers.c.withdrawn_at.is_(None), newer, answers.c.text != reply.text)
        .values(text=reply.text, files=_files(reply), edited_at=reply.at)
    )
    return found.rowcount > 0


async def is_known(conn: Conn, channel: str, ts: str) -> bool:
    """Tell whether this message is, or was, recorded as an answer."""
    return (await conn.execute(select(answers.c.id).where(_at(channel, ts)).limit(1))).first() is not None


async def survey_of_reply(conn: Conn, channel: str, ts: str) -> Survey | None:
    """Return the survey to which this recorded message is an answer, locked; None if it is not recorded."""
    found = (await conn.execute(select(answers.c.question_id).where(_at(channel, ts)))).scalar()
    return None if found is None else (await question(conn, found, lock=True))[0]


async def withdraw_reply(conn: Conn, removal: Removal, now: datetime, *, only_by: str | None = None) -> bool:
    """Take a reply back and forget its words; with `only_by` only if it is that person's own. Tell whether it was."""
    mine = (answers.c.person == only_by,) if only_by is not None else ()
    found = await conn.execute(
        update(answers)
        .where(_at(removal.channel, removal.ts), answers.c.withdrawn_at.is_(None), *mine)
        .values(withdrawn_at=now, text="", files=None)
    )
    return found.rowcount == 1


async def restore_reply(conn: Conn, removal: Removal, by: str) -> bool:
    """Have a reply that its author took back read again in Slack, where its words still are; tell whether it is one."""
    theirs = (_at(removal.channel, removal.ts), answers.c.person == by, answers.c.withdrawn_at.is_not(None))
    row = (
        await conn.execute(delete(answers).where(*theirs).returning(answers.c.question_id, answers.c.thread))
    ).first()
    if row is None:
        return False
    thread = (threads.c.question_id == row.question_id, threads.c.ts == row.thread)
    await conn.execute(update(threads).where(*thread).values(read_again=True))
    return True


async def note_removed(conn: Conn, asked: Question, removal: Removal, now: datetime) -> None:
    """Remember that a reply is gone of which nobody knew yet: the news of it may still come, and must not count."""
    values = {
        "question_id": asked.id,
        "source": _place(removal.channel, removal.ts),
        "thread": removal.thread_ts,
        "text": "",
        "answered_at": now,
        "withdrawn_at": now,
    }
    await insert_new(conn, answers, values)


def _place(channel: str, ts: str) -> str:
    return f"{channel}:{ts}"


def _at(channel: str, ts: str) -> ColumnElement[bool]:
    return answers.c.source == _place(channel, ts)


async def open_threads(conn: Conn, now: datetime, *, read_again: bool = False) -> tuple[OpenThread, ...]:
    """Return every thread in which a reply may still count, with what is recorded of it.

    That takes in surveys closed a little while ago: a reply in time may only be heard of now. With `read_again` only
    those that have to be read again whatever was heard of them.
    """
    only = (threads.c.read_again.is_(True),) if read_again else ()
    rows = await conn.execute(
        select(threads.c.question_id, threads.c.ts, threads.c.gone_at, surveys.c.channel)
        .join(questions, questions.c.id == threads.c.question_id)
        .join(surveys, surveys.c.id == questions.c.survey_id)
        .where(or_(surveys.c.closed_at.is_(None), surveys.c.closed_at > now - STILL_READ), *only)
        .order_by(threads.c.id)
    )
    return tuple(
        [
            OpenThread(row.channel, row.ts, await _known(conn, row.question_id, row.ts), row.gone_at is not None)
            for row in rows.all()
        ]
    )


async def _known(conn: Conn, question_id: int, thread: str) -> dict[str, str | None]:
    rows = await conn.execute(
        select(answers.c.source, answers.c.text, answers.c.withdrawn_at).where(
            answers.c.question_id == question_id, answers.c.thread == thread
        )
    )
    return {row.source.partition(":")[2]: None if row.withdrawn_at else row.text for row in rows}


async def mark_read(conn: Conn, thread: OpenThread) -> None:
    """Record that a thread was read again."""
    await conn.execute(update(threads).where(threads.c.ts == thread.ts).values(read_again=False))


# Answers in private and in figures -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Given:
    """What a person or delegation has answered so far: in words, as stored for counting, by whom (a name) and when.

    `name` is None where nobody may know it.
    """

    text: str
    value: str | None
    name: str | None
    on_behalf: bool
    at: datetime


@dataclass(frozen=True)
class Voice:
    """For whom an answer is given: `member` is a code; `on_behalf` says that the Secretariat records it."""

    member: str
    observer: bool = False
    on_behalf: bool = False


async def answer_privately(
    conn: Conn, about: Survey, asked: Question, actor: Actor, text: str, now: datetime, behalf: str | None = None
) -> bool:
    """Record a person's private answer in place of their earlier one; tell whether they had none.

    `behalf` is the member (code) for which the Secretariat records it. Under the Chatham House Rule neither person nor
    member are stored, only marks of them. Only for surveys that are open: afterwards the key of the marks is gone.
    """
    voice = Voice(behalf, on_behalf=True) if behalf else Voice(actor.member or "", actor.is_observer)
    return await _put(conn, about, asked, actor, voice, _private(about, actor, behalf), now, text, None)


async def answer_with(
    conn: Conn,
    about: Survey,
    asked: Question,
    actor: Actor,
    value: str,
    text: str,
    now: datetime,
    behalf: str | None = None,
) -> None:
    """Record a delegation's answer to a closed question in place of its earlier one, whoever gave that.

    `value` is what is counted (`bot.rules.questions`), `text` what it reads like. The Chatham House Rule holds as for
    `answer_privately`; observers, whose figures would be of too few, are then NotAllowed.
    """  # fmt: skip
    voice = Voice(behalf, on_behalf=True) if behalf else Voice(actor.member or "", actor.is_observer)
    if voice.observer and about.attribution is Attribution.CHATHAM:
        raise NotAllowed(
            "Observers are counted apart, and too few to be shown under the Chatham House Rule.",
            "Questions that are answered in words take what you say.",
        )
    await _put(conn, about, asked, actor, voice, _figure(about, voice, actor), now, text, value)


async def _put(
    conn: Conn,
    about: Survey,
    asked: Question,
    actor: Actor,
    voice: Voice,
    source: str,
    now: datetime,
    text: str,
    value: str | None,
) -> bool:
    named = about.attribution is not Attribution.CHATHAM
    values = {
        "question_id": asked.id,
        "source": source,
        "person": actor.user_id if named else None,
        "member": voice.member if named else None,
        "voice": mark(about, voice.member),
        "observer": voice.observer,
        "on_behalf": voice.on_behalf,
        "private": True,
        "text": text,
        "value": value,
        # Not even when it was: who was at their desk at that moment would be known to others.
        "answered_at": now if named else about.started_at or now,
    }
    if await insert_new(conn, answers, values):
        return True
    again = {name: values[name] for name in ("person", "member", "voice", "observer", "on_behalf", "text", "value")}
    edited = values["answered_at"]
    mine = (answers.c.question_id == asked.id, answers.c.source == source)
    await conn.execute(update(answers).where(*mine).values(**again, edited_at=edited, withdrawn_at=None))
    return False


async def withdraw_private(
    conn: Conn, about: Survey, asked: Question, actor: Actor, now: datetime, behalf: str | None = None
) -> int | None:
    """Take a person's private answer, or a delegation's to a closed question, back; return its id, None for none."""
    at = now if about.attribution is not Attribution.CHATHAM else about.started_at or now
    found = await conn.execute(
        update(answers)
        .where(*_mine(about, asked, actor, behalf), answers.c.withdrawn_at.is_(None))
        .values(withdrawn_at=at, text="", value=None)
        .returning(answers.c.id)
    )
    taken: int | None = found.scalar()
    return taken


async def private_answer(
    conn: Conn, about: Survey, asked: Question, actor: Actor, behalf: str | None = None
) -> Given | None:
    """Return what a person answered in private so far, or their delegation to a closed question; None if nothing."""
    row = (
        await conn.execute(
            select(answers, people.c.name)
            .outerjoin(people, people.c.user_id == answers.c.person)
            .where(*_mine(about, asked, actor, behalf), answers.c.withdrawn_at.is_(None))
        )
    ).first()
    return (
        None if row is None else Given(row.text, row.value, row.name, row.on_behalf, row.edited_at or row.answered_at)
    )


def _mine(about: Survey, asked: Question, actor: Actor, behalf: str | None) -> tuple[ColumnElement[bool], ...]:
    voice = Voice(behalf or actor.member or "", actor.is_observer and not behalf, bool(behalf))
    source = _figure(about, voice, actor) if asked.kind.is_closed else _private(about, actor, behalf)
    return (answers.c.question_id == asked.id, answers.c.source == source)


def _private(about: Survey, actor: Actor, behalf: str | None) -> str:
    return f"behalf:{mark(about, behalf)}" if behalf else f"private:{mark(about, actor.user_id)}"


def _figure(about: Survey, voice: Voice, actor: Actor) -> str:
    # Observers speak for themselves: they have no delegation's voice to share.
    return f"observer:{mark(about, actor.user_id)}" if voice.observer else f"voice:{mark(about, voice.member)}"


# Counting and showing ------------------------------------------------------------------------------------------------


async def turnout(conn: Conn, about: Survey) -> Turnout:
    """Return who answered, as far as it may be known at all; what may be shown is for `bot.rules.attribution`."""
    if about.attribution is Attribution.CHATHAM and about.closed_at is not None:
        return await _frozen_turnout(conn, about)
    rows = list(
        await conn.execute(
            select(
                questions.c.number, answers.c.voice, answers.c.member, answers.c.observer, func.count().label("said")
            )
            .join(questions, questions.c.id == answers.c.question_id)
            .where(questions.c.survey_id == about.id, answers.c.withdrawn_at.is_(None))
            .group_by(questions.c.number, answers.c.voice, answers.c.member, answers.c.observer)
        )
    )
    heard = {(row.number, row.voice) for row in rows if not row.observer}
    return Turnout(
        delegations=len({voice for _, voice in heard}),
        by_question=_each(about, Counter(number for number, _ in heard)),
        observers=sum(row.said for row in rows if row.observer),
        members=tuple(sorted({row.member for row in rows if row.member and not row.observer})),
    )


async def _frozen_turnout(conn: Conn, about: Survey) -> Turnout:
    total = (await conn.execute(select(surveys.c.delegations).where(surveys.c.id == about.id))).scalar()
    rows = await conn.execute(
        select(questions.c.number, questions.c.delegations).where(questions.c.survey_id == about.id)
    )
    return Turnout(total or 0, {row.number: row.delegations or 0 for row in rows})


def _each(about: Survey, counted: Mapping[int, int]) -> dict[int, int]:
    return {asked.number: counted.get(asked.number, 0) for asked in about.questions}


async def said(conn: Conn, about: Survey, counted: Turnout) -> tuple[Said, ...]:
    """Return what may be shown of every answer, question by question, the oldest first; members as codes."""
    rows = await conn.execute(
        select(questions.c.number, answers, people.c.name)
        .join(questions, questions.c.id == answers.c.question_id)
        .outerjoin(people, people.c.user_id == answers.c.person)
        .where(questions.c.survey_id == about.id, answers.c.withdrawn_at.is_(None))
        .order_by(questions.c.number, answers.c.answered_at, answers.c.id)
    )
    heard: dict[int, list[Said]] = {}
    for row in rows:
        heard.setdefault(row.number, []).append(_said(row))
    return tuple(
        each
        for number, delegations in sorted(counted.by_question.items())
        for each in shown(
            about.attribution, heard.get(number, ()), delegations=delegations, closed=about.closed_at is not None
        )
    )


def _said(row: Row[Any]) -> Said:
    return Said(
        row.number,
        row.text,
        row.member,
        row.name,
        row.observer,
        row.answered_at,
        row.value,
        row.on_behalf,
        tuple(File(name, url) for name, url in row.files or ()),
        row.source.partition(":")[2] if row.thread else None,
        row.id,
    )


async def values(conn: Conn, about: Survey) -> dict[int, list[str]]:
    """Return what delegations answered to each closed question that was answered, as stored for counting, by number.

    Observers are counted apart and not in here; what may be shown of it is for `bot.rules.figures`.
    """
    rows = await conn.execute(
        select(questions.c.number, answers.c.value)
        .join(questions, questions.c.id == answers.c.question_id)
        .where(
            questions.c.survey_id == about.id,
            answers.c.withdrawn_at.is_(None),
            answers.c.value.is_not(None),
            answers.c.observer.is_(False),
        )
        .order_by(questions.c.number, answers.c.value)
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.number, []).append(row.value)
    return found


# Closing -------------------------------------------------------------------------------------------------------------


async def close(conn: Conn, survey_id: int, by: str, now: datetime) -> Survey | None:
    """End a survey; None if it was closed already. Under the Chatham House Rule, forget who took part.

    It ends now or, however late this is called, at the moment that was announced. `by` is a Slack user id, or
    `timekeeper` when its moment came.
    """
    before = await survey(conn, survey_id, lock=True)
    chatham = before.attribution is Attribution.CHATHAM
    counted = await turnout(conn, before)
    closed_at = min(now, before.closes_at)
    ended = await conn.execute(
        update(surveys)
        .where(surveys.c.id == survey_id, surveys.c.started_at.is_not(None), surveys.c.closed_at.is_(None))
        .values(closed_at=closed_at, secret=None, refresh_at=None, remind_at=None, traces=chatham)
    )
    if ended.rowcount != 1:
        return None
    if chatham:
        await _freeze(conn, before, counted)
        await _forget_who(conn, before, closed_at)
        await directory.forget_when_seen(conn, now)
    await audit.note(conn, now, by, "close", f"survey {survey_id}")
    return await survey(conn, survey_id)


async def _freeze(conn: Conn, about: Survey, counted: Turnout) -> None:
    await conn.execute(update(surveys).where(surveys.c.id == about.id).values(delegations=counted.delegations))
    for asked in about.questions:
        number = counted.by_question[asked.number]
        await conn.execute(update(questions).where(questions.c.id == asked.id).values(delegations=number))


async def _forget_who(conn: Conn, about: Survey, closed_at: datetime) -> None:
    """Write the answers anew, as words alone: the order of rows and their times would tell who wrote them."""
    these = answers.c.question_id.in_([asked.id for asked in about.questions])
    rows = await conn.execute(
        select(answers.c.question_id, answers.c.text, answers.c.value).where(these, answers.c.withdrawn_at.is_(None))
    )
    words = sorted((row.question_id, row.text, row.value or "") for row in rows)
    await conn.execute(delete(answers).where(these))
    if words:
        kept = [
            {"question_id": asked, "text": text, "value": value or None, "private": True, "answered_at": closed_at}
            for asked, text, value in words
        ]
        await conn.execute(insert(answers), kept)


async def due(conn: Conn, now: datetime) -> tuple[int, ...]:
    """Return the surveys whose moment to close has come, oldest first."""
    rows = await conn.execute(
        select(surveys.c.id)
        .where(surveys.c.started_at.is_not(None), surveys.c.closed_at.is_(None), surveys.c.closes_at <= now)
        .order_by(surveys.c.closes_at, surveys.c.id)
    )
    return tuple(rows.scalars())


TRACED = ("surveys", "survey_answers", "survey_reminders", "survey_declines", "outbox", "inbox", "people")
"""The tables of which a close under the Chatham House Rule deletes or changes rows that tell who took part."""


async def with_traces(conn: Conn) -> tuple[int, ...]:
    """Return the surveys closed under the Chatham House Rule whose deleted rows may still stand in some file."""
    return tuple((await conn.execute(select(surveys.c.id).where(surveys.c.traces.is_(True)))).scalars())


async def mark_cleared(conn: Conn, survey_ids: Sequence[int]) -> None:
    """Record that nothing of who took part stands in the database's files any more."""
    await conn.execute(update(surveys).where(surveys.c.id.in_(survey_ids)).values(traces=False))
