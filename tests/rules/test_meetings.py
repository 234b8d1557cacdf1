"""What the form of a meeting may hold."""

from datetime import date, time
from typing import Any
from zoneinfo import available_timezones

import pytest

from bot.rules.meetings import _CITIES, Document, Kind, Plan, named_zone, read_plan
from bot.rules.problems import BadInput

FORM: dict[str, Any] = {
    "kind": "capital-level",
    "title": "Sixth capital-level meeting",
    "starts_on": "2026-05-04",
    "ends_on": "2026-05-06",
    "place": "Berlin",
    "documents": "Agenda: https://example.org/agenda.pdf\nhttps://example.org/hotel\n",
}


def faults(**changed: Any) -> dict[str, str]:
    plan, problems = read_plan(FORM | changed)
    assert (plan is None) == bool(problems)
    return {block: str(problem) for block, problem in problems.items()}


def test_a_form_becomes_a_plan() -> None:
    """What was filled in is read, the zone from the city, and documents with their titles."""
    plan, problems = read_plan(FORM | {"opens": "09:30", "closes": "17:00", "host": " Germany "})

    assert problems == {}
    assert plan == Plan(
        kind=Kind.CAPITAL,
        title="Sixth capital-level meeting",
        starts_on=date(2026, 5, 4),
        ends_on=date(2026, 5, 6),
        place="Berlin",
        zone="Europe/Berlin",
        opens=time(9, 30),
        closes=time(17, 0),
        host="Germany",
        documents=(
            Document("Agenda", "https://example.org/agenda.pdf"),
            Document("example.org", "https://example.org/hotel"),
        ),
    )


def test_a_meeting_without_a_last_day_takes_one_day() -> None:
    """The first day is the last one too where no other is given."""
    plan, _ = read_plan(FORM | {"ends_on": None})

    assert plan is not None
    assert (plan.starts_on, plan.ends_on) == (date(2026, 5, 4), date(2026, 5, 4))


@pytest.mark.parametrize(
    ("changed", "block", "words"),
    [
        ({"kind": "retreat"}, "kind", "Choose one."),
        ({"title": "  "}, "title", "Give it a title."),
        ({"title": "x" * 201}, "title", "longer than 200"),
        ({"starts_on": None}, "starts_on", "Choose a day."),
        ({"starts_on": "1826-05-04"}, "starts_on", "from 2000 to 2100"),
        ({"ends_on": "2026-05-03"}, "ends_on", "must not lie before"),
        ({"ends_on": "2026-07-03"}, "ends_on", "at most 31 days"),
        ({"opens": "09:00"}, "closes", "Give both times"),
        ({"ends_on": None, "opens": "09:00", "closes": "09:00"}, "closes", "must not end before it begins"),
        ({"opens": "25:00", "closes": "09:00"}, "opens", "Choose a time"),
        ({"place": "Nowhere", "opens": "09:00", "closes": "12:00"}, "zone", "Name the time zone"),
        ({"zone": "Middle/Earth"}, "zone", "is not a time zone that I know"),
        ({"documents": "Agenda javascript:alert(1)"}, "documents", "a title and its address"),
        ({"documents": "Agenda"}, "documents", "a title and its address"),
        ({"documents": "A https://a.example\n" * 11}, "documents", "at most 10 documents"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(changed: dict[str, Any], block: str, words: str) -> None:
    """Each thing that cannot be is told at the field where it stands, and nothing else is."""
    found = faults(**changed)

    assert list(found) == [block]
    assert words in found[block]


@pytest.mark.parametrize(
    ("word", "zone"),
    [
        ("Europe/Madrid", "Europe/Madrid"),
        ("europe/madrid", "Europe/Madrid"),
        ("New York", "America/New_York"),
        ("windhoek", "Africa/Windhoek"),
        ("Genève", "Europe/Zurich"),
        ("The Hague", "Europe/Amsterdam"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_named_in_full_or_by_its_city(word: str, zone: str) -> None:
    """A zone may be written as IANA does, in any case, or by its city alone."""
    assert named_zone(word) == zone


def test_a_zone_that_is_none_is_refused() -> None:
    """A country is no time zone, and that is said."""
    with pytest.raises(BadInput, match="Germany"):
        named_zone("Germany")


@pytest.mark.parametrize(
    ("changed", "moves"),
    [
        ({"starts_on": "2026-05-03"}, True),
        ({"opens": "09:00", "closes": "17:00"}, True),
        ({"place": "Bonn", "zone": "Europe/Berlin"}, True),
        ({"state": "cancelled"}, True),
        ({"title": "Another title", "theme": "Participation", "documents": ""}, False),
        ({"zone": "Europe/Madrid"}, False),
    ],
)
def test_a_meeting_moves_when_calendars_must_know(changed: dict[str, Any], moves: bool) -> None:
    """Other days, times or another place move it; other words do not, nor a zone in which no time is told."""
    before, _ = read_plan(FORM)
    after, _ = read_plan(FORM | changed)

    assert before is not None
    assert after is not None
    assert after.moves_from(before) == moves


def test_every_city_has_a_zone_that_exists() -> None:
    """No city that is known by name leads to a zone that calendars do not know."""
    assert {zone for city in _CITIES if (zone := named_zone(city)) not in available_timezones()} == set()
