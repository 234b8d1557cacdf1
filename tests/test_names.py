"""What is named in one place and meant in another: ids, methods and their scopes, and what the pages tell people to type."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
import yaml
from typer.core import TyperGroup

from bot import cli
from bot.app import build_registry
from bot.rules.manifest import EVENT_SCOPES, METHOD_SCOPES
from bot.settings import Settings
from handlers import ids
from handlers.listening import Registry, Subcommands

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
METHOD = re.compile(r"(?:assistant\.threads|auth|chat|conversations|files|reactions|users|views)\.[a-z]\w*")
SCOPELESS = {
    "auth.test": "asks who the token is",
    "chat.getPermalink": "is open to whoever may see the channel",
    "conversations.history": "is read under the scopes of the message events",
    "conversations.replies": "is read under the scopes of the message events",
    "views.open": "comes with interactivity",
    "views.push": "comes with interactivity",
    "views.update": "comes with interactivity",
    "views.publish": "comes with the Home tab",
}
"""Methods that need no scope of their own, and why."""


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Yield each module below the folders, parsed."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def listed(registry: Registry) -> set[str]:
    """Return every id that a listener answers."""
    return {*registry.commands, *registry.actions, *registry.views, *registry.shortcuts}


def named() -> dict[str, tuple[str, ...]]:
    """Return every constant of the table of ids, with its one id or its several."""
    constants = {name: value for name, value in vars(ids).items() if name.isupper()}
    return {name: (value,) if isinstance(value, str) else tuple(value) for name, value in constants.items()}


def used(tree: ast.Module) -> set[str]:
    """Return the constants of the table of ids that a module takes from it."""
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return found | {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "handlers.ids"
        for alias in node.names
    }


def test_every_listener_has_something_that_calls_it() -> None:
    """No action or form is listened to that no view renders: each id is taken from the table outside its registration."""
    registry = build_registry()
    rendered = {
        name for path, tree in trees("handlers") if path.name not in {"__init__.py", "ids.py"} for name in used(tree)
    }

    idle = {
        name
        for name, values in named().items()
        if name not in rendered and set(values) & {*registry.actions, *registry.views}
    }

    assert idle == set()


def test_ids_are_written_once() -> None:
    """No module spells out the id of an action, form or shortcut; commands may stand in sentences."""
    known = {each for values in named().values() for each in values if not each.startswith("/")}

    spelled = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in trees("bot", "handlers")
        if path != Path(ids.__file__)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in known
    }

    assert spelled == set()


def test_the_scopes_are_those_of_the_methods_and_events() -> None:
    """The manifest asks for what the methods called and the events subscribed need, and for nothing else."""
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    called = {
        node.value
        for path, tree in trees("bot", "handlers", "storage")
        if path != ROOT / "bot" / "rules" / "manifest.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and METHOD.fullmatch(node.value)
    }
    # The outbox names an upload by one word, for what the SDK asks of Slack in three calls.
    called = called - {"files.upload"} | {"files.completeUploadExternal"}
    events = manifest["settings"]["event_subscriptions"]["bot_events"]

    # What a method needs may hang on what it is called with: those words follow its name.
    scoped = {method.partition(" ")[0] for method in METHOD_SCOPES}
    assert called - scoped - SCOPELESS.keys() == set()
    assert scoped - called == set()
    needed = set(METHOD_SCOPES.values())
    needed |= {scope for event in events if (scope := EVENT_SCOPES[event])}
    # Commands come with their scope; the last two widen what conversations.info and users.info may see.
    needed |= {"commands", "groups:read", "users:read.email"}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed


def commands() -> set[str]:
    """Return every command of `focal`, those of a group with its name before them."""
    top = typer.main.get_command(cli.app)
    assert isinstance(top, TyperGroup)
    found = set()
    for name, command in top.commands.items():
        found |= {f"{name} {each}" for each in command.commands} if isinstance(command, TyperGroup) else {name}
    return found


def written(path: Path) -> str:
    """Return what a page sets in type: its code, in line and in blocks, and nothing of its sentences."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL)
    return "\n".join(
        [*blocks, *re.findall(r"`[^`\n]+`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))]
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_commands_that_there_are(page: Path) -> None:
    """Each `focal` command that a page tells to type exists."""
    groups = {each.partition(" ")[0] for each in commands() if " " in each}
    told = re.findall(r"(?:^|`|bin/|[|;&] *)focal ([a-z-]+)(?: ([a-z|-]+))?", written(page), re.MULTILINE)

    meant = {
        f"{first} {each}" if first in groups and second else first
        for first, second in told
        for each in (second.split("|") if second else [""])
    }

    assert meant - commands() - groups == set()


def test_every_command_of_the_terminal_is_told_of() -> None:
    """Each `focal` command stands on some page."""
    told = "\n".join(written(page) for page in PAGES)

    silent = {each for each in commands() if not re.search(rf"focal {each.replace(' ', '.* ')}\b", told)}

    assert silent == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_settings_that_there_are(page: Path) -> None:
    """Each setting that a page names is one that Focal reads."""
    known = {field.alias or name.upper() for name, field in Settings.model_fields.items()}
    known |= set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))

    told = set(re.findall(r"\b(?:SLACK|FOCAL)_[A-Z_]+[A-Z]\b", written(page)))

    assert told - known == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_targets_that_there_are(page: Path) -> None:
    """Each `make` target that a page names is in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))

    told = set(re.findall(r"(?<![\w-])make ([a-z]+)", written(page)))

    assert told - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_slash_commands_that_there_are(page: Path) -> None:
    """Each slash command that a page tells to type exists, with the word after it where the command takes none but its own."""
    registry = build_registry()
    told = re.findall(r"(?<![\w/])(/wps(?:-[a-z]+)?)(?: ([a-z-]+))?", written(page))

    wrong = {
        f"{name} {word}".strip()
        for name, word in told
        if name not in registry.commands or not _takes(registry, name, word)
    }

    assert wrong == set()


def _takes(registry: Registry, name: str, word: str) -> bool:
    listener = registry.commands[name]
    return not word or not isinstance(listener, Subcommands) or not listener.usage or word in listener.table


def test_links_between_pages_lead_somewhere() -> None:
    """Each file that a page links to, or shows, is there."""
    broken = {
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    }

    assert broken == set()
