"""Kinds of questions: how each is written down, what answers it takes, and what an answer reads like."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bot.rules.problems import BadInput

MAX_QUESTION = 1000
MAX_OPTIONS = 20
MAX_OPTION = 75
"""Characters of a choice: as many as Slack shows of an option."""
MAX_UNIT = 30
_KIND = re.compile(r"^(?P<text>.*?)\s*\[(?P<kind>[^\[\]]+)\]$", re.DOTALL)
_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,6})?")
_GROUPED = re.compile(r"[-+]?\d{1,3}\.\d{3}")
"""A mark before three digits: a fraction to some, thousands to others."""
_SCALE = re.compile(r"(\d{1,2})\s*[-–]\s*(\d{1,2})")


class Kind(StrEnum):
    """What a question takes for an answer."""

    OPEN = "open"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes/no"
    SCALE = "scale"
    NUMBER = "number"
    DATE = "date"
    MEMBER = "member"

    @property
    def is_closed(self) -> bool:
        """Tell whether answers can be counted; of these the delegation's latest counts."""
        return self is not Kind.OPEN


YES, NO = "yes", "no"


@dataclass(frozen=True)
class NewQuestion:
    """A question to be asked; `theme` is the group it stands in, empty for none.

    `options` are the choices, or every step of a scale; `unit` is what a number counts, for example `%`.
    """

    text: str
    kind: Kind = Kind.OPEN
    options: tuple[str, ...] = ()
    unit: str = ""
    theme: str = ""


def read_question(line: str, theme: str = "") -> NewQuestion:
    """Return the question that a line means, its kind in brackets at the end: `Is there a budget? [yes/no]`.

    The others are `[choice: A | B]`, `[choices: A | B]`, `[scale: 1-5]`, `[number: %]`, `[date]` and `[member]`;
    without one the question is open. Raises BadInput where a kind is named and what belongs to it is wrong.
    """
    found = _KIND.match(line.strip())
    name, _, rest = found["kind"].partition(":") if found else ("", "", "")
    word = name.strip().casefold()
    scale = _SCALE.search(name)
    if scale and word.startswith("scale"):
        word, rest = "scale", scale[0]
    reader = _READERS.get(word)
    if found is None or reader is None:
        return checked(NewQuestion(line.strip(), theme=theme))
    return checked(reader(NewQuestion(found["text"], Kind(word), theme=theme), rest.strip()))


def checked(question: NewQuestion) -> NewQuestion:
    """Return a question as it is; BadInput where it is empty, too long, or its choices cannot be shown."""
    if not 0 < len(question.text) <= MAX_QUESTION:
        raise BadInput("A question has 1 to {most} characters.", most=MAX_QUESTION)
    if question.kind in {Kind.CHOICE, Kind.CHOICES}:
        _check_options(question.options)
    if len(question.unit) > MAX_UNIT:
        raise BadInput("A unit has at most {most} characters.", most=MAX_UNIT)
    return question


def _check_options(options: Sequence[str]) -> None:
    if not 2 <= len(options) <= MAX_OPTIONS:
        raise BadInput("A question with choices has 2 to {most} of them.", most=MAX_OPTIONS)
    if any(not 0 < len(each) <= MAX_OPTION for each in options):
        raise BadInput("A choice has 1 to {most} characters.", most=MAX_OPTION)
    if len(set(options)) != len(options):
        raise BadInput("Two choices are the same.")


def options_in(text: str) -> tuple[str, ...]:
    """Return the choices that were typed, one to a line or with bars between them."""
    return tuple(each.strip() for each in re.split(r"[|\n]", text) if each.strip())


def steps(low: int, high: int) -> tuple[str, ...]:
    """Return the steps of a scale; BadInput unless it runs upwards, from 0 or 1, in at most eleven steps."""
    if low not in {0, 1} or not low < high <= 10:
        raise BadInput("A scale starts at 0 or 1 and ends at 10 or before.")
    return tuple(str(step) for step in range(low, high + 1))


def _with_options(question: NewQuestion, rest: str) -> NewQuestion:
    return NewQuestion(question.text, question.kind, options_in(rest), theme=question.theme)


def _with_steps(question: NewQuestion, rest: str) -> NewQuestion:
    found = _SCALE.fullmatch(rest or "1-5")
    if found is None:
        raise BadInput("A scale is written like [scale: 1-5].")
    return NewQuestion(question.text, Kind.SCALE, steps(int(found[1]), int(found[2])), theme=question.theme)


def _with_unit(question: NewQuestion, rest: str) -> NewQuestion:
    return NewQuestion(question.text, Kind.NUMBER, unit=rest, theme=question.theme)


def _plain(question: NewQuestion, _rest: str) -> NewQuestion:
    return question


_READERS: Mapping[str, Callable[[NewQuestion, str], NewQuestion]] = {
    Kind.CHOICE: _with_options,
    Kind.CHOICES: _with_options,
    Kind.YES_NO: _plain,
    Kind.SCALE: _with_steps,
    Kind.NUMBER: _with_unit,
    Kind.DATE: _plain,
    Kind.MEMBER: _plain,
}


def notation(question: NewQuestion) -> str:
    """Return the line that `read_question` understands as this question."""
    parts = {
        Kind.OPEN: "",
        Kind.CHOICE: f" [choice: {' | '.join(question.options)}]",
        Kind.CHOICES: f" [choices: {' | '.join(question.options)}]",
        Kind.SCALE: f" [scale: {question.options[0]}-{question.options[-1]}]" if question.options else "",
        Kind.NUMBER: f" [number: {question.unit}]" if question.unit else " [number]",
    }
    return question.text + parts.get(question.kind, f" [{question.kind}]")


def read_value(question: NewQuestion, given: str | Sequence[str]) -> str:
    """Return an answer to a closed question in the form in which it is stored and counted; BadInput if it is none.

    Choices are stored by their place from 0, several in order and with commas; a number as a plain decimal, a date as
    ISO 8601, a member by code (that it exists is for the caller to know).
    """
    reader = _VALUES[question.kind]
    return reader(question, [given] if isinstance(given, str) else list(given))


def _one_of(question: NewQuestion, given: list[str]) -> str:
    places = _places(question, given)
    if len(places) != 1:
        raise BadInput("Choose one of the choices.")
    return str(places[0])


def _some_of(question: NewQuestion, given: list[str]) -> str:
    places = _places(question, given)
    if not places:
        raise BadInput("Choose at least one of the choices.")
    return ",".join(str(place) for place in places)


def _places(question: NewQuestion, given: list[str]) -> list[int]:
    if any(not (each.isascii() and each.isdigit()) or int(each) >= len(question.options) for each in given):
        raise BadInput("This choice is not offered any more.", "Look at the question again.")
    return sorted({int(each) for each in given})


def _yes_or_no(_question: NewQuestion, given: list[str]) -> str:
    if given not in ([YES], [NO]):
        raise BadInput("Answer yes or no.")
    return given[0]


def _step(question: NewQuestion, given: list[str]) -> str:
    if len(given) != 1 or given[0] not in question.options:
        raise BadInput("Choose a number from {low} to {high}.", low=question.options[0], high=question.options[-1])
    return given[0]


def _number(_question: NewQuestion, given: list[str]) -> str:
    typed = re.sub(r"[\s%]", "", "".join(given)).replace(",", ".")
    if _GROUPED.fullmatch(typed):
        raise BadInput("This number can be read in two ways.", "Write 1200 without a mark, or 1.2 for a fraction.")
    if not _NUMBER.fullmatch(typed):
        raise BadInput("Write a number, for example 12 or 12.5.")
    return f"{Decimal(typed).normalize():f}"


def _date(_question: NewQuestion, given: list[str]) -> str:
    try:
        return date.fromisoformat("".join(given)).isoformat()
    except ValueError:
        raise BadInput("Choose a date.") from None


def _member(_question: NewQuestion, given: list[str]) -> str:
    if len(given) != 1 or not given[0]:
        raise BadInput("Choose a member.")
    return given[0]


_VALUES: Mapping[Kind, Callable[[NewQuestion, list[str]], str]] = {
    Kind.CHOICE: _one_of,
    Kind.CHOICES: _some_of,
    Kind.YES_NO: _yes_or_no,
    Kind.SCALE: _step,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.MEMBER: _member,
}


def labels_of(question: NewQuestion, value: str, members: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a stored value reads like, each choice for itself; `members` are names by code."""
    if question.kind in {Kind.CHOICE, Kind.CHOICES}:
        return tuple(question.options[int(place)] for place in value.split(","))
    if question.kind is Kind.YES_NO:
        return ("Yes" if value == YES else "No",)
    if question.kind is Kind.MEMBER:
        return (members.get(value, value),)
    return (f"{value} {question.unit}".strip(),)


def value_order(question: NewQuestion, value: str) -> tuple[Decimal, str]:
    """Return what stored values are sorted by: numbers by size, anything else as text."""
    return (Decimal(value) if question.kind is Kind.NUMBER and value else Decimal(), value)


def every_label(question: NewQuestion) -> tuple[str, ...]:
    """Return every label that an answer can have, in order; empty where they cannot be listed."""
    return ("Yes", "No") if question.kind is Kind.YES_NO else question.options
