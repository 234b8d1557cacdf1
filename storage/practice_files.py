"""Files that knowledge comes in and goes out by: rows (JSON Lines, JSON, CSV) and documents (Markdown, Word, PDF)."""

import asyncio
import csv
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from bot.rules.passages import Passage, Section, headed, markdown, page, passages
from bot.rules.problems import BadInput
from bot.rules.text import clip
from storage import practices
from storage.database import Database
from storage.practices import ImportReport, Practice
from storage.spreadsheets import neutralise

FILE_LIMIT = 50_000_000
"""Bytes of a file."""
DOCUMENT_LIMIT = 20_000_000
INFLATED_LIMIT = 200_000_000
"""Bytes of a document, and of what is packed in it, pictures included."""
PAGES = 2000
BATCH = 500
Row = Mapping[str, Any]


@dataclass(frozen=True)
class File:
    """What a file holds: its rows, numbered from 1; and of a document the beginning of the ids of all its passages."""

    rows: list[tuple[int, Row]] = field(default_factory=list)
    prefix: str = ""


async def import_file(
    db: Database,
    path: Path,
    now: datetime,
    *,
    given: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    name: str = "",
) -> ImportReport:
    """Import rows, each with `id` and `title` or `text`, or a document, passage by passage, page numbers in its source.

    `given` says what holds for every row that does not say it itself; `name` what the file is called, if not as its
    path. Bad rows are reported and the others imported; the same file again changes nothing, and what a document does
    not hold any more is removed. A dry run writes nothing. BadInput if the file as a whole cannot be read.
    """
    file = await asyncio.to_thread(read, path, name or path.name)
    report = ImportReport()
    for start in range(0, len(file.rows), BATCH):
        async with db.begin() as conn:
            rows = file.rows[start : start + BATCH]
            report += await practices.take(conn, rows, now, given=given or {}, dry_run=dry_run)
    if file.prefix:
        async with db.begin() as conn:
            ids = {str(row["id"]) for _number, row in file.rows}
            report += await practices.remove_others(conn, file.prefix, ids, dry_run=dry_run)
    return report


def read(path: Path, name: str) -> File:
    """Return what a file holds; BadInput says what is wrong with it."""
    reader = _READERS.get(Path(name).suffix.lower())
    if reader is None:
        raise _unknown_ending(name, _READERS)
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise BadInput("The file {file} cannot be opened.", file=name) from error
    if len(data) > FILE_LIMIT:
        raise BadInput("The file {file} is too large.", "Split it into smaller files.", file=name)
    return reader(data, name)


# Rows ----------------------------------------------------------------------------------------------------------------


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("{file} is not UTF-8 text.", "Save it as UTF-8.", file=name) from error


def _json_lines(data: bytes, name: str) -> File:
    # `splitlines` would also split at the line separators that JSON allows inside a text.
    lines = filter(str.strip, _text(data, name).split("\n"))
    return File(list(enumerate(map(_json_line, lines), 1)))


def _json_line(line: str) -> Row:
    try:
        row: Row = json.loads(line)
    except json.JSONDecodeError:
        return {"broken": line}
    return row


def _json(data: bytes, name: str) -> File:
    try:
        rows = json.loads(_text(data, name))
    except json.JSONDecodeError as error:
        raise BadInput("{file} is not valid JSON: line {line}.", file=name, line=error.lineno) from error
    if not isinstance(rows, list):
        raise BadInput("The file must hold a list of objects.")
    return File(list(enumerate(rows, 1)))


def _csv(data: bytes, name: str) -> File:
    try:
        rows = list(csv.DictReader(StringIO(_text(data, name), newline=""), strict=True))
    except csv.Error as error:
        raise BadInput("{file} is not a valid CSV file.", file=name) from error
    typed = [{key: _as_typed(cell) for key, cell in row.items() if isinstance(cell, str)} for row in rows]
    return File(list(enumerate(typed, 1)))


def _as_typed(cell: str) -> str:
    """Return a cell without the apostrophe that an export put before it."""
    return cell[1:] if cell.startswith("'") and neutralise(cell[1:]) == cell else cell


# Documents -----------------------------------------------------------------------------------------------------------


def _markdown(data: bytes, name: str) -> File:
    return _as_rows(headed(markdown(_text(data, name)), Path(name).stem), name)


def _word(data: bytes, name: str) -> File:
    import docx
    from docx.opc.exceptions import OpcError
    from docx.table import Table

    _refuse_large(data, name)
    _refuse_inflated(data, name)
    try:
        document = docx.Document(BytesIO(data))
        content = list(document.iter_inner_content())
        lines = [line for each in content for line in (_cells(each) if isinstance(each, Table) else [_paragraph(each)])]
    except (OpcError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise _broken(name) from error
    return _as_rows(headed((line for line in lines if line[1].strip()), Path(name).stem), name)


def _paragraph(paragraph: Any) -> tuple[int, str]:
    style = paragraph.style.name if paragraph.style is not None else ""
    level = re.fullmatch(r"(?:Heading|Title) ?(\d?)", style)
    return (int(level[1] or 1) if level else 0), paragraph.text


def _cells(table: Any) -> Iterator[tuple[int, str]]:
    for row in table.rows:
        yield 0, " | ".join(dict.fromkeys(cell.text.strip() for cell in row.cells if cell.text.strip()))


def _refuse_large(data: bytes, name: str) -> None:
    if len(data) > DOCUMENT_LIMIT:
        raise BadInput("The document {file} is larger than 20 MB.", "Split it, or leave pictures out.", file=name)


def _refuse_inflated(data: bytes, name: str) -> None:
    """Refuse an archive that would fill the memory; BadInput if it is none."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > INFLATED_LIMIT:
                raise BadInput("The document {file} is too large unpacked.", file=name)
    except zipfile.BadZipFile as error:
        raise _broken(name) from error


def _pdf(data: bytes, name: str) -> File:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    _refuse_large(data, name)
    try:
        document = PdfReader(BytesIO(data))
        if document.is_encrypted:
            raise BadInput("{file} is protected by a password.", "Save it without one.", file=name)
        title = str((document.metadata.title if document.metadata else "") or Path(name).stem)
        texts = [each.extract_text() for each in document.pages[:PAGES]]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        # What a damaged PDF makes pypdf do is not all its own errors.
        raise _broken(name) from error
    if not any(text.strip() for text in texts):
        raise BadInput("{file} holds pictures of pages and no text.", "Have its text recognised first.", file=name)
    sections = [Section(f"{clip(title, 300)}, page {i}", page(text), i) for i, text in enumerate(texts, 1)]
    return _as_rows(sections, name)


def _as_rows(sections: Any, name: str) -> File:
    prefix = f"{name[-90:]}#"
    found = [_as_row(each, prefix, name) for each in passages(sections)]
    if not found:
        raise BadInput("{file} holds no text.", file=name)
    return File(list(enumerate(found, 1)), prefix)


def _as_row(passage: Passage, prefix: str, name: str) -> Row:
    source = f"{name[-90:]}, page {passage.page}" if passage.page else name[-90:]
    return {"id": prefix + passage.name, "title": clip(passage.title, 300), "text": passage.text, "source": source}


def _broken(name: str) -> BadInput:
    return BadInput("{file} is damaged or not what its ending says.", "Open it and save it again.", file=name)


_READERS: dict[str, Callable[[bytes, str], File]] = {
    ".jsonl": _json_lines,
    ".json": _json,
    ".csv": _csv,
    ".md": _markdown,
    ".docx": _word,
    ".pdf": _pdf,
}


# Export --------------------------------------------------------------------------------------------------------------


async def export_file(db: Database, path: Path, _now: datetime) -> int:
    """Write every practice as JSON Lines, JSON or CSV, by the file's ending; return how many."""
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise _unknown_ending(path.name, _WRITERS)
    async with db.read() as conn:
        rows = [_row(practice) for practice in await practices.all_practices(conn)]
    await asyncio.to_thread(path.write_text, writer(rows), encoding="utf-8", newline="")
    return len(rows)


def _unknown_ending(name: str, known: Mapping[str, Any]) -> BadInput:
    endings = ", ".join(known)
    return BadInput("{file} has an ending I do not know.", "Use one of {endings}.", file=name, endings=endings)


def _row(practice: Practice) -> dict[str, Any]:
    row = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(practice).items()}
    return {"id": row.pop("external_id"), **row}


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


_WRITERS: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    ".jsonl": _as_json_lines,
    ".json": _as_json,
    ".csv": _as_csv,
}
