"""Rotation: who holds which rights on which day, whatever the hand-over, and what a change brings."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.permissions import Role
from bot.rules.presidency import Presidency, hand_over_after, period_around, presidency_on, timeline, troika_on
from bot.rules.rotation import RightsChange, Setting, fingerprint, overlapping, rights_changes

DAY = timedelta(days=1)
EPOCH = date(2017, 1, 1)
MEMBERS = ("CA", "DE", "ES", "JP", "NA", "NO", "UY")


def years(*known: tuple[int, str]) -> tuple[Presidency, ...]:
    return tuple(Presidency(str(y), date(y, 1, 1), date(y, 12, 31), tuple(m.split())) for y, m in known)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Presidency, ...]:
    """Draw presidencies that never overlap, some of them with unknown time between, each of any length."""
    start, found = EPOCH, []
    for number in range(draw(st.integers(0, 6))):
        start += timedelta(days=draw(st.sampled_from([0, 0, 1, 40, 365, 800])))
        end = start + timedelta(days=draw(st.sampled_from([0, 1, 29, 180, 364, 729])))
        members = draw(st.lists(st.sampled_from(MEMBERS), min_size=1, max_size=2, unique=True))
        found.append(Presidency(f"p{number}", start, end, tuple(members)))
        start = end + DAY
    return tuple(found)


days = st.integers(-500, 4000).map(lambda n: EPOCH + timedelta(days=n))


@given(known=histories())
def test_rights_change_hands_at_midnight_and_at_no_other_time(known: tuple[Presidency, ...]) -> None:
    """On the last day the outgoing members preside; on the next, whoever is known to follow, and nobody else."""
    for each in known:
        following = next((p for p in known if p.starts_on == each.ends_on + DAY), None)

        assert troika_on(known, each.ends_on).current == each
        assert troika_on(known, each.ends_on).next == following
        assert troika_on(known, each.ends_on + DAY).current == following
        assert troika_on(known, each.ends_on + DAY).former == each
        assert hand_over_after(known, each.ends_on) == each.ends_on + DAY


@given(known=histories(), day=days)
def test_the_troika_is_made_of_neighbours(known: tuple[Presidency, ...], day: date) -> None:
    """Former, current and next touch each other: no presidency beyond an unknown stretch is taken for a neighbour."""
    first, last = period_around(known, day)
    troika = troika_on(known, day)

    assert first <= day <= last
    assert troika.current == presidency_on(known, day)
    assert troika.former is None or troika.former.ends_on == first - DAY
    assert troika.next is None or troika.next.starts_on == last + DAY


@given(known=histories(), day=days)
def test_a_timeline_has_no_holes_and_no_overlaps(known: tuple[Presidency, ...], day: date) -> None:
    """Its periods follow each other day by day, hold every presidency once, and reach to the day asked for."""
    periods = timeline(known, day)

    assert all(one.ends_on + DAY == two.starts_on for one, two in itertools.pairwise(periods))
    assert tuple(p.presidency for p in periods if p.presidency) == known
    assert not known or (periods[-1].ends_on >= day and periods[0].starts_on == known[0].starts_on)


@given(before=histories(), after=histories(), today=days, day=days)
def test_a_preview_tells_every_change_of_rights_and_no_other(
    before: tuple[Presidency, ...], after: tuple[Presidency, ...], today: date, day: date
) -> None:
    """On every day from today on, what the preview says to have changed is the difference of the two Troikas."""
    changes = rights_changes(before, after, today)
    had, has = (troika_on(known, day).members if day >= today else () for known in (before, after))

    told = {
        (each.member, each.gains) for each in changes if each.role is Role.TROIKA and each.since <= day <= each.until
    }

    gained, lost = set(has) - set(had), set(had) - set(has)
    assert told == {(member, True) for member in gained} | {(member, False) for member in lost}


def test_a_change_is_told_with_its_days() -> None:
    """Who is set for next year joins the Troika today if this year is known, presides then, and leaves after."""
    known = years((2026, "JP"))
    after = Setting("2027", date(2027, 1, 1), date(2027, 12, 31), ("UY",)).applied_to(known)

    changes = rights_changes(known, after, date(2026, 3, 2))

    assert changes == (
        RightsChange("UY", Role.TROIKA, True, date(2026, 3, 2), date(2028, 12, 31)),
        RightsChange("UY", Role.PRESIDENCY, True, date(2027, 1, 1), date(2027, 12, 31)),
    )


def test_a_year_that_is_carried_on_stays_one_presidency() -> None:
    """A presidency of two years has no hand-over between them."""
    known = (Presidency("2020", date(2020, 1, 1), date(2021, 12, 31), ("CA", "UY")),)

    assert troika_on(known, date(2021, 1, 1)).current == known[0]
    assert hand_over_after(known, date(2020, 12, 31)) == date(2022, 1, 1)
    assert [period.label for period in timeline(known, date(2022, 5, 1))] == ["2020", "2022"]


def test_a_setting_takes_the_place_of_its_label() -> None:
    """What stood under the same label is replaced, the rest stays, and without members it goes."""
    known = years((2025, "JP NO"), (2026, "UY"))

    assert Setting("2026", date(2026, 1, 1), date(2026, 12, 31), ("GH",)).applied_to(known)[-1].members == ("GH",)
    assert Setting("2026", date(2026, 1, 1), date(2026, 12, 31)).applied_to(known) == known[:1]


@given(known=histories(), start=days, length=st.integers(0, 800))
def test_two_never_preside_at_once(known: tuple[Presidency, ...], start: date, length: int) -> None:
    """A setting that shares a day with another label is told, and one that shares none is not."""
    setting = Setting("new", start, start + timedelta(days=length), ("GH",))

    shared = {p.label for p in known for n in range(length + 1) if p.holds(start + timedelta(days=n))}

    found = overlapping(setting, known)
    assert (found is None) == (not shared)
    assert found is None or found.label in shared


@given(known=histories())
def test_a_fingerprint_tells_any_change(known: tuple[Presidency, ...]) -> None:
    """The same presidencies have the same mark in any order; one member more or less has another."""
    more = (*known, Presidency("x", date(2040, 1, 1), date(2040, 12, 31), ("GH",)))

    assert fingerprint(known) == fingerprint(known[::-1])
    assert fingerprint(known) != fingerprint(more)
