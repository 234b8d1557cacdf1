"""Who presides, and who the Troika is: derived from periods, never stored."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Presidency:
    """A period with one or two members in the chair; both days belong to it."""

    label: str
    starts_on: date
    ends_on: date
    members: tuple[str, ...]
    source: str = ""

    def holds(self, day: date) -> bool:
        """Tell whether `day` lies in the period."""
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True)
class Troika:
    """The former, current and next presidency as seen on one day; None where a year is not known."""

    former: Presidency | None
    current: Presidency | None
    next: Presidency | None

    @property
    def members(self) -> tuple[str, ...]:
        """Every member code in the Troika, in order, each once."""
        sides = (side for side in (self.former, self.current, self.next) if side)
        return tuple(dict.fromkeys(code for side in sides for code in side.members))


def presidency_on(presidencies: tuple[Presidency, ...], day: date) -> Presidency | None:
    """Return the presidency whose period holds `day`, or None if it is not known."""
    return next((p for p in presidencies if p.holds(day)), None)


def troika_on(presidencies: tuple[Presidency, ...], day: date) -> Troika:
    """Return the Troika on `day`.

    Former and next are those of the year before and after the period that holds the day. Where no period holds it, they
    are those of the calendar year before and after. A year that is not known stays unknown, however near another one
    is: a guessed chair would be given rights.
    Source: concept note of 21 September 2017, "Operational achievements and challenges".
    """
    current = presidency_on(presidencies, day)
    first = current.starts_on if current else date(day.year, 1, 1)
    last = current.ends_on if current else date(day.year, 12, 31)
    return Troika(
        former=presidency_on(presidencies, date.fromordinal(first.toordinal() - 1)),
        current=current,
        next=presidency_on(presidencies, date.fromordinal(last.toordinal() + 1)),
    )
