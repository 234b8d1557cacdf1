"""What a silence procedure tells everybody, and what it does at its moments, by way of the outbox."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.rules import silence as rules
from bot.rules.presidency import presidency_on
from bot.rules.recommendations import State as Decided
from bot.rules.silence import Objection, Outcome, Round
from handlers import secretariat
from handlers.beats import each_due
from handlers.communique import round_views
from handlers.communique.round_views import Told
from handlers.listening import Focal
from handlers.reader import Reader, reader_for
from handlers.recommendations import posts as cards
from storage import communiques, outbox, people, recommendations, silence
from storage.communiques import State
from storage.database import Conn
from storage.presidencies import all_presidencies
from storage.silence import Deed, Kept

TIMEKEEPER = "timekeeper"
Build = Callable[[Reader], dict[str, Any]]


async def told(conn: Conn, focal: Focal, kept: Kept) -> Told:
    """Return what is told of a round."""
    return Told(await communiques.communique(conn, kept.communique_id), kept, focal.network.silence)


async def circulate(conn: Conn, focal: Focal, kept: Kept) -> None:
    """Have the text brought to everybody who speaks for a delegation, each in their own language and zone."""
    await communiques.set_state(conn, kept.communique_id, State.SILENCE)
    what = await told(conn, focal, kept)
    for person in await people.voices_of(conn, kept.around.entitled, focal.now().date()):
        key = silence.delivery_key(kept.id, person.member or "", person.user_id)
        payload = round_views.build_circulated(reader_for(person, focal), what)
        await outbox.post(conn, key, person.user_id, payload, focal.now())


async def _tell(conn: Conn, focal: Focal, key: str, build: Build, to: dict[str, Reader]) -> None:
    for address, reader in to.items():
        await outbox.post(conn, f"{key}:{address}", address, build(reader), focal.now())


async def _everybody(conn: Conn, focal: Focal, kept: Kept) -> dict[str, Reader]:
    voices = await people.voices_of(conn, kept.around.entitled, focal.now().date())
    return {each.user_id: reader_for(each, focal) for each in voices} | await _chairs(conn, focal)


async def _chairs(conn: Conn, focal: Focal) -> dict[str, Reader]:
    """Return the Secretariat and the current presidency, each address with how it reads."""
    today = focal.now().date()
    current = presidency_on(await all_presidencies(conn), today)
    voices = await people.voices_of(conn, current.members if current else (), today)
    return {each.user_id: reader_for(each, focal) for each in voices} | dict(await secretariat.readers(conn, focal))


async def announce(conn: Conn, focal: Focal, kept: Kept, entry_id: int) -> None:
    """Tell everybody what has just been written into a round's log."""
    current = await silence.load(conn, kept.id)
    entry = next(each for each in current.log if each.id == entry_id)
    what = await told(conn, focal, current)

    def build(reader: Reader) -> dict[str, Any]:
        return round_views.build_news(reader, what, entry)

    await _tell(conn, focal, f"silence:{kept.id}:news:{entry_id}", build, await _everybody(conn, focal, current))


async def pass_on(conn: Conn, focal: Focal, kept: Kept, said: Objection, entry_id: int) -> None:
    """Tell the chair and the Secretariat who said what against a text."""
    what = await told(conn, focal, await silence.load(conn, kept.id))

    def build(reader: Reader) -> dict[str, Any]:
        return round_views.build_spoken(reader, what, said)

    await _tell(conn, focal, f"silence:{kept.id}:spoken:{entry_id}", build, await _chairs(conn, focal))


# At their moments ----------------------------------------------------------------------------------------------------


async def close_due(focal: Focal, now: datetime) -> None:
    """End every round whose end has come, each at that moment, however late the beat is."""
    await each_due(focal, now, _ended, _close)


async def _ended(conn: Conn, now: datetime) -> list[int]:
    return [each.id for each in await silence.open_rounds(conn) if each.around.ends_at <= now]


async def _close(conn: Conn, focal: Focal, round_id: int, now: datetime) -> None:
    await settle(conn, focal, await silence.load(conn, round_id, lock=True), now)


async def settle(conn: Conn, focal: Focal, kept: Kept, now: datetime) -> Kept:
    """Return a round as it is at `now`; if its end has come, with everything that follows from it done."""
    around = rules.close(kept.around, now)
    if around == kept.around:
        return kept
    ended = await silence.save(conn, kept, around)
    adopted = around.outcome is Outcome.ADOPTED
    deed = Deed.ADOPTED if adopted else Deed.LAPSED
    entry = await silence.note(conn, kept.id, around.ends_at, TIMEKEEPER, deed)
    if adopted:
        await _adopt(conn, focal, ended)
    else:
        await communiques.set_state(conn, kept.communique_id, State.DRAFT)
    await announce(conn, focal, ended, entry)
    return await silence.load(conn, kept.id)


async def _adopt(conn: Conn, focal: Focal, kept: Kept) -> None:
    await communiques.set_state(conn, kept.communique_id, State.ADOPTED)
    await communiques.publish(conn, kept.communique_id, kept.plain)
    await _move_sources(conn, focal, kept, Decided.ACCEPTED, Decided.IN_COMMUNIQUE)


async def undo_adoption(conn: Conn, focal: Focal, kept: Kept) -> None:
    """Take back what followed from an adoption."""
    await communiques.set_state(conn, kept.communique_id, State.DRAFT)
    await communiques.unpublish(conn, kept.communique_id)
    await _move_sources(conn, focal, kept, Decided.IN_COMMUNIQUE, Decided.ACCEPTED)


async def _move_sources(conn: Conn, focal: Focal, kept: Kept, was: Decided, to: Decided) -> None:
    """Have the records from which the clauses come pass into another state."""
    text = (await communiques.version(conn, kept.communique_id, kept.version)).text
    numbers = sorted({number for clause in text.clauses for number in clause.sources})
    for record in await recommendations.several(conn, numbers):
        if record.state is was:
            why = f"Communiqué {kept.communique_id}" if to is Decided.IN_COMMUNIQUE else ""
            moved = await recommendations.decide(conn, record.number, to, TIMEKEEPER, focal.now(), why)
            await cards.refresh(conn, focal, moved)


async def remind_due(focal: Focal, now: datetime) -> None:
    """Remind whoever has not opened a text, half-way and before the end; tell the chair whom it has not reached."""
    await each_due(focal, now, _to_remind, _remind)


async def _to_remind(conn: Conn, now: datetime) -> list[int]:
    return [each.id for each in await silence.open_rounds(conn) if each.reminded < _reminders(each.around, now)]


def _reminders(around: Round, now: datetime) -> int:
    """Return how many reminders of a round should have been sent by `now`; none once it is over."""
    if not around.takes(now):
        return 0
    return int(now >= rules.half_time(around)) + int(now >= max(rules.last_call(around), rules.half_time(around)))


async def _remind(conn: Conn, focal: Focal, round_id: int, now: datetime) -> None:
    kept = await silence.load(conn, round_id, lock=True)
    wanted = _reminders(kept.around, now)
    if kept.reminded >= wanted or not await silence.set_reminded(conn, kept, wanted):
        return
    what = await told(conn, focal, kept)
    key = f"silence:{kept.id}:remind:{wanted}:{int(kept.around.ends_at.timestamp())}"
    voices = await people.voices_of(conn, kept.unopened, focal.now().date())

    def remind(reader: Reader) -> dict[str, Any]:
        return round_views.build_reminder(reader, what)

    await _tell(conn, focal, key, remind, {each.user_id: reader_for(each, focal) for each in voices})
    if kept.around.unreached:

        def warn(reader: Reader) -> dict[str, Any]:
            return round_views.build_unreached(reader, what)

        await _tell(conn, focal, f"{key}:chair", warn, await _chairs(conn, focal))


async def after_move(conn: Conn, kept: Kept, around: Round, now: datetime) -> None:
    """Have whoever has not opened the text reminded anew where a moved end gives time for it."""
    due = _reminders(around, now)
    if kept.reminded > due:
        await silence.set_reminded(conn, kept, due)
