"""When surveys close, and what counts as a reply."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.rules.surveys import Removal, Reply, local_moment, own_questions, reply_in, unique, words_of

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
