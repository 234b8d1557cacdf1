"""What people do with recommendations: propose, list, show, endorse, decide, edit and export."""

import asyncio
import re
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.rules.attribution import Attribution
from bot.rules.likeness import INTERRUPTING, SUGGESTED
from bot.rules.permissions import Actor, Deed, may, require, require_voice
from bot.rules.problems import BadInput, Changed, NotAllowed, NotFound
from bot.rules.recommendations import (
    OPEN,
    REASON_LIMIT,
    TEXT_LIMIT,
    Kind,
    NewRecommendation,
    State,
    Wording,
    asks_first,
    put_forward_by,
    read_filters,
    said_by,
    strictest,
    takes_back,
)
from bot.rules.text import Gettext, plain
from handlers.listening import (
    Answer,
    Click,
    Command,
    CommandListener,
    Errors,
    Focal,
    Modal,
    Replace,
    Reply,
    Request,
    Shortcut,
    Submission,
    Update,
    choice_in,
    number_in,
)
from handlers.recommendations import posts, sources, suggestion_views, views
from handlers.recommendations.confirming import show_waiting
from handlers.recommendations.follow_up import progress
from handlers.recommendations.forms import look_of, meeting_chosen, meetings_offered, text_in, wording_in
from handlers.recommendations.sources import Source
from handlers.recommendations.suggesting import put_forward
from handlers.recommendations.views import Around, Choices, Look, Page
from storage import communiques, recommendations, suggestions, survey_answers, surveys
from storage.database import Conn
from storage.recommendations import Recommendation
from storage.surveys import Recorded

USAGE = (
    "[text] | list [theme, member, region, meeting N, state, kind, #tag] | show N | confirm | progress [N] | "
    "export [csv, json, md, xlsx]"
)
SHOW = "/wps-recommend show 12"
EXPORTS = ("csv", "json", "md", "xlsx")
SURVEYS_OFFERED = 5
FILTER_LIMIT = 500


async def propose(command: Command, focal: Focal) -> Answer:
    """Open the form with what was typed: a mistyped subcommand must not become a delegation's proposal."""
    require(command.actor, Deed.PROPOSE)
    text = plain(command.text)
    if len(text) > TEXT_LIMIT:
        raise BadInput(
            "This has {length} characters; a recommendation has at most {most}.",
            "Shorten it, or propose it in parts.",
            length=len(text),
            most=TEXT_LIMIT,
        )
    new = NewRecommendation(Kind.RECOMMENDATION, text)
    async with focal.db.read() as conn:
        look, choices = await look_of(conn, focal, command), await _choices(conn, new)
    return Modal(views.build_form(look, new, choices, ""))


async def propose_message(shortcut: Shortcut, focal: Focal) -> Answer:
    """Open the form with a message's words, and remember who said them and in answer to what."""
    require(shortcut.actor, Deed.PROPOSE)
    source, text, cut = sources.read(shortcut)
    author = await sources.author_of(focal, source)
    async with focal.db.begin() as conn:
        new = put_forward_by(await sources.from_source(conn, source, author, text), shortcut.actor)
        return await _known(conn, focal, shortcut, new) or await _form(conn, focal, shortcut, source, new, cut=cut)


async def propose_answer(click: Click, focal: Focal) -> Answer:
    """Open the form with an answer, from a survey's results."""
    require(click.actor, Deed.PROPOSE)
    _require_reader(click.actor)
    async with focal.db.begin() as conn:
        heard = await surveys.recorded_as(conn, number_in(click.value, "/wps-survey list"))
        await _require_shown(conn, heard)
        source, text, cut = sources.read_answer(heard, click.actor.user_id)
        new = put_forward_by(await sources.from_source(conn, source, None, text), click.actor)
        return await _known(conn, focal, click, new) or await _form(conn, focal, click, source, new, cut=cut)


async def _require_shown(conn: Conn, heard: Recorded) -> None:
    """Raise NotFound unless the results of its survey show this answer: under the Chatham House Rule not all do."""
    turnout = await survey_answers.turnout(conn, heard.survey)
    shown = await survey_answers.said(conn, heard.survey, turnout)
    if heard.id not in {each.id for each in shown}:
        raise NotFound("This answer is not there any more.", "Open the results again: /wps-survey list.")


async def _known(conn: Conn, focal: Focal, request: Request, new: NewRecommendation) -> Answer | None:
    """Return what there is already of what `new` comes from, None if it can be proposed."""
    look = await look_of(conn, focal, request)
    number = await recommendations.of_source(conn, new.source or "")
    if number is not None:
        record = await _readable(conn, request.actor, number)
        return Reply(*views.build_record(look, record, await _around(conn, request.actor, record)))
    earlier = await suggestions.of_source(conn, new.source or "")
    if earlier is not None and asks_first(new):
        return Reply(suggestion_views.known_words(look, earlier.state))
    return None


async def _form(
    conn: Conn, focal: Focal, request: Request, source: Source, new: NewRecommendation, *, cut: bool
) -> Answer:
    look, choices = await look_of(conn, focal, request), await _choices(conn, new)
    return Modal(views.build_form(look, new, choices, await sources.sealed(conn, source), cut=cut))


async def _choices(conn: Conn, new: NewRecommendation) -> Choices:
    """Return what the form offers for `new`, which may bring its question, and so its attribution, along."""
    known = await meetings_offered(conn)
    if new.source and new.question_id is not None:
        return Choices(None, known, new.attribution)
    newest = (await surveys.all_surveys(conn))[:SURVEYS_OFFERED]
    asked = [await surveys.survey(conn, each.id) for each in newest]
    return Choices(asked, known)


async def submit_proposal(submission: Submission, focal: Focal) -> Answer:
    """Check the form and store what it proposes, unless the store holds much the same: then ask first."""
    return await _submit(submission, focal, anyway=False)


async def submit_anyway(submission: Submission, focal: Focal) -> Answer:
    """Store what was proposed beside what is much like it."""
    return await _submit(submission, focal, anyway=True)


async def _submit(submission: Submission, focal: Focal, *, anyway: bool) -> Answer:
    require(submission.actor, Deed.PROPOSE)
    async with focal.db.begin() as conn:
        wording = await wording_in(conn, submission, focal)
        if isinstance(wording, Errors):
            return wording
        source = await sources.unsealed(conn, submission.private_metadata, submission.actor.user_id)
    author = await sources.author_of(focal, source)
    async with focal.db.begin() as conn:
        new = put_forward_by(await _proposed(conn, submission, source, author, wording), submission.actor)
        look = await look_of(conn, focal, submission)
        alike = () if anyway else await _alike(conn, submission.actor, new)
        if alike:
            choices = await _choices(conn, new if source else replace(new, source=None))
            return Update(views.build_similar(look, new, choices, submission.private_metadata, alike))
        put = await put_forward(conn, focal, new)
    if isinstance(put, Recommendation):
        return Reply(views.build_proposed(look, put), after=partial(_link, focal, put))
    return Reply(suggestion_views.asked_words(look))


async def _alike(conn: Conn, actor: Actor, new: NewRecommendation) -> tuple[Recommendation, ...]:
    """Return what says much the same, for whoever may read the store, unless this very source was proposed before."""
    if not may(actor.roles, Deed.SEE_NETWORK_FIELDS) or await recommendations.of_source(conn, new.source or ""):
        return ()
    return await recommendations.similar(conn, new.text, INTERRUPTING)


async def endorse_instead(click: Click, focal: Focal) -> Answer:
    """Endorse what is there in place of proposing it again."""
    number = await _endorse(click, focal)
    async with focal.db.read() as conn:
        look = await look_of(conn, focal, click)
    return Update(views.build_endorsed_instead(look, number))


async def _link(focal: Focal, record: Recommendation) -> None:
    await posts.fill_link(focal, record)


async def _proposed(
    conn: Conn, submission: Submission, source: Source | None, author: Actor | None, wording: Wording
) -> NewRecommendation:
    """Return what the form proposes: from the message it was opened on, or in the name of whoever submits it."""
    text, chosen = wording.text, choice_in(Attribution, text_in(submission, "attribution"))
    if source is not None:
        new = await sources.from_source(conn, source, author, text, chosen)
    else:
        form = f"form:{submission.view.get('id')}"
        new = said_by(NewRecommendation(Kind.RECOMMENDATION, text, chosen, source=form), submission.actor)
        new = await _answering(conn, new, text_in(submission, "question"))
    meeting = await meeting_chosen(conn, text_in(submission, "meeting"))
    return replace(new, **vars(wording), meeting_id=meeting)


async def _answering(conn: Conn, new: NewRecommendation, chosen: str) -> NewRecommendation:
    """Return `new` in answer to the question that was chosen, naming no more than its survey lets be named."""
    if not chosen:
        return new
    survey, asked = await surveys.question(conn, number_in(chosen, "/wps-recommend"))
    attribution = strictest(new.attribution, survey.attribution)
    place = sources.source_of(survey.channel, asked.ts) if asked.ts else ""
    return replace(new, attribution=attribution, question_id=asked.id, question=asked.text, place=place)


# Reading -------------------------------------------------------------------------------------------------------------


def _require_reader(actor: Actor) -> None:
    """Raise NotAllowed unless this person may read the store: whoever may see what delegations show each other."""
    if not may(actor.roles, Deed.SEE_NETWORK_FIELDS):
        raise NotAllowed(
            "You cannot see the store of recommendations.",
            "It is open to the Network's focal points, the Troika, the presidency and the Secretariat.",
        )


async def _readable(conn: Conn, actor: Actor, number: int) -> Recommendation:
    """Return a record if this person may read it: the store is the network's, but everybody sees what is their own."""
    if may(actor.roles, Deed.SEE_NETWORK_FIELDS):
        return await recommendations.recommendation(conn, number)
    if may(actor.roles, Deed.PROPOSE):
        record = await recommendations.recommendation(conn, number)
        if takes_back(actor, record):
            return record
    raise NotAllowed(
        "You cannot see number {number}.",
        "The store is open to the Network's focal points, the Troika, the presidency and the Secretariat.",
        number=number,
    )


async def list_recommendations(command: Command, focal: Focal) -> Answer:
    """List what matches the words: theme, member, region, state, kind, or words of the text."""
    return Reply(*await _page(command, focal, plain(command.text), 0))


async def turn_page(click: Click, focal: Focal) -> Answer:
    """Show another page in place of the one that was shown."""
    start, _, asked = click.value.partition(":")
    return Replace(*await _page(click, focal, asked, number_in(start, "/wps-recommend list")))


async def _page(request: Request, focal: Focal, asked: str, start: int) -> views.Words:
    _require_reader(request.actor)
    if len(asked) > FILTER_LIMIT:
        raise BadInput("This is too long to look for.", "Try: /wps-recommend list protection, Namibia, accepted")
    async with focal.db.read() as conn:
        known = await meetings_offered(conn)
        wanted = read_filters(asked, views.phrases(request._, focal.network, known), focal.gazetteer)
        found = await recommendations.numbers(conn, wanted, request.actor.member)
        start = min(start, max(len(found) - 1, 0) // views.PAGE * views.PAGE)
        shown = await recommendations.several(conn, found[start : start + views.PAGE])
        look = await look_of(conn, focal, request)
    return views.build_list(look, Page(asked, wanted, start, len(found), shown, known))


async def show(command: Command, focal: Focal) -> Answer:
    """Show the record with this number."""
    return Reply(*await _record(command, focal, number_in(command.text, SHOW)))


async def click_show(click: Click, focal: Focal) -> Answer:
    """Show one record to whoever asked for it at a button."""
    return Reply(*await _record(click, focal, number_in(click.value, SHOW)))


async def _record(request: Request, focal: Focal, number: int, note: str = "") -> views.Words:
    async with focal.db.read() as conn:
        record = await _readable(conn, request.actor, number)
        around = await _around(conn, request.actor, record)
        look = await look_of(conn, focal, request)
    return views.build_record(look, await posts.fill_link(focal, record), around, note)


async def _around(conn: Conn, actor: Actor, record: Recommendation) -> Around:
    parts = await recommendations.parts_of(conn, record.number)
    if record.state not in OPEN or not may(actor.roles, Deed.REVIEW):
        return Around(parts, clauses=await communiques.clauses_from(conn, record.number))
    return Around(parts, await recommendations.similar(conn, record.text, SUGGESTED, record.number))


async def show_history(click: Click, focal: Focal) -> Answer:
    """Show what a record said before, who changed it and why."""
    number = number_in(click.value, SHOW)
    async with focal.db.read() as conn:
        record = await _readable(conn, click.actor, number)
        history = await recommendations.history(conn, number)
        look = await look_of(conn, focal, click)
    return Reply(*views.build_history(look, record, history))


async def export(command: Command, focal: Focal) -> Answer:
    """Send the store as a file to the asker's DM."""
    _require_reader(command.actor)
    send = partial(_send_export, focal, command.actor, command.text.casefold().lstrip(".") or EXPORTS[0], command._)
    return Reply(command._("The file is on its way to your messages with Focal."), after=send)


async def _send_export(focal: Focal, actor: Actor, ending: str, _: Gettext) -> None:
    with tempfile.TemporaryDirectory(prefix="focal-") as folder:
        path = Path(folder) / f"recommendations.{ending}"
        rows = await recommendations.export_file(focal.db, path, focal.now())
        content = await asyncio.to_thread(path.read_bytes)
    await focal.slack.send_file(
        actor.user_id, path.name, content, _("Records in this file: {count}").format(count=rows)
    )


# Endorsing -----------------------------------------------------------------------------------------------------------


async def endorse(click: Click, focal: Focal) -> Answer:
    """Endorse a record for one's delegation, and show it so."""
    number = await _endorse(click, focal)
    return Replace(*await _record(click, focal, number, click._("Your delegation endorses this now.")))


async def endorse_shared(click: Click, focal: Focal) -> Answer:
    """Endorse a record at a message that everybody sees; that message changes for all."""
    number = await _endorse(click, focal)
    said = click._("Your delegation endorses number {number} now. It may withdraw that: {show}")
    return Reply(said.format(number=number, show=f"`/wps-recommend show {number}`"))


async def _endorse(click: Click, focal: Focal) -> int:
    member = require_voice(click.actor, Deed.ENDORSE)
    number = number_in(click.value, SHOW)
    async with focal.db.begin() as conn:
        record = await recommendations.endorse(conn, number, member, click.actor.user_id, focal.now())
        await posts.refresh(conn, focal, record)
    return number


async def withdraw_endorsement(click: Click, focal: Focal) -> Answer:
    """Take one's delegation's endorsement back, and show the record so."""
    member = require_voice(click.actor, Deed.ENDORSE)
    number = number_in(click.value, SHOW)
    async with focal.db.begin() as conn:
        record = await recommendations.withdraw_endorsement(conn, number, member, click.actor.user_id, focal.now())
        await posts.refresh(conn, focal, record)
    return Replace(*await _record(click, focal, number, click._("Your delegation does not endorse this any more.")))


async def take_back(click: Click, focal: Focal) -> Answer:
    """Take a proposal back, for whoever said it, whoever put it forward, or their delegation."""
    number = number_in(click.value, SHOW)
    async with focal.db.begin() as conn:
        record = await recommendations.recommendation(conn, number, lock=True)
        if not takes_back(click.actor, record):
            raise NotAllowed(
                "Number {number} is not your delegation's.", "Only its own can take it back.", number=number
            )
        await posts.withdraw(conn, focal, number, click.actor.user_id, "")
    return Reply(click._("Number {number} is taken back, and its words are forgotten.").format(number=number))


# Reviewing -----------------------------------------------------------------------------------------------------------


async def take_under_review(click: Click, focal: Focal) -> Answer:
    """Take a record under review."""
    return await _decide(click, focal, State.UNDER_REVIEW)


async def accept(click: Click, focal: Focal) -> Answer:
    """Accept a record."""
    return await _decide(click, focal, State.ACCEPTED)


async def _decide(click: Click, focal: Focal, to: State) -> Answer:
    require(click.actor, Deed.REVIEW)
    number = number_in(click.value, SHOW)
    async with focal.db.begin() as conn:
        await posts.decide(conn, focal, number, to, click.actor)
    note = click._("It is now {state}.").format(state=views.state_name(click._, to))
    return Replace(*await _record(click, focal, number, note))


async def accept_queued(click: Click, focal: Focal) -> Answer:
    """Accept a record of the list, and show what still waits."""
    return await _decide_queued(click, focal, State.ACCEPTED)


async def review_queued(click: Click, focal: Focal) -> Answer:
    """Take a record of the list under review, and show what still waits."""
    return await _decide_queued(click, focal, State.UNDER_REVIEW)


async def _decide_queued(click: Click, focal: Focal, to: State) -> Answer:
    require(click.actor, Deed.REVIEW)
    number, _first, page = click.value.partition(":")
    start, _second, asked = page.partition(":")
    async with focal.db.begin() as conn:
        await posts.decide(conn, focal, number_in(number, SHOW), to, click.actor)
    return Replace(*await _page(click, focal, asked, number_in(start, "/wps-recommend list")))


async def open_merge(click: Click, focal: Focal) -> Answer:
    """Show a record beside those that say much the same, and ask which one it becomes part of."""
    look, record = await _for_review(click, focal)
    async with focal.db.read() as conn:
        similar = await recommendations.similar(conn, record.text, SUGGESTED, record.number)
    return Modal(views.build_merge_form(look, record, similar))


async def submit_merge(submission: Submission, focal: Focal) -> Answer:
    """Merge a record into another one."""
    require(submission.actor, Deed.REVIEW)
    _ = submission._
    into = text_in(submission, "into").lstrip("#№")
    if not into.isdecimal():
        return Errors({"into": _("Write the number of the record that stays.")})
    number, reason = number_in(submission.private_metadata, SHOW), text_in(submission, "reason")[:REASON_LIMIT]
    try:
        async with focal.db.begin() as conn:
            await posts.merge(conn, focal, number, int(into), submission.actor, reason)
    except (BadInput, NotFound) as wrong:
        return Errors({"into": wrong.said(_)})
    return Reply(_("Number {number} is part of number {into} now.").format(number=number, into=into))


async def open_decline(click: Click, focal: Focal) -> Answer:
    """Ask for the reason."""
    return Modal(views.build_decline_form(*await _for_review(click, focal)))


async def open_edit(click: Click, focal: Focal) -> Answer:
    """Open the form in which a reviewer changes a record."""
    return Modal(views.build_edit_form(*await _for_review(click, focal)))


async def _for_review(click: Click, focal: Focal) -> tuple[Look, Recommendation]:
    require(click.actor, Deed.REVIEW)
    async with focal.db.read() as conn:
        record = await recommendations.recommendation(conn, number_in(click.value, SHOW))
        return await look_of(conn, focal, click), record


async def submit_decline(submission: Submission, focal: Focal) -> Answer:
    """Decline a record with a reason, which whoever proposed it is told."""
    require(submission.actor, Deed.REVIEW)
    _ = submission._
    reason = text_in(submission, "reason")
    if not 0 < len(reason) <= REASON_LIMIT:
        return Errors({"reason": _("Give a reason of 1 to {most} characters.").format(most=REASON_LIMIT)})
    number = number_in(submission.private_metadata, SHOW)
    async with focal.db.begin() as conn:
        await posts.decide(conn, focal, number, State.DECLINED, submission.actor, reason)
    return Reply(_("Number {number} is declined; whoever proposed it is told why.").format(number=number))


async def submit_edit(submission: Submission, focal: Focal) -> Answer:
    """Change what a record says; what it said before is kept."""
    require(submission.actor, Deed.REVIEW)
    _ = submission._
    claimed, _colon, version = submission.private_metadata.partition(":")
    number = number_in(claimed, SHOW)
    try:
        async with focal.db.begin() as conn:
            wording = await wording_in(conn, submission, focal)
            if isinstance(wording, Errors):
                return wording
            seen, why = number_in(version, SHOW), text_in(submission, "reason")[:REASON_LIMIT]
            by = submission.actor.user_id
            record = await recommendations.edit(conn, number, seen, wording, by, focal.now(), why)
            await posts.refresh(conn, focal, record)
    except Changed as changed:
        # Beside the field, so that what was typed is not lost with the form.
        return Errors({"text": changed.said(_)})
    return Reply(_("Number {number} is changed; what it said before is in its history.").format(number=number))


async def usage(command: Command, _focal: Focal) -> Answer:
    """Say what can be typed."""
    return Reply(command._("What can be typed: {usage}").format(usage=f"`/wps-recommend {USAGE}`"))


_NEVER = re.compile(r"(?!)")
_SUBCOMMANDS: dict[str, tuple[CommandListener, re.Pattern[str]]] = {
    "list": (list_recommendations, re.compile(r".*", re.DOTALL)),
    "show": (show, re.compile(r"[#№]?\d*")),
    "progress": (progress, re.compile(r"[#№]?\d*")),
    "confirm": (show_waiting, re.compile("")),
    "export": (export, re.compile(rf"(?:\.?(?:{'|'.join(EXPORTS)}))?", re.IGNORECASE)),
    "help": (usage, re.compile("")),
}
"""Each with what may follow it: a sentence that begins with one of these words is a proposal all the same."""


async def recommend(command: Command, focal: Focal) -> Answer:
    """Do what the first word says or, where the whole is no subcommand, propose it."""
    word, _space, rest = command.text.strip().partition(" ")
    listener, follows = _SUBCOMMANDS.get(word.casefold(), (propose, _NEVER))
    if not follows.fullmatch(rest.strip()):
        return await propose(command, focal)
    return await listener(replace(command, text=rest.strip()), focal)
