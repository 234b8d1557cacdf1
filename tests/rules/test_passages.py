"""Documents as passages."""

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.passages import LONGEST, Passage, Section, headed, markdown, page, passages


def test_a_passage_stands_under_its_headings() -> None:
    """A passage of a Markdown text is called by the headings above it, and a deeper one ends with its section."""
    text = "---\nlang: en\n---\nBefore.\n# Plan\nFirst.\n\nSecond.\n## Money\nThird.\n# Review\nFourth."

    found = list(passages(headed(markdown(text), "notes")))

    assert found == [
        Passage("1", "notes", "Before."),
        Passage("2", "Plan", "First.\nSecond."),
        Passage("3", "Plan – Money", "Third."),
        Passage("4", "Review", "Fourth."),
    ]


def test_pages_keep_their_numbers() -> None:
    """A passage of a page bears its number, and a page without text has no passage."""
    found = list(passages([Section("A", ("One.",), 1), Section("B", (), 2), Section("C", ("x" * LONGEST, "Two."), 3)]))

    assert [(each.name, each.page) for each in found] == [("p1.1", 1), ("p3.1", 3), ("p3.2", 3)]


def test_a_word_that_was_divided_is_whole_again() -> None:
    """A hyphen at the end of a line of a PDF goes; one before a capital stays."""
    assert page("The Secre-\ntariat of the Asia-\nPacific office.\n\n \n\nNext.") == (
        "The Secretariat of the Asia-\nPacific office.",
        "Next.",
    )


@given(st.lists(st.text(max_size=4000), max_size=6))
def test_nothing_is_lost_or_too_long(paragraphs: list[str]) -> None:
    """Whatever the paragraphs, every passage is short enough and together they hold every character but spaces."""
    found = list(passages([Section("Title", tuple(paragraphs))]))

    assert all(0 < len(each.text) <= LONGEST for each in found)
    assert "".join("".join(each.text.split()) for each in found) == "".join("".join(p.split()) for p in paragraphs)
