"""What an asker does with an answer: choose a member, say whether it helped, share it, pass the question on."""

from bot.rules.answers import Outcome
from bot.rules.problems import AlreadyDone, BadInput, NotAllowed, NotFound
from bot.rules.text import safe
from handlers import secretariat
from handlers.ask import desk_views, views
from handlers.ask.answering import answer, enquiry_on, read_again
from handlers.blocks import message
from handlers.listening import Answer, Click, Done, Focal, Replace, Reply
from storage import enquiries, outbox, sightings
from storage.database import Conn
from storage.enquiries import Enquiry

CHOICES = 8
"""So many names with several meanings one question may hold; the column takes no more."""


async def choose(click: Click, focal: Focal) -> Answer:
    """Answer a question again, for the member that was picked."""
    value, _, code = click.value.partition(":")
    async with focal.db.begin() as conn:
        enquiry = await _own(conn, click, value)
        chosen = (*(each for each in enquiry.chosen if each != code[:12]), code[:12])[-CHOICES:]
        asked = await read_again(conn, focal, click.actor, enquiry, chosen)
        said = await answer(conn, focal, click.actor, click._, asked)
        await enquiries.choose(conn, enquiry.id, chosen, said.outcome)
        await sightings.note(conn, click.actor, said.people, focal.now())
        said = views.with_buttons(click._, said, enquiry.id, enquiry.place)
        if enquiry.place.private:
            return Replace(said.text, said.blocks)
        thread = {"thread_ts": enquiry.place.thread_ts} if enquiry.place.thread_ts else {}
        key = f"chosen:{enquiry.id}:{'+'.join(chosen)}"
        await outbox.post(conn, key, enquiry.place.channel, message(said.text, said.blocks) | thread, focal.now())
    return Done()


async def helped(click: Click, focal: Focal) -> Answer:
    """Keep that an answer helped."""
    async with focal.db.begin() as conn:
        enquiry = await _own(conn, click, click.value)
        await enquiries.rate(conn, enquiry.id, helped=True)
    return Reply(click._("Thank you, noted."))


async def did_not_help(click: Click, focal: Focal) -> Answer:
    """Keep that an answer did not help, and offer the Secretariat."""
    async with focal.db.begin() as conn:
        enquiry = await _own(conn, click, click.value)
        await enquiries.rate(conn, enquiry.id, helped=False)
    said = views.build_did_not_help(click._, enquiry.id)
    return Reply(said.text, said.blocks)


async def share(click: Click, focal: Focal) -> Answer:
    """Post the answer where its question was asked, with what everybody there may see; only its asker may do so."""
    async with focal.db.read() as conn:
        place = (await _own(conn, click, click.value)).place
    if not place.is_shared or not await focal.slack.is_in(place.channel):
        raise BadInput("I cannot post here.", "Invite me to the channel first, then share again.")
    async with focal.db.begin() as conn:
        enquiry = await _own(conn, click, click.value)
        asked = await read_again(conn, focal, click.actor, enquiry, enquiry.chosen)
        said = await answer(conn, focal, click.actor, click._, asked, public=True)
        if said.outcome is not Outcome.ANSWERED:
            raise BadInput("What I found may not be shown to everybody here.", "Nothing was shared.")
        if not await enquiries.share(conn, enquiry.id, focal.now()):
            raise AlreadyDone("You have shared this answer already.")
        shared = views.build_shared(click._, said, click.actor.name, enquiry.text)
        thread = {"thread_ts": place.thread_ts} if place.thread_ts else {}
        payload = message(shared.text, shared.blocks) | thread
        await outbox.post(conn, f"share:{enquiry.id}", place.channel, payload, focal.now())
    return Reply(click._("I have shared it here, with what everybody may see."))


async def ask_secretariat(click: Click, focal: Focal) -> Answer:
    """Pass a question to the Secretariat with the name of whoever asked it, once."""
    actor = click.actor
    async with focal.db.begin() as conn:
        enquiry = await _own(conn, click, click.value)
        recipients = await secretariat.readers(conn, focal)
        if not recipients:
            raise NotFound("Nobody of the Secretariat can be reached through me yet.", "Please write to them directly.")
        if not await enquiries.pass_on(conn, enquiry.id, focal.now()):
            raise AlreadyDone(
                "You have passed this question on already.", "The answer of the Secretariat comes to you through me."
            )
        member = focal.gazetteer.display_name(actor.member, locale="en") if actor.member else ""
        for to, reader in recipients:
            payload = desk_views.build_passed_on(reader._, enquiry, actor.name, member)
            await outbox.post(conn, f"question:{enquiry.id}:{to}", to, payload, focal.now())
    return Reply(
        click._("I have passed your question on to the Secretariat ({name}). I will bring you their answer.").format(
            name=safe(focal.network.secretariat_name)
        )
    )


async def _own(conn: Conn, click: Click, value: str) -> Enquiry:
    """Return the enquiry a button stands under; NotFound once it was forgotten, NotAllowed if it is somebody else's."""
    enquiry = await enquiry_on(conn, value)
    if enquiry is None:
        raise NotFound("I no longer have this question.", "Please ask it again.")
    if enquiry.user_id != click.actor.user_id:
        raise NotAllowed(
            "Only the person who asked can do this.", "Ask the question yourself: type /wps and your words."
        )
    return enquiry
