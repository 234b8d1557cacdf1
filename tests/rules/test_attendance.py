"""Who comes to a meeting, counted."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.attendance import Attendance, Coming, figures

AT = datetime(2026, 3, 2, tzinfo=UTC)
CODES = ("UY", "NO", "NA", "DE", "X-NATO")
REGIONS = {"UY": "GRULAC", "NO": "WEOG", "NA": "African", "DE": "WEOG", "X-NATO": ""}
answers = st.dictionaries(st.sampled_from(CODES), st.sampled_from(list(Coming)))


@given(answers, st.sets(st.sampled_from(CODES)))
def test_every_delegation_is_counted_once(said: dict[str, Coming], asked: set[str]) -> None:
    """Regions add up to the whole, and the whole is everybody who was asked or has answered."""
    found = figures([Attendance(code, coming, "U1", AT) for code, coming in said.items()], asked, REGIONS)

    assert sum(found.counts.values()) == len(said)
    assert sum(found.counts.values()) + found.unanswered == len(asked | said.keys())
    assert sum(each.delegations for each in found.regions) == len(asked | said.keys())
    for coming in Coming:
        assert sum(each.counts[coming] for each in found.regions) == found.counts[coming]


def test_observers_are_counted_apart() -> None:
    """An observer of an organisation that is a member too does not answer for it."""
    said = [Attendance("X-NATO", Coming.YES, "U1", AT, observer=True)]

    found = figures(said, {"X-NATO"}, REGIONS)

    assert (found.observers, found.unanswered, found.counts[Coming.YES]) == (1, 1, 0)


def test_what_belongs_to_no_region_comes_last() -> None:
    """Organisations stand behind the regional groups."""
    found = figures([], CODES, REGIONS)

    assert [each.name for each in found.regions] == ["African", "GRULAC", "WEOG", ""]
