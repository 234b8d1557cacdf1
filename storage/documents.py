"""Word documents that are made for reading: A4, one plain typeface, tables that keep together."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from storage.spreadsheets import legal

WIDTH = 16.0
"""Centimetres between the margins."""
SHORT = 12
"""Rows of a table that keep together."""


@dataclass(frozen=True)
class Part:
    """One part of a document; the first of `rows` holds the headings of its table. All of it is plain text."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def as_word(title: str, introduction: str, parts: Sequence[Part]) -> bytes:
    """Return a Word document with these parts in order."""
    document = new_document(title, "Focal")
    document.add_paragraph(legal(introduction))
    for part in parts:
        document.add_heading(legal(part.title), 1)
        for line in part.lines:
            document.add_paragraph(legal(line), style=None if line.startswith("☐") else "List Bullet")
        if part.rows:
            columns = len(part.rows[0])
            add_table(document, part.rows, [WIDTH / columns] * columns)
    return as_bytes(document)


def new_document(title: str, author: str = "") -> Any:
    """Return an empty document under its title, to be filled and then written by `as_bytes`."""
    from docx import Document
    from docx.shared import Cm, Pt

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm((21 - WIDTH) / 2)
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    document.core_properties.title = legal(title)
    document.core_properties.author = author
    document.add_heading(legal(title), 0)
    return document


def as_bytes(document: Any) -> bytes:
    """Return a document as a .docx file holds it."""
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def add_table(document: Any, rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
    """Add a table with a heading row and columns so many centimetres wide; a short one keeps to one page."""
    from docx.shared import Cm, Pt

    table = document.add_table(rows=0, cols=len(widths), style="Light Grid Accent 1")
    table.autofit = False
    for number, row in enumerate(rows):
        for cell, text, width in zip(table.add_row().cells, row, widths, strict=True):
            cell.width = Cm(width)
            cell.text = legal(text)
            cell.paragraphs[0].paragraph_format.keep_with_next = number < min(len(rows) - 1, SHORT)
    document.add_paragraph().paragraph_format.space_after = Pt(0)
