"""Figures of a survey: what delegations answered, counted, and what of it may be shown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from bot.rules.attribution import FEWEST, Attribution
from bot.rules.questions import Kind, NewQuestion, every_label, labels_of

BINS = 5
MOST_BARS = 20
"""As many as a chart of Slack's takes."""


@dataclass(frozen=True)
class Tally:
    """How many delegations gave each answer, in order; None where a count would tell too much of a few.

    Numbers are counted in ranges of equal width, dates by month or year, and of members the most often named are told.
    `spread` holds the lowest, middle and highest of numbers, or just their mean under the Chatham House Rule.
    """

    delegations: int
    counts: Mapping[str, int | None]
    spread: tuple[Decimal, ...] = ()
    unit: str = ""


def tally(
    question: NewQuestion,
    values: Sequence[str],
    attribution: Attribution,
    members: Mapping[str, str],
    *,
    closed: bool,
) -> Tally | None:
    """Return the figures of one closed question, one stored value for each delegation; None where none may be shown.

    Under the Chatham House Rule there are none before the close nor of fewer than five delegations, and a count is left
    out where it, or what is left of the whole, stands for fewer than five.
    """
    hidden = attribution is Attribution.CHATHAM
    if not question.kind.is_closed or not values or (hidden and (not closed or len(values) < FEWEST)):
        return None
    if question.kind is Kind.NUMBER:
        return _of_numbers([Decimal(value) for value in values], question.unit, hidden=hidden)
    counts = _counted(question, values, members)
    if not hidden:
        return Tally(len(values), counts)
    withheld = _withheld_each(counts, len(values)) if question.kind is Kind.CHOICES else _withheld(counts)
    told = {label: count for label, count in withheld.items() if every_label(question) or count is not None}
    return Tally(len(values), told)


def _of_numbers(numbers: Sequence[Decimal], unit: str, *, hidden: bool) -> Tally:
    if hidden:
        # Ends and middle of numbers are what somebody said; a mean is what nobody need have said.
        return Tally(len(numbers), {}, (round(sum(numbers, Decimal()) / len(numbers), 1),), unit)
    spread = (min(numbers), Decimal(median(numbers)), max(numbers))
    return Tally(len(numbers), _in_ranges(numbers), spread, unit)


def _counted(question: NewQuestion, values: Sequence[str], members: Mapping[str, str]) -> dict[str, int]:
    if question.kind is Kind.DATE:
        return _in_months(values)
    found = Counter(label for value in values for label in labels_of(question, value, members))
    known = every_label(question) or sorted(found, key=lambda label: (-found[label], label))[:MOST_BARS]
    return {label: found[label] for label in known}


def _in_months(dates: Sequence[str]) -> dict[str, int]:
    months = Counter(day[:7] for day in dates)
    found = months if len(months) <= MOST_BARS else Counter(day[:4] for day in dates)
    return {label: found[label] for label in sorted(found)[-MOST_BARS:]}


def _in_ranges(numbers: Sequence[Decimal]) -> dict[str, int]:
    """Return how many numbers lie in each of a few ranges of equal width; the last one holds its upper end too."""
    lowest, highest = min(numbers), max(numbers)
    if lowest == highest:
        return {f"{lowest.normalize():f}": len(numbers)}
    width = (highest - lowest) / BINS
    found = Counter(min(int((number - lowest) / width), BINS - 1) for number in numbers)
    # As many digits as tell two neighbouring ends apart.
    digits = max(0, 1 - width.adjusted())
    ends = [f"{round(lowest + width * step, digits).normalize():f}" for step in range(BINS + 1)]
    return {f"{ends[step]} – {ends[step + 1]}": found[step] for step in range(BINS)}


def _withheld(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return counts that add up to the whole, without those of fewer than five.

    What is left out can be worked out from the whole, so more is left out until that too stands for five or more: the
    complementary suppression of official statistics.
    """
    small = {label for label, count in counts.items() if 0 < count < FEWEST}
    rest = sorted((label for label in counts if counts[label] >= FEWEST), key=lambda label: counts[label])
    while small and rest and (len(small) < 2 or sum(counts[label] for label in small) < FEWEST):
        small.add(rest.pop(0))
    return {label: None if label in small else count for label, count in counts.items()}


def _withheld_each(counts: Mapping[str, int], whole: int) -> dict[str, int | None]:
    """Return counts of which each stands for itself, without those that fewer than five made or did not make."""
    few = range(1, FEWEST)
    return {label: None if count in few or whole - count in few else count for label, count in counts.items()}
