"""What people do with communiqués: list, read, draft, edit clause by clause, compare, associate and export."""

import asyncio
import re
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from bot.rules import communique as rules
from bot.rules.communique import CLAUSE_LIMIT, Accepted, Clause, Text, draft_clauses
from bot.rules.contacts import VOICES
from bot.rules.permissions import Actor, Deed, may, require, require_voice
from bot.rules.problems import BadInput, Changed, Closed, NotFound
from bot.rules.recommendations import State as Decided
from bot.rules.recommendations import Wanted
from bot.rules.text import Gettext
from handlers.communique import views
from handlers.communique.views import Page
from handlers.communique.wording import Wording
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
    Submission,
    number_in,
    numbers_in,
)
from handlers.reader import reader_of
from storage import communique_files, communiques, contacts, meetings, recommendations, silence
from storage.communiques import Communique, State, Version
from storage.database import Conn
from storage.members import all_members

USAGE = "/wps-communique 3"
EVERYTHING = "/wps-communique [N] | draft | silence N | status [N] | compare N [A B] | export N [docx, md, json]"
ENDINGS = ("docx", "md", "json")
_EXPORT = re.compile(r"#?(\d{1,9})(?:\s+\.?(docx|md|json))?(\s+sources)?", re.IGNORECASE)


async def communique(command: Command, focal: Focal) -> Answer:
    """List the texts, or show the one with this number."""
    if command.text.strip():
        return Reply(*await shown(command, focal, number_in(command.text, EVERYTHING)))
    async with focal.db.read() as conn:
        found = [each for each in await communiques.all_communiques(conn) if await _may_see(conn, command.actor, each)]
    return Reply(*views.build_list(reader_of(command, focal), found))


async def _may_see(conn: Conn, actor: Actor, found: Communique) -> bool:
    """Tell whether somebody may see a text: everybody those on record, the network those that were circulated."""
    if found.state is State.RECORDED or may(actor.roles, Deed.PUBLISH):
        return True
    if not may(actor.roles, Deed.SEE_NETWORK_FIELDS):
        return False
    return found.state is not State.DRAFT or bool(await silence.of_communique(conn, found.id))


async def visible(conn: Conn, actor: Actor, number: int) -> Communique:
    """Return a text that this person may see; NotFound for any other, as if it were not there."""
    found = await communiques.communique(conn, number)
    if not await _may_see(conn, actor, found):
        raise NotFound("There is no communiqué {number}.", "See /wps-communique.", number=number)
    return found


async def wording_of(conn: Conn, focal: Focal) -> Wording:
    """Return how the network's texts read."""
    return Wording(await all_members(conn), focal.network)


async def shown(request: Request, focal: Focal, number: int, which: int | None = None, page: int = 0) -> views.Words:
    """Return a page of a text, of the version `which` if this person may read that one."""
    reader = reader_of(request, focal)
    async with focal.db.read() as conn:
        found = await visible(conn, request.actor, number)
        if found.state is State.RECORDED:
            return views.build_recorded(reader, found)
        version = await _version_for(conn, request.actor, found, which)
        associated = await communiques.associated(conn, number)
        rounds = await silence.of_communique(conn, number)
        wording = await wording_of(conn, focal)
    editing = may(request.actor.roles, Deed.PUBLISH) and version.number == found.version
    own = _own(request.actor, version.text, [each.member for each in associated])
    return views.build_text(reader, wording, Page(found, version, page, editing, bool(rounds), associated, own))


async def _version_for(conn: Conn, actor: Actor, found: Communique, which: int | None) -> Version:
    """Return a version that this person may read: whoever drafts any of them, others only what was circulated."""
    if may(actor.roles, Deed.PUBLISH) or found.state is not State.DRAFT:
        return await communiques.version(conn, found.id, which)
    circulated = [each.version for each in await silence.of_communique(conn, found.id)]
    return await communiques.version(conn, found.id, which if which in circulated else max(circulated))


def _own(actor: Actor, text: Text, associated: list[str]) -> bool | None:
    """Tell whether the reader's delegation has associated itself late; None for one that cannot, or was present."""
    if actor.member is None or not may(actor.roles, Deed.BREAK_SILENCE) or actor.member in text.present:
        return None
    return actor.member in associated


async def turn_page(click: Click, focal: Focal) -> Answer:
    """Show another page in place of the one that was shown."""
    number, which, page = (number_in(part, USAGE) for part in (*click.value.split(":"), "0", "0")[:3])
    return Replace(*await shown(click, focal, number, which, page))


# Drafting ------------------------------------------------------------------------------------------------------------


async def open_draft(command: Command, focal: Focal) -> Answer:
    """Open the form that drafts a text from what was accepted."""
    require(command.actor, Deed.PUBLISH)
    async with focal.db.read() as conn:
        wording = await wording_of(conn, focal)
        text = await _first_text(conn, focal)
    return Modal(views.build_draft_form(reader_of(command, focal), wording, text))


async def _first_text(conn: Conn, focal: Focal) -> Text:
    """Return what a draft starts with: the meeting that is under way or was last, and whoever has a focal point."""
    today = focal.now().date()
    meeting = await meetings.next_meeting(conn, today)
    if meeting is None or meeting.starts_on > today:
        meeting = await meetings.last_meeting(conn, today) or meeting
    present = {each.member for each in await contacts.current(conn, today) if each.role in VOICES}
    clauses = await _clauses(conn, focal)
    if meeting is None:
        return Text("Joint Communiqué", "", today, today, (), tuple(present), "", clauses)
    title = f"{meeting.title}: Joint Communiqué"
    return Text(title, meeting.place, meeting.starts_on, meeting.ends_on, (), tuple(present), "", clauses)


async def _clauses(conn: Conn, focal: Focal) -> tuple[Clause, ...]:
    accepted = await recommendations.numbers(conn, Wanted(states=(Decided.ACCEPTED,)))
    records = []
    for record in await recommendations.several(conn, accepted):
        parts = await recommendations.parts_of(conn, record.number)
        numbers = (record.number, *(part.number for part in parts))
        records.append(Accepted(record.kind, record.theme, record.text, numbers))
    return draft_clauses(records, [theme.key for theme in focal.network.themes])


async def submit_draft(submission: Submission, focal: Focal) -> Answer:
    """Store the draft, with a clause for every record that is accepted now."""
    require(submission.actor, Deed.PUBLISH)
    _ = submission._
    async with focal.db.begin() as conn:
        empty = Text("", "", focal.now().date(), focal.now().date())
        text = _opening(submission, focal, await wording_of(conn, focal), empty)
        if isinstance(text, Errors):
            return text
        text = replace(text, clauses=await _clauses(conn, focal))
        form, by = str(submission.view.get("id")), submission.actor.user_id
        note = _("Drafted from what was accepted")
        found = await communiques.draft(conn, text, by, focal.now(), form, note)
    said = _("Communiqué {number} is drafted, with {count} clauses. See and edit it: {show}")
    return Reply(said.format(number=found.id, count=len(text.clauses), show=f"`/wps-communique {found.id}`"))


def _opening(submission: Submission, focal: Focal, wording: Wording, before: Text) -> Text | Errors:
    """Return a text with title, place, days, hosts and presence as the form has them, or what is wrong with it."""
    _ = submission._
    faults: dict[str, str] = {}
    codes = {}
    for block in ("hosts", "further"):
        codes[block], unknown = wording.codes_in(_text(submission, block), focal.gazetteer)
        if unknown:
            faults[block] = _("These name no member: {names}").format(names=", ".join(unknown)[:200])
    first, last = _text(submission, "starts_on"), _text(submission, "ends_on")
    if not first or not last or last < first:
        faults["ends_on"] = _("The last day must not lie before the first.")
    if not _text(submission, "title"):
        faults["title"] = _("A title is needed.")
    if faults:
        return Errors(faults)
    return replace(
        before,
        title=_text(submission, "title"),
        place=_text(submission, "place"),
        starts_on=date.fromisoformat(first),
        ends_on=date.fromisoformat(last),
        hosts=codes["hosts"],
        present=_present(submission, wording, codes["further"]),
        others=_text(submission, "others"),
    )


def _present(submission: Submission, wording: Wording, further: Sequence[str]) -> tuple[str, ...]:
    """Return the members that were ticked, and those of the list beside it."""
    ticked = [code for code in submission.values.get("present") or () if code in wording.members]
    return tuple(dict.fromkeys((*ticked, *further)))


def _text(submission: Submission, block: str) -> str:
    return str(submission.values.get(block) or "").strip()


# Editing -------------------------------------------------------------------------------------------------------------


async def open_opening(click: Click, focal: Focal) -> Answer:
    """Open the form for title, place, days and whoever is present."""
    wording, version = await _for_editing(click, focal, number_in(click.value, USAGE))
    return Modal(views.build_opening_form(reader_of(click, focal), wording, version))


async def open_clause(click: Click, focal: Focal) -> Answer:
    """Open the form for one clause."""
    number, _colon, key = click.value.partition(":")
    wording, version = await _for_editing(click, focal, number_in(number, USAGE))
    clause = version.text.clause(number_in(key, USAGE))
    if clause is None:
        raise NotFound("This clause is not in the text any more.", "See /wps-communique {number}.", number=number)
    return Modal(views.build_clause_form(reader_of(click, focal), wording, version, clause))


async def open_new_clause(click: Click, focal: Focal) -> Answer:
    """Open the form for a new clause."""
    wording, version = await _for_editing(click, focal, number_in(click.value, USAGE))
    return Modal(views.build_clause_form(reader_of(click, focal), wording, version, None))


async def _for_editing(click: Click, focal: Focal, number: int) -> tuple[Wording, Version]:
    require(click.actor, Deed.PUBLISH)
    async with focal.db.read() as conn:
        found = await communiques.communique(conn, number)
        if found.state is not State.DRAFT:
            raise Closed("Communiqué {number} is not being drafted.", "See /wps-communique {number}.", number=number)
        return await wording_of(conn, focal), await communiques.version(conn, number)


async def submit_opening(submission: Submission, focal: Focal) -> Answer:
    """Store a draft with another opening as its next version."""

    async def changed(conn: Conn, before: Text) -> Text | Errors:
        return _opening(submission, focal, await wording_of(conn, focal), before)

    return await _save(submission, focal, "title", changed, submission._("Opening changed"))


async def submit_clause(submission: Submission, focal: Focal) -> Answer:
    """Store a draft with one clause changed, added, moved or taken out as its next version."""
    key = numbers_in(submission.private_metadata, 3, USAGE)[2]

    async def changed(conn: Conn, before: Text) -> Text | Errors:
        return await _with_clause(conn, submission, before, key)

    return await _save(submission, focal, "text", changed, _text(submission, "note"))


async def _with_clause(conn: Conn, submission: Submission, before: Text, key: int) -> Text | Errors:
    _ = submission._
    if views.REMOVE in (submission.values.get("remove") or ()):
        return before.without_clause(key)
    text, place = _text(submission, "text"), _text(submission, "place")
    sources = re.findall(r"\d{1,9}", _text(submission, "sources"))
    known = await recommendations.several(conn, [int(each) for each in sources])
    faults = {
        "text": ""
        if 0 < len(text) <= CLAUSE_LIMIT
        else _("A clause has 1 to {most} characters.").format(most=CLAUSE_LIMIT),
        "sources": "" if len(known) == len(set(sources)) else _("Not every one of these numbers exists."),
        "place": "" if not place or place.isdecimal() else _("Write a number, or nothing."),
    }
    if any(faults.values()):
        return Errors({block: words for block, words in faults.items() if words})
    numbers = tuple(record.number for record in known)
    clause = Clause(key or before.next_key, _text(submission, "theme"), text, numbers)
    after = before.with_clause(clause)
    return after.moved(clause.key, int(place)) if place else after


async def _save(
    submission: Submission,
    focal: Focal,
    first_field: str,
    changed: Callable[[Conn, Text], Awaitable[Text | Errors]],
    note: str,
) -> Answer:
    require(submission.actor, Deed.PUBLISH)
    _ = submission._
    number, seen, *_rest = numbers_in(submission.private_metadata, 2, USAGE)
    try:
        async with focal.db.begin() as conn:
            text = await changed(conn, (await communiques.version(conn, number)).text)
            if isinstance(text, Errors):
                return text
            found = await communiques.save(conn, number, seen, text, submission.actor.user_id, focal.now(), note)
    except Changed as problem:
        # Beside the field, so that what was typed is not lost with the form.
        return Errors({first_field: problem.said(_)})
    said = _("This is version {version} of communiqué {number} now. See it: {show}")
    return Reply(said.format(version=found.version, number=number, show=f"`/wps-communique {number}`"))


# Comparing -----------------------------------------------------------------------------------------------------------


async def compare(command: Command, focal: Focal) -> Answer:
    """Compare two versions of a text, the last two if none are named."""
    numbers = [number_in(part, "/wps-communique compare 7 1 3") for part in command.text.split()[:3]]
    if not numbers:
        raise BadInput("A number is needed here.", "Try: {usage}", usage="/wps-communique compare 7 1 3")
    return Reply(*await _compared(command, focal, *numbers))


async def click_compare(click: Click, focal: Focal) -> Answer:
    """Compare a version with the one before it."""
    number, version, *_rest = numbers_in(click.value, 2, USAGE)
    return Reply(*await _compared(click, focal, number, version - 1, version))


async def _compared(
    request: Request, focal: Focal, number: int, older: int | None = None, newer: int | None = None
) -> views.Words:
    async with focal.db.read() as conn:
        found = await visible(conn, request.actor, number)
        after = await _version_for(conn, request.actor, found, newer)
        before = await _version_for(conn, request.actor, found, max(1, after.number - 1) if older is None else older)
        wording = await wording_of(conn, focal)
    openings = (wording.opening(before.text), wording.opening(after.text))
    differences = rules.compare(before.text, after.text, openings)
    return views.build_comparison(reader_of(request, focal), (before, after), differences)


# Associating and files -----------------------------------------------------------------------------------------------


async def associate(click: Click, focal: Focal) -> Answer:
    """Associate one's delegation with an adopted text, however late."""
    member = require_voice(click.actor, Deed.BREAK_SILENCE)
    number = number_in(click.value, USAGE)
    async with focal.db.begin() as conn:
        await communiques.associate(conn, number, member, click.actor.user_id, focal.now())
    return Replace(*await shown(click, focal, number))


async def dissociate(click: Click, focal: Focal) -> Answer:
    """Take one's delegation's association back."""
    member = require_voice(click.actor, Deed.BREAK_SILENCE)
    number = number_in(click.value, USAGE)
    async with focal.db.begin() as conn:
        await communiques.dissociate(conn, number, member, click.actor.user_id, focal.now())
    return Replace(*await shown(click, focal, number))


async def export(command: Command, focal: Focal) -> Answer:
    """Send a text as Word, Markdown or JSON to the asker's DM, with where each clause comes from if that is asked."""
    asked = _EXPORT.fullmatch(command.text.strip())
    if asked is None:
        raise BadInput("Say which text, and how.", "Try: {usage}", usage="/wps-communique export 7 docx sources")
    number, ending, sources = int(asked[1]), (asked[2] or ENDINGS[0]).lower(), bool(asked[3])
    async with focal.db.read() as conn:
        found = await visible(conn, command.actor, number)
        if found.state is State.RECORDED:
            raise NotFound(
                "Of communiqué {number} only the source is known.", "See /wps-communique {number}.", number=number
            )
        version = await _version_for(conn, command.actor, found, None)
    send = partial(_send, focal, command, version, ending, sources)
    return Reply(command._("The file is on its way to your messages with Focal."), after=send)


async def _send(focal: Focal, command: Command, version: Version, ending: str, sources: bool) -> None:
    async with focal.db.read() as conn:
        wording = await wording_of(conn, focal)
        content = await communique_files.gather(
            conn,
            version,
            wording.opening(version.text),
            wording.theme,
            wording.name,
            sources=sources,
            full=may(command.actor.roles, Deed.PUBLISH),
        )
    with tempfile.TemporaryDirectory(prefix="focal-") as folder:
        path = Path(folder) / f"communique-{version.communique_id}-v{version.number}.{ending}"
        await asyncio.to_thread(communique_files.write, content, path)
        data = await asyncio.to_thread(path.read_bytes)
    said = _said(command._, version, content.sha256)
    await focal.slack.send_file(command.actor.user_id, path.name, data, said)


def _said(_: Gettext, version: Version, sha256: str) -> str:
    return _("Communiqué {number}, version {version}. SHA-256 of its text: {sha256}").format(
        number=version.communique_id, version=version.number, sha256=sha256
    )
