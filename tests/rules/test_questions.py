"""Kinds of questions, how they are written down, and what answers they take."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.problems import BadInput
from bot.rules.questions import Kind, NewQuestion, every_label, labels_of, notation, read_question, read_value

WORDS = st.text(string.ascii_letters + "é中ж ?", min_size=1, max_size=40).map(str.strip).filter(bool)
OPTIONS = st.lists(WORDS, min_size=2, max_size=6, unique=True).map(tuple)
STEPS = ("1", "2", "3", "4", "5")
QUESTIONS = st.one_of(
    st.builds(NewQuestion, WORDS, st.sampled_from([Kind.OPEN, Kind.YES_NO, Kind.DATE, Kind.MEMBER])),
    st.builds(NewQuestion, WORDS, st.sampled_from([Kind.CHOICE, Kind.CHOICES]), OPTIONS),
    st.builds(NewQuestion, WORDS, st.just(Kind.NUMBER), unit=st.sampled_from(["", "%", "women"])),
    st.builds(NewQuestion, WORDS, st.just(Kind.SCALE), st.just(STEPS)),
)


@given(question=QUESTIONS)
def test_a_question_is_read_as_it_is_written(question: NewQuestion) -> None:
    """Whatever is written down as a line is read from that line again."""
    assert read_question(notation(question)) == question


@pytest.mark.parametrize(
    ("line", "kind", "options", "unit"),
    [
        ("What works?", Kind.OPEN, (), ""),
        ("What works [in your country]?", Kind.OPEN, (), ""),
        ("As in annex 2 [see there]", Kind.OPEN, (), ""),
        ("Is there a budget? [Yes/No]", Kind.YES_NO, (), ""),
        ("Who leads? [choice: Army|Police | Both ]", Kind.CHOICE, ("Army", "Police", "Both"), ""),
        ("Which apply? [choices: A | B]", Kind.CHOICES, ("A", "B"), ""),
        ("How useful? [scale]", Kind.SCALE, STEPS, ""),
        ("How useful? [scale 0-3]", Kind.SCALE, ("0", "1", "2", "3"), ""),
        ("How many? [number: %]", Kind.NUMBER, (), "%"),
        ("How many? [number]", Kind.NUMBER, (), ""),
        ("Since when? [date]", Kind.DATE, (), ""),
        ("Whom should we ask? [member]", Kind.MEMBER, (), ""),
    ],
)
def test_a_kind_stands_in_brackets_at_the_end(line: str, kind: Kind, options: tuple[str, ...], unit: str) -> None:
    """The last brackets name the kind; any others are part of the question."""
    read = read_question(line, "Theme")

    assert (read.kind, read.options, read.unit, read.theme) == (kind, options, unit, "Theme")


@pytest.mark.parametrize(
    "line",
    [
        "Who? [choice: A]",
        "Who? [choice: A | A]",
        f"Who? [choices: {' | '.join(str(i) for i in range(21))}]",
        f"Who? [choice: A | {'b' * 76}]",
        "How? [scale: 5-1]",
        "How? [scale: 1-50]",
        "How? [scale: from low to high]",
        f"How many? [number: {'u' * 31}]",
        "[yes/no]",
        "w" * 1001,
        " ",
    ],
)
def test_a_kind_that_cannot_be_is_refused(line: str) -> None:
    """Too few, too many, equal or overlong choices, a scale that is none, and a kind without a question are refused."""
    with pytest.raises(BadInput):
        read_question(line)


CHOICE = NewQuestion("Who?", Kind.CHOICE, ("Army", "Police"))
CHOICES = NewQuestion("Who?", Kind.CHOICES, ("Army", "Police", "Both"))
SCALE = NewQuestion("How?", Kind.SCALE, STEPS)


@pytest.mark.parametrize(
    ("question", "given_", "value", "labels"),
    [
        (CHOICE, "1", "1", ("Police",)),
        (CHOICES, ["2", "0", "2"], "0,2", ("Army", "Both")),
        (NewQuestion("?", Kind.YES_NO), "yes", "yes", ("Yes",)),
        (NewQuestion("?", Kind.YES_NO), "no", "no", ("No",)),
        (SCALE, "4", "4", ("4",)),
        (NewQuestion("?", Kind.NUMBER, unit="%"), "12,50", "12.5", ("12.5 %",)),
        (NewQuestion("?", Kind.NUMBER, unit="%"), "15 %", "15", ("15 %",)),
        (NewQuestion("?", Kind.NUMBER), "1\u202f200", "1200", ("1200",)),
        (NewQuestion("?", Kind.NUMBER), "1000", "1000", ("1000",)),
        (NewQuestion("?", Kind.NUMBER), "-0.50", "-0.5", ("-0.5",)),
        (NewQuestion("?", Kind.NUMBER), "١٢", "12", ("12",)),
        (NewQuestion("?", Kind.DATE), "2026-05-01", "2026-05-01", ("2026-05-01",)),
        (NewQuestion("?", Kind.MEMBER), "NA", "NA", ("Namibia",)),
    ],
)
def test_an_answer_is_stored_so_that_it_can_be_counted(
    question: NewQuestion, given_: str | list[str], value: str, labels: tuple[str, ...]
) -> None:
    """Each kind has one form in which it is stored, and words for it."""
    assert read_value(question, given_) == value
    assert labels_of(question, value, {"NA": "Namibia"}) == labels


@pytest.mark.parametrize(
    ("question", "given_"),
    [
        (CHOICE, "2"),
        (CHOICE, "-1"),
        (CHOICE, "²"),
        (CHOICE, ["0", "1"]),
        (CHOICES, []),
        (NewQuestion("?", Kind.YES_NO), "maybe"),
        (SCALE, "6"),
        (NewQuestion("?", Kind.NUMBER), "many"),
        (NewQuestion("?", Kind.NUMBER), "NaN"),
        (NewQuestion("?", Kind.NUMBER), "1e900"),
        (NewQuestion("?", Kind.NUMBER), "1,200"),
        (NewQuestion("?", Kind.NUMBER), "9" * 40),
        (NewQuestion("?", Kind.DATE), "2026-02-30"),
        (NewQuestion("?", Kind.MEMBER), ""),
    ],
)
def test_what_is_no_answer_is_refused(question: NewQuestion, given_: str | list[str]) -> None:
    """A choice that is not offered, no choice, no number, no date: each is refused."""
    with pytest.raises(BadInput):
        read_value(question, given_)


@given(typed=st.text(max_size=30))
def test_any_text_is_a_number_or_refused(typed: str) -> None:
    """Whatever is typed where a number is asked is stored as a plain decimal or refused, never anything else."""
    try:
        value = read_value(NewQuestion("?", Kind.NUMBER), typed)
    except BadInput:
        return
    assert set(value) <= set(string.digits + ".-")


def test_labels_are_listed_where_they_are_known() -> None:
    """Charts show every choice, also one that nobody took."""
    assert every_label(CHOICES) == ("Army", "Police", "Both")
    assert every_label(NewQuestion("?", Kind.YES_NO)) == ("Yes", "No")
    assert every_label(NewQuestion("?", Kind.DATE)) == ()
