"""Practices: what has worked somewhere and what is known of the network, each with its source."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Integer, String, Table, Text, delete, select, update

from bot.rules.answers import fold
from bot.rules.countries import load_gazetteer
from bot.rules.problems import BadInput
from bot.rules.text import clip
from storage import search
from storage.database import Conn, UTCDateTime, insert_new, metadata
from storage.search import Document

practices = Table(
    "practices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("external_id", String(120), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("title", String(500), nullable=False),
    Column("text", Text, nullable=False),
    Column("theme", String(40), nullable=False, server_default=""),
    Column("who", String(200), nullable=False, server_default=""),
    Column("year", Integer),
    Column("source", String(500), nullable=False, server_default=""),
    Column("url", String(500), nullable=False, server_default=""),
    Column("language", String(12), nullable=False, server_default=""),
    Column("review_on", Date),
    Column("digest", String(64), nullable=False, server_default="", index=True),
    Column("updated_at", UTCDateTime, nullable=False),
)

KINDS = ("practice", "fact", "plan")
LIMITS = {"external_id": 120, "title": 500, "text": 50_000, "theme": 40, "who": 200, "source": 500, "url": 500}
"""The longest value of each column, in characters; a longer one makes a bad row rather than a cut one."""
_NAMES = {
    "external_id": ("id", "_id"),
    "title": ("title",),
    "text": ("text", "summary", "body"),
    "kind": ("kind",),
    "theme": ("theme",),
    "who": ("who", "member", "member_or_org", "country_or_organisation"),
    "year": ("year",),
    "source": ("source",),
    "url": ("url", "source_url"),
    "language": ("language",),
    "review_on": ("review_on", "review_date"),
}


@dataclass(frozen=True)
class Practice:
    """One practice or fact, in its own words.

    `external_id` names it for good; `who` is a member or organisation; on `review_on` somebody looks whether it still
    holds.
    """

    external_id: str
    title: str
    text: str
    kind: str = "practice"
    theme: str = ""
    who: str = ""
    year: int | None = None
    source: str = ""
    url: str = ""
    language: str = ""
    review_on: date | None = None


@dataclass(frozen=True)
class BadPractice:
    """A row that was not imported: its number in the file, counted from 1, and why."""

    number: int
    reason: str


@dataclass(frozen=True)
class Twin:
    """A row, by its number, that says the same as another one, which bears the id `of`."""

    number: int
    of: str


@dataclass(frozen=True)
class ImportReport:
    """What an import did, in rows; `twins` are among them, since others may refer to each by its id."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    bad: tuple[BadPractice, ...] = ()
    twins: tuple[Twin, ...] = ()

    def __add__(self, other: "ImportReport") -> "ImportReport":
        """Return what both did."""
        return ImportReport(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


async def save(conn: Conn, practice: Practice, now: datetime) -> str:
    """Keep a practice under its external id and index it; return `added`, `changed` or `unchanged`."""
    (what,) = await save_all(conn, [practice], now)
    return what


async def save_all(conn: Conn, several: Iterable[Practice], now: datetime) -> list[str]:
    """Keep and index practices together, which is quicker; return for each `added`, `changed` or `unchanged`."""
    kept = [(practice, await _keep(conn, practice, now)) for practice in several]
    await search.index(conn, *(as_document(practice) for practice, what in kept if what != "unchanged"))
    return [what for _practice, what in kept]


async def _keep(conn: Conn, practice: Practice, now: datetime) -> str:
    values = asdict(practice) | {"digest": _digest(practice)}
    if await insert_new(conn, practices, values | {"updated_at": now}):
        return "added"
    if await _stored(conn, practice.external_id) == practice:
        return "unchanged"
    same = practices.c.external_id == practice.external_id
    await conn.execute(update(practices).where(same).values(values | {"updated_at": now}))
    return "changed"


async def seed(conn: Conn, rows: Iterable[Mapping[str, Any]], now: datetime) -> None:
    """Keep the practices that a profile ships; BadInput says what is wrong with one that is none."""
    await save_all(conn, [parse(row) for row in rows], now)


async def all_practices(conn: Conn) -> list[Practice]:
    """Return every practice in the order of their coming."""
    return [_practice(row) for row in await conn.execute(select(practices).order_by(practices.c.id))]


async def take(
    conn: Conn,
    rows: Iterable[tuple[int, Mapping[str, Any]]],
    now: datetime,
    *,
    given: Mapping[str, Any],
    dry_run: bool = False,
) -> ImportReport:
    """Keep the practices in numbered rows, or only say what that would do; `given` holds where a row says nothing."""
    good: dict[int, Practice] = {}
    bad: list[BadPractice] = []
    for number, row in rows:
        try:
            good[number] = _completed(parse(row), given)
        except BadInput as problem:
            bad.append(BadPractice(number, problem.said()))
    twins = await _twins(conn, good)
    did = [await _would(conn, each) for each in good.values()] if dry_run else await save_all(conn, good.values(), now)
    count = Counter(did)
    return ImportReport(count["added"], count["changed"], count["unchanged"], 0, tuple(bad), twins)


def _completed(practice: Practice, given: Mapping[str, Any]) -> Practice:
    return replace(practice, **{name: value for name, value in given.items() if not getattr(practice, name)})


async def _would(conn: Conn, practice: Practice) -> str:
    held = await _stored(conn, practice.external_id)
    if held is None:
        return "added"
    return "unchanged" if held == practice else "changed"


async def _twins(conn: Conn, found: Mapping[int, Practice]) -> tuple[Twin, ...]:
    """Return which say the same as one before them, here or in the database."""
    digests = {number: _digest(practice) for number, practice in found.items()}
    query = select(practices.c.external_id, practices.c.digest).where(practices.c.digest.in_(set(digests.values())))
    known: dict[str, str] = {}
    for row in await conn.execute(query.order_by(practices.c.id.desc())):
        known[row.digest] = row.external_id
    twins = []
    for number, practice in found.items():
        first = known.setdefault(digests[number], practice.external_id)
        if first != practice.external_id:
            twins.append(Twin(number, first))
    return tuple(twins)


async def twin_of(conn: Conn, practice: Practice) -> str | None:
    """Return the id of another practice that says the same, None if there is none."""
    found = await _twins(conn, {1: practice})
    return found[0].of if found else None


def _digest(practice: Practice) -> str:
    """Return what is the same for practices that say the same, however they are written and called."""
    return hashlib.sha256(fold(practice.text or practice.title).strip().encode()).hexdigest()


async def remove_others(conn: Conn, prefix: str, ids: Collection[str], *, dry_run: bool = False) -> ImportReport:
    """Remove the practices whose ids begin with `prefix`, but for `ids`: what a document does not hold any more."""
    theirs = practices.c.external_id.startswith(prefix, autoescape=True)
    rows = await conn.execute(select(practices.c.external_id, practices.c.kind).where(theirs))
    gone = [(row.kind, row.external_id) for row in rows if row.external_id not in ids]
    if not dry_run:
        for kind, external_id in gone:
            await search.forget(conn, kind, external_id)
            await conn.execute(delete(practices).where(practices.c.external_id == external_id))
    return ImportReport(removed=len(gone))


def parse(row: Mapping[str, Any]) -> Practice:
    """Return the practice in a row; BadInput says what is wrong with it."""
    if not isinstance(row, Mapping):
        raise BadInput("This is not an object with named fields.")
    cells = {name: _cell(row, names) for name, names in _NAMES.items()}
    if "broken" in row and not cells["external_id"]:
        raise BadInput("The line is not valid JSON.")
    if not cells["external_id"]:
        raise BadInput("The id is missing.")
    if not cells["title"] and not cells["text"]:
        raise BadInput("Both title and text are empty.")
    long = next((name for name, limit in LIMITS.items() if len(cells[name]) > limit), None)
    if long:
        raise BadInput("{field} is longer than {limit} characters.", field=_NAMES[long][0], limit=LIMITS[long])
    year, review_on = _year(cells.pop("year")), _day(cells.pop("review_on"))
    cells["title"] = cells["title"] or clip(cells["text"], 120)
    cells["kind"] = cells["kind"] if cells["kind"] in KINDS else KINDS[0]
    cells["language"] = cells["language"][:12]
    return Practice(**cells, year=year, review_on=review_on)


def as_document(practice: Practice) -> Document:
    """Return a practice as it is found and cited; whoever may ask may read it."""
    members = _members_in(f"{practice.title} / {practice.who}")
    return Document(
        practice.kind,
        practice.external_id,
        practice.title,
        practice.text,
        practice.who,
        practice.year,
        practice.url or practice.source,
        members=members,
        named=tuple(code for code in _members_in(practice.text) if code not in members),
        language=practice.language,
    )


def _members_in(text: str) -> tuple[str, ...]:
    found = load_gazetteer().mentions(text, typos=False)
    return tuple(dict.fromkeys(each.codes[0] for each in found if len(each.codes) == 1))


def _cell(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    value = next((row[name] for name in names if row.get(name) is not None), "")
    # PostgreSQL cannot keep a zero character.
    return str(value).replace("\x00", "").strip()


def _year(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1000 <= int(text[:9]) <= 9999):
        raise BadInput("“{year}” is not a year.", year=text[:20])
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput("“{day}” is not a day; write it as 2027-01-31.", day=text[:20]) from error


async def _stored(conn: Conn, external_id: str) -> Practice | None:
    row = (await conn.execute(select(practices).where(practices.c.external_id == external_id))).first()
    return _practice(row) if row else None


def _practice(row: Any) -> Practice:
    return Practice(**{f.name: getattr(row, f.name) for f in fields(Practice)})
