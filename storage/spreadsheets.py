"""Tables in files: CSV and XLSX read from hands we do not know, and CSV, XLSX and JSON written so that no cell acts."""

import csv
import json
import os
import re
import tempfile
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from bot.rules.problems import BadInput

FILE_LIMIT = 5_000_000
"""Bytes of a file; OWASP ASVS 5.2.1 asks for a limit, and a table of 20,000 rows of text stays below it."""
INFLATED_LIMIT = 20_000_000
"""Bytes of all parts of an XLSX file together, unpacked (ASVS 5.2.3); 0.6 MB can unpack to 600 MB."""
ENTRY_LIMIT = 200
"""Parts in an XLSX file (ASVS 5.2.3)."""
TAG_LIMIT = 4_000_000
"""Angle brackets in an XLSX file: reading costs time per element, and 20 MB of empty ones would take half a minute."""
ROW_LIMIT = 20_000
COLUMN_LIMIT = 64
CELL_LIMIT = 4_000

_DELIMITERS = ",;\t"
_TRIGGERS = "=+\\-@\t\r\n\0＝＋－＠"
_ACTS = re.compile(f"'*[ \xa0]*[{_TRIGGERS}]")
_GUARDED = re.compile(f"'+[ \xa0]*[{_TRIGGERS}]")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LOCAL_HEADER = b"PK\x03\x04"
_CENTRAL_HEADER = b"PK\x01\x02"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,40})")
_XML_ENCODINGS = {b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii"}
_ROW = re.compile(rb"<(?:\w{1,20}:)?row\b[^>]{0,200}?\br\s*=\s*[\"'](\d{1,10})")
_NESTED_ROW = re.compile(rb"<row(?:\s[^<>]*[^/<>])?>\s*<row[\s>]")
UNBALANCED_LIMIT = 1000
"""Tags that comments and quoted text may seem to leave open."""
_FAR_CELL = re.compile(
    rb"<(?:\w{1,20}:)?c\b[^>]{0,200}?\br\s*=\s*[\"'](?:[A-Z]{3}|B[M-Z]|[C-Z][A-Z])\d{1,10}[\"'][^>]{0,200}(?<!/)>"
)
_VALUE = re.compile(rb"<(?:\w{1,20}:)?(?:v|is|f)\b")


class UnreadableTable(BadInput):
    """A file is not a table that may be read; the message says what is wrong with it and what to do."""

    def __init__(self, code: str, what: str, advice: str = "", **values: object) -> None:
        """Say `what` is wrong and what to do, both for gettext; `code` is one word for logs and tests."""
        super().__init__(what, advice, **values)
        # An instance says more precisely than its class what happened; the log carries it.
        self.code = code  # type: ignore[misc]

    @property
    def message(self) -> str:
        """The whole sentence in English."""
        return self.said()


@dataclass(frozen=True)
class Row:
    """A row of a table: its number as a spreadsheet program shows it (the headings are row 1), and heading → text."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be trusted as it stands: its number, and why in one sentence."""

    number: int
    reason: str


@dataclass(frozen=True)
class Table:
    """What a file held: headings trimmed and case-folded, rows that are whole, and rows that are not."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    bad: tuple[BadRow, ...] = ()


@dataclass(frozen=True)
class _Record:
    """A row before it has headings; `fault` says what is wrong with one of its cells."""

    number: int
    cells: tuple[str, ...]
    fault: str = ""


def read_table(path: Path) -> Table:
    """Return the table in a CSV, TSV or XLSX file (its first sheet), blank rows left out.

    CSV may be UTF-8, UTF-16 or Windows-1252, separated by commas, semicolons or tabs. Dates come as ISO 8601. A row
    with too many cells, a formula, an error value or an over-long cell is in `bad`. Raises UnreadableTable where the
    file as a whole is missing, too large, hostile or no table.
    """
    data = read_bytes(path)
    return _table(_records(path.suffix.casefold(), data))


def neutralise(cell: str) -> str:
    """Return `cell` with an apostrophe before it if a spreadsheet program would take it for a formula.

    Source: OWASP ASVS 5.0, 1.2.10: `= + - @`, tab, carriage return and NUL at the start; blanks before them, line feeds
    and the full-width signs of East Asian keyboards are added here. `read_table` takes exactly this apostrophe away.
    """
    return f"'{cell}" if _ACTS.match(cell) else cell


def write_table(path: Path, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table to a file ending in .csv (UTF-8), .xlsx or .json, readable by its owner alone.

    No cell acts as a formula, and characters that XML forbids are left out. The file appears whole or not at all.
    Raises BadInput on another ending, OSError where the folder cannot be written.
    """
    writer = _WRITERS.get(path.suffix.casefold())
    if writer is None:
        raise BadInput("Focal cannot write {name}.", "End its name in .csv, .xlsx or .json.", name=path.name)
    text_rows = ([legal(cell) for cell in row] for row in rows)
    write_whole(path, writer([legal(header) for header in headers], text_rows))


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook to be written: rows as they stand, headings among them."""

    title: str
    rows: Sequence[Sequence[object]]


def write_book(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write a workbook (.xlsx) of several sheets, with the care of `write_table`.

    Titles are made such as a spreadsheet program takes them: 31 characters, no brackets or strokes, no two alike.
    """
    titles: dict[str, Sheet] = {}
    for sheet in sheets:
        title = re.sub(r"[\[\]:*?/\\]", " ", legal(sheet.title))[:31].strip() or "Sheet"
        titles[title if title not in titles else f"{title[:27]} {len(titles)}"] = sheet
    write_whole(
        path, _as_book([(title, ([legal(cell) for cell in row] for row in s.rows)) for title, s in titles.items()])
    )


# Reading -------------------------------------------------------------------------------------------------------------


def read_bytes(path: Path) -> bytes:
    """Return what a file holds; UnreadableTable if it is missing or larger than 5 MB."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise UnreadableTable(
            "not-found", "The file {name} cannot be opened.", "Check its name and that you may read it.", name=path.name
        ) from error
    if len(data) > FILE_LIMIT:
        raise UnreadableTable("too-large", "The file is larger than 5 MB.", "Split it into smaller files.")
    return data


def _records(ending: str, data: bytes) -> Iterator[_Record]:
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableTable("empty", "The file is empty.", "Put the headings in its first row.")
    if data.startswith(_OLE):
        raise UnreadableTable(
            "old-format", "The file is in an old or password-protected Excel format.", "Save it as .xlsx or .csv."
        )
    packed = data.startswith(_LOCAL_HEADER)
    if ending == ".xlsx" and packed:
        return _xlsx_records(data)
    if ending in {".csv", ".tsv", ".txt"} and not packed:
        return _csv_records(decode(data))
    if ending in {".csv", ".tsv", ".txt", ".xlsx"}:
        raise UnreadableTable(
            "wrong-ending", "The file's content is not what its ending says.", "Save it again as .xlsx or as .csv."
        )
    raise UnreadableTable("unknown-ending", "Focal reads tables from .csv and .xlsx files.", "Save it as one of them.")


def _table(records: Iterator[_Record]) -> Table:
    first = next((record for record in records if any(record.cells) or record.fault), None)
    if first is None:
        raise UnreadableTable("empty", "The file is empty.", "Put the headings in its first row.")
    headers = _headers(first)
    rows: list[Row] = []
    bad: list[BadRow] = []
    for record in records:
        if not any(record.cells) and not record.fault:
            continue
        if record.number > ROW_LIMIT + first.number:
            raise too_many_rows()
        fault = record.fault or _misfit(headers, record.cells)
        if fault:
            bad.append(BadRow(record.number, fault))
        else:
            rows.append(Row(record.number, _by_header(headers, record.cells)))
    return Table(tuple(h for h in headers if h), tuple(rows), tuple(bad))


def _headers(first: _Record) -> tuple[str, ...]:
    if first.fault:
        raise UnreadableTable("bad-headings", "The headings cannot be read.", "Write them as plain text.")
    headers = tuple(" ".join(unicodedata.normalize("NFKC", cell).casefold().split()) for cell in first.cells)
    named = [header for header in headers if header]
    twice = next((header for header in named if named.count(header) > 1), None)
    if twice is not None:
        raise UnreadableTable(
            "same-heading", "Two columns have the heading {heading}.", "Rename one of them.", heading=twice
        )
    return headers


def _misfit(headers: Sequence[str], cells: Sequence[str]) -> str:
    """Say that a cell stands under no heading: most often a separator inside a cell without quotes."""
    stray = (i for i, cell in enumerate(cells) if cell and (i >= len(headers) or not headers[i]))
    column = next(stray, None)
    return "" if column is None else f"The cell in column {column + 1} has no heading above it."


def _by_header(headers: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    padded = (*cells, *[""] * (len(headers) - len(cells)))
    return {header: cell for header, cell in zip(headers, padded, strict=False) if header}


def _as_typed(cell: str) -> str:
    """Return what a person meant by a cell: without blanks around it and without the apostrophe of `neutralise`."""
    cell = cell.strip()
    return cell[1:].strip() if _GUARDED.match(cell) else cell


def _over_long(cells: Iterable[str]) -> str:
    column = next((i for i, cell in enumerate(cells) if len(cell) > CELL_LIMIT), None)
    return "" if column is None else f"The cell in column {column + 1} has more than 4,000 characters."


def too_many_rows() -> UnreadableTable:
    """Return what is said of a file with more than 20,000 rows."""
    return UnreadableTable("too-many-rows", "The table has more than 20,000 rows.", "Split it into smaller files.")


def _too_many_columns() -> UnreadableTable:
    return UnreadableTable(
        "too-many-columns", "The table has more than 64 columns.", "Remove those Focal does not need."
    )


# CSV -----------------------------------------------------------------------------------------------------------------


def decode(data: bytes) -> str:
    """Return bytes in UTF-8, UTF-16 or Windows-1252 as text; UnreadableTable if they are none."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableTable("not-text", "The file is not text.", "Save the table as CSV in UTF-8, or as .xlsx.")


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    # Text in a Latin script has a NUL in every second byte of UTF-16: some programs write it without its mark.
    sample = data[:1000]
    if sample[1::2].count(0) > len(sample) / 4:
        return ("utf-16-le",)
    if sample[0::2].count(0) > len(sample) / 4:
        return ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _csv_records(text: str) -> Iterator[_Record]:
    delimiter, text = _delimiter(text)
    try:
        for number, cells in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            yield _csv_record(number, cells)
    except csv.Error as error:
        raise UnreadableTable(
            "broken-csv",
            "The quotation marks or cells of the file are broken.",
            "Open it in a spreadsheet and save it.",
        ) from error


def _csv_record(number: int, cells: list[str]) -> _Record:
    typed = tuple(_as_typed(cell) for cell in cells)
    if any(typed[COLUMN_LIMIT:]):
        raise _too_many_columns()
    return _Record(number, typed[:COLUMN_LIMIT], _over_long(typed))


def _delimiter(text: str) -> tuple[str, str]:
    """Return what separates the cells, by Excel's `sep=` line or the headings, and the text without that line."""
    declared = re.match("sep=([,;\t])\r?\n", text)
    if declared:
        return declared[1], text[declared.end() :]
    unquoted = re.sub(r'"[^"]*"', "", text.lstrip()[:20_000]).split("\n", 1)[0]
    return max(_DELIMITERS, key=unquoted.count), text


# XLSX ----------------------------------------------------------------------------------------------------------------


def _xlsx_records(data: bytes) -> Iterator[_Record]:
    _refuse_bombs(data)
    # Whatever openpyxl stumbles over in a file made by strangers has one meaning here: it is no workbook.
    try:
        yield from _sheet_records(data)
    except (ArithmeticError, AttributeError, AssertionError, LookupError, TypeError, ValueError) as error:
        raise _broken_workbook() from error
    except (EOFError, OSError, MemoryError, RuntimeError, ParseError, zipfile.BadZipFile, zlib.error) as error:
        raise _broken_workbook() from error


def _sheet_records(data: bytes) -> Iterator[_Record]:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
    if not book.worksheets:
        raise UnreadableTable("no-sheet", "The workbook has no sheet with cells.", "Put the table on its first sheet.")
    rows = book.worksheets[0].iter_rows(min_row=1, max_row=ROW_LIMIT + 2, max_col=COLUMN_LIMIT + 1)
    for number, cells in enumerate(rows, 1):
        yield _xlsx_record(number, cells)


def _xlsx_record(number: int, cells: Sequence[Any]) -> _Record:
    texts = tuple(_as_typed(_cell_text(cell.value)) for cell in cells)
    if any(texts[COLUMN_LIMIT:]):
        raise _too_many_columns()
    return _Record(number, texts, _inert(cells) or _over_long(texts))


def _inert(cells: Iterable[Any]) -> str:
    """Say which cell is a formula or an error: what it shows depends on the program that opens it."""
    for column, cell in enumerate(cells, 1):
        kind = getattr(cell, "data_type", "n")
        if kind == "f":
            return f"The cell in column {column} is a formula; paste its value instead."
        if kind == "e":
            return f"The cell in column {column} holds the error {cell.value}."
    return ""


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        # Excel has no dates without a time: midnight is how it stores one.
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _refuse_bombs(data: bytes) -> None:
    # Counted before the directory is parsed: 5 MB of directory alone take a third of a second.
    if data.count(_CENTRAL_HEADER) > ENTRY_LIMIT:
        raise _bomb("too-many-parts")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _refuse_parts(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, LookupError, ValueError, RuntimeError) as error:
        raise _broken_workbook() from error


def _refuse_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > ENTRY_LIMIT:
        raise _bomb("too-many-parts")
    # The declared sizes first, because that is free; Python's zipfile never reads beyond them, and checks the sum.
    if sum(part.file_size for part in parts) > INFLATED_LIMIT:
        raise _bomb("too-large-unpacked")
    if any(
        part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} or part.flag_bits & 1 for part in parts
    ):
        raise _broken_workbook()
    inflated = tags = 0
    for part in parts:
        with archive.open(part) as packed:
            # With no more asked for than was declared, no more is inflated: `read()` would inflate all there is first.
            content = packed.read(part.file_size + 1)
        inflated += len(content)
        tags += content.count(b"<")
        if inflated > INFLATED_LIMIT or tags > TAG_LIMIT:
            raise _bomb("too-large-unpacked")
        _refuse_content(content)


def _refuse_content(content: bytes) -> None:
    # Without its NULs, UTF-16 reads like ASCII here.
    head = content.replace(b"\0", b"") if b"\0" in content else content
    declared = _ENCODING.search(head[:400])
    foreign = declared is not None and declared[1].lower() not in _XML_ENCODINGS
    if foreign or b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise _bomb("document-type")
    beyond = next((m for m in _ROW.finditer(content) if int(m[1]) > ROW_LIMIT + 1), None)
    if beyond is not None and _VALUE.search(content, beyond.start()):
        raise too_many_rows()
    if _FAR_CELL.search(content):
        raise _too_many_columns()
    if _NESTED_ROW.search(content) or _is_unbalanced(content):
        raise _broken_workbook()


def _is_unbalanced(content: bytes) -> bool:
    """Tell whether far more tags are opened than closed: a parser finds out at the end, having kept them all."""
    closed = content.count(b"</")
    opened = content.count(b"<") - closed - content.count(b"<?") - content.count(b"<!")
    return opened - closed - content.count(b"/>") > UNBALANCED_LIMIT


def _bomb(code: str) -> UnreadableTable:
    return UnreadableTable(
        code, "The workbook is built in a way that no spreadsheet needs.", "Copy the table into a new workbook."
    )


def _broken_workbook() -> UnreadableTable:
    return UnreadableTable("broken-workbook", "The workbook is damaged.", "Open it in a spreadsheet and save it again.")


# Writing -------------------------------------------------------------------------------------------------------------


def legal(value: object) -> str:
    """Return a value as text without the characters that XML forbids."""
    text = _ILLEGAL.sub("", _cell_text(value))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _as_csv(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([neutralise(cell) for cell in row] for row in (headers, *rows))
    return text.getvalue().encode()


def _as_xlsx(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    return _as_book([("Table", (headers, *rows))])


def _as_book(sheets: Iterable[tuple[str, Iterable[Sequence[str]]]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, rows in sheets:
        _fill(book.create_sheet(title), rows)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Any, rows: Iterable[Sequence[str]]) -> None:
    from openpyxl.cell import WriteOnlyCell

    for row in rows:
        cells = [WriteOnlyCell(sheet, value=_exact(text)) for text in row]
        for cell in cells:
            # openpyxl takes "=…" for a formula; only a forced type makes it text, an apostrophe would be shown.
            cell.data_type = "s"
        sheet.append(cells)


def _exact(text: str) -> str:
    # The reader takes one guarding apostrophe away; a text that begins like a guarded one gets one more.
    return f"'{text}" if _GUARDED.match(text) else text


def _as_json(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    records: list[Mapping[str, str]] = [dict(zip(headers, row, strict=True)) for row in rows]
    return json.dumps(records, ensure_ascii=False, indent=1).encode()


_WRITERS: dict[str, Callable[[Sequence[str], Iterable[Sequence[str]]], bytes]] = {
    ".csv": _as_csv,
    ".xlsx": _as_xlsx,
    ".json": _as_json,
}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that its owner alone may read; it appears whole or not at all."""
    # mkstemp opens with 0600 whatever the umask; a reader never sees half a file.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
