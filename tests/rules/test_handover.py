"""When the presidency changes hands, and when whoever takes over begins to prepare."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.handover import HandOver, hand_over_near, month_before, next_hand_over
from bot.rules.presidency import Presidency

THIS = Presidency("2027", date(2027, 1, 1), date(2027, 6, 30), ("NO", "JP"))
NEXT = Presidency("2028", date(2027, 7, 1), date(2028, 6, 30), ("JP", "UY"))


@pytest.mark.parametrize(
    ("day", "before"),
    [("2027-07-01", "2027-06-01"), ("2027-01-01", "2026-12-01"), ("2027-03-31", "2027-02-28")],
)
def test_a_month_before_is_the_same_day_of_it(day: str, before: str) -> None:
    """The last days of a month mean the last day of a shorter one."""
    assert month_before(date.fromisoformat(day)) == date.fromisoformat(before)


@given(day=st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_a_month_before_is_a_month_long(day: date) -> None:
    """There are 28 to 31 days to prepare."""
    assert 28 <= (day - month_before(day)).days <= 31


@pytest.mark.parametrize(("today", "near"), [("2027-05-31", False), ("2027-06-01", True), ("2027-06-30", True)])
def test_a_hand_over_is_near_for_its_last_month(today: str, near: bool) -> None:
    """From a month before until the eve it is near; on the day itself the next one is far."""
    found = hand_over_near((THIS, NEXT), date.fromisoformat(today))

    assert found == (HandOver(date(2027, 7, 1), THIS, NEXT) if near else None)
    assert hand_over_near((THIS, NEXT), date(2027, 7, 1)) is None


def test_who_stays_is_no_newcomer() -> None:
    """A co-chair who presides on is given nothing to take over."""
    assert next_hand_over((THIS, NEXT), date(2027, 6, 1)).newcomers == ("UY",)


def test_what_is_not_known_is_not_guessed() -> None:
    """Without a presidency the year's end is when it would change hands, from nobody known to whoever is."""
    assert next_hand_over((), date(2026, 5, 1)) == HandOver(date(2027, 1, 1), None, None)
    assert next_hand_over((THIS,), date(2026, 5, 1)) == HandOver(date(2027, 1, 1), None, THIS)
