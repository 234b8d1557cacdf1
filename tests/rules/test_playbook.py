"""What leads up to a meeting and follows it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.meetings import Kind, Plan
from bot.rules.playbook import day_of_step, moved_with, offset_of, steps_of
from bot.rules.profile import PlaybookStep

TODAY = date(2026, 3, 2)
BERLIN = Plan(Kind.CAPITAL, "Sixth meeting", date(2026, 9, 7), date(2026, 9, 9))
CALL = PlaybookStep(key="call", title="Call for topics", who="troika", days=-90)
EXPERTS = PlaybookStep(key="experts", title="Invite experts", who="troika", days=-60, kinds=("expert",))
FORWARD = PlaybookStep(key="forward", title="Forward", who="secretariat", days=28)
BOOK = (FORWARD, CALL, EXPERTS)
days = st.dates(date(2026, 1, 1), date(2028, 1, 1))


def test_steps_stand_in_the_order_of_their_days() -> None:
    """What leads up counts from the first day, what follows from the last; other kinds' steps are left out."""
    steps = steps_of(7, BERLIN, BOOK, TODAY)

    assert [(each.key, each.title, each.due_on) for each in steps] == [
        ("meeting:7:call", "Call for topics – Sixth meeting", date(2026, 6, 9)),
        ("meeting:7:forward", "Forward – Sixth meeting", date(2026, 10, 7)),
    ]


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 8, 1), [date(2026, 8, 2), date(2026, 10, 7)]),
        (date(2026, 9, 8), [date(2026, 10, 7)]),
        (date(2026, 12, 1), []),
    ],
)
def test_a_meeting_that_is_planned_late_has_what_is_left(today: date, due: list[date]) -> None:
    """A step whose day has passed is due tomorrow; of a meeting under way what follows is left, of an old one nothing."""
    assert [each.due_on for each in steps_of(7, BERLIN, BOOK, today)] == due


@given(days, st.integers(0, 5), st.integers(-400, 400))
def test_an_offset_is_found_again_from_its_day(first: date, length: int, offset: int) -> None:
    """The offset of a step's day is the offset that made it, but for days of the meeting itself."""
    plan = replace(BERLIN, starts_on=first, ends_on=first + timedelta(days=length))

    assert offset_of(plan, day_of_step(plan, offset)) == offset


@given(days, days, st.integers(0, 5), st.integers(0, 5))
def test_open_steps_keep_their_distance(first: date, second: date, length: int, longer: int) -> None:
    """However a meeting moves, each step keeps its distance, and none moves into the past."""
    before = replace(BERLIN, starts_on=first, ends_on=first + timedelta(days=length))
    after = replace(BERLIN, starts_on=second, ends_on=second + timedelta(days=longer))
    steps = steps_of(7, before, BOOK, TODAY)

    moved = [moved_with(each, before, after, TODAY) for each in steps]

    if (before.starts_on, before.ends_on) == (after.starts_on, after.ends_on):
        assert moved == steps
    else:
        wanted = [max(day_of_step(after, each.offset_days), TODAY + timedelta(days=1)) for each in steps]
        assert [each.due_on for each in moved] == wanted


def test_what_is_done_stays_done() -> None:
    """A step that somebody has done does not come back when the meeting moves."""
    step = replace(steps_of(7, BERLIN, BOOK, TODAY)[0], due_on=None, done_at=datetime(2026, 3, 2, tzinfo=UTC))

    assert moved_with(step, BERLIN, replace(BERLIN, starts_on=date(2026, 12, 1)), TODAY) == step


def test_steps_wait_while_their_meeting_is_off() -> None:
    """A cancelled meeting's steps are paused until it takes place after all; what people paused is not touched else."""
    step = steps_of(7, BERLIN, BOOK, TODAY)[0]
    off = replace(BERLIN, cancelled=True)

    assert moved_with(step, BERLIN, off, TODAY).paused
    assert not moved_with(replace(step, paused=True), off, BERLIN, TODAY).paused
    assert moved_with(replace(step, paused=True), BERLIN, replace(BERLIN, theme="Peace"), TODAY).paused


def test_a_renamed_meeting_renames_its_steps() -> None:
    """Steps are called by their meeting's title, unless people gave them words of their own."""
    step = steps_of(7, BERLIN, BOOK, TODAY)[0]
    after = replace(BERLIN, title="Berlin meeting")

    assert moved_with(step, BERLIN, after, TODAY).title == "Call for topics – Berlin meeting"
    assert moved_with(replace(step, title="Ask Ana"), BERLIN, after, TODAY).title == "Ask Ana"
