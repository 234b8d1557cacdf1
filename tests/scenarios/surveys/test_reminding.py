"""Reminding by hand and by stages, and saying that one cannot answer."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from tests.scenarios.surveys.cast import CLOSES, Cast, told
from workspace.driver import text_of
from workspace.person import Person


def reminders(person: Person) -> list[str]:
    """Return the reminders somebody was sent, oldest first."""
    return [text_of(each) for each in person.sees(person.dm) if "is open until" in text_of(each)]


STAGES = ("2026-03-10T09:00", "2026-03-13T17:00", "2026-03-16T09:00", "2026-03-17T09:00")
"""When somebody in UTC is reminded of a survey that closes on Monday 16 March at 18:00, and the day after."""


async def passes(cast: Cast, moments: Iterable[str] = STAGES) -> dict[str, list[str]]:
    """Let the heart beat at these moments (UTC) and just before them; return when each person was reminded."""
    reminded: dict[str, list[str]] = {name: [] for name in cast.bot.people}
    ends = [datetime.fromisoformat(f"{each}+00:00") for each in moments]
    for end in (moment for each in ends for moment in (each - timedelta(minutes=1), each)):
        counts = {name: len(reminders(person)) for name, person in cast.bot.people.items()}
        await cast.bot.at(end)
        for name, person in cast.bot.people.items():
            reminded[name] += [f"{end:%a %d %H:%M}"] * (len(reminders(person)) - counts[name])
    return reminded


async def test_stages_come_once_in_working_hours(cast: Cast, secretariat: Person) -> None:
    """A week, two days and a day before the close each is reminded once, at their own desk and before a weekend."""
    await cast.joins("Ana Example", "NA", tz="Africa/Windhoek")
    await cast.joins("Chie Mihon", "JP", tz="Asia/Tokyo")
    await cast.joins("Diego Muestra", "CL", tz="America/Santiago")
    await cast.starts(secretariat)

    expected = {
        "Ana Example": ["Tue 10 07:00", "Fri 13 15:00", "Mon 16 07:00"],
        "Chie Mihon": ["Tue 10 00:00", "Fri 13 08:00", "Mon 16 00:00"],
        "Diego Muestra": ["Mon 09 18:00", "Fri 13 20:00", "Mon 16 12:00"],
    }
    due = sorted(f"2026-03-{each[4:6]}T{each[7:]}" for moments in expected.values() for each in moments)
    around = ["2026-03-09T07:00", *due, "2026-03-16T16:00", "2026-03-17T09:00"]

    reminded = await passes(cast, sorted(around))

    # The close is Monday 16 March, 18:00 UTC; two days and a day before are a weekend.
    assert {name: reminded[name] for name in expected} == expected


async def test_no_stage_is_said_to_who_has_answered(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """A delegation that answers is left alone from then on, all its people."""
    aya = await cast.joins("Aya Example", "NA", "alternate")
    await cast.starts(secretariat)
    await passes(cast, STAGES[:1])
    await cast.replies(ana, "Quotas")

    await passes(cast, STAGES[1:])

    assert [len(reminders(each)) for each in (ana, aya, bo)] == [1, 1, 3]


async def test_a_stage_missed_is_not_made_up_for(cast: Cast, secretariat: Person, ana: Person) -> None:
    """A bot that was away for days says how much time is left, once."""
    await cast.starts(secretariat)
    await cast.bot.at(CLOSES - timedelta(days=4, hours=8))
    await cast.later(hours=1)

    assert len(reminders(ana)) == 1
    assert "*Days left: 4.*" in reminders(ana)[0]


async def test_a_short_survey_has_fewer_stages(cast: Cast, secretariat: Person, ana: Person) -> None:
    """A survey of three days does not remind of a week, nor within its first day."""
    await cast.starts(secretariat, day="2026-03-05")

    moments = await passes(cast, [f"2026-03-{day:02d}T09:00" for day in (3, 4, 5, 6)])

    assert moments["Ana Example"] == ["Wed 04 09:00", "Thu 05 09:00"]


async def test_a_reminder_by_hand_waits_for_working_hours(cast: Cast, secretariat: Person) -> None:
    """Whoever sleeps is reminded in the morning, unless their delegation has answered by then."""
    chie = await cast.joins("Chie Mihon", "JP", tz="Asia/Tokyo")
    kiri = await cast.joins("Kiri Tauira", "NZ", tz="Pacific/Auckland")
    await cast.starts(secretariat)
    await cast.types(secretariat, "/wps-survey remind 1")
    at_once = [len(reminders(each)) for each in (chie, kiri)]
    await cast.replies(kiri, "Quotas")

    await cast.later(hours=16)

    assert at_once == [0, 0]
    assert [len(reminders(each)) for each in (chie, kiri)] == [1, 0]


async def test_by_hand_and_by_stage_are_not_both_sent(cast: Cast, secretariat: Person, ana: Person) -> None:
    """Who was reminded by hand this morning is not reminded by the stage of the afternoon, nor later of that stage."""
    await cast.starts(secretariat)
    await cast.bot.at(CLOSES - timedelta(days=7, hours=4))
    await cast.types(secretariat, "/wps-survey remind 1")

    await passes(cast, ["2026-03-10T09:00", "2026-03-10T14:00", "2026-03-11T09:00", "2026-03-12T09:00"])

    assert len(reminders(ana)) == 1


async def test_a_reminder_speaks_its_reader_s_language(cast: Cast, secretariat: Person) -> None:
    """A reminder goes through the recipient's own translation."""
    ines = await cast.joins("Inès Exemple", "FR", locale="fr-FR")
    await cast.starts(secretariat)

    await cast.types(secretariat, "/wps-survey remind 1")

    translate = cast.bot.bot.focal.translate("fr-FR")
    assert translate("We cannot answer this one") in text_of(ines.sees(ines.dm)[-1])


# Saying that one cannot answer ---------------------------------------------------------------------------------------


async def test_who_cannot_answer_says_why(cast: Cast, secretariat: Person, ana: Person, bo: Person) -> None:
    """The button asks why, the Secretariat is told once, and the delegation is not reminded any more."""
    aya = await cast.joins("Aya Example", "NA", "alternate")
    await cast.starts(secretariat)
    await cast.types(secretariat, "/wps-survey remind 1")
    await ana.click(ana.sees(ana.dm)[-1], "We cannot answer this one")
    empty = await ana.submit({"reason": " "})
    await ana.submit({"reason": "Our focal point <@U1> has left."})
    await cast.bot.settle()
    await aya.click(aya.sees(aya.dm)[-1], "We cannot answer this one")
    await aya.submit({"reason": "Same here"})

    await passes(cast)

    heard = [text_of(each) for each in secretariat.sees(secretariat.dm)]
    assert empty == {"reason": "Say in a few words why."}
    assert len(heard) == 1
    assert "*Namibia* cannot answer survey 1" in heard[0]
    assert "> Our focal point &lt;@U1&gt; has left." in heard[0]
    assert "Your delegation has said so already." in text_of(aya.modal)
    assert [len(reminders(each)) for each in (ana, aya, bo)] == [1, 1, 4]


async def test_who_cannot_answer_is_known_to_those_who_lead(cast: Cast, secretariat: Person, ana: Person) -> None:
    """The results tell the Secretariat which delegations cannot answer, and nobody else."""
    await cast.starts(secretariat)
    await cast.types(secretariat, "/wps-survey remind 1")
    await ana.click(ana.sees(ana.dm)[-1], "We cannot answer this one")
    await ana.submit({"reason": "No mandate"})

    results = [await cast.types(each, "/wps-survey results 1") for each in (secretariat, ana)]

    assert ["Cannot answer: Namibia" in each for each in results] == [True, False]


async def test_whoever_could_not_may_still_answer(cast: Cast, secretariat: Person, ana: Person) -> None:
    """Having said that one cannot answer closes no door."""
    await cast.starts(secretariat)
    await cast.types(secretariat, "/wps-survey remind 1")
    await ana.click(ana.sees(ana.dm)[-1], "We cannot answer this one")
    await ana.submit({"reason": "Not yet"})

    await cast.replies(ana, "Now we can")

    assert await cast.recorded() == [(1, "NA", "Now we can")]


@pytest.mark.parametrize("closed", [True, False])
async def test_only_a_voice_of_an_open_survey_declines(
    cast: Cast, secretariat: Person, ana: Person, bo: Person, closed: bool
) -> None:
    """The button of a closed survey, or in the hands of somebody who speaks for nobody, is refused."""
    await cast.starts(secretariat)
    await cast.types(secretariat, "/wps-survey remind 1")
    stranger = await cast.joins("Una Known")
    if closed:
        await cast.types(secretariat, "/wps-survey close 1")
    button = ana.sees(ana.dm)[-1]

    await cast.does(
        (ana if closed else stranger).click(button if closed else stranger.handed(button), "survey_decline")
    )

    person = ana if closed else stranger
    words = "Survey 1 is closed." if closed else "You cannot answer a survey here."
    assert person.modal is None
    assert words in told(person, person.dm)[-1]


async def test_chatham_house_stops_reminding_without_telling(cast: Cast, secretariat: Person) -> None:
    """Under the Chatham House Rule anybody can have the reminders stopped, and neither that nor why is told."""
    people = [await cast.joins(f"Person {code}", code) for code in ("NA", "NO")]
    await cast.starts(secretariat, attribution="chatham")
    await cast.answers(people[1], "Quotas")
    await cast.types(secretariat, "/wps-survey remind 1")

    await cast.does(people[0].click(people[0].sees(people[0].dm)[-1], "Do not remind me again"))
    await passes(cast)

    assert "Nobody is told." in told(people[0], people[0].dm)[-1]
    assert secretariat.sees(secretariat.dm) == []
    assert [len(reminders(each)) for each in people] == [1, 4]
