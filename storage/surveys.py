"""Surveys: questions that are put to the network, and what its delegations answered.

Under the Chatham House Rule no row names anybody: people and members stand as keyed marks, whose key is forgotten at
the close, and the answers are then written anew in an order that tells nothing.
"""

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)

from bot.rules.attribution import Attribution, Said, shown
from bot.rules.permissions import Actor
from bot.rules.problems import AlreadyDone, Closed, NotFound
from bot.rules.surveys import NewSurvey, Removal, Reply
from storage import audit, outbox
from storage.database import Conn, Database, UTCDateTime, insert_new, metadata
from storage.members import all_members
from storage.people import people
from storage.spreadsheets import write_table

surveys = Table(
    "surveys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(150), nullable=False),
    Column("introduction", Text, nullable=False, server_default=""),
    Column("channel", String(40), nullable=False),
    Column("attribution", String(12), nullable=False),
    Column("closes_at", UTCDateTime, nullable=False, index=True),
    Column("started_by", String(24), nullable=False),
    # The form it was started with: sent twice, it starts one survey.
    Column("form", String(40), unique=True),
    Column("started_at", UTCDateTime, nullable=False),
    Column("closed_at", UTCDateTime),
    Column("header_ts", String(24)),
    # The key of the marks below; forgotten at the close, after which nobody can say whose a mark was.
    Column("secret", String(64)),
    Column("delegations", Integer),
)
questions = Table(
    "survey_questions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("survey_id", ForeignKey("surveys.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("ts", String(24), index=True),
    Column("delegations", Integer),
    UniqueConstraint("survey_id", "number"),
)
answers = Table(
    "survey_answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("question_id", ForeignKey("survey_questions.id", ondelete="CASCADE"), nullable=False),
    # Where it was said: channel and ts of a reply, or whose private answer it is. One question, one place, one answer.
    Column("source", String(100), index=True),
    Column("person", String(24), index=True),
    Column("member", String(12)),
    Column("voice", String(64), nullable=False, server_default=""),
    Column("observer", Boolean, nullable=False, server_default="0"),
    Column("private", Boolean, nullable=False, server_default="0"),
    Column("text", Text, nullable=False),
    Column("answered_at", UTCDateTime, nullable=False),
    Column("edited_at", UTCDateTime),
    Column("withdrawn_at", UTCDateTime),
    UniqueConstraint("question_id", "source"),
)

STILL_READ = timedelta(days=3)
"""How long after its close a survey's threads are read again: a reply in time may be heard of late."""


@dataclass(frozen=True)
class Question:
    """One question; `ts` is its message's, None until it stands in Slack."""

    id: int
    number: int
    text: str
    ts: str | None


@dataclass(frozen=True)
class Survey:
    """A survey with its questions in order; `channel` is an id, moments are aware UTC."""

    id: int
    title: str
    introduction: str
    channel: str
    attribution: Attribution
    closes_at: datetime
    started_by: str
    closed_at: datetime | None
    header_ts: str | None
    questions: tuple[Question, ...] = ()
    secret: str | None = field(default=None, repr=False)

    @property
    def deadline(self) -> datetime:
        """Return when answers ended, or will end."""
        return self.closed_at or self.closes_at

    def takes(self, at: datetime) -> bool:
        """Tell whether something said at `at` (aware) is in time."""
        return at <= self.deadline


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

    None stands for one that was withdrawn: it needs no comparing.
    """

    channel: str
    ts: str
    known: Mapping[str, str | None]


@dataclass(frozen=True)
class Recorded:
    """A reply that counts as an answer: what it says (plain), and whose it is; `member` is a code."""

    survey: Survey
    question: Question
    text: str
    person: str | None
    member: str | None
    observer: bool


async def start(conn: Conn, new: NewSurvey, started_by: str, now: datetime, form: str | None = None) -> Survey:
    """Store a new survey and its questions, numbered from 1; AlreadyDone if `form` has started one before."""
    if form and (await conn.execute(select(surveys.c.id).where(surveys.c.form == form))).first():
        raise AlreadyDone("This survey was started already.", "See /wps-survey list.")
    values = {
        "form": form,
        "title": new.title,
        "introduction": new.introduction,
        "channel": new.channel,
        "attribution": new.attribution.value,
        "closes_at": new.closes_at,
        "started_by": started_by,
        "started_at": now,
        "secret": secrets.token_hex(32) if new.attribution is Attribution.CHATHAM else None,
    }
    key = (await conn.execute(insert(surveys).values(values).returning(surveys.c.id))).scalar_one()
    rows = [{"survey_id": key, "number": number, "text": text} for number, text in enumerate(new.questions, 1)]
    await conn.execute(insert(questions), rows)
    await audit.note(conn, now, started_by, "start", f"survey {key}", attribution=new.attribution.value)
    return await survey(conn, key)


async def survey(conn: Conn, survey_id: int, *, lock: bool = False) -> Survey:
    """Return a survey; NotFound if there is none. `lock` lets nobody else change its answers until the commit."""
    query = select(surveys).where(surveys.c.id == survey_id)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise NotFound("There is no survey {number}.", "See /wps-survey list.", number=survey_id)
    found = await conn.execute(select(questions).where(questions.c.survey_id == survey_id).order_by(questions.c.number))
    return _survey(row, tuple(_question(each) for each in found))


async def all_surveys(conn: Conn, limit: int = 100) -> tuple[Survey, ...]:
    """Return surveys without their questions: those that run first, each kind the newest first."""
    order = (surveys.c.closed_at.is_not(None), surveys.c.id.desc())
    rows = await conn.execute(select(surveys).order_by(*order).limit(limit))
    return tuple(_survey(row) for row in rows)


def _survey(row: Row[Any], asked: tuple[Question, ...] = ()) -> Survey:
    return Survey(
        row.id,
        row.title,
        row.introduction,
        row.channel,
        Attribution(row.attribution),
        row.closes_at,
        row.started_by,
        row.closed_at,
        row.header_ts,
        asked,
        row.secret,
    )


def _question(row: Row[Any]) -> Question:
    return Question(row.id, row.number, row.text, row.ts)


async def question(conn: Conn, question_id: int, *, lock: bool = False) -> tuple[Survey, Question]:
    """Return a question and its survey; NotFound if there is none."""
    query = select(questions.c.survey_id).where(questions.c.id == question_id)
    survey_id = (await conn.execute(query)).scalar()
    if survey_id is None:
        raise NotFound("This question does not exist any more.", "See /wps-survey list.")
    found = await survey(conn, survey_id, lock=lock)
    return found, next(each for each in found.questions if each.id == question_id)


async def question_at(conn: Conn, channel: str, ts: str, *, lock: bool = False) -> tuple[Survey, Question] | None:
    """Return the question whose message has this `ts` in `channel`, with its survey, if it is one."""
    found = (
        await conn.execute(
            select(questions.c.id)
            .join(surveys, surveys.c.id == questions.c.survey_id)
            .where(questions.c.ts == ts, surveys.c.channel == channel)
        )
    ).scalar()
    return None if found is None else await question(conn, found, lock=lock)


async def is_posting(conn: Conn, channel: str) -> bool:
    """Tell whether questions are on their way to `channel`: a thread there may be theirs, though nobody knows yet."""
    waiting = (
        select(outbox.outbox.c.id)
        .where(
            outbox.outbox.c.channel == channel,
            outbox.outbox.c.state.in_(outbox.OPEN),
            outbox.outbox.c.method == "chat.postMessage",
            outbox.outbox.c.key.like("survey:%:question:%"),
        )
        .limit(1)
    )
    return (await conn.execute(waiting)).first() is not None


def header_key(survey_id: int) -> str:
    """Return the outbox key of a survey's header."""
    return f"survey:{survey_id}:header"


def question_key(survey_id: int, number: int) -> str:
    """Return the outbox key of a question's message."""
    return f"survey:{survey_id}:question:{number}"


def summary_key(survey_id: int) -> str:
    """Return the outbox key of the summary at the close."""
    return f"survey:{survey_id}:summary"


async def mark_posted(conn: Conn, key: str, _channel: str, ts: str) -> None:
    """Record where a survey's header or question stands, told by its outbox key."""
    _, survey_id, part, *rest = key.split(":")
    if part == "header":
        await conn.execute(update(surveys).where(surveys.c.id == int(survey_id)).values(header_ts=ts))
    elif part == "question":
        this = and_(questions.c.survey_id == int(survey_id), questions.c.number == int(rest[0]))
        await conn.execute(update(questions).where(this).values(ts=ts))


async def record_reply(conn: Conn, asked: Question, reply: Reply, actor: Actor) -> bool:
    """Record a reply as an answer of its author's delegation; tell whether it is new.

    Only for surveys that take threads, and for an actor who has a member.
    """
    values = {
        "question_id": asked.id,
        "source": _place(reply.channel, reply.ts),
        "person": actor.user_id,
        "member": actor.member,
        "voice": actor.member or "",
        "observer": actor.is_observer,
        "text": reply.text,
        "answered_at": reply.at,
        "edited_at": reply.at if reply.edited else None,
    }
    return await insert_new(conn, answers, values)


async def change_reply(conn: Conn, reply: Reply) -> bool:
    """Record a reply's new words; False if it is not known, was withdrawn, or has later words already."""
    newer = or_(answers.c.edited_at.is_(None), answers.c.edited_at < reply.at)
    found = await conn.execute(
        update(answers)
        .where(_at(reply.channel, reply.ts), answers.c.withdrawn_at.is_(None), newer, answers.c.text != reply.text)
        .values(text=reply.text, edited_at=reply.at)
    )
    return found.rowcount > 0


async def is_known(conn: Conn, channel: str, ts: str) -> bool:
    """Tell whether this message is, or was, recorded as an answer."""
    return (await conn.execute(select(answers.c.id).where(_at(channel, ts)).limit(1))).first() is not None


async def survey_of_reply(conn: Conn, channel: str, ts: str) -> Survey | None:
    """Return the survey to which this recorded message is an answer, locked; None if it is not recorded."""
    found = (await conn.execute(select(answers.c.question_id).where(_at(channel, ts)))).scalar()
    return None if found is None else (await question(conn, found, lock=True))[0]


async def recorded(conn: Conn, channel: str, ts: str) -> Recorded | None:
    """Return what is recorded of this message, None if it is no answer or was withdrawn."""
    row = (await conn.execute(select(answers).where(_at(channel, ts), answers.c.withdrawn_at.is_(None)))).first()
    if row is None:
        return None
    about, asked = await question(conn, row.question_id)
    return Recorded(about, asked, row.text, row.person, row.member, row.observer)


async def withdraw_reply(conn: Conn, removal: Removal, now: datetime, *, only_by: str | None = None) -> bool:
    """Take a reply back and forget its words; with `only_by` only if it is that person's own. Tell whether it was."""
    mine = (answers.c.person == only_by,) if only_by is not None else ()
    found = await conn.execute(
        update(answers)
        .where(_at(removal.channel, removal.ts), answers.c.withdrawn_at.is_(None), *mine)
        .values(withdrawn_at=now, text="")
    )
    return found.rowcount == 1


async def note_removed(conn: Conn, asked: Question, removal: Removal, now: datetime) -> None:
    """Remember that a reply is gone of which nobody knew yet: the news of it may still come, and must not count."""
    values = {
        "question_id": asked.id,
        "source": _place(removal.channel, removal.ts),
        "text": "",
        "answered_at": now,
        "withdrawn_at": now,
    }
    await insert_new(conn, answers, values)


def _place(channel: str, ts: str) -> str:
    return f"{channel}:{ts}"


def _at(channel: str, ts: str) -> ColumnElement[bool]:
    return answers.c.source == _place(channel, ts)


async def answer_privately(conn: Conn, about: Survey, asked: Question, actor: Actor, text: str, now: datetime) -> bool:
    """Record a person's private answer in place of their earlier one; tell whether they had none.

    Under the Chatham House Rule neither they nor their member are stored, only marks of them. Only for surveys that are
    open: afterwards the key of the marks is gone.
    """
    named = about.attribution is not Attribution.CHATHAM
    source = _private(about, actor)
    values = {
        "question_id": asked.id,
        "source": source,
        "person": actor.user_id if named else None,
        "member": actor.member if named else None,
        "voice": _mark(about, actor.member or ""),
        "observer": actor.is_observer,
        "private": True,
        "text": text,
        "answered_at": now,
    }
    if await insert_new(conn, answers, values):
        return True
    mine = (answers.c.question_id == asked.id, answers.c.source == source)
    again = {name: values[name] for name in ("member", "voice", "observer", "text")}
    await conn.execute(update(answers).where(*mine).values(**again, edited_at=now, withdrawn_at=None))
    return False


async def withdraw_private(conn: Conn, about: Survey, asked: Question, actor: Actor, now: datetime) -> bool:
    """Take a person's private answer back and forget its words; tell whether there was one."""
    found = await conn.execute(
        update(answers)
        .where(
            answers.c.question_id == asked.id,
            answers.c.source == _private(about, actor),
            answers.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now, text="")
    )
    return found.rowcount == 1


async def private_answer(conn: Conn, about: Survey, asked: Question, actor: Actor) -> str:
    """Return what a person answered in private so far, an empty text if nothing."""
    mine = (answers.c.question_id == asked.id, answers.c.source == _private(about, actor))
    return (await conn.execute(select(answers.c.text).where(*mine))).scalar() or ""


def _private(about: Survey, actor: Actor) -> str:
    return f"private:{_mark(about, actor.user_id)}"


def _mark(about: Survey, of: str) -> str:
    """Return what stands for a person or member: themselves, or a mark that only the survey's key can tell."""
    if about.attribution is not Attribution.CHATHAM:
        return of
    if about.secret is None:
        raise Closed("Survey {number} is closed.", "Nobody can answer it any more.", number=about.id)
    return hmac.new(about.secret.encode(), of.encode(), hashlib.sha256).hexdigest()


async def turnout(conn: Conn, about: Survey) -> Turnout:
    """Return who answered, as far as it may be known at all; what may be shown is for `bot.rules.attribution`."""
    if about.attribution is Attribution.CHATHAM and about.closed_at is not None:
        return await _frozen_turnout(conn, about)
    rows = list(
        await conn.execute(
            select(questions.c.number, answers.c.voice, answers.c.member, answers.c.observer)
            .join(questions, questions.c.id == answers.c.question_id)
            .where(questions.c.survey_id == about.id, answers.c.withdrawn_at.is_(None))
        )
    )
    heard = {(row.number, row.voice) for row in rows if not row.observer}
    return Turnout(
        delegations=len({voice for _, voice in heard}),
        by_question=_each(about, Counter(number for number, _ in heard)),
        observers=sum(row.observer for row in rows),
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


async def has_answered(conn: Conn, about: Survey, members: Iterable[str]) -> frozenset[str]:
    """Return those of `members` (codes) whose delegation has answered; empty where nobody may know."""
    if about.attribution is Attribution.CHATHAM:
        return frozenset()
    return frozenset((await turnout(conn, about)).members) & frozenset(members)


async def said(conn: Conn, about: Survey, counted: Turnout) -> tuple[Said, ...]:
    """Return what may be shown of every answer, question by question, the oldest first; members as codes."""
    rows = await conn.execute(
        select(
            questions.c.number,
            answers.c.text,
            answers.c.member,
            answers.c.observer,
            answers.c.answered_at,
            people.c.name,
        )
        .join(questions, questions.c.id == answers.c.question_id)
        .outerjoin(people, people.c.user_id == answers.c.person)
        .where(questions.c.survey_id == about.id, answers.c.withdrawn_at.is_(None))
        .order_by(questions.c.number, answers.c.answered_at, answers.c.id)
    )
    heard = [Said(row.number, row.text, row.member, row.name, row.observer, row.answered_at) for row in rows]
    return tuple(
        each
        for number, delegations in sorted(counted.by_question.items())
        for each in shown(
            about.attribution,
            [one for one in heard if one.number == number],
            delegations=delegations,
            closed=about.closed_at is not None,
        )
    )


async def close(conn: Conn, survey_id: int, by: str, now: datetime) -> Survey | None:
    """End a survey; None if it was closed already. Under the Chatham House Rule, forget who took part.

    It ends now or, however late this is called, at the moment that was announced. `by` is a Slack user id, or
    `timekeeper` when its moment came.
    """
    before = await survey(conn, survey_id, lock=True)
    counted = await turnout(conn, before)
    closed_at = min(now, before.closes_at)
    ended = await conn.execute(
        update(surveys)
        .where(surveys.c.id == survey_id, surveys.c.closed_at.is_(None))
        .values(closed_at=closed_at, secret=None)
    )
    if ended.rowcount != 1:
        return None
    if before.attribution is Attribution.CHATHAM:
        await _freeze(conn, before, counted)
        await _forget_who(conn, before, closed_at)
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
        select(answers.c.question_id, answers.c.text).where(these, answers.c.withdrawn_at.is_(None))
    )
    words = sorted((row.question_id, row.text) for row in rows)
    await conn.execute(delete(answers).where(these))
    if words:
        kept = [
            {"question_id": asked, "text": text, "private": True, "answered_at": closed_at} for asked, text in words
        ]
        await conn.execute(insert(answers), kept)


async def due(conn: Conn, now: datetime) -> tuple[int, ...]:
    """Return the surveys whose moment to close has come, oldest first."""
    rows = await conn.execute(
        select(surveys.c.id)
        .where(surveys.c.closed_at.is_(None), surveys.c.closes_at <= now)
        .order_by(surveys.c.closes_at, surveys.c.id)
    )
    return tuple(rows.scalars())


async def open_threads(conn: Conn, now: datetime) -> tuple[OpenThread, ...]:
    """Return every thread in which a reply may still count, with what is recorded of it.

    That takes in surveys closed a little while ago: a reply in time may only be heard of now.
    """
    rows = await conn.execute(
        select(questions.c.id, questions.c.ts, surveys.c.channel)
        .join(surveys, surveys.c.id == questions.c.survey_id)
        .where(
            questions.c.ts.is_not(None),
            or_(surveys.c.closed_at.is_(None), surveys.c.closed_at > now - STILL_READ),
        )
        .order_by(questions.c.id)
    )
    return tuple([OpenThread(row.channel, row.ts, await _known(conn, row.id, row.channel)) for row in rows.all()])


async def _known(conn: Conn, question_id: int, channel: str) -> dict[str, str | None]:
    rows = await conn.execute(
        select(answers.c.source, answers.c.text, answers.c.withdrawn_at).where(
            answers.c.question_id == question_id, answers.c.source.like(f"{channel}:%")
        )
    )
    return {row.source.partition(":")[2]: None if row.withdrawn_at else row.text for row in rows}


async def export_file(db: Database, survey_id: int, path: Path, _now: datetime) -> int:
    """Write what may be shown of a survey's answers as CSV, XLSX or JSON, by the file's ending; return how many.

    The columns are those that the attribution allows. Raises NotFound, and BadInput for another ending.
    """
    async with db.read() as conn:
        about = await survey(conn, survey_id)
        heard = await said(conn, about, await turnout(conn, about))
        members = await all_members(conn)
    asked = {each.number: each.text for each in about.questions}
    names = {code: member.name for code, member in members.items()}
    cells = [{"number": each.number, "question": asked[each.number], **_cells(each, names)} for each in heard]
    columns = ("number", "question", *_COLUMNS[about.attribution], "answer")
    write_table(path, columns, [[row[name] for name in columns] for row in cells])
    return len(cells)


_COLUMNS = {
    Attribution.ATTRIBUTED: ("member", "delegation", "name", "observer", "answered_at"),
    Attribution.DELEGATION: ("member", "delegation", "observer", "answered_at"),
    Attribution.CHATHAM: (),
}


def _cells(answer: Said, names: Mapping[str, str]) -> dict[str, str]:
    return {
        "member": answer.member or "",
        "delegation": names.get(answer.member or "", answer.member or ""),
        "name": answer.name or "",
        "observer": "yes" if answer.observer else "no",
        "answered_at": f"{answer.at:%Y-%m-%dT%H:%M:%SZ}" if answer.at else "",
        "answer": answer.text,
    }
