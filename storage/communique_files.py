"""A communiqué as a file: Word and Markdown to read, JSON as the whole record of how it came about."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.rules.attribution import names_members
from bot.rules.communique import Name, Text, as_markdown, days_of, fingerprint, lines_of, plain_text
from bot.rules.problems import BadInput
from bot.rules.recommendations import one_line
from bot.rules.text import markdown
from storage import communiques, recommendations, silence
from storage.communiques import Version
from storage.database import Conn
from storage.documents import as_bytes, new_document
from storage.recommendations import Recommendation
from storage.silence import Kept
from storage.spreadsheets import legal, write_whole


@dataclass(frozen=True)
class Content:
    """What a file holds: a text as it reads, its mark, where its clauses come from, and the record of it all."""

    text: Text
    opening: str
    theme: Name
    sha256: str
    sources: Mapping[int, str]
    record: Mapping[str, Any]


async def gather(
    conn: Conn, version: Version, opening: str, theme: Name, name: Name, *, sources: bool, full: bool
) -> Content:
    """Return what a file about one version holds, read in one transaction.

    `sources` adds where each clause comes from; `full` also names whoever spoke against the text.
    """
    plain = plain_text(version.text, opening, theme)
    numbers = sorted({number for clause in version.text.clauses for number in clause.sources})
    known = {record.number: record for record in await recommendations.several(conn, numbers)}
    named = {number: _source(record, name) for number, record in known.items()} if sources else {}
    found = await communiques.communique(conn, version.communique_id)
    rounds = await silence.of_communique(conn, version.communique_id)
    late = await communiques.associated(conn, version.communique_id)
    record = {
        "number": found.id,
        "title": version.text.title,
        "state": found.state.value,
        "version": version.number,
        "text": plain,
        "sha256": fingerprint(plain),
        "present": [name(code) for code in version.text.present],
        "clauses": [
            {
                "number": line.number,
                "theme": theme(line.clause.theme),
                "text": line.text,
                "sources": [_provenance(known[each], name) for each in line.clause.sources if each in known],
            }
            for line in lines_of(version.text)
        ],
        "rounds": [_round(each, name, full=full) for each in rounds],
        "associated": [{"delegation": name(each.member), "at": _moment(each.at)} for each in late],
    }
    return Content(version.text, opening, theme, fingerprint(plain), named, record)


def _source(record: Recommendation, name: Name) -> str:
    """Return in words where a clause comes from, as far as the record's attribution lets it be said."""
    said = f"{record.kind.value.capitalize()} {record.number}"
    if record.member and names_members(record.attribution):
        said = f"{said}, {name(record.member)}"
    if record.question:
        said = f"{said}, in answer to: {one_line(record.question)}"
    return f"{said} ({record.url})" if record.url.startswith(("http://", "https://")) else said


def _provenance(record: Recommendation, name: Name) -> dict[str, Any]:
    named = record.member is not None and names_members(record.attribution)
    return {
        "number": record.number,
        "kind": record.kind.value,
        "text": record.text,
        "delegation": name(record.member) if named and record.member else "",
        "question": record.question,
        "url": record.url,
        "endorsed_by": [name(code) for code in record.endorsed_by],
    }


def _round(kept: Kept, name: Name, *, full: bool) -> dict[str, Any]:
    around = kept.around
    return {
        "number": kept.number,
        "version": kept.version,
        "sha256": kept.sha256,
        "opened_at": _moment(around.opened_at),
        "ends_at": _moment(around.ends_at),
        "outcome": around.outcome.value,
        "closed_at": _moment(around.closed_at),
        "minimum_hours": around.minimum.total_seconds() / 3600,
        "notice_hours": around.notice.total_seconds() / 3600,
        "note": "Delegations that said nothing are not recorded as in favour.",
        "receipts": [
            {
                "delegation": name(each.member),
                "received_at": _moment(each.received_at),
                "how": each.way,
                "opened_at": _moment(each.opened_at),
            }
            for each in kept.receipts
        ],
        "log": [
            {
                "at": _moment(each.at),
                "what": each.deed.value,
                "delegation": name(each.member) if each.member else "",
                "reason": each.reason,
                "ends_at": _moment(each.ends_at),
            }
            for each in silence.shown_log(kept, full=full)
        ],
    }


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else ""


def write(content: Content, path: Path) -> None:
    """Write a file ending in .docx, .md or .json, readable by its owner alone; BadInput for another ending."""
    writer = _WRITERS.get(path.suffix.casefold())
    if writer is None:
        raise BadInput("Focal cannot write {name}.", "End its name in .docx, .md or .json.", name=path.name)
    write_whole(path, writer(content))


def _as_json(content: Content) -> bytes:
    return (json.dumps(content.record, ensure_ascii=False, indent=1) + "\n").encode()


def _as_markdown(content: Content) -> bytes:
    sources = {number: markdown(said) for number, said in content.sources.items()}
    return as_markdown(content.text, content.opening, content.theme, sources).encode()


def _as_word(content: Content) -> bytes:
    document = new_document(content.text.title)
    where = f"{content.text.place}, {days_of(content.text.starts_on, content.text.ends_on).split(' ', 1)[1]}"
    document.add_paragraph(legal(where)).runs[0].italic = True
    document.add_paragraph(legal(content.opening))
    for line in lines_of(content.text):
        if line.theme is not None and content.theme(line.theme):
            document.add_heading(legal(content.theme(line.theme)), level=2)
        _add_clause(document, f"{line.number}.\t{line.text}", _named(content, line.clause.sources))
    return as_bytes(document)


def _add_clause(document: Any, text: str, sources: Sequence[str]) -> None:
    from docx.shared import Cm, Pt

    clause = _indented(document, text)
    clause.paragraph_format.first_line_indent = Cm(-1)
    clause.paragraph_format.tab_stops.add_tab_stop(Cm(1))
    paragraphs = [clause, *(_indented(document, each) for each in sources)]
    for each in paragraphs[:-1]:
        # What a clause comes from stands close below it, on the same page.
        each.paragraph_format.space_after = Pt(2)
        each.paragraph_format.keep_with_next = True
    for each in paragraphs[1:]:
        each.runs[0].font.size = Pt(9)
        each.runs[0].italic = True


def _indented(document: Any, text: str) -> Any:
    from docx.shared import Cm

    paragraph = document.add_paragraph(legal(text))
    paragraph.paragraph_format.left_indent = Cm(1)
    return paragraph


def _named(content: Content, numbers: Iterable[int]) -> list[str]:
    return [content.sources[number] for number in numbers if number in content.sources]


_WRITERS: dict[str, Callable[[Content], bytes]] = {".docx": _as_word, ".md": _as_markdown, ".json": _as_json}
