"""Follow-up: what members report of what was adopted, period by period, and what has moved since the one before."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

COMMENT_LIMIT = 1000


class Progress(StrEnum):
    """How far a member has come with a record, in rising order."""

    NOT_BEGUN = "not begun"
    UNDER_WAY = "under way"
    DONE = "done"


_RANKS: dict[Progress | None, int] = {None: 0, Progress.NOT_BEGUN: 0, Progress.UNDER_WAY: 1, Progress.DONE: 2}


@dataclass(frozen=True)
class Report:
    """What a member (a code) says of record `number` in one period; None as long as it has said nothing.

    `by_name` is who reported it at `at`, `validated_by_name` which reviewer has checked it; moments are aware UTC.
    """

    id: int
    round_id: int
    number: int
    member: str
    progress: Progress | None = None
    comment: str = ""
    by_name: str = ""
    at: datetime | None = None
    validated_by_name: str = ""
    validated_at: datetime | None = None


@dataclass(frozen=True)
class Row:
    """How members stand with one record: how many with each answer or none, who moved ahead, and who fell back."""

    number: int
    counts: Mapping[Progress | None, int]
    ahead: tuple[str, ...]
    back: tuple[str, ...]


def period_of(day: date, months: int) -> str:
    """Return the period of so many months, counted from January, in which a day lies: `2026-01 – 2026-06`."""
    first = (day.month - 1) // months * months + 1
    last = min(first + months - 1, 12)
    return f"{day.year:04}-{first:02} – {day.year:04}-{last:02}"


def days_of(period: str) -> tuple[date, date]:
    """Return the first and the last day of a period."""
    first, last = (date.fromisoformat(f"{end}-01") for end in period.split(" – "))
    return first, last.replace(day=monthrange(last.year, last.month)[1])


def standings(now: Sequence[Report], before: Iterable[Report]) -> tuple[Row, ...]:
    """Return how members stand with every record that was asked about, beside the period before, by number."""
    earlier = {(each.number, each.member): each.progress for each in before}
    return tuple(
        _row(number, [each for each in now if each.number == number], earlier)
        for number in sorted({each.number for each in now})
    )


def _row(number: int, reports: Sequence[Report], earlier: Mapping[tuple[int, str], Progress | None]) -> Row:
    counts = {each: sum(report.progress is each for report in reports) for each in (*Progress, None)}
    # Who has said nothing this time has neither moved nor fallen back.
    steps = {
        each.member: _RANKS[each.progress] - _RANKS[earlier.get((number, each.member))]
        for each in reports
        if each.progress is not None
    }
    ahead = tuple(sorted(member for member, step in steps.items() if step > 0))
    return Row(number, counts, ahead, tuple(sorted(member for member, step in steps.items() if step < 0)))
