"""vCards: address books' own files, read as rows of a table from hands we do not know, and written.

Sources: RFC 6350 (4.0), RFC 2426 (3.0) and versit's vCard 2.1, which Outlook writes.
"""

import quopri
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.spreadsheets import (
    CELL_LIMIT,
    ROW_LIMIT,
    BadRow,
    Row,
    Table,
    UnreadableTable,
    decode,
    legal,
    read_bytes,
    too_many_rows,
    write_whole,
)

ENDINGS = (".vcf", ".vcard")
COLUMNS = (
    "member", "name", "role", "title", "institution", "email", "phone", "languages", "timezone", "since", "until",
)  # fmt: skip
"""The columns of the table that cards are read as: those of a table of contacts."""
_OWN = {
    "X-FOCAL-MEMBER": "member",
    "X-FOCAL-LANGUAGES": "languages",
    "X-FOCAL-SINCE": "since",
    "X-FOCAL-UNTIL": "until",
}
"""What no vCard has a property for."""
_PLAIN = {"FN": "name", "ROLE": "role", "TITLE": "title", "EMAIL": "email", "TZ": "timezone", **_OWN}
_READ = {*_PLAIN, "N", "ORG", "TEL", "ADR", "LANG"}
_HEAD_LIMIT = 1_000
_LINE_LIMIT = 1_000
"""Lines of one card; an address book writes a few dozen."""
_HEAD = re.compile(r'(?:[\w-]{1,60}\.)?(?P<name>[\w-]{1,60})(?P<more>(?:;(?:[^":;]|"[^"]*")*)*):')
_PARAMETER = re.compile(r';((?:[^":;]|"[^"]*")*)')
_LINE_END = re.compile(r"\r\n|\n|\r")
_PIECE = re.compile(r"\\.|[^\\]|\\$", re.DOTALL)
_COUNTRY = 6
"""Where the country stands in ADR, counted from 0."""
_FOLD = 75
"""Octets of a written line, its end not counted (RFC 2426, 2.6)."""


@dataclass(frozen=True)
class _Line:
    """One property of a card: its name and the values of its parameters in capitals, its value as it was written."""

    name: str
    kinds: frozenset[str]
    preference: int
    value: str


class _Unreadable(Exception):
    """A card cannot be trusted as it stands; the reason is one sentence."""


def read_cards(path: Path) -> Table:
    """Return a file of vCards as a table of contacts; a row's number is the card's, counted from 1.

    The member is X-FOCAL-MEMBER or else the country of the address, the role is ROLE. A card with a line that is none,
    or with an over-long value, is in `bad`. Raises UnreadableTable where the file as a whole is no vCards.
    """
    rows: list[Row] = []
    bad: list[BadRow] = []
    for number, lines in enumerate(_cards(decode(read_bytes(path))), 1):
        if number > ROW_LIMIT:
            raise too_many_rows()
        try:
            rows.append(Row(number, _cells([_line(each) for each in lines])))
        except _Unreadable as fault:
            bad.append(BadRow(number, str(fault)))
    if not rows and not bad:
        raise UnreadableTable("empty", "There is no vCard in the file.", "Export it again as .vcf.")
    return Table(COLUMNS, tuple(rows), tuple(bad))


def _cards(text: str) -> Iterator[list[str]]:
    """Yield the whole lines of each card, without its first and last."""
    card: list[str] | None = None
    for line in _whole_lines(text):
        word = line.strip().upper()
        if word == "BEGIN:VCARD" and card is None:
            card = []
        elif word == "END:VCARD" and card is not None:
            yield card
            card = None
        elif card is None or len(card) == _LINE_LIMIT or word.startswith(("BEGIN:", "END:")):
            raise _broken()
        else:
            card.append(line)
    if card is not None:
        raise _broken()


def _broken() -> UnreadableTable:
    return UnreadableTable(
        "broken-vcard", "The file holds something else than whole vCards.", "Export it again as .vcf."
    )


def _whole_lines(text: str) -> Iterator[str]:
    """Yield lines that are not blank, each with those that continue it."""
    parts: list[str] = []
    soft = False
    for line in _LINE_END.split(text):
        if parts and (soft or line[:1] in {" ", "\t"}):
            parts.append(line if soft else line[1:])
        else:
            yield from _joined(parts)
            parts = [line]
        soft = line.endswith("=") and "QUOTED-PRINTABLE" in parts[0][:_HEAD_LIMIT].upper()
        if soft:
            parts[-1] = parts[-1][:-1]
    yield from _joined(parts)


def _joined(parts: Sequence[str]) -> Iterator[str]:
    line = "".join(parts)
    if line.strip():
        yield line


def _line(line: str) -> _Line:
    head = _HEAD.match(line[:_HEAD_LIMIT])
    if head is None:
        raise _Unreadable("One of its lines is no property of a vCard.")
    name = head["name"].upper()
    value = line[head.end() :]
    if name not in _READ:
        return _Line(name, frozenset(), 0, "")
    if len(value) > CELL_LIMIT:
        raise _Unreadable(f"{name} has more than 4,000 characters.")
    parameters = [each.replace('"', "") for each in _PARAMETER.findall(head["more"])]
    kinds = frozenset(kind for each in parameters for kind in each.upper().partition("=")[2].split(",")) | frozenset(
        each.upper() for each in parameters if "=" not in each
    )
    return _Line(name, kinds, _preference(parameters, kinds), _decoded(value, parameters, kinds))


def _preference(parameters: Iterable[str], kinds: frozenset[str]) -> int:
    """Return how little a value is preferred, from 1; a card of 4.0 says a number, older ones a word."""
    numbers = [each.partition("=")[2] for each in parameters if each.upper().startswith("PREF=")]
    if numbers and numbers[0].isdecimal():
        return int(numbers[0][:3])
    return 1 if "PREF" in kinds else 100 if "WORK" in kinds else 101


def _decoded(value: str, parameters: Iterable[str], kinds: frozenset[str]) -> str:
    if "BASE64" in kinds or "B" in kinds:
        raise _Unreadable("One of its values is not text.")
    if "QUOTED-PRINTABLE" not in kinds:
        return value
    charset = next((each[8:] for each in parameters if each.upper().startswith("CHARSET=")), "utf-8")
    try:
        return quopri.decodestring(value.encode()).decode(charset)
    except (LookupError, UnicodeError):
        raise _Unreadable("One of its values is in letters that cannot be read.") from None


def _cells(lines: Sequence[_Line]) -> dict[str, str]:
    best: dict[str, _Line] = {}
    for line in sorted(lines, key=lambda each: each.preference):
        best.setdefault(line.name, line)
    cells = dict.fromkeys(COLUMNS, "")
    cells |= {field: _text(best[name].value) for name, field in _PLAIN.items() if name in best}
    cells["name"] = cells["name"] or _name(best)
    cells["institution"] = ", ".join(filter(None, _parts(best["ORG"].value))) if "ORG" in best else ""
    cells["phone"] = _phone(best["TEL"].value) if "TEL" in best else ""
    cells["languages"] = cells["languages"] or _languages(lines)
    cells["member"] = cells["member"] or _country(best)
    # An offset is no zone: it says nothing about summer.
    cells["timezone"] = cells["timezone"] if "/" in cells["timezone"] else ""
    return cells


def _text(value: str) -> str:
    return ", ".join(_parts(value, ""))


def _parts(value: str, separator: str = ";") -> list[str]:
    """Return the components of a value, without their escapes."""
    parts = [""]
    for piece in _PIECE.findall(value):
        if piece == separator:
            parts.append("")
        else:
            parts[-1] += _unescaped(piece)
    return [" ".join(part.split()) for part in parts]


def _unescaped(piece: str) -> str:
    if len(piece) < 2:
        return piece
    return "\n" if piece[1] in "nN" else piece[1] if piece[1] in ",;:\\" else piece


def _name(best: Mapping[str, _Line]) -> str:
    if "N" not in best:
        return ""
    family, given, middle, *_more = [*_parts(best["N"].value), "", ""]
    return " ".join(filter(None, (given, middle, family)))


def _phone(value: str) -> str:
    number = _text(value)
    return number.removeprefix("tel:").replace(";ext=", " ext. ") if number.startswith("tel:") else number


def _languages(lines: Iterable[_Line]) -> str:
    found = sorted((line for line in lines if line.name == "LANG"), key=lambda each: each.preference)
    return ", ".join(dict.fromkeys(_text(line.value).partition("-")[0] for line in found))


def _country(best: Mapping[str, _Line]) -> str:
    parts = _parts(best["ADR"].value) if "ADR" in best else []
    return parts[_COUNTRY] if len(parts) > _COUNTRY else ""


# Writing -------------------------------------------------------------------------------------------------------------


def write_cards(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write contacts (column → value) as vCards 3.0, which every address book reads; the file appears whole or not."""
    lines = (line for row in rows for line in _card({name: legal(value) for name, value in row.items()}))
    write_whole(path, "".join(f"{_folded(line)}\r\n" for line in lines).encode())


def _card(row: Mapping[str, str]) -> Iterator[str]:
    yield from ("BEGIN:VCARD", "VERSION:3.0", f"FN:{_escaped(row['name'])}", f"N:{_escaped(row['name'])};;;;")
    if row["phone"]:
        yield f"TEL;TYPE=WORK,VOICE:{_escaped(row['phone'])}"
    if row["email"]:
        yield f"EMAIL;TYPE=INTERNET,WORK:{_escaped(row['email'])}"
    known = {"ORG": "institution", "TITLE": "title", "ROLE": "role", "TZ": "timezone", **_OWN}
    yield from (f"{name}:{_escaped(row[field])}" for name, field in known.items() if row[field])
    yield "END:VCARD"


def _escaped(text: str) -> str:
    return re.sub(r"([\\,;])", r"\\\1", text).replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, each but the first after a blank, no letter torn apart."""
    pieces, room = [""], _FOLD
    for char in line:
        size = len(char.encode())
        if size > room:
            pieces.append("")
            room = _FOLD - 1
        pieces[-1] += char
        room -= size
    return "\r\n ".join(pieces)
