"""What is said of documents that the Secretariat sends."""

from typing import Any

from bot.rules.problems import Problem
from bot.rules.text import Gettext, safe
from handlers import ids
from handlers.blocks import actions, button, message, section
from storage.practices import ImportReport

MOST_LINES = 20
LONGEST_LINE = 130

Payload = dict[str, Any]


def build_offer(_: Gettext, name: str, claim: str) -> Payload:
    """Return the question whether to look at a document; `claim` says which."""
    text = _("You sent *{name}*. Shall I look what answers could be found in it? Nothing is kept by that.")
    said = text.format(name=safe(name, 200))
    row = actions(button(_("Look at it"), ids.DOCUMENT_PREVIEW, claim, style="primary"))
    return message(said, [section(said), row])


def build_refusal(_: Gettext, name: str) -> Payload:
    """Return that others than the Secretariat import nothing."""
    text = _("You sent *{name}*. Only the Secretariat adds documents to what answers come from: send it to them.")
    said = text.format(name=safe(name, 200))
    return message(said, [section(said)])


def build_preview(_: Gettext, name: str, report: ImportReport, claim: str) -> Payload:
    """Return what a document holds, with the button that keeps it where there is something new."""
    head = _("*{name}* would do this; nothing is kept yet:").format(name=safe(name, 200))
    lines = [head, *_lines(_, report)]
    if not (report.added or report.changed or report.removed):
        lines.append(_("There is nothing to import."))
        return message("\n".join(lines), [section("\n".join(lines))])
    hint = _("Everybody who asks may read it once it is kept.")
    row = actions(button(_("Keep it"), ids.DOCUMENT_IMPORT, claim, style="primary"))
    return message("\n".join([*lines, hint]), [section("\n".join([*lines, hint])), row])


def build_result(_: Gettext, name: str, report: ImportReport) -> Payload:
    """Return what the import of a document did."""
    head = _("*{name}* is kept. From now on this is found by whoever asks:").format(name=safe(name, 200))
    said = "\n".join([head, *_lines(_, report)])
    return message(said, [section(said)])


def build_problem(_: Gettext, problem: Problem) -> Payload:
    """Return why a document was not read."""
    said = safe(problem.said(_))
    return message(said, [section(said)])


def _lines(_: Gettext, report: ImportReport) -> list[str]:
    counts = _("{added} new passages, {changed} changed, {unchanged} unchanged, {removed} removed, {bad} bad").format(
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        removed=report.removed,
        bad=len(report.bad),
    )
    every = [
        *(_("row {number} cannot be imported: {reason}").format(number=b.number, reason=b.reason) for b in report.bad),
        *(_("passage {number} says the same as {id}").format(number=t.number, id=t.of) for t in report.twins),
    ]
    more = len(every) - MOST_LINES
    shown = [f"• {safe(each, LONGEST_LINE)}" for each in every[:MOST_LINES]]
    return [counts, *shown, *([_("and {count} more").format(count=more)] if more > 0 else [])]
