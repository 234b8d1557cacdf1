"""Who presides, and who the Troika is: derived from periods, never stored."""

from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


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
class Period:
    """A stretch of time, both days included, and who presides in it: None where that is not known."""

    starts_on: date
    ends_on: date
    presidency: Presidency | None

    @property
    def label(self) -> str:
        """What the period is called: as its presidency is, else its year, or its days where it is no whole year."""
        if self.presidency is not None:
            return self.presidency.label
        year = self.starts_on.year
        whole = (self.starts_on, self.ends_on) == (date(year, 1, 1), date(year, 12, 31))
        return str(year) if whole else f"{self.starts_on} – {self.ends_on}"


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

    Former and next are those of the days before and after the period that holds `day`. A year that is not known stays
    unknown, however near another one is: a guessed chair would be given rights.
    Source: concept note of 21 September 2017, "Operational achievements and challenges".
    """
    first, last = period_around(presidencies, day)
    return Troika(
        former=presidency_on(presidencies, first - ONE_DAY),
        current=presidency_on(presidencies, day),
        next=presidency_on(presidencies, last + ONE_DAY),
    )


def period_around(presidencies: tuple[Presidency, ...], day: date) -> tuple[date, date]:
    """Return the first and last day of the period that holds `day`.

    Where none is known it is what known periods leave of the calendar year around the day.
    """
    current = presidency_on(presidencies, day)
    if current is not None:
        return current.starts_on, current.ends_on
    before = [p.ends_on + ONE_DAY for p in presidencies if p.ends_on < day]
    after = [p.starts_on - ONE_DAY for p in presidencies if p.starts_on > day]
    return max([date(day.year, 1, 1), *before]), min([date(day.year, 12, 31), *after])


def hand_over_after(presidencies: tuple[Presidency, ...], day: date) -> date | None:
    """Return the day on which the presidency changes hands next, None if the one of `day` is not known."""
    current = presidency_on(presidencies, day)
    return current.ends_on + ONE_DAY if current else None


def timeline(presidencies: tuple[Presidency, ...], day: date) -> tuple[Period, ...]:
    """Return every period from the first one known to the one of `day` or the last one known, oldest first.

    What is not known between them has periods of its own, none longer than a calendar year.
    """
    if not presidencies:
        return ()
    first = min(p.starts_on for p in presidencies)
    end = max(day, *(p.ends_on for p in presidencies))
    found: list[Period] = []
    while first <= end:
        start, last = period_around(presidencies, first)
        found.append(Period(start, last, presidency_on(presidencies, first)))
        first = last + ONE_DAY
    return tuple(found)
