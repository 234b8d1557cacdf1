"""What people ask of surveys: list, read, close, export, and post again what was deleted."""

import asyncio
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.rules.permissions import Actor, Deed, may, require
from bot.rules.problems import AlreadyDone, BadInput, NotAllowed
from bot.rules.text import Gettext, safe
from handlers.listening import Answer, Click, Command, Focal, Replace, Reply, Request, Subcommands, number_in
from handlers.surveys import making, posts, reminding, views
from handlers.surveys.results import build_results
from storage import survey_exports, survey_reminders, surveys
from storage.database import Conn
from storage.surveys import Survey

USAGE = "start | list | draft N | results N | remind N | close N | export N [csv, xlsx, json, docx]"
ENDINGS = ("csv", "xlsx", "json", "docx")
LIST = "/wps-survey list"


async def list_surveys(command: Command, focal: Focal) -> Answer:
    """List the surveys and, for those who may start one, the drafts."""
    if not may(command.actor.roles, Deed.ANSWER):
        _require_reader(command.actor)
    async with focal.db.read() as conn:
        found = await surveys.all_surveys(conn)
        drafts = await surveys.not_started(conn) if may(command.actor.roles, Deed.START_SURVEY) else ()
    return Reply(*views.build_list(command._, found, drafts, command.actor.zone))


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
    return number_in(survey_id, LIST), number_in(page or "0", LIST)


async def _results(request: Request, focal: Focal, survey_id: int, page: int) -> views.Words:
    _require_reader(request.actor)
    leads = may(request.actor.roles, Deed.START_SURVEY)
    async with focal.db.read() as conn:
        survey = await _started(conn, survey_id)
        outcome = await posts.outcome(conn, focal, survey)
        declined = await survey_reminders.declined(conn, survey) if leads else ()
    outcome = replace(outcome, declined=declined)
    proposes, zone = may(request.actor.roles, Deed.PROPOSE), request.actor.zone
    return build_results(request._, outcome, page=page, may_close=leads, may_propose=proposes, zone=zone)


async def _started(conn: Conn, survey_id: int) -> Survey:
    survey = await surveys.survey(conn, survey_id)
    if survey.started_at is None:
        raise BadInput("Survey {number} has not started yet.", "See /wps-survey list.", number=survey_id)
    return survey


def _require_reader(actor: Actor) -> None:
    """Raise NotAllowed unless this person may read results; who may see what delegations say to each other may."""
    if not may(actor.roles, Deed.SEE_NETWORK_FIELDS):
        raise NotAllowed(
            "You cannot see surveys and their results.",
            "They are open to the Network's focal points, the Troika, the presidency and the Secretariat.",
        )


async def close(command: Command, focal: Focal) -> Answer:
    """Close the survey that was named."""
    return await _close(command, focal, number_in(command.text, "/wps-survey close 1"))


async def click_close(click: Click, focal: Focal) -> Answer:
    """Close a survey by its button, which has asked whether that is meant."""
    return await _close(click, focal, number_in(click.value, LIST))


async def _close(request: Request, focal: Focal, survey_id: int) -> Answer:
    require(request.actor, Deed.START_SURVEY)
    async with focal.db.begin() as conn:
        survey = await posts.close(conn, focal, survey_id, request.actor.user_id)
    said = request._("Survey {number} is closed; a summary is on its way to {channel}.")
    return Reply(said.format(number=survey_id, channel=f"<#{survey.channel}>"))


async def post_again(click: Click, focal: Focal) -> Answer:
    """Post a header or question again whose message was deleted."""
    require(click.actor, Deed.START_SURVEY)
    survey_id, _, rest = click.value.partition(":")
    place, _, ts = rest.partition(":")
    number = number_in(place, LIST)
    async with focal.db.begin() as conn:
        survey = await surveys.survey(conn, number_in(survey_id, LIST), lock=True)
        asked = next((each for each in survey.questions if each.number == number), None)
        if (asked.ts if asked else survey.header_ts) != ts or survey.closed_at is not None:
            raise AlreadyDone("This message was posted again already, or the survey is closed.")
        survey = await surveys.post_again(conn, survey, asked)
        if asked is None:
            await posts.post_header(conn, survey, focal.now())
        else:
            again = next(each for each in survey.questions if each.id == asked.id)
            await posts.post_question(conn, survey, again, focal.now())
    return Reply(click._("It is on its way to {channel}.").format(channel=f"<#{survey.channel}>"))


async def export(command: Command, focal: Focal) -> Answer:
    """Send what may be shown of the answers as a file to the asker's DM."""
    _require_reader(command.actor)
    number, _, ending = command.text.partition(" ")
    survey_id = number_in(number, "/wps-survey export 1 xlsx")
    ending = ending.strip().casefold().lstrip(".") or "csv"
    if ending not in ENDINGS:
        raise BadInput("Focal exports csv, xlsx, json and docx.", "Try: /wps-survey export 1 xlsx")
    async with focal.db.read() as conn:
        survey = await _started(conn, survey_id)
    send = partial(_send_export, focal, command.actor, survey, ending, command._)
    return Reply(command._("The file is on its way to your messages with Focal."), after=send)


async def _send_export(focal: Focal, actor: Actor, survey: Survey, ending: str, _: Gettext) -> None:
    with tempfile.TemporaryDirectory(prefix="focal-") as folder:
        path = Path(folder) / f"survey-{survey.id}.{ending}"
        rows = await survey_exports.export_file(focal.db, survey.id, path, focal.now())
        content = await asyncio.to_thread(path.read_bytes)
    said = _("Survey {number} “{title}”; answers in this file: {count}")
    await focal.slack.send_file(
        actor.user_id, path.name, content, said.format(number=survey.id, title=safe(survey.title), count=rows)
    )


SURVEY = Subcommands(
    {
        "start": making.start_survey,
        "list": list_surveys,
        "draft": making.open_draft,
        "results": results,
        "remind": reminding.remind,
        "close": close,
        "export": export,
    },
    default=list_surveys,
    usage=f"/wps-survey {USAGE}",
)
