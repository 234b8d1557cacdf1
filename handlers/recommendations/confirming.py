"""What people do with their own words that somebody put forward: confirm them, reword them, or leave them out."""

from dataclasses import replace

from bot.rules.attribution import Attribution
from bot.rules.recommendations import NewRecommendation
from handlers.blocks import context
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
    choice_in,
    number_in,
)
from handlers.recommendations import sources, suggesting, suggestion_views
from handlers.recommendations.forms import look_of, meeting_chosen, meetings_offered, text_in, wording_in
from handlers.recommendations.views import Choices
from storage.database import Conn
from storage.suggestions import State, Suggestion, waiting_for

USAGE = "/wps-recommend confirm"


async def show_waiting(command: Command, focal: Focal) -> Answer:
    """Show what waits for the asker's word, the oldest first."""
    async with focal.db.read() as conn:
        waiting = await waiting_for(conn, command.actor.user_id, command.actor.member)
        look = await look_of(conn, focal, command)
    if not waiting:
        return Reply(command._("Nothing that you said waits for you to confirm it."))
    shown = suggestion_views.build_asked(look, waiting[0])
    if len(waiting) == 1:
        return Reply(shown["text"], shown["blocks"])
    more = suggestion_views.more_words(look, len(waiting) - 1)
    return Reply(f"{shown['text']}\n{more}", [*shown["blocks"], context(more)])


async def confirm(click: Click, focal: Focal) -> Answer:
    """Have what one said enter the store as it is."""
    async with focal.db.begin() as conn:
        found, new = await suggesting.open_for(conn, click.actor, number_in(click.value, USAGE))
        return Replace(await _confirm(conn, click, focal, found, new))


async def _confirm(conn: Conn, request: Request, focal: Focal, found: Suggestion, new: NewRecommendation) -> str:
    record = await suggesting.confirm(conn, focal, found, new, request.actor)
    look = await look_of(conn, focal, request)
    return suggestion_views.settled_words(look, State.CONFIRMED, suggesting.told(record))


async def open_change(click: Click, focal: Focal) -> Answer:
    """Open the form in which one gives what one said its wording, kind and theme."""
    async with focal.db.begin() as conn:
        found, new = await suggesting.open_for(conn, click.actor, number_in(click.value, USAGE))
        choices = Choices(None, await meetings_offered(conn), new.attribution)
        return Modal(suggestion_views.build_change_form(await look_of(conn, focal, click), found, choices))


async def submit_change(submission: Submission, focal: Focal) -> Answer:
    """Have what one said enter the store in the wording of the form."""
    async with focal.db.begin() as conn:
        wording = await wording_in(conn, submission, focal)
        if isinstance(wording, Errors):
            return wording
        found, new = await suggesting.open_for(conn, submission.actor, number_in(submission.private_metadata, USAGE))
        new = await sources.narrowed(conn, new, choice_in(Attribution, text_in(submission, "attribution")))
        worded = replace(
            new,
            **vars(wording),
            verbatim=new.verbatim or wording.text != new.text,
            meeting_id=await meeting_chosen(conn, text_in(submission, "meeting")),
        )
        return Reply(await _confirm(conn, submission, focal, found, worded))


async def refuse(click: Click, focal: Focal) -> Answer:
    """Leave what one said out of the store; the button has asked whether that is meant."""
    async with focal.db.begin() as conn:
        found, _new = await suggesting.open_for(conn, click.actor, number_in(click.value, USAGE))
        await suggesting.refuse(conn, focal, found, click.actor)
        look = await look_of(conn, focal, click)
    return Replace(suggestion_views.settled_words(look, State.REFUSED, None))
