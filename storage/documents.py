"""Word documents of plain parts: a heading, its lines, and a table if there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from storage.spreadsheets import legal


@dataclass(frozen=True)
class Part:
    """One part of a document; the first of `rows` holds the headings of its table. All of it is plain text."""

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def as_word(title: str, introduction: str, parts: Sequence[Part]) -> bytes:
    """Return a Word document with these parts in order."""
    from docx import Document

    document = Document()
    document.core_properties.title = legal(title)
    document.core_properties.author = "Focal"
    document.add_heading(legal(title), 0)
    document.add_paragraph(legal(introduction))
    for part in parts:
        document.add_heading(legal(part.title), 1)
        for line in part.lines:
            document.add_paragraph(legal(line), style="List Bullet")
        if part.rows:
            table = document.add_table(rows=0, cols=len(part.rows[0]), style="Light Grid Accent 1")
            for row in part.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = legal(text)
    out = BytesIO()
    document.save(out)
    return out.getvalue()
