"""Surveys: questions that are put to the network, and the messages in which they stand."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
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
    insert,
    select,
    update,
)

from bot.rules.attribution import Attribution
from bot.rules.problems import AlreadyDone, Closed, NotFound
from bot.rules.profile import WorkingHours
from bot.rules.questions import Kind, NewQuestion
from bot.rules.surveys import NewSurvey, Pace, Settings, ask_moments
from storage import audit, outbox
from storage.database import Conn, UTCDateTime, insert_new, insert_new_id, metadata

surveys = Table(
    "surveys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(150), nullable=False),
    Column("introduction", Text, nullable=False, server_default=""),
    Column("channel", String(40), nullable=False),
    Column("attribution", String(12), nullable=False),
    Column("closes_at", UTCDateTime, nullable=False, index=True),
    Column("zone", String(60), nullable=False, server_default="UTC"),
    Column("pace", String(10), nullable=False, server_default=Pace.AT_ONCE),
    Column("meeting", ForeignKey("meetings.id", ondelete="SET NULL")),
    Column("started_by", String(24), nullable=False),
    # The form it was made with: sent twice, it makes one survey.
    Column("form", String(40), unique=True),
    # When it is to start by itself, and when it did; a draft has neither.
    Column("starts_at", UTCDateTime, index=True),
    Column("started_at", UTCDateTime),
    Column("closed_at", UTCDateTime),
    Column("header_ts", String(24)),
    # How often the header was posted again: each post has an outbox key of its own.
    Column("header_posts", Integer, nullable=False, server_default="0"),
    # When the header was last changed, and when it is to be, so that a busy day changes it now and then only.
    Column("refreshed_at", UTCDateTime),
    Column("refresh_at", UTCDateTime, index=True),
    Column("remind_at", UTCDateTime, index=True),
    # The key of the marks; forgotten at the close, after which nobody can say whose a mark was.
    Column("secret", String(64)),
    Column("delegations", Integer),
    # It was closed under the Chatham House Rule, and what was deleted may still stand in the database's files.
    Column("traces", Boolean, nullable=False, server_default="0"),
)
questions = Table(
    "survey_questions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("survey_id", ForeignKey("surveys.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("kind", String(10), nullable=False, server_default=Kind.OPEN),
    Column("options", JSON, nullable=False),
    Column("unit", String(40), nullable=False, server_default=""),
    Column("theme", String(150), nullable=False, server_default=""),
    # When it is to be asked, set as the survey starts, and whether its message has been decided on.
    Column("ask_at", UTCDateTime, index=True),
    Column("asked", Boolean, nullable=False, server_default="0"),
    Column("ts", String(24), index=True),
    Column("posts", Integer, nullable=False, server_default="0"),
    Column("delegations", Integer),
    UniqueConstraint("survey_id", "number"),
)
threads = Table(
    "survey_threads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("question_id", ForeignKey("survey_questions.id", ondelete="CASCADE"), nullable=False, index=True),
    # A question whose message was deleted may be posted again: then it has two threads.
    Column("ts", String(24), nullable=False, index=True),
    Column("gone_at", UTCDateTime),
    # Somebody has undone something that only Slack still knows: the thread must be read again.
    Column("read_again", Boolean, nullable=False, server_default="0"),
    UniqueConstraint("question_id", "ts"),
)
answers = Table(
    "survey_answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("question_id", ForeignKey("survey_questions.id", ondelete="CASCADE"), nullable=False),
    # Where it was said: channel and ts of a reply, whose private answer it is, or which delegation's figure.
    # One question, one place, one answer.
    Column("source", String(100), index=True),
    Column("thread", String(24)),
    Column("person", String(24), index=True),
    Column("member", String(12)),
    Column("voice", String(64), nullable=False, server_default=""),
    Column("observer", Boolean, nullable=False, server_default="0"),
    Column("private", Boolean, nullable=False, server_default="0"),
    Column("on_behalf", Boolean, nullable=False, server_default="0"),
    Column("text", Text, nullable=False),
    # What is counted, where the question is a closed one.
    Column("value", String(100)),
    Column("files", JSON),
    Column("answered_at", UTCDateTime, nullable=False),
    Column("edited_at", UTCDateTime),
    Column("withdrawn_at", UTCDateTime),
    UniqueConstraint("question_id", "source"),
)

BATCH = timedelta(minutes=1)
"""How often the header changes at most."""
QUIET_BATCH = timedelta(hours=1)
"""The same under the Chatham House Rule, where a change right after an answer could tell whose it was."""


@dataclass(frozen=True)
class Question:
    """One question; `ts` is its message's, None until it stands in Slack; `asked` says that it is on its way there."""

    id: int
    number: int
    spec: NewQuestion
    ts: str | None
    ask_at: datetime | None
    asked: bool
    posts: int

    @property
    def text(self) -> str:
        """Return what is asked."""
        return self.spec.text

    @property
    def kind(self) -> Kind:
        """Return what it takes for an answer."""
        return self.spec.kind


@dataclass(frozen=True)
class Survey:
    """A survey with its questions in order; `channel` and `meeting` are ids, moments are aware UTC.

    `starts_at` is when it is to start by itself; a draft has neither that nor `started_at`.
    """

    id: int
    settings: Settings
    started_by: str
    started_at: datetime | None
    closed_at: datetime | None
    header_ts: str | None
    header_posts: int
    questions: tuple[Question, ...] = ()
    secret: str | None = field(default=None, repr=False)

    @property
    def title(self) -> str:
        """Return what it is called."""
        return self.settings.title

    @property
    def introduction(self) -> str:
        """Return what stands above its questions."""
        return self.settings.introduction

    @property
    def channel(self) -> str:
        """Return the id of the channel it is held in."""
        return self.settings.channel

    @property
    def attribution(self) -> Attribution:
        """Return who is named beside what was said."""
        return self.settings.attribution

    @property
    def closes_at(self) -> datetime:
        """Return when it is announced to close."""
        return self.settings.closes_at

    @property
    def deadline(self) -> datetime:
        """Return when answers ended, or will end."""
        return self.closed_at or self.closes_at

    def takes(self, at: datetime) -> bool:
        """Tell whether something said at `at` (aware) is in time."""
        return at <= self.deadline


# Making and starting -------------------------------------------------------------------------------------------------


async def create(conn: Conn, new: NewSurvey, by: str, now: datetime, form: str | None = None) -> Survey:
    """Store a new survey and its questions, numbered from 1; AlreadyDone if `form` has made one before.

    It is a draft, or one that waits for its moment, until `begin`.
    """
    # Not looked up first: of two that arrive together on two replicas neither would see the other.
    key = await insert_new_id(conn, surveys, {**columns_of(new.settings), "form": form or None, "started_by": by})
    if key is None:
        raise AlreadyDone("This survey was started already.", "See /wps-survey list.")
    await put_questions(conn, key, new.questions)
    await audit.note(conn, now, by, "create", f"survey {key}", attribution=new.settings.attribution.value)
    return await survey(conn, key)


def columns_of(settings: Settings) -> dict[str, object]:
    """Return a survey's settings as the columns in which they are stored."""
    return {**vars(settings), "attribution": settings.attribution.value, "pace": settings.pace.value}


async def put_questions(conn: Conn, survey_id: int, new: Sequence[NewQuestion]) -> None:
    """Store the questions of a survey that has none, numbered from 1."""
    rows = [{"survey_id": survey_id, "number": number, **question_columns(each)} for number, each in enumerate(new, 1)]
    if rows:
        await conn.execute(insert(questions), rows)


def question_columns(new: NewQuestion) -> dict[str, object]:
    """Return a question as the columns in which it is stored."""
    return {**vars(new), "kind": new.kind.value, "options": list(new.options)}


async def begin(conn: Conn, survey_id: int, by: str, now: datetime, hours: WorkingHours) -> Survey | None:
    """Start a survey: from now on it takes answers, and its questions come at their pace; None if it has started.

    `by` is a Slack user id, or `timekeeper` when its moment came.
    """
    found = await survey(conn, survey_id, lock=True)
    chatham = found.attribution is Attribution.CHATHAM
    begun = await conn.execute(
        update(surveys)
        .where(surveys.c.id == survey_id, surveys.c.started_at.is_(None))
        .values(started_at=now, remind_at=now, secret=secrets.token_hex(32) if chatham else None)
    )
    if begun.rowcount != 1:
        return None
    settings = found.settings
    moments = ask_moments([each.spec for each in found.questions], settings.pace, now, settings.zone, hours)
    for asked, moment in zip(found.questions, moments, strict=True):
        await conn.execute(update(questions).where(questions.c.id == asked.id).values(ask_at=moment))
    await audit.note(conn, now, by, "start", f"survey {survey_id}")
    return await survey(conn, survey_id)


async def to_begin(conn: Conn, now: datetime) -> tuple[int, ...]:
    """Return the surveys whose moment to start has come."""
    waiting = (surveys.c.started_at.is_(None), surveys.c.starts_at <= now)
    return tuple((await conn.execute(select(surveys.c.id).where(*waiting).order_by(surveys.c.starts_at))).scalars())


async def to_ask(conn: Conn, now: datetime) -> tuple[int, ...]:
    """Return the questions whose moment has come, of surveys that run, in their order."""
    rows = await conn.execute(
        select(questions.c.id)
        .join(surveys, surveys.c.id == questions.c.survey_id)
        .where(questions.c.asked.is_(False), questions.c.ask_at <= now, surveys.c.closed_at.is_(None))
        .order_by(questions.c.survey_id, questions.c.number)
    )
    return tuple(rows.scalars())


async def mark_asked(conn: Conn, question_id: int) -> bool:
    """Record that a question is on its way to its channel; False if it was already."""
    waiting = (questions.c.id == question_id, questions.c.asked.is_(False))
    return (await conn.execute(update(questions).where(*waiting).values(asked=True))).rowcount == 1


# Finding -------------------------------------------------------------------------------------------------------------


async def survey(conn: Conn, survey_id: int, *, lock: bool = False) -> Survey:
    """Return a survey; NotFound if there is none. `lock` lets nobody else change its answers until the commit."""
    query = select(surveys).where(surveys.c.id == survey_id)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    if row is None:
        raise NotFound("There is no survey {number}.", "See /wps-survey list.", number=survey_id)
    found = await conn.execute(select(questions).where(questions.c.survey_id == survey_id).order_by(questions.c.number))
    return _survey(row, tuple(_question(each) for each in found))


async def all_surveys(conn: Conn, limit: int = 100) -> tuple[Survey, ...]:
    """Return surveys that have started, without their questions: those that run first, each kind the newest first."""
    order = (surveys.c.closed_at.is_not(None), surveys.c.id.desc())
    rows = await conn.execute(select(surveys).where(surveys.c.started_at.is_not(None)).order_by(*order).limit(limit))
    return tuple(_survey(row) for row in rows)


async def not_started(conn: Conn) -> tuple[Survey, ...]:
    """Return drafts and surveys that wait for their moment, without their questions, the newest first."""
    rows = await conn.execute(select(surveys).where(surveys.c.started_at.is_(None)).order_by(surveys.c.id.desc()))
    return tuple(_survey(row) for row in rows)


def _survey(row: Row[Any], asked: tuple[Question, ...] = ()) -> Survey:
    settings = Settings(
        row.title,
        row.introduction,
        row.channel,
        row.closes_at,
        Attribution(row.attribution),
        row.zone,
        Pace(row.pace),
        row.starts_at,
        row.meeting,
    )
    return Survey(
        row.id,
        settings,
        row.started_by,
        row.started_at,
        row.closed_at,
        row.header_ts,
        row.header_posts,
        asked,
        row.secret,
    )


def _question(row: Row[Any]) -> Question:
    spec = NewQuestion(row.text, Kind(row.kind), tuple(row.options), row.unit, row.theme)
    return Question(row.id, row.number, spec, row.ts, row.ask_at, row.asked, row.posts)


async def question(conn: Conn, question_id: int, *, lock: bool = False) -> tuple[Survey, Question]:
    """Return a question and its survey; NotFound if there is none."""
    query = select(questions.c.survey_id).where(questions.c.id == question_id)
    survey_id = (await conn.execute(query)).scalar()
    if survey_id is None:
        raise NotFound("This question is not there any more.", "See /wps-survey list.")
    found = await survey(conn, survey_id, lock=lock)
    return found, next(each for each in found.questions if each.id == question_id)


async def question_at(conn: Conn, channel: str, ts: str, *, lock: bool = False) -> tuple[Survey, Question] | None:
    """Return the question whose message has this `ts` in `channel`, with its survey, if it is one."""
    found = (
        await conn.execute(
            select(questions.c.id)
            .join(threads, threads.c.question_id == questions.c.id)
            .join(surveys, surveys.c.id == questions.c.survey_id)
            .where(threads.c.ts == ts, surveys.c.channel == channel)
        )
    ).scalar()
    return None if found is None else await question(conn, found, lock=lock)


async def header_at(conn: Conn, channel: str, ts: str) -> Survey | None:
    """Return the survey whose header has this `ts` in `channel`, if it is one."""
    these = (surveys.c.header_ts == ts, surveys.c.channel == channel)
    found = (await conn.execute(select(surveys.c.id).where(*these))).scalar()
    return None if found is None else await survey(conn, found, lock=True)


async def open_headers(conn: Conn) -> tuple[tuple[str, str], ...]:
    """Return channel and ts of the header of every survey that runs."""
    running = (surveys.c.started_at.is_not(None), surveys.c.closed_at.is_(None), surveys.c.header_ts.is_not(None))
    rows = await conn.execute(select(surveys.c.channel, surveys.c.header_ts).where(*running).order_by(surveys.c.id))
    return tuple((row.channel, row.header_ts) for row in rows)


@dataclass(frozen=True)
class Recorded:
    """An answer that counts: what it says (plain), and whose it is; `member` is a code, `person` a Slack user id.

    `place` (`channel:ts`) is where a reply stands, empty for an answer given in private; `on_behalf` says that `person`
    only recorded it.
    """

    id: int
    survey: Survey
    question: Question
    text: str
    person: str | None
    member: str | None
    observer: bool
    on_behalf: bool
    place: str


async def recorded(conn: Conn, channel: str, ts: str) -> Recorded | None:
    """Return what is recorded of this message, None if it is no answer or was withdrawn."""
    return await _recorded(conn, answers.c.source == f"{channel}:{ts}")


async def recorded_as(conn: Conn, answer_id: int) -> Recorded:
    """Return an answer in words by its id; NotFound if there is none or it was withdrawn."""
    found = await _recorded(conn, answers.c.id == answer_id)
    if found is None:
        raise NotFound("This answer is not there any more.", "Open the results again: /wps-survey list.")
    return found


async def _recorded(conn: Conn, this: ColumnElement[bool]) -> Recorded | None:
    counts = (answers.c.withdrawn_at.is_(None), answers.c.value.is_(None))
    row = (await conn.execute(select(answers).where(this, *counts))).first()
    if row is None:
        return None
    about, asked = await question(conn, row.question_id)
    place = row.source if row.thread else ""
    return Recorded(row.id, about, asked, row.text, row.person, row.member, row.observer, row.on_behalf, place)


async def has_answered(conn: Conn, about: Survey, members: Iterable[str]) -> frozenset[str]:
    """Return those of `members` (codes) whose delegation has answered; empty where nobody may know."""
    if about.attribution is Attribution.CHATHAM:
        return frozenset()
    heard = await conn.execute(
        select(answers.c.member)
        .join(questions, questions.c.id == answers.c.question_id)
        .where(questions.c.survey_id == about.id, answers.c.withdrawn_at.is_(None), answers.c.observer.is_(False))
        .distinct()
    )
    return frozenset(heard.scalars()) & frozenset(members)


# Messages ------------------------------------------------------------------------------------------------------------


async def is_running(conn: Conn, channel: str) -> bool:
    """Tell whether a survey runs in `channel`, so that a message nobody knows there may be an answer."""
    running = (surveys.c.channel == channel, surveys.c.started_at.is_not(None), surveys.c.closed_at.is_(None))
    return (await conn.execute(select(surveys.c.id).where(*running).limit(1))).first() is not None


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


def header_key(about: Survey) -> str:
    """Return the outbox key of a survey's header, as it was last posted."""
    return f"survey:{about.id}:header:{about.header_posts}"


def question_key(about: Survey, asked: Question) -> str:
    """Return the outbox key of a question's message, as it was last posted."""
    return f"survey:{about.id}:question:{asked.number}:{asked.posts}"


def summary_key(survey_id: int, part: int = 0) -> str:
    """Return the outbox key of the summary at the close, or of a part of it in its thread, counted from 1."""
    return f"survey:{survey_id}:summary:{part}"


async def mark_posted(conn: Conn, key: str, _channel: str, ts: str) -> None:
    """Record where a survey's header or question stands, told by its outbox key."""
    _, survey_id, part, *rest = key.split(":")
    if part == "header":
        await conn.execute(update(surveys).where(surveys.c.id == int(survey_id)).values(header_ts=ts))
    elif part == "question":
        this = and_(questions.c.survey_id == int(survey_id), questions.c.number == int(rest[0]))
        found = await conn.execute(update(questions).where(this).values(ts=ts).returning(questions.c.id))
        await insert_new(conn, threads, {"question_id": found.scalar_one(), "ts": ts})


async def post_again(conn: Conn, about: Survey, asked: Question | None) -> Survey:
    """Have a header or question counted as posted once more, because its message is gone; return the survey."""
    if asked is None:
        again = update(surveys).where(surveys.c.id == about.id).values(header_posts=surveys.c.header_posts + 1)
        await conn.execute(again.values(header_ts=None))
    else:
        again = update(questions).where(questions.c.id == asked.id).values(posts=questions.c.posts + 1, ts=None)
        await conn.execute(again)
    return await survey(conn, about.id)


async def mark_gone(conn: Conn, asked: Question, ts: str, now: datetime) -> bool:
    """Record that a question's message was deleted; False if that is known."""
    this = (threads.c.question_id == asked.id, threads.c.ts == ts, threads.c.gone_at.is_(None))
    return (await conn.execute(update(threads).where(*this).values(gone_at=now))).rowcount == 1


async def mark_stale(conn: Conn, about: Survey, now: datetime) -> bool:
    """Record that the header tells an old turnout; tell whether it may be changed at once, else it is `stale` later."""
    if about.attribution is Attribution.CHATHAM:
        next_hour = now.replace(minute=0, second=0, microsecond=0) + QUIET_BATCH
        await _refresh_at(conn, about, next_hour)
        return False
    row = select(surveys.c.refreshed_at).where(surveys.c.id == about.id)
    refreshed = (await conn.execute(row)).scalar()
    if refreshed is None or now - refreshed >= BATCH:
        return True
    await _refresh_at(conn, about, refreshed + BATCH)
    return False


async def _refresh_at(conn: Conn, about: Survey, moment: datetime) -> None:
    fresh = (surveys.c.id == about.id, surveys.c.refresh_at.is_(None))
    await conn.execute(update(surveys).where(*fresh).values(refresh_at=moment))


async def mark_fresh(conn: Conn, about: Survey, now: datetime) -> None:
    """Record that the header tells the turnout of `now`."""
    await conn.execute(update(surveys).where(surveys.c.id == about.id).values(refreshed_at=now, refresh_at=None))


async def stale(conn: Conn, now: datetime) -> tuple[int, ...]:
    """Return the surveys whose header is to be changed by now."""
    return tuple((await conn.execute(select(surveys.c.id).where(surveys.c.refresh_at <= now))).scalars())


# Marks ---------------------------------------------------------------------------------------------------------------


def mark(about: Survey, of: str) -> str:
    """Return what stands for a person or member: themselves, or a mark that only the survey's key can tell.

    Raises Closed once that key is forgotten.
    """
    if about.attribution is not Attribution.CHATHAM:
        return of
    if about.secret is None:
        raise Closed("Survey {number} is closed.", "Nobody can answer it any more.", number=about.id)
    return hmac.new(about.secret.encode(), of.encode(), hashlib.sha256).hexdigest()
