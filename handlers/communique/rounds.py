"""What people do in a silence procedure: circulate, open, break, move its end, withdraw, confirm, reopen, look."""

from datetime import datetime, timedelta

from bot.rules import silence as rules
from bot.rules.communique import fingerprint
from bot.rules.contacts import VOICES
from bot.rules.permissions import Deed as Right
from bot.rules.permissions import may, require, require_voice
from bot.rules.problems import AlreadyDone, BadInput, Changed, Closed, NotFound
from bot.rules.recommendations import REASON_LIMIT
from bot.rules.reminders import zone_of
from bot.rules.silence import Breach, Outcome, Round
from bot.rules.surveys import local_moment
from handlers.communique import posts, round_views
from handlers.communique.listeners import USAGE, shown, visible, wording_of
from handlers.communique.round_views import Plan
from handlers.communique.views import Words
from handlers.listening import (
    Answer,
    Click,
    Command,
    Errors,
    Focal,
    Modal,
    Reply,
    Request,
    Submission,
    number_in,
    numbers_in,
)
from handlers.reader import reader_of
from storage import communiques, contacts, people, silence
from storage.communiques import Communique, State
from storage.database import Conn
from storage.silence import Deed, Kept, Way

STATUS = "/wps-communique status 7"


# Circulating ---------------------------------------------------------------------------------------------------------


async def open_start(command: Command, focal: Focal) -> Answer:
    """Open the form that puts the newest version of a text under silence."""
    return await _start_form(command, focal, number_in(command.text, "/wps-communique silence 7"))


async def click_start(click: Click, focal: Focal) -> Answer:
    """Open that form from the text itself."""
    return await _start_form(click, focal, number_in(click.value, USAGE))


async def _start_form(request: Request, focal: Focal, number: int) -> Answer:
    require(request.actor, Right.PUBLISH)
    async with focal.db.read() as conn:
        found = await communiques.communique(conn, number)
        _require_draft(found)
        entitled = await _entitled(conn, focal)
        reached = {each.member for each in await people.voices_of(conn, entitled, focal.now().date())}
    earliest = _earliest(focal)
    day, time = _proposed(focal, earliest, request.actor.zone)
    plan = Plan(found, len(entitled), sorted(entitled - reached), earliest, day, time)
    return Modal(round_views.build_start_form(reader_of(request, focal), plan, focal.network.silence))


def _require_draft(found: Communique) -> None:
    if found.state is not State.DRAFT:
        raise Closed("Communiqué {number} is not being drafted.", "See /wps-communique {number}.", number=found.id)


async def _entitled(conn: Conn, focal: Focal) -> frozenset[str]:
    """Return the delegations whose silence is asked for: all that have a focal point or alternate today."""
    known = await contacts.current(conn, focal.now().date())
    return frozenset(each.member for each in known if each.role in VOICES)


def _earliest(focal: Focal) -> datetime:
    return rules.earliest_end(focal.now(), focal.network.silence, focal.network.working_hours.weekdays)


def _proposed(focal: Focal, earliest: datetime, zone: str) -> tuple[str, str]:
    """Return a day and time in `zone` at which a round may end: at noon of a working day."""
    wall = earliest.astimezone(zone_of(zone))
    noon = wall.replace(hour=12, minute=0, second=0, microsecond=0)
    while noon <= wall or noon.isoweekday() not in focal.network.working_hours.weekdays:
        noon += timedelta(days=1)
    return f"{noon:%Y-%m-%d}", f"{noon:%H:%M}"


async def submit_start(submission: Submission, focal: Focal) -> Answer:
    """Put a version under silence and have it brought to every delegation."""
    require(submission.actor, Right.PUBLISH)
    _ = submission._
    number, seen, *_rest = numbers_in(submission.private_metadata, 2, USAGE)
    ends_at = _moment(submission)
    if ends_at is None:
        return _no_such_time(submission)
    try:
        async with focal.db.begin() as conn:
            kept = await _circulate(conn, submission, focal, number, seen, ends_at)
    except BadInput as wrong:
        return Errors({"day": wrong.said(_)})
    said = _("Communiqué {number} is under silence (round {round}). It ends: {end}. Who has it: {status}")
    return Reply(
        said.format(
            number=number,
            round=kept.number,
            end=round_views.end_words(reader_of(submission, focal), kept.around.ends_at),
            status=f"`/wps-communique status {number}`",
        )
    )


async def _circulate(
    conn: Conn, submission: Submission, focal: Focal, number: int, seen: int, ends_at: datetime
) -> Kept:
    found = await communiques.communique(conn, number, lock=True)
    _require_draft(found)
    if found.version != seen:
        raise Changed("Communiqué {number} was changed since.", "Look at it, and open the form again.", number=number)
    now, notice = focal.now(), timedelta(hours=focal.network.silence.notice_hours)
    around = rules.circulate(now, ends_at, _earliest(focal), notice, await _entitled(conn, focal))
    version = await communiques.version(conn, number)
    plain = (await wording_of(conn, focal)).plain(version.text)
    named = round_views.NAMED in (submission.values.get("named") or ())
    mark, by = fingerprint(plain), submission.actor.user_id
    kept = await silence.start(conn, number, version.number, plain, mark, around, by, named=named)
    await posts.circulate(conn, focal, kept)
    return kept


def _moment(submission: Submission) -> datetime | None:
    day, time = (str(submission.values.get(name) or "") for name in ("day", "time"))
    return local_moment(day, time, submission.actor.zone)


def _no_such_time(submission: Submission) -> Errors:
    said = submission._("This date and time do not exist in your zone, {zone}.")
    return Errors({"day": said.format(zone=submission.actor.zone)})


# Delegations ---------------------------------------------------------------------------------------------------------


async def open_text(click: Click, focal: Focal) -> Answer:
    """Show the text that is under silence, and remember that the delegation has opened it."""
    round_id = number_in(click.value, STATUS)
    async with focal.db.begin() as conn:
        kept = await silence.load(conn, round_id)
        member = click.actor.member
        if member in kept.around.entitled and may(click.actor.roles, Right.BREAK_SILENCE):
            await silence.mark_opened(conn, round_id, member or "", focal.now())
    return Reply(*await shown(click, focal, kept.communique_id, kept.version))


async def open_break(click: Click, focal: Focal) -> Answer:
    """Open the form with which a delegation breaks the silence."""
    require_voice(click.actor, Right.BREAK_SILENCE)
    async with focal.db.read() as conn:
        kept = await silence.load(conn, number_in(click.value, STATUS))
        what = await posts.told(conn, focal, kept)
    late = focal.now() >= kept.around.ends_at
    return Modal(round_views.build_break_form(reader_of(click, focal), what, late=late))


async def submit_break(submission: Submission, focal: Focal) -> Answer:
    """Record what a delegation says against a text: in time it breaks the silence, late it goes to the chair."""
    member = require_voice(submission.actor, Right.BREAK_SILENCE)
    reason, kind = _reason(submission), str(submission.values.get("kind") or "")
    if kind not in set(Breach):
        return Errors({"kind": submission._("Choose one.")})
    round_id, now = number_in(submission.private_metadata, STATUS), focal.now()
    try:
        async with focal.db.begin() as conn:
            kept = await posts.settle(conn, focal, await silence.load(conn, round_id, lock=True), now)
            around = rules.speak(kept.around, member, Breach(kind), reason, now)
            await _record(conn, focal, kept, around, submission.actor.user_id)
    except (BadInput, AlreadyDone) as wrong:
        return Errors({"reason": wrong.said(submission._)})
    return Reply(_answer(submission, kept, around))


async def _record(conn: Conn, focal: Focal, kept: Kept, around: Round, by: str) -> None:
    said = around.objections[-1]
    await silence.save(conn, kept, around)
    deed = silence.deed_of(said)
    entry = await silence.note(conn, kept.id, said.at, by, deed, member=said.member, reason=said.reason)
    await posts.pass_on(conn, focal, kept, said, entry)
    if kept.around.outcome is Outcome.OPEN and around.outcome is Outcome.BROKEN:
        await communiques.set_state(conn, kept.communique_id, State.DRAFT)
        await posts.announce(conn, focal, kept, entry)


def _answer(submission: Submission, kept: Kept, around: Round) -> str:
    _ = submission._
    if around.objections[-1].late:
        return _("The silence had ended. What you sent is kept and goes to the chair; it counts only if they reopen.")
    if kept.around.outcome is Outcome.OPEN:
        return _("Your delegation has broken the silence. The text is not adopted, and everybody is told.")
    return _("The silence was broken already; what you sent is kept beside it and goes to the chair.")


def _reason(submission: Submission) -> str:
    return str(submission.values.get("reason") or "").strip()[:REASON_LIMIT]


# The chair -----------------------------------------------------------------------------------------------------------


async def open_move(click: Click, focal: Focal) -> Answer:
    """Open the form that prolongs or shortens a silence."""
    what = await _chairing(click, focal)
    wall = what.kept.around.ends_at.astimezone(zone_of(click.actor.zone))
    form = round_views.build_move_form(reader_of(click, focal), what, f"{wall:%Y-%m-%d}", f"{wall:%H:%M}")
    return Modal(form)


async def open_withdraw(click: Click, focal: Focal) -> Answer:
    """Open the form that takes a text back."""
    return Modal(round_views.build_withdraw_form(reader_of(click, focal), await _chairing(click, focal)))


async def open_confirm(click: Click, focal: Focal) -> Answer:
    """Open the form that records a receipt that Slack does not know of."""
    what = await _chairing(click, focal)
    if all(each.received_at for each in what.kept.receipts):
        raise AlreadyDone("Every delegation has received the text.")
    return Modal(round_views.build_confirm_form(reader_of(click, focal), what))


async def _chairing(click: Click, focal: Focal) -> round_views.Told:
    require(click.actor, Right.PUBLISH)
    async with focal.db.read() as conn:
        return await posts.told(conn, focal, await silence.load(conn, number_in(click.value, STATUS)))


async def submit_move(submission: Submission, focal: Focal) -> Answer:
    """Prolong or shorten a silence, and tell everybody."""
    require(submission.actor, Right.PUBLISH)
    _ = submission._
    ends_at, now, reason = _moment(submission), focal.now(), _reason(submission)
    if ends_at is None:
        return _no_such_time(submission)
    try:
        async with focal.db.begin() as conn:
            kept = await _locked(conn, submission, focal)
            around = rules.move_end(kept.around, ends_at, now, reason)
            await posts.after_move(conn, kept, around, now)
            deed = Deed.PROLONGED if around.ends_at > kept.around.ends_at else Deed.SHORTENED
            await _change(conn, submission, focal, kept, around, deed)
    except (BadInput, AlreadyDone) as wrong:
        return Errors({"day": wrong.said(_)})
    end = round_views.end_words(reader_of(submission, focal), around.ends_at)
    return Reply(_("The silence ends now: {end}. Everybody is told.").format(end=end))


async def _locked(conn: Conn, submission: Submission, focal: Focal) -> Kept:
    round_id = number_in(submission.private_metadata, STATUS)
    return await posts.settle(conn, focal, await silence.load(conn, round_id, lock=True), focal.now())


async def _change(conn: Conn, submission: Submission, focal: Focal, kept: Kept, around: Round, deed: Deed) -> None:
    await silence.save(conn, kept, around)
    moved = around.ends_at if around.ends_at != kept.around.ends_at else None
    by, reason = submission.actor.user_id, _reason(submission)
    entry = await silence.note(conn, kept.id, focal.now(), by, deed, reason=reason, ends_at=moved)
    await posts.announce(conn, focal, kept, entry)


async def submit_withdraw(submission: Submission, focal: Focal) -> Answer:
    """Take a text back from a silence, and tell everybody why."""
    require(submission.actor, Right.PUBLISH)
    _ = submission._
    if not _reason(submission):
        return Errors({"reason": _("Give a reason.")})
    async with focal.db.begin() as conn:
        kept = await _locked(conn, submission, focal)
        around = rules.withdraw(kept.around, focal.now())
        await communiques.set_state(conn, kept.communique_id, State.DRAFT)
        await _change(conn, submission, focal, kept, around, Deed.WITHDRAWN)
    return Reply(_("The text is withdrawn, and everybody is told."))


async def submit_confirm(submission: Submission, focal: Focal) -> Answer:
    """Record that a delegation has the text although Slack did not bring it."""
    require(submission.actor, Right.PUBLISH)
    _ = submission._
    member, reason = str(submission.values.get("member") or ""), _reason(submission)
    if not reason:
        return Errors({"reason": _("Say how it received the text.")})
    async with focal.db.begin() as conn:
        kept = await _locked(conn, submission, focal)
        if not await silence.receive(conn, kept.id, member, focal.now(), Way.CONFIRMED):
            return Errors({"member": _("This delegation has the text already, or the silence is over.")})
        by = submission.actor.user_id
        await silence.note(conn, kept.id, focal.now(), by, Deed.CONFIRMED, member=member, reason=reason)
    name = reader_of(submission, focal).names(member)
    return Reply(_("It is recorded that {name} has the text.").format(name=name))


async def admit(click: Click, focal: Focal) -> Answer:
    """Let a late message count: the text is then not adopted after all, and everybody is told."""
    require(click.actor, Right.PUBLISH)
    claimed, _colon, member = click.value.partition(":")
    async with focal.db.begin() as conn:
        kept = await silence.load(conn, number_in(claimed, STATUS), lock=True)
        newest = (await silence.of_communique(conn, kept.communique_id))[-1]
        if newest.id != kept.id:
            raise Closed("A later round is under way.", "See {usage}.", usage=STATUS)
        around = rules.admit(kept.around, member, focal.now())
        await silence.save(conn, kept, around)
        await posts.undo_adoption(conn, focal, kept)
        reason = next(each.reason for each in reversed(kept.around.objections) if each.late and each.member == member)
        by = click.actor.user_id
        entry = await silence.note(conn, kept.id, focal.now(), by, Deed.ADMITTED, member=member, reason=reason)
        await posts.announce(conn, focal, kept, entry)
    return Reply(click._("The late message counts: the text is not adopted, and everybody is told."))


# Status --------------------------------------------------------------------------------------------------------------


async def status(command: Command, focal: Focal) -> Answer:
    """Show the rounds of a text, or of the one whose silence ends next."""
    if command.text.strip():
        return Reply(*await _status(command, focal, number_in(command.text, STATUS)))
    if not may(command.actor.roles, Right.SEE_NETWORK_FIELDS):
        require(command.actor, Right.PUBLISH)
    async with focal.db.read() as conn:
        running = await silence.open_rounds(conn)
    if not running:
        return Reply(command._("No text is under silence now. One that was: {usage}").format(usage=f"`{STATUS}`"))
    return Reply(*await _status(command, focal, running[0].communique_id))


async def click_status(click: Click, focal: Focal) -> Answer:
    """Show the rounds of a text to whoever asked at a button."""
    return Reply(*await _status(click, focal, number_in(click.value, STATUS)))


async def _status(request: Request, focal: Focal, number: int) -> Words:
    async with focal.db.read() as conn:
        found = await visible(conn, request.actor, number)
        if found.state is State.RECORDED:
            raise NotFound("Communiqué {number} was not under silence here.", "See /wps-communique.", number=number)
        rounds = await silence.of_communique(conn, number)
    chairs = may(request.actor.roles, Right.PUBLISH)
    voice = request.actor.member or "" if may(request.actor.roles, Right.BREAK_SILENCE) else ""
    return round_views.build_status(reader_of(request, focal), found, rounds, chairs=chairs, voice=voice)
