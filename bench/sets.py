"""Public sets for `bench.answers`, built from texts that every Python carries.

    python -m bench.sets FOLDER [--django PATH]

`docstrings`: the first line of a docstring of the standard library finds its rest. `reference`: the first sentence
of a paragraph of Python's language reference finds the rest. `django`: a message of Django in French, Spanish, Russian,
Arabic or Chinese finds its English original; PATH is where a Django package lies, as it comes from the registry.
"""

import argparse
import importlib
import inspect
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from pydoc_data.topics import topics

MOST = 300
QUESTIONS = 150
MODULES = """
argparse asyncio bisect calendar collections configparser contextlib csv datetime decimal difflib email.message enum
fractions functools gettext glob hashlib heapq http.client http.cookies inspect io ipaddress itertools json locale
logging mailbox multiprocessing.pool operator os pathlib pickle platform queue random re sched select shelve shutil
signal smtplib socket sqlite3 ssl statistics string struct subprocess tarfile tempfile textwrap threading timeit
tokenize trace traceback tracemalloc types typing unittest urllib.parse urllib.request uuid warnings wave weakref
xml.etree.ElementTree zipfile zoneinfo
"""
LANGUAGES = {"fr": "fr", "es": "es", "ru": "ru", "ar": "ar", "zh": "zh_Hans"}
Pair = tuple[str, str]
"""A question and the passage that answers it."""


def docstrings() -> Iterator[Pair]:
    """Return first lines and the rest of the standard library's docstrings, each docstring once."""
    seen = set()
    for each in _documented():
        head, _, body = each.partition("\n\n")
        head, body = " ".join(head.split()), " ".join(body.split())[:1000]
        if 25 <= len(head) <= 200 and len(body) >= 80 and body not in seen:
            seen.add(body)
            yield head, body


def _documented() -> Iterator[str]:
    for name in MODULES.split():
        module = importlib.import_module(name)
        things = [thing for key, thing in vars(module).items() if not key.startswith("_") and callable(thing)]
        own = [thing for thing in things if inspect.isclass(thing) and thing.__module__ == name]
        methods = [m for c in own for key, m in vars(c).items() if not key.startswith("_") and callable(m)]
        yield from filter(None, map(inspect.getdoc, [*things, *methods]))


def reference() -> Iterator[Pair]:
    """Return first sentences of paragraphs of the language reference, and what follows them."""
    for _topic, text in sorted(topics.items()):
        paragraphs = [" ".join(each.split()) for each in text.split("\n\n") if "::=" not in each]
        whole = [each for each in paragraphs if len(each) > 100 and not set(each) <= set("*=-~ ")]
        for first, second in zip(whole[::2], whole[1::2], strict=False):
            head, *rest = re.split(r"(?<=[.])\s+", first)
            if rest and 40 <= len(head) <= 220:
                yield head, " ".join([*rest, second])[:1000]


def messages(folder: Path) -> Iterator[Pair]:
    """Return messages in five languages and their English originals."""
    from babel.messages.mofile import read_mo

    for code in LANGUAGES.values():
        for path in sorted(folder.glob(f"**/locale/{code}/LC_MESSAGES/django.mo")):
            with path.open("rb") as file:
                for message in read_mo(file):
                    english, said = _first(message.id), _first(message.string)
                    if len(english) >= 30 and said and "<" not in english:
                        yield _clean(said), _clean(english)


def _first(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else text[0]


def _clean(text: str) -> str:
    return re.sub(r"%\(?\w*\)?[sd]|\{\w+\}", "…", text)


def write(folder: Path, pairs: Sequence[Pair], chance: random.Random) -> None:
    """Write a set in the layout of BEIR: at most MOST passages, and QUESTIONS of those that find one."""
    passages = sorted({passage for _question, passage in pairs})
    kept = {text: f"p{i}" for i, text in enumerate(sorted(chance.sample(passages, min(MOST, len(passages)))))}
    asked = [(question, kept[passage]) for question, passage in pairs if passage in kept]
    chosen = chance.sample(asked, min(QUESTIONS, len(asked)))
    folder.mkdir(parents=True, exist_ok=True)
    _lines(folder / "corpus.jsonl", [{"id": key, "title": "", "text": text} for text, key in kept.items()])
    _lines(folder / "queries.jsonl", [{"id": f"q{i}", "text": question} for i, (question, _key) in enumerate(chosen)])
    relevant = {f"q{i}": {key: 1} for i, (_question, key) in enumerate(chosen)}
    (folder / "qrels.json").write_text(json.dumps(relevant), encoding="utf-8")
    print(f"{folder}: {len(kept)} passages, {len(chosen)} questions")


def _lines(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def main() -> None:
    """Build the sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--django", type=Path)
    chosen = parser.parse_args()
    chance = random.Random(1)
    write(chosen.folder / "docstrings", list(docstrings()), chance)
    write(chosen.folder / "reference", list(reference()), chance)
    if chosen.django:
        write(chosen.folder / "django", list(messages(chosen.django)), chance)


if __name__ == "__main__":
    main()
