"""Who presides and who the Troika is."""

from datetime import date

from bot.rules.presidency import Presidency, troika_on

KNOWN = (
    Presidency("2022", date(2022, 1, 1), date(2022, 12, 31), ("CH", "ZA")),
    Presidency("2023", date(2023, 1, 1), date(2023, 12, 31), ("US", "RO")),
    Presidency("2025", date(2025, 1, 1), date(2025, 12, 31), ("JP", "NO")),
)


def test_the_troika_is_former_current_and_next() -> None:
    """In a known year the neighbours are the Troika's other sides, co-chairs included."""
    troika = troika_on((*KNOWN, Presidency("2024", date(2024, 1, 1), date(2024, 12, 31), ("FR",))), date(2024, 6, 1))

    assert troika.members == ("US", "RO", "FR", "JP", "NO")
    assert troika.former is not None
    assert troika.former.label == "2023"


def test_an_unknown_year_is_not_guessed() -> None:
    """A year that nobody knows has no presidency, however near another one is."""
    troika = troika_on(KNOWN, date(2024, 6, 1))

    assert troika.current is None
    assert troika.former == KNOWN[1]
    assert troika.next == KNOWN[2]


def test_rights_move_at_midnight_of_the_hand_over() -> None:
    """The last day belongs to the outgoing side and the next one to the incoming side."""
    handed = (
        Presidency("a", date(2025, 1, 1), date(2025, 3, 14), ("JP",)),
        Presidency("b", date(2025, 3, 15), date(2026, 3, 14), ("NO",)),
    )

    assert troika_on(handed, date(2025, 3, 14)).current == handed[0]
    assert troika_on(handed, date(2025, 3, 15)).current == handed[1]
    assert troika_on(handed, date(2025, 3, 15)).former == handed[0]


def test_a_member_twice_in_the_troika_is_named_once() -> None:
    """A member that carries on for a second year is one member of the Troika."""
    carried = (
        Presidency("2020", date(2020, 1, 1), date(2020, 12, 31), ("CA", "UY")),
        Presidency("2021", date(2021, 1, 1), date(2021, 12, 31), ("CA", "UY")),
    )

    assert troika_on(carried, date(2021, 5, 1)).members == ("CA", "UY")
