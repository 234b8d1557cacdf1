"""What the forms of recommendations offer, and how what they hold is read and checked."""

from collections.abc import Sequence

from bot.rules.attribution import Attribution
from bot.rules.countries import listed_in
from bot.rules.problems import BadInput
from bot.rules.recommendations import TEXT_LIMIT, Kind, Wording, tags_in
from bot.rules.text import Gettext
from handlers.listening import Errors, Focal, Request, Submission, choice_in, number_in
from handlers.recommendations.views import Look
from storage import meetings
from storage.database import Conn
from storage.meetings import Meeting
from storage.members import all_members


async def look_of(conn: Conn, focal: Focal, request: Request) -> Look:
    """Return in whose language and with whose eyes an answer to `request` is shown."""
    return Look(focal, request._, await all_members(conn), request.actor.locale, request.actor)


async def meetings_offered(conn: Conn) -> Sequence[Meeting]:
    """Return the meetings a form offers, the newest first."""
    return tuple(reversed(await meetings.all_meetings(conn)))


async def meeting_chosen(conn: Conn, chosen: str) -> int | None:
    """Return the meeting that was chosen, None for none or one that is gone."""
    if not chosen:
        return None
    found = await meetings.meeting(conn, number_in(chosen, "/wps-recommend"))
    return found.id if found else None


def text_in(submission: Submission, block: str) -> str:
    """Return what a field holds, as text."""
    return str(submission.values.get(block) or "").strip()


async def wording_in(conn: Conn, submission: Submission, focal: Focal) -> Wording | Errors:
    """Return what a submitted form has a record say, or what is wrong with it."""
    known = {code: member.name for code, member in (await all_members(conn)).items()}
    addressees, unknown = listed_in(text_in(submission, "addressees"), known, focal.gazetteer)
    tags, faults = _tags(submission), _faults(submission, focal)
    if unknown:
        names = ", ".join(unknown)[:200]
        faults["addressees"] = submission._("These name no member: {names}").format(names=names)
    if isinstance(tags, BadInput):
        return Errors({**faults, "tags": tags.said(submission._)})
    if faults:
        return Errors(faults)
    kind, theme = choice_in(Kind, text_in(submission, "kind")), text_in(submission, "theme")
    return Wording(text_in(submission, "text"), kind, theme, addressees, tags)


def _tags(submission: Submission) -> tuple[str, ...] | BadInput:
    try:
        return tags_in(text_in(submission, "tags"))
    except BadInput as problem:
        return problem


def _faults(submission: Submission, focal: Focal) -> dict[str, str]:
    """Return what is wrong with the other fields; what the form does not ask for cannot be wrong."""
    _ = submission._
    themes = {theme.key for theme in focal.network.themes}
    found = {
        "text": _text_fault(text_in(submission, "text"), _),
        "kind": "" if text_in(submission, "kind") in set(Kind) else _("Choose one."),
        "theme": "" if text_in(submission, "theme") in themes else _("Choose a theme."),
        "attribution": "" if text_in(submission, "attribution") in set(Attribution) else _("Choose one."),
    }
    return {block: words for block, words in found.items() if words and block in _blocks(submission)}


def _blocks(submission: Submission) -> set[str]:
    return {str(block.get("block_id")) for block in submission.view.get("blocks") or ()}


def _text_fault(text: str, _: Gettext) -> str:
    if not text:
        return _("Write what is recommended.")
    if len(text) > TEXT_LIMIT:
        return _("This has {length} characters; there is room for {most}.").format(length=len(text), most=TEXT_LIMIT)
    return ""
