"""`python -m bot.catalogues` brings every language's catalogue up to date with the messages in the code."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.languages import LOCALES
from bot.rules import problems
from bot.rules.people import SPOKEN
from storage.profile import SHIPPED, load_network

ROOT = Path(__file__).parents[1]
ROOMS = ("bot", "handlers", "storage")
PROBLEMS = frozenset(name for name, each in vars(problems).items() if isinstance(each, type))
"""A problem's first two arguments are messages: what went wrong, and what to do."""
MARKS = frozenset({"_", "N_"})


def messages() -> dict[str, list[tuple[str, int]]]:
    """Return every message in the code with where it stands: file from the top of the tree, and line."""
    found: dict[str, list[tuple[str, int]]] = {}
    for path in sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for text, line in messages_in(path.read_text(encoding="utf-8")):
            found.setdefault(text, []).append((place, line))
    profile = SHIPPED.relative_to(ROOT).as_posix()
    return found | {text: [*found.get(text, []), (profile, 1)] for text in profile_words()}


def profile_words() -> list[str]:
    """Return what the shipped profile calls the network and its themes; another is shown as it is written."""
    network = load_network()
    return [network.short_name, *(theme.title for theme in network.themes)]


def messages_in(source: str) -> Iterator[tuple[str, int]]:
    """Yield the messages in Python source, each with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            for text in _arguments(node):
                if isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value:
                    yield text.value, text.lineno


def _arguments(call: ast.Call) -> list[ast.expr]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name in MARKS:
        return call.args[:1]
    return call.args[:2] if name in PROBLEMS else []


def path_of(language: str) -> Path:
    """Return where the catalogue of a language stands."""
    return LOCALES / language / "LC_MESSAGES" / "focal.po"


def load(language: str) -> Catalog:
    """Return the catalogue of a language, an empty one where there is none yet."""
    path = path_of(language)
    if not path.is_file():
        return Catalog(locale=language, project="Focal", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> tuple[int, int]:
    """Write a catalogue anew: translations of messages that the code still has, and empty ones for new messages.

    Return how many messages are translated, and how many there are.
    """
    known = load(language)
    fresh = Catalog(locale=language, project="Focal", fuzzy=False)
    for text, places in messages().items():
        old = known.get(text)
        fresh.add(text, old.string if old else "", locations=[(place, 1) for place in dict(places)])
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    with path_of(language).open("wb") as file:
        # Files without lines: a line that moves must not change every catalogue.
        write_po(file, fresh, sort_output=True, width=110, omit_header=True, include_lineno=False)
    return sum(bool(each.string) for each in fresh if each.id), len(fresh)


def main() -> None:
    """Bring every catalogue up to date and say how complete each is."""
    for language in SPOKEN:
        done, total = update(language)
        sys.stdout.write(f"{language}: {done} of {total} messages\n")


if __name__ == "__main__":
    main()
