"""In which period a day lies, and who has moved since the period before."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.follow_up import Progress, Report, days_of, period_of, standings

DONE, UNDER_WAY, NOT_BEGUN = Progress.DONE, Progress.UNDER_WAY, Progress.NOT_BEGUN


@pytest.mark.parametrize(
    ("day", "months", "period"),
    [
        ("2026-03-02", 6, "2026-01 – 2026-06"),
        ("2026-06-30", 6, "2026-01 – 2026-06"),
        ("2026-07-01", 6, "2026-07 – 2026-12"),
        ("2026-12-31", 12, "2026-01 – 2026-12"),
        ("2026-11-01", 5, "2026-11 – 2026-12"),
    ],
)
def test_periods_are_counted_from_january(day: str, months: int, period: str) -> None:
    """Every day lies in the period that its year is divided into; the last one may be shorter."""
    assert period_of(date.fromisoformat(day), months) == period


@given(st.dates(), st.integers(1, 12))
def test_a_day_lies_in_its_period(day: date, months: int) -> None:
    """The month of a day lies between the two ends of its period, which is no longer than it may be."""
    first, last = (int(end[-2:]) for end in period_of(day, months).split(" – "))

    assert days_of(period_of(day, months))[0] <= day <= days_of(period_of(day, months))[1]
    assert first <= day.month <= last
    assert last - first < months


def told(number: int, **progress: Progress | None) -> list[Report]:
    return [Report(place, 1, number, member, each) for place, (member, each) in enumerate(progress.items())]


def test_the_table_tells_what_moved() -> None:
    """Who got further moved ahead, who lost ground fell back, and who says nothing has done neither."""
    before = told(4, NA=UNDER_WAY, NO=DONE, JP=None, CL=DONE, UY=UNDER_WAY)
    now = [*told(4, NA=DONE, NO=UNDER_WAY, JP=UNDER_WAY, CL=None, UY=UNDER_WAY), *told(2, NA=NOT_BEGUN)]

    second, fourth = standings(now, before)

    assert (second.number, second.ahead, second.back) == (2, (), ())
    assert (fourth.ahead, fourth.back) == (("JP", "NA"), ("NO",))
    assert fourth.counts == {DONE: 1, UNDER_WAY: 3, NOT_BEGUN: 0, None: 1}
