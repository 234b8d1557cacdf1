"""Practices: kept, imported and exported."""

import json
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.rules.problems import BadInput
from bot.rules.words import terms
from storage import practices, search
from storage.database import Database
from storage.practice_files import export_file, import_file
from storage.practices import ImportReport, Practice

ROWS = [
    {
        "id": "A1",
        "title": "Shorter tours",
        "text": "Mothers may stay six months.",
        "year": 2017,
        "theme": "security-sector",
    },
    {"id": "A2", "title": "Mentoring", "text": "Older officers mentor younger ones.", "who": "Utopia"},
]


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


async def _all(db: Database) -> list[Practice]:
    async with db.read() as conn:
        return await practices.all_practices(conn)


async def _found(db: Database, words: str) -> list[str]:
    async with db.read() as conn:
        return [hit.document.noun_id for hit in await search.find(conn, terms(words))]


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv"])
async def test_each_format_brings_its_rows(db: Database, clock: Clock, tmp_path: Path, ending: str) -> None:
    """JSON Lines, JSON and CSV hold the same practices, which are found at once."""
    text = {
        "jsonl": "\n".join(json.dumps(row) for row in ROWS),
        "json": json.dumps(ROWS),
        "csv": "id,title,text,year,theme,who\nA1,Shorter tours,Mothers may stay six months.,2017,security-sector,\n"
        "A2,Mentoring,Older officers mentor younger ones.,,,Utopia\n",
    }[ending]

    report = await import_file(db, _write(tmp_path / f"in.{ending}", text), clock.now())

    assert report == ImportReport(added=2)
    assert await _all(db) == [
        Practice("A1", "Shorter tours", "Mothers may stay six months.", theme="security-sector", year=2017),
        Practice("A2", "Mentoring", "Older officers mentor younger ones.", who="Utopia"),
    ]
    assert await _found(db, "mothers") == ["A1"]


async def test_the_same_file_again_changes_nothing(db: Database, clock: Clock, tmp_path: Path) -> None:
    """An import can be repeated without harm."""
    path = _write(tmp_path / "in.json", json.dumps(ROWS))
    await import_file(db, path, clock.now())

    report = await import_file(db, path, clock.now())

    assert report == ImportReport(unchanged=2)
    assert len(await _all(db)) == 2


async def test_a_changed_row_changes_its_practice(db: Database, clock: Clock, tmp_path: Path) -> None:
    """The id says which practice a row is; new words replace the old ones in the index as well."""
    await import_file(db, _write(tmp_path / "in.json", json.dumps(ROWS)), clock.now())
    changed = [{**ROWS[0], "text": "Fathers may, too."}, ROWS[1]]

    report = await import_file(db, _write(tmp_path / "in.json", json.dumps(changed)), clock.now())

    assert report == ImportReport(changed=1, unchanged=1)
    assert await _found(db, "mothers") == []
    assert await _found(db, "fathers") == ["A1"]


async def test_bad_rows_are_named_and_the_others_imported(db: Database, clock: Clock, tmp_path: Path) -> None:
    """Each bad row is reported with its number and the reason."""
    lines = [
        json.dumps(ROWS[0]),
        "{broken",
        json.dumps({"title": "no id", "text": "x"}),
        json.dumps({"id": "B1", "title": "", "text": " "}),
        json.dumps({"id": "B2", "title": "t", "text": "x", "year": "last year"}),
        json.dumps({"id": "B3", "title": "t" * 501, "text": "x"}),
        json.dumps(["not", "an", "object"]),
        json.dumps(ROWS[1]),
    ]

    report = await import_file(db, _write(tmp_path / "in.jsonl", "\n".join(lines)), clock.now())

    assert report.added == 2
    assert [(bad.number, bad.reason) for bad in report.bad] == [
        (2, "The line is not valid JSON."),
        (3, "The id is missing."),
        (4, "Both title and text are empty."),
        (5, "“last year” is not a year."),
        (6, "title is longer than 500 characters."),
        (7, "This is not an object with named fields."),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.json", b"{"),
        ("in.json", b'{"id": 1}'),
        ("in.jsonl", b"\xff\xfe\x00"),
        ("in.pdf", b"x"),
        ("in.csv", b'id\n"a"b'),
    ],
)
async def test_a_file_that_is_none_is_refused(
    db: Database, clock: Clock, tmp_path: Path, name: str, content: bytes
) -> None:
    """A file that cannot be read as a whole is refused, and nothing changes."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(BadInput):
        await import_file(db, path, clock.now())

    assert await _all(db) == []


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv"])
async def test_an_export_can_be_imported_again(db: Database, clock: Clock, tmp_path: Path, ending: str) -> None:
    """What was exported is unchanged when it comes back, formulas and line breaks included."""
    rows = [*ROWS, {"id": "=1+1", "title": "@SUM(A1)", "text": "one\nline, and “another”\u2028more"}]
    await import_file(db, _write(tmp_path / "in.json", json.dumps(rows)), clock.now())

    written = await export_file(db, tmp_path / f"out.{ending}", clock.now())
    report = await import_file(db, tmp_path / f"out.{ending}", clock.now())

    assert written == 3
    assert report == ImportReport(unchanged=3)


async def test_an_export_holds_no_formula(db: Database, clock: Clock, tmp_path: Path) -> None:
    """A spreadsheet program takes every exported cell for text."""
    row = {"id": "x", "title": '=HYPERLINK("https://example.org")', "text": "x"}
    await import_file(db, _write(tmp_path / "in.json", json.dumps([row])), clock.now())

    await export_file(db, tmp_path / "out.csv", clock.now())

    assert "'=HYPERLINK" in (tmp_path / "out.csv").read_text(encoding="utf-8")


async def test_a_practice_without_a_title_gets_its_first_words(db: Database, clock: Clock, tmp_path: Path) -> None:
    """A collection of bare passages can be imported, too."""
    await import_file(db, _write(tmp_path / "in.jsonl", '{"_id": 7, "text": "Mothers may stay."}'), clock.now())

    (practice,) = await _all(db)

    assert (practice.external_id, practice.title) == ("7", "Mothers may stay.")


async def test_a_source_that_is_no_address_is_cited_in_words(db: Database, clock: Clock) -> None:
    """A practice without a link still names where it is from."""
    async with db.begin() as conn:
        await practices.save(conn, Practice("A", "Camp", "Housing.", source="Concept note, 2017"), clock.now())
        (hit,) = await search.find(conn, terms("camp"))

    assert hit.document.url == "Concept note, 2017"
