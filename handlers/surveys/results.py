"""What a survey has brought: pages of results for one reader, and the summary for everybody at the close."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap
from typing import Any

from bot.rules.attribution import FEWEST, Attribution, Said, names_members, without_files
from bot.rules.figures import Tally, tally
from bot.rules.questions import every_label, labels_of, value_order
from bot.rules.text import Gettext, clip, link, quote, safe
from handlers import ids
from handlers.blocks import Block, Element, actions, button, context, divider, header, message, section
from handlers.surveys.views import Regions, Words, answered, attribution_name, by_region, close_button, count, local
from storage.members import Member
from storage.survey_answers import Turnout
from storage.surveys import Question, Survey

PAGE_CHARACTERS = 8000
PAGE_ENTRIES = 20
"""Below Slack's 50 blocks and about 12,000 characters a message."""
PIECE = 1500
CHARTS = 2
"""Charts in one message; Slack takes no more."""
PART_QUESTIONS = 4
QUOTATIONS = 3
QUOTATION = 280
BAR_LABEL = 20


@dataclass(frozen=True)
class Outcome:
    """Everything there is to show of a survey.

    `said` is what attribution lets be shown, `values` what delegations answered to closed questions, `links` the
    threads' addresses by question number; `members` are by code, and `declined` holds codes of those that cannot
    answer.
    """

    survey: Survey
    turnout: Turnout
    said: Sequence[Said]
    values: Mapping[int, Sequence[str]]
    members: Mapping[str, Member]
    regions: Regions
    links: Mapping[int, str]
    declined: Sequence[str] = ()

    @property
    def attribution(self) -> Attribution:
        """Return who is named."""
        return self.survey.attribution

    def tally(self, question: Question) -> Tally | None:
        """Return the figures of a question, as far as they may be shown."""
        closed = self.survey.closed_at is not None
        given = self.values.get(question.number, ())
        return tally(question.spec, given, self.attribution, self.names, closed=closed)

    @property
    def names(self) -> dict[str, str]:
        """Return what members are called, by code."""
        return {code: member.name for code, member in self.members.items()}

    def name(self, code: str) -> str:
        """Return what a member is called."""
        return self.members[code].name if code in self.members else code


# Pages for one reader ------------------------------------------------------------------------------------------------


def build_results(_: Gettext, outcome: Outcome, *, page: int, may_close: bool, may_propose: bool, zone: str) -> Words:
    """Return one page of a survey's results: 0 counts, then come figures of closed questions, then what was said.

    `may_propose` puts beside every answer in words the button that proposes it for the store.
    """
    figured = _figure_pages(outcome)
    said = pages_of(_, outcome)
    last = len(figured) + len(said)
    page = max(0, min(page, last))
    if page == 0:
        lines, blocks = _overview_page(_, outcome, zone)
    elif page <= len(figured):
        lines, blocks = _figures(_, outcome, figured[page - 1])
    else:
        lines, blocks = _said(_, outcome, said[page - 1 - len(figured)], may_propose=may_propose)
    title = _("Results of survey {number}: {title}").format(number=outcome.survey.id, title=outcome.survey.title)
    where = _("Page {page} of {pages}").format(page=page + 1, pages=last + 1)
    turning = _turning(_, outcome.survey, page, last, may_close=may_close)
    return "\n".join([f"*{safe(title)}*", *lines, where]), [header(title), *blocks, context(where), *turning]


def _overview_page(_: Gettext, outcome: Outcome, zone: str) -> tuple[list[str], list[Block]]:
    closes = local(outcome.survey.deadline, zone)
    words = _("Closed {moment}.") if outcome.survey.closed_at else _("Open until {moment}.")
    first = f"{words.format(moment=closes)} {attribution_name(_, outcome.attribution)}."
    lines = [first, *overview(_, outcome), *_withheld(_, outcome)]
    blocks = [*(section(line) for line in lines), *participation(_, outcome)]
    return [*lines, by_question(_, outcome)], blocks


def by_question(_: Gettext, outcome: Outcome) -> str:
    """Return in words what the table of delegations by question says."""
    counts = outcome.turnout.by_question
    each = [
        f"{asked.number}. {safe(asked.text, 80)}: {count(_, outcome.attribution, counts[asked.number])}"
        for asked in outcome.survey.questions
    ]
    return "\n".join([_("Delegations by question:"), *each])


def overview(_: Gettext, outcome: Outcome) -> list[str]:
    """Return a survey's participation in words: in all, by region, and who, where that may be."""
    turnout = outcome.turnout
    lines = [f"*{answered(_, outcome.attribution, turnout.delegations)}*"]
    if not names_members(outcome.attribution):
        return lines
    if turnout.members:
        names = ", ".join(sorted(outcome.name(code) for code in turnout.members))
        lines.append(_("Answered by: {names}").format(names=safe(names, 2800)))
    if outcome.regions:
        lines.append(by_region(_, outcome.regions))
    if turnout.observers:
        lines.append(_("Answers of observers, counted apart: {count}").format(count=turnout.observers))
    if outcome.declined:
        names = ", ".join(outcome.name(code) for code in outcome.declined)
        lines.append(_("Cannot answer: {names}").format(names=safe(names, 2800)))
    return lines


def _withheld(_: Gettext, outcome: Outcome) -> list[str]:
    """Return why there are no answers to read, nothing if there are."""
    survey = outcome.survey
    if outcome.said or any(outcome.tally(each) for each in survey.questions):
        return []
    if outcome.attribution is not Attribution.CHATHAM:
        return [_("Nobody has answered yet.") if survey.closed_at is None else _("Nobody answered.")]
    if survey.closed_at is None:
        return [_("What was said is shown after the close.")]
    words = _("No question was answered by {fewest} delegations, so what was said is not shown.")
    return [words.format(fewest=FEWEST)]


def participation(_: Gettext, outcome: Outcome) -> list[Block]:
    """Return the native table of delegations by question and, where members may be known, the chart by region."""
    rows = [[_cell(_("Question")), _cell(_("Delegations"))]]
    for asked in outcome.survey.questions:
        told = count(_, outcome.attribution, outcome.turnout.by_question[asked.number])
        rows.append([_cell(clip(f"{asked.number}. {asked.text}", 80)), _cell(told)])
    table = {"type": "data_table", "caption": _("Delegations by question"), "rows": rows, "page_size": 15}
    regions = {name or _("organisations and others"): number for name, (number, _asked) in outcome.regions.items()}
    return [table, *([chart(_, _("Delegations by region"), regions)] if any(regions.values()) else [])]


def _cell(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text or " "}


def chart(_: Gettext, title: str, figures: Mapping[str, int]) -> Block:
    """Return a native bar chart; the same figures must stand beside it as text."""
    named = _bar_labels(figures)
    points = [{"label": label, "value": number} for label, number in named.items()]
    return {
        "type": "data_visualization",
        "title": clip(title, 50),
        "chart": {
            "type": "bar",
            "series": [{"name": clip(_("Delegations"), 20), "data": points}],
            "axis_config": {"categories": list(named)},
        },
    }


def _bar_labels(figures: Mapping[str, int]) -> dict[str, int]:
    """Return figures with labels as short as Slack's charts take them, and still no two alike."""
    named: dict[str, int] = {}
    for place, (label, number) in enumerate(figures.items(), 1):
        short = clip(label, BAR_LABEL)
        named[short if short not in named else clip(f"{place}. {label}", BAR_LABEL)] = number
    return named


def _figure_pages(outcome: Outcome) -> list[list[Question]]:
    shown = [each for each in outcome.survey.questions if outcome.tally(each)]
    return [shown[start : start + CHARTS] for start in range(0, len(shown), CHARTS)]


def _figures(_: Gettext, outcome: Outcome, questions: Sequence[Question]) -> tuple[list[str], list[Block]]:
    lines: list[str] = []
    blocks: list[Block] = []
    for question in questions:
        counted = outcome.tally(question)
        if counted is None:
            continue
        words = f"{_heading(_, outcome, question)}\n{figures_text(_, counted)}"
        lines.append(words)
        blocks += [section(words), *_charts(_, question, counted)]
    return lines, blocks


def figures_text(_: Gettext, counted: Tally) -> str:
    """Return the figures of a closed question in words."""
    each = [
        f"• {safe(f'{label} {counted.unit}'.strip(), 200)}: {_('not shown, too few') if number is None else number}"
        for label, number in counted.counts.items()
    ]
    whole = _("Delegations: {count}").format(count=counted.delegations)
    return "\n".join([whole, *([_spread(_, counted)] if counted.spread else []), *each])


def _spread(_: Gettext, counted: Tally) -> str:
    told = [f"{number.normalize():f} {counted.unit}".strip() for number in counted.spread]
    if len(told) == 1:
        return _("Mean: {mean}").format(mean=told[0])
    return _("Lowest {lowest}, middle {middle}, highest {highest}").format(
        lowest=told[0], middle=told[1], highest=told[2]
    )


def _charts(_: Gettext, question: Question, counted: Tally) -> list[Block]:
    figures = {label: number for label, number in counted.counts.items() if number is not None}
    return [chart(_, f"{question.number}. {question.text}", figures)] if figures else []


@dataclass(frozen=True)
class Entry:
    """One paragraph of what was said: to which question, in mrkdwn, and the id of the answer that begins in it."""

    number: int
    words: str
    answer: int | None = None


def pages_of(_: Gettext, outcome: Outcome) -> list[list[Entry]]:
    """Return what was said in pages that Slack takes, long answers in pieces."""
    pages: list[list[Entry]] = []
    room = 0
    for entry in _entries(_, outcome):
        if not pages or room < len(entry.words) or len(pages[-1]) >= PAGE_ENTRIES:
            pages.append([])
            room = PAGE_CHARACTERS
        pages[-1].append(entry)
        room -= len(entry.words)
    return pages


def _entries(_: Gettext, outcome: Outcome) -> Iterator[Entry]:
    """Go through what was said, question by question: first what is counted, then words."""
    for question in outcome.survey.questions:
        answers = [each for each in outcome.said if each.number == question.number]
        counted = [each for each in answers if each.value is not None]
        for words in _choosers(_, outcome, question, counted):
            yield Entry(question.number, words)
        for answer in answers:
            if answer.value is None:
                first, *more = _pieces(_, outcome, answer)
                yield Entry(question.number, first, answer.id)
                yield from (Entry(question.number, words) for words in more)


def _choosers(_: Gettext, outcome: Outcome, question: Question, answers: Sequence[Said]) -> Iterator[str]:
    """Go through the answers to a closed question, each with everybody who gave it."""
    who: dict[str, list[str]] = {label: [] for label in every_label(question.spec)}
    for each in sorted(answers, key=lambda each: value_order(question.spec, each.value or "")):
        for label in labels_of(question.spec, each.value or "", outcome.names):
            who.setdefault(label, []).append(who_said(_, outcome, each, bold=False))
    for label, names in who.items():
        yield from (f"*{safe(label, 300)}*: {line}" for line in wrap(", ".join(names), PIECE))


def _pieces(_: Gettext, outcome: Outcome, answer: Said) -> list[str]:
    text = without_files(answer) or " "
    parts = [quote(text[start : start + PIECE], 2000) for start in range(0, len(text), PIECE)]
    parts += [" · ".join(link(each.url, each.name) for each in answer.files)] if answer.files else []
    who = who_said(_, outcome, answer)
    return [f"{who}\n{parts[0]}" if who else parts[0], *parts[1:]]


def who_said(_: Gettext, outcome: Outcome, answer: Said, *, bold: bool = True) -> str:
    """Return who gave an answer, as far as attribution names anybody."""
    member = safe(outcome.name(answer.member), 150) if answer.member else ""
    name = safe(answer.name, 150) if answer.name and not answer.on_behalf else ""
    known = f"{member} ({name})" if member and name else member or name
    known = f"*{known}*" if known and bold else known
    notes = [_("(observer)")] if answer.observer else []
    notes += [_("(recorded by the Secretariat)")] if answer.on_behalf else []
    return " ".join([known, *notes]) if known else ""


def _said(
    _: Gettext, outcome: Outcome, entries: Sequence[Entry], *, may_propose: bool
) -> tuple[list[str], list[Block]]:
    asked = {question.number: question for question in outcome.survey.questions}
    lines: list[str] = []
    blocks: list[Block] = []
    for number, group in groupby(entries, key=lambda each: each.number):
        heading, here = _heading(_, outcome, asked[number]), list(group)
        lines += [heading, *(each.words for each in here)]
        blocks += [
            section(heading),
            *(section(each.words, _propose(_, each) if may_propose else None) for each in here),
        ]
    return lines, blocks


def _propose(_: Gettext, entry: Entry) -> Element | None:
    if entry.answer is None:
        return None
    label = _("Propose this answer to question {number} for the store").format(number=entry.number)
    return button(_("Propose"), ids.RECOMMENDATION_ANSWER, str(entry.answer), label=label)


def _heading(_: Gettext, outcome: Outcome, question: Question) -> str:
    url = outcome.links.get(question.number)
    thread = link(url, _("Open the thread")) if url else ""
    return f"*{question.number}. {safe(clip(question.text, 300))}* {thread}".strip()


def _turning(_: Gettext, survey: Survey, page: int, last: int, *, may_close: bool) -> list[Block]:
    row = []
    if page > 0:
        row.append(button(_("Previous"), ids.SURVEY_PREVIOUS, f"{survey.id}:{page - 1}"))
    if page < last:
        row.append(button(_("Next"), ids.SURVEY_NEXT, f"{survey.id}:{page + 1}"))
    if may_close and survey.closed_at is None:
        row.append(close_button(_, survey))
    return [actions(*row)] if row else []


# The summary for everybody -------------------------------------------------------------------------------------------


def build_summary(_: Gettext, outcome: Outcome) -> dict[str, Any]:
    """Return the message that ends a survey: how many delegations answered what, in words and figures."""
    survey = outcome.survey
    title = _("Survey {number} is closed: {title}").format(number=survey.id, title=survey.title)
    lines = overview(_, outcome)
    more = _("What was answered stands in this thread; {command} shows every answer.").format(
        command=f"/wps-survey results {survey.id}"
    )
    blocks = [
        header(title),
        *(section(line) for line in lines),
        divider(),
        *participation(_, outcome),
        context(more),
    ]
    return message("\n".join([f"*{safe(title)}*", *lines, by_question(_, outcome), more]), blocks)


def build_parts(_: Gettext, outcome: Outcome) -> list[dict[str, Any]]:
    """Return the messages in the thread of the summary: theme by theme, each question with figures and quotations.

    How many there are depends on the questions alone, so that each can be changed when an answer is heard of late.
    """
    return [_part(_, outcome, theme, questions) for theme, questions in _parts(outcome.survey.questions)]


def _parts(questions: Sequence[Question]) -> list[tuple[str, list[Question]]]:
    parts: list[tuple[str, list[Question]]] = []
    for theme, group in groupby(questions, key=lambda each: each.spec.theme):
        parts.append((theme, []))
        for question in group:
            charts = sum(each.kind.is_closed for each in parts[-1][1])
            if len(parts[-1][1]) >= PART_QUESTIONS or (question.kind.is_closed and charts >= CHARTS):
                parts.append((theme, []))
            parts[-1][1].append(question)
    return parts


def _part(_: Gettext, outcome: Outcome, theme: str, questions: Sequence[Question]) -> dict[str, Any]:
    lines = [f"*{safe(theme)}*"] if theme else []
    blocks: list[Block] = [header(theme)] if theme else []
    for question in questions:
        words = _brief(_, outcome, question)
        lines.append(words)
        counted = outcome.tally(question)
        blocks += [section(words), *(_charts(_, question, counted) if counted else [])]
    return message("\n".join(lines), blocks)


def _brief(_: Gettext, outcome: Outcome, question: Question) -> str:
    """Return a question's outcome in a paragraph: how many answered, its figures, and a few quotations."""
    told = count(_, outcome.attribution, outcome.turnout.by_question[question.number])
    counted = outcome.tally(question)
    lines = [
        _heading(_, outcome, question),
        figures_text(_, counted) if counted else _("Delegations: {count}").format(count=told),
        *_quotations(_, outcome, question),
    ]
    return "\n".join(lines)


def _quotations(_: Gettext, outcome: Outcome, question: Question) -> list[str]:
    """Return the first words of a few delegations to a question, one of each, and how many more answers there are."""
    words = [each for each in outcome.said if each.number == question.number and each.value is None and each.text]
    first: dict[str | int, Said] = {}
    for place, each in enumerate(words):
        first.setdefault(each.member or place, each)
    shown = [_quotation(_, outcome, each) for each in list(first.values())[:QUOTATIONS]]
    left = len(words) - len(shown)
    return [*shown, _("And {count} more.").format(count=left)] if left > 0 else shown


def _quotation(_: Gettext, outcome: Outcome, answer: Said) -> str:
    who = who_said(_, outcome, answer)
    words = quote(clip(answer.text, QUOTATION), 600)
    return f"{who}\n{words}" if who else words
