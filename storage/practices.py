"""Practices: what has worked somewhere and what is known of the network, each with its source."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Integer, String, Table, Text, select, update

from bot.rules.countries import load_gazetteer
from bot.rules.problems import BadInput
from bot.rules.text import clip
from storage import search
from storage.database import Conn, Database, UTCDateTime, insert_new, metadata
from storage.search import Document
from storage.spreadsheets import neutralise

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
    Column("updated_at", UTCDateTime, nullable=False),
)

KINDS = ("practice", "fact", "plan")
LIMITS = {"external_id": 120, "title": 500, "text": 50_000, "theme": 40, "who": 200, "source": 500, "url": 500}
"""The longest value of each column, in characters; a longer one makes a bad row rather than a cut one."""
BATCH = 500
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
}


@dataclass(frozen=True)
class Practice:
    """One practice or fact, in its own words. `external_id` names it for good; `who` is a member or organisation."""

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


@dataclass(frozen=True)
class BadPractice:
    """A row that was not imported: its number in the file, counted from 1, and why."""

    number: int
    reason: str


@dataclass(frozen=True)
class ImportReport:
    """What an import did, in rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: tuple[BadPractice, ...] = ()


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
    values = asdict(practice)
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


async def import_file(db: Database, path: Path, now: datetime) -> ImportReport:
    """Import JSON Lines, JSON (a list of objects) or CSV; each row needs `id`, and `title` or `text`.

    Bad rows are reported and the others imported; the same file again changes nothing. BadInput if the file as a whole
    cannot be read.
    """
    report = ImportReport()
    rows = list(_rows(path))
    for start in range(0, len(rows), BATCH):
        async with db.begin() as conn:
            report = await _import(conn, report, rows[start : start + BATCH], now)
    return report


async def export_file(db: Database, path: Path, _now: datetime) -> int:
    """Write every practice as JSON Lines, JSON or CSV, by the file's ending; return how many."""
    async with db.read() as conn:
        rows = [_row(practice) for practice in await all_practices(conn)]
    _write(path, rows)
    return len(rows)


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
    year = _year(cells.pop("year"))
    cells["title"] = cells["title"] or clip(cells["text"], 120)
    cells["kind"] = cells["kind"] if cells["kind"] in KINDS else KINDS[0]
    cells["language"] = cells["language"][:12]
    return Practice(**cells, year=year)


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


async def _import(
    conn: Conn, report: ImportReport, rows: Iterable[tuple[int, Mapping[str, Any]]], now: datetime
) -> ImportReport:
    good: list[Practice] = []
    for number, row in rows:
        try:
            good.append(parse(row))
        except BadInput as problem:
            report = replace(report, bad=(*report.bad, BadPractice(number, problem.said())))
    for what in await save_all(conn, good, now):
        report = replace(report, **{what: getattr(report, what) + 1})
    return report


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("{file} is not UTF-8 text.", "Save it as UTF-8.", file=path.name) from error
    readers = {".jsonl": _json_lines, ".json": _json, ".csv": _csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise _unknown_ending(path)
    try:
        yield from enumerate(reader(text), 1)
    except json.JSONDecodeError as error:
        raise BadInput("{file} is not valid JSON: line {line}.", file=path.name, line=error.lineno) from error
    except csv.Error as error:
        raise BadInput("{file} is not a valid CSV file.", file=path.name) from error


def _json_lines(text: str) -> Iterator[Mapping[str, Any]]:
    # `splitlines` would also split at the line separators that JSON allows inside a text.
    for line in filter(str.strip, text.split("\n")):
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            yield {"broken": line}


def _json(text: str) -> Iterator[Mapping[str, Any]]:
    rows = json.loads(text)
    if not isinstance(rows, list):
        raise BadInput("The file must hold a list of objects.")
    yield from rows


def _csv(text: str) -> Iterator[Mapping[str, Any]]:
    for row in csv.DictReader(StringIO(text, newline=""), strict=True):
        yield {name: _as_typed(cell) for name, cell in row.items() if isinstance(cell, str)}


def _as_typed(cell: str) -> str:
    """Return a cell without the apostrophe that an export put before it."""
    return cell[1:] if cell.startswith("'") and neutralise(cell[1:]) == cell else cell


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


def _unknown_ending(path: Path) -> BadInput:
    return BadInput("{file} has an ending I do not know.", "Use .jsonl, .json or .csv.", file=path.name)


def _row(practice: Practice) -> dict[str, Any]:
    row = asdict(practice)
    return {"id": row.pop("external_id"), **row}


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    writers = {".jsonl": _as_json_lines, ".json": _as_json, ".csv": _as_csv}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise _unknown_ending(path)
    path.write_text(writer(rows), encoding="utf-8", newline="")


def _as_json_lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _as_csv(rows: list[dict[str, Any]]) -> str:
    names = ["id", *(f.name for f in fields(Practice) if f.name != "external_id")]
    file = StringIO()
    writer = csv.DictWriter(file, names)
    writer.writeheader()
    writer.writerows({name: neutralise(str(row[name] or "")) for name in names} for row in rows)
    return file.getvalue()


async def _stored(conn: Conn, external_id: str) -> Practice | None:
    row = (await conn.execute(select(practices).where(practices.c.external_id == external_id))).first()
    return _practice(row) if row else None


def _practice(row: Any) -> Practice:
    return Practice(**{f.name: getattr(row, f.name) for f in fields(Practice)})
