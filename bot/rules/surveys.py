"""Surveys: what makes one, when it closes, and which of Slack's events are replies in its threads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.rules.attribution import Attribution
from bot.rules.reminders import zone_of
from bot.rules.text import plain

MAX_QUESTIONS = 30
MAX_QUESTION = 1000
MAX_TITLE = 140
LONGEST = timedelta(days=366)
ANSWER_LIMIT = 3000
"""As many characters as a modal's text field takes; a longer reply in a thread is kept whole."""

WITHDRAW = "no_entry_sign"
"""The reaction with which an author takes a reply back."""
RECORDED = "white_check_mark"
"""The reaction with which Focal says that a reply is recorded."""
_SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})


@dataclass(frozen=True)
class NewSurvey:
    """What the form asks for; `closes_at` is aware, `channel` a channel id."""

    title: str
    introduction: str
    questions: tuple[str, ...]
    channel: str
    closes_at: datetime
    attribution: Attribution


@dataclass(frozen=True)
class Reply:
    """What somebody wrote in a thread, in the form it had at `at` (aware UTC); `text` is plain."""

    channel: str
    thread_ts: str
    ts: str
    text: str
    at: datetime
    edited: bool = False


@dataclass(frozen=True)
class Removal:
    """A message that is gone; `thread_ts` is empty where Slack does not say in which thread it was."""

    channel: str
    ts: str
    thread_ts: str = ""


def moment_of(ts: str) -> datetime:
    """Return the moment in a Slack timestamp, as aware UTC."""
    return datetime.fromtimestamp(float(ts), UTC)


def local_moment(day: str, at: str, zone: str) -> datetime | None:
    """Return the moment a date (`2026-03-02`) and a time (`17:00`) mean in an IANA zone; None for one that never is.

    A time that the change to summer time skips never is; of one that comes twice the earlier is taken. Nor is what
    cannot be read as a date and a time.
    """
    try:
        wall = datetime.combine(date.fromisoformat(day), time.fromisoformat(at), zone_of(zone))
    except ValueError:
        return None
    moment = wall.astimezone(UTC)
    return moment if moment.astimezone(wall.tzinfo).replace(tzinfo=None) == wall.replace(tzinfo=None) else None


def own_questions(text: str) -> tuple[str, ...]:
    """Return the questions that were typed one to a line, without empty lines."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def words_of(message: Mapping[str, Any]) -> str:
    """Return what a message says as plain text: its words, and the names of the files that came with it."""
    files = [str(each.get("title") or each.get("name") or "file") for each in message.get("files") or ()]
    return "\n".join([part for part in (plain(message.get("text") or ""),) if part] + [f"[{name}]" for name in files])


def reply_in(event: Mapping[str, Any]) -> Reply | Removal | None:
    """Return what a Slack message event says about a reply in a thread, None if it is none or a bot's.

    Source: the message events of Slack's Events API; a deletion may leave a "tombstone" in the message's place.
    """
    subtype = event.get("subtype")
    if subtype == "message_deleted":
        before = event.get("previous_message") or {}
        return Removal(event["channel"], event["deleted_ts"], before.get("thread_ts") or "")
    if subtype == "message_changed":
        return _changed(event)
    if subtype not in _SPOKEN:
        return None
    return _said(event["channel"], event)


def _changed(event: Mapping[str, Any]) -> Reply | Removal | None:
    message = event.get("message") or {}
    if message.get("subtype") == "tombstone":
        return Removal(event["channel"], message["ts"], message.get("thread_ts") or "")
    if message.get("subtype") not in _SPOKEN:
        return None
    return _said(event["channel"], message)


def _said(channel: str, message: Mapping[str, Any]) -> Reply | None:
    thread = message.get("thread_ts") or ""
    if not thread or thread == message["ts"] or message.get("bot_id"):
        return None
    edited = (message.get("edited") or {}).get("ts")
    at = moment_of(edited or message["ts"])
    return Reply(channel, thread, message["ts"], words_of(message), at, edited=bool(edited))


def unique(questions: Sequence[str]) -> tuple[str, ...]:
    """Return the questions, each once, in order."""
    return tuple(dict.fromkeys(questions))
