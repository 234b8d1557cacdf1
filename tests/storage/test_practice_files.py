"""Documents as sources of answers, and what an import notices."""

import json
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import pytest

from bot.clock import Clock
from bot.rules.problems import BadInput
from bot.rules.words import terms
from storage import practices, search
from storage.database import Database
from storage.practice_files import import_file
from storage.practices import ImportReport, Twin


def _word(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    document.add_heading("Deployment", level=1)
    for each in paragraphs:
        document.add_paragraph(each)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Helicopters", "Spare parts"
    document.save(str(path))
    return path


def _pdf(*pages: str) -> bytes:
    """Return a PDF with a line of text on each page, as a writer of PDF files lays it out."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(count))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {count}/Kids[{kids}]>>"]
    objects.append("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for i, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * i} 0 R>>"
        )
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{at:010} 00000 n \n" for at in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>"
    return body + f"{end}\nstartxref\n{len(body)}\n%%EOF".encode()


async def _hit(db: Database, words: str) -> search.Document:
    async with db.read() as conn:
        return (await search.find(conn, terms(words)))[0].document


async def test_a_page_of_a_pdf_is_cited(db: Database, clock: Clock, tmp_path: Path) -> None:
    """What stands on the second page of a PDF is found with that page in its source."""
    path = tmp_path / "Manual.pdf"
    path.write_bytes(_pdf("Camps need lights.", "Helicopters need spare parts."))

    report = await import_file(db, path, clock.now(), given={"who": "UN", "year": 2021})
    found = await _hit(db, "helicopters")

    assert report == ImportReport(added=2)
    assert (found.title, found.url, found.who, found.year) == ("Manual, page 2", "Manual.pdf, page 2", "UN", 2021)


async def test_a_word_document_is_found_by_paragraph_and_table(db: Database, clock: Clock, tmp_path: Path) -> None:
    """What a Word document says under a heading, in its tables too, is found under that heading."""
    path = _word(tmp_path / "Guide.docx", "Mothers may stay six months.")

    await import_file(db, path, clock.now())
    found = await _hit(db, "helicopters")

    assert found.title == "Deployment"
    assert found.body == "Mothers may stay six months.\nHelicopters | Spare parts"


async def test_what_a_document_no_longer_holds_is_removed(db: Database, clock: Clock, tmp_path: Path) -> None:
    """A document that was shortened takes its last passages with it, and nobody else's."""
    path = tmp_path / "plan.md"
    path.write_text("# One\nFirst.\n# Two\nSecond.", encoding="utf-8")
    other = tmp_path / "plan_b.md"
    other.write_text("# Three\nThird.", encoding="utf-8")
    await import_file(db, other, clock.now())
    await import_file(db, path, clock.now())
    path.write_text("# One\nFirst.", encoding="utf-8")

    report = await import_file(db, path, clock.now())

    assert report == ImportReport(unchanged=1, removed=1)
    async with db.read() as conn:
        assert [each.external_id for each in await practices.all_practices(conn)] == ["plan_b.md#1", "plan.md#1"]
        assert await search.find(conn, terms("second")) == []


async def test_a_dry_run_writes_nothing(db: Database, clock: Clock, tmp_path: Path) -> None:
    """A dry run says what an import would do, bad rows and duplicates included, and leaves everything as it is."""
    path = tmp_path / "in.jsonl"
    rows = [{"id": "A", "text": "Six months."}, {"id": "B", "text": "  six MONTHS"}, {"id": "", "text": "x"}]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    report = await import_file(db, path, clock.now(), dry_run=True)

    assert (report.added, report.twins, [bad.number for bad in report.bad]) == (2, (Twin(2, "A"),), [3])
    async with db.read() as conn:
        assert await practices.all_practices(conn) == []


async def test_a_duplicate_is_noticed_and_kept(db: Database, clock: Clock, tmp_path: Path) -> None:
    """A row that says what is there already is imported under its own id, and named."""
    path = tmp_path / "in.csv"
    path.write_text("id,text,review_on\nA,Six months.,2027-01-31\n", encoding="utf-8")
    await import_file(db, path, clock.now())
    path.write_text("id,text\nZ,Six months!\n", encoding="utf-8")

    report = await import_file(db, path, clock.now())

    assert report == ImportReport(added=1, twins=(Twin(1, "A"),))
    async with db.read() as conn:
        assert [each.review_on for each in await practices.all_practices(conn)] == [date(2027, 1, 31), None]


def _bomb() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 210_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"%PDF-1.4 and nothing", "damaged"),
        ("a.pdf", _pdf(" "), "no text"),
        ("a.docx", b"PK\x03\x04 broken", "damaged"),
        ("a.docx", _bomb(), "too large unpacked"),
        ("a.md", b"\xff\xfe\x00", "UTF-8"),
        ("a.md", b"# Only a heading", "no text"),
        ("a.exe", b"x", "ending"),
    ],
)
async def test_a_document_that_is_none_is_refused(
    db: Database, clock: Clock, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    """A damaged, empty, unknown or exploding document is refused with the reason, and nothing is imported."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(BadInput) as refused:
        await import_file(db, path, clock.now())

    assert said in refused.value.said()
