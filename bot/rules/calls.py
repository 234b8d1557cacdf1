"""A time for a call: slots in everybody's working hours or, where there is none, slots that share the burden.

A party is a delegation or the Secretariat; a call must suit every person of every party. What a party bears is how many
minutes before or after their working day the one of its people must join or stay for whom it is worst. Nobody is called
at night or on a day off, and over time nobody bears much more than the others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from bot.rules.reminders import wall_of
from bot.rules.workdays import WorkingTime

HORIZON = timedelta(days=14)
LEAD = timedelta(days=4)
"""How long before a call it must be proposed: three days to answer, and one to make room for it."""
STEP = timedelta(minutes=30)
DAWN, NIGHT = time(6), time(22)
"""Nobody is called before the one or after the other, on their own wall."""
MOST_SLOTS = 5
LENGTHS = (30, 45, 60, 90, 120)
"""Minutes that a call may take."""
DAY_MINUTES = 24 * 60


class Say(StrEnum):
    """What a party says of a slot."""

    YES = "yes"
    IF_NEED_BE = "if need be"
    NO = "no"


@dataclass(frozen=True)
class Clock:
    """One person's wall: its zone (IANA) and when they work."""

    zone: str
    works: WorkingTime


@dataclass(frozen=True)
class Party:
    """Who takes part with one answer: `key` is the code of a member, or that of the Secretariat."""

    key: str
    clocks: tuple[Clock, ...]


@dataclass(frozen=True)
class Slot:
    """A time for a call (aware UTC), and how many minutes each party bears; those that bear none are left out."""

    starts_at: datetime
    burdens: Mapping[str, int]

    @property
    def is_fair(self) -> bool:
        """Tell whether it lies in everybody's working hours."""
        return not self.burdens


def strain(clock: Clock, starts_at: datetime, minutes: int) -> int | None:
    """Return how many minutes a call lies outside somebody's working day; None at night and on a day off."""
    begins = wall_of(starts_at, clock.zone)
    ends = wall_of(starts_at + timedelta(minutes=minutes), clock.zone)
    same_day = begins.date() == ends.date()
    if not same_day or not clock.works.works_on(begins.date()) or begins.time() < DAWN or ends.time() > NIGHT:
        return None
    too_early = clock.works.start * 60 - _minute(begins)
    too_late = _minute(ends) - clock.works.end * 60
    return max(too_early, 0) + max(too_late, 0)


def _minute(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute


def slot_at(parties: Sequence[Party], starts_at: datetime, minutes: int) -> Slot | None:
    """Return a time with what each party bears, or None where it is somebody's night or day off."""
    burdens: dict[str, int] = {}
    for party in parties:
        strains = [strain(clock, starts_at, minutes) for clock in party.clocks]
        known = [each for each in strains if each is not None]
        if len(known) < len(strains):
            return None
        burdens[party.key] = max(known, default=0)
    return Slot(starts_at, {key: burden for key, burden in burdens.items() if burden})


def propose(parties: Sequence[Party], now: datetime, minutes: int, carried: Mapping[str, int]) -> tuple[Slot, ...]:
    """Return up to five times in the next two weeks, oldest first, on as many days as there are.

    All are fair if any is; else they are those that leave the worst off best off, counting what each has `carried`
    (minutes) in earlier calls. None is returned where every time is somebody's night or day off.
    """
    possible = [slot for slot in (slot_at(parties, at, minutes) for at in _starts(now)) if slot]
    fair = [slot for slot in possible if slot.is_fair]
    if fair:
        best = sorted(fair, key=lambda slot: (-_slack(parties, slot.starts_at, minutes), slot.starts_at))
    else:
        best = sorted(possible, key=lambda slot: (*_share(slot, parties, carried), slot.starts_at))
    return tuple(sorted(_spread(best), key=lambda slot: slot.starts_at))


def _starts(now: datetime) -> Iterator[datetime]:
    first = now + LEAD
    moment = first - timedelta(minutes=first.minute % 30, seconds=first.second, microseconds=first.microsecond) + STEP
    while moment <= now + HORIZON:
        yield moment
        moment += STEP


def _slack(parties: Sequence[Party], starts_at: datetime, minutes: int) -> int:
    """Return how far a fair time is from the ends of anybody's working day: the farther the more convenient."""
    found = DAY_MINUTES
    for clock in (clock for party in parties for clock in party.clocks):
        begins = _minute(wall_of(starts_at, clock.zone))
        found = min(found, begins - clock.works.start * 60, clock.works.end * 60 - begins - minutes)
    return found


def _share(slot: Slot, parties: Sequence[Party], carried: Mapping[str, int]) -> tuple[tuple[int, ...], int]:
    """Return what a time would leave each party with in all, the worst off first; the lesser is the fairer.

    To compare the worst off first, then the next, is leximin: nobody's burden grows while another's could instead.
    """
    totals = [carried.get(party.key, 0) + slot.burdens.get(party.key, 0) for party in parties]
    return tuple(sorted(totals, reverse=True)), sum(slot.burdens.values())


def _spread(ranked: Sequence[Slot]) -> list[Slot]:
    """Return up to five of `ranked`, the best of each day before a second one of any."""
    days: set[object] = set()
    firsts: list[Slot] = []
    rest: list[Slot] = []
    for slot in ranked:
        (rest if slot.starts_at.date() in days else firsts).append(slot)
        days.add(slot.starts_at.date())
    return [*firsts, *rest][:MOST_SLOTS]


@dataclass(frozen=True)
class Choice:
    """The best of several slots (by its place), who is against it and who has not said anything of it."""

    place: int
    against: tuple[str, ...]
    silent: tuple[str, ...]


def best(
    slots: Sequence[Slot],
    answers: Sequence[Mapping[str, Say]],
    parties: Sequence[Party],
    carried: Mapping[str, int],
) -> Choice:
    """Return the slot to book: fewest against, most for, then the fairest, then the first.

    `answers` holds for each slot what parties (by key) say of it.
    """

    def rank(place: int) -> tuple[object, ...]:
        said = list(answers[place].values())
        return said.count(Say.NO), -said.count(Say.YES), _share(slots[place], parties, carried), slots[place].starts_at

    place = min(range(len(slots)), key=rank)
    said = answers[place]
    against = tuple(each.key for each in parties if said.get(each.key) is Say.NO)
    return Choice(place, against, tuple(each.key for each in parties if each.key not in said))


def closes_at(slots: Sequence[Slot], now: datetime) -> datetime:
    """Return until when answers are awaited: three days, or half a day before the first slot if that is earlier."""
    return min(now + timedelta(hours=72), slots[0].starts_at - timedelta(hours=12))
