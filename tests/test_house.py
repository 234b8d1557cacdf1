"""The house itself: what imports what, what is named where, and that every promise is written down."""

import ast
import re
from pathlib import Path

import pytest

from bot.app import build_registry
from bot.rules import manifest
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "handlers", "storage", "workspace")
MAY_IMPORT = {
    "bot.rules": {"bot.rules"},
    "storage": {"bot.rules", "storage"},
    "handlers": {"bot.rules", "storage", "handlers"},
    "workspace": {"workspace"},
}


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name for name in names if name.split(".")[0] in ROOMS}


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return "bot.rules" if parts[:2] == ("bot", "rules") else parts[0]


@pytest.mark.parametrize("path", modules("bot/rules", "storage", "handlers", "workspace"), ids=str)
def test_the_arrows_are_those_of_the_design(path: Path) -> None:
    """Rules import nothing of the house, storage rules alone, handlers both; the workspace stands apart."""
    if "migrations" in path.parts:
        return
    allowed = MAY_IMPORT[room_of(path)]

    wrong = {name for name in imported(path) if not any(f"{name}.".startswith(f"{room}.") for room in allowed)}

    assert not wrong


@pytest.mark.parametrize("path", modules("bot"), ids=str)
def test_only_the_command_line_knows_the_workspace(path: Path) -> None:
    """The bot that runs in a real Slack never imports the small one; only the demo behind the command line does."""
    if path.name == "demo.py":
        return

    assert not {name for name in imported(path) if name.startswith("workspace")}


@pytest.mark.parametrize("path", modules("tests"), ids=str)
def test_every_promise_is_a_sentence(path: Path) -> None:
    """Each test says in its docstring what it promises."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    tests = [node for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test_")]

    silent = [test.name for test in tests if not (ast.get_docstring(test) or "").split("\n")[0].endswith(".")]

    assert silent == []


def test_the_manifest_and_the_listeners_agree() -> None:
    """Manifest and listeners name the same commands, events and shortcuts, and every scope has its reason."""
    text = (ROOT / "manifest.yml").read_text(encoding="utf-8")

    assert manifest.faults(text, build_registry()) == []


def test_a_manifest_that_disagrees_is_told_so() -> None:
    """A command nobody listens to, a missing scope and an over-long name are each named."""
    text = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    text = text.replace("command: /wps-meeting", "command: /wps-nothing").replace("      - chat:write\n", "")

    faults = manifest.faults(text, build_registry())

    assert "The command /wps-nothing is in the manifest, but nobody listens to it." in faults
    assert "The command /wps-meeting has a listener, but is not in the manifest." in faults
    assert "The scope chat:write is needed, but is not in the manifest." in faults


def test_every_setting_is_documented() -> None:
    """The operations page names every environment variable that there is."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    names = {field.alias or name.upper() for name, field in Settings.model_fields.items()}

    assert {name for name in names if f"`{name}`" not in page} == set()


def test_every_command_is_documented() -> None:
    """Each slash command stands in the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert {name for name in build_registry().commands if not re.search(rf"`{name}[` ]", readme)} == set()
