"""Recommendations, practices and lessons: what delegations propose, endorse and decide, with where it was said.

Under the Chatham House Rule no row names anybody: neither who said it nor who put it forward is stored at all.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    update,
)

from bot.rules.attribution import Attribution, names_members
from bot.rules.likeness import SHOWN, likeness, words_of
from bot.rules.problems import AlreadyDone, BadInput, Changed, Closed, NotFound, Words
from bot.rules.recommendations import (
    ENDORSABLE,
    LIVE,
    Kind,
    NewRecommendation,
    State,
    Wanted,
    Wording,
    check_step,
    one_line,
    within,
)
from bot.rules.text import clip, markdown
from bot.rules.words import terms
from storage import audit, installation, search
from storage.database import Conn, Database, UTCDateTime, insert_new, metadata
from storage.meetings import meetings
from storage.members import Member, all_members, members
from storage.people import people
from storage.search import Document
from storage.spreadsheets import write_table, write_whole

recommendations = Table(
    "recommendations",
    metadata,
    Column("number", Integer, primary_key=True),
    # A keyed mark of the message or form it comes from: one of each makes one record.
    Column("source", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("theme", String(40), nullable=False, server_default="", index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", Text, nullable=False, server_default=""),
    Column("attribution", String(12), nullable=False),
    Column("author", String(24), index=True),
    Column("member", String(12), index=True),
    Column("observer", Boolean, nullable=False, server_default="0"),
    Column("secretariat", Boolean, nullable=False, server_default="0"),
    Column("proposer", String(24), index=True),
    Column("proposer_member", String(12)),
    Column("proposer_observer", Boolean, nullable=False, server_default="0"),
    Column("verbatim", Boolean, nullable=False, server_default="1"),
    Column("question_id", ForeignKey("survey_questions.id", ondelete="SET NULL")),
    Column("question", Text, nullable=False, server_default=""),
    Column("meeting_id", ForeignKey("meetings.id", ondelete="SET NULL")),
    Column("place", String(64), nullable=False, server_default=""),
    Column("url", String(500), nullable=False, server_default=""),
    Column("addressees", JSON, nullable=False, server_default="[]"),
    Column("tags", JSON, nullable=False, server_default="[]"),
    Column("merged_into", ForeignKey("recommendations.number")),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("proposed_at", UTCDateTime, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
)
revisions = Table(
    "recommendation_revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", ForeignKey("recommendations.number", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("by", String(24)),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("theme", String(40), nullable=False),
    Column("addressees", JSON, nullable=False, server_default="[]"),
    Column("tags", JSON, nullable=False, server_default="[]"),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    UniqueConstraint("number", "version"),
)
endorsements = Table(
    "endorsements",
    metadata,
    Column("number", ForeignKey("recommendations.number", ondelete="CASCADE"), primary_key=True),
    Column("member", String(12), primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("withdrawn_at", UTCDateTime),
)

STORED = "store:"
"""How records are called in the index: imported practices bear any id, and must not be taken for one of these."""
CANDIDATES = 200
"""Documents that are compared word by word; practices that were imported are among them."""


@dataclass(frozen=True, kw_only=True)
class Recommendation(NewRecommendation):
    """One record under its number, which never changes; `version` counts its changes.

    `author_name` is empty unless the attribution lets it be shown; `endorsed_by` holds member codes; `merged_into` is
    the number of the record that took this one in; `meeting` is what its meeting is called. Moments are aware UTC.
    """

    number: int
    state: State
    reason: str
    author_name: str
    merged_into: int | None
    version: int
    proposed_at: datetime
    changed_at: datetime
    endorsed_by: tuple[str, ...] = ()
    meeting: str = ""

    @property
    def wording(self) -> Wording:
        """Return what it says, of which kind and theme, to whom, with which tags."""
        return Wording(self.text, self.kind, self.theme, self.addressees, self.tags)


@dataclass(frozen=True)
class Revision:
    """One change: what the record was from `at` on, by whom (a Slack id, None where nobody may be named), and why."""

    version: int
    at: datetime
    by: str | None
    by_name: str
    kind: Kind
    text: str
    theme: str
    state: State
    reason: str


async def propose(conn: Conn, new: NewRecommendation, now: datetime) -> Recommendation:
    """Store what was proposed and make it findable; AlreadyDone if its source was proposed before.

    What the attribution forbids to be named is not stored.
    """
    kept = within(new)
    source = await source_mark(conn, new.source or secrets.token_hex(16))
    values = _columns(kept) | {"source": source, "state": State.PROPOSED, "proposed_at": now, "changed_at": now}
    if not await insert_new(conn, recommendations, values):
        earlier = await _number_of(conn, source)
        raise AlreadyDone(
            "This was proposed already: it is number {number}.", "See /wps-recommend show {number}.", number=earlier
        )
    record = await recommendation(conn, await _number_of(conn, source))
    await _keep_revision(conn, record, kept.proposer, now, "")
    await audit.note(conn, now, kept.proposer or "", "propose", _subject(record.number))
    await _index(conn, record)
    return record


def _columns(new: NewRecommendation) -> dict[str, Any]:
    values = {field.name: getattr(new, field.name) for field in fields(NewRecommendation)}
    lists = {"addressees": list(new.addressees), "tags": list(new.tags)}
    return values | lists | {"kind": new.kind.value, "attribution": new.attribution.value}


async def source_mark(conn: Conn, source: str) -> str:
    """Return what stands for a message or form: only who has this installation's secret can tell which one it is."""
    secret = await installation.secret(conn)
    return hmac.new(secret.encode(), source.encode(), hashlib.sha256).hexdigest()


async def _number_of(conn: Conn, mark: str) -> int:
    found = await conn.execute(select(recommendations.c.number).where(recommendations.c.source == mark))
    return int(found.scalar_one())


def _subject(number: int) -> str:
    return f"recommendation {number}"


async def of_source(conn: Conn, source: str) -> int | None:
    """Return the number of the record that comes from this message or form, None if there is none."""
    mark = await source_mark(conn, source)
    found = await conn.execute(select(recommendations.c.number).where(recommendations.c.source == mark))
    return found.scalar()


async def recommendation(conn: Conn, number: int, *, lock: bool = False) -> Recommendation:
    """Return a record; NotFound if there is none. `lock` lets nobody else change it until the commit."""
    if lock:
        # Apart from the reading: PostgreSQL locks no rows of an outer join.
        this = recommendations.c.number == number
        await conn.execute(select(recommendations.c.number).where(this).with_for_update())
    found = await several(conn, (number,))
    if not found:
        raise NotFound("There is no number {number}.", "See /wps-recommend list.", number=number)
    return found[0]


async def several(conn: Conn, numbers: Sequence[int]) -> tuple[Recommendation, ...]:
    """Return the records with these numbers, in their order; those that do not exist are left out."""
    rows = await conn.execute(_records().where(recommendations.c.number.in_(numbers)))
    endorsers = await _endorsers(conn, numbers)
    known = {row.number: replace(_record(row), endorsed_by=endorsers.get(row.number, ())) for row in rows}
    return tuple(known[number] for number in numbers if number in known)


def _records() -> Select[Any]:
    return (
        select(recommendations, people.c.name.label("author_name"), meetings.c.title.label("meeting"))
        .outerjoin(people, people.c.user_id == recommendations.c.author)
        .outerjoin(meetings, meetings.c.id == recommendations.c.meeting_id)
    )


def _record(row: Row[Any]) -> Recommendation:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row by column
    del values["source"]
    attribution = Attribution(values.pop("attribution"))
    named = values.pop("author_name") or ""
    kind, state = Kind(values.pop("kind")), State(values.pop("state"))
    values |= {"addressees": tuple(row.addressees), "tags": tuple(row.tags), "meeting": row.meeting or ""}
    name = named if attribution is Attribution.ATTRIBUTED else ""
    return Recommendation(**values, kind=kind, state=state, attribution=attribution, author_name=name)


async def _endorsers(conn: Conn, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    rows = await conn.execute(
        select(endorsements.c.number, endorsements.c.member)
        .where(endorsements.c.number.in_(numbers), endorsements.c.withdrawn_at.is_(None))
        .order_by(endorsements.c.number, endorsements.c.member)
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        found[row.number] = (*found.get(row.number, ()), row.member)
    return found


async def numbers(conn: Conn, wanted: Wanted, own: str | None = None) -> tuple[int, ...]:
    """Return the numbers of what a list asks for, the newest first; `own` is the asker's delegation."""
    query = select(recommendations).order_by(recommendations.c.number.desc())
    query = query.where(recommendations.c.state.in_(wanted.states or LIVE))
    for column, values in (
        (recommendations.c.theme, wanted.themes),
        (recommendations.c.member, wanted.members),
        (recommendations.c.kind, wanted.kinds),
        (recommendations.c.meeting_id, wanted.meetings),
    ):
        if values:
            query = query.where(column.in_(values))
    if wanted.regions:
        query = query.where(
            recommendations.c.member.in_(select(members.c.code).where(members.c.region.in_(wanted.regions)))
        )
    if wanted.mine:
        query = query.where(recommendations.c.member == own)
    return tuple(row.number for row in await conn.execute(query) if _is_wanted(row, wanted))


def _is_wanted(row: Row[Any], wanted: Wanted) -> bool:
    sought = set(wanted.words)
    addressed = not row.addressees or set(wanted.to) & set(row.addressees)
    return bool(
        (not wanted.to or addressed) and set(wanted.tags) <= set(row.tags) and sought <= _terms_of(row.text, sought)
    )


def _terms_of(text: str, sought: set[str]) -> set[str]:
    return set(terms(text)) if sought else set()


async def endorse(conn: Conn, number: int, member: str, by: str, now: datetime) -> Recommendation:
    """Count a delegation's endorsement once; AlreadyDone if it stands, Closed for a record that takes none."""
    record = await _endorsable(conn, number)
    given = {"number": number, "member": member, "at": now}
    if not await insert_new(conn, endorsements, given) and not await _set_withdrawn(conn, number, member, None, now):
        raise AlreadyDone(
            "Your delegation endorses number {number} already.", "It may withdraw that endorsement.", number=number
        )
    await audit.note(conn, now, by, "endorse", _subject(number), member=member)
    return await recommendation(conn, record.number)


async def withdraw_endorsement(conn: Conn, number: int, member: str, by: str, now: datetime) -> Recommendation:
    """Take a delegation's endorsement back; AlreadyDone if none stands, Closed once it cannot be changed any more."""
    record = await _endorsable(conn, number)
    if not await _set_withdrawn(conn, number, member, now, now):
        raise AlreadyDone("Your delegation does not endorse number {number}.", "It may endorse it.", number=number)
    await audit.note(conn, now, by, "withdraw endorsement", _subject(number), member=member)
    return await recommendation(conn, record.number)


async def _endorsable(conn: Conn, number: int) -> Recommendation:
    record = await recommendation(conn, number, lock=True)
    if record.state not in ENDORSABLE:
        raise Closed(
            "Number {number} is {state}, so endorsements cannot change any more.",
            number=number,
            state=Words((record.state.value,)),
        )
    return record


async def _set_withdrawn(conn: Conn, number: int, member: str, to: datetime | None, now: datetime) -> bool:
    """Withdraw a standing endorsement (`to` is when) or renew a withdrawn one (None); tell whether there was one."""
    this = (endorsements.c.number == number, endorsements.c.member == member)
    if to is None:
        was, values = endorsements.c.withdrawn_at.is_not(None), {"withdrawn_at": None, "at": now}
    else:
        was, values = endorsements.c.withdrawn_at.is_(None), {"withdrawn_at": to}
    found = await conn.execute(update(endorsements).where(*this, was).values(values))
    return found.rowcount == 1


async def decide(conn: Conn, number: int, to: State, by: str, now: datetime, reason: str = "") -> Recommendation:
    """Have a record pass into another state, and keep who decided it and why.

    Raises AlreadyDone if it is there already, and Closed if it cannot pass there from where it is.
    """
    record = await recommendation(conn, number, lock=True)
    check_step(number, record.state, to)
    return await _change(conn, replace(record, state=to, reason=reason), by, now, to.value)


async def edit(
    conn: Conn, number: int, version: int, wording: Wording, by: str, now: datetime, reason: str
) -> Recommendation:
    """Change what a record says, and keep what it said before; Changed unless `version` is what the editor saw."""
    record = await recommendation(conn, number, lock=True)
    if record.state not in ENDORSABLE:
        raise Closed(
            "Number {number} is {state}, so it cannot be edited.", number=number, state=Words((record.state.value,))
        )
    if record.version != version:
        raise Changed(
            "Number {number} was changed while you edited it.", "Copy your text and open it again.", number=number
        )
    if wording == record.wording:
        raise AlreadyDone("Nothing was changed.")
    edited = replace(record, **vars(wording), verbatim=record.verbatim and wording.text == record.text)
    return await _change(conn, edited, by, now, "edit", reason)


async def merge(conn: Conn, number: int, into: int, by: str, now: datetime, reason: str) -> Recommendation:
    """Make a record part of another one, which keeps its endorsements; return the record that was merged.

    Each keeps its own author and link. Raises BadInput for a record and itself, Closed where either cannot be merged.
    """
    if number == into:
        raise BadInput("A record cannot become part of itself.", "Choose another number.")
    # In the order of their numbers: two reviewers who merge the same two would else wait for each other.
    locked = {each: await recommendation(conn, each, lock=True) for each in sorted((number, into))}
    record, target = locked[number], locked[into]
    check_step(number, record.state, State.MERGED)
    if target.state not in ENDORSABLE:
        raise Closed(
            "Number {number} is {state}, so nothing can become part of it.",
            number=into,
            state=Words((target.state.value,)),
        )
    await _take_over_endorsements(conn, number, into)
    parts = recommendations.c.merged_into == number
    await conn.execute(update(recommendations).where(parts).values(merged_into=into))
    part = replace(record, state=State.MERGED, reason=reason, merged_into=into)
    merged = await _change(conn, part, by, now, "merge")
    await audit.note(conn, now, by, "take in", _subject(into), part=number)
    return merged


async def _take_over_endorsements(conn: Conn, number: int, into: int) -> None:
    """Have every delegation that endorses one record endorse the other, unless it has withdrawn that one since."""
    mine = select(endorsements).where(endorsements.c.number == number, endorsements.c.withdrawn_at.is_(None))
    for row in (await conn.execute(mine)).all():
        given = {"number": into, "member": row.member, "at": row.at}
        if not await insert_new(conn, endorsements, given):
            there = (endorsements.c.number == into, endorsements.c.member == row.member)
            earlier = endorsements.c.withdrawn_at < row.at
            await conn.execute(update(endorsements).where(*there, earlier).values(withdrawn_at=None, at=row.at))


async def parts_of(conn: Conn, number: int) -> tuple[Recommendation, ...]:
    """Return the records that were merged into this one, oldest first."""
    query = select(recommendations.c.number).where(recommendations.c.merged_into == number)
    found = await conn.execute(query.order_by(recommendations.c.number))
    return await several(conn, tuple(found.scalars()))


async def similar(conn: Conn, text: str, least: float, without: int | None = None) -> tuple[Recommendation, ...]:
    """Return up to three records as like to `text` as `least` (0 to 1) or more, the likest first, one left out."""
    sought = words_of(text)
    hits = await search.find(conn, {*sought, *terms(text)}, "network", CANDIDATES, kinds=tuple(Kind))
    near = [int(hit.document.noun_id.removeprefix(STORED)) for hit in hits if hit.document.noun_id.startswith(STORED)]
    records = await several(conn, [number for number in near if number != without])
    words = sought.union(*(words_of(record.text) for record in records))
    rarity = await search.rarity(conn, words, "network")
    alike = [(likeness(text, record.text, rarity), record) for record in records]
    best = sorted((pair for pair in alike if pair[0] >= least), key=lambda pair: (-pair[0], pair[1].number))
    return tuple(record for _, record in best[:SHOWN])


async def withdraw(conn: Conn, number: int, by: str, now: datetime, reason: str) -> Recommendation:
    """Take a proposal back and forget its words; the number stays taken. Raises Closed once it was decided."""
    record = await recommendation(conn, number, lock=True)
    check_step(number, record.state, State.WITHDRAWN)
    forgotten = replace(record, state=State.WITHDRAWN, text="", reason=reason, url="", place="")
    await conn.execute(update(revisions).where(revisions.c.number == number).values(text=""))
    return await _change(conn, forgotten, by, now, State.WITHDRAWN.value)


async def _change(
    conn: Conn, changed: Recommendation, by: str, now: datetime, deed: str, why: str | None = None
) -> Recommendation:
    """Store a changed record as its next version; `why` is kept with the revision, the record's reason if left out."""
    after = replace(changed, version=changed.version + 1, changed_at=now)
    names = ("text", "theme", "verbatim", "reason", "place", "url", "merged_into", "version", "changed_at")
    values = {name: getattr(after, name) for name in names} | {"kind": after.kind.value, "state": after.state.value}
    values |= {"addressees": list(after.addressees), "tags": list(after.tags)}
    await conn.execute(update(recommendations).where(recommendations.c.number == after.number).values(values))
    await _keep_revision(conn, after, by or None, now, after.reason if why is None else why)
    await audit.note(conn, now, by, deed, _subject(after.number))
    await _index(conn, after)
    return after


async def _keep_revision(conn: Conn, record: Recommendation, by: str | None, now: datetime, why: str) -> None:
    values = {
        "number": record.number,
        "version": record.version,
        "at": now,
        "by": by,
        "kind": record.kind.value,
        "text": record.text,
        "theme": record.theme,
        "addressees": list(record.addressees),
        "tags": list(record.tags),
        "state": record.state.value,
        "reason": why,
    }
    await conn.execute(insert(revisions).values(values))


async def history(conn: Conn, number: int) -> tuple[Revision, ...]:
    """Return every version of a record, oldest first."""
    rows = await conn.execute(
        select(revisions, people.c.name.label("by_name"))
        .outerjoin(people, people.c.user_id == revisions.c.by)
        .where(revisions.c.number == number)
        .order_by(revisions.c.version)
    )
    return tuple(
        Revision(r.version, r.at, r.by, r.by_name or "", Kind(r.kind), r.text, r.theme, State(r.state), r.reason)
        for r in rows
    )


async def without_url(conn: Conn, limit: int = 20) -> tuple[Recommendation, ...]:
    """Return records that have a place to link to, but no address for it yet."""
    query = select(recommendations.c.number).where(recommendations.c.place != "", recommendations.c.url == "")
    found = await conn.execute(query.order_by(recommendations.c.number.desc()).limit(limit))
    return await several(conn, tuple(found.scalars()))


async def set_url(conn: Conn, number: int, place: str, url: str) -> None:
    """Keep the address of a record's place, unless the place has changed since it was asked for."""
    this = (recommendations.c.number == number, recommendations.c.place == place)
    await conn.execute(update(recommendations).where(*this).values(url=url[:500]))
    await _index(conn, await recommendation(conn, number))


async def _index(conn: Conn, record: Recommendation) -> None:
    # Under every kind: an edit may have changed it.
    for kind in Kind:
        await search.forget(conn, kind.value, _noun_id(record.number))
    if record.state in LIVE:
        await search.index(conn, as_document(record, await all_members(conn)))


def _noun_id(number: int) -> str:
    return f"{STORED}{number}"


def as_document(record: Recommendation, known: Mapping[str, Member]) -> Document:
    """Return a record as it is found and cited by the network's people."""
    title = f"{record.kind.value.capitalize()} {record.number}: {clip(one_line(record.text), 160)}"
    return Document(
        record.kind.value,
        _noun_id(record.number),
        title,
        record.text,
        _name(record.member, known) if names_members(record.attribution) else "",
        record.proposed_at.year,
        record.url or f"/wps-recommend show {record.number}",
        "network",
        (record.member,) if record.member and names_members(record.attribution) else (),
    )


def _name(member: str | None, known: Mapping[str, Member]) -> str:
    if member is None:
        return ""
    return known[member].name if member in known else member


# Files ---------------------------------------------------------------------------------------------------------------

COLUMNS = (
    "number", "kind", "text", "theme", "addressees", "tags", "meeting", "state", "reason", "member", "delegation",
    "author", "observer", "proposed_by", "attribution", "question", "source", "endorsements", "endorsed_by",
    "merged_into", "merged_from", "version", "proposed_at", "changed_at",
)  # fmt: skip


async def export_file(db: Database, path: Path, _now: datetime) -> int:
    """Write every record but those withdrawn as CSV, XLSX, JSON or Markdown, by the file's ending; return how many.

    Nobody is named whom the attribution does not name. Raises BadInput for another ending.
    """
    if path.suffix.casefold() not in {".csv", ".xlsx", ".json", ".md"}:
        raise BadInput("Focal cannot write {name}.", "End its name in .csv, .xlsx, .json or .md.", name=path.name)
    async with db.read() as conn:
        kept = recommendations.c.state != State.WITHDRAWN
        found = await conn.execute(select(recommendations.c.number).where(kept).order_by(recommendations.c.number))
        records = await several(conn, tuple(found.scalars()))
        known = await all_members(conn)
    rows = [_row(record, known) | {"merged_from": _parts(record, records)} for record in records]
    _write(path, rows)
    return len(rows)


def _parts(whole: Recommendation, records: Sequence[Recommendation]) -> list[int]:
    return [each.number for each in records if each.merged_into == whole.number]


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    if path.suffix.casefold() == ".md":
        write_whole(path, _as_markdown(rows).encode())
    elif path.suffix.casefold() == ".json":
        write_whole(path, (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode())
    else:
        write_table(path, COLUMNS, [[_cell(row[name]) for name in COLUMNS] for row in rows])


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _row(record: Recommendation, known: Mapping[str, Member]) -> dict[str, Any]:
    return {
        "number": record.number,
        "kind": record.kind.value,
        "text": record.text,
        "theme": record.theme,
        "addressees": [_name(code, known) for code in record.addressees],
        "tags": list(record.tags),
        "meeting": record.meeting,
        "state": record.state.value,
        "reason": record.reason,
        "member": record.member or "",
        "delegation": _name(record.member, known),
        "author": record.author_name,
        "observer": record.observer,
        "proposed_by": _name(record.proposer_member, known),
        "attribution": record.attribution.value,
        "question": record.question,
        "source": record.url,
        "endorsements": len(record.endorsed_by),
        "endorsed_by": [_name(code, known) for code in record.endorsed_by],
        "merged_into": record.merged_into,
        "version": record.version,
        "proposed_at": f"{record.proposed_at:%Y-%m-%dT%H:%M:%SZ}",
        "changed_at": f"{record.changed_at:%Y-%m-%dT%H:%M:%SZ}",
    }


def _as_markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    themes = sorted({str(row["theme"]) for row in rows})
    parts = ["# Recommendations, practices and lessons"]
    for theme in themes:
        parts += [f"## {markdown(theme) or 'Without a theme'}", *(_item(r) for r in rows if r["theme"] == theme)]
    return "\n\n".join(parts) + "\n"


def _item(row: Mapping[str, Any]) -> str:
    details = [
        f"{row['kind']}, {row['state']}" + (f" ({markdown(one_line(row['reason']))})" if row["reason"] else ""),
        *_origin(row),
        *([f"addressed to: {markdown(', '.join(row['addressees']))}"] if row["addressees"] else []),
        *([f"tags: {markdown(', '.join(row['tags']))}"] if row["tags"] else []),
        *([f"meeting: {markdown(one_line(row['meeting']))}"] if row["meeting"] else []),
        *([f"question: {markdown(one_line(row['question']))}"] if row["question"] else []),
        f"endorsed by: {markdown(', '.join(row['endorsed_by'])) or 'no delegation yet'}",
        *([f"merged from: {', '.join(map(str, row['merged_from']))}"] if row["merged_from"] else []),
        *([f"source: <{row['source']}>"] if row["source"].startswith(("http://", "https://")) else []),
    ]
    text = markdown(row["text"]).replace("\n", "\n  ")
    return f"- **{row['number']}.** {text}\n" + "\n".join(f"  - {each}" for each in details)


def _origin(row: Mapping[str, Any]) -> Iterable[str]:
    if row["delegation"]:
        whom = ", ".join(each for each in (row["delegation"], row["author"]) if each)
        yield f"from: {markdown(whom)}" + (" (observer)" if row["observer"] else "")
    if row["proposed_by"] and row["proposed_by"] != row["delegation"]:
        yield f"put forward by: {markdown(row['proposed_by'])}"
