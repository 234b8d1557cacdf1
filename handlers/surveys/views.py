"""What surveys look like: the form, the messages in the channel, the results."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.rules.attribution import FEWEST, Attribution, Said, count_shown, names_members
from bot.rules.profile import Network
from bot.rules.reminders import zone_of
from bot.rules.surveys import ANSWER_LIMIT, MAX_QUESTIONS, MAX_TITLE, WITHDRAW
from bot.rules.text import Gettext, clip, link, quote, safe
from handlers import ids
from handlers.blocks import (
    Block,
    Element,
    View,
    actions,
    button,
    checkboxes,
    confirm,
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
from storage.members import Member
from storage.surveys import Question, Survey, Turnout

BOXES = 10
"""As many as one block of checkboxes takes."""
PAGE_CHARACTERS = 8000
PAGE_ENTRIES = 20
"""Below Slack's 50 blocks and about 12,000 characters a message."""
PIECE = 1500
Words = tuple[str, list[Block]]
"""The same content twice: as text for those who do not see blocks, and as blocks."""


def moment(at: datetime) -> str:
    """Return a moment as Slack shows it in each reader's zone, with UTC in words beside it."""
    words = f"{at:%Y-%m-%d %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{words}> ({words})"


def local(at: datetime, zone: str) -> str:
    """Return a moment in an IANA zone, with the zone's name."""
    return f"{at.astimezone(zone_of(zone)):%Y-%m-%d %H:%M} ({zone})"


def attribution_name(_: Gettext, attribution: Attribution) -> str:
    """Return what an attribution is called."""
    return {
        Attribution.ATTRIBUTED: _("Attributed"),
        Attribution.DELEGATION: _("Delegation only"),
        Attribution.CHATHAM: _("Chatham House Rule"),
    }[attribution]


def promise(_: Gettext, attribution: Attribution) -> str:
    """Return who will see what of an answer, as it stands on every question before anyone answers."""
    return {
        Attribution.ATTRIBUTED: _(
            "Results name you and your delegation beside what you say, to the Network's focal points, the Troika, the "
            "presidency and the Secretariat. A reply in the thread is seen by everybody in this channel."
        ),
        Attribution.DELEGATION: _(
            "Results name your delegation, never you. A reply in the thread shows your name to everybody in this "
            "channel, as every message does; answer privately if it should not."
        ),
        Attribution.CHATHAM: _(
            "Nobody and no delegation is named, nor who took part. Answer privately: replies in the thread would show "
            "who you are and are not recorded. What was said is shown after the close, without names, and only if at "
            "least {fewest} delegations answered the question."
        ).format(fewest=FEWEST),
    }[attribution]


def build_form(_: Gettext, network: Network, day: str, time: str, zone: str) -> View:
    """Return the form that starts a survey; `day` and `time` are proposed for the close, in the zone `zone`."""
    blocks = [
        field("title", _("Title"), text_input(ids.SURVEY_INPUT, limit=MAX_TITLE)),
        field(
            "introduction", _("Introduction"), text_input(ids.SURVEY_INPUT, multiline=True, limit=2000), optional=True
        ),
        *_groups(_, network),
        field(
            "own",
            _("Own questions"),
            text_input(ids.SURVEY_INPUT, multiline=True),
            hint=_("One question to a line, {most} questions in all.").format(most=MAX_QUESTIONS),
            optional=True,
        ),
        field("channel", _("Channel"), _channel_picker(_)),
        field("day", _("Closes on"), {"type": "datepicker", "action_id": ids.SURVEY_DAY, "initial_date": day}),
        field(
            "time",
            _("at"),
            {"type": "timepicker", "action_id": ids.SURVEY_TIME, "initial_time": time},
            hint=_("In your time zone, {zone}.").format(zone=zone),
        ),
        field("attribution", _("Who is named"), _attributions(_)),
        section("\n".join(f"*{attribution_name(_, each)}*: {promise(_, each)}" for each in Attribution)),
    ]
    return modal(ids.SURVEY_FORM, _("Start a survey"), blocks, submit=_("Start"), close=_("Cancel"))


def _groups(_: Gettext, network: Network) -> list[Block]:
    blocks: list[Block] = []
    number = 1
    for at, group in enumerate(network.guiding_questions):
        for start in range(0, len(group.questions), BOXES):
            asked = group.questions[start : start + BOXES]
            lines = [f"{number + i}. {text}" for i, text in enumerate(asked)]
            options = [option(line, f"{at}.{start + i}") for i, line in enumerate(lines)]
            boxes = checkboxes(ids.SURVEY_INPUT, options, [each["value"] for each in options])
            label = _("Ask from “{group}”").format(group=group.title)
            blocks += [
                section(f"*{safe(group.title)}*\n{safe(chr(10).join(lines), 2700)}"),
                field(group_block(at, start), label, boxes, optional=True),
            ]
            number += len(asked)
    return blocks


def group_block(group: int, start: int) -> str:
    """Return the block id of the boxes for a group's questions from the index `start` on."""
    return f"questions_{group}_{start}"


def _channel_picker(_: Gettext) -> Element:
    return {
        "type": "conversations_select",
        "action_id": ids.SURVEY_CHANNEL,
        "placeholder": {"type": "plain_text", "text": _("A channel that Focal is in")},
        "default_to_current_conversation": True,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }


def _attributions(_: Gettext) -> Element:
    options = [option(attribution_name(_, each), each.value) for each in Attribution]
    return radio(ids.SURVEY_INPUT, options, Attribution.ATTRIBUTED.value)


def build_header(_: Gettext, survey: Survey, turnout: Turnout) -> dict[str, Any]:
    """Return the message that stands above a survey's questions."""
    lines = [
        *([safe(survey.introduction, 2000)] if survey.introduction else []),
        _state(_, survey),
        answered(_, survey.attribution, turnout.delegations),
        f"*{attribution_name(_, survey.attribution)}.* {promise(_, survey.attribution)}",
    ]
    title = _("Survey {number}: {title}").format(number=survey.id, title=survey.title)
    row = [button(_("Results"), ids.SURVEY_RESULTS, f"{survey.id}:0")]
    if survey.closed_at is None:
        row.append(_close_button(_, survey))
    blocks = [header(title), *(section(line) for line in lines), actions(*row)]
    return message("\n".join([f"*{safe(title)}*", *lines]), blocks)


def _state(_: Gettext, survey: Survey) -> str:
    if survey.closed_at is not None:
        return _(":lock: Closed since {moment}.").format(moment=moment(survey.closed_at))
    return _(":unlock: Open until {moment}.").format(moment=moment(survey.closes_at))


def _close_button(_: Gettext, survey: Survey) -> Element:
    sure = confirm(
        _("Close this survey?"),
        _("Nobody can answer survey {number} any more, and a summary is posted.").format(number=survey.id),
        _("Close it"),
        _("Keep it open"),
    )
    label = _("Close survey {number}").format(number=survey.id)
    return button(_("Close"), ids.SURVEY_CLOSE, str(survey.id), style="danger", label=label, confirm=sure)


def answered(_: Gettext, attribution: Attribution, delegations: int) -> str:
    """Return how many delegations have answered, as far as that may be said."""
    return _("Delegations that have answered: {count}").format(count=_count(_, attribution, delegations))


def _count(_: Gettext, attribution: Attribution, delegations: int) -> str:
    count = count_shown(attribution, delegations)
    return _("fewer than {fewest}").format(fewest=FEWEST) if count is None else str(count)


def build_question(_: Gettext, survey: Survey, question: Question) -> dict[str, Any]:
    """Return the message that asks one question."""
    title = _("Question {number} of {total}").format(number=question.number, total=len(survey.questions))
    how = _how(_, survey)
    blocks = [section(f"*{title}*\n{safe(question.text, 2700)}"), context(how)]
    if survey.closed_at is None:
        blocks.append(actions(button(_("Answer privately"), ids.SURVEY_ANSWER, str(question.id))))
    return message(f"*{title}*\n{safe(question.text, 2700)}\n{how}", blocks)


def _how(_: Gettext, survey: Survey) -> str:
    if survey.closed_at is not None:
        return _state(_, survey)
    said = promise(_, survey.attribution)
    if not survey.attribution.takes_threads:
        return said
    how = _("Reply in this thread: every reply is an answer of your delegation. Put :{emoji}: on it to take it back.")
    return f"{how.format(emoji=WITHDRAW)} {said}"


def build_answer_form(_: Gettext, survey: Survey, question: Question, earlier: str) -> View:
    """Return the form for a private answer, with what the person has answered so far."""
    hint = _("You can change it until {moment}. Leave it empty to take it back.")
    entry = field(
        "answer",
        _("Your answer"),
        text_input(ids.SURVEY_INPUT, multiline=True, initial=earlier, limit=ANSWER_LIMIT),
        hint=hint.format(moment=f"{survey.closes_at:%Y-%m-%d %H:%M} UTC"),
        optional=True,
    )
    blocks = [
        section(f"*{safe(survey.title)}*\n{question.number}. {safe(question.text, 2500)}"),
        context(promise(_, survey.attribution)),
        entry,
    ]
    title = _("Answer privately")
    return modal(ids.SURVEY_ANSWER_FORM, title, blocks, submit=_("Send"), close=_("Cancel"), metadata=str(question.id))


def build_list(_: Gettext, surveys: Sequence[Survey], zone: str) -> Words:
    """Return the list of surveys, and what can be typed; moments in the zone `zone`."""
    usage = _("Type {start} for a new one, or {results} to see what was answered.").format(
        start="/wps-survey start", results="/wps-survey results N"
    )
    lines = [_line(_, survey, zone) for survey in surveys[:40]] or [_("There is no survey yet.")]
    text = "\n".join([*lines, usage])
    return text, [header(_("Surveys")), *(section(line) for line in lines), context(usage)]


def _line(_: Gettext, survey: Survey, zone: str) -> str:
    state = (
        _("closed {moment}").format(moment=local(survey.closed_at, zone))
        if survey.closed_at
        else _("open until {moment}").format(moment=local(survey.closes_at, zone))
    )
    name = attribution_name(_, survey.attribution)
    return f"*{survey.id}. {safe(survey.title)}* (<#{survey.channel}>) – {state} – {name}"


def build_results(
    _: Gettext,
    survey: Survey,
    turnout: Turnout,
    said: Sequence[Said],
    members: Mapping[str, Member],
    *,
    page: int,
    links: Mapping[int, str],
    may_close: bool,
    zone: str,
) -> Words:
    """Return one page of a survey's results: 0 counts, the others hold what was said.

    `said` is what attribution lets be shown, `links` the threads' addresses by question number.
    """
    pages = pages_of(_, said, members)
    page = max(0, min(page, len(pages)))
    lines = (
        [_overview_state(_, survey, zone), *overview(_, survey, turnout, members), *_withheld(_, survey, said)]
        if page == 0
        else _with_questions(_, survey, pages[page - 1], links)
    )
    title = _("Results of survey {number}: {title}").format(number=survey.id, title=survey.title)
    where = _("Page {page} of {pages}").format(page=page + 1, pages=len(pages) + 1)
    blocks = [header(title), *(section(line) for line in lines)]
    if page == 0:
        blocks += figures(_, survey, turnout, members)
    blocks += [context(where), *_turning(_, survey, page, len(pages), may_close=may_close)]
    return "\n".join([f"*{safe(title)}*", *lines, where]), blocks


def _overview_state(_: Gettext, survey: Survey, zone: str) -> str:
    closes = local(survey.deadline, zone)
    words = _("Closed {moment}.") if survey.closed_at else _("Open until {moment}.")
    return f"{words.format(moment=closes)} {attribution_name(_, survey.attribution)}."


def overview(_: Gettext, survey: Survey, turnout: Turnout, members: Mapping[str, Member]) -> list[str]:
    """Return the figures of a survey in words: in all, by question, by region, and who answered, where that may be."""
    lines = [f"*{answered(_, survey.attribution, turnout.delegations)}*"]
    each = [
        f"{asked.number}. {safe(asked.text, 80)}: {_count(_, survey.attribution, count)}"
        for asked in survey.questions
        for count in (turnout.by_question[asked.number],)
    ]
    lines.append("\n".join([_("Delegations by question:"), *each]))
    if names_members(survey.attribution) and turnout.members:
        names = ", ".join(_member(members, code) for code in turnout.members)
        lines.append(_("Answered by: {names}").format(names=safe(names, 2800)))
        regions = regions_of(turnout.members, members)
        words = ", ".join(f"{safe(name or _('other'))} {count}" for name, count in regions.items())
        lines.append(_("By region: {regions}").format(regions=words))
    if turnout.observers and names_members(survey.attribution):
        lines.append(_("Answers of observers, counted apart: {count}").format(count=turnout.observers))
    return lines


def _withheld(_: Gettext, survey: Survey, said: Sequence[Said]) -> list[str]:
    """Return why there are no answers to read, nothing if there are."""
    if said:
        return []
    if survey.attribution is not Attribution.CHATHAM:
        return [_("Nobody has answered yet.") if survey.closed_at is None else _("Nobody answered.")]
    if survey.closed_at is None:
        return [_("What was said is shown after the close.")]
    words = _("No question was answered by {fewest} delegations, so what was said is not shown.")
    return [words.format(fewest=FEWEST)]


def regions_of(codes: Iterable[str], members: Mapping[str, Member]) -> dict[str, int]:
    """Return how many of the members lie in each regional group, the largest number first."""
    counted: dict[str, int] = {}
    for code in codes:
        region = members[code].region if code in members else ""
        counted[region] = counted.get(region, 0) + 1
    return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _member(members: Mapping[str, Member], code: str) -> str:
    return members[code].name if code in members else code


def figures(_: Gettext, survey: Survey, turnout: Turnout, members: Mapping[str, Member]) -> list[Block]:
    """Return the native table of delegations by question and, where members may be known, the chart by region."""
    rows = [[_cell(_("Question")), _cell(_("Delegations"))]]
    for asked in survey.questions:
        count = _count(_, survey.attribution, turnout.by_question[asked.number])
        rows.append([_cell(clip(f"{asked.number}. {asked.text}", 80)), _cell(count)])
    table = {"type": "data_table", "caption": _("Delegations by question"), "rows": rows, "page_size": 15}
    regions = regions_of(turnout.members, members) if names_members(survey.attribution) else {}
    return [table, *([_chart(_, regions)] if regions else [])]


def _cell(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text or " "}


def _chart(_: Gettext, regions: Mapping[str, int]) -> Block:
    named = {clip(name or _("other"), 20): count for name, count in regions.items()}
    points = [{"label": name, "value": count} for name, count in named.items()]
    return {
        "type": "data_visualization",
        "title": clip(_("Delegations by region"), 50),
        "chart": {
            "type": "bar",
            "series": [{"name": clip(_("Delegations"), 20), "data": points}],
            "axis_config": {"categories": list(named)},
        },
    }


def pages_of(_: Gettext, said: Sequence[Said], members: Mapping[str, Member]) -> list[list[tuple[int, str]]]:
    """Return what was said in pages that Slack takes: (number of the question, mrkdwn), long answers in pieces."""
    pages: list[list[tuple[int, str]]] = []
    room = 0
    for answer in said:
        for words in _pieces(_, answer, members):
            if not pages or room < len(words) or len(pages[-1]) >= PAGE_ENTRIES:
                pages.append([])
                room = PAGE_CHARACTERS
            pages[-1].append((answer.number, words))
            room -= len(words)
    return pages


def _pieces(_: Gettext, answer: Said, members: Mapping[str, Member]) -> list[str]:
    text = answer.text or " "
    parts = [quote(text[start : start + PIECE], 2000) for start in range(0, len(text), PIECE)]
    who = _who(_, answer, members)
    return [f"{who}\n{parts[0]}" if who else parts[0], *parts[1:]]


def _who(_: Gettext, answer: Said, members: Mapping[str, Member]) -> str:
    member = _member(members, answer.member) if answer.member else ""
    name = f"*{safe(answer.name, 150)}*" if answer.name else ""
    known = ", ".join(each for each in (name, f"*{safe(member, 150)}*" if member else "") if each)
    return f"{known} {_('(observer)')}" if known and answer.observer else known


def _with_questions(
    _: Gettext, survey: Survey, entries: Sequence[tuple[int, str]], links: Mapping[int, str]
) -> list[str]:
    asked = {question.number: question for question in survey.questions}
    lines: list[str] = []
    heading = 0
    for number, words in entries:
        if number != heading:
            heading = number
            thread = link(links[number], _("Open the thread")) if links.get(number) else ""
            lines.append(f"*{number}. {safe(clip(asked[number].text, 300))}* {thread}".strip())
        lines.append(words)
    return lines


def numbers_on(_: Gettext, said: Sequence[Said], members: Mapping[str, Member], page: int) -> tuple[int, ...]:
    """Return the numbers of the questions whose answers stand on a page of the results."""
    pages = pages_of(_, said, members)
    return tuple(dict.fromkeys(number for number, _words in pages[page - 1])) if 0 < page <= len(pages) else ()


def _turning(_: Gettext, survey: Survey, page: int, last: int, *, may_close: bool) -> list[Block]:
    row = []
    if page > 0:
        row.append(button(_("Previous"), ids.SURVEY_PREVIOUS, f"{survey.id}:{page - 1}"))
    if page < last:
        row.append(button(_("Next"), ids.SURVEY_NEXT, f"{survey.id}:{page + 1}"))
    if may_close and survey.closed_at is None:
        row.append(_close_button(_, survey))
    return [actions(*row)] if row else []


def build_summary(_: Gettext, survey: Survey, turnout: Turnout, members: Mapping[str, Member]) -> dict[str, Any]:
    """Return the message that ends a survey: how many delegations answered what, in words and figures."""
    title = _("Survey {number} is closed: {title}").format(number=survey.id, title=survey.title)
    lines = overview(_, survey, turnout, members)
    more = _("Type {command} to read what was said.").format(command=f"/wps-survey results {survey.id}")
    blocks = [
        header(title),
        *(section(line) for line in lines),
        divider(),
        *figures(_, survey, turnout, members),
        context(more),
    ]
    return message("\n".join([f"*{safe(title)}*", *lines, more]), blocks)


def build_reminder(_: Gettext, survey: Survey, url: str) -> dict[str, Any]:
    """Return the DM that asks for an answer; it does not tell who has answered."""
    where = link(url, survey.title) if url else f"*{safe(survey.title)}*"
    text = _("Survey {number}, {survey} in {channel}, is open until {moment}.").format(
        number=survey.id, survey=where, channel=f"<#{survey.channel}>", moment=moment(survey.closes_at)
    )
    words = (
        _("Everybody receives this reminder, since nobody may know who took part. Thank you if you have answered.")
        if survey.attribution is Attribution.CHATHAM
        else _("Your delegation has not answered yet: reply in a question's thread, or answer privately.")
    )
    return message(f"{text}\n{words}", [section(f"{text}\n{words}")])


def late(_: Gettext, survey: Survey) -> str:
    """Return what the author of a reply after the close is told."""
    return _("Survey {number} closed at {moment}, so this reply is not recorded as an answer.").format(
        number=survey.id, moment=moment(survey.deadline)
    )


def not_here(_: Gettext, survey: Survey) -> str:
    """Return what the author of a reply in a thread under the Chatham House Rule is told."""
    return _(
        "Survey {number} is under the Chatham House Rule and a thread shows who you are, so this reply is not "
        "recorded. Delete it if you wish, and press “Answer privately” on the question."
    ).format(number=survey.id)


def unlinked(_: Gettext, survey: Survey) -> str:
    """Return what the author of a reply is told who is linked to no delegation."""
    return _(
        "Your reply to survey {number} is not recorded: you are not linked to a delegation. Ask the Secretariat to "
        "link you to your contact; then edit the reply or post it again, and it counts."
    ).format(number=survey.id)
