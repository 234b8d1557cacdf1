"""The Secretariat's desk: what Focal could not answer, replies on their way back, and what is worth keeping of them."""

from datetime import datetime

from bot.rules.answers import fold
from bot.rules.permissions import Deed, require
from bot.rules.problems import BadInput, NotFound
from bot.rules.surveys import Reply as Written
from bot.rules.surveys import reply_in
from handlers.ask import desk_views
from handlers.ask.answering import enquiry_on
from handlers.ask.desk_views import Waiting
from handlers.listening import Answer, Click, Command, Errors, Event, Focal, Modal, Replace, Reply, Submission
from storage import enquiries, outbox, people, practices
from storage.database import Conn
from storage.enquiries import Enquiry
from storage.practices import LIMITS

TAKEN = "white_check_mark"
"""The reaction with which Focal says that a reply is on its way to the asker."""


async def show_open(command: Command, focal: Focal) -> Answer:
    """List the questions that wait for the Secretariat, the oldest first."""
    require(command.actor, Deed.ANSWER_QUESTIONS)
    async with focal.db.read() as conn:
        waiting = await _waiting(conn)
    return Reply(*desk_views.build_open(command._, waiting, 0))


async def turn_page(click: Click, focal: Focal) -> Answer:
    """Show another page of the list in place of the one that was clicked."""
    require(click.actor, Deed.ANSWER_QUESTIONS)
    async with focal.db.read() as conn:
        waiting = await _waiting(conn)
    return Replace(*desk_views.build_open(click._, waiting, int(click.value) if click.value.isdecimal() else 0))


async def _waiting(conn: Conn) -> list[Waiting]:
    """Return the open questions, those that say the same as one, with the name of whoever passed one on."""
    together: dict[str, list[Enquiry]] = {}
    for each in await enquiries.open_enquiries(conn):
        together.setdefault(fold(each.text), []).append(each)
    senders = {each.user_id for group in together.values() for each in group if each.passed_on_at}
    names = {each.user_id: each.name for each in await people.by_ids(conn, senders)}
    return [Waiting(tuple(group), _sender(group, names)) for group in together.values()]


def _sender(group: list[Enquiry], names: dict[str, str]) -> str:
    """Return who passed the question on; whoever only asked it is nobody's business."""
    return ", ".join(dict.fromkeys(names[each.user_id] for each in group if each.passed_on_at))


async def settle(click: Click, focal: Focal) -> Answer:
    """Take a question off the list, and those that say the same."""
    require(click.actor, Deed.ANSWER_QUESTIONS)
    async with focal.db.begin() as conn:
        enquiry = await _enquiry(conn, click.value)
        await _settle_all(conn, enquiry, focal.now())
    return Reply(click._("Done: the question is off the list. `/wps questions` shows the others."))


async def _settle_all(conn: Conn, enquiry: Enquiry, now: datetime) -> None:
    same = [each for each in await enquiries.open_enquiries(conn) if fold(each.text) == fold(enquiry.text)]
    for each in same:
        await enquiries.settle(conn, each.id, now)


async def open_form(click: Click, focal: Focal) -> Answer:
    """Open the form that makes a practice of a question and its answer."""
    require(click.actor, Deed.ANSWER_QUESTIONS)
    async with focal.db.read() as conn:
        enquiry = await _enquiry(conn, click.value)
    return Modal(desk_views.build_form(click._, focal.network, enquiry, focal.now().date()))


async def keep_practice(submission: Submission, focal: Focal) -> Answer:
    """Keep what was filled in as a practice that answers can cite, and take the question off the list."""
    require(submission.actor, Deed.ANSWER_QUESTIONS)
    fields = {name: str(submission.values.get(name) or "").strip() for name in desk_views.FORM_FIELDS}
    errors = _faults(submission, fields)
    if errors:
        return Errors(errors)
    practice = practices.parse(fields | {"id": f"kept-{submission.private_metadata}", "kind": "fact"})
    async with focal.db.begin() as conn:
        enquiry = await _enquiry(conn, submission.private_metadata)
        await practices.save(conn, practice, focal.now())
        await _settle_all(conn, enquiry, focal.now())
    return Reply(submission._("Kept. From now on this is found by whoever asks."))


async def open_practice_form(command: Command, focal: Focal) -> Answer:
    """Open the form in which the Secretariat adds a practice or fact."""
    require(command.actor, Deed.ANSWER_QUESTIONS)
    return Modal(desk_views.build_practice_form(command._, focal.network, focal.now().date()))


async def add_practice(submission: Submission, focal: Focal) -> Answer:
    """Keep what was filled in as a source of answers, unless another source says the same."""
    require(submission.actor, Deed.ANSWER_QUESTIONS)
    fields = {name: str(submission.values.get(name) or "").strip() for name in desk_views.FORM_FIELDS}
    errors = _faults(submission, fields)
    if errors:
        return Errors(errors)
    practice = practices.parse(fields | {"id": f"form-{submission.view['id']}"})
    async with focal.db.begin() as conn:
        twin = await practices.twin_of(conn, practice)
        if twin is None:
            await practices.save(conn, practice, focal.now())
    if twin is not None:
        return Errors({"text": submission._("This is known already, as {id}.").format(id=twin)})
    return Reply(submission._("Kept. From now on this is found by whoever asks."))


def _faults(submission: Submission, fields: dict[str, str]) -> dict[str, str]:
    try:
        practices.parse(fields | {"id": "kept"})
    except BadInput as problem:
        return {_field_of(fields): problem.said(submission._)}
    return {}


def _field_of(fields: dict[str, str]) -> str:
    long = next((name for name, value in fields.items() if len(value) > LIMITS.get(name, len(value))), None)
    return long or ("year" if fields["year"] else "text")


async def take_reply(event: Event, focal: Focal, conn: Conn) -> bool:
    """Bring what the Secretariat writes under a passed-on question to its asker; tell whether it was such a reply."""
    heard = reply_in(event.body)
    if not isinstance(heard, Written):
        return False
    enquiry = await enquiries.passed_on_at(conn, heard.channel, heard.thread_ts)
    if enquiry is None:
        return False
    if event.actor.is_secretariat and heard.text:
        await _bring(conn, focal, event, enquiry, heard)
    return True


async def _bring(conn: Conn, focal: Focal, event: Event, enquiry: Enquiry, heard: Written) -> None:
    now, place = focal.now(), enquiry.place
    await enquiries.note_reply(conn, enquiry.id, heard.text)
    key = f"reply:{heard.channel}:{heard.ts}"
    (asker,) = await people.by_ids(conn, [enquiry.user_id])
    payload = desk_views.build_reply(focal.translate(asker.locale), event.actor.name, enquiry.text, heard.text)
    in_thread = {} if place.private else {"thread_ts": place.thread_ts or place.ts}
    to = enquiry.user_id if place.private else place.channel
    if await outbox.post(conn, key, to, payload | in_thread, now):
        await outbox.react(conn, f"{key}:taken", heard.channel, heard.ts, TAKEN, now)
    elif heard.edited:
        await outbox.change(conn, key, payload, now)


async def on_posted(conn: Conn, key: str, channel: str, ts: str) -> None:
    """Remember where a question that was passed on stands."""
    await enquiries.note_passed_on(conn, int(key.split(":")[1]), channel, ts)


async def _enquiry(conn: Conn, value: str) -> Enquiry:
    found = await enquiry_on(conn, value)
    if found is None:
        raise NotFound("I no longer have this question.", "See `/wps questions` for those that are open.")
    return found
