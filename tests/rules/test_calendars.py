"""Calendar files, read again by other libraries than the one that writes them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bot.rules.calendars import Entry, calendar_of, mark_of

STAMP = datetime(2026, 3, 2, 10, tzinfo=UTC)
MEETING = Entry(
    uid="3f1c@focal",
    sequence=2,
    title="Sixth meeting: peace, security; and more",
    starts=datetime(2026, 5, 4, 7, 0, tzinfo=UTC),
    ends=datetime(2026, 5, 6, 15, 30, tzinfo=UTC),
    stamped_at=STAMP,
    zone="Europe/Berlin",
    place="Berlin",
)
ZONES = (
    "Europe/Berlin",
    "Africa/Windhoek",
    "America/Montevideo",
    "America/New_York",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "America/Santiago",
)


def lines_of(*entries: Entry) -> list[str]:
    return calendar_of(entries, "WPS").decode().split("\r\n")


def test_times_are_told_on_the_clock_of_their_zone() -> None:
    """A meeting with times has them in its own zone, whose rules the file brings along."""
    lines = lines_of(MEETING)

    assert "DTSTART;TZID=Europe/Berlin:20260504T090000" in lines
    assert "DTEND;TZID=Europe/Berlin:20260506T173000" in lines
    assert lines.count("BEGIN:VTIMEZONE") == 1
    assert {"UID:3f1c@focal", "SEQUENCE:2", "DTSTAMP:20260302T100000Z", "STATUS:CONFIRMED"} <= set(lines)
    assert r"SUMMARY:Sixth meeting: peace\, security\; and more" in lines


def test_a_zone_s_clock_is_changed_when_the_eu_says_so() -> None:
    """Summer time begins at two o'clock of winter time and ends at three o'clock of summer time."""
    text = "\n".join(lines_of(MEETING))

    assert "BEGIN:DAYLIGHT\nDTSTART:20260329T020000\nTZNAME:CEST\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200" in text
    assert "BEGIN:STANDARD\nDTSTART:20261025T030000\nTZNAME:CET\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100" in text


def test_whole_days_end_the_day_after() -> None:
    """A meeting without times takes whole days; RFC 5545 names the day after the last one, and no zone."""
    lines = lines_of(replace(MEETING, starts=date(2026, 5, 4), ends=date(2026, 5, 6)))

    assert "DTSTART;VALUE=DATE:20260504" in lines
    assert "DTEND;VALUE=DATE:20260507" in lines
    assert "BEGIN:VTIMEZONE" not in lines


@pytest.mark.parametrize("zone", ["UTC", "UTC+05:30"])
def test_what_is_no_zone_of_a_place_is_told_in_utc(zone: str) -> None:
    """UTC and bare offsets need no rules: the times stand in UTC."""
    lines = lines_of(replace(MEETING, zone=zone))

    assert "DTSTART:20260504T070000Z" in lines
    assert "BEGIN:VTIMEZONE" not in lines


def test_a_cancelled_meeting_says_so() -> None:
    """Calendars take it out by its status."""
    assert "STATUS:CANCELLED" in lines_of(replace(MEETING, cancelled=True))


def test_long_lines_are_folded() -> None:
    """No line is longer than 75 octets, in any script."""
    text = calendar_of([replace(MEETING, description="网络会议 " * 40)], "WPS")

    assert all(len(line) <= 75 for line in text.split(b"\r\n"))


@given(st.sampled_from(ZONES), st.integers(0, 11 * 365 * 24 * 60))
@settings(max_examples=80)
def test_another_library_reads_the_same_moment(zone: str, minutes: int) -> None:
    """What dateutil makes of the wall time and the zone in the file is the moment that was meant, DST included."""
    starts = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    wall = starts.astimezone(ZoneInfo(zone))
    text = calendar_of([replace(MEETING, zone=zone, starts=starts, ends=starts + timedelta(hours=1))], "WPS").decode()
    # dateutil wants an explicit rule where RFC 5545 lets one onset stand alone.
    told = re.sub(r"(DTSTART:\S+)(?=\r\nTZNAME)", r"\1\r\nRRULE:FREQ=DAILY;COUNT=1", text)

    read = tzical(StringIO(told)).get(zone)
    found = next(iter(Calendar.from_ical(text).walk("VEVENT"))).decoded("dtstart")

    assert found.astimezone(UTC) == starts
    if not wall.fold:
        assert wall.replace(tzinfo=read).utcoffset() == wall.utcoffset()


def test_a_feed_says_how_often_to_read_it_and_what_has_changed() -> None:
    """A feed names its rhythm, and its mark changes with every change of an entry, and only then."""
    feed = calendar_of([MEETING], "WPS", refresh_hours=12)
    moved = calendar_of([replace(MEETING, sequence=3)], "WPS", refresh_hours=12)

    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT12H" in feed
    assert mark_of(feed) == mark_of(calendar_of([MEETING], "WPS", refresh_hours=12))
    assert mark_of(feed) != mark_of(moved)
