"""The Home tab: shown when it is opened, and used from there."""

from bot.rules.contacts import require_correct
from bot.rules.dates import day_words
from bot.rules.permissions import Actor, Deed, require
from bot.rules.text import Gettext
from handlers.ask.answering import answer_privately
from handlers.home import views
from handlers.home.overview import gather
from handlers.listening import Answer, Click, Done, Event, Focal, Modal, Reply, Submission, Update, number_in
from handlers.reader import reader_as, reader_of
from handlers.troika import recipients
from storage import audit, contacts, outbox, sightings
from storage.database import Conn
from storage.enquiries import Place

NOWHERE = Place("")
"""A form stands in no channel: nobody reads along, and there is nowhere to share."""


async def on_opened(event: Event, focal: Focal, conn: Conn) -> None:
    """Show the tab as it is now to whoever opened it; the Messages tab needs nothing."""
    if event.body.get("tab", "home") == "home" and event.actor.user_id:
        await show(conn, focal, event.actor, event._)


async def show(conn: Conn, focal: Focal, actor: Actor, _: Gettext) -> None:
    """Have the Home tab of `actor` shown as it is now."""
    overview = await gather(conn, focal, actor, _)
    if not actor.is_secretariat:
        await sightings.note(conn, actor, overview.contacts, focal.now())
    await outbox.show_home(conn, actor.user_id, views.build_home(reader_as(actor, _, focal), overview), focal.now())


async def mark_done(click: Click, focal: Focal) -> Answer:
    """Mark a reminder done from the tab, in the DM and in the tab at once."""
    async with focal.db.begin() as conn:
        await recipients.finish(conn, click, focal)
        await show(conn, focal, click.actor, click._)
    return Done()


async def verify(click: Click, focal: Focal) -> Answer:
    """Record from the tab that a contact is still right, and show it so."""
    contact_id, today = number_in(click.value, "/wps-contacts verify"), focal.now().date()
    async with focal.db.begin() as conn:
        held = await contacts.contact(conn, contact_id, lock=True)
        require_correct(click.actor, held)
        await contacts.verify(conn, contact_id, click.actor.user_id, focal.now())
        await show(conn, focal, click.actor, click._)
    if held.member == click.actor.member and not click.actor.is_secretariat and held.verified_on != today:
        return Done()
    # Nothing on the tab looks different now.
    return Reply(click._("Verified on {day}.").format(day=day_words(today, click.actor.locale)))


async def send_again(click: Click, focal: Focal) -> Answer:
    """Have everything that could not be delivered tried again, and show the tab without it."""
    require(click.actor, Deed.SEND_AGAIN)
    async with focal.db.begin() as conn:
        number = await outbox.retry_all_dead(conn)
        await audit.note(conn, focal.now(), click.actor.user_id, "send again", "outbox", messages=number)
        await show(conn, focal, click.actor, click._)
    return Reply(click._("Messages that are on their way again: {count}").format(count=number))


async def open_ask(click: Click, focal: Focal) -> Answer:
    """Open the form in which a question is asked."""
    return Modal(views.build_ask(reader_of(click, focal)))


async def ask(submission: Submission, focal: Focal) -> Answer:
    """Answer the question above the field for the next one."""
    number = number_in(submission.private_metadata or "1", "/wps help")
    text = str(submission.values.get(f"question_{number}") or "").strip()
    said = await answer_privately(focal, submission.actor, submission._, NOWHERE, text)
    return Update(views.build_ask(reader_of(submission, focal), said, number + 1))
