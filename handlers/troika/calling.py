"""A time for a call of the Troika: proposed, answered by buttons, booked, and put into everybody's calendar."""

from datetime import datetime, timedelta

from bot.rules import calls as rules
from bot.rules.calendars import Entry, calendar_of
from bot.rules.calls import LENGTHS, Choice, Clock, Party, Say, Slot
from bot.rules.contacts import SECRETARIAT_MEMBER
from bot.rules.permissions import Deed, require
from bot.rules.presidency import troika_on
from bot.rules.problems import AlreadyDone, BadInput, Closed, NotAllowed, NotFound
from bot.rules.workdays import hours_for
from handlers.listening import Answer, Click, Command, Focal, Replace, Reply, number_in
from handlers.reader import Reader, reader_for, reader_of
from handlers.troika import call_views as views
from storage import audit, calls, outbox, people
from storage.calls import Call, Guest, State
from storage.database import Conn
from storage.presidencies import all_presidencies

CALL = "/wps-troika call 60"
REMEMBERED = timedelta(days=365)
"""For how long a burden counts when the next one is shared out."""


async def propose(command: Command, focal: Focal) -> Answer:
    """Show times for a call before anybody is asked; while one is open, show how it stands."""
    require(command.actor, Deed.PROPOSE_CALLS)
    reader = reader_of(command, focal)
    async with focal.db.read() as conn:
        known = await calls.open_one(conn)
        if known is not None:
            return Reply(*views.build_status(reader, known))
        minutes = number_in(command.text or "60", CALL)
        _require_length(minutes)
        guests = await _guests(conn, focal)
        carried = await calls.carried(conn, focal.now() - REMEMBERED)
    proposed = rules.propose(_parties(focal, guests), focal.now(), minutes, carried)
    return Reply(*views.build_proposal(reader, minutes, proposed, guests, carried))


def _require_length(minutes: int) -> None:
    if minutes not in LENGTHS:
        lengths = ", ".join(map(str, LENGTHS))
        raise BadInput("A call takes {lengths} minutes.", "Try: {usage}", lengths=lengths, usage=CALL)


async def _guests(conn: Conn, focal: Focal) -> tuple[Guest, ...]:
    """Return everybody who speaks for a member of the Troika, and the Secretariat; NotFound without a Troika."""
    today = focal.now().date()
    members = troika_on(await all_presidencies(conn), today).members
    voices = await people.voices_of(conn, members, today)
    if not voices:
        raise NotFound("Nobody of the Troika is known to me in Slack.", "Ask the Secretariat to link its focal points.")
    served = await people.secretariat_of(conn, focal.secretariat, today)
    own = {each.user_id: Guest(each.user_id, SECRETARIAT_MEMBER, each.zone) for each in served}
    return tuple((own | {v.user_id: Guest(v.user_id, v.member or "", v.zone) for v in voices}).values())


def _parties(focal: Focal, guests: tuple[Guest, ...]) -> list[Party]:
    hours = focal.network.working_hours
    clocks: dict[str, list[Clock]] = {}
    for each in guests:
        clocks.setdefault(each.party, []).append(Clock(each.zone, hours_for(hours, each.party, each.zone)))
    return [Party(key, tuple(dict.fromkeys(found))) for key, found in sorted(clocks.items())]


async def ask(click: Click, focal: Focal) -> Answer:
    """Ask everybody for the times that were proposed, if they are still what they were."""
    require(click.actor, Deed.PROPOSE_CALLS)
    minutes, starts = _claim(click.value)
    now = focal.now()
    async with focal.db.begin() as conn:
        if await calls.open_one(conn) is not None:
            raise AlreadyDone("A time for a call is being sought already.", "See /wps-troika call.")
        guests = await _guests(conn, focal)
        parties = _parties(focal, guests)
        proposed = [slot for at in starts if at > now and (slot := rules.slot_at(parties, at, minutes))]
        if not proposed:
            raise Closed("These times have passed, or suit nobody any more.", "Propose others: /wps-troika call")
        by = click.actor.user_id
        call = await calls.open_call(conn, by, minutes, proposed, guests, rules.closes_at(proposed, now), now)
        await audit.note(conn, now, by, "propose call", f"call {call.id}", minutes=minutes)
        for guest, reader in await _readers(conn, focal, call):
            await outbox.post(conn, _key(call, guest), guest.person, views.build_ask(reader, call, guest), now)
    return Replace(*views.build_status(reader_of(click, focal), call))


def _claim(value: str) -> tuple[int, list[datetime]]:
    """Return what the button under a proposal carries: minutes, and the times."""
    length, _, moments = value.partition("|")
    minutes = number_in(length, CALL)
    _require_length(minutes)
    try:
        found = [datetime.fromisoformat(each) for each in moments.split(",")]
    except ValueError:
        raise BadInput("This button is damaged.", "Propose a call again: /wps-troika call") from None
    if any(each.tzinfo is None for each in found) or len(found) > rules.MOST_SLOTS:
        raise BadInput("This button is damaged.", "Propose a call again: /wps-troika call")
    return minutes, sorted(found)


def _key(call: Call, guest: Guest) -> str:
    return f"call:{call.id}:{guest.person}"


async def _readers(conn: Conn, focal: Focal, call: Call) -> list[tuple[Guest, Reader]]:
    known = {each.user_id: each for each in await people.by_ids(conn, [each.person for each in call.guests])}
    return [(each, reader_for(known[each.person], focal)) for each in call.guests if each.person in known]


# Answers -------------------------------------------------------------------------------------------------------------


async def say_yes(click: Click, focal: Focal) -> Answer:
    """Say for one's party that a time suits it."""
    return await _say(click, focal, Say.YES)


async def say_if_need_be(click: Click, focal: Focal) -> Answer:
    """Say for one's party that a time will do if need be."""
    return await _say(click, focal, Say.IF_NEED_BE)


async def say_no(click: Click, focal: Focal) -> Answer:
    """Say for one's party that a time does not suit it."""
    return await _say(click, focal, Say.NO)


async def _say(click: Click, focal: Focal, said: Say) -> Answer:
    slot_id, now = number_in(click.value, CALL), focal.now()
    async with focal.db.begin() as conn:
        call = await calls.of_slot(conn, slot_id, lock=True)
        guest = next((each for each in call.guests if each.person == click.actor.user_id), None)
        if guest is None:
            raise NotAllowed("You are not asked for this call.", "It is for the Troika and the Secretariat.")
        if call.state is not State.OPEN:
            raise Closed("This call is booked or withdrawn already.", "There is nothing more to say.")
        await calls.answer(conn, slot_id, guest.party, said, click.actor.user_id, now)
        call = await calls.call(conn, call.id)
        if call.is_answered:
            call = await _settle(conn, focal, call)
        if call.state is State.OPEN:
            await _show(conn, focal, call)
    # The same as everybody's message shows soon; whoever pressed the button sees it at once.
    return Replace(*views.build_answered(reader_of(click, focal), call, guest))


async def _show(conn: Conn, focal: Focal, call: Call) -> None:
    """Have everybody's message show the call as it stands."""
    for guest, reader in await _readers(conn, focal, call):
        await outbox.change(conn, _key(call, guest), views.build_ask(reader, call, guest), focal.now())


# Booking -------------------------------------------------------------------------------------------------------------


async def close_due(focal: Focal, now: datetime) -> None:
    """Book the best time of every call for which the time to answer is over, or ask whoever proposed it."""
    async with focal.db.read() as conn:
        due = await calls.closing(conn, now)
    for number in due:
        async with focal.db.begin() as conn:
            call = await calls.call(conn, number, lock=True)
            if call.closes_at is not None and call.closes_at <= now:
                await _settle(conn, focal, call)


async def _settle(conn: Conn, focal: Focal, call: Call) -> Call:
    """Book the best time unless somebody cannot make any; then whoever proposed the call decides."""
    slot_id, choice = await _best(conn, focal, call)
    somebody_can = any(said is not Say.NO for said in call.answers[slot_id].values())
    if somebody_can and not choice.against and call.slots[slot_id].starts_at > focal.now():
        return await _book(conn, focal, call, slot_id)
    await calls.stop_waiting(conn, call)
    for each in await people.by_ids(conn, [call.opened_by]):
        payload = views.build_undecided(reader_for(each, focal), call, slot_id, choice)
        await outbox.post(conn, f"call:{call.id}:undecided", each.user_id, payload, focal.now())
    return await calls.call(conn, call.id)


async def _best(conn: Conn, focal: Focal, call: Call) -> tuple[int, Choice]:
    carried = await calls.carried(conn, focal.now() - REMEMBERED)
    ids = [each for each, slot in call.slots.items() if slot.starts_at > focal.now()] or list(call.slots)
    said = [call.answers[each] for each in ids]
    slots: list[Slot] = [call.slots[each] for each in ids]
    choice = rules.best(slots, said, [Party(key, ()) for key in call.parties], carried)
    return ids[choice.place], choice


async def _book(conn: Conn, focal: Focal, call: Call, slot_id: int) -> Call:
    now = focal.now()
    booked = await calls.book(conn, call, slot_id, now)
    await audit.note(conn, now, call.opened_by, "book call", f"call {call.id}", slot=slot_id)
    for guest, reader in await _readers(conn, focal, booked):
        await outbox.change(conn, _key(call, guest), views.build_over(reader, booked), now)
        await outbox.post(conn, f"{_key(call, guest)}:booked", guest.person, views.build_booked(reader, booked), now)
    return booked


async def book(click: Click, focal: Focal) -> Answer:
    """Book a time by hand: the best one now, or one that does not suit everybody."""
    require(click.actor, Deed.PROPOSE_CALLS)
    slot_id = number_in(click.value, CALL)
    async with focal.db.begin() as conn:
        call = await calls.of_slot(conn, slot_id, lock=True)
        if call.slots[slot_id].starts_at <= focal.now():
            raise Closed("This time has passed.", "Propose others: /wps-troika call")
        booked = await _book(conn, focal, call, slot_id)
    return Replace(*views.build_status(reader_of(click, focal), booked))


async def withdraw(click: Click, focal: Focal) -> Answer:
    """Seek no time any more; everybody who was asked sees so."""
    require(click.actor, Deed.PROPOSE_CALLS)
    now = focal.now()
    async with focal.db.begin() as conn:
        call = await calls.withdraw(conn, await calls.call(conn, number_in(click.value, CALL), lock=True))
        await audit.note(conn, now, click.actor.user_id, "withdraw call", f"call {call.id}")
        for guest, reader in await _readers(conn, focal, call):
            await outbox.change(conn, _key(call, guest), views.build_over(reader, call), now)
    return Replace(*views.build_status(reader_of(click, focal), call))


# Calendar files ------------------------------------------------------------------------------------------------------


async def send_files(focal: Focal, now: datetime) -> None:
    """Send the calendar file of a booked call to everybody who has not got it; the button sends it again."""
    while True:
        async with focal.db.begin() as conn:
            taken = await calls.take_file(conn, now)
        if taken is None:
            return
        await _send(focal, *taken)


async def click_file(click: Click, focal: Focal) -> Answer:
    """Send the calendar file again to one of those who were asked."""
    number = number_in(click.value, CALL)
    async with focal.db.read() as conn:
        call = await calls.call(conn, number)
    if click.actor.user_id not in {each.person for each in call.guests} or call.booked is None:
        raise NotAllowed("There is no calendar file for you here.", "See /wps-troika call.")

    async def send() -> None:
        await _send(focal, number, click.actor.user_id)

    return Reply(click._("The calendar file is on its way to your messages with Focal."), after=send)


async def _send(focal: Focal, number: int, person: str) -> None:
    async with focal.db.read() as conn:
        call = await calls.call(conn, number)
        readers = {guest.person: reader for guest, reader in await _readers(conn, focal, call)}
    if call.booked is None or person not in readers:
        return
    reader, starts = readers[person], call.booked.starts_at
    title = reader._("Call of the Troika and the Secretariat")
    ends, stamp = starts + timedelta(minutes=call.minutes), call.booked_at or starts
    entry = Entry(f"{call.uid}@focal", 0, title, starts, ends, stamp, reader.zone)
    said = reader._("The call is booked; open this file to put it into your calendar.")
    await focal.slack.send_file(person, f"call-{number}.ics", calendar_of([entry], focal.network.short_name), said)
