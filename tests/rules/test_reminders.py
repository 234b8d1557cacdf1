"""When reminders are due, in every zone and over every change of clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from hypothesis import assume, given
from hypothesis import strategies as st

from bench.schedules import CLOCKS, KINDS, YEARS, Kind, compared
from bench.schedules import ZONES as BENCH_ZONES
from bot.rules import reminders
from bot.rules.problems import BadInput
from bot.rules.profile import WorkingHours
from bot.rules.reminders import Audience, Group, Repeat, Schedule, Snooze

HOURS = WorkingHours(start=9, end=18)
ZONES = (
    "UTC",
    "Africa/Windhoek",
    "Africa/Casablanca",
    "America/New_York",
    "America/Montevideo",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/Oslo",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Honolulu",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


walls = st.datetimes(min_value=at("2017-01-01T00:00"), max_value=at("2037-12-31T00:00")).map(
    lambda wall: wall.replace(second=0, microsecond=0)
)
zones = st.sampled_from(ZONES)


def once(wall: datetime, zone: str = "UTC", *, exact: bool = False) -> Schedule:
    return Schedule(wall, "", zone, exact)


def every(repeat: Repeat, start: datetime) -> Schedule:
    return Schedule(start, reminders.rule_for(repeat, start), "UTC")


def days(schedule: Schedule, number: int) -> list[str]:
    found = reminders.next_walls(schedule, schedule.start, schedule.start + timedelta(days=3000))
    return [f"{wall:%Y-%m-%d}" for wall in found[:number]]


@given(wall=walls, zone=zones)
def test_a_wall_time_means_the_moment_when_that_clock_shows_it(wall: datetime, zone: str) -> None:
    """Where the time exists, the clock in the zone shows it; where it is skipped, it shows the time after the gap."""
    shown = reminders.wall_of(reminders.utc_of(wall, zone), zone)

    skipped = not tz.datetime_exists(wall.replace(tzinfo=ZoneInfo(zone)))

    assert (shown > wall) if skipped else (shown == wall)


@given(wall=walls, zone=zones)
def test_of_a_time_that_comes_twice_the_first_counts(wall: datetime, zone: str) -> None:
    """No earlier moment shows the same wall time."""
    moment = reminders.utc_of(wall, zone)

    earlier = [moment - timedelta(minutes=minutes) for minutes in (30, 60)]

    assert all(reminders.wall_of(each, zone) != wall for each in earlier)


@given(wall=walls, zone=zones)
def test_zones_agree_with_another_library(wall: datetime, zone: str) -> None:
    """The moment is the one that dateutil computes from the same zone data, gaps and folds included."""
    # dateutil reads the older half of the zone data, whose changes of clocks end in 2037, and does not know that Irish
    # winter time is daylight saving of minus an hour.
    assume(wall.year < 2037 and zone != "Europe/Dublin")
    expected = tz.resolve_imaginary(wall.replace(tzinfo=tz.gettz(zone), fold=0)).astimezone(UTC)

    assert reminders.utc_of(wall, zone) == expected


@pytest.mark.parametrize(
    ("wall", "moment"),
    [
        ("2026-03-29T01:30", "2026-03-29T01:30+00:00"),
        ("2026-10-25T01:30", "2026-10-25T00:30+00:00"),
        ("2026-10-25T02:30", "2026-10-25T02:30+00:00"),
    ],
)
def test_ireland_turns_its_clocks_as_others_do(wall: str, moment: str) -> None:
    """01:30 is skipped in spring and comes twice in autumn, though it is winter time that Irish law makes the exception."""
    assert reminders.utc_of(at(wall), "Europe/Dublin") == at(moment)


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_rule_is_due_when_other_libraries_say(kind: Kind, clock: str) -> None:
    """Over ten years (two for what comes daily) in forty zones each moment is the one of APScheduler and dateutil."""
    years = 2 if kind.repeat is Repeat.DAILY else YEARS
    zones = BENCH_ZONES[:: 1 if kind.repeat in {Repeat.ONCE, Repeat.YEARLY, Repeat.QUARTERLY} else 4]

    found = list(compared(kind, clock, zones, years))

    assert found
    assert [pair for pair in found if pair[1] != pair[2]] == []


def test_the_spring_gap_moves_forward_by_its_length() -> None:
    """02:30 on the night when Oslo's clocks go from 02:00 to 03:00 is 03:30."""
    assert reminders.utc_of(at("2026-03-29T02:30"), "Europe/Oslo") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_the_autumn_fold_is_its_first_half() -> None:
    """02:30 on the night when Oslo's clocks go back is the 02:30 of summer time."""
    assert reminders.utc_of(at("2026-10-25T02:30"), "Europe/Oslo") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(wall=walls, zone=zones)
def test_nobody_is_written_to_outside_working_hours(wall: datetime, zone: str) -> None:
    """A reminder that is not exact comes within the recipient's working hours, at its own time or after it."""
    moment = reminders.moment_for(once(wall), wall, zone, HOURS)

    assert reminders.is_working(reminders.wall_of(moment, zone), HOURS)
    assert reminders.wall_of(moment, zone) >= wall


@given(wall=walls, zone=zones, other=zones)
def test_an_exact_reminder_comes_everywhere_at_once(wall: datetime, zone: str, other: str) -> None:
    """The recipient's zone and working hours make no difference to an exact reminder."""
    schedule = once(wall, zone, exact=True)

    assert reminders.moment_for(schedule, wall, other, HOURS) == reminders.utc_of(wall, zone)


@given(wall=walls, zone=zones, exact=st.booleans())
def test_everybody_is_reached_while_a_wall_time_is_open(wall: datetime, zone: str, exact: bool) -> None:
    """No zone's moment lies before the opening or after the closing of a wall time."""
    schedule = once(wall, "Europe/Oslo", exact=exact)

    moment = reminders.moment_for(schedule, wall, zone, HOURS)

    assert reminders.opens_at(schedule, wall) <= moment
    assert moment <= reminders.closes_at(schedule, wall, [HOURS]) + timedelta(hours=1)


@pytest.mark.parametrize(
    ("wall", "moved"),
    [
        ("2026-03-02T10:00", "2026-03-02T10:00"),
        ("2026-03-02T07:15", "2026-03-02T09:00"),
        ("2026-03-02T18:00", "2026-03-03T09:00"),
        ("2026-03-06T18:30", "2026-03-09T09:00"),
        ("2026-03-07T12:00", "2026-03-09T09:00"),
    ],
)
def test_times_outside_working_hours_move_to_the_next_start(wall: str, moved: str) -> None:
    """Early mornings move to the day's start, evenings to the next day's, weekends to Monday's."""
    assert reminders.working_wall(at(wall), HOURS) == at(moved)


@pytest.mark.parametrize(
    ("repeat", "start", "expected"),
    [
        (Repeat.ONCE, "2026-03-02", ["2026-03-02"]),
        (Repeat.DAILY, "2026-02-28", ["2026-02-28", "2026-03-01"]),
        (Repeat.WEEKLY, "2026-03-02", ["2026-03-02", "2026-03-09"]),
        (Repeat.FORTNIGHTLY, "2026-03-02", ["2026-03-02", "2026-03-16"]),
        (Repeat.MONTHLY, "2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (Repeat.MONTHLY, "2028-01-30", ["2028-01-30", "2028-02-29", "2028-03-30"]),
        (Repeat.MONTHLY, "2026-01-15", ["2026-01-15", "2026-02-15"]),
        (Repeat.MONTHLY_WEEKDAY, "2026-03-10", ["2026-03-10", "2026-04-14", "2026-05-12"]),
        (Repeat.MONTHLY_WEEKDAY, "2026-01-30", ["2026-01-30", "2026-02-27", "2026-03-27"]),
        (Repeat.QUARTERLY, "2026-08-31", ["2026-08-31", "2026-11-30", "2027-02-28", "2027-05-31"]),
        (Repeat.YEARLY, "2026-03-31", ["2026-03-31", "2027-03-31"]),
        (Repeat.YEARLY, "2024-02-29", ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
    ],
)
def test_recurrences_keep_to_the_month_end(repeat: Repeat, start: str, expected: list[str]) -> None:
    """The 29th to 31st mean the last day of a month that has no such day, and are back in the next one that has."""
    assert days(every(repeat, at(f"{start}T09:00")), len(expected)) == expected


@given(start=walls, repeat=st.sampled_from([each for each in Repeat if each is not Repeat.RULE]))
def test_a_recurrence_begins_with_its_start_and_never_stops(start: datetime, repeat: Repeat) -> None:
    """The first wall time is the start; unless it is once there is always a later one; and its name can be read back."""
    schedule = every(repeat, start)

    later = reminders.first_wall(schedule, start + timedelta(minutes=1))

    assert reminders.first_wall(schedule, start - timedelta(days=1)) == start
    assert (later is None) == (repeat is Repeat.ONCE)
    assert reminders.repeat_of(schedule.rule) is repeat


@given(start=walls, zone=zones, exact=st.booleans(), away=st.integers(0, 40))
def test_of_missed_moments_only_the_newest_counts(start: datetime, zone: str, exact: bool, away: int) -> None:
    """After any absence the newest due wall time is due, unless it moves to a day that has a later one of its own."""
    schedule = Schedule(start, "FREQ=DAILY", zone, exact)
    now = reminders.utc_of(start, zone) + timedelta(days=away, hours=1)
    found = reminders.next_walls(schedule, start, start + timedelta(days=60))

    newest = reminders.newest_due(found, schedule, zone, now, HOURS)

    due = [wall for wall in found if reminders.moment_for(schedule, wall, zone, HOURS) <= now]
    last = max(due, default=None)
    spoken = {wall: reminders.working_wall(wall, HOURS) for wall in found}
    moved = last is not None and not exact and spoken[last] != last
    overtaken = moved and any(wall > last and spoken[wall].date() == spoken[last].date() for wall in found)
    assert newest == (None if overtaken else last)


def test_the_hand_over_day_is_the_one_on_the_wall() -> None:
    """A reminder for 1 January goes to the new year's Troika, though in Auckland it comes while UTC has 31 December."""
    wall = at("2027-01-01T09:00")
    auckland = reminders.utc_of(wall, "Pacific/Auckland")

    assert auckland.date() == date(2026, 12, 31)
    assert reminders.day_of(once(wall), wall, auckland, HOURS) == date(2027, 1, 1)


def test_a_reminder_that_is_days_late_goes_to_those_in_charge_by_then() -> None:
    """After a week's absence yesterday's charges count, not those of the week before."""
    wall = at("2026-12-28T09:00")

    assert reminders.day_of(once(wall), wall, datetime(2027, 1, 5, 12, tzinfo=UTC), HOURS) == date(2027, 1, 4)


def test_nobody_is_woken_because_the_bot_was_away() -> None:
    """What is late is sent in working hours, what is exact at once."""
    due = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    night = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)

    assert reminders.send_at(once(due.replace(tzinfo=None)), due, night, "UTC", HOURS) == datetime(
        2026, 3, 3, 9, tzinfo=UTC
    )
    assert reminders.send_at(once(due.replace(tzinfo=None), exact=True), due, night, "UTC", HOURS) == night


@pytest.mark.parametrize(
    ("snooze", "until"),
    [
        (Snooze.HOUR, "2026-03-06T23:30+00:00"),
        (Snooze.TOMORROW, "2026-03-07T14:00+00:00"),
        (Snooze.WORKING_DAY, "2026-03-09T13:00+00:00"),
    ],
)
def test_snoozing_goes_by_the_recipients_clock(snooze: Snooze, until: str) -> None:
    """On a Friday evening in New York, tomorrow is Saturday 9:00 there and the next working day Monday, in summer time."""
    now = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)

    assert reminders.snoozed_until(snooze, now, "America/New_York", HOURS) == datetime.fromisoformat(until)


@pytest.mark.parametrize("name", ["", "Nowhere/Atall", "../etc/passwd", "America", "UTC+99:00", "\0"])
def test_an_unknown_zone_is_taken_for_utc(name: str) -> None:
    """A zone that nobody knows does not keep a reminder from coming."""
    wall = at("2026-03-02T09:00")

    assert reminders.utc_of(wall, name) == wall.replace(tzinfo=UTC)


NOBODY = "“to” is troika, troika together, presidency, secretariat, a Slack user id, an e-mail address, a channel's id or a member's code."
ROW = {"due": "2026-03-05T09:00+05:30", "to": "Troika", "text": "Choose the topics", "repeat": "", "exact": ""}


def test_a_row_keeps_its_wall_time_and_its_offset() -> None:
    """The time in `due` is what recipients' clocks show; whether it has passed is told by its own offset."""
    row = reminders.parse_row(ROW)

    assert row.audience == Audience(Group.TROIKA)
    assert row.schedule == Schedule(at("2026-03-05T09:00"), "", "UTC+05:30")
    assert reminders.utc_of(row.schedule.start, row.schedule.zone) == datetime(2026, 3, 5, 3, 30, tzinfo=UTC)


def test_a_row_may_be_exact_and_repeat() -> None:
    """`exact` and `repeat` are read, and people are named by Slack id or e-mail address."""
    row = reminders.parse_row({**ROW, "exact": "yes", "repeat": "Every two weeks", "to": "Ana@Example.org"})

    assert row.schedule.exact
    assert row.schedule.rule == "FREQ=WEEKLY;INTERVAL=2"
    assert row.audience == Audience(Group.PEOPLE, ("ana@example.org",))


@pytest.mark.parametrize(
    ("due", "zone"),
    [
        ("2026-03-05T09:00[Europe/Oslo]", "Europe/Oslo"),
        ("2026-03-05T09:00+01:00[Europe/Oslo]", "Europe/Oslo"),
        ("2026-03-05T09:00Z", "UTC"),
        ("2026-03-05T09:00Z[UTC]", "UTC"),
    ],
)
def test_a_row_may_name_its_zone(due: str, zone: str) -> None:
    """A zone in brackets (RFC 9557) is kept by its name, so that a recurrence follows its changes of clocks."""
    assert reminders.parse_row({**ROW, "due": due}).schedule == Schedule(at("2026-03-05T09:00"), "", zone)


@pytest.mark.parametrize(
    ("word", "audience"),
    [
        ("UY", Audience(Group.DELEGATION, ("UY",))),
        ("X-EU", Audience(Group.DELEGATION, ("X-EU",))),
        ("C0123456789", Audience(Group.CHANNEL, ("C0123456789",))),
        ("U0123456789", Audience(Group.PEOPLE, ("U0123456789",))),
    ],
)
def test_a_row_may_be_for_a_delegation_or_a_channel(word: str, audience: Audience) -> None:
    """Delegations are named by their code and channels by their id."""
    assert reminders.parse_row({**ROW, "to": word}).audience == audience


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYDAY=2TU"),
        ("rrule:freq=weekly;byday=mo,we;count=5;", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=5"),
        ("FREQ=DAILY;UNTIL=20260401T000000Z", "FREQ=DAILY;UNTIL=20260401T235959"),
    ],
)
def test_a_rule_that_is_typed_is_kept(typed: str, stored: str) -> None:
    """RFC 5545 rules are taken in any case; their last day is a whole day wherever it is."""
    assert reminders.checked_rule(typed, at("2026-03-02T09:00")) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "monthly",
        "FREQ=SECONDLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYHOUR=1",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=DAILY;UNTIL=20260101",
        "INTERVAL=2",
        "FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 90),
    ],
)
def test_a_rule_that_would_flood_or_never_come_is_refused(typed: str) -> None:
    """Nothing shorter than a day, nothing that stands still, nothing that never comes."""
    with pytest.raises(BadInput):
        reminders.checked_rule(typed, at("2026-03-02T09:00"))


@pytest.mark.parametrize(
    ("cell", "value", "reason"),
    [
        ("due", "", "There is nothing in: due."),
        ("text", "  ", "There is nothing in: text."),
        ("due", "tomorrow", "“due” is not a date and time like 2026-03-05T09:00+02:00."),
        ("due", "2026-03-05T09:00", "“due” has no zone; write it like 2026-03-05T09:00+02:00."),
        ("due", "2026-02-30T09:00Z", "“due” is not a date and time like 2026-03-05T09:00+02:00."),
        ("due", "0001-01-01T00:00Z", "“due” is not in a year from 2000 to 2100."),
        ("to", "everyone", NOBODY),
        ("to", "people", NOBODY),
        (
            "repeat",
            "hourly",
            "“repeat” is one of: once, daily, weekly, every two weeks, monthly, monthly on the weekday, quarterly, yearly; or a rule like FREQ=MONTHLY;BYDAY=2TU.",
        ),
        (
            "repeat",
            "FREQ=HOURLY",
            "“FREQ” cannot stand in a rule. Write it like FREQ=MONTHLY;BYDAY=2TU (RFC 5545, whole days only).",
        ),
        ("due", "2026-03-05T09:00[Mars/Base]", "“due” names a zone that is not known or has another offset then."),
        (
            "due",
            "2026-03-05T09:00+05:00[Europe/Oslo]",
            "“due” names a zone that is not known or has another offset then.",
        ),
        ("exact", "perhaps", "“exact” is “yes” or empty."),
        ("text", "x" * 2001, "The text is longer than 2000 characters."),
    ],
)
def test_a_bad_row_says_what_is_wrong(cell: str, value: str, reason: str) -> None:
    """Each thing that can be wrong with a row has its own sentence."""
    with pytest.raises(BadInput) as refused:
        reminders.parse_row({**ROW, cell: value})

    assert refused.value.said() == reason
