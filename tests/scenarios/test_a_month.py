"""A month of the demo's clock: every reminder at the right hour of the right day, wherever somebody is."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from bot.clock import Clock
from bot.demo import SECRETARIAT, invite, meet
from storage.presidencies import set_presidency
from tests.conftest import START
from tests.harness import MANIFEST, Harness, joined
from workspace.driver import Workspace, text_of
from workspace.person import Person

END = datetime(2026, 4, 2, 14, tzinfo=UTC)
EXACT = datetime(2026, 3, 11, 2, tzinfo=UTC)
"""22:00 of the day before in New York, where it was set."""
TROIKA = {
    "Haruka Minazuki": "JP",
    "Sota Kirishima": "JP",
    "Ingrid Solbakken Vik": "NO",
    "Rania Al-Masri Haddadin": "JO",
    "Delphine Marchetti-Stone": "US",
    "Valentina Etcheberry Sosa": "UY",
}
"""The people of the Troika in this month, with the countries by whose calendars they work."""

Month = tuple[Harness, dict[str, Person]]


@pytest.fixture
async def month(seeded_url: str, clock: Clock) -> AsyncIterator[Month]:
    """Return the demo's people with Jordan in the chair, the United States and Uruguay next, Japan and Norway before."""
    async with Workspace.serve(MANIFEST, now=clock.now) as slack:
        cast = invite(slack)
        async with joined(slack, seeded_url, clock, secretariat=(cast[SECRETARIAT].id,)) as bot:
            await meet(bot.bot, cast, clock)
            async with bot.bot.focal.db.begin() as conn:
                await set_presidency(conn, "2026", date(2026, 1, 1), date(2026, 12, 31), ["JO"])
                await set_presidency(conn, "2027", date(2027, 1, 1), date(2027, 12, 31), ["US", "UY"])
            yield bot, cast


async def schedule(bot: Harness, person: Person, text: str, **values: str) -> None:
    await person.command(f"/wps-troika remind {text}")
    assert await person.submit({"group": "troika", **values}) == {}
    assert await person.submit() == {}
    await bot.settle()


def arrived(person: Person, text: str) -> list[datetime]:
    """Return on whose own clock (naive) each reminder with this text came."""
    zone = ZoneInfo(person.user.tz)
    found = [each for each in person.sees(person.dm) if each.bot_id and f"> {text}" in text_of(each)]
    return [datetime.fromtimestamp(float(each.ts), zone).replace(tzinfo=None, microsecond=0) for each in found]


def working_days(country: str, first: date) -> Iterator[date]:
    """Yield the working days of a country from `first` on, as the library of its holidays has them."""
    known = holidays.country_holidays(country)
    while True:
        if not known.is_weekend(first) and first not in known:
            yield first
        first += timedelta(days=1)


def mornings(person: Person, country: str, first: date) -> Iterator[datetime]:
    """Yield nine o'clock of each working day until the month is over."""
    end = END.astimezone(ZoneInfo(person.user.tz)).replace(tzinfo=None)
    for day in working_days(country, first):
        morning = datetime.combine(day, time(9))
        if morning > end:
            return
        yield morning


def nines(cast: dict[str, Person]) -> list[datetime]:
    """Return every moment of the month at which it is nine where somebody of the Troika is, and the exact one's."""
    days = [START.date() + timedelta(days=n) for n in range((END - START).days + 1)]
    zones = {ZoneInfo(cast[name].user.tz) for name in TROIKA}
    found = {datetime.combine(day, time(9), zone).astimezone(UTC) for day in days for zone in zones}
    return sorted(moment for moment in {*found, EXACT} if START < moment <= END)


async def test_a_month_passes_and_everybody_is_reminded_at_their_own_hour(month: Month) -> None:
    """Over three changes of clocks, weekends of two kinds and holidays of three countries nobody is woken or forgotten.

    What comes daily comes at nine on each working day; what Friday evening brings comes when work begins again; what is
    exact comes to all in one second.
    """
    bot, cast = month
    secretariat = cast[SECRETARIAT]
    await schedule(bot, secretariat, "every day", day="2026-03-03", time="09:00", repeat="daily")
    await schedule(bot, secretariat, "on Fridays", day="2026-03-06", time="18:30", repeat="weekly")
    await schedule(bot, secretariat, "at once", day="2026-03-10", time="22:00", exact="yes")

    for moment in nines(cast):
        await bot.at(moment)

    fridays = [date(2026, 3, 6) + timedelta(days=7 * n) for n in range(4)]
    for name, country in TROIKA.items():
        person = cast[name]
        after = [next(working_days(country, friday + timedelta(days=1))) for friday in fridays]
        assert arrived(person, "every day") == list(mornings(person, country, date(2026, 3, 3)))
        assert arrived(person, "on Fridays") == [datetime.combine(day, time(9)) for day in dict.fromkeys(after)]
        exact = EXACT.astimezone(ZoneInfo(person.user.tz)).replace(tzinfo=None)
        assert arrived(person, "at once") == [exact]
    assert sum(len(list(arrived(cast[name], "every day"))) for name in TROIKA) > 100
