"""A time for a call: fair to everybody where that can be, shared where it cannot."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.calls import DAWN, HORIZON, LEAD, NIGHT, Clock, Party, Say, Slot, best, closes_at, propose, slot_at
from bot.rules.profile import WorkingHours
from bot.rules.workdays import hours_for

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HOURS = WorkingHours()
ZONES = (
    "Europe/Berlin",
    "Africa/Windhoek",
    "Europe/Madrid",
    "America/New_York",
    "America/Montevideo",
    "Asia/Tokyo",
    "Asia/Riyadh",
    "Asia/Kathmandu",
    "Pacific/Auckland",
    "America/Los_Angeles",
)
some_zones = st.lists(st.sampled_from(ZONES), min_size=1, max_size=4, unique=True)
moments = st.integers(0, 3 * 365 * 24).map(lambda hours: NOW + timedelta(hours=hours))


def party(zone: str, member: str | None = None) -> Party:
    return Party(zone, (Clock(zone, hours_for(HOURS, member, zone)),))


def parties(*zones: str) -> list[Party]:
    return [party(zone) for zone in zones]


def walls(slot: Slot, zone: str) -> str:
    return f"{slot.starts_at.astimezone(ZoneInfo(zone)):%a %H:%M}"


def test_berlin_windhoek_and_madrid_meet_in_their_working_hours() -> None:
    """Where the working days overlap, every time proposed is fair, in the middle of the day, each on another day."""
    found = propose(parties("Europe/Berlin", "Africa/Windhoek", "Europe/Madrid"), NOW, 60, {})

    assert len(found) == 5
    assert all(slot.is_fair for slot in found)
    assert len({slot.starts_at.date() for slot in found}) == 5
    assert {walls(slot, "Europe/Berlin")[4:] for slot in found} <= {"12:00", "12:30", "13:00", "13:30"}


def test_co_chairs_five_zones_apart_meet_in_what_they_share() -> None:
    """Montevideo and Berlin, five hours apart until April, meet between nine there and six here."""
    found = propose(parties("America/Montevideo", "Europe/Berlin"), NOW, 60, {})

    assert {walls(slot, "America/Montevideo")[4:] for slot in found} <= {"10:00", "10:30", "11:00", "11:30"}
    assert all(slot.is_fair for slot in found)


def test_clocks_are_changed_on_different_days() -> None:
    """Between the two changes New York is five hours from Berlin, and six after them: both keep to their own clock."""
    before = slot_at(parties("America/New_York", "Europe/Berlin"), datetime(2026, 3, 27, 13, 0, tzinfo=UTC), 60)
    after = slot_at(parties("America/New_York", "Europe/Berlin"), datetime(2026, 3, 30, 13, 0, tzinfo=UTC), 60)
    too_early = slot_at(parties("America/New_York", "Europe/Berlin"), datetime(2026, 3, 6, 13, 0, tzinfo=UTC), 60)

    assert before is not None
    assert before.is_fair
    assert after is not None
    assert after.is_fair
    assert too_early is not None
    assert too_early.burdens == {"America/New_York": 60}


def test_working_weeks_differ() -> None:
    """Riyadh rests on Friday and Saturday, Madrid on Saturday and Sunday: only four days are left."""
    found = propose(parties("Asia/Riyadh", "Europe/Madrid"), NOW, 60, {})

    assert {slot.starts_at.isoweekday() for slot in found} <= {1, 2, 3, 4}


def test_a_public_holiday_is_nobody_s_working_day() -> None:
    """Nobody of Germany is called on 1 May."""
    germany = [party("Europe/Berlin", "DE")]

    assert slot_at(germany, datetime(2026, 5, 1, 10, 0, tzinfo=UTC), 60) is None
    assert slot_at(germany, datetime(2026, 4, 30, 10, 0, tzinfo=UTC), 60) is not None


def test_where_no_time_is_fair_the_burden_is_split() -> None:
    """Tokyo and New York share no working hour: each gives something, neither the whole."""
    found = propose(parties("Asia/Tokyo", "America/New_York"), NOW, 60, {})

    assert found
    assert not any(slot.is_fair for slot in found)
    assert all(set(slot.burdens) == {"Asia/Tokyo", "America/New_York"} for slot in found)


def test_who_has_borne_more_bears_less() -> None:
    """After Tokyo has borne ten hours of earlier calls, New York rises early and Tokyo keeps its evening as it can."""
    fresh = propose(parties("Asia/Tokyo", "America/New_York"), NOW, 60, {})
    later = propose(parties("Asia/Tokyo", "America/New_York"), NOW, 60, {"Asia/Tokyo": 600})

    assert max(slot.burdens.get("Asia/Tokyo", 0) for slot in later) < min(slot.burdens["Asia/Tokyo"] for slot in fresh)


def test_some_nights_never_meet() -> None:
    """Where every time is somebody's night, none is proposed."""
    everywhere = parties(
        "Pacific/Auckland", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu", "America/Montevideo"
    )

    assert propose(everywhere, NOW, 120, {}) == ()


@given(some_zones, moments, st.sampled_from((30, 60, 90)), st.dictionaries(st.sampled_from(ZONES), st.integers(0, 600)))
@settings(max_examples=40)
def test_nobody_is_called_at_night_or_on_a_day_off(
    zones: list[str], now: datetime, minutes: int, carried: dict[str, int]
) -> None:
    """Every time lies in the two weeks, on a working day and between dawn and night of everybody."""
    for slot in propose(parties(*zones), now, minutes, carried):
        assert now + LEAD < slot.starts_at <= now + HORIZON
        for each in parties(*zones):
            begins = slot.starts_at.astimezone(ZoneInfo(each.key))
            ends = (slot.starts_at + timedelta(minutes=minutes)).astimezone(ZoneInfo(each.key))
            assert each.clocks[0].works.works_on(begins.date())
            assert begins.time() >= DAWN
            assert ends.time() <= NIGHT
            assert begins.date() == ends.date()


@given(some_zones, moments)
@settings(max_examples=40)
def test_a_fair_time_is_never_passed_over(zones: list[str], now: datetime) -> None:
    """If any half hour of the two weeks is fair, everything proposed is."""
    everybody = parties(*zones)
    halves = [now.replace(minute=0) + timedelta(minutes=30 * n) for n in range(4 * 48 + 1, 14 * 48 + 1)]
    fair = [at for at in halves if (slot := slot_at(everybody, at, 60)) and slot.is_fair]

    found = propose(everybody, now, 60, {})

    assert [slot.is_fair for slot in found] == [bool(fair)] * len(found)
    assert found or not fair


@given(some_zones, moments, st.randoms())
@settings(max_examples=30)
def test_the_order_of_parties_changes_nothing(zones: list[str], now: datetime, random: object) -> None:
    """Whoever is named first has no advantage."""
    shuffled = sorted(zones, key=lambda _: random.random())  # type: ignore[attr-defined]  # hypothesis gives a Random

    assert propose(parties(*zones), now, 60, {}) == propose(parties(*shuffled), now, 60, {})


@pytest.mark.parametrize(
    "zones",
    [
        ("Asia/Tokyo", "America/New_York"),
        ("Asia/Tokyo", "Europe/Berlin", "America/New_York"),
        ("Pacific/Auckland", "Europe/Berlin"),
        ("America/Los_Angeles", "Europe/Berlin", "Africa/Windhoek"),
    ],
)
def test_over_time_nobody_bears_much_more_than_they_must(zones: Sequence[str]) -> None:
    """Over a year of monthly calls the worst off bears no more than any fixed hour would have cost its worst off."""
    everybody = parties(*zones)
    carried: dict[str, int] = {}
    fixed: dict[int, dict[str, int]] = {}
    for month in range(12):
        now = datetime(2026, 1, 5, 10, 0, tzinfo=UTC) + timedelta(days=30 * month)
        slot = min(propose(everybody, now, 60, carried), key=lambda each: sorted(each.burdens.values(), reverse=True))
        for key, burden in slot.burdens.items():
            carried[key] = carried.get(key, 0) + burden
        for hour in range(24):
            always = slot_at(everybody, slot.starts_at.replace(hour=hour, minute=0), 60)
            for each in everybody:
                told = fixed.setdefault(hour, {})
                told[each.key] = told.get(each.key, 0) + (always.burdens.get(each.key, 0) if always else 24 * 60)

    assert max(carried.values(), default=0) <= min(max(costs.values()) for costs in fixed.values())


def at(hour: int, **burdens: int) -> Slot:
    return Slot(datetime(2026, 3, 9, hour, 0, tzinfo=UTC), burdens)


@pytest.mark.parametrize(
    ("said", "place", "against", "silent"),
    [
        ([{"A": Say.YES, "B": Say.NO}, {"A": Say.IF_NEED_BE, "B": Say.IF_NEED_BE}], 1, (), ()),
        ([{"A": Say.YES, "B": Say.IF_NEED_BE}, {"A": Say.YES, "B": Say.YES}], 1, (), ()),
        ([{"A": Say.YES}, {"A": Say.YES}], 0, (), ("B",)),
        ([{"A": Say.NO, "B": Say.NO}, {"A": Say.YES, "B": Say.NO}], 1, ("B",), ()),
    ],
)
def test_the_best_slot_has_fewest_against_and_most_for(
    said: list[dict[str, Say]], place: int, against: tuple[str, ...], silent: tuple[str, ...]
) -> None:
    """Nobody against comes before everybody for; between equals the earlier one is taken."""
    choice = best([at(9), at(10)], said, [Party("A", ()), Party("B", ())], {})

    assert (choice.place, choice.against, choice.silent) == (place, against, silent)


def test_between_equals_the_fairer_slot_is_booked() -> None:
    """Where answers are alike, whoever has borne more is spared."""
    everybody = [Party("A", ()), Party("B", ())]
    answers = [{"A": Say.YES, "B": Say.YES}] * 2

    assert best([at(9, A=60), at(10, B=60)], answers, everybody, {"A": 120}).place == 1
    assert best([at(9, A=60), at(10, B=60)], answers, everybody, {"B": 120}).place == 0


def test_answers_are_awaited_until_before_the_first_slot() -> None:
    """Three days, but never later than half a day before the first time."""
    soon = [Slot(NOW + timedelta(hours=50), {})]
    late = [Slot(NOW + timedelta(days=9), {})]

    assert closes_at(soon, NOW) == NOW + timedelta(hours=38)
    assert closes_at(late, NOW) == NOW + timedelta(hours=72)
    assert date(2026, 3, 5) == closes_at(late, NOW).date()


@pytest.mark.parametrize("zones", [("Asia/Tokyo", "America/New_York"), ("Asia/Tokyo", "America/Montevideo")])
@pytest.mark.parametrize("ahead", [0, 1])
def test_an_old_difference_is_made_up(zones: tuple[str, str], ahead: int) -> None:
    """Whoever has borne ten hours more than the other bears less call by call, until both have borne the same."""
    everybody, carried = parties(*zones), {zones[ahead]: 600}
    gaps = []
    for month in range(12):
        now = datetime(2026, 1, 5, 10, 0, tzinfo=UTC) + timedelta(days=30 * month)
        slots = propose(everybody, now, 60, carried)
        choice = best(slots, [{}] * len(slots), everybody, carried)
        for key, burden in slots[choice.place].burdens.items():
            carried[key] = carried.get(key, 0) + burden
        gaps.append(abs(carried.get(zones[0], 0) - carried.get(zones[1], 0)))

    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] <= 30
