"""Figures of a survey, and which of them would tell too much."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.attribution import FEWEST, Attribution
from bot.rules.figures import Tally, tally
from bot.rules.questions import Kind, NewQuestion

ATTRIBUTED, CHATHAM = Attribution.ATTRIBUTED, Attribution.CHATHAM
OPTIONS = ("A", "B", "C")
CHOICE = NewQuestion("?", Kind.CHOICE, OPTIONS)
CHOICES = NewQuestion("?", Kind.CHOICES, OPTIONS)
NUMBER = NewQuestion("?", Kind.NUMBER, unit="%")
PLACES = st.lists(st.sampled_from(["0", "1", "2"]), max_size=30)
SETS = st.lists(st.sets(st.sampled_from("012"), min_size=1).map(lambda s: ",".join(sorted(s))), max_size=30)


def test_every_choice_is_counted() -> None:
    """Attributed answers are counted as they are, also a choice that nobody took, while the survey runs."""
    counted = tally(CHOICE, ["0", "0", "2"], ATTRIBUTED, {}, closed=False)

    assert counted == Tally(3, {"A": 2, "B": 0, "C": 1})


def test_several_choices_count_each() -> None:
    """A delegation that takes two choices counts at both."""
    assert tally(CHOICES, ["0,2", "2"], ATTRIBUTED, {}, closed=False) == Tally(2, {"A": 1, "B": 0, "C": 2})


def test_numbers_have_a_spread() -> None:
    """Of numbers the lowest, the middle and the highest are told, with their unit."""
    counted = tally(NUMBER, ["10", "12.5", "30"], ATTRIBUTED, {}, closed=True)

    ranges = {"10 – 14": 2, "14 – 18": 0, "18 – 22": 0, "22 – 26": 0, "26 – 30": 1}
    assert counted == Tally(3, ranges, (Decimal(10), Decimal("12.5"), Decimal(30)), "%")


@given(numbers=st.lists(st.decimals(-1000, 1000, places=2), min_size=1, max_size=40))
def test_every_number_lies_in_one_range(numbers: list[Decimal]) -> None:
    """However numbers are spread, the ranges hold each of them once."""
    counted = tally(NUMBER, [str(each) for each in numbers], ATTRIBUTED, {}, closed=True)

    assert counted is not None
    assert sum(count or 0 for count in counted.counts.values()) == len(numbers)


def test_many_months_become_years() -> None:
    """Dates of more than twenty months are counted by year."""
    days = [f"{2020 + month // 12}-{month % 12 + 1:02d}-15" for month in range(30)]

    counted = tally(NewQuestion("?", Kind.DATE), days, ATTRIBUTED, {}, closed=True)

    assert counted == Tally(30, {"2020": 12, "2021": 12, "2022": 6})


def test_dates_come_in_order_and_members_by_number() -> None:
    """Dates are counted from the earliest on, members from the one most often named on."""
    dates = tally(NewQuestion("?", Kind.DATE), ["2026-05-01", "2026-01-01", "2026-05-01"], ATTRIBUTED, {}, closed=True)
    members = tally(NewQuestion("?", Kind.MEMBER), ["NA", "CL", "CL"], ATTRIBUTED, {"CL": "Chile"}, closed=True)

    assert dates is not None
    assert members is not None
    assert list(dates.counts.items()) == [("2026-01", 1), ("2026-05", 2)]
    assert list(members.counts.items()) == [("Chile", 2), ("NA", 1)]


@pytest.mark.parametrize("question", [NewQuestion("?"), CHOICE])
def test_without_answers_there_are_no_figures(question: NewQuestion) -> None:
    """An open question and one that nobody answered have none."""
    assert tally(question, [], ATTRIBUTED, {}, closed=True) is None


@given(values=PLACES, closed=st.booleans())
def test_chatham_house_shows_no_figure_of_few(values: list[str], closed: bool) -> None:
    """Under the Chatham House Rule no figure is shown early, of few, or such that one of few can be worked out."""
    counted = tally(CHOICE, values, CHATHAM, {}, closed=closed)

    if not closed or len(values) < FEWEST:
        assert counted is None
        return
    assert counted is not None
    shown = {label: count for label, count in counted.counts.items() if count is not None}
    hidden = len(values) - sum(shown.values())
    assert all(count == 0 or count >= FEWEST for count in shown.values())
    assert hidden == 0 or hidden >= FEWEST
    assert len(counted.counts) - len(shown) != 1
    assert all(values.count(str(OPTIONS.index(label))) == count for label, count in shown.items())


@given(values=SETS)
def test_chatham_house_shows_no_few_who_chose_or_did_not(values: list[str]) -> None:
    """Where several choices can be taken, neither those who took one nor those who did not are a few."""
    counted = tally(CHOICES, values, CHATHAM, {}, closed=True)

    shown = [count for count in counted.counts.values() if count is not None] if counted else []
    assert all(group == 0 or group >= FEWEST for count in shown for group in (count, len(values) - count))


def test_chatham_house_names_no_rare_answer() -> None:
    """A date or member that fewer than five gave is not shown at all, and of numbers there is the mean alone."""
    members = tally(NewQuestion("?", Kind.MEMBER), ["NA"] * 6 + ["CL"] * 5 + ["NO"], CHATHAM, {}, closed=True)
    numbers = tally(NUMBER, ["1", "2", "3", "4", "90"], CHATHAM, {}, closed=True)

    assert members == Tally(12, {"NA": 6})
    assert numbers == Tally(5, {}, (Decimal("20.0"),), "%")
