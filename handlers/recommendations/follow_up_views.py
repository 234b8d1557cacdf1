"""What follow-up looks like: what delegations are asked, the table of what moved, what was reported of a record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rules.dates import day_words, span_words
from bot.rules.follow_up import COMMENT_LIMIT, Progress, Report, Row, days_of
from bot.rules.recommendations import one_line
from bot.rules.text import Gettext, clip, quote, safe
from handlers import ids
from handlers.blocks import (
    Block,
    Element,
    View,
    actions,
    button,
    context,
    divider,
    field,
    header,
    message,
    modal,
    option,
    radio,
    section,
    text_input,
)
from handlers.recommendations.views import Look, Words
from storage.follow_ups import FollowUp
from storage.recommendations import Recommendation

PART = 8
"""Records in one message: with their buttons they stay well below Slack's 50 blocks."""
OWN_SHOWN = 5
ROWS_SHOWN = 60
"""Rows of the table in words; the table itself has them all, up to Slack's 100."""
NOTE_LIMIT = 1000
_IDS = {
    Progress.DONE: ids.PROGRESS_DONE,
    Progress.UNDER_WAY: ids.PROGRESS_UNDER_WAY,
    Progress.NOT_BEGUN: ids.PROGRESS_NOT_BEGUN,
}
Records = Mapping[int, Recommendation]


def progress_name(_: Gettext, progress: Progress | None) -> str:
    """Return what a standing is called."""
    return {
        Progress.DONE: _("Done"),
        Progress.UNDER_WAY: _("Under way"),
        Progress.NOT_BEGUN: _("Not begun"),
        None: _("No answer"),
    }[progress]


def _period_words(look: Look, period: str) -> str:
    return span_words(*days_of(period), look.locale)


# What delegations are asked ------------------------------------------------------------------------------------------


def build_asked(look: Look, about: FollowUp, reports: Sequence[Report], records: Records) -> dict[str, Any]:
    """Return the message that asks somebody who speaks for a delegation how far it has come with what was adopted."""
    _ = look._
    head = _(
        "The Troika asks how far your delegation has come with what was adopted ({period}). One answer counts for your "
        "delegation, its latest; everybody of the network may read it."
    ).format(period=_period_words(look, about.period))
    note = [quote(about.note, 1200)] if about.note else []
    lines, blocks = asked_items(look, reports, records)
    first = "\n".join([head, *note])
    return message("\n".join([first, *lines]), [section(first), *blocks])


def asked_items(look: Look, reports: Sequence[Report], records: Records) -> tuple[list[str], list[Block]]:
    """Return what a delegation is asked, record by record, with its three buttons."""
    lines: list[str] = []
    blocks: list[Block] = []
    for each in reports:
        words = _asked_item(look, each, records[each.number])
        lines.append(words)
        blocks += [section(words), actions(*(_choice(look, each, progress) for progress in _IDS))]
    return lines, blocks


def _asked_item(look: Look, report: Report, record: Recommendation) -> str:
    _ = look._
    text = f"*{record.number}* · {safe(clip(one_line(record.text), 500))}"
    if report.progress is None:
        return text
    said = _("Your delegation's answer: {progress}, by {name}").format(
        progress=f"*{progress_name(_, report.progress)}*", name=safe(report.by_name or _("somebody"))
    )
    return "\n".join([text, said, *([quote(report.comment, 400)] if report.comment else [])])


def _choice(look: Look, report: Report, progress: Progress) -> Element:
    _ = look._
    name = progress_name(_, progress)
    label = _("{deed}: number {number}").format(deed=name, number=report.number)
    style = "primary" if report.progress is progress else None
    return button(name, _IDS[progress], str(report.id), label=label, style=style)


def build_report_form(look: Look, report: Report, record: Recommendation, chosen: Progress) -> View:
    """Return the form in which a delegation says how far it has come, with a comment if it wishes."""
    _ = look._
    options = [option(progress_name(_, each), each.value) for each in _IDS]
    comment = text_input(ids.RECOMMENDATION_INPUT, multiline=True, initial=report.comment, limit=COMMENT_LIMIT)
    blocks = [
        section(f"*{record.number}*\n{quote(record.text, 1500)}"),
        field(
            "progress", _("How far your delegation has come"), radio(ids.RECOMMENDATION_INPUT, options, chosen.value)
        ),
        field("comment", _("What was done, or what stands in the way"), comment, optional=True),
    ]
    title, submit = _("Report progress"), _("Report")
    return modal(ids.PROGRESS_FORM, title, blocks, submit=submit, close=_("Cancel"), metadata=str(report.id))


# Asking --------------------------------------------------------------------------------------------------------------


def ask_button(_: Gettext) -> Element:
    """Return the button that opens the form in which progress is asked for."""
    return button(_("Ask for progress"), ids.PROGRESS_ASK, style="primary")


def build_ask_form(look: Look, period: str, records: int, delegations: int) -> View:
    """Return the form that asks the addressees of everything adopted for their progress, once in a period."""
    _ = look._
    said = _(
        "Adopted records: {records}; delegations that are asked: {delegations}. Everybody who speaks for one gets a "
        "message with three buttons for each record. This can be done once in a period; this one is {period}."
    ).format(records=records, delegations=delegations, period=_period_words(look, period))
    note = text_input(ids.RECOMMENDATION_INPUT, multiline=True, limit=NOTE_LIMIT)
    blocks = [section(said), field("note", _("A word to them"), note, optional=True)]
    return modal(ids.PROGRESS_ASK_FORM, _("Ask for progress"), blocks, submit=_("Ask"), close=_("Cancel"))


# What moved ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What there is to show of the newest round: how members stand, and what the reader's own delegation still owes.

    `about` is None if progress was never asked for; `may_ask` says that the reader may ask now.
    """

    about: FollowUp | None
    rows: Sequence[Row]
    records: Records
    own: Sequence[Report]
    may_ask: bool


def build_standing(look: Look, standing: Standing) -> Words:
    """Return the table of what moved, in words and as Slack's own table, and what the reader's delegation is asked."""
    _ = look._
    title = _("Follow-up of what was adopted")
    asking = [actions(ask_button(_))] if standing.may_ask else []
    if standing.about is None:
        text = _("Nobody has asked for progress yet.")
        return f"*{title}*\n{text}", [header(title), section(text), *asking]
    head = _("Period {period}, asked on {day}.").format(
        period=_period_words(look, standing.about.period),
        day=day_words(standing.about.asked_at.date(), look.locale),
    )
    lines = [_row(look, each, standing.records[each.number]) for each in standing.rows[:ROWS_SHOWN]]
    more = _("What delegations reported of one: {command}").format(command="`/wps-recommend progress N`")
    own_lines, own = asked_items(look, standing.own[:OWN_SHOWN], standing.records)
    waits = [_("*Your delegation has not answered:*")] if own else []
    blocks = [
        header(title),
        section(head),
        _table(look, standing),
        *(section(line) for line in _moved_lines(look, standing)),
        context(more),
        *([divider(), section(waits[0]), *own] if own else []),
        *asking,
    ]
    return "\n".join([f"*{title}*", head, *lines, more, *waits, *own_lines]), blocks


def _row(look: Look, row: Row, record: Recommendation) -> str:
    _ = look._
    counts = ", ".join(f"{progress_name(_, each)} {row.counts[each]}" for each in (*_IDS, None))
    return "\n".join([f"*{row.number}* · {safe(clip(one_line(record.text), 120))}", counts, *_moves(look, row)])


def _moves(look: Look, row: Row) -> list[str]:
    _ = look._
    ahead = [_("Moved ahead: {names}").format(names=safe(look.names(row.ahead), 600))] if row.ahead else []
    return ahead + ([_("Fell back: {names}").format(names=safe(look.names(row.back), 600))] if row.back else [])


def _moved_lines(look: Look, standing: Standing) -> list[str]:
    """Return who moved, record by record, for those that do."""
    moved = [each for each in standing.rows if each.ahead or each.back]
    lines = [f"*{each.number}* · {' · '.join(_moves(look, each))}" for each in moved[:15]]
    return ["\n".join(lines)[:2900]] if lines else [look._("Nothing has moved since the period before.")]


def _table(look: Look, standing: Standing) -> Block:
    _ = look._
    names = [_("Number"), _("Record"), *(progress_name(_, each) for each in (*_IDS, None)), _("Ahead"), _("Back")]
    rows = [[_cell(name) for name in names]]
    for each in standing.rows[:99]:
        text = clip(one_line(standing.records[each.number].text), 80)
        counts = [str(each.counts[progress]) for progress in (*_IDS, None)]
        cells = [str(each.number), text, *counts, str(len(each.ahead)), str(len(each.back))]
        rows.append([_cell(cell) for cell in cells])
    return {"type": "data_table", "caption": _("What moved"), "rows": rows, "page_size": 10}


def _cell(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text or " "}


def build_reports(look: Look, record: Recommendation, reports: Sequence[Report], *, may_validate: bool) -> Words:
    """Return what members have reported of one record, with date and who validated it; reviewers can validate."""
    _ = look._
    title = _("Progress on number {number}").format(number=record.number)
    said = quote(record.text, 1500)
    lines = [_reported(look, each) for each in reports[:20]] or [_("Nobody has reported yet.")]
    blocks: list[Block] = [header(title), section(said), divider()]
    for place, line in enumerate(lines):
        report = reports[place] if reports else None
        blocks.append(section(line, _validate(look, report) if may_validate and report else None))
    return "\n".join([f"*{title}*", said, *lines]), blocks


def _reported(look: Look, report: Report) -> str:
    _ = look._
    head = _("{member}: {progress}, reported by {name} on {day}").format(
        member=f"*{safe(look.name(report.member))}*",
        progress=progress_name(_, report.progress),
        name=safe(report.by_name or _("somebody")),
        day=f"{report.at:%Y-%m-%d}" if report.at else "",
    )
    checked = _("not validated yet")
    if report.validated_at is not None:
        checked = _("validated by {name} on {day}").format(
            name=safe(report.validated_by_name or _("somebody")), day=f"{report.validated_at:%Y-%m-%d}"
        )
    return "\n".join([f"{head}; {checked}", *([quote(report.comment, 600)] if report.comment else [])])


def _validate(look: Look, report: Report) -> Element | None:
    if report.validated_at is not None or report.at is None:
        return None
    label = look._("Validate what {member} reported").format(member=look.name(report.member))
    value = f"{report.id}:{report.at.isoformat()}"
    return button(look._("Validate"), ids.PROGRESS_VALIDATE, value, label=label)
