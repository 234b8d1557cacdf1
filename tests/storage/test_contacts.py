"""Contacts come in from files, change without losing what was, and belong to the right Slack users."""

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bot.rules.contact_rows import Entry
from bot.rules.contacts import Contact, ContactRole
from bot.rules.countries import load_gazetteer
from bot.rules.people import Profile
from bot.rules.permissions import Actor, Role
from bot.rules.problems import AlreadyDone, BadInput, Changed
from storage import audit, contacts, people
from storage.contacts import ImportReport
from storage.database import Database

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TODAY = NOW.date()
SAMPLE = Path(__file__).parents[2] / "workspace" / "sample" / "contacts.csv"
ROW = {
    "member": "Namibia",
    "name": "Ndapewa Shikongo",
    "role": "focal point",
    "title": "Director",
    "institution": "Ministry of Gender Equality",
    "email": "ndapewa@gender-na.example",
    "phone": "+264 61 555 0100",
    "languages": "en, af",
    "timezone": "Africa/Windhoek",
    "since": "2024-03-01",
}
ENTRY = Entry("NA", "Ndapewa Shikongo", ContactRole.FOCAL_POINT, email="ndapewa@gender-na.example")


def table(folder: Path, *rows: Mapping[str, str]) -> Path:
    path = folder / "contacts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, dict.fromkeys(name for row in rows for name in row))
        writer.writeheader()
        writer.writerows(rows)
    return path


async def imported(db: Database, path: Path, **how: Any) -> ImportReport:
    return await contacts.import_file(db, load_gazetteer(), path, how.pop("now", NOW), **how)


async def of(db: Database, member: str = "NA") -> tuple[Contact, ...]:
    async with db.read() as conn:
        return await contacts.terms_of(conn, member)


async def added(db: Database, entry: Entry = ENTRY) -> Contact:
    async with db.begin() as conn:
        return await contacts.add(conn, entry, "U1", NOW)


async def met(db: Database, user_id: str, email: str, **more: Any) -> None:
    values = {"external": False, "deleted": False, "is_bot": False, **more}
    async with db.begin() as conn:
        await people.save(conn, Profile(user_id, "T1", user_id, email, "UTC", "en-US", **values), NOW)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, len(report.bad)


async def test_the_same_file_again_changes_nothing(db: Database) -> None:
    """A file comes in whole once; imported again, and again after an export, it changes nothing."""
    first = await imported(db, SAMPLE)
    again = await imported(db, SAMPLE)
    await contacts.export_file(db, Path("out.xlsx"), NOW)
    from_export = await imported(db, Path("out.xlsx"))

    assert counts(first) == (33, 0, 0, 0)
    assert counts(again) == (0, 0, 33, 0)
    assert counts(from_export) == (0, 0, 33, 0)


async def test_every_field_of_a_row_is_kept(db: Database, tmp_path: Path) -> None:
    """What a row says is what the contact holds afterwards."""
    await imported(db, table(tmp_path, ROW))

    (held,) = await of(db)

    assert (held.name, held.role, held.title) == ("Ndapewa Shikongo", ContactRole.FOCAL_POINT, "Director")
    assert (held.email, held.phone) == ("ndapewa@gender-na.example", "+264 61 555 0100")
    assert (held.languages, held.zone, held.since) == ("en, af", "Africa/Windhoek", date(2024, 3, 1))


async def test_bad_rows_are_told_by_number_and_the_rest_comes_in(db: Database, tmp_path: Path) -> None:
    """Each bad row is reported with its number in the file and why, and stands in nobody else's way."""
    wrong = [
        {"member": "Guinea"},
        {"member": "Atlantis"},
        {"name": ""},
        {"role": "boss"},
        {"email": "ndapewa at gender"},
        {"since": "02/03/2024"},
        {"timezone": "Windhoek"},
        {"languages": "en, Klingonese"},
        {"phone": "ask the desk"},
        {"title": "x" * 201},
    ]

    report = await imported(db, table(tmp_path, *[{**ROW, **each} for each in wrong], ROW))

    assert counts(report) == (1, 0, 0, len(wrong))
    assert [bad.number for bad in report.bad] == list(range(2, 2 + len(wrong)))
    assert "GN (Guinea), GW (Guinea-Bissau)" in report.bad[0].reason
    assert all(bad.reason.startswith(f"{field}: ") for bad, field in zip(report.bad, _fields(wrong), strict=True))


def _fields(rows: Iterable[Mapping[str, str]]) -> list[str]:
    return ["zone" if name == "timezone" else name for row in rows for name in row]


@pytest.mark.parametrize(
    "headings",
    [
        ("État membre", "Nom complet", "Rôle", "Courriel", "Fuseau horaire", "Langues", "Depuis"),
        ("PAÍS", "Nombre", "Función", "Correo electrónico", "Zona horaria", "Idiomas", "Desde"),
        ("Since", "Languages", "E-mail", "Time zone", "Role", "Name", "Member State"),
    ],
)
async def test_headings_may_be_french_or_spanish_and_in_any_order(
    db: Database, tmp_path: Path, headings: tuple[str, ...]
) -> None:
    """A table is understood with English, French and Spanish headings, whatever their order and accents."""
    by_english = {
        "member": "Namibie",
        "name": "Ndapewa Shikongo",
        "role": "point focal",
        "email": "n@na.example",
        "timezone": "africa/windhoek",
        "languages": "anglais; afrikáans",
        "since": "2024-03-01",
    }
    order = (
        tuple(by_english)
        if "Since" not in headings
        else ("since", "languages", "email", "timezone", "role", "name", "member")
    )
    row = {heading: by_english[name] for heading, name in zip(headings, order, strict=True)}

    report = await imported(db, table(tmp_path, row))

    (held,) = await of(db)
    assert counts(report) == (1, 0, 0, 0)
    assert (held.role, held.languages, held.zone) == (ContactRole.FOCAL_POINT, "en, af", "Africa/Windhoek")


async def test_a_date_of_a_spreadsheet_is_a_day(db: Database, tmp_path: Path) -> None:
    """A date cell of an XLSX file is read as the day that it shows."""
    book = Workbook()
    book.active.append(["member", "name", "role", "since"])
    book.active.append(["NA", "Ndapewa Shikongo", "Focal Point", datetime(2024, 3, 1)])  # noqa: DTZ001 - Excel has no zones
    book.save(tmp_path / "contacts.xlsx")

    await imported(db, tmp_path / "contacts.xlsx")

    assert [each.since for each in await of(db)] == [date(2024, 3, 1)]


async def test_a_table_without_a_needed_column_is_refused(db: Database, tmp_path: Path) -> None:
    """A file that names no member, name or role for anybody is no table of contacts."""
    with pytest.raises(BadInput) as refused:
        await imported(db, table(tmp_path, {"member": "Namibia", "nom": "Ana"}))

    assert refused.value.said().startswith("Columns are missing: role.")


async def test_what_a_file_does_not_say_stays(db: Database, tmp_path: Path) -> None:
    """Empty cells and missing columns leave what is known; what is said anew is changed, with before and after kept."""
    await imported(db, table(tmp_path, ROW))

    report = await imported(db, table(tmp_path, {**ROW, "phone": "", "title": "Deputy Director"}))

    (held,) = await of(db)
    async with db.read() as conn:
        entries = await audit.of_subject(conn, f"contact {held.id}")
    assert counts(report) == (0, 1, 0, 0)
    assert (held.phone, held.title, held.version) == (ROW["phone"], "Deputy Director", 2)
    assert entries[-1].details == {"before": {"title": "Director"}, "after": {"title": "Deputy Director"}}


async def test_nothing_ends_unless_it_is_said(db: Database, tmp_path: Path) -> None:
    """A successor under the same address is refused until the column `until` ends the term before."""
    await imported(db, table(tmp_path, {**ROW, "email": "wps@gender-na.example"}))
    successor = {**ROW, "name": "Tuli Amukoto", "email": "wps@gender-na.example", "since": "2026-02-01"}

    silent = await imported(db, table(tmp_path, successor))
    ending = {**ROW, "email": "wps@gender-na.example", "until": "2026-01-31"}
    said = await imported(db, table(tmp_path, successor, ending))

    assert counts(silent) == (0, 0, 0, 1)
    assert "Ndapewa Shikongo" in silent.bad[0].reason
    assert (counts(said), said.ended) == ((1, 1, 0, 0), 1)
    assert [(each.name, each.until) for each in await of(db)] == [
        ("Tuli Amukoto", None),
        ("Ndapewa Shikongo", date(2026, 1, 31)),
    ]


async def test_a_row_does_not_bring_back_a_term_that_has_ended(db: Database, tmp_path: Path) -> None:
    """A file that still lists somebody whose term has ended is told so; a later date begins a new term."""
    await imported(db, table(tmp_path, {**ROW, "until": "2025-12-31"}))

    stale = await imported(db, table(tmp_path, ROW))
    renewed = await imported(db, table(tmp_path, {**ROW, "since": "2026-02-01"}))

    assert counts(stale) == (0, 0, 0, 1)
    assert "2025-12-31" in stale.bad[0].reason
    assert counts(renewed) == (1, 0, 0, 0)


async def test_one_contact_twice_in_a_file_is_a_bad_row(db: Database, tmp_path: Path) -> None:
    """Of two rows about one contact the second is refused, or the file would change its mind at every import."""
    rows = (ROW, {**ROW, "title": "Adviser", "email": ""})

    reports = [await imported(db, table(tmp_path, *rows)) for _ in range(2)]

    assert [counts(report) for report in reports] == [(1, 0, 0, 1), (0, 0, 1, 1)]
    assert [bad.number for report in reports for bad in report.bad] == [3, 3]


async def test_a_dry_run_shows_everything_and_writes_nothing(db: Database, tmp_path: Path) -> None:
    """Before anything is written, a dry run tells additions, changes, endings, and who may be there already."""
    await imported(db, table(tmp_path, ROW))
    rows = (
        {**ROW, "until": "2026-03-31"},
        {**ROW, "name": "Ndapewa Shikongoo", "email": "other@na.example", "role": "alternate"},
        {**ROW, "member": "Chile", "name": "Isidora Reyes"},
    )

    report = await imported(db, table(tmp_path, *rows), dry_run=True)

    assert (counts(report), report.ended, report.imported) == ((2, 1, 0, 0), 1, False)
    assert [(row.number, row.what, len(row.likely)) for row in report.notable] == [
        (2, "ended", 0),
        (3, "added", 1),
        (4, "added", 1),
    ]
    assert [each.until for each in await of(db)] == [None]


async def test_all_or_nothing(db: Database, tmp_path: Path) -> None:
    """Where all or nothing is asked for, one bad row keeps every other out."""
    rows = (ROW, {**ROW, "member": "Atlantis"})

    report = await imported(db, table(tmp_path, *rows), whole=True)

    assert not report.imported
    assert len(report.bad) == 1
    assert await of(db) == ()


async def test_cells_that_would_act_arrive_as_text(db: Database, tmp_path: Path) -> None:
    """A formula in a name is exported as text and comes back as it was."""
    await added(db, Entry("NA", "=HYPERLINK(1)", ContactRole.ALTERNATE))

    await contacts.export_file(db, tmp_path / "out.csv", NOW)
    report = await imported(db, tmp_path / "out.csv")

    assert "'=HYPERLINK(1)" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert counts(report) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("roles", "seen"), [(set(), ""), ({Role.FOCAL_POINT}, "n@na.example"), ({Role.SECRETARIAT}, "n@na.example")]
)
async def test_an_export_holds_what_its_reader_may_see(
    db: Database, tmp_path: Path, roles: set[Role], seen: str
) -> None:
    """Strangers get no addresses in their file, the Network does; nobody gets terms that are over."""
    await added(db, Entry("NA", "Ana", ContactRole.FOCAL_POINT, email="n@na.example"))
    await added(db, Entry("NA", "Tuli", ContactRole.ALTERNATE, until=date(2025, 1, 1)))

    async with db.read() as conn:
        await contacts.export_for(conn, Actor("U9", "Reader", "CL", frozenset(roles)), tmp_path / "out.csv", TODAY)

    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        assert [row["email"] for row in csv.DictReader(file)] == [seen]


async def test_a_change_of_an_older_version_is_refused(db: Database) -> None:
    """Of two people who opened the same contact the second is told of the first, and overwrites nothing."""
    held = await added(db)

    async with db.begin() as conn:
        await contacts.change(conn, held.id, held.version, {"phone": "+264 61 1"}, "U1", NOW)
    with pytest.raises(Changed):
        async with db.begin() as conn:
            await contacts.change(conn, held.id, held.version, {"phone": "+264 61 2"}, "U2", NOW)

    assert [each.phone for each in await of(db)] == ["+264 61 1"]


async def test_nobody_holds_a_role_twice_at_a_time(db: Database) -> None:
    """Adding somebody who holds the role already is refused; in another role they are welcome."""
    await added(db)

    with pytest.raises(AlreadyDone):
        await added(db)
    await added(db, Entry("NA", "Ndapewa Shikongo", ContactRole.POLICE_ADVISER, email="ndapewa@gender-na.example"))

    assert [each.role for each in await of(db)] == [ContactRole.FOCAL_POINT, ContactRole.POLICE_ADVISER]


async def test_a_member_without_a_focal_point_is_a_gap(db: Database) -> None:
    """A member is a gap from the day its last focal point left, and none while somebody holds the role."""
    await added(db, Entry("NA", "Ana", ContactRole.FOCAL_POINT, until=TODAY))
    await added(db, Entry("CL", "Isi", ContactRole.ALTERNATE))
    await added(db, Entry("X-UNW", "Sof", ContactRole.SECRETARIAT))

    async with db.read() as conn:
        today, tomorrow = await contacts.gaps(conn, TODAY), await contacts.gaps(conn, TODAY + timedelta(days=1))

    assert (today, tomorrow) == (("CL",), ("CL", "NA"))
