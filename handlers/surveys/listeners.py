"""What people do with surveys: start, list, read, remind, close, export, and answer in private."""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.rules.attribution import Attribution
from bot.rules.permissions import Actor, Deed, may, require, require_voice
from bot.rules.problems import BadInput, Closed, NotAllowed
from bot.rules.profile import Network
from bot.rules.surveys import (
    ANSWER_LIMIT,
    LONGEST,
    MAX_QUESTION,
    MAX_QUESTIONS,
    MAX_TITLE,
    NewSurvey,
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
    Replace,
    Reply,
    Request,
    Subcommands,
    Submission,
    number_in,
)
from handlers.surveys import posts, views
from storage import surveys
from storage.members import all_members
from storage.surveys import Survey

USAGE = "start | list | results N | remind N | close N | export N"
PROPOSED = timedelta(days=14)


async def start_survey(command: Command, focal: Focal) -> Answer:
    """Open the form that starts a survey."""
    require(command.actor, Deed.START_SURVEY)
    day = (focal.now() + PROPOSED).date()
    time = f"{min(focal.network.working_hours.end, 23):02d}:00"
    return Modal(views.build_form(command._, focal.network, f"{day:%Y-%m-%d}", time, command.actor.zone))


async def submit_survey(submission: Submission, focal: Focal) -> Answer:
    """Check the form, store the survey and have it posted; what is wrong is said beside each field."""
    require(submission.actor, Deed.START_SURVEY)
    checked = _Form(submission, focal).checked()
    if isinstance(checked, Errors):
        return checked
    _ = submission._
    if not await focal.slack.is_in(checked.channel):
        return Errors({"channel": _("Focal is not in this channel. Invite it first: /invite @focal")})
    async with focal.db.begin() as conn:
        form = str(submission.view.get("id") or "") or None
        survey = await posts.start(conn, checked, submission.actor.user_id, focal.now(), form)
    said = _("Survey {number} “{title}” has started: {count} questions are on their way to {channel}.")
    return Reply(
        said.format(
            number=survey.id,
            title=safe(survey.title),
            count=len(survey.questions),
            channel=f"<#{survey.channel}>",
        )
    )


@dataclass(frozen=True)
class _Form:
    """The submitted form of a new survey, checked field by field."""

    submission: Submission
    focal: Focal

    def checked(self) -> NewSurvey | Errors:
        """Return the survey that is meant, or what is wrong."""
        faults = {block: words for block, words in self._faults() if words}
        closes_at = self._closes_at()
        if faults or closes_at is None:
            return Errors(faults)
        return NewSurvey(
            self._text("title"),
            self._text("introduction"),
            self._questions(),
            self._text("channel"),
            closes_at,
            Attribution(self._text("attribution")),
        )

    def _faults(self) -> list[tuple[str, str]]:
        _ = self.submission._
        titled = 0 < len(self._text("title")) <= MAX_TITLE
        known = {each.value for each in Attribution}
        return [
            ("title", "" if titled else _("A title needs 1 to {most} characters.").format(most=MAX_TITLE)),
            ("own", self._question_fault()),
            ("channel", "" if self._text("channel") else _("Choose a channel.")),
            ("day", self._moment_fault()),
            ("attribution", "" if self._text("attribution") in known else _("Choose one.")),
        ]

    def _question_fault(self) -> str:
        _ = self.submission._
        asked = self._questions()
        if not asked:
            return _("Choose a guiding question or write one of your own.")
        if len(asked) > MAX_QUESTIONS:
            return _("A survey has at most {most} questions; these are {count}.").format(
                most=MAX_QUESTIONS, count=len(asked)
            )
        if any(len(text) > MAX_QUESTION for text in asked):
            return _("A question has at most {most} characters.").format(most=MAX_QUESTION)
        return ""

    def _moment_fault(self) -> str:
        _ = self.submission._
        closes_at = self._closes_at()
        if closes_at is None:
            return _("This date and time do not exist in your zone, {zone}.").format(zone=self.submission.actor.zone)
        if closes_at <= self.focal.now():
            return _("The survey must close in the future.")
        if closes_at > self.focal.now() + LONGEST:
            return _("The survey must close within a year.")
        return ""

    def _closes_at(self) -> datetime | None:
        return local_moment(self._text("day"), self._text("time"), self.submission.actor.zone)

    def _text(self, block: str) -> str:
        return str(self.submission.values.get(block) or "").strip()

    def _questions(self) -> tuple[str, ...]:
        return unique((*guiding(self.focal.network, self.submission.values), *own_questions(self._text("own"))))


def guiding(network: Network, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the guiding questions that were ticked; values that name none are passed over."""
    ticked = {value for block, held in values.items() if block.startswith("questions_") for value in held or ()}
    return tuple(
        text
        for at, group in enumerate(network.guiding_questions)
        for i, text in enumerate(group.questions)
        if f"{at}.{i}" in ticked
    )


async def list_surveys(command: Command, focal: Focal) -> Answer:
    """List the surveys."""
    if not may(command.actor.roles, Deed.ANSWER):
        _require_reader(command.actor)
    async with focal.db.read() as conn:
        found = await surveys.all_surveys(conn)
    return Reply(*views.build_list(command._, found, command.actor.zone))


async def results(command: Command, focal: Focal) -> Answer:
    """Show who answered and what was said, as far as the attribution allows."""
    survey_id = number_in(command.text, "/wps-survey results 1")
    return Reply(*await _results(command, focal, survey_id, 0))


async def click_results(click: Click, focal: Focal) -> Answer:
    """Show the results to the person who asked for them at the header."""
    return Reply(*await _results(click, focal, *_claim(click)))


async def turn_results(click: Click, focal: Focal) -> Answer:
    """Show another page of the results in place of the one that was shown."""
    return Replace(*await _results(click, focal, *_claim(click)))


def _claim(click: Click) -> tuple[int, int]:
    survey_id, _, page = click.value.partition(":")
    return number_in(survey_id, "/wps-survey list"), number_in(page or "0", "/wps-survey list")


async def _results(request: Request, focal: Focal, survey_id: int, page: int) -> views.Words:
    _require_reader(request.actor)
    async with focal.db.read() as conn:
        survey = await surveys.survey(conn, survey_id)
        turnout = await surveys.turnout(conn, survey)
        said = await surveys.said(conn, survey, turnout)
        members = await all_members(conn)
    numbers = views.numbers_on(request._, said, members, page)
    return views.build_results(
        request._,
        survey,
        turnout,
        said,
        members,
        page=page,
        links=await _links(focal, survey, numbers),
        may_close=may(request.actor.roles, Deed.START_SURVEY),
        zone=request.actor.zone,
    )


async def _links(focal: Focal, survey: Survey, numbers: tuple[int, ...]) -> dict[int, str]:
    asked = [(each.number, each.ts) for each in survey.questions if each.ts and each.number in numbers]
    found = await asyncio.gather(*(focal.slack.permalink(survey.channel, ts) for _, ts in asked))
    return {number: url for (number, _), url in zip(asked, found, strict=True)}


def _require_reader(actor: Actor) -> None:
    """Raise NotAllowed unless this person may read results; who may see what delegations say to each other may."""
    if not may(actor.roles, Deed.SEE_NETWORK_FIELDS):
        raise NotAllowed(
            "You cannot see surveys and their results.",
            "They are open to the Network's focal points, the Troika, the presidency and the Secretariat.",
        )


async def remind(command: Command, focal: Focal) -> Answer:
    """Remind everybody who speaks for a delegation that has not answered."""
    require(command.actor, Deed.START_SURVEY)
    survey_id = number_in(command.text, "/wps-survey remind 1")
    async with focal.db.read() as conn:
        survey = await surveys.survey(conn, survey_id)
    url = await focal.slack.permalink(survey.channel, survey.header_ts) if survey.header_ts else ""
    async with focal.db.begin() as conn:
        sent = await posts.remind(conn, survey_id, url, command.actor.user_id, focal.now())
    _ = command._
    if not sent:
        return Reply(_("Nobody needs a reminder today: everybody was reminded or has answered."))
    return Reply(_("People who are reminded of survey {number}: {count}").format(number=survey_id, count=sent))


async def close(command: Command, focal: Focal) -> Answer:
    """Close the survey that was named."""
    return await _close(command, focal, number_in(command.text, "/wps-survey close 1"))


async def click_close(click: Click, focal: Focal) -> Answer:
    """Close a survey by its button, which has asked whether that is meant."""
    return await _close(click, focal, number_in(click.value, "/wps-survey list"))


async def _close(request: Request, focal: Focal, survey_id: int) -> Answer:
    require(request.actor, Deed.START_SURVEY)
    async with focal.db.begin() as conn:
        survey = await posts.close(conn, survey_id, request.actor.user_id, focal.now())
    said = request._("Survey {number} is closed; a summary is on its way to {channel}.")
    return Reply(said.format(number=survey_id, channel=f"<#{survey.channel}>"))


async def export(command: Command, focal: Focal) -> Answer:
    """Send what may be shown of the answers as a file to the asker's DM."""
    _require_reader(command.actor)
    number, _, ending = command.text.partition(" ")
    survey_id = number_in(number, "/wps-survey export 1 xlsx")
    ending = ending.strip().casefold().lstrip(".") or "csv"
    if ending not in {"csv", "xlsx", "json"}:
        raise BadInput("Focal exports csv, xlsx and json.", "Try: /wps-survey export 1 xlsx")
    async with focal.db.read() as conn:
        survey = await surveys.survey(conn, survey_id)
    send = partial(_send_export, focal, command.actor, survey, ending, command._)
    return Reply(command._("The file is on its way to your messages with Focal."), after=send)


async def _send_export(focal: Focal, actor: Actor, survey: Survey, ending: str, _: Gettext) -> None:
    with tempfile.TemporaryDirectory(prefix="focal-") as folder:
        path = Path(folder) / f"survey-{survey.id}.{ending}"
        rows = await surveys.export_file(focal.db, survey.id, path, focal.now())
        content = await asyncio.to_thread(path.read_bytes)
    said = _("Survey {number} “{title}”; answers in this file: {count}")
    await focal.slack.send_file(
        actor.user_id, path.name, content, said.format(number=survey.id, title=safe(survey.title), count=rows)
    )


async def open_answer(click: Click, focal: Focal) -> Answer:
    """Open the form for a private answer, with what the person has answered so far."""
    require_voice(click.actor, Deed.ANSWER)
    async with focal.db.read() as conn:
        survey, asked = await surveys.question(conn, number_in(click.value, "/wps-survey list"))
        earlier = await surveys.private_answer(conn, survey, asked, click.actor)
    _require_open(survey, focal.now())
    return Modal(views.build_answer_form(click._, survey, asked, earlier))


async def submit_answer(submission: Submission, focal: Focal) -> Answer:
    """Store a private answer in place of the person's earlier one; an empty one takes it back."""
    require_voice(submission.actor, Deed.ANSWER)
    text = str(submission.values.get("answer") or "").strip()
    _ = submission._
    if len(text) > ANSWER_LIMIT:
        return Errors({"answer": _("An answer has at most {most} characters.").format(most=ANSWER_LIMIT)})
    question_id = number_in(submission.private_metadata, "/wps-survey list")
    now = focal.now()
    async with focal.db.begin() as conn:
        survey, asked = await surveys.question(conn, question_id, lock=True)
        _require_open(survey, now)
        before = await surveys.turnout(conn, survey)
        if not text and not await surveys.withdraw_private(conn, survey, asked, submission.actor, now):
            return Errors({"answer": _("Write an answer, or cancel.")})
        if text:
            await surveys.answer_privately(conn, survey, asked, submission.actor, text, now)
        await posts.refresh(conn, survey, before, now)
    said = (
        _("Your answer to question {number} is recorded. You can change it until the survey closes.")
        if text
        else _("Your answer to question {number} is taken back.")
    )
    return Reply(f"{said.format(number=asked.number)}\n{views.promise(_, survey.attribution)}")


def _require_open(survey: Survey, now: datetime) -> None:
    # Somebody who waited here for the close to be committed has an earlier `now` than it, and is late all the same.
    if survey.closed_at is not None or not survey.takes(now):
        raise Closed("Survey {number} is closed.", "Nobody can answer it any more.", number=survey.id)


SURVEY = Subcommands(
    {
        "start": start_survey,
        "list": list_surveys,
        "results": results,
        "remind": remind,
        "close": close,
        "export": export,
    },
    default=list_surveys,
    usage=f"/wps-survey {USAGE}",
)
