"""The `focal` command says what it does, and does it."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.rules.problems import BadInput

ANA = {"member": "Namibia", "name": "Ana Shikongo", "role": "focal point", "email": "ana@na.example"}


@pytest.fixture
def folder(seeded_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a database of its own, which the command finds in the environment."""
    (tmp_path / "focal.db").write_bytes(seeded_template.read_bytes())
    monkeypatch.setenv("FOCAL_DATABASE_URL", f"sqlite:///{tmp_path}/focal.db")
    return tmp_path


def imported(folder: Path, *rows: Mapping[str, str], options: tuple[str, ...] = ()) -> Result:
    """Run the import of a file with these rows."""
    path = folder / "contacts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, dict.fromkeys(name for row in rows for name in row))
        writer.writeheader()
        writer.writerows(rows)
    return CliRunner().invoke(app, ["contacts", "import", str(path), *options])


def test_a_dry_run_says_what_each_row_would_do(folder: Path) -> None:
    """New, changed, ending and doubtful rows are told one by one, and nothing is written."""
    imported(folder, ANA, ANA | {"name": "Tuli Amukoto", "role": "alternate", "email": "tuli@na.example"})
    rows = (
        ANA | {"email": "ana.shikongo@na.example", "until": ""},
        ANA | {"name": "Tuli Amukoto", "role": "alternate", "email": "", "until": "2026-12-31"},
        ANA | {"name": "[red]Isidora Reyes[/red]", "member": "Chile", "email": "tuli@na.example", "until": ""},
        ANA | {"name": "Ana Shikongoo", "role": "alternate", "email": "", "until": ""},
    )

    said = imported(folder, *rows, options=("--dry-run",)).stdout.splitlines()
    again = imported(folder, *rows).stdout.splitlines()

    assert said == [
        "  row 2: Ana Shikongo, focal point, Namibia: email “ana@na.example” → “ana.shikongo@na.example”",
        "  row 3: Tuli Amukoto, alternate, Namibia: the term ends: until – → “2026-12-31”",
        (
            "  row 4: [red]Isidora Reyes[/red], focal point, Chile: new; it may repeat Tuli Amukoto, alternate, Namibia, who "
            "has the same e-mail address"
        ),
        (
            "  row 5: Ana Shikongoo, alternate, Namibia: new; it may repeat Ana Shikongo, focal point, Namibia, who has nearly "
            "the same name"
        ),
        "Nothing was written. Without --dry-run this would be:",
        "2 added, 2 changed, 0 unchanged, 0 not imported.",
    ]
    assert again[-1] == said[-1]


def test_all_or_nothing_imports_nothing_beside_a_bad_row(folder: Path) -> None:
    """With a bad row nothing comes in where all or nothing was asked for, and that is said; otherwise the rest does."""
    rows = (ANA, ANA | {"member": "Atlantis"})

    whole = imported(folder, *rows, options=("--all-or-nothing",))
    rest = imported(folder, *rows)

    assert whole.exit_code == rest.exit_code == 2
    assert "Nothing was imported" in whole.stderr
    assert "row 3: member: “Atlantis” is no member that I know." in whole.stderr
    assert rest.stdout == "1 added, 0 changed, 0 unchanged, 1 not imported.\n"


def test_a_heading_that_means_nothing_is_said(folder: Path) -> None:
    """Whoever names a column as Focal does not know it learns that it was left out."""
    said = imported(folder, ANA | {"colour": "blue"})

    assert said.exit_code == 0
    assert said.stderr == "Columns that mean nothing here: colour.\n"


def test_a_person_is_erased_from_the_command_line(folder: Path) -> None:
    """Of several people nobody is erased; one is, after a question, and is in no export and not in the file any more."""
    imported(folder, ANA, ANA | {"member": "Chile", "name": "Ana Reyes", "email": "reyes@cl.example"})
    runner = CliRunner()

    several = runner.invoke(app, ["contacts", "erase", "Ana"])
    refused = runner.invoke(app, ["contacts", "erase", "reyes@cl.example"], input="n\n")
    erased = runner.invoke(app, ["contacts", "erase", "reyes@cl.example", "--yes"])

    runner.invoke(app, ["contacts", "export", str(folder / "out.csv")])
    assert isinstance(several.exception, BadInput)
    assert (refused.exit_code, erased.exit_code) == (1, 0)
    assert erased.stdout.splitlines()[-1].startswith("Erased. Rows that were deleted or changed: ")
    left = [path.read_bytes() for path in (folder / "out.csv", *folder.glob("focal.db*"))]
    assert b"ana@na.example" in left[0]
    assert not [each for each in left if b"Ana Reyes" in each or b"reyes@cl.example" in each]
