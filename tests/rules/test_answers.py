"""What a question asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.answers import (
    LONGEST_QUESTION,
    Confidence,
    Nothing,
    Passages,
    Time,
    TooLong,
    WhichMeeting,
    WhoIsContact,
    WhoIsTroika,
    WhoPresides,
    best_sentence,
    read_question,
    sure,
)
from bot.rules.contacts import ContactRole


@pytest.mark.parametrize(
    "text",
    [
        "who chaired in 2019?",
        "Who was the chair of the Network in 2019",
        "Which country held the presidency in 2019?",
        "Quel pays assurait la présidence en 2019 ?",
        "¿Quién presidió la red en 2019?",
        "Кто председательствовал в 2019 году?",
        "من ترأس الشبكة في 2019؟",
        "谁担任2019年主席？",
    ],
)
def test_a_year_of_the_presidency_is_understood(text: str) -> None:
    """Who chaired in a year is understood in all six languages."""
    asked = read_question(text)

    assert isinstance(asked, WhoPresides)
    assert asked.years == (2019,)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("who chairs now?", Time.NOW),
        ("Qui préside ?", Time.NOW),
        ("¿Quién preside?", Time.NOW),
        ("who chairs next year?", Time.NEXT),
        ("Qui présidera l'année prochaine ?", Time.NEXT),
        ("who was the previous chair?", Time.FORMER),
    ],
)
def test_now_next_and_former_presidency_are_understood(text: str, time: Time) -> None:
    """Without a year the presidency of today is meant, or the one beside it that the question names."""
    assert read_question(text) == WhoPresides((), time)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Who is the president of the World Bank?", ""),
        ("Who is the president of Utopia?", "Utopia"),
        ("What are the duties of the presidency?", ""),
        ("Who chaired the parliament's budget committee in 2019?", ""),
    ],
)
def test_another_chair_is_not_the_networks(text: str, name: str) -> None:
    """A chair of something else, and what a chair must do, are looked up as words and not in the presidencies."""
    assert isinstance(read_question(text, text.replace(name, " ") if name else "", ("UT",) if name else ()), Passages)


def test_when_a_member_chaired_is_understood() -> None:
    """A member in a question about the chair asks for the years it held it."""
    assert read_question("When did Utopia chair?", "When did   chair?", ("UT",)) == WhoPresides((), Time.NOW, ("UT",))


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("Who is Utopia's focal point?", "Utopia's", ContactRole.FOCAL_POINT),
        ("Qui est le point focal de l'Utopie ?", "l'Utopie", ContactRole.FOCAL_POINT),
        ("¿Quién es el punto focal de Utopía?", "Utopía", ContactRole.FOCAL_POINT),
        ("乌托邦的联络人是谁？", "乌托邦", ContactRole.FOCAL_POINT),
        ("police gender adviser of Utopia", "Utopia", ContactRole.POLICE_ADVISER),
        ("Who is the alternate for Utopia?", "Utopia", ContactRole.ALTERNATE),
        ("How do I contact Utopia?", "Utopia", None),
        ("Utopia", "Utopia", None),
    ],
)
def test_a_members_contact_is_understood(text: str, name: str, role: ContactRole | None) -> None:
    """Who holds which role for a member is understood, and a member's bare name asks for any of its contacts."""
    assert read_question(text, text.replace(name, " "), ("UT",)) == WhoIsContact(("UT",), role)


def test_a_members_practice_is_not_its_contact() -> None:
    """A question that names a member and a subject is about the subject; the name itself is no term of it."""
    asked = read_question("What did Utopia do about conscription?", "What did   do about conscription?", ("UT",))

    assert asked == Passages(("conscript",), ("UT",))


def test_my_own_delegation_is_understood() -> None:
    """“My alternate” means the asker's delegation."""
    assert read_question("Who is my alternate?") == WhoIsContact((), ContactRole.ALTERNATE, own=True)


@pytest.mark.parametrize("text", ["Troika", "Who is in the Troika?", "¿Quiénes son miembros de la troika?"])
def test_who_the_troika_is_is_told_from_what_it_is(text: str) -> None:
    """Its members come from the presidencies; what it is for is looked up."""
    assert read_question(text) == WhoIsTroika()
    assert isinstance(read_question("What does the Troika do?"), Passages)
    assert isinstance(read_question("What is the Troika?"), Passages)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("When is the next meeting?", WhichMeeting(time=Time.NEXT)),
        ("Where was the last meeting?", WhichMeeting(time=Time.FORMER)),
        ("When was the meeting in Berlin?", WhichMeeting(terms=("berlin",))),
        ("Where did the Network meet in 2018?", WhichMeeting(years=(2018,))),
        ("Когда следующая встреча?", WhichMeeting(time=Time.NEXT)),
        ("下次会议什么时候？", WhichMeeting(time=Time.NEXT)),
    ],
)
def test_a_meeting_is_understood(text: str, asked: WhichMeeting) -> None:
    """The next and the last meeting, and those of a year or a place, are told apart."""
    assert read_question(text) == asked


def test_what_was_recommended_is_asked_of_the_store() -> None:
    """The word itself is no part of the subject."""
    assert read_question("What did we recommend on childcare?") == Passages(("childcar",), recommended=True)


@pytest.mark.parametrize("text", ["", "   ", "?!…", "🎉 :tada:", "@focal @somebody", "#general"])
def test_nothing_asked_is_seen(text: str) -> None:
    """Blanks, emoji and mentions alone are no question."""
    assert read_question(text) == Nothing()


@pytest.mark.parametrize("text", ["hi", "Bonjour !", "thank you very much", "你好"])
def test_a_greeting_is_seen(text: str) -> None:
    """A greeting is answered as one instead of being searched for."""
    assert read_question(text) == Nothing(greeting=True)


def test_a_text_too_long_for_a_question_is_seen() -> None:
    """Three thousand characters are not looked up."""
    assert read_question("a" * 3000) == TooLong(3000)
    assert isinstance(read_question("a" * LONGEST_QUESTION), Passages)


@given(st.text(max_size=1200))
def test_every_text_is_understood_as_something(text: str) -> None:
    """No text that anybody can type breaks the reading of questions."""
    assert read_question(text, text[: len(text) // 2], ("UT",)) is not None


def test_sureness_grows_with_what_is_covered() -> None:
    """More of the question in the first source never makes an answer less sure."""
    order = [Confidence.UNKNOWN, Confidence.PERHAPS, Confidence.FAIRLY, Confidence.SURE]

    steps = [order.index(sure(share / 100)) for share in range(101)]

    assert steps == sorted(steps)
    assert steps[0] == 0
    assert steps[-1] == 3


def test_the_best_sentence_holds_the_questions_words() -> None:
    """Of a long passage the sentence is shown that the question is about."""
    body = "Camps are planned. Mothers of young children may stay six months. Awards are given."

    assert best_sentence(body, ("mother", "month")) == "Mothers of young children may stay six months."
    assert best_sentence("", ("mother",)) == ""
