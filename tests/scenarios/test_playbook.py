"""The playbook of a meeting: dated duties that move when it moves, with their state on its card."""

from tests.harness import Harness
from tests.scenarios.test_meetings import BERLIN, card, changed, utc
from workspace.driver import text_of
from workspace.person import Person

OCTOBER = BERLIN | {"starts_on": "2026-10-05", "ends_on": "2026-10-07"}


async def planned(bot: Harness, person: Person) -> str:
    """Plan the meeting for October; return what its planner reads then."""
    await person.command("/wps-meeting new")
    assert await person.submit(OCTOBER) == {}
    await bot.settle()
    return text_of(person.modal)


def reminders_of(person: Person) -> list[str]:
    return [text_of(each) for each in person.sees(person.dm) if "> " in text_of(each)]


async def test_a_planned_meeting_has_its_playbook(bot: Harness) -> None:
    """The profile's steps stand on the card with their days, counted from the meeting's first or last day."""
    sec = await bot.member_of_secretariat()

    saved = await planned(bot, sec)
    shown = text_of(await card(sec))

    assert "Duties laid out by its playbook: 8" in saved
    assert "• Call for topics (the Troika): 7 June 2026" in shown
    assert "• Forward the recommendations and the communiqué (the Secretariat): 4 November 2026" in shown


async def test_a_step_is_reminded_of_and_done_from_the_card(bot: Harness) -> None:
    """The Troika is told on the day; who marks it done on the card is named there, and in the others' messages."""
    sec = await bot.member_of_secretariat()
    liv, kenji = await bot.person("Liv Berg", "NO", tz="Europe/Oslo"), await bot.person("Kenji Mori", "JP")
    await planned(bot, sec)
    await bot.at(utc("2026-06-08 12:00"))
    told = reminders_of(liv)
    due = text_of(await card(liv))

    await liv.click(await card(liv), "meeting_step_done", option="Call for topics – Sixth capital-level meeting")
    await bot.settle()

    assert "> Call for topics – Sixth capital-level meeting" in told[-1]
    assert "• Call for topics (the Troika): *due* 7 June 2026" in due
    assert ":white_check_mark: done 8 June 2026 by Liv Berg" in text_of(liv.sees(liv.dm)[-1])
    assert ":white_check_mark: *Done* by Liv Berg" in reminders_of(kenji)[-1]


async def test_steps_move_with_the_meeting(bot: Harness) -> None:
    """A week later is a week later for every open step, and the reminders come on the new days."""
    sec, liv = await bot.member_of_secretariat(), await bot.person("Liv Berg", "NO", tz="Europe/Oslo")
    await planned(bot, sec)

    await changed(bot, sec, starts_on="2026-10-12", ends_on="2026-10-14")
    saved = text_of(sec.modal)
    await bot.at(utc("2026-06-08 12:00"))
    early = reminders_of(liv)
    await bot.at(utc("2026-06-15 12:00"))

    assert "Duties that move with it: 8" in saved
    assert "• Call for topics (the Troika): *due* 14 June 2026" in text_of(await card(sec))
    assert (len(early), len(reminders_of(liv))) == (0, 1)


async def test_reminders_counted_from_the_meeting_move_too(bot: Harness) -> None:
    """A reminder for two weeks before Berlin comes two weeks before its new days."""
    sec, liv = await bot.member_of_secretariat(), await bot.person("Liv Berg", "NO", tz="Europe/Oslo")
    await planned(bot, sec)
    await liv.command("/wps-troika remind")
    await liv.submit({"text": "Book the hall", "group": "troika", "words": "two weeks before Berlin at 9am"})
    await liv.submit()
    await bot.settle()

    await changed(bot, sec, starts_on="2026-10-12", ends_on="2026-10-14")
    saved = text_of(sec.modal)
    listed = text_of(await liv.command("/wps-troika reminders"))

    assert "Reminders that move with it: 1" in saved
    assert "28 September 2026" in listed


async def test_a_cancelled_meeting_reminds_nobody(bot: Harness) -> None:
    """While it is off its steps wait and nobody hears of them; once it takes place after all they do again."""
    sec, liv = await bot.member_of_secretariat(), await bot.person("Liv Berg", "NO", tz="Europe/Oslo")
    await planned(bot, sec)
    await changed(bot, sec, state="cancelled")
    off = text_of(sec.modal)

    await bot.at(utc("2026-06-08 12:00"))
    quiet = len(reminders_of(liv))
    shown = text_of(await card(liv))
    await changed(bot, sec, state="on")
    await changed(bot, sec, starts_on="2026-10-12", ends_on="2026-10-14")
    await bot.at(utc("2026-06-15 12:00"))

    assert "Duties that wait with it: 8" in off
    assert "• Call for topics (the Troika): paused" in shown
    assert (quiet, len(reminders_of(liv))) == (0, 1)


async def test_a_step_given_another_day_keeps_it_relative_to_the_meeting(bot: Harness) -> None:
    """Who gives a step another day means so many days before the meeting: it moves by as many days."""
    sec = await bot.member_of_secretariat()
    liv = await bot.person("Liv Berg", "NO")
    await planned(bot, sec)
    page = await liv.command("/wps-troika duties")
    while "Call for topics" not in text_of(page):
        await liv.click(page, "Later")
        await bot.settle()
        page = liv.sees(liv.dm)[-1]
    await liv.click(page, "Change: Call for topics – Sixth capital-level meeting")
    errors = await liv.submit({"day": "2026-06-05"})
    await bot.settle()

    await changed(bot, sec, starts_on="2026-10-12", ends_on="2026-10-14")

    assert errors == {}
    assert "• Call for topics (the Troika): 12 June 2026" in text_of(await card(sec))


async def test_the_list_of_duties_has_what_is_to_be_done(bot: Harness) -> None:
    """Steps of meetings stand among the duties while they are open, and are gone once they are done."""
    sec = await bot.member_of_secretariat()
    await planned(bot, sec)

    before = text_of(await sec.command("/wps-troika"))
    await sec.click(await card(sec), "meeting_step_done", option="Open registration – Sixth capital-level meeting")
    await bot.settle()
    after = text_of(await sec.command("/wps-troika"))

    assert "Open registration – Sixth capital-level meeting" in before
    assert "Open registration – Sixth capital-level meeting" not in after
