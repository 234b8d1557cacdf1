"""Whose working days are when: the network's hours, with the weekend and the public holidays of each one's country."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Protocol

import holidays
from babel.core import get_global

from bot.rules.profile import WorkingHours


class WorkingTime(Protocol):
    """When somebody may be written to: from the hour `start` until the hour `end`, on the days that they work on."""

    @property
    def start(self) -> int:
        """The hour of the day at which work begins."""

    @property
    def end(self) -> int:
        """The hour of the day at which it ends."""

    def works_on(self, day: date) -> bool:
        """Tell whether `day`, on their own wall, is a working day."""


@dataclass(frozen=True)
class LocalHours:
    """The network's working hours as they are kept in one country (ISO 3166-1 alpha-2)."""

    hours: WorkingHours
    country: str

    @property
    def start(self) -> int:
        """The hour of the day at which work begins."""
        return self.hours.start

    @property
    def end(self) -> int:
        """The hour of the day at which it ends."""
        return self.hours.end

    def works_on(self, day: date) -> bool:
        """Tell whether `day` is neither of the country's weekend nor a public holiday of all of it.

        Source: the holidays library, by the law of the day; days that follow the moon are its estimates. Where the law
        knows one day of rest alone, offices keep to the network's weekdays as well.
        """
        known = _calendar(self.country)
        return not _is_off(self.country, day) and (len(known.weekend) > 1 or self.hours.works_on(day))


@cache
def hours_for(hours: WorkingHours, member: str | None, zone: str) -> WorkingTime:
    """Return the working time of somebody who stands for `member` (code, or None) and whose clock is that of `zone`.

    Who stands for no State, as people of regional organisations and the Secretariat, keeps to the country of the clock.
    """
    country = member if member in _countries() else _territories().get(zone)
    return LocalHours(hours, country) if hours.local and country in _countries() and country else hours


@cache
def _countries() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=False))


def _territories() -> Mapping[str, str]:
    # CLDR, as Babel carries it: an IANA zone belongs to one country.
    found: Mapping[str, str] = get_global("zone_territories")
    return found


@lru_cache(maxsize=10_000)
def _is_off(country: str, day: date) -> bool:
    known = _calendar(country)
    return known.is_weekend(day) or day in known


@cache
def _calendar(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country)
