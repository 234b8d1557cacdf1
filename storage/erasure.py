"""Erasure: taking what is kept of a person out of every table, and recording that it was done, not of whom.

What a delegation has said stays with the delegation; what a person has said as themselves goes. Out of reach are
Slack's own messages, files that were handed out, and backups.
"""

import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, String, Table, cast, delete, func, or_, select, update

from bot.rules.erasure import ERASED, Scrubber, Subject, Trace, subjects
from storage import audit, search
from storage.attendance import attendance
from storage.calls import answers as call_answers
from storage.calls import calls, invited
from storage.communiques import versions
from storage.contacts import COMMAND_LINE, contacts
from storage.database import Conn, metadata
from storage.duties import duties
from storage.enquiries import enquiries
from storage.follow_ups import reports
from storage.follow_ups import rounds as follow_ups
from storage.inbox import inbox
from storage.meetings import meetings
from storage.outbox import outbox
from storage.people import people
from storage.recommendations import recommendations, revisions
from storage.reminders import occurrences, reminders
from storage.sightings import sightings
from storage.silence import entries
from storage.suggestions import suggestions
from storage.survey_reminders import declines
from storage.survey_reminders import reminders as survey_reminders
from storage.surveys import answers, surveys
from storage.topics import topics, voices

THEIRS = (
    sightings.c.viewer,
    invited.c.person,
    survey_reminders.c.person,
    declines.c.whose,
    enquiries.c.user_id,
    occurrences.c.recipient,
    outbox.c.channel,
    people.c.user_id,
)
"""Rows that are a person's alone, by the column that names them: they go."""
DELEGATION_ONLY = (
    answers.c.person,
    recommendations.c.author,
    recommendations.c.proposer,
    revisions.c.by,
    suggestions.c.author,
    reports.c.by,
    reports.c.validated_by,
    meetings.c.changed_by,
    duties.c.assigned_to,
    duties.c.done_by,
    occurrences.c.done_by,
    occurrences.c.came_from,
    topics.c.decided_by,
)
"""Columns that may be empty: what was said and done stays, with its delegation where it has one."""
SOMEBODY = (
    audit.audit.c.actor,
    versions.c.by,
    topics.c.proposed_by,
    voices.c.person,
    attendance.c.person,
    calls.c.opened_by,
    call_answers.c.person,
    surveys.c.started_by,
    entries.c.by,
    follow_ups.c.asked_by,
)
"""Columns that must say something: it is that somebody did it who was erased."""
DEED = "erase person"


def traced() -> tuple[str, ...]:
    """Return the tables that may leave traces in the database's own files afterwards (see `storage.traces`): all."""
    return tuple(table.name for table in metadata.sorted_tables)


async def find(conn: Conn, text: str) -> tuple[Subject, ...]:
    """Return the people whom a text may mean (see `bot.rules.erasure.subjects`), also those whose terms have ended."""
    held = await conn.execute(select(contacts).order_by(contacts.c.id))
    met = await conn.execute(select(people).order_by(people.c.user_id))
    known = [Trace(row.name, row.email, row.user_id, row.id, row.member) for row in held]
    return subjects([*known, *(Trace(row.name, row.email, row.user_id) for row in met)], text)


async def erase(conn: Conn, subject: Subject, by: str, now: datetime) -> dict[str, int]:
    """Take a person out of every table; return how many rows of which table that changed.

    It writes one line into the audit log, which says by whom, when and how much, not of whom.
    """
    token = f"{ERASED}{secrets.token_hex(4)}"
    scrubber = Scrubber(subject.users, await _words(conn, subject), token)
    done: Counter[str] = Counter()
    await _forget_contacts(conn, subject.contacts, done)
    for user_id in subject.users:
        await _forget_user(conn, user_id, token, done)
    marks = [*subject.users, *await _words(conn, subject)]
    done["documents"] += await search.rewrite(conn, marks, scrubber.scrubbed)
    for table in metadata.sorted_tables:
        done[table.name] += await _sweep(conn, table, marks, scrubber)
    changed = {name: count for name, count in sorted(done.items()) if count}
    actor = token if by in subject.users else by
    await audit.note(conn, now, actor, DEED, token, changed=changed)
    return changed


async def _words(conn: Conn, subject: Subject) -> list[str]:
    """Return the names and addresses that can be taken out of texts: whole ones that are nobody else's too."""
    words = [each for each in subject.names if len(each.split()) > 1]
    others = contacts.c.id.not_in(subject.contacts), people.c.user_id.not_in(subject.users)
    kept: set[str] = set()
    for table, other in zip((contacts, people), others, strict=True):
        shared = or_(table.c.name.in_(words), table.c.email.in_(subject.addresses))
        for row in await conn.execute(select(table.c.name, table.c.email).where(other, shared)):
            kept |= {row.name, row.email}
    return sorted({*words, *subject.addresses} - kept)


async def _forget_contacts(conn: Conn, ids: Sequence[int], done: Counter[str]) -> None:
    log = audit.audit
    for key in ids:
        mine = update(log).where(log.c.subject == f"contact {key}")
        done["audit"] += (await conn.execute(mine.values(details={}))).rowcount
        asked = outbox.c.key.startswith(f"verify:{key}:", autoescape=True)
        done["outbox"] += (await conn.execute(delete(outbox).where(asked))).rowcount
    done["sightings"] += (await conn.execute(delete(sightings).where(sightings.c.contact_id.in_(ids)))).rowcount
    done["contacts"] += (await conn.execute(delete(contacts).where(contacts.c.id.in_(ids)))).rowcount


async def _forget_user(conn: Conn, user_id: str, token: str, done: Counter[str]) -> None:
    for column in THEIRS:
        done[column.table.name] += (await conn.execute(delete(column.table).where(column == user_id))).rowcount
    for column in DELEGATION_ONLY:
        await _put(conn, column, user_id, None, done)
    for column in SOMEBODY:
        await _put(conn, column, user_id, token, done)
    # A reminder goes on without whoever made it, as those do that come from a file.
    await _put(conn, reminders.c.created_by, user_id, COMMAND_LINE, done)
    # The words of what they said last may wait here; sent rows hold none, but their keys name people.
    for table, text in ((inbox, cast(inbox.c.body, String)), (outbox, outbox.c.key)):
        done[table.name] += (await conn.execute(delete(table).where(_holds(text, user_id)))).rowcount


async def _put(conn: Conn, column: Column[Any], user_id: str, value: str | None, done: Counter[str]) -> None:
    changed = update(column.table).where(column == user_id).values({column.name: value})
    done[column.table.name] += (await conn.execute(changed)).rowcount


def _holds(text: ColumnElement[str], mark: str) -> ColumnElement[bool]:
    # JSON may be stored with its letters escaped; both databases fold the case of some letters only.
    forms = {mark, json.dumps(mark)[1:-1]}
    plain = [text.contains(each, autoescape=True) for each in forms]
    return or_(*plain, *(func.lower(text).contains(each.lower(), autoescape=True) for each in forms))


async def _sweep(conn: Conn, table: Table, marks: Sequence[str], scrubber: Scrubber) -> int:
    """Take the marks out of every text of a table, whatever its columns mean; return how many rows changed."""
    columns = [each for each in table.columns if isinstance(each.type, (String, JSON))]
    if not columns or not marks:
        return 0
    wanted = or_(*(_holds(cast(column, String), mark) for column in columns for mark in marks))
    keys = list(table.primary_key)
    named = dict.fromkeys([*keys, *columns])
    rows = (await conn.execute(select(*named).where(wanted))).mappings().all()
    return sum([await _rewrite(conn, table, keys, row, scrubber) for row in rows])


async def _rewrite(
    conn: Conn, table: Table, keys: Iterable[Column[Any]], row: Mapping[Any, Any], scrubber: Scrubber
) -> bool:
    held = dict(row)
    news = {name: new for name, old in held.items() if (new := scrubber.scrubbed(old)) != old}
    if not news:
        return False
    this = [column == held[column.name] for column in keys]
    await conn.execute(update(table).where(*this).values(news))
    return True
