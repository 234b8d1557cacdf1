"""When the presidency changes hands, and from when on whoever takes it over is helped to prepare."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from bot.rules.presidency import ONE_DAY, Presidency, period_around, presidency_on


@dataclass(frozen=True)
class HandOver:
    """The day on which the presidency changes hands, from whom and to whom: None where that is not known."""

    day: date
    outgoing: Presidency | None
    incoming: Presidency | None

    @property
    def newcomers(self) -> tuple[str, ...]:
        """The members (codes) that take it over and do not hold it already."""
        staying = self.outgoing.members if self.outgoing else ()
        return tuple(code for code in (self.incoming.members if self.incoming else ()) if code not in staying)


def next_hand_over(known: tuple[Presidency, ...], today: date) -> HandOver:
    """Return the first change of hands after `today`; where nobody is known to preside it is the end of the year."""
    _, last = period_around(known, today)
    day = last + ONE_DAY
    return HandOver(day, presidency_on(known, today), presidency_on(known, day))


def hand_over_near(known: tuple[Presidency, ...], today: date) -> HandOver | None:
    """Return the change of hands that is no more than a month ahead of `today`, or None."""
    found = next_hand_over(known, today)
    return found if month_before(found.day) <= today else None


def month_before(day: date) -> date:
    """Return the same day of the month before, or its last day where it has no such day."""
    year, month = (day.year - 1, 12) if day.month == 1 else (day.year, day.month - 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))
