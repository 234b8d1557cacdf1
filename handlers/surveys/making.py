"""Making surveys: the form that starts one, and drafts that are put together before anybody is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.rules.attribution import Attribution
from bot.rules.permissions import Actor, Deed, require
from bot.rules.problems import BadInput, NotFound
from bot.rules.profile import WorkingHours
from bot.rules.questions import Kind, NewQuestion, checked, options_in, steps
from bot.rules.reminders import utc_of, wall_of
from bot.rules.surveys import (
    LONGEST,
    MAX_INTRODUCTION,
    MAX_QUESTIONS,
    MAX_TITLE,
    NewSurvey,
    Pace,
    Settings,
    ask_moments,
    local_moment,
    own_questions,
    unique,
)
from bot.rules.text import Gettext, safe
from handlers.listening import (
    Answer,
    Click,
    Command,
    Errors,
    Focal,
    Modal,
    Reply,
    Submission,
    Update,
    number_in,
)
from handlers.surveys import forms, posts, views
from handlers.surveys.forms import AT, DRAFT, NOW, Group
from storage import survey_drafts, surveys
from storage.meetings import Meeting, all_meetings
from storage.surveys import Survey

PROPOSED = timedelta(days=14)
EARLIER = "earlier"
LIST = "/wps-survey list"


async def start_survey(command: Command, focal: Focal) -> Answer:
    """Open the form that starts a survey: with the guiding questions, or with those of the survey that is named."""
    require(command.actor, Deed.START_SURVEY)
    zone = command.actor.zone
    async with focal.db.read() as conn:
        earlier = await surveys.survey(conn, number_in(command.text, "/wps-survey start 1")) if command.text else None
        meetings = _to_come(await all_meetings(conn), focal)
    proposed = Settings("", "", "", _proposed_close(focal, zone), Attribution.ATTRIBUTED, zone)
    if earlier is not None:
        proposed = replace(earlier.settings, closes_at=proposed.closes_at, zone=zone, starts_at=None)
    groups = (_earlier_group(earlier, command._),) if earlier else forms.groups_of(focal.network)
    metadata = str(earlier.id) if earlier else ""
    return Modal(forms.build_form(command._, groups, proposed, meetings, metadata))


def _proposed_close(focal: Focal, zone: str) -> datetime:
    hour = min(focal.network.working_hours.end, 23)
    return utc_of(wall_of(focal.now() + PROPOSED, zone).replace(hour=hour, minute=0, second=0, microsecond=0), zone)


def _to_come(meetings: Sequence[Meeting], focal: Focal) -> list[Meeting]:
    return [each for each in meetings if each.plan.is_open(focal.now())]


def _earlier_group(earlier: Survey, _: Gettext) -> Group:
    title = _("Survey {number}: {title}").format(number=earlier.id, title=earlier.title)
    return Group(EARLIER, title, tuple(each.spec for each in earlier.questions))


async def submit_survey(submission: Submission, focal: Focal) -> Answer:
    """Check the form and store the survey: started, waiting for its moment or as a draft; faults stand at fields."""
    require(submission.actor, Deed.START_SURVEY)
    form = _Form(submission, focal, await _groups(submission, focal))
    faults = {**form.settings_faults(), **form.start_faults(), **form.question_faults()}
    channel = form.text("channel")
    if channel and not await focal.slack.is_in(channel):
        faults["channel"] = submission._("Focal is not in this channel. Invite it first: /invite @focal")
    if faults:
        return Errors(faults)
    new = NewSurvey(form.settings(), form.questions())
    key = str(submission.view.get("id") or "") or None
    by = submission.actor.user_id
    async with focal.db.begin() as conn:
        if form.when == NOW:
            return _started(submission._, await posts.start(conn, focal, new, by, key))
        survey = await surveys.create(conn, new, by, focal.now(), key)
    if form.when == DRAFT:
        return Update(forms.build_draft(submission._, survey, submission.actor.zone))
    return _scheduled(submission._, survey, submission.actor)


async def _groups(submission: Submission, focal: Focal) -> tuple[Group, ...]:
    if not submission.private_metadata:
        return forms.groups_of(focal.network)
    async with focal.db.read() as conn:
        earlier = await surveys.survey(conn, number_in(submission.private_metadata, LIST))
    return (_earlier_group(earlier, submission._),)


def _started(_: Gettext, survey: Survey) -> Reply:
    said = _("Survey {number} “{title}” has started: {count} questions are on their way to {channel}.")
    return Reply(
        said.format(
            number=survey.id,
            title=safe(survey.title),
            count=len(survey.questions),
            channel=f"<#{survey.channel}>",
        )
    )


def _scheduled(_: Gettext, survey: Survey, actor: Actor) -> Reply:
    starts = survey.settings.starts_at
    said = _("Survey {number} “{title}” will start by itself in {channel}: {moment}. Until then {command} changes it.")
    return Reply(
        said.format(
            number=survey.id,
            title=safe(survey.title),
            channel=f"<#{survey.channel}>",
            moment=views.local(starts, actor.zone) if starts else "",
            command=f"/wps-survey draft {survey.id}",
        )
    )


@dataclass(frozen=True)
class _Form:
    """A submitted form, read and checked field by field."""

    submission: Submission
    focal: Focal
    groups: tuple[Group, ...] = ()

    @property
    def when(self) -> str:
        """Return when the survey is to start: now, at a time, or not yet."""
        return self.text("when") or NOW

    def text(self, block: str) -> str:
        """Return what a field holds, as text."""
        return str(self.submission.values.get(block) or "").strip()

    def questions(self) -> tuple[NewQuestion, ...]:
        """Return the questions that were ticked and written."""
        return unique((*ticked(self.groups, self.submission.values), *own_questions(self.text("own"))))

    def settings(self) -> Settings:
        """Return what stands around the questions; only for a form without faults."""
        closes_at = self._moment("day", "time")
        if closes_at is None:
            raise BadInput("The survey has no moment to close.")
        meeting = self.text("meeting")
        return Settings(
            self.text("title"),
            self.text("introduction"),
            self.text("channel"),
            closes_at,
            Attribution(self.text("attribution")),
            self.submission.actor.zone,
            Pace(self.text("pace")),
            self._moment("start_day", "start_time"),
            int(meeting) if meeting.isdigit() else None,
        )

    def _moment(self, day: str, time: str) -> datetime | None:
        return local_moment(self.text(day), self.text(time), self.submission.actor.zone)

    def settings_faults(self) -> dict[str, str]:
        """Return what is wrong around the questions, by field."""
        _ = self.submission._
        titled = 0 < len(self.text("title")) <= MAX_TITLE
        long = len(self.text("introduction")) > MAX_INTRODUCTION
        attributed = self.text("attribution") in set(Attribution)
        found = {
            "title": "" if titled else _("A title needs 1 to {most} characters.").format(most=MAX_TITLE),
            "introduction": _("At most {most} characters.").format(most=MAX_INTRODUCTION) if long else "",
            "channel": "" if self.text("channel") else _("Choose a channel."),
            "day": self._close_fault(),
            "attribution": "" if attributed else _("Choose one."),
            "pace": "" if self.text("pace") in set(Pace) else _("Choose one."),
        }
        return {block: words for block, words in found.items() if words}

    def _close_fault(self) -> str:
        _ = self.submission._
        closes_at = self._moment("day", "time")
        if closes_at is None:
            return _("This date and time do not exist in your zone, {zone}.").format(zone=self.submission.actor.zone)
        if closes_at <= self.focal.now():
            return _("The survey must close in the future.")
        if closes_at > self.focal.now() + LONGEST:
            return _("The survey must close within a year.")
        return ""

    def start_faults(self) -> dict[str, str]:
        """Return what is wrong with the moment to start and the pace from there, by field."""
        _ = self.submission._
        planned = bool(self.text("start_day") or self.text("start_time"))
        starts_at, closes_at = self._moment("start_day", "start_time"), self._moment("day", "time")
        if self.when == AT and not planned:
            return {"start_day": _("Choose when it starts.")}
        if planned and self.when == NOW:
            return {"start_day": _("It starts now: leave this empty, or choose “At the time below”.")}
        if planned and starts_at is None:
            return {"start_day": _("Choose a date and a time that exist in your zone.")}
        if starts_at is not None and starts_at <= self.focal.now():
            return {"start_day": _("The start must be in the future.")}
        if starts_at is not None and closes_at is not None and starts_at >= closes_at:
            return {"start_day": _("It would start after its close.")}
        return {}

    def question_faults(self) -> dict[str, str]:
        """Return what is wrong with the questions, by field."""
        _ = self.submission._
        try:
            asked = self.questions()
        except BadInput as problem:
            return {"own": problem.said(_)}
        fault = _count_fault(_, asked, drafted=self.when == DRAFT)
        return {"own": fault} if fault else self._pace_fault(asked)

    def _pace_fault(self, asked: Sequence[NewQuestion]) -> dict[str, str]:
        closes_at, start = self._moment("day", "time"), self._moment("start_day", "start_time") or self.focal.now()
        if closes_at is None or closes_at <= start or self.when == DRAFT or self.text("pace") not in set(Pace):
            return {}
        hours = self.focal.network.working_hours
        last = _last(asked, Pace(self.text("pace")), start, self.submission.actor.zone, hours)
        words = self.submission._("The last question would come after the close, on {day}.")
        return {"pace": words.format(day=f"{last:%Y-%m-%d}")} if last >= closes_at else {}


def _last(asked: Sequence[NewQuestion], pace: Pace, start: datetime, zone: str, hours: WorkingHours) -> datetime:
    return ask_moments(asked, pace, start, zone, hours)[-1]


def _count_fault(_: Gettext, asked: Sequence[NewQuestion], *, drafted: bool) -> str:
    if not asked and not drafted:
        return _("Choose a guiding question or write one of your own.")
    if len(asked) > MAX_QUESTIONS:
        return _("A survey has at most {most} questions; these are {count}.").format(
            most=MAX_QUESTIONS, count=len(asked)
        )
    return ""


def ticked(groups: Sequence[Group], values: Mapping[str, Any]) -> tuple[NewQuestion, ...]:
    """Return the offered questions that were ticked; values that name none are passed over."""
    return tuple(
        question
        for group in groups
        for place, question in enumerate(group.questions)
        if group.value(place) in _held(values, group.block)
    )


def _held(values: Mapping[str, Any], block: str) -> set[str]:
    return {value for name, held in values.items() if name.startswith(block) for value in held or ()}


# Drafts --------------------------------------------------------------------------------------------------------------


async def open_draft(command: Command, focal: Focal) -> Answer:
    """Open a draft, to be looked at, changed and started."""
    return Modal(await _draft_view(command, focal, number_in(command.text, "/wps-survey draft 1")))


async def click_draft(click: Click, focal: Focal) -> Answer:
    """Open a draft from the list, or come back to it from one of its forms."""
    view = await _draft_view(click, focal, number_in(click.value, LIST))
    return Update(view) if click.view else Modal(view)


async def _draft_view(request: Command | Click | Submission, focal: Focal, survey_id: int) -> dict[str, Any]:
    require(request.actor, Deed.START_SURVEY)
    async with focal.db.read() as conn:
        draft = await survey_drafts.draft(conn, survey_id)
    return forms.build_draft(request._, draft, request.actor.zone)


async def change_draft(click: Click, focal: Focal) -> Answer:
    """Move, change or remove a draft's question."""
    require(click.actor, Deed.START_SURVEY)
    deed, _, rest = click.value.partition(":")
    draft_id, _, place = rest.partition(":")
    survey_id, number = number_in(draft_id, LIST), number_in(place, LIST)
    if deed == "change":
        return await _question_form(click, focal, survey_id, number)
    async with focal.db.begin() as conn:
        if deed == "remove":
            draft = await survey_drafts.put(conn, survey_id, number, None)
        else:
            draft = await survey_drafts.move(conn, survey_id, number, -1 if deed == "up" else 1)
    return Update(forms.build_draft(click._, draft, click.actor.zone))


async def _question_form(click: Click, focal: Focal, survey_id: int, number: int) -> Answer:
    async with focal.db.read() as conn:
        draft = await survey_drafts.draft(conn, survey_id)
    spec = next((each.spec for each in draft.questions if each.number == number), None)
    if spec is None:
        raise NotFound("This question is not there any more.", "Open the draft again: /wps-survey list.")
    return Update(forms.build_question_form(click._, survey_id, number, spec))


async def add_question(click: Click, focal: Focal) -> Answer:
    """Open the form for one more question of a draft."""
    require(click.actor, Deed.START_SURVEY)
    survey_id = number_in(click.value, LIST)
    async with focal.db.read() as conn:
        draft = await survey_drafts.draft(conn, survey_id)
    if len(draft.questions) >= MAX_QUESTIONS:
        raise BadInput("A survey has at most {most} questions.", "Remove one first.", most=MAX_QUESTIONS)
    theme = draft.questions[-1].spec.theme if draft.questions else ""
    return Update(forms.build_question_form(click._, survey_id, None, NewQuestion("", theme=theme)))


async def submit_question(submission: Submission, focal: Focal) -> Answer:
    """Put a question into a draft; what is wrong is said beside its field."""
    require(submission.actor, Deed.START_SURVEY)
    draft_id, _, place = submission.private_metadata.partition(":")
    survey_id, number = number_in(draft_id, LIST), number_in(place, LIST)
    try:
        spec = _spec(submission.values)
    except BadInput as problem:
        return Errors({_faulty(submission.values): problem.said(submission._)})
    async with focal.db.begin() as conn:
        draft = await survey_drafts.put(conn, survey_id, number or None, spec)
    return Update(forms.build_draft(submission._, draft, submission.actor.zone))


def _spec(values: Mapping[str, Any]) -> NewQuestion:
    held = {name: str(values.get(name) or "").strip() for name in ("text", "kind", "options", "unit", "theme")}
    kind = Kind(held["kind"]) if held["kind"] in set(Kind) else Kind.OPEN
    options: tuple[str, ...] = ()
    if kind is Kind.SCALE:
        low, _, high = (held["options"] or "1-5").replace("–", "-").partition("-")
        if not (low.strip().isdigit() and high.strip().isdigit()):
            raise BadInput("A scale is written like 1-5.")
        options = steps(int(low), int(high))
    elif kind in {Kind.CHOICE, Kind.CHOICES}:
        options = options_in(held["options"])
    unit = held["unit"] if kind is Kind.NUMBER else ""
    return checked(NewQuestion(held["text"], kind, options, unit, held["theme"]))


def _faulty(values: Mapping[str, Any]) -> str:
    """Return the field at which to say that a question cannot be: its choices where its kind needs some."""
    return "options" if values.get("kind") in {Kind.CHOICE, Kind.CHOICES, Kind.SCALE} else "text"


async def open_settings(click: Click, focal: Focal) -> Answer:
    """Open the form for what stands around a draft's questions."""
    require(click.actor, Deed.START_SURVEY)
    async with focal.db.read() as conn:
        draft = await survey_drafts.draft(conn, number_in(click.value, LIST))
        meetings = _to_come(await all_meetings(conn), focal)
    return Update(forms.build_settings_form(click._, draft, click.actor.zone, meetings))


async def submit_settings(submission: Submission, focal: Focal) -> Answer:
    """Change what stands around a draft's questions; what is wrong is said beside each field."""
    require(submission.actor, Deed.START_SURVEY)
    form = _Form(replace(submission, values={**submission.values, "when": DRAFT}), focal)
    faults = {**form.settings_faults(), **form.start_faults()}
    channel = form.text("channel")
    if channel and not await focal.slack.is_in(channel):
        faults["channel"] = submission._("Focal is not in this channel. Invite it first: /invite @focal")
    if faults:
        return Errors(faults)
    survey_id = number_in(submission.private_metadata, LIST)
    async with focal.db.begin() as conn:
        draft = await survey_drafts.change_settings(conn, survey_id, form.settings())
    return Update(forms.build_draft(submission._, draft, submission.actor.zone))


async def preview(click: Click, focal: Focal) -> Answer:
    """Show what the channel will see of a draft."""
    require(click.actor, Deed.START_SURVEY)
    async with focal.db.read() as conn:
        draft = await survey_drafts.draft(conn, number_in(click.value, LIST))
    return Update(forms.build_preview(click._, draft))


async def discard(click: Click, focal: Focal) -> Answer:
    """Throw a draft away; the button has asked whether that is meant."""
    require(click.actor, Deed.START_SURVEY)
    survey_id = number_in(click.value, LIST)
    async with focal.db.begin() as conn:
        await survey_drafts.discard(conn, survey_id, click.actor.user_id, focal.now())
    return Update(forms.build_notice(click._, click._("Survey {number} is discarded.").format(number=survey_id)))


async def submit_draft(submission: Submission, focal: Focal) -> Answer:
    """Start a draft, or have it start by itself at the moment that is set."""
    require(submission.actor, Deed.START_SURVEY)
    survey_id = number_in(submission.private_metadata, LIST)
    now = focal.now()
    async with focal.db.begin() as conn:
        draft = await survey_drafts.draft(conn, survey_id, lock=True)
        _require_ready(draft, focal, now)
        if draft.settings.starts_at is not None and draft.settings.starts_at > now:
            return _scheduled(submission._, draft, submission.actor)
        survey = await posts.begin(conn, focal, survey_id, submission.actor.user_id)
    return _started(submission._, survey)


def _require_ready(draft: Survey, focal: Focal, now: datetime) -> None:
    settings = draft.settings
    if not draft.questions:
        raise BadInput("A survey needs a question.", "Add one to the draft.")
    start = settings.starts_at or now
    asked = [each.spec for each in draft.questions]
    if settings.closes_at <= now:
        raise BadInput("The survey must close in the future.", "Change the settings of the draft.")
    if _last(asked, settings.pace, start, settings.zone, focal.network.working_hours) >= settings.closes_at:
        raise BadInput("The last question would come after the close.", "Change the settings of the draft.")
