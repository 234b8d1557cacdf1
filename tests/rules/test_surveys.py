"""When surveys close, and what counts as a reply."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.profile import WorkingHours
from bot.rules.questions import NewQuestion
from bot.rules.reminders import is_working, wall_of
from bot.rules.surveys import (
    Pace,
    Removal,
    Reply,
    Stage,
    ask_moments,
    due_stage,
    local_moment,
    own_questions,
    reply_in,
    stage_moments,
    unique,
    words_of,
)
from bot.rules.workdays import hours_for

ROOT = "1772445600.000100"
TS = "1772445660.000200"
AT = datetime(2026, 3, 2, 10, 1, 0, 200, tzinfo=UTC)


def said(**more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "channel": "C1",
        "user": "U1",
        "text": "Yes &amp; no",
        "ts": TS,
        "thread_ts": ROOT,
    } | more


@pytest.mark.parametrize("subtype", [None, "file_share", "thread_broadcast", "me_message"])
def test_what_people_write_in_a_thread_is_a_reply(subtype: str | None) -> None:
    """A plain reply, one with a file, one also sent to the channel and a /me are all replies, in plain words."""
    event = said(subtype=subtype) if subtype else said()

    assert reply_in(event) == Reply("C1", ROOT, TS, "Yes & no", AT)


@pytest.mark.parametrize(
    "event",
    [
        said(thread_ts=TS),
        {key: value for key, value in said().items() if key != "thread_ts"},
        said(subtype="channel_join"),
        said(bot_id="B1"),
        said(subtype="bot_message"),
        {"type": "message", "subtype": "message_changed", "channel": "C1", "message": said(bot_id="B1"), "ts": TS},
    ],
)
def test_what_is_no_reply_is_passed_over(event: dict[str, Any]) -> None:
    """A question itself, a message outside threads, a notice of Slack's and a bot's post are no replies."""
    assert reply_in(event) is None


def test_an_edit_carries_its_own_moment() -> None:
    """An edited reply has the new words and the moment of the edit, under the ts it always had."""
    message = said(text="Better", edited={"user": "U1", "ts": "1772446200.000000"})
    event = {"type": "message", "subtype": "message_changed", "channel": "C1", "message": message, "ts": "1772446200.1"}

    assert reply_in(event) == Reply("C1", ROOT, TS, "Better", datetime(2026, 3, 2, 10, 10, tzinfo=UTC), edited=True)


@pytest.mark.parametrize(
    "event",
    [
        {"subtype": "message_deleted", "channel": "C1", "deleted_ts": TS, "previous_message": {"thread_ts": ROOT}},
        {
            "subtype": "message_changed",
            "channel": "C1",
            "message": {"subtype": "tombstone", "ts": TS, "thread_ts": ROOT},
        },
    ],
)
def test_a_deletion_is_a_removal(event: dict[str, Any]) -> None:
    """A deleted message is a removal, also where Slack leaves a stone in its place."""
    assert reply_in(event) == Removal("C1", TS, ROOT)


def test_files_are_named_in_the_words() -> None:
    """A reply with a file says the file's name, with or without words beside it."""
    assert words_of({"text": "See", "files": [{"title": "Plan"}]}) == "See\n[Plan]"
    assert words_of({"text": "", "files": [{"name": "plan.pdf"}]}) == "[plan.pdf]"


def test_mentions_in_a_reply_become_words() -> None:
    """What would ping somebody is kept as plain words."""
    assert words_of({"text": "<!channel> ask <@U123>"}) == "@channel ask @U123"


@pytest.mark.parametrize(
    ("day", "time", "zone", "expected"),
    [
        ("2026-03-02", "17:00", "Africa/Windhoek", datetime(2026, 3, 2, 15, tzinfo=UTC)),
        ("2026-03-29", "02:30", "Europe/Berlin", None),
        ("2026-10-25", "02:30", "Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-02-30", "17:00", "UTC", None),
        ("", "", "UTC", None),
    ],
)
def test_a_closing_time_is_the_persons_own(day: str, time: str, zone: str, expected: datetime | None) -> None:
    """A date and time are read in the person's zone; what the clocks skip, or no calendar has, is no moment."""
    assert local_moment(day, time, zone) == expected


def test_own_questions_stand_one_to_a_line() -> None:
    """Empty lines are left out, and a question asked twice is asked once."""
    typed = "What works?\n\n  Who leads? \nWhat works?"

    assert [each.text for each in unique(own_questions(typed))] == ["What works?", "Who leads?"]


def test_a_labelled_link_keeps_its_address() -> None:
    """A link with a label of its own keeps its address beside it; one that Slack made of an address stays that."""
    text = "See <https://a.example/plan|our plan> and <https://a.example|a.example> and <https://b.example/x>"

    assert words_of({"text": text}) == (
        "See our plan (https://a.example/plan) and https://a.example and https://b.example/x"
    )


# When questions come and reminders are sent --------------------------------------------------------------------------

HOURS = WorkingHours()
THREE = (NewQuestion("1?", theme="A"), NewQuestion("2?", theme="A"), NewQuestion("3?", theme="B"))
FRIDAY = datetime(2026, 3, 6, 13, tzinfo=UTC)
ZONES = st.sampled_from(["UTC", "Asia/Tokyo", "America/Santiago", "Pacific/Kiritimati", "Europe/Berlin"])
MOMENTS = st.integers(0, 330 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@pytest.mark.parametrize(
    ("pace", "days"),
    [(Pace.AT_ONCE, [6, 6, 6]), (Pace.THEME, [6, 6, 9]), (Pace.QUESTION, [6, 9, 10])],
)
def test_questions_come_on_working_days(pace: Pace, days: list[int]) -> None:
    """The first comes at the start, the others on the next working days at the same time."""
    moments = ask_moments(THREE, pace, FRIDAY, "UTC", HOURS)

    assert moments == tuple(FRIDAY.replace(day=day) for day in days)


def test_a_pace_keeps_its_hour_when_the_clocks_change() -> None:
    """A question that comes at nine on Friday comes at nine on Monday, though summer time has begun."""
    start = datetime(2026, 3, 27, 8, tzinfo=UTC)

    moments = ask_moments(THREE, Pace.QUESTION, start, "Europe/Berlin", HOURS)

    assert moments[1] == datetime(2026, 3, 30, 7, tzinfo=UTC)


@given(starts=MOMENTS, days=st.integers(1, 60), zone=ZONES)
def test_stages_come_in_working_hours_before_the_close(starts: datetime, days: int, zone: str) -> None:
    """Whatever the zone and the day of the close, stages come in order, in working hours and before it, each once."""
    closes = starts + timedelta(days=days)

    found = stage_moments(starts, closes, zone, HOURS)

    moments = [moment for _, moment in found]
    assert moments == sorted(set(moments))
    assert all(starts + timedelta(days=1) <= moment < closes for moment in moments)
    assert all(is_working(wall_of(moment, zone), HOURS) for moment in moments)


@given(starts=MOMENTS, zone=ZONES)
def test_a_long_survey_has_every_stage(starts: datetime, zone: str) -> None:
    """A survey of a month reminds at all three stages, whatever weekends and zones do to them."""
    found = stage_moments(starts, starts + timedelta(days=30), zone, HOURS)

    assert {Stage.WEEK, Stage.LAST_DAY} <= {stage for stage, _ in found}


def test_a_stage_on_a_holiday_waits_for_work_and_the_last_one_comes_before_it() -> None:
    """Closing on the Tuesday after Easter, Oslo is reminded on the Wednesday before: from Thursday on it is on holiday."""
    closes = datetime(2026, 4, 7, 7, tzinfo=UTC)

    found = dict(stage_moments(FRIDAY, closes, "Europe/Oslo", hours_for(HOURS, "NO", "Europe/Oslo")))

    assert wall_of(found[Stage.LAST_DAY], "Europe/Oslo").isoformat() == "2026-04-01T17:00:00"


def test_of_missed_stages_only_the_newest_is_due() -> None:
    """After an absence only the newest stage is said."""
    found = stage_moments(FRIDAY, FRIDAY + timedelta(days=30), "UTC", HOURS)

    assert due_stage(found, FRIDAY) is None
    assert due_stage(found, FRIDAY + timedelta(days=30)) is Stage.LAST_DAY
