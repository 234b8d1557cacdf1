"""Duties with their state: listed, done, given a date, assigned, reminded of, put off, paused."""

from datetime import UTC, datetime
from typing import Any

from storage import audit, duties
from storage.profile import load_network
from tests.harness import Harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message

FOLLOW_UP = 1
"""The number of the profile's first duty, to monitor and follow up."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def listed(person: Person) -> Message:
    """Return the list of duties as this person sees it."""
    answer = await person.command("/wps-troika duties")
    assert isinstance(answer, Message)
    return answer


async def troika(bot: Harness) -> tuple[Person, Person]:
    """Return one person of each co-chair of 2025, who are in the Troika of 2026: in Tokyo and in Oslo."""
    kenji = await bot.person("Kenji Mori", "JP", tz="Asia/Tokyo")
    liv = await bot.person("Liv Berg", "NO", tz="Europe/Oslo")
    return kenji, liv


async def give(bot: Harness, person: Person, **values: Any) -> dict[str, str]:
    """Change the first duty on the list by its form; return the form's errors."""
    await person.click(await listed(person), "Change")
    await bot.settle()
    errors = await person.submit(values)
    await bot.settle()
    return errors


def reminders_of(person: Person) -> list[str]:
    return [text_of(each) for each in person.sees(person.dm) if "> Monitor and follow up" in text_of(each)]


async def test_every_duty_of_the_profile_is_listed_with_its_state(bot: Harness) -> None:
    """The list names whose each is and its rhythm; buttons are only for what the reader may do."""
    ana = await bot.person("Ana Costa", "UY")
    kenji, _liv = await troika(bot)

    for_ana, for_kenji = await listed(ana), await listed(kenji)

    titles = [each.title for each in load_network().duties]
    assert [title for title in titles[:6] if title in text_of(for_ana)] == titles[:6]
    assert "*Identify the topics for the meetings of the Network* – the Troika, before each meeting" in text_of(for_ana)
    assert "Done" not in text_of(for_ana)
    assert text_of(for_kenji).count("\nDone") == sum(each.who == "troika" for each in load_network().duties[:6])


async def test_a_duty_is_reminded_of_and_done_by_one_for_all(bot: Harness) -> None:
    """Each of the Troika is told in the morning; when one has done it the other's DM says so, and the list too."""
    kenji, liv = await troika(bot)
    errors = await give(bot, kenji, day="2026-03-03", repeat="monthly")
    await bot.at(utc("2026-03-03 08:00"))
    told = (len(reminders_of(kenji)), len(reminders_of(liv)))

    await liv.click(liv.sees(liv.dm)[-1], "Done")
    await bot.settle()
    shown = text_of(await listed(kenji))

    assert errors == {}
    assert told == (1, 1)
    assert reminders_of(kenji)[0].startswith(":white_check_mark: *Done* by Liv Berg – Tuesday 3 March 2026, 17:00")
    assert reminders_of(liv)[0].startswith(":white_check_mark: *Done* – Tuesday 3 March 2026, 09:00")
    assert "the Troika, monthly, on the date · due 3 April 2026 · last done 3 March 2026 by Liv Berg" in shown


async def test_what_is_done_before_the_west_wakes_is_not_asked_of_it(bot: Harness) -> None:
    """Done in Tokyo's morning, the duty does not come to Oslo hours later, but to both in the next month."""
    kenji, liv = await troika(bot)
    await give(bot, kenji, day="2026-03-10", repeat="monthly")
    await bot.at(utc("2026-03-10 00:00"))
    await kenji.click(kenji.sees(kenji.dm)[-1], "Done")
    await bot.settle()

    await bot.at(utc("2026-03-10 12:00"))
    quiet = len(reminders_of(liv))
    await bot.at(utc("2026-04-10 00:00"))
    await bot.at(utc("2026-04-10 07:00"))

    assert (quiet, len(reminders_of(liv)), len(reminders_of(kenji))) == (0, 1, 2)


async def test_a_duty_that_nobody_does_is_overdue(bot: Harness) -> None:
    """The day after it was due, the list says since when it is overdue."""
    kenji, _liv = await troika(bot)
    await give(bot, kenji, day="2026-03-03", repeat="once")

    await bot.at(utc("2026-03-03 12:00"))
    due = text_of(await listed(kenji))
    await bot.at(utc("2026-03-04 12:00"))
    late = text_of(await listed(kenji))

    assert "· *due* 3 March 2026" in due
    assert "· *overdue* since 3 March 2026" in late


async def test_a_duty_can_be_assigned_and_put_off(bot: Harness) -> None:
    """Only the one it is assigned to is reminded; until when they put it off is seen on the list."""
    kenji, liv = await troika(bot)
    await give(bot, kenji, day="2026-03-03", repeat="once", assigned=liv.id)
    await bot.at(utc("2026-03-03 08:00"))

    await liv.click(liv.sees(liv.dm)[-1], "Tomorrow")
    await bot.settle()
    shown = text_of(await listed(kenji))
    await bot.at(utc("2026-03-04 08:00"))

    assert "the Troika (Liv Berg), once · due 3 March 2026, put off until Wednesday 4 March 2026, 17:00" in shown
    assert (reminders_of(kenji), len(reminders_of(liv))) == ([], 2)


async def test_a_paused_duty_is_silent(bot: Harness) -> None:
    """Nobody is reminded of a paused duty, and the list says that it is paused."""
    kenji, liv = await troika(bot)
    await give(bot, kenji, day="2026-03-03", repeat="once", paused="paused")

    await bot.at(utc("2026-03-03 12:00"))

    assert "*paused*" in text_of(await listed(kenji))
    assert reminders_of(liv) == []


async def test_moving_a_duty_takes_back_what_is_not_sent(bot: Harness) -> None:
    """When a duty gets another day, nothing comes on the old one, wherever it was not sent yet."""
    kenji, liv = await troika(bot)
    await give(bot, kenji, day="2026-03-03", repeat="once")
    await bot.at(utc("2026-03-03 00:00"))
    await give(bot, kenji, day="2026-03-05", repeat="once")

    await bot.at(utc("2026-03-03 12:00"))
    quiet = len(reminders_of(liv))
    await bot.at(utc("2026-03-05 00:00"))
    await bot.at(utc("2026-03-05 08:00"))

    assert (quiet, len(reminders_of(liv)), len(reminders_of(kenji))) == (0, 1, 2)


async def test_a_duty_without_a_date_is_marked_done_on_the_list(bot: Harness) -> None:
    """Who did it last, and when, is kept in the list and in the log; an old button does not do it twice."""
    kenji, liv = await troika(bot)
    shown, other = await listed(kenji), await listed(liv)

    await kenji.click(shown, "Done")
    await bot.settle()
    await liv.click(other, "Done")
    await bot.settle()

    assert "Done: Monitor and follow up on the Network's duties" in text_of(shown)
    assert "· last done 2 March 2026 by Kenji Mori" in text_of(shown)
    assert "CHANGED" in text_of(liv.sees(liv.dm)[-1])
    async with bot.bot.focal.db.read() as conn:
        entries = await audit.of_subject(conn, f"duty {FOLLOW_UP}")
    assert [(entry.actor, entry.deed) for entry in entries] == [(kenji.id, "do")]


async def test_only_whose_it_is_can_do_or_change_it(bot: Harness) -> None:
    """Somebody outside the Troika who is handed the buttons can use neither."""
    ana = await bot.person("Ana Costa", "UY")
    kenji, _liv = await troika(bot)
    shown = await listed(kenji)

    for button in ("duty_done", "duty_change"):
        await ana.click(ana.handed(shown), button)
        await bot.settle()

        assert "NOT-ALLOWED" in text_of(ana.sees(ana.dm)[-1])


async def test_a_date_that_is_missing_or_over_is_said_beside_it(bot: Harness) -> None:
    """A rhythm with dates needs the next one, and one that has not passed."""
    kenji, _liv = await troika(bot)

    assert await give(bot, kenji, repeat="weekly") == {"day": "Choose the day on which it is due next."}
    await kenji.close()
    assert await give(bot, kenji, repeat="weekly", day="2026-03-01") == {"day": "This day has passed."}


async def test_two_who_change_a_duty_at_once_do_not_overwrite_each_other(bot: Harness) -> None:
    """The second to save is told that it has changed since, and the first one's words stay."""
    kenji, liv = await troika(bot)
    for person in (kenji, liv):
        await person.click(await listed(person), "duty_change")
        await bot.settle()
    await kenji.submit({"title": "Follow up"})

    await liv.submit({"title": "Something else"})

    assert "CHANGED" in text_of(liv.modal)
    async with bot.bot.focal.db.read() as conn:
        assert (await duties.duty(conn, FOLLOW_UP)).title == "Follow up"
