"""What surveys look like in their channel and in messages: header, questions, reminders, and what is told to one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.rules.attribution import FEWEST, Attribution, count_shown
from bot.rules.questions import NO, YES, Kind
from bot.rules.reminders import zone_of
from bot.rules.surveys import WITHDRAW, Pace
from bot.rules.text import Gettext, link, quote, safe
from handlers import ids
from handlers.blocks import (
    Block,
    Element,
    actions,
    button,
    confirm,
    context,
    header,
    message,
    option,
    section,
    select,
)
from storage.survey_answers import Turnout
from storage.surveys import Question, Survey

Words = tuple[str, list[Block]]
"""The same content twice: as text for those who do not see blocks, and as blocks."""
Regions = Mapping[str, tuple[int, int]]
"""By regional group: how many delegations have answered, and how many are asked."""
FEW_BUTTONS = 5
SHORT_BUTTONS = 100
"""Characters of all choices together that still make a row of buttons; a menu holds more."""


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


def brief_promise(_: Gettext, attribution: Attribution) -> str:
    """Return the promise in a line; the header has it in full."""
    return {
        Attribution.ATTRIBUTED: _("Results name you and your delegation."),
        Attribution.DELEGATION: _(
            "Results name your delegation, never you; the thread shows your name to this channel."
        ),
        Attribution.CHATHAM: _(
            "Nobody and no delegation is named. What was said is shown after the close, and only if at least {fewest} "
            "delegations answered."
        ).format(fewest=FEWEST),
    }[attribution]


def kind_name(_: Gettext, kind: Kind) -> str:
    """Return what a kind of question is called."""
    return {
        Kind.OPEN: _("Open question"),
        Kind.CHOICE: _("One choice"),
        Kind.CHOICES: _("Several choices"),
        Kind.YES_NO: _("Yes or no"),
        Kind.SCALE: _("Scale"),
        Kind.NUMBER: _("Number"),
        Kind.DATE: _("Date"),
        Kind.MEMBER: _("Member"),
    }[kind]


def pace_name(_: Gettext, pace: Pace) -> str:
    """Return what a pace is called."""
    return {
        Pace.AT_ONCE: _("All questions at once"),
        Pace.THEME: _("One theme a working day"),
        Pace.QUESTION: _("One question a working day"),
    }[pace]


# The channel ---------------------------------------------------------------------------------------------------------


def build_header(_: Gettext, survey: Survey, turnout: Turnout, regions: Regions) -> dict[str, Any]:
    """Return the message that stands above a survey's questions."""
    lines = [
        *([safe(survey.introduction, 2000)] if survey.introduction else []),
        *[each for each in (state(_, survey), _pace(_, survey)) if each],
        answered(_, survey.attribution, turnout.delegations),
        *([by_region(_, regions)] if regions else []),
        f"*{attribution_name(_, survey.attribution)}.* {promise(_, survey.attribution)}",
    ]
    title = _("Survey {number}: {title}").format(number=survey.id, title=survey.title)
    row = [button(_("Results"), ids.SURVEY_RESULTS, f"{survey.id}:0")]
    if survey.closed_at is None:
        row.append(close_button(_, survey))
    blocks = [header(title), *(section(line) for line in lines), actions(*row)]
    return message("\n".join([f"*{safe(title)}*", *lines]), blocks)


def state(_: Gettext, survey: Survey) -> str:
    """Return whether a survey is open, and until when."""
    if survey.closed_at is not None:
        return _(":lock: Closed since {moment}.").format(moment=moment(survey.closed_at))
    return _(":unlock: Open until {moment}.").format(moment=moment(survey.closes_at))


def _pace(_: Gettext, survey: Survey) -> str:
    waiting = survey.closed_at is None and any(not each.asked for each in survey.questions)
    if not waiting or survey.settings.pace is Pace.AT_ONCE:
        return ""
    count = len(survey.questions)
    words = _("{count} questions come one a working day.")
    if survey.settings.pace is Pace.THEME:
        words = _("{count} questions come one theme a working day.")
    return words.format(count=count)


def close_button(_: Gettext, survey: Survey) -> Element:
    """Return the button that closes a survey, once it has asked whether that is meant."""
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
    return _("Delegations that have answered: {count}").format(count=count(_, attribution, delegations))


def count(_: Gettext, attribution: Attribution, delegations: int) -> str:
    """Return a number of delegations, or that they are too few to be told."""
    told = count_shown(attribution, delegations)
    return _("fewer than {fewest}").format(fewest=FEWEST) if told is None else str(told)


def by_region(_: Gettext, regions: Regions) -> str:
    """Return how many delegations of each regional group have answered."""
    each = [
        _("{region} {count} of {asked}").format(
            region=safe(name or _("organisations and others")), count=number, asked=asked
        )
        for name, (number, asked) in regions.items()
    ]
    return _("By region: {regions}").format(regions=" · ".join(each))


def build_question(_: Gettext, survey: Survey, question: Question) -> dict[str, Any]:
    """Return the message that asks one question."""
    title = _("Question {number} of {total}").format(number=question.number, total=len(survey.questions))
    theme = f" · {safe(question.spec.theme, 150)}" if question.spec.theme else ""
    asked = f"*{title}*{theme}\n{safe(question.text, 2600)}"
    how = _how(_, survey, question)
    blocks = [section(asked), *_options(_, question), context(how)]
    if survey.closed_at is None:
        blocks.append(actions(*_ways(_, question)))
    return message("\n".join([asked, *_options_text(question), how]), blocks)


def _options_text(question: Question) -> list[str]:
    listed = question.kind in {Kind.CHOICE, Kind.CHOICES} and not _has_buttons(question)
    return ["\n".join(f"• {safe(each)}" for each in question.spec.options)] if listed else []


def _options(_: Gettext, question: Question) -> list[Block]:
    return [section(text) for text in _options_text(question)]


def _how(_: Gettext, survey: Survey, question: Question) -> str:
    if survey.closed_at is not None:
        return state(_, survey)
    parts = []
    if question.kind.is_closed:
        parts.append(_("Your delegation has one answer here, and its latest counts."))
    if survey.attribution.takes_threads:
        how = (
            _("Remarks are welcome in this thread. Put :{emoji}: on one to take it back.")
            if question.kind.is_closed
            else _(
                "Reply in this thread: every reply is an answer of your delegation. Put :{emoji}: on it to take it "
                "back."
            )
        )
        parts.append(how.format(emoji=WITHDRAW))
    if not survey.attribution.takes_threads:
        parts.append(_("Answer with the button: replies in the thread are not recorded."))
    return " ".join([*parts, brief_promise(_, survey.attribution)])


def _has_buttons(question: Question) -> bool:
    options = question.spec.options
    short = len(options) <= FEW_BUTTONS and sum(len(each) for each in options) <= SHORT_BUTTONS
    return question.kind in {Kind.YES_NO, Kind.SCALE} or (question.kind is Kind.CHOICE and short)


def _ways(_: Gettext, question: Question) -> list[Element]:
    """Return what a question's message offers for answering it: buttons, a menu, and the form."""
    if question.kind is Kind.OPEN:
        return [button(_("Answer privately"), ids.SURVEY_ANSWER, str(question.id))]
    form = button(_("Answer"), ids.SURVEY_ANSWER, str(question.id))
    if _has_buttons(question):
        picks = [
            button(text, ids.SURVEY_PICKS[place], f"{question.id}:{value}")
            for place, (value, text) in enumerate(choices(_, question))
        ]
        return [*picks, button(_("Your answer"), ids.SURVEY_ANSWER, str(question.id))]
    if question.kind is Kind.CHOICE:
        options = [option(text, f"{question.id}:{value}") for value, text in choices(_, question)]
        return [select(ids.SURVEY_PICK, options, _("Choose one")), form]
    return [form]


def choices(_: Gettext, question: Question) -> list[tuple[str, str]]:
    """Return what can be chosen in answer to a question: each as it is stored, and as it reads."""
    if question.kind is Kind.YES_NO:
        return [(YES, _("Yes")), (NO, _("No"))]
    if question.kind is Kind.SCALE:
        return [(step, step) for step in question.spec.options]
    return [(str(place), text) for place, text in enumerate(question.spec.options)]


# What is sent to people ----------------------------------------------------------------------------------------------


def build_reminder(_: Gettext, survey: Survey, url: str, now: datetime) -> dict[str, Any]:
    """Return the DM that asks for an answer; it does not tell who has answered."""
    where = link(url, survey.title) if url else f"*{safe(survey.title)}*"
    text = _("Survey {number}, {survey} in {channel}, is open until {moment}.").format(
        number=survey.id, survey=where, channel=f"<#{survey.channel}>", moment=moment(survey.closes_at)
    )
    chatham = survey.attribution is Attribution.CHATHAM
    words = (
        _("Everybody receives this reminder, since nobody may know who took part. Thank you if you have answered.")
        if chatham
        else _("Your delegation has not answered yet: reply in a question's thread, or answer privately.")
    )
    lines = "\n".join((_left(_, survey.closes_at - now), text, words))
    label = _("Do not remind me again") if chatham else _("We cannot answer this one")
    return message(lines, [section(lines), actions(button(label, ids.SURVEY_DECLINE, str(survey.id)))])


def _left(_: Gettext, left: timedelta) -> str:
    days = round(left / timedelta(days=1))
    return _("*Days left: {count}.*").format(count=days) if days > 1 else _("*This is the last day.*")


def build_declined(_: Gettext, survey: Survey, member: str, name: str, reason: str) -> dict[str, Any]:
    """Return what the Secretariat hears of a delegation that cannot answer."""
    text = _("{member} cannot answer survey {number}, *{title}*, and is not reminded any more. {name} says:").format(
        member=f"*{safe(member)}*", number=survey.id, title=safe(survey.title), name=safe(name)
    )
    words = f"{text}\n{quote(reason, 2000)}"
    return message(words, [section(words)])


def build_gone(_: Gettext, survey: Survey, question: Question | None, ts: str) -> dict[str, Any]:
    """Return what the Secretariat hears when a survey's message, its header or the one with `ts`, was deleted."""
    what = _("the message of question {number}").format(number=question.number) if question else _("the header message")
    text = _(
        "Somebody has deleted {what} of survey {survey}, *{title}*, in {channel}. What was answered is kept."
    ).format(what=what, survey=survey.id, title=safe(survey.title), channel=f"<#{survey.channel}>")
    value = f"{survey.id}:{question.number if question else 0}:{ts}"
    row = [] if survey.closed_at else [actions(button(_("Post it again"), ids.SURVEY_POST_AGAIN, value))]
    return message(text, [section(text), *row])


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


# Lists ---------------------------------------------------------------------------------------------------------------


def build_list(_: Gettext, surveys: Sequence[Survey], drafts: Sequence[Survey], zone: str) -> Words:
    """Return the list of surveys, drafts first, and what can be typed; moments in the zone `zone`."""
    usage = _("Type {start} for a new one, or {results} to see what was answered.").format(
        start="/wps-survey start", results="/wps-survey results N"
    )
    waiting = [(_draft_line(_, each, zone), each) for each in drafts[:10]]
    lines = [_line(_, survey, zone) for survey in surveys[: 40 - len(waiting)]] or [_("There is no survey yet.")]
    text = "\n".join([*(line for line, _survey in waiting), *lines, usage])
    buttons = [
        section(line, button(_("Open"), ids.SURVEY_DRAFT, str(each.id), label=_("Open draft")))
        for line, each in waiting
    ]
    return text, [header(_("Surveys")), *buttons, *(section(line) for line in lines), context(usage)]


def _line(_: Gettext, survey: Survey, zone: str) -> str:
    words = (
        _("closed {moment}").format(moment=local(survey.closed_at, zone))
        if survey.closed_at
        else _("open until {moment}").format(moment=local(survey.closes_at, zone))
    )
    name = attribution_name(_, survey.attribution)
    return f"*{survey.id}. {safe(survey.title)}* (<#{survey.channel}>) – {words} – {name}"


def _draft_line(_: Gettext, survey: Survey, zone: str) -> str:
    starts = survey.settings.starts_at
    words = _("starts {moment}").format(moment=local(starts, zone)) if starts else _("draft")
    return f"*{survey.id}. {safe(survey.title)}* (<#{survey.channel}>) – {words}"
