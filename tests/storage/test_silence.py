"""How rounds of silence are kept: what is stored is what the rule says, whatever happens and however often it is read."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.clock import Clock
from bot.rules import silence as rules
from bot.rules.communique import Clause, Text
from bot.rules.problems import AlreadyDone, Changed, Closed, NotFound, Problem
from bot.rules.silence import Breach, Outcome, Round
from storage import communiques, silence
from storage.communiques import State
from storage.database import Conn, Database
from storage.silence import Deed, Kept, Way

OPENED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MEMBERS = ("DE", "NA", "NO")
TEXT = Text("Joint Communiqué", "Oslo", date(2026, 3, 1), date(2026, 3, 2), clauses=(Clause(1, "", "Note it", (4,)),))
HOURS = st.integers(0, 4 * 200).map(lambda quarter: quarter / 4)
STEPS = st.tuples(
    HOURS,
    st.sampled_from(["receive", "receive", "receive", "open", "speak", "move", "withdraw", "close"]),
    st.sampled_from(MEMBERS),
    HOURS,
)


@pytest.fixture
async def conn(db: Database) -> AsyncIterator[Conn]:
    async with db.begin() as conn:
        yield conn


def at(hours: float) -> datetime:
    return OPENED + timedelta(hours=hours)


def opened() -> Round:
    return rules.circulate(OPENED, at(96), at(72), timedelta(hours=24), MEMBERS)


async def started(conn: Conn, *, named: bool = False, form: str = "V1") -> Kept:
    found = await communiques.draft(conn, TEXT, "USEC", OPENED, form, "")
    return await silence.start(conn, found.id, 1, "We,\n", "0" * 64, opened(), "USEC", named=named)


async def spoken(conn: Conn, kept: Kept, member: str, hours: float, reason: str = "No") -> Kept:
    around = rules.speak(kept.around, member, Breach.OBJECTION, reason, at(hours))
    said = around.objections[-1]
    await silence.save(conn, kept, around)
    deed = silence.deed_of(said)
    await silence.note(conn, kept.id, said.at, f"U{member}", deed, member=member, reason=reason)
    return await silence.load(conn, kept.id)


# Texts ---------------------------------------------------------------------------------------------------------------


async def test_every_version_stays(conn: Conn, clock: Clock) -> None:
    """A change makes the next version, and the one before is still what it was."""
    found = await communiques.draft(conn, TEXT, "USEC", clock.now(), "V1", "First")
    await communiques.save(conn, found.id, 1, TEXT.without_clause(1), "UBO", clock.now(), "Shorter")

    versions = await communiques.all_versions(conn, found.id)
    assert [(each.number, len(each.text.clauses), each.note) for each in versions] == [
        (1, 1, "First"),
        (2, 0, "Shorter"),
    ]
    assert (await communiques.version(conn, found.id)).number == 2
    assert (await communiques.version(conn, found.id, 1)).text == TEXT
    with pytest.raises(NotFound):
        await communiques.version(conn, found.id, 3)


async def test_a_draft_is_changed_by_one_at_a_time(conn: Conn, clock: Clock) -> None:
    """Another version than the one that was seen, no difference, another state and the same form again are refused."""
    found = await communiques.draft(conn, TEXT, "USEC", clock.now(), "V1", "")
    shorter = TEXT.without_clause(1)
    with pytest.raises(AlreadyDone, match="made already"):
        await communiques.draft(conn, TEXT, "USEC", clock.now(), "V1", "")
    with pytest.raises(AlreadyDone, match="Nothing was changed"):
        await communiques.save(conn, found.id, 1, TEXT, "USEC", clock.now(), "")
    await communiques.save(conn, found.id, 1, shorter, "USEC", clock.now(), "")
    with pytest.raises(Changed):
        await communiques.save(conn, found.id, 1, TEXT, "USEC", clock.now(), "")
    await communiques.set_state(conn, found.id, State.SILENCE)

    with pytest.raises(Closed, match="is under silence, so it cannot be edited"):
        await communiques.save(conn, found.id, 2, TEXT, "USEC", clock.now(), "")


async def test_a_record_knows_its_clauses_once_they_are_adopted(conn: Conn, clock: Clock) -> None:
    """Where a record stands is told only of adopted texts."""
    found = await communiques.draft(conn, TEXT, "USEC", clock.now(), "V1", "")
    before = await communiques.clauses_from(conn, 4)
    await communiques.set_state(conn, found.id, State.ADOPTED)

    assert (before, await communiques.clauses_from(conn, 4)) == ((), ((found.id, 1),))


async def test_a_delegation_associates_once(conn: Conn, clock: Clock) -> None:
    """Only an adopted text takes associations, each delegation once, and takes them back."""
    number = (await communiques.draft(conn, TEXT, "USEC", clock.now(), "V1", "")).id
    with pytest.raises(Closed):
        await communiques.associate(conn, number, "FR", "UEVA", clock.now())
    await communiques.set_state(conn, number, State.ADOPTED)
    await communiques.associate(conn, number, "FR", "UEVA", clock.now())
    with pytest.raises(AlreadyDone):
        await communiques.associate(conn, number, "FR", "UMAX", clock.now())

    known = await communiques.associated(conn, number)
    await communiques.dissociate(conn, number, "FR", "UEVA", clock.now())

    assert [each.member for each in known] == ["FR"]
    with pytest.raises(AlreadyDone):
        await communiques.dissociate(conn, number, "FR", "UEVA", clock.now())


# Rounds --------------------------------------------------------------------------------------------------------------


async def test_a_round_is_kept_as_it_is(conn: Conn) -> None:
    """What was circulated comes back with its end, everybody who was asked, and its first line of the log."""
    kept = await started(conn)

    assert kept.around == opened()
    assert (kept.number, kept.version, kept.plain, kept.unopened) == (1, 1, "We,\n", set(MEMBERS))
    assert [(each.deed, each.by, each.ends_at) for each in kept.log] == [(Deed.CIRCULATED, "USEC", at(96))]
    with pytest.raises(NotFound):
        await silence.load(conn, 99)


async def test_rounds_are_numbered_through(conn: Conn) -> None:
    """The second round on a text is number 2, and only open ones are waited for."""
    first = await started(conn)
    await silence.save(conn, first, rules.withdraw(first.around, at(1)))
    second = await silence.start(conn, first.communique_id, 2, "We", "1" * 64, opened(), "USEC", named=False)

    assert [each.number for each in await silence.of_communique(conn, first.communique_id)] == [1, 2]
    assert [each.id for each in await silence.open_rounds(conn)] == [second.id]


async def test_a_delivery_is_a_receipt_once(conn: Conn) -> None:
    """The first delivery to one of its people is the delegation's receipt, at Slack's own time; none after the end is."""
    kept = await started(conn)
    key = silence.delivery_key(kept.id, "NO", "UBO")
    for member_key, moment in ((key, at(1)), (key, at(2)), (silence.delivery_key(kept.id, "NA", "UANA"), at(96))):
        await silence.mark_delivered(conn, member_key, "D1", f"{moment.timestamp():.6f}")
    await silence.mark_delivered(conn, f"silence:{kept.id}:news:1:UDE", "D1", f"{at(1).timestamp():.6f}")

    kept = await silence.load(conn, kept.id)
    assert kept.around.received == {"NO": at(1)}
    assert [(each.member, each.way) for each in kept.receipts] == [("DE", ""), ("NA", ""), ("NO", Way.SLACK)]


async def test_opening_is_a_receipt_as_well(conn: Conn) -> None:
    """Whoever opens the text has received it, if nothing else says so; the first opening is kept."""
    kept = await started(conn)
    await silence.mark_opened(conn, kept.id, "NO", at(3))
    await silence.mark_opened(conn, kept.id, "NO", at(4))

    receipt = next(each for each in (await silence.load(conn, kept.id)).receipts if each.member == "NO")
    assert (receipt.received_at, receipt.opened_at, receipt.way) == (at(3), at(3), Way.OPENED)


async def test_what_was_said_comes_back(conn: Conn) -> None:
    """Objections come back with who, what, why and when, late ones as late."""
    kept = await spoken(conn, await started(conn), "NO", 5, "Clause 1")
    kept = await spoken(conn, kept, "NA", 97, "Clause 2")

    assert kept.around.outcome is Outcome.BROKEN
    assert [(each.member, each.reason, each.at, each.late) for each in kept.around.objections] == [
        ("NO", "Clause 1", at(5), False),
        ("NA", "Clause 2", at(97), True),
    ]


@pytest.mark.parametrize(("named", "full", "seen"), [(False, False, None), (False, True, "NO"), (True, False, "NO")])
async def test_who_broke_it_is_the_chairs_to_tell(conn: Conn, named: bool, full: bool, seen: str | None) -> None:
    """The log that others read says who objected only where the chair chose so."""
    kept = await spoken(conn, await started(conn, named=named), "NO", 5)

    shown = silence.shown_log(kept, full=full)
    assert [each.member for each in shown] == [None, seen]
    assert [bool(each.reason) for each in shown] == [False, seen is not None]


async def test_reminders_are_counted_once(conn: Conn) -> None:
    """Of two replicas that would remind at the same time only one does."""
    kept = await started(conn)

    first, second = await silence.set_reminded(conn, kept, 1), await silence.set_reminded(conn, kept, 1)

    assert (first, second, (await silence.load(conn, kept.id)).reminded) == (True, False, 1)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=12), st.sampled_from([0, 2, 3]))
def test_what_is_stored_is_what_the_rule_says(
    sqlite_url: str, steps: list[tuple[float, str, str, float]], arrived: int
) -> None:
    """Whatever happens in whatever order, a round that is read anew at every step ends as one that never left memory."""
    arrivals = [(0.0, "receive", member, 0.0) for member in MEMBERS[:arrived]]
    history = sorted([*arrivals, *steps], key=lambda step: step[0])

    stored = asyncio.run(_stored(sqlite_url, history))

    assert stored == _remembered(history)


async def _stored(url: str, history: list[tuple[float, str, str, float]]) -> Round:
    db = Database(url)
    try:
        async with db.begin() as conn:
            count = len((await conn.execute(select(silence.rounds.c.id))).all())
            kept = await started(conn, form=f"V{count}")
        for step in [*history, (9999.0, "close", "", 0.0)]:
            # A transaction for each: between any two the bot may have been started anew.
            async with db.begin() as conn:
                await _keep(conn, await silence.load(conn, kept.id, lock=True), *step)
        async with db.read() as conn:
            return (await silence.load(conn, kept.id)).around
    finally:
        await db.close()


async def _keep(conn: Conn, kept: Kept, hours: float, deed: str, member: str, end: float) -> None:
    if deed == "receive":
        ts = f"{at(hours).timestamp():.6f}"
        await silence.mark_delivered(conn, silence.delivery_key(kept.id, member, "U1"), "D1", ts)
    elif deed == "open":
        await silence.mark_opened(conn, kept.id, member, at(hours))
    else:
        await _change(conn, kept, hours, deed, member, end)


async def _change(conn: Conn, kept: Kept, hours: float, deed: str, member: str, end: float) -> None:
    settled = rules.close(kept.around, at(hours))
    try:
        around = _after(settled, hours, deed, member, end)
    except Problem:
        around = settled
    await silence.save(conn, kept, around)
    for said in around.objections[len(settled.objections) :]:
        deed_ = silence.deed_of(said)
        await silence.note(conn, kept.id, said.at, "U1", deed_, member=said.member, reason=said.reason)


def _after(around: Round, hours: float, deed: str, member: str, end: float) -> Round:
    if deed == "speak":
        return rules.speak(around, member, Breach.OBJECTION, f"At {hours}", at(hours))
    if deed == "move":
        return rules.move_end(around, at(end), at(hours), "Because")
    return rules.withdraw(around, at(hours)) if deed == "withdraw" else around


def _remembered(history: list[tuple[float, str, str, float]]) -> Round:
    around = opened()
    for hours, deed, member, end in history:
        if deed in {"receive", "open"}:
            inside = at(hours) < around.ends_at and member not in around.received
            around = replace(around, received={**around.received, member: at(hours)}) if inside else around
            continue
        around = rules.close(around, at(hours))
        try:
            around = _after(around, hours, deed, member, end)
        except Problem:
            continue
    return rules.close(around, at(9999))
