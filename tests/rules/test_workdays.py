"""Whose working days are when: weekends and public holidays, country by country."""

from datetime import date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.profile import WorkingHours
from bot.rules.reminders import LONGEST_REST, working_day_after, working_wall
from bot.rules.workdays import hours_for

at = datetime.fromisoformat
HOURS = WorkingHours(start=9, end=18)
COUNTRIES = sorted(holidays.list_supported_countries(include_aliases=False))


@pytest.mark.parametrize(
    ("member", "day", "works"),
    [
        ("NO", "2027-05-17", False),
        ("NO", "2027-05-18", True),
        ("NA", "2027-03-22", False),
        ("JP", "2027-05-05", False),
        ("ES", "2026-12-08", False),
        ("JO", "2026-03-06", False),
        ("JO", "2026-03-08", True),
        ("AE", "2026-03-06", True),
        ("AE", "2021-12-31", False),
        ("CN", "2026-02-18", False),
        ("DE", "2026-03-08", False),
        ("PY", "2026-03-07", False),
    ],
)
def test_each_country_has_its_own_days_off(member: str, day: str, works: bool) -> None:
    """Constitution Day in Oslo, a holiday made up for in Windhoek, Friday in Amman, and in Abu Dhabi until 2021."""
    assert hours_for(HOURS, member, "UTC").works_on(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("member", "zone", "day", "works"),
    [
        (None, "America/New_York", "2026-07-03", False),
        ("X-UNW", "America/New_York", "2026-07-03", False),
        ("X-EU", "Europe/Brussels", "2026-07-21", False),
        ("NO", "America/New_York", "2026-07-03", True),
        (None, "UTC", "2026-12-25", True),
        (None, "Mars/Base", "2026-12-26", False),
    ],
)
def test_who_stands_for_no_state_keeps_to_the_country_of_the_clock(
    member: str | None, zone: str, day: str, works: bool
) -> None:
    """The Secretariat in New York has the days off of New York; a clock of no country has weekends alone."""
    assert hours_for(HOURS, member, zone).works_on(date.fromisoformat(day)) is works


def test_a_network_may_keep_one_calendar_for_all() -> None:
    """With `local` off, the profile's weekdays alone count."""
    alike = WorkingHours(local=False)

    assert hours_for(alike, "NO", "Europe/Oslo").works_on(date(2027, 5, 17))


@given(
    wall=st.datetimes(min_value=at("2020-01-01"), max_value=at("2036-01-01")),
    member=st.sampled_from(COUNTRIES),
)
def test_work_begins_again_in_every_country(wall: datetime, member: str) -> None:
    """Wherever somebody is, the next working hours begin within three weeks, on a day on which they work."""
    hours = hours_for(HOURS, member, "UTC")

    moved = working_wall(wall, hours)

    assert hours.works_on(moved.date())
    assert timedelta() <= moved - wall < LONGEST_REST
    assert working_day_after(wall.date(), 1, hours) > wall.date()
