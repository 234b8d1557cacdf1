"""What attribution lets others see."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.attribution import FEWEST, Attribution, Said, count_shown, names_members, shown

NAMES = st.sampled_from(["Ana Example", "Bo Sample", None])
MEMBERS = st.sampled_from(["JP", "NO", "X-AU", None])
TEXTS = st.text("abc ", min_size=1, max_size=8)
ANSWERS = st.lists(
    st.builds(
        Said,
        number=st.integers(1, 3),
        text=TEXTS,
        member=MEMBERS,
        name=NAMES,
        observer=st.booleans(),
        at=st.none() | st.just(datetime(2026, 3, 2, tzinfo=UTC)),
    ),
    max_size=12,
)


@given(answers=ANSWERS, delegations=st.integers(0, 12), closed=st.booleans())
def test_chatham_house_shows_words_alone(answers: list[Said], delegations: int, closed: bool) -> None:
    """Under the Chatham House Rule nothing that is shown holds a name, a member, a time or who only observes."""
    seen = shown(Attribution.CHATHAM, answers, delegations=delegations, closed=closed)

    assert all(each == Said(each.number, each.text) for each in seen)


@given(answers=ANSWERS, delegations=st.integers(0, 12), closed=st.booleans())
def test_chatham_house_shows_nothing_early_or_of_few(answers: list[Said], delegations: int, closed: bool) -> None:
    """Words are shown after the close alone, and only where five delegations answered; then none is missing."""
    seen = shown(Attribution.CHATHAM, answers, delegations=delegations, closed=closed)

    expected = len(answers) if closed and delegations >= FEWEST else 0
    assert len(seen) == expected


@given(answers=ANSWERS, order=st.randoms())
def test_chatham_house_order_tells_nothing(answers: list[Said], order: object) -> None:
    """However the answers came, they are shown in the same order."""
    shuffled = sorted(answers, key=lambda _: order.random())  # type: ignore[attr-defined]

    first = shown(Attribution.CHATHAM, answers, delegations=FEWEST, closed=True)
    second = shown(Attribution.CHATHAM, shuffled, delegations=FEWEST, closed=True)

    assert first == second


@given(answers=ANSWERS, delegations=st.integers(0, 12), closed=st.booleans())
def test_delegation_names_no_person(answers: list[Said], delegations: int, closed: bool) -> None:
    """With the delegation alone named, members and words stay as they are, and no person's name is left."""
    seen = shown(Attribution.DELEGATION, answers, delegations=delegations, closed=closed)

    assert [(each.member, each.text, each.name) for each in seen] == [(a.member, a.text, None) for a in answers]


@given(answers=ANSWERS, delegations=st.integers(0, 12), closed=st.booleans())
def test_attributed_shows_everything(answers: list[Said], delegations: int, closed: bool) -> None:
    """Attributed answers are shown as they were given, at any time."""
    assert shown(Attribution.ATTRIBUTED, answers, delegations=delegations, closed=closed) == tuple(answers)


@pytest.mark.parametrize(("delegations", "expected"), [(0, None), (4, None), (5, 5), (9, 9)])
def test_chatham_house_counts_from_five_on(delegations: int, expected: int | None) -> None:
    """Under the Chatham House Rule it is not said how few answered."""
    assert count_shown(Attribution.CHATHAM, delegations) == expected
    assert count_shown(Attribution.DELEGATION, delegations) == delegations


def test_only_chatham_house_keeps_members_and_threads_out() -> None:
    """Members may be named and threads used wherever the Chatham House Rule does not hold."""
    assert [each for each in Attribution if not names_members(each)] == [Attribution.CHATHAM]
    assert [each for each in Attribution if not each.takes_threads] == [Attribution.CHATHAM]
