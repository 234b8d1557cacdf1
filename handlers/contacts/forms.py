"""The forms that begin and change a term: rights are checked when they open and again when they are submitted."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.rules.contact_rows import Entry, read_field, read_member
from bot.rules.contact_search import alike
from bot.rules.contacts import (
    GIVEN_BY_DELEGATIONS,
    Contact,
    ContactRole,
    editable,
    may_add,
    may_fill,
    require_correct,
    shown_to,
)
from bot.rules.permissions import Actor, Deed, may, require
from bot.rules.problems import BadInput, NotAllowed, Problem
from handlers.contacts import form_views, views
from handlers.listening import Answer, Click, Errors, Focal, Modal, Reply, Request, Submission, number_in
from handlers.reader import reader_of
from storage import contacts, sightings
from storage.database import Conn

DATES = ("since", "until")


async def open_add(request: Request, focal: Focal, member: str = "") -> Answer:
    """Open the form that begins a term, for `member` (code) if the asker may choose."""
    actor = request.actor
    require(actor, Deed.CHANGE_OWN_CONTACTS)
    free = may(actor.roles, Deed.CHANGE_ANY_CONTACT)
    chosen = member if free else actor.member or ""
    if not free and member not in {"", actor.member}:
        raise NotAllowed("You can add contacts of your own delegation only.", "Ask the Secretariat for others.")
    return Modal(
        form_views.build_add(reader_of(request, focal), chosen, roles_for(actor), focal.now().date(), free=free)
    )


async def click_add(click: Click, focal: Focal) -> Answer:
    """Open the form that begins a term of the member on the button."""
    return await open_add(click, focal, click.value)


def roles_for(actor: Actor) -> tuple[ContactRole, ...]:
    """Return the roles that `actor` may give."""
    return tuple(ContactRole) if may(actor.roles, Deed.CHANGE_ANY_CONTACT) else GIVEN_BY_DELEGATIONS


async def submit_add(submission: Submission, focal: Focal) -> Answer:
    """Begin the term in the form; what is wrong is said beside each field."""
    require(submission.actor, Deed.CHANGE_OWN_CONTACTS)
    said, faults = _read(submission, focal, ("name", "role", *form_views.DETAILS, *DATES))
    if may(submission.actor.roles, Deed.CHANGE_ANY_CONTACT):
        _read_member(submission, focal, said, faults)
    else:
        said["member"] = submission.actor.member
    if faults:
        return Errors(faults)
    entry = Entry(**{name: value for name, value in said.items() if value not in {"", None}})
    if not may_add(submission.actor, entry.member) or not may_fill(submission.actor, entry.member, entry.role):
        raise NotAllowed("You cannot give this role for this member.", "Ask the Secretariat.")
    return await _stored(submission, focal, entry)


async def _stored(submission: Submission, focal: Focal, entry: Entry) -> Answer:
    actor, now = submission.actor, focal.now()
    try:
        async with focal.db.begin() as conn:
            stored = await contacts.add(conn, entry, actor.user_id, now)
            if actor.member == entry.member:
                stored = await contacts.verify(conn, stored.id, actor.user_id, now)
    except Problem as problem:
        return Errors({"name": problem.said(submission._)})
    return Reply(*_saved(submission, focal, stored))


async def open_edit(request: Request, focal: Focal, contact_id: int) -> Answer:
    """Open the form with what the asker may change of a contact."""
    async with focal.db.begin() as conn:
        held = await contacts.contact(conn, contact_id)
        require_correct(request.actor, held)
        await sightings.note(conn, request.actor, [shown_to(held, request.actor, focal.now().date())], focal.now())
    fields = editable(request.actor, held, focal.now().date())
    links = may(request.actor.roles, Deed.CHANGE_ANY_CONTACT)
    return Modal(form_views.build_edit(reader_of(request, focal), held, fields, roles_for(request.actor), links=links))


async def click_edit(click: Click, focal: Focal) -> Answer:
    """Open the form for the contact on the button."""
    return await open_edit(click, focal, number_in(click.value, "/wps-contacts edit"))


async def submit_edit(submission: Submission, focal: Focal) -> Answer:
    """Save what was changed, unless somebody else has changed the contact since the form was opened."""
    actor, now = submission.actor, focal.now()
    contact_id, version = claimed(submission.private_metadata)
    async with focal.db.begin() as conn:
        held = await contacts.contact(conn, contact_id, lock=True)
        require_correct(actor, held)
        fields = [name for name in editable(actor, held, now.date()) if name in submission.values]
        after, faults = _read(submission, focal, fields)
        faults |= _other_faults(submission, held, after)
        if faults:
            return Errors(faults)
        stored = await contacts.change(conn, contact_id, version, after, actor.user_id, now)
        stored = await _linked(conn, submission, focal, held, stored)
        if actor.member == held.member or not actor.is_secretariat:
            stored = await contacts.verify(conn, contact_id, actor.user_id, now)
    return Reply(*_saved(submission, focal, stored))


async def _linked(conn: Conn, submission: Submission, focal: Focal, held: Contact, stored: Contact) -> Contact:
    """Link the contact to whom the Secretariat has chosen in the form, if that is somebody else than before."""
    actor, chosen = submission.actor, submission.values.get("person") or None
    if "person" not in submission.values or chosen == held.user_id:
        return stored
    require(actor, Deed.CHANGE_ANY_CONTACT)
    await contacts.link_by_hand(conn, held.id, chosen, actor.user_id, focal.now())
    return await contacts.contact(conn, held.id)


def claimed(metadata: str) -> tuple[int, int]:
    """Return the contact and the version that a form says it shows."""
    key, _, version = metadata.partition(":")
    return number_in(key, "/wps-contacts edit"), number_in(version, "/wps-contacts edit")


def _other_faults(submission: Submission, held: Contact, after: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the fields taken together."""
    _, actor = submission._, submission.actor
    since, until = after.get("since", held.since), after.get("until", held.until)
    faults = {}
    if since and until and until < since:
        faults["until"] = _("The term would end before it begins.")
    if "role" in after and after["role"] != held.role and not may_fill(actor, held.member, after["role"]):
        faults["role"] = _("Only the Secretariat gives this role.")
    if not alike(held.name, after.get("name", held.name)) and not actor.is_secretariat:
        faults["name"] = _(
            "This reads like another person. End this term with its last day, and add the successor, so that the "
            "history stays true."
        )
    return faults


def _read(submission: Submission, focal: Focal, fields: Sequence[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what the form says in `fields`, empty ones as such, and what is wrong with the others."""
    said: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name in fields:
        text = str(submission.values.get(name) or "").strip()
        text = "" if text == form_views.EMPTY else text
        try:
            said[name] = read_field(name, text, focal.gazetteer) if text else _empty(name)
        except BadInput as fault:
            faults[name] = fault.said(submission._)
    return said, faults


def _empty(name: str) -> str | None:
    if name in {"name", "role"}:
        raise BadInput("There is nothing here.", "Fill it in.")
    return None if name in DATES else ""


def _read_member(submission: Submission, focal: Focal, said: dict[str, Any], faults: dict[str, str]) -> None:
    text = str(submission.values.get("member") or "").strip()
    try:
        said["member"] = read_member(text, focal.gazetteer, submission.actor.locale)
    except BadInput as fault:
        faults["member"] = fault.said(submission._)


def _saved(submission: Submission, focal: Focal, stored: Contact) -> views.Words:
    return form_views.build_saved(reader_of(submission, focal), stored)
