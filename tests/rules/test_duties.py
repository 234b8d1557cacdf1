"""Where a duty stands on which day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.duties import Duty, Standing, may_do, standing_of
from bot.rules.permissions import Actor, Role
from bot.rules.profile import WorkingHours
from bot.rules.reminders import Repeat, rule_for

HOURS = WorkingHours()
NOW = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)


def duty(due: date | None = None, repeat: Repeat = Repeat.ONCE, **more: object) -> Duty:
    rule = rule_for(repeat, datetime.combine(due, datetime.min.time())) if due else ""
    plain = Duty(1, "news", "Send the newsletter", "secretariat", "regularly", starts_on=due, due_on=due, rule=rule)
    return Duty(**(plain.__dict__ | more))


@pytest.mark.parametrize(
    ("known", "standing"),
    [
        (duty(), Standing.STANDING),
        (duty(date(2026, 3, 10)), Standing.COMING),
        (duty(date(2026, 3, 9)), Standing.DUE),
        (duty(date(2026, 3, 7)), Standing.DUE),
        (duty(date(2026, 3, 6)), Standing.OVERDUE),
        (duty(date(2026, 3, 6), paused=True), Standing.PAUSED),
        (duty(date(2026, 3, 6), put_off_until=NOW + timedelta(days=1)), Standing.PUT_OFF),
        (duty(date(2026, 3, 6), put_off_until=NOW), Standing.OVERDUE),
        (duty(date(2026, 3, 6)).done("U1", NOW, HOURS), Standing.DONE),
        (duty().done("U1", NOW, HOURS), Standing.STANDING),
    ],
)
def test_a_duty_stands_where_its_days_say(known: Duty, standing: Standing) -> None:
    """Due on its day, or on the Monday to which a weekend moves it; overdue the day after; done, paused or put off."""
    assert standing_of(known, NOW, HOURS) is standing


@given(
    due=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    repeat=st.sampled_from([each for each in Repeat if each not in {Repeat.ONCE, Repeat.RULE}]),
    shift=st.integers(-20, 500),
)
def test_what_is_done_comes_again_after_its_day_and_after_today(due: date, repeat: Repeat, shift: int) -> None:
    """Done early it counts for the day that was to come, done late it does not come at once; the dates are the rule's."""
    now = datetime.combine(due, datetime.min.time(), tzinfo=UTC) + timedelta(days=shift, hours=12)

    after = duty(due, repeat).done("U1", now, HOURS)

    assert after.due_on is not None
    assert after.due_on > max(due, now.date())
    assert after.due_on <= max(due, now.date()) + timedelta(days=366)
    assert (after.done_by, after.done_at) == ("U1", now)


def test_whose_it_is_may_say_that_it_is_done() -> None:
    """Its group, the person it is assigned to, and the Secretariat; nobody else."""
    topics = duty(who="troika", assigned_to="UANA")

    assert may_do(Actor("U1", "", roles=frozenset({Role.TROIKA})), topics)
    assert may_do(Actor("UANA", ""), topics)
    assert may_do(Actor("U1", "", roles=frozenset({Role.SECRETARIAT})), topics)
    assert not may_do(Actor("U1", "", roles=frozenset({Role.FOCAL_POINT})), topics)
