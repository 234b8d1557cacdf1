"""Calls, topics and attendance, on every database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.rules.attendance import Attendance, Coming
from bot.rules.calls import Say, Slot
from bot.rules.meetings import Kind, Plan
from bot.rules.problems import AlreadyDone, Changed
from bot.rules.topics import State as Stand
from storage import attendance, calls, meetings, topics
from storage.calls import Call, Guest, State
from storage.database import Conn, Database
from storage.topics import NewTopic

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SLOTS = (Slot(NOW + timedelta(days=5), {"JP": 90}), Slot(NOW + timedelta(days=6), {}))
GUESTS = (Guest("U1", "JP", "Asia/Tokyo"), Guest("U2", "JP", "Asia/Tokyo"), Guest("U3", "NO", "Europe/Oslo"))
PLAN = Plan(Kind.EXPERT, "Experts", date(2026, 5, 4), date(2026, 5, 5), place="Oslo")


async def opened(conn: Conn, slots: Sequence[Slot] = SLOTS) -> Call:
    return await calls.open_call(conn, "U1", 60, slots, GUESTS, NOW + timedelta(days=3), NOW)


async def test_a_call_is_kept_with_its_slots_and_answers(db: Database) -> None:
    """What is proposed comes back as it was, and the newest answer of a party counts."""
    async with db.begin() as conn:
        call = await opened(conn)
        first, second = call.slots
        await calls.answer(conn, first, "JP", Say.NO, "U1", NOW)
        await calls.answer(conn, first, "JP", Say.IF_NEED_BE, "U2", NOW)
        await calls.answer(conn, first, "NO", Say.YES, "U3", NOW)

    async with db.read() as conn:
        found = await calls.open_one(conn)

    assert found is not None
    assert tuple(found.slots.values()) == SLOTS
    assert found.answers == {first: {"JP": Say.IF_NEED_BE, "NO": Say.YES}, second: {}}
    assert (found.parties, found.is_answered) == (("JP", "NO"), False)


async def test_a_call_is_booked_once(db: Database) -> None:
    """Whoever comes second is told that it is over; what was borne counts from then on."""
    async with db.begin() as conn:
        call = await opened(conn)
        booked = await calls.book(conn, call, next(iter(call.slots)), NOW)

    async with db.begin() as conn:
        with pytest.raises(Changed, match="booked or withdrawn"):
            await calls.book(conn, call, list(call.slots)[1], NOW)
        carried = await calls.carried(conn, NOW - timedelta(days=1))
        later = await calls.carried(conn, NOW + timedelta(days=1))

    assert (booked.state, booked.booked) == (State.BOOKED, SLOTS[0])
    assert (carried, later) == ({"JP": 90}, {})


async def test_every_file_is_taken_once(db: Database) -> None:
    """Each of those who were asked gets one calendar file, after the call is booked and not before."""
    async with db.begin() as conn:
        call = await opened(conn)
        early = await calls.take_file(conn, NOW)
        await calls.book(conn, call, next(iter(call.slots)), NOW)
        taken = [await calls.take_file(conn, NOW) for _ in range(4)]

    assert early is None
    assert sorted(each for each in taken if each) == [(call.id, "U1"), (call.id, "U2"), (call.id, "U3")]
    assert taken[3] is None


async def test_a_call_closes_once_its_time_is_over(db: Database) -> None:
    """It is found when its time has come, and no more once nothing is awaited."""
    async with db.begin() as conn:
        call = await opened(conn)
        before = await calls.closing(conn, NOW)
        due = await calls.closing(conn, NOW + timedelta(days=3))
        await calls.withdraw(conn, call)
        after = await calls.closing(conn, NOW + timedelta(days=3))

    assert (before, due, after) == ((), (call.id,), ())


async def test_a_topic_has_the_voices_of_delegations(db: Database) -> None:
    """Each delegation gives one voice, and takes it back; the same words are proposed once."""
    async with db.begin() as conn:
        meeting = await meetings.plan(conn, PLAN, "U1", NOW, "form:1")
        topic = await topics.propose(conn, NewTopic(meeting.id, "Cyber", "", "U1", "NO"), NOW, "form:2")
        given = [await topics.support(conn, topic.id, code, "U1", NOW) for code in ("NO", "UY", "NO")]
        taken = [await topics.withdraw(conn, topic.id, "NO") for _ in range(2)]
        with pytest.raises(AlreadyDone, match="proposed already"):
            await topics.propose(conn, NewTopic(meeting.id, "cyber", "", "U2", "UY"), NOW, "form:3")
        found = await topics.topic(conn, topic.id)

    assert (given, taken, found.voices) == ([True, True, False], [True, False], ("UY",))


async def test_two_of_the_troika_do_not_decide_at_once(db: Database) -> None:
    """Whoever decides on what another has decided since it was shown is told so."""
    async with db.begin() as conn:
        meeting = await meetings.plan(conn, PLAN, "U1", NOW, "form:1")
        topic = await topics.propose(conn, NewTopic(meeting.id, "Cyber", "", "U1", "NO"), NOW, "form:2")
        await topics.decide(conn, topic, Stand.CHOSEN, "U1", "NO", NOW)
        with pytest.raises(Changed, match="decided on this topic"):
            await topics.decide(conn, topic, Stand.SET_ASIDE, "U3", "JP", NOW)

        found = await topics.of_meeting(conn, meeting.id)

    assert [(each.state, each.decided_for) for each in found] == [(Stand.CHOSEN, "NO")]


async def test_the_newest_answer_of_a_delegation_counts(db: Database) -> None:
    """A delegation has one row, and an observer of the same member another."""
    async with db.begin() as conn:
        meeting = await meetings.plan(conn, PLAN, "U1", NOW, "form:1")
        for said in (
            Attendance("NO", Coming.NO, "U1", NOW),
            Attendance("NO", Coming.YES, "U2", NOW),
            Attendance("NO", Coming.PERHAPS, "U3", NOW, observer=True),
        ):
            await attendance.answer(conn, meeting.id, said)

        found = await attendance.of_meeting(conn, meeting.id)

    assert found == (
        Attendance("NO", Coming.YES, "U2", NOW),
        Attendance("NO", Coming.PERHAPS, "U3", NOW, observer=True),
    )


async def test_a_meeting_that_somebody_else_changed_is_not_overwritten(db: Database) -> None:
    """The second of two changes to the same version is refused, and the first one stands."""
    async with db.begin() as conn:
        meeting = await meetings.plan(conn, PLAN, "U1", NOW, "form:1")
        moved = Plan(Kind.EXPERT, "Experts", date(2026, 5, 6), date(2026, 5, 7), place="Oslo")
        first = await meetings.change(conn, meeting.id, 1, moved, "U2", NOW)
        with pytest.raises(Changed, match="changed this meeting"):
            await meetings.change(conn, meeting.id, 1, PLAN, "U3", NOW)

        found = await meetings.existing(conn, meeting.id)

    assert found == first
    assert (found.version, found.sequence, found.uid) == (2, 1, meeting.uid)
