"""The silence procedure: a thousand histories, each with the outcome that the rule alone would give it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from bot.rules import silence
from bot.rules.problems import AlreadyDone, BadInput, Closed, NotAllowed, Problem
from bot.rules.profile import Silence
from bot.rules.silence import Breach, Outcome, Round

OPENED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MINIMUM, NOTICE = timedelta(hours=72), timedelta(hours=24)
WEEK = (1, 2, 3, 4, 5)
MEMBERS = ("NA", "NO", "DE")
EARLIEST = OPENED + MINIMUM


def opened(hours: float = 96, to: Sequence[str] = MEMBERS) -> Round:
    return silence.circulate(OPENED, OPENED + timedelta(hours=hours), EARLIEST, NOTICE, to)


def at(hours: float) -> datetime:
    return OPENED + timedelta(hours=hours)


def delivered(around: Round, hours: float = 0) -> Round:
    for member in MEMBERS:
        around = silence.receive(around, member, at(hours))
    return around


def test_unbroken_it_is_adopted_at_its_end() -> None:
    """Nothing happens a moment before the end; at the end, or however long after, it is adopted at its own end."""
    around = delivered(opened())

    assert silence.close(around, at(96) - timedelta.resolution).outcome is Outcome.OPEN
    for moment in (at(96), at(5000)):
        ended = silence.close(around, moment)
        assert (ended.outcome, ended.closed_at) == (Outcome.ADOPTED, at(96))


@pytest.mark.parametrize("kind", list(Breach))
def test_one_is_enough(kind: Breach) -> None:
    """A single objection or amendment breaks it at once, and it is not adopted at its end."""
    broken = silence.speak(delivered(opened()), "NO", kind, "Paragraph 3 goes too far", at(10))

    assert (broken.outcome, broken.closed_at) == (Outcome.BROKEN, at(10))
    assert silence.close(broken, at(96)) == broken


def test_the_last_moment_counts_and_the_end_does_not() -> None:
    """What comes a microsecond before the end breaks it; at the end itself it is late."""
    around = delivered(opened())

    in_time = silence.speak(around, "NO", Breach.OBJECTION, "No", at(96) - timedelta.resolution)
    late = silence.speak(around, "NO", Breach.OBJECTION, "No", at(96))

    assert in_time.outcome is Outcome.BROKEN
    assert (late.outcome, late.objections[0].late) == (Outcome.OPEN, True)
    assert silence.close(late, at(96)).outcome is Outcome.ADOPTED


def test_a_late_message_counts_only_if_the_chair_reopens() -> None:
    """What was said after the end is kept, and breaks the silence once the chair lets it count; nothing else does."""
    adopted = silence.close(delivered(opened()), at(96))
    late = silence.speak(adopted, "NO", Breach.OBJECTION, "We were on a plane", at(97))

    reopened = silence.admit(late, "NO", at(98))

    assert (late.outcome, reopened.outcome, reopened.closed_at) == (Outcome.ADOPTED, Outcome.BROKEN, at(98))
    with pytest.raises(BadInput, match="has said nothing after the end"):
        silence.admit(late, "DE", at(98))
    with pytest.raises(Closed, match="Only a text that was adopted"):
        silence.admit(reopened, "NO", at(99))


def test_silence_is_not_read_from_a_text_that_did_not_arrive() -> None:
    """If one delegation did not receive the text, or received it too shortly before the end, nothing is adopted."""
    missing = silence.receive(silence.receive(opened(), "NA", at(0)), "NO", at(0))
    too_late = silence.receive(missing, "DE", at(72.1))
    in_time = silence.receive(missing, "DE", at(72))

    assert silence.close(missing, at(96)).outcome is Outcome.LAPSED
    assert silence.close(too_late, at(96)).outcome is Outcome.LAPSED
    assert missing.unreached == too_late.unreached == {"DE"}
    assert silence.close(in_time, at(96)).outcome is Outcome.ADOPTED


def test_a_longer_end_lets_it_arrive_in_time() -> None:
    """Prolonged, a round is adopted although one delegation received the text after the first end's notice."""
    around = delivered(opened(), 80)

    prolonged = silence.move_end(around, at(120), at(90), "")

    assert silence.close(around, at(96)).outcome is Outcome.LAPSED
    assert silence.close(prolonged, at(96)).outcome is Outcome.OPEN
    assert silence.close(prolonged, at(120)).outcome is Outcome.ADOPTED


def test_only_the_entitled_break_it() -> None:
    """A delegation that was not asked cannot break it, and a reason is needed."""
    with pytest.raises(NotAllowed):
        silence.speak(opened(), "FR", Breach.OBJECTION, "No", at(1))
    with pytest.raises(BadInput, match="Say why"):
        silence.speak(opened(), "NO", Breach.OBJECTION, "  ", at(1))


def test_what_is_said_after_the_first_objection_is_kept() -> None:
    """Until the announced end further objections are kept beside the first; the same one again is not."""
    broken = silence.speak(opened(), "NO", Breach.OBJECTION, "No", at(1))

    more = silence.speak(broken, "DE", Breach.AMENDMENT, "Say “all”", at(2))

    assert [each.member for each in more.objections] == ["NO", "DE"]
    assert (more.closed_at, more.objections[1].late) == (at(1), False)
    with pytest.raises(AlreadyDone):
        silence.speak(more, "DE", Breach.AMENDMENT, "Say “all”", at(3))


@pytest.mark.parametrize(
    ("end", "now", "reason", "problem"),
    [
        (71.9, 1, "Urgent", "A silence lasts at least until 2026-03-05 10:00 UTC"),
        (73, 50, "Urgent", "A shortened silence still lasts 24 hours from now"),
        (80, 1, " ", "Say why the silence is shortened"),
        (96, 1, "", "ends at that moment already"),
        (24 * 61, 1, "", "A silence lasts at most 60 days"),
        (120, 96, "", "This silence ended at 2026-03-06 10:00 UTC"),
    ],
)
def test_an_end_is_moved_within_limits(end: float, now: float, reason: str, problem: str) -> None:
    """No end cuts the minimum or the notice, is shortened without a reason, or moves once it has come."""
    with pytest.raises(Problem, match=problem):
        silence.move_end(opened(), at(end), at(now), reason)


def test_an_end_is_shortened_with_a_reason() -> None:
    """Within minimum and notice the chair may shorten; prolonging needs no reason."""
    assert silence.move_end(opened(), at(80), at(56), "The meeting is on Thursday").ends_at == at(80)
    assert silence.move_end(opened(), at(200), at(1), "").ends_at == at(200)


def test_a_withdrawn_text_is_neither_broken_nor_adopted() -> None:
    """Taken back by the chair, a round is over: nobody can break it and nothing is adopted."""
    gone = silence.withdraw(delivered(opened()), at(5))

    assert silence.close(gone, at(96)).outcome is Outcome.WITHDRAWN
    with pytest.raises(Closed):
        silence.speak(gone, "NO", Breach.OBJECTION, "No", at(6))
    with pytest.raises(Closed):
        silence.withdraw(gone, at(6))


def test_a_round_needs_somebody_and_enough_time() -> None:
    """Nobody's silence means nothing, and no round is shorter than the minimum."""
    with pytest.raises(BadInput, match="no delegation whose silence"):
        opened(to=())
    with pytest.raises(BadInput, match="at least until 2026-03-05 10:00 UTC"):
        opened(71)


@pytest.mark.parametrize(
    ("start", "weekends", "earliest"),
    [
        ("2026-03-02T10:00", True, "2026-03-05T10:00"),
        ("2026-03-06T10:00", True, "2026-03-09T10:00"),
        ("2026-03-02T10:00", False, "2026-03-05T10:00"),
        ("2026-03-06T10:00", False, "2026-03-11T10:00"),
        ("2026-03-07T10:00", False, "2026-03-12T00:00"),
        ("2026-03-08T23:59", False, "2026-03-12T00:00"),
    ],
)
def test_weekends_count_as_the_profile_says(start: str, weekends: bool, earliest: str) -> None:
    """Seventy-two hours are three days; where weekends do not count, their hours are passed over."""
    rule = Silence(count_weekends=weekends)
    moment = datetime.fromisoformat(f"{start}+00:00")

    assert silence.earliest_end(moment, rule, WEEK) == datetime.fromisoformat(f"{earliest}+00:00")


def test_reminders_fall_at_half_time_and_at_the_notice() -> None:
    """Whoever has not opened the text is reminded half-way, and once more as long before the end as the notice."""
    assert (silence.half_time(opened()), silence.last_call(opened())) == (at(48), at(72))


# Histories -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """Something that happens `hours` after the opening: a deed, by or for a member, with a new end where it moves."""

    hours: float
    deed: str
    member: str
    end: float


QUARTERS = st.integers(0, 4 * 200).map(lambda quarter: quarter / 4)
"""Hours in quarters, so that many things fall on the very moment of an end."""
STEPS = st.builds(
    Step,
    QUARTERS,
    st.sampled_from(
        ["receive"] * 6 + ["object", "object", "amend", "prolong", "shorten", "withdraw", "restart", "admit"]
    ),
    st.sampled_from([*MEMBERS, "FR"]),
    QUARTERS,
)


DELIVERED = [Step(0.25, "receive", member, 0) for member in MEMBERS]
HISTORIES = st.builds(
    lambda arrived, steps: DELIVERED[:arrived] + steps, st.sampled_from([3, 3, 3, 2, 0]), st.lists(STEPS, max_size=8)
)
"""Most deliveries arrive at once, so that there is something to adopt; the others are lost, or come late."""


def played(steps: Sequence[Step], beats: Sequence[float]) -> Round:
    """Return the round after everything in `steps` and a look at the clock at each of `beats`, in order of time."""
    around = opened()
    events = [(step.hours, 1, step) for step in steps] + [(beat, 0, None) for beat in beats]
    for hours, _, step in sorted(events, key=lambda event: event[:2]):
        around = silence.close(around, at(hours)) if step is None else _after(around, step)
    return silence.close(around, at(10_000))


def _after(around: Round, step: Step) -> Round:
    now, end = at(step.hours), at(step.end)
    deeds: dict[str, Any] = {
        "receive": lambda: silence.receive(around, step.member, now),
        "object": lambda: silence.speak(around, step.member, Breach.OBJECTION, "No", now),
        "amend": lambda: silence.speak(around, step.member, Breach.AMENDMENT, "Say so", now),
        "prolong": lambda: silence.move_end(around, max(end, around.ends_at), now, ""),
        "shorten": lambda: silence.move_end(around, min(end, around.ends_at), now, "Urgent"),
        "withdraw": lambda: silence.withdraw(around, now),
        "restart": lambda: replace(around, received=dict(around.received), objections=tuple(around.objections)),
        "admit": lambda: silence.admit(silence.close(around, now), step.member, now),
    }
    try:
        result: Round = deeds[step.deed]()
    except Problem:
        return around
    return result


def by_the_rule(steps: Sequence[Step]) -> Outcome:
    """Return the outcome that the rule gives, told from the whole history at once and in another way."""
    end, reached, late = 96.0, dict[str, float](), set[str]()
    for step in sorted(steps, key=lambda each: each.hours):
        over = step.hours >= end
        if step.deed == "receive" and step.member in MEMBERS and not over:
            reached.setdefault(step.member, step.hours)
        elif step.deed in {"object", "amend"} and step.member in MEMBERS:
            if not over:
                return Outcome.BROKEN
            late.add(step.member)
        elif step.deed == "withdraw" and not over:
            return Outcome.WITHDRAWN
        elif step.deed == "prolong" and not over:
            end = max(step.end, end)
        elif step.deed == "shorten" and not over and max(72, step.hours + 24) <= step.end < end:
            end = step.end
        elif step.deed == "admit" and over and step.member in late and _all_in_time(reached, end):
            return Outcome.BROKEN
    return Outcome.ADOPTED if _all_in_time(reached, end) else Outcome.LAPSED


def _all_in_time(reached: dict[str, float], end: float) -> bool:
    return all(reached.get(member, end) <= end - 24 for member in MEMBERS)


@settings(max_examples=1000)
@given(HISTORIES, st.lists(QUARTERS, max_size=5))
def test_the_outcome_is_always_the_rules(steps: list[Step], beats: list[float]) -> None:
    """Whatever is said, moved, lost or restarted, and whenever the clock is looked at, the rule decides."""
    event(by_the_rule(steps))

    assert played(steps, beats).outcome is by_the_rule(steps)


@settings(max_examples=200)
@given(HISTORIES, st.lists(QUARTERS, max_size=4))
def test_what_is_over_stays_over(steps: list[Step], beats: list[float]) -> None:
    """A round that was looked at late is the same as one that was watched all the time."""
    assert played(steps, beats) == played(steps, ())
