"""What is said of files of contacts that the Secretariat sends."""

from collections.abc import Sequence
from typing import Any

from bot.rules.contact_report import planned_line
from bot.rules.problems import Problem
from bot.rules.text import safe
from handlers import ids
from handlers.blocks import Block, actions, button, message, section
from handlers.reader import Reader
from storage.contacts import ImportReport
from storage.spreadsheets import BadRow

MOST_LINES = 40
LINES_IN_BLOCK = 8
LONGEST_LINE = 350

Payload = dict[str, Any]


def build_offer(reader: Reader, name: str, claim: str) -> Payload:
    """Return the question whether to look at a file; `claim` says which."""
    _ = reader._
    text = _("You sent *{name}*. Shall I look what it would do to the directory? Nothing is written by that.").format(
        name=safe(name, 200)
    )
    row = actions(button(_("Look at it"), ids.CONTACT_FILE_PREVIEW, claim, style="primary"))
    return message(text, [section(text), row])


def build_refusal(reader: Reader, name: str) -> Payload:
    """Return that others than the Secretariat import nothing."""
    text = reader._(
        "You sent *{name}*. Only the Secretariat imports files of contacts: send it to them, or change your "
        "delegation's with `/wps-contacts add` and `/wps-contacts edit`."
    ).format(name=safe(name, 200))
    return message(text, [section(text)])


def build_preview(reader: Reader, name: str, report: ImportReport, claim: str) -> Payload:
    """Return what a file would do, with the button that does it where there is something to do."""
    _ = reader._
    head = _("*{name}* would do this; nothing is written yet:").format(name=safe(name, 200))
    lines = _lines(reader, report)
    blocks = _blocks([head, _counts(reader, report)], lines)
    if report.added or report.changed:
        row = [button(_("Import"), ids.CONTACT_FILE_IMPORT, claim, style="primary")]
        blocks.append(actions(*row))
    else:
        lines.append(_("There is nothing to import."))
        blocks.append(section(lines[-1]))
    return message("\n".join([head, _counts(reader, report), *lines]), blocks)


def build_result(reader: Reader, name: str, report: ImportReport) -> Payload:
    """Return what the import of a file did."""
    head = reader._("*{name}* was imported:").format(name=safe(name, 200))
    lines = _lines(reader, report)
    return message("\n".join([head, _counts(reader, report), *lines]), _blocks([head, _counts(reader, report)], lines))


def build_problem(reader: Reader, problem: Problem) -> Payload:
    """Return why a file was not read."""
    text = safe(problem.said(reader._))
    return message(text, [section(text)])


def _counts(reader: Reader, report: ImportReport) -> str:
    return reader._("{added} new, {changed} changed ({ended} of them ended), {unchanged} unchanged, {bad} bad").format(
        added=report.added,
        changed=report.changed,
        ended=report.ended,
        unchanged=report.unchanged,
        bad=len(report.bad),
    )


def _lines(reader: Reader, report: ImportReport) -> list[str]:
    """Return bad rows first: they are what somebody has to do something about."""
    _ = reader._
    ignored = ", ".join(report.ignored)
    every = [
        *([_("Columns that mean nothing here: {columns}").format(columns=ignored)] if ignored else []),
        *(_bad(reader, each) for each in report.bad),
        *(planned_line(_, each, reader.names) for each in report.notable),
    ]
    shown = [f"• {safe(each, LONGEST_LINE)}" for each in every[:MOST_LINES]]
    more = len(every) - len(shown)
    return [*shown, *([_("and {count} more").format(count=more)] if more else [])]


def _bad(reader: Reader, bad: BadRow) -> str:
    return reader._("row {number} cannot be imported: {reason}").format(number=bad.number, reason=bad.reason)


def _blocks(head: Sequence[str], lines: Sequence[str]) -> list[Block]:
    parts = [lines[at : at + LINES_IN_BLOCK] for at in range(0, len(lines), LINES_IN_BLOCK)]
    return [section("\n".join(head)), *(section("\n".join(part)) for part in parts)]
