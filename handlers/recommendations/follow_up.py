"""Following up what was adopted: the Troika asks, delegations report, reviewers validate, and all see what moved."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from bot.rules.follow_up import COMMENT_LIMIT, Progress, Report, period_of, standings
from bot.rules.permissions import Deed, may, require, require_voice
from bot.rules.problems import BadInput, NotAllowed
from bot.rules.recommendations import State, Wanted
from handlers import ids
from handlers.listening import (
    Answer,
    Click,
    ClickListener,
    Command,
    Errors,
    Focal,
    Modal,
    Reply,
    Request,
    Submission,
    choice_in,
    number_in,
)
from handlers.recommendations import follow_up_views as views
from handlers.recommendations import posts
from handlers.recommendations.follow_up_views import PART, Records, Standing
from handlers.recommendations.forms import look_of, text_in
from handlers.recommendations.views import Look, Words
from handlers.recommendations.waiting import ADOPTED
from storage import follow_ups, outbox, people, recommendations
from storage.database import Conn
from storage.follow_ups import FollowUp
from storage.members import all_members
from storage.people import Recipient

USAGE = "/wps-recommend progress 12"


# Asking --------------------------------------------------------------------------------------------------------------


async def open_ask(click: Click, focal: Focal) -> Answer:
    """Open the form in which progress is asked for."""
    require(click.actor, Deed.FOLLOW_UP)
    async with focal.db.read() as conn:
        asked = await _to_ask(conn, focal)
        look = await look_of(conn, focal, click)
    numbers, members = {number for number, _ in asked}, {member for _, member in asked}
    return Modal(views.build_ask_form(look, _period(focal), len(numbers), len(members)))


def _period(focal: Focal) -> str:
    return period_of(focal.now().date(), focal.network.follow_up_months)


async def _to_ask(conn: Conn, focal: Focal) -> list[tuple[int, str]]:
    """Return every adopted record with each member it asks to act: those it is addressed to, or all.

    Raises BadInput where nothing was adopted.
    """
    found = await recommendations.numbers(conn, Wanted(states=ADOPTED))
    everybody = await people.members_with_voices(conn, focal.now().date())
    asked = [
        (record.number, member)
        for record in await recommendations.several(conn, sorted(found))
        for member in sorted(set(record.addressees) or everybody)
    ]
    if not asked:
        raise BadInput("Nothing was adopted yet that could be followed up.", "See /wps-communique.")
    return asked


async def submit_ask(submission: Submission, focal: Focal) -> Answer:
    """Ask the addressees of everything that was adopted for their progress, once in a period."""
    require(submission.actor, Deed.FOLLOW_UP)
    note, by = text_in(submission, "note")[: views.NOTE_LIMIT], submission.actor.user_id
    async with focal.db.begin() as conn:
        asked = await _to_ask(conn, focal)
        about = await follow_ups.ask(conn, _period(focal), note, by, focal.now(), asked)
        members = {member for _, member in asked}
        voices = await people.voices_of(conn, members, focal.now().date())
        await _show(conn, focal, about, voices, new=True)
    said = submission._("Delegations that are asked: {count}. What they report: {command}")
    return Reply(said.format(count=len(members), command="`/wps-recommend progress`"))


async def _show(conn: Conn, focal: Focal, about: FollowUp, voices: Sequence[Recipient], *, new: bool = False) -> None:
    """Have what delegations are asked shown to those who speak for them: for the first time, or as it is now."""
    for person in voices:
        reports = await follow_ups.of_round(conn, about.id, person.member)
        records = await _records(conn, reports)
        look = Look(focal, focal.translate(person.locale), await all_members(conn), person.locale)
        for place in range(0, len(reports), PART):
            key = f"progress:{about.id}:{person.user_id}:{place // PART}"
            payload = views.build_asked(look, about, reports[place : place + PART], records)
            if new:
                await outbox.post(conn, key, person.user_id, payload, focal.now())
            else:
                await outbox.change(conn, key, payload, focal.now())


async def _records(conn: Conn, reports: Sequence[Report]) -> Records:
    numbers = sorted({each.number for each in reports})
    return {record.number: record for record in await recommendations.several(conn, numbers)}


# Reporting -----------------------------------------------------------------------------------------------------------


async def _open_report(progress: Progress, click: Click, focal: Focal) -> Answer:
    """Open the form in which a delegation says how far it has come, with what was pressed chosen."""
    async with focal.db.read() as conn:
        report = await _own(conn, click, number_in(click.value, USAGE))
        record = await recommendations.recommendation(conn, report.number)
        look = await look_of(conn, focal, click)
    return Modal(views.build_report_form(look, report, record, progress))


BUTTONS: dict[str, ClickListener] = {
    ids.PROGRESS_DONE: partial(_open_report, Progress.DONE),
    ids.PROGRESS_UNDER_WAY: partial(_open_report, Progress.UNDER_WAY),
    ids.PROGRESS_NOT_BEGUN: partial(_open_report, Progress.NOT_BEGUN),
}


async def _own(conn: Conn, request: Request, report_id: int) -> Report:
    """Return what the asker's own delegation was asked; NotAllowed for another's."""
    member = require_voice(request.actor, Deed.REPORT)
    found = await follow_ups.report(conn, report_id)
    if found.member != member:
        raise NotAllowed("This was asked of another delegation.", "See /wps-recommend progress.")
    return found


async def submit_report(submission: Submission, focal: Focal) -> Answer:
    """Record how far a delegation has come, and show it to everybody of it."""
    progress = choice_in(Progress, text_in(submission, "progress"))
    comment = text_in(submission, "comment")
    if len(comment) > COMMENT_LIMIT:
        return Errors({"comment": submission._("At most {most} characters.").format(most=COMMENT_LIMIT)})
    async with focal.db.begin() as conn:
        asked = await _own(conn, submission, number_in(submission.private_metadata, USAGE))
        told = await follow_ups.tell(conn, asked, progress, comment, submission.actor.user_id, focal.now())
        (about,) = await follow_ups.latest(conn, 1)
        voices = await people.voices_of(conn, (told.member,), focal.now().date())
        await _show(conn, focal, about, voices)
    said = submission._(
        "Reported of number {number}: {progress}. Your delegation can change it until it is asked anew."
    )
    return Reply(said.format(number=told.number, progress=views.progress_name(submission._, progress)))


# What moved ----------------------------------------------------------------------------------------------------------


async def progress(command: Command, focal: Focal) -> Answer:
    """Show the table of what moved, or what was reported of the record that is named."""
    if not may(command.actor.roles, Deed.SEE_NETWORK_FIELDS):
        raise NotAllowed("You cannot see the follow-up.", "It is open to the Network's focal points.")
    if command.text.strip():
        return Reply(*await _reports(command, focal, number_in(command.text, USAGE)))
    async with focal.db.read() as conn:
        standing = await _standing(conn, focal, command)
        look = await look_of(conn, focal, command)
    return Reply(*views.build_standing(look, standing))


async def _standing(conn: Conn, focal: Focal, request: Request) -> Standing:
    rounds = await follow_ups.latest(conn)
    now, before = [await follow_ups.of_round(conn, each.id) for each in rounds] + [()] * (2 - len(rounds))
    asked = bool(rounds) and rounds[0].period == _period(focal)
    may_ask = may(request.actor.roles, Deed.FOLLOW_UP) and not asked
    mine = may(request.actor.roles, Deed.REPORT)
    own = [each for each in now if mine and each.member == request.actor.member and each.progress is None]
    records = await _records(conn, now)
    return Standing(rounds[0] if rounds else None, standings(now, before), records, own, may_ask)


async def _reports(request: Request, focal: Focal, number: int) -> Words:
    async with focal.db.read() as conn:
        record = await recommendations.recommendation(conn, number)
        reports = await follow_ups.of_record(conn, number)
        look = await look_of(conn, focal, request)
    return views.build_reports(look, record, reports, may_validate=may(request.actor.roles, Deed.REVIEW))


async def validate(click: Click, focal: Focal) -> Answer:
    """Record that a report was checked: from the first one on its record counts as followed up."""
    require(click.actor, Deed.REVIEW)
    claimed, _colon, seen = click.value.partition(":")
    report_id = number_in(claimed, USAGE)
    async with focal.db.begin() as conn:
        found = await follow_ups.validate(conn, report_id, _moment(seen), click.actor.user_id, focal.now())
        await _follow_up(conn, click, focal, found)
    return Reply(*await _reports(click, focal, found.number))


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None


async def _follow_up(conn: Conn, click: Click, focal: Focal, found: Report) -> None:
    record = await recommendations.recommendation(conn, found.number, lock=True)
    if record.state is State.IN_COMMUNIQUE:
        members = await all_members(conn)
        name = members[found.member].name if found.member in members else found.member
        said = f"{name}: {found.progress}, reported {found.at:%Y-%m-%d}, validated by {click.actor.name}"
        await posts.decide(conn, focal, found.number, State.FOLLOWED_UP, click.actor, said)
