"""How a document becomes passages that can be found and cited: by its headings or pages, none of them too long."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST = 1500
"""Characters of a passage: what a reader takes in at once, and no more than models compare well."""
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s*")
_HEADING = re.compile(r"(?m)^(#{1,6})\s+(.+?)\s*#*$")
_FENCE = re.compile(r"(?m)^---\s*$")


@dataclass(frozen=True)
class Section:
    """A part of a document: the headings it stands under, joined; its paragraphs; its page, 0 where none is known."""

    title: str
    paragraphs: tuple[str, ...]
    page: int = 0


@dataclass(frozen=True)
class Passage:
    """A part of a section that is short enough; `name` is unlike that of every other passage of the document."""

    name: str
    title: str
    text: str
    page: int = 0


def passages(sections: Iterable[Section]) -> Iterator[Passage]:
    """Return the passages of a document in its order; sections without text have none."""
    number = 0
    for section in sections:
        for part, text in enumerate(_packed(section.paragraphs), 1):
            number += 1
            name = f"p{section.page}.{part}" if section.page else str(number)
            yield Passage(name, section.title, text, section.page)


def _packed(paragraphs: Iterable[str]) -> Iterator[str]:
    held = ""
    for piece in _pieces(paragraphs):
        if held and len(held) + len(piece) + 1 > LONGEST:
            yield held
            held = ""
        held = f"{held}\n{piece}" if held else piece
    if held:
        yield held


def _pieces(paragraphs: Iterable[str]) -> Iterator[str]:
    """Return paragraphs, the sentences of one that is too long, and pieces of a sentence that is."""
    for paragraph in paragraphs:
        whole = " ".join(paragraph.split())
        sentences = [whole] if len(whole) <= LONGEST else _SENTENCE_END.split(whole)
        for sentence in filter(None, sentences):
            yield from (sentence[at : at + LONGEST] for at in range(0, len(sentence), LONGEST))


def headed(lines: Iterable[tuple[int, str]], document: str) -> Iterator[Section]:
    """Return sections from (level, text): level 1 to 9 is a heading, 0 a paragraph; `document` is its name."""
    path: list[tuple[int, str]] = []
    held: list[str] = []
    for level, text in lines:
        if level:
            yield Section(_title(path, document), tuple(held))
            path, held = [each for each in path if each[0] < level] + [(level, text)], []
        else:
            held.append(text)
    yield Section(_title(path, document), tuple(held))


def _title(path: Iterable[tuple[int, str]], document: str) -> str:
    return " – ".join(text for _level, text in path) or document


def markdown(text: str) -> Iterator[tuple[int, str]]:
    """Return the headings and paragraphs of a Markdown text; a block of settings at its top is left out."""
    if text.startswith("---"):
        text = _FENCE.split(text, maxsplit=2)[-1]
    for block in re.split(r"\n\s*\n", _HEADING.sub(r"\n\n\g<0>\n\n", text)):
        heading = _HEADING.fullmatch(block.strip())
        if heading:
            yield len(heading[1]), heading[2]
        elif block.strip():
            yield 0, block.strip()


def page(text: str) -> tuple[str, ...]:
    """Return the paragraphs of a page as a PDF tells it, words that were divided at the end of a line joined."""
    joined = re.sub(r"(?<=[^\W\d_])-\n(?=[a-zà-ÿа-я])", "", text)
    return tuple(each for each in re.split(r"\n\s*\n", joined) if each.strip())
