"""Erasing a person: the Secretariat names them, reads what that means, and types their name once more."""

import asyncio
from functools import partial

from bot.rules.erasure import Subject, confirms
from bot.rules.permissions import Deed, require
from bot.rules.problems import BadInput, NotFound
from handlers.contacts import erasing_views
from handlers.listening import Answer, Click, Command, Errors, Focal, Modal, Reply, Request, Submission
from handlers.reader import reader_of
from storage import erasure, traces
from storage.database import Conn

TRIES = 5
SECONDS = 1.0


async def erase(command: Command, focal: Focal) -> Answer:
    """Open the form that erases a person; where several are meant, let one be chosen."""
    require(command.actor, Deed.ERASE)
    if not command.text.strip():
        raise BadInput("Say whom to erase.", "Try: {command} erase NAME", command=command.name)
    async with focal.db.read() as conn:
        found = await erasure.find(conn, command.text)
    if not found:
        raise NotFound("I know nobody by this name, address or Slack id.", "Nothing was erased.")
    if len(found) == 1:
        return _form(command, focal, found[0])
    return Reply(*erasing_views.build_pick(reader_of(command, focal), found))


async def choose(click: Click, focal: Focal) -> Answer:
    """Open the form that erases the person on the button."""
    require(click.actor, Deed.ERASE)
    async with focal.db.read() as conn:
        return _form(click, focal, await _one(conn, click.value))


def _form(request: Request, focal: Focal, subject: Subject) -> Answer:
    return Modal(erasing_views.build_form(reader_of(request, focal), subject))


async def _one(conn: Conn, anchor: str) -> Subject:
    """Return the one person whom a button or form names."""
    found = await erasure.find(conn, anchor) if anchor.isalnum() else ()
    if len(found) != 1:
        raise NotFound("This person is not here any more.", "Nothing was erased.")
    return found[0]


async def submit(submission: Submission, focal: Focal) -> Answer:
    """Erase the person once their name was typed."""
    require(submission.actor, Deed.ERASE)
    async with focal.db.begin() as conn:
        subject = await _one(conn, submission.private_metadata)
        if not confirms(str(submission.values.get("name") or ""), subject):
            return Errors({"name": submission._("This is not the name above, so nothing was erased.")})
        changed = await erasure.erase(conn, subject, submission.actor.user_id, focal.now())
    return Reply(*erasing_views.build_done(reader_of(submission, focal), changed), after=partial(_clear, focal))


async def _clear(focal: Focal) -> None:
    """Clear what was deleted out of the database's files; whoever reads at that moment is waited for."""
    for _ in range(TRIES):
        if await traces.clear(focal.db, erasure.traced()):
            return
        await asyncio.sleep(SECONDS)
