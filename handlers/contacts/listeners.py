"""What people do with the directory: find, open, look back, verify, take it with them."""

import asyncio
import tempfile
from functools import partial
from pathlib import Path

from bot.rules.contact_search import read_search
from bot.rules.contacts import Contact, is_stale, may_add, may_correct, require_correct, shown_to
from bot.rules.permissions import Actor, Deed, may, require
from bot.rules.problems import BadInput, NotFound
from bot.rules.text import Gettext
from handlers import ids
from handlers.blocks import message
from handlers.contacts import views
from handlers.contacts.erasing import erase
from handlers.contacts.finding import Found, look_up
from handlers.contacts.forms import open_add, open_edit
from handlers.contacts.verifying import asking_key
from handlers.listening import Answer, Click, Command, Done, Focal, Replace, Reply, Request, Subcommands, number_in
from handlers.reader import reader_of
from storage import contacts, outbox, sightings
from storage.database import Conn

LISTS = ("unverified", "unlinked")
FORMATS = ("csv", "xlsx", "json", "vcf")
EXAMPLE = "/wps-contacts history Namibia"


async def find(command: Command, focal: Focal) -> Answer:
    """Show whom the text finds, or with no text the asker's delegation and how to search."""
    if not command.text.strip():
        return Reply(*await _overview(command, focal))
    return Reply(*await _found(command, focal, command.text))


async def choose(click: Click, focal: Focal) -> Answer:
    """Go on with the member that was meant by an ambiguous name."""
    code, _, query = click.value.partition(":")
    return Replace(*await _found(click, focal, query, chosen=code))


async def turn_page(click: Click, focal: Focal) -> Answer:
    """Show another page of what was found in place of the one that was shown."""
    page, _, query = click.value.partition(":")
    if query in LISTS:
        return Replace(*await _listed(click, focal, query, _page(page)))
    code, _, text = query.partition("|")
    return Replace(*await _found(click, focal, text, chosen=code, page=_page(page)))


def _page(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


async def _found(request: Request, focal: Focal, text: str, chosen: str = "", page: int = 0) -> views.Words:
    reader = reader_of(request, focal)
    search = read_search(text, focal.gazetteer, chosen)
    if search.unclear:
        return views.build_choice(reader, search.unclear, ids.CONTACT_CHOOSE, search.text)
    if search.languages:
        require(request.actor, Deed.SEE_NETWORK_FIELDS)
    async with focal.db.read() as conn:
        found = await look_up(conn, focal, request.actor, search)
        if found.unclear:
            return views.build_choice(reader, found.unclear, ids.CONTACT_CHOOSE, search.text)
        if not found.contacts:
            return await _nobody(conn, focal, request, found)
        notes = [await _gap(conn, focal, request, found, code) for code in found.missing]
    if len(found.contacts) == 1 and not notes:
        return await _card(request, focal, found.contacts[0].id)
    return views.build_list(reader, found.contacts, page, f"{chosen}|{search.text}", notes)


async def _gap(conn: Conn, focal: Focal, request: Request, found: Found, code: str) -> str:
    terms = await contacts.terms_of(conn, code)
    role = found.search.roles[0] if len(found.search.roles) == 1 else ""
    return views.gap(reader_of(request, focal), code, terms, focal.now().date(), role)


async def _nobody(conn: Conn, focal: Focal, request: Request, found: Found) -> views.Words:
    reader = reader_of(request, focal)
    if not found.missing:
        return views.build_nothing(reader, found.search.text, found.people, found.members)
    lines = [await _gap(conn, focal, request, found, code) for code in found.missing]
    member = found.missing[0]
    return views.build_gap(reader, lines, member, may_add=may_add(request.actor, member))


async def open_contact(click: Click, focal: Focal) -> Answer:
    """Open one contact of a list, or all of a member."""
    if not click.value.isdecimal():
        return Reply(*await _found(click, focal, click.value))
    return Reply(*await _card(click, focal, number_in(click.value, EXAMPLE)))


async def _card(request: Request, focal: Focal, contact_id: int) -> views.Words:
    now = focal.now()
    async with focal.db.begin() as conn:
        held = shown_to(await contacts.contact(conn, contact_id), request.actor, now.date())
        await sightings.note(conn, request.actor, [held], now)
    return views.build_card(reader_of(request, focal), held, request.actor, now, focal.network.verification_days)


async def _overview(request: Request, focal: Focal) -> views.Words:
    reader, actor, today = reader_of(request, focal), request.actor, focal.now().date()
    async with focal.db.read() as conn:
        own = await contacts.current(conn, today, of=(actor.member,)) if actor.member else ()
        state = await _state(conn, focal, request) if actor.is_secretariat else None
    shown = [shown_to(each, actor, today) for each in own]
    mine = await _card(request, focal, own[0].id) if len(own) == 1 else views.build_own(reader, actor, shown)
    return views.joined(mine, *([state] if state else []), views.build_help(reader, actor))


async def _state(conn: Conn, focal: Focal, request: Request) -> views.Words:
    today = focal.now().date()
    everyone = await contacts.current(conn, today)
    stale = [each for each in everyone if is_stale(each, today, focal.network.verification_days)]
    lost = await contacts.unlinked(conn, today)
    return views.build_state(reader_of(request, focal), await contacts.gaps(conn, today), len(stale), len(lost))


async def unverified(command: Command, focal: Focal) -> Answer:
    """List the contacts of whom nobody has said in time that they are still right."""
    return Reply(*await _listed(command, focal, "unverified", 0))


async def unlinked(command: Command, focal: Focal) -> Answer:
    """List the contacts that belong to nobody in Slack."""
    return Reply(*await _listed(command, focal, "unlinked", 0))


async def _listed(request: Request, focal: Focal, which: str, page: int) -> views.Words:
    require(request.actor, Deed.CHANGE_ANY_CONTACT)
    today = focal.now().date()
    async with focal.db.read() as conn:
        if which == "unlinked":
            found = await contacts.unlinked(conn, today)
        else:
            everyone = await contacts.current(conn, today)
            found = tuple(each for each in everyone if is_stale(each, today, focal.network.verification_days))
    reader = reader_of(request, focal)
    return views.build_list(reader, found, page, which, [views.titles(reader)[which]])


async def history(command: Command, focal: Focal) -> Answer:
    """Show who held which role for a member when; without one, for the asker's own."""
    reader = reader_of(command, focal)
    search = read_search(command.text or command.actor.member or "", focal.gazetteer)
    if search.unclear:
        return Reply(*views.build_choice(reader, search.unclear, ids.CONTACT_HISTORY))
    if len(search.members) != 1:
        raise BadInput("Name one member whose history you want to see.", "Try: {example}", example=EXAMPLE)
    return Reply(*await _history(command, focal, search.members[0], 0))


async def open_history(click: Click, focal: Focal) -> Answer:
    """Show the history of the member on the button."""
    return Reply(*await _history(click, focal, click.value.partition(":")[0], 0))


async def turn_history(click: Click, focal: Focal) -> Answer:
    """Show another page of a history in place of the one that was shown."""
    page, _, member = click.value.partition(":")
    return Replace(*await _history(click, focal, member, _page(page)))


async def _history(request: Request, focal: Focal, member: str, page: int) -> views.Words:
    async with focal.db.read() as conn:
        terms = await contacts.terms_of(conn, member)
    return views.build_history(reader_of(request, focal), member, terms, page)


async def verify(command: Command, focal: Focal) -> Answer:
    """Record that a contact is still right; where several are meant, let one be chosen."""
    found = await changeable(command, focal)
    if len(found) == 1:
        return Reply(*await _verified(command, focal, found[0].id))
    reader, today = reader_of(command, focal), focal.now().date()
    shown = [shown_to(each, command.actor, today) for each in found]
    return Reply(*views.build_pick(reader, shown, command.actor))


async def click_verify(click: Click, focal: Focal) -> Answer:
    """Record that the contact on the button is still right, and show it so where it was asked."""
    key, _, asked_on = click.value.partition(":")
    contact_id = number_in(key, "/wps-contacts verify")
    card = await _verified(click, focal, contact_id)
    async with focal.db.begin() as conn:
        asking = await outbox.by_key(conn, asking_key(contact_id, asked_on))
        if asking is None or asking.channel != click.actor.user_id:
            return Replace(*card)
        await outbox.change(conn, asking.key, message(*card), focal.now())
    return Done()


async def _verified(request: Request, focal: Focal, contact_id: int) -> views.Words:
    async with focal.db.begin() as conn:
        require_correct(request.actor, await contacts.contact(conn, contact_id, lock=True))
        await contacts.verify(conn, contact_id, request.actor.user_id, focal.now())
    return await _card(request, focal, contact_id)


async def edit(command: Command, focal: Focal) -> Answer:
    """Open the form that changes a contact; where several are meant, let one be chosen."""
    found = await changeable(command, focal)
    if len(found) == 1:
        return await open_edit(command, focal, found[0].id)
    reader, today = reader_of(command, focal), focal.now().date()
    shown = [shown_to(each, command.actor, today) for each in found]
    return Reply(*views.build_pick(reader, shown, command.actor))


async def changeable(command: Command, focal: Focal) -> tuple[Contact, ...]:
    """Return the contacts that a command means and its asker may correct; NotFound or NotAllowed if there are none.

    Without a text these are the asker's own contacts, or else those of their delegation.
    """
    actor, today = command.actor, focal.now().date()
    async with focal.db.read() as conn:
        if command.text.strip():
            search = read_search(command.text, focal.gazetteer)
            found = (await look_up(conn, focal, actor, search)).contacts
        else:
            own = await contacts.of_person(conn, actor.user_id, today)
            found = own or (await contacts.current(conn, today, of=(actor.member,)) if actor.member else ())
    if not found:
        raise NotFound("I do not know which contact you mean.", "Name it: {command} edit NAME", command=command.name)
    mine = tuple(each for each in found if may_correct(actor, each))
    if not mine:
        require_correct(actor, found[0])
    return mine


async def add(command: Command, focal: Focal) -> Answer:
    """Open the form that begins somebody's term."""
    search = read_search(command.text, focal.gazetteer)
    return await open_add(command, focal, search.members[0] if len(search.members) == 1 else "")


async def export(command: Command, focal: Focal) -> Answer:
    """Send the directory as a file to the asker's DM, with the fields that they may see."""
    ending = command.text.strip().casefold().lstrip(".") or FORMATS[0]
    if ending not in FORMATS:
        raise BadInput("I can export {formats}.", "Try: /wps-contacts export xlsx", formats=", ".join(FORMATS))
    said = command._("The file is on its way to your messages with Focal.")
    return Reply(said, after=partial(_send_export, focal, command.actor, ending, command._))


async def _send_export(focal: Focal, actor: Actor, ending: str, _: Gettext) -> None:
    with tempfile.TemporaryDirectory(prefix="focal-") as folder:
        path = Path(folder) / f"contacts-{focal.now():%Y-%m-%d}.{ending}"
        async with focal.db.begin() as conn:
            shown = await contacts.export_for(conn, actor, path, focal.now().date())
            await sightings.note(conn, actor, shown, focal.now())
        content = await asyncio.to_thread(path.read_bytes)
    said = [_("Contacts in this file: {count}. It holds the fields that you may see.").format(count=len(shown))]
    if may(actor.roles, Deed.SEE_NETWORK_FIELDS):
        said.append(_("It holds personal data of the Network: please do not pass it on, and delete it after use."))
    await focal.slack.send_file(actor.user_id, path.name, content, " ".join(said))


async def who_saw_mine(command: Command, focal: Focal) -> Answer:
    """Show who saw fields of the asker's own contacts that are not public."""
    return Reply(*await _seen(command, focal))


async def click_who_saw_mine(click: Click, focal: Focal) -> Answer:
    """Show the same to whoever pressed the button, of their own contacts."""
    return Reply(*await _seen(click, focal))


async def _seen(request: Request, focal: Focal) -> views.Words:
    async with focal.db.read() as conn:
        seen = await sightings.of_person(conn, request.actor.user_id)
    return views.build_seen(reader_of(request, focal), seen)


CONTACTS = Subcommands(
    {
        "history": history,
        "add": add,
        "edit": edit,
        "verify": verify,
        "export": export,
        "seen": who_saw_mine,
        "erase": erase,
        "unverified": unverified,
        "unlinked": unlinked,
    },
    default=find,
)
