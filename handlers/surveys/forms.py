"""The forms of surveys: starting one, putting a draft together, answering, and saying that one cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from bot.rules.attribution import Attribution
from bot.rules.profile import Network
from bot.rules.questions import MAX_OPTIONS, MAX_QUESTION, MAX_UNIT, Kind, NewQuestion
from bot.rules.reminders import wall_of
from bot.rules.surveys import ANSWER_LIMIT, MAX_INTRODUCTION, MAX_QUESTIONS, MAX_TITLE, Pace, Settings
from bot.rules.text import Gettext, clip, safe
from handlers import ids
from handlers.blocks import (
    VIEW_BLOCKS,
    Block,
    Element,
    View,
    actions,
    button,
    checkboxes,
    confirm,
    context,
    date_picker,
    divider,
    field,
    grouped_select,
    modal,
    multi_select,
    number_input,
    option,
    overflow,
    radio,
    section,
    select,
    text_input,
    time_picker,
)
from handlers.surveys.views import (
    attribution_name,
    build_header,
    build_question,
    choices,
    kind_name,
    local,
    pace_name,
    promise,
)
from storage.meetings import Meeting
from storage.members import Member
from storage.survey_answers import Given, Turnout
from storage.surveys import Question, Survey

BOX_LINE = 75
"""Characters of an option, and of its description."""
BOXES = 10
"""As many as one block of checkboxes, or of radio buttons, takes."""
NOW, AT, DRAFT = "now", "at", "draft"
"""When a survey starts, as the form has it."""


@dataclass(frozen=True)
class Group:
    """Questions that the form offers together; `mark` is in the ids of their blocks and the values of their boxes."""

    mark: str
    title: str
    questions: tuple[NewQuestion, ...]

    @property
    def block(self) -> str:
        """Return how the ids of the blocks begin in which these questions are ticked."""
        return f"questions_{self.mark}_"

    def value(self, place: int) -> str:
        """Return what the box of the question at `place` (from 0) stands for."""
        return f"{self.mark}.{place}"


def groups_of(network: Network) -> tuple[Group, ...]:
    """Return the network's guiding questions as the form offers them."""
    return tuple(
        Group(str(at), group.title, tuple(NewQuestion(text, theme=group.title) for text in group.questions))
        for at, group in enumerate(network.guiding_questions)
    )


# Starting ------------------------------------------------------------------------------------------------------------


def build_form(
    _: Gettext, groups: Sequence[Group], proposed: Settings, meetings: Sequence[Meeting], metadata: str = ""
) -> View:
    """Return the form that starts a survey, with what is proposed for it; times in the zone of `proposed`."""
    blocks = [
        *_about(_, proposed),
        *_all_boxes(groups),
        field(
            "own",
            _("Own questions"),
            text_input(ids.SURVEY_INPUT, multiline=True),
            hint=_(
                "One to a line, {most} questions in all. End a line in [yes/no], [choice: A | B], [choices: A | B], "
                "[scale: 1-5], [number: %], [date] or [member] if it can be answered so."
            ).format(most=MAX_QUESTIONS),
            optional=True,
        ),
        *_rules(_, proposed, meetings),
        field("when", _("Start"), _whens(_)),
        *_starting(_, proposed),
    ]
    return modal(ids.SURVEY_FORM, _("Start a survey"), blocks, submit=_("Start"), close=_("Cancel"), metadata=metadata)


def _about(_: Gettext, proposed: Settings) -> list[Block]:
    return [
        field("title", _("Title"), text_input(ids.SURVEY_INPUT, initial=proposed.title, limit=MAX_TITLE)),
        field(
            "introduction",
            _("Introduction"),
            text_input(ids.SURVEY_INPUT, multiline=True, initial=proposed.introduction, limit=MAX_INTRODUCTION),
            optional=True,
        ),
    ]


def _all_boxes(groups: Sequence[Group]) -> list[Block]:
    blocks: list[Block] = []
    first = 1
    for group in groups:
        blocks += _boxes(group, first)
        first += len(group.questions)
    return blocks


def _boxes(group: Group, first: int) -> list[Block]:
    blocks: list[Block] = []
    for start in range(0, len(group.questions), BOXES):
        asked = group.questions[start : start + BOXES]
        options = [_box(f"{first + start + i}. {each.text}", group.value(start + i)) for i, each in enumerate(asked)]
        boxes = checkboxes(ids.SURVEY_INPUT, options, [each["value"] for each in options])
        blocks.append(field(f"{group.block}{start}", group.title, boxes, optional=True))
    return blocks


def _box(text: str, value: str) -> Element:
    """Return a box to tick beside a question, which goes on below where one line does not hold it."""
    lines = wrap(text, BOX_LINE)
    return option(lines[0], value, " ".join(lines[1:]) or None)


def _rules(_: Gettext, proposed: Settings, meetings: Sequence[Meeting]) -> list[Block]:
    wall = wall_of(proposed.closes_at, proposed.zone)
    paces = [option(pace_name(_, each), each.value) for each in Pace]
    attributions = [option(attribution_name(_, each), each.value) for each in Attribution]
    return [
        field("channel", _("Channel"), _channel_picker(_, proposed.channel)),
        field("day", _("Closes on"), date_picker(ids.SURVEY_DAY, f"{wall:%Y-%m-%d}")),
        field(
            "time",
            _("at"),
            time_picker(ids.SURVEY_TIME, f"{wall:%H:%M}"),
            hint=_("In your time zone, {zone}.").format(zone=proposed.zone),
        ),
        field("attribution", _("Who is named"), radio(ids.SURVEY_INPUT, attributions, proposed.attribution.value)),
        section("\n".join(f"*{attribution_name(_, each)}*: {promise(_, each)}" for each in Attribution)),
        field("pace", _("Pace"), radio(ids.SURVEY_INPUT, paces, proposed.pace.value)),
        *_meeting(_, proposed, meetings),
    ]


def _meeting(_: Gettext, proposed: Settings, meetings: Sequence[Meeting]) -> list[Block]:
    if not meetings:
        return []
    options = [option(clip(f"{each.starts_on}: {each.title}", 75), str(each.id)) for each in meetings]
    menu = select(ids.SURVEY_INPUT, options, _("No meeting"), str(proposed.meeting))
    return [field("meeting", _("For a meeting"), menu, optional=True)]


def _whens(_: Gettext) -> Element:
    options = [
        option(_("Now"), NOW),
        option(_("At the time below"), AT),
        option(_("Not yet: keep it as a draft to look at and change"), DRAFT),
    ]
    return radio(ids.SURVEY_INPUT, options, NOW)


def _starting(_: Gettext, proposed: Settings) -> list[Block]:
    wall = wall_of(proposed.starts_at, proposed.zone) if proposed.starts_at else None
    day, time = (f"{wall:%Y-%m-%d}", f"{wall:%H:%M}") if wall else (None, None)
    return [
        field("start_day", _("Starts on"), date_picker(ids.SURVEY_DAY, day), optional=True),
        field("start_time", _("at"), time_picker(ids.SURVEY_TIME, time), optional=True),
    ]


def _channel_picker(_: Gettext, channel: str) -> Element:
    picker: Element = {
        "type": "conversations_select",
        "action_id": ids.SURVEY_CHANNEL,
        "placeholder": {"type": "plain_text", "text": _("A channel that Focal is in")},
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return picker | ({"initial_conversation": channel} if channel else {"default_to_current_conversation": True})


# Drafts --------------------------------------------------------------------------------------------------------------


def build_draft(_: Gettext, draft: Survey, zone: str) -> View:
    """Return a draft with its questions, to be put in order, changed and started; moments in the zone `zone`."""
    blocks = [
        section(f"*{safe(draft.title)}*\n{_settings_line(_, draft, zone)}"),
        actions(
            button(_("Add a question"), ids.SURVEY_DRAFT_ADD, str(draft.id)),
            button(_("Change the settings"), ids.SURVEY_DRAFT_SETTINGS, str(draft.id)),
            button(_("Preview"), ids.SURVEY_DRAFT_PREVIEW, str(draft.id)),
            _discard_button(_, draft),
        ),
        divider(),
        *(_draft_question(_, draft, each) for each in draft.questions),
        *([] if draft.questions else [section(_("It has no question yet."))]),
    ]
    starts = draft.settings.starts_at
    submit = _("Schedule") if starts else _("Start now")
    return modal(
        ids.SURVEY_DRAFT_FORM,
        _("Draft of survey {number}").format(number=draft.id),
        blocks,
        submit=submit,
        close=_("Keep as a draft"),
        metadata=str(draft.id),
    )


def _settings_line(_: Gettext, draft: Survey, zone: str) -> str:
    settings = draft.settings
    starts = _("starts {moment}").format(moment=local(settings.starts_at, zone)) if settings.starts_at else _("draft")
    closes = _("closes {moment}").format(moment=local(settings.closes_at, zone))
    names = (attribution_name(_, settings.attribution), pace_name(_, settings.pace))
    return " – ".join([f"<#{settings.channel}>", starts, closes, *names])


def _discard_button(_: Gettext, draft: Survey) -> Element:
    sure = confirm(_("Discard this draft?"), _("Its questions are gone then."), _("Discard"), _("Keep it"))
    return button(_("Discard"), ids.SURVEY_DRAFT_DISCARD, str(draft.id), style="danger", confirm=sure)


def _draft_question(_: Gettext, draft: Survey, question: Question) -> Block:
    value = f"{draft.id}:{question.number}"
    choices_ = [
        option(_("Move up"), f"up:{value}"),
        option(_("Move down"), f"down:{value}"),
        option(_("Change"), f"change:{value}"),
        option(_("Remove"), f"remove:{value}"),
    ]
    small = " · ".join(each for each in (question.spec.theme, _kind_line(_, question.spec)) if each)
    text = f"*{question.number}.* {safe(question.text, 1200)}\n_{safe(small, 600)}_"
    return section(text, overflow(ids.SURVEY_DRAFT_CHANGE, choices_), block_id=f"question_{question.number}")


def _kind_line(_: Gettext, spec: NewQuestion) -> str:
    details = {
        Kind.SCALE: "–".join((spec.options[0], spec.options[-1])) if spec.options else "",
        Kind.NUMBER: spec.unit,
    }.get(spec.kind, " | ".join(spec.options))
    return f"{kind_name(_, spec.kind)}: {details}" if details else kind_name(_, spec.kind)


def build_preview(_: Gettext, draft: Survey) -> View:
    """Return what the channel will see of a draft, without its buttons."""
    blocks = [_back(_, draft.id), *_shown(build_header(_, draft, Turnout(0, {}), {}))]
    for each in draft.questions:
        kind = [context(safe(_kind_line(_, each.spec)))] if each.kind.is_closed else []
        blocks += [divider(), *_shown(build_question(_, draft, each)), *kind]
    return modal("preview", _("Preview"), blocks[:VIEW_BLOCKS], close=_("Keep as a draft"))


def _shown(payload: Mapping[str, Any]) -> list[Block]:
    """Return a message's blocks without what can be pressed."""
    return [block for block in payload["blocks"] if block["type"] != "actions"]


def build_settings_form(_: Gettext, draft: Survey, zone: str, meetings: Sequence[Meeting]) -> View:
    """Return the form that changes what stands around a draft's questions, times in the zone `zone`."""
    settings = _in_zone(draft.settings, zone)
    blocks = [
        _back(_, draft.id),
        *_about(_, settings),
        *_rules(_, settings, meetings),
        context(_("Without a start it waits until somebody starts it.")),
        *_starting(_, settings),
    ]
    title = _("Draft of survey {number}").format(number=draft.id)
    return modal(ids.SURVEY_SETTINGS_FORM, title, blocks, submit=_("Save"), close=_("Close"), metadata=str(draft.id))


def _in_zone(settings: Settings, zone: str) -> Settings:
    return Settings(**{**vars(settings), "zone": zone})


def build_notice(_: Gettext, words: str) -> View:
    """Return a view that says something in place of a form."""
    return modal("notice", _("Surveys"), [section(words)], close=_("Close"))


def _back(_: Gettext, survey_id: int) -> Block:
    return actions(button(_("Back to the draft"), ids.SURVEY_DRAFT, str(survey_id)))


def build_question_form(_: Gettext, survey_id: int, number: int | None, spec: NewQuestion) -> View:
    """Return the form for a draft's question; `number` is None for a new one."""
    kinds = [option(kind_name(_, each), each.value) for each in Kind]
    listed = "\n".join(spec.options) if spec.kind in {Kind.CHOICE, Kind.CHOICES} else ""
    blocks = [
        _back(_, survey_id),
        field(
            "text",
            _("Question"),
            text_input(ids.SURVEY_INPUT, multiline=True, initial=spec.text, limit=MAX_QUESTION),
        ),
        field("kind", _("Answered by"), select(ids.SURVEY_INPUT, kinds, _("Choose one"), spec.kind.value)),
        field(
            "options",
            _("Choices, or the ends of a scale"),
            text_input(ids.SURVEY_INPUT, multiline=True, initial=listed or _ends(spec), limit=2000),
            hint=_("One choice to a line, 2 to {most}; or a scale like 1-5.").format(most=MAX_OPTIONS),
            optional=True,
        ),
        field(
            "unit",
            _("Unit of a number"),
            text_input(ids.SURVEY_INPUT, initial=spec.unit, limit=MAX_UNIT, placeholder="%"),
            optional=True,
        ),
        field("theme", _("Theme"), text_input(ids.SURVEY_INPUT, initial=spec.theme, limit=150), optional=True),
    ]
    title = _("Question {number}").format(number=number) if number else _("New question")
    metadata = f"{survey_id}:{number or 0}"
    return modal(ids.SURVEY_QUESTION_FORM, title, blocks, submit=_("Save"), close=_("Close"), metadata=metadata)


def _ends(spec: NewQuestion) -> str:
    return f"{spec.options[0]}-{spec.options[-1]}" if spec.kind is Kind.SCALE and spec.options else ""


# Answering -----------------------------------------------------------------------------------------------------------


def build_answer_form(
    _: Gettext, survey: Survey, question: Question, earlier: Given | None, members: Sequence[Member], *, behalf: bool
) -> View:
    """Return the form for a private answer, with what was answered so far.

    `members` are those that can be chosen: as an answer to a question for a member and, with `behalf`, as the
    delegation for which the Secretariat records it.
    """
    blocks = [
        section(f"*{safe(survey.title)}*\n{question.number}. {safe(question.text, 2500)}"),
        context(promise(_, survey.attribution)),
        *_so_far(_, survey, question, earlier),
        *([_behalf(_, members)] if behalf else []),
        field("answer", _answer_label(_, question), _entry(_, question, earlier, members), optional=True),
        context(_until(_, survey)),
    ]
    title = _("Your answer") if question.kind.is_closed else _("Answer privately")
    return modal(ids.SURVEY_ANSWER_FORM, title, blocks, submit=_("Send"), close=_("Cancel"), metadata=str(question.id))


def _until(_: Gettext, survey: Survey) -> str:
    hint = _("You can change it until {moment}. Leave it empty to take it back.")
    return hint.format(moment=f"{survey.closes_at:%Y-%m-%d %H:%M} UTC")


def _answer_label(_: Gettext, question: Question) -> str:
    if question.kind is Kind.NUMBER and question.spec.unit:
        return _("Answer in {unit}").format(unit=question.spec.unit)
    return _("Answer")


def _so_far(_: Gettext, survey: Survey, question: Question, earlier: Given | None) -> list[Block]:
    """Return what a delegation has answered to a closed question and who gave it, and the way to take it back."""
    if earlier is None or not question.kind.is_closed:
        return []
    take_back = actions(button(_("Take it back"), ids.SURVEY_TAKE_BACK, str(question.id)))
    return [section(given(_, survey, earlier)), take_back]


def given(_: Gettext, survey: Survey, earlier: Given) -> str:
    """Return what a delegation has answered so far and, where its people may know, who gave it and when."""
    text = f"“{safe(earlier.text, 300)}”"
    if survey.attribution is Attribution.CHATHAM:
        return _("Your delegation's answer so far: {answer}.").format(answer=text)
    if earlier.on_behalf:
        return _("Your delegation's answer so far, recorded by the Secretariat: {answer}.").format(answer=text)
    return _("Your delegation's answer so far: {answer}, given by {name} on {moment}.").format(
        answer=text, name=safe(earlier.name or _("somebody")), moment=f"{earlier.at:%Y-%m-%d %H:%M} UTC"
    )


def replaced(_: Gettext, survey: Survey, earlier: Given) -> str:
    """Return whose answer a delegation's new one takes the place of, where its people may know."""
    text = f"“{safe(earlier.text, 300)}”"
    if survey.attribution is Attribution.CHATHAM or earlier.on_behalf:
        return _("It takes the place of {answer}.").format(answer=text)
    return _("It takes the place of {answer}, given by {name} on {moment}.").format(
        answer=text, name=safe(earlier.name or _("somebody")), moment=f"{earlier.at:%Y-%m-%d %H:%M} UTC"
    )


def _behalf(_: Gettext, members: Sequence[Member]) -> Block:
    label = _("On behalf of")
    hint = _("Results say that the Secretariat recorded it.")
    return field("behalf", label, _member_menu(_, members), hint=hint)


def _entry(_: Gettext, question: Question, earlier: Given | None, members: Sequence[Member]) -> Element:
    value = earlier.value if earlier and earlier.value else ""
    if question.kind is Kind.OPEN:
        text = earlier.text if earlier else ""
        return text_input(ids.SURVEY_INPUT, multiline=True, initial=text, limit=ANSWER_LIMIT)
    if question.kind is Kind.NUMBER:
        return number_input(ids.SURVEY_INPUT, value)
    if question.kind is Kind.DATE:
        return date_picker(ids.SURVEY_DAY, value or None)
    if question.kind is Kind.MEMBER:
        return _member_menu(_, members, value)
    return _choices(_, question, value)


def _choices(_: Gettext, question: Question, value: str) -> Element:
    options = [option(text, stored) for stored, text in choices(_, question)]
    if question.kind is Kind.CHOICES and len(options) > BOXES:
        return multi_select(ids.SURVEY_INPUT, options, _("Choose some"), value.split(","))
    if question.kind is Kind.CHOICES:
        return checkboxes(ids.SURVEY_INPUT, options, value.split(","))
    if len(options) > BOXES:
        return select(ids.SURVEY_INPUT, options, _("Choose one"), value)
    return radio(ids.SURVEY_INPUT, options, value)


def _member_menu(_: Gettext, members: Sequence[Member], initial: str = "") -> Element:
    groups: dict[str, list[Element]] = {}
    for member in members:
        groups.setdefault(member.region or _("organisations and others"), []).append(option(member.name, member.code))
    ordered: Mapping[str, list[Element]] = dict(sorted(groups.items()))
    return grouped_select(ids.SURVEY_INPUT, ordered, _("Choose a member"), initial)


def build_decline_form(_: Gettext, survey: Survey) -> View:
    """Return the form in which somebody says why their delegation cannot answer."""
    blocks = [
        section(f"*{safe(survey.title)}*"),
        context(
            _("Your delegation is not reminded of this survey any more, and the Secretariat reads what you write.")
        ),
        field("reason", _("Why"), text_input(ids.SURVEY_INPUT, multiline=True, limit=1000)),
    ]
    title = _("We cannot answer")
    return modal(ids.SURVEY_DECLINE_FORM, title, blocks, submit=_("Send"), close=_("Cancel"), metadata=str(survey.id))
