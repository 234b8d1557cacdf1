"""Reminders from the form to the DM: looked over, saved, sent at everybody's own hour, done, put off, and never lost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.clock import Clock
from storage import reminders
from storage.presidencies import set_presidency
from tests.harness import MANIFEST, Harness, joined
from workspace.driver import Workspace, text_of
from workspace.person import Person
from workspace.state import Message, View

CONGO = "This may be Democratic Republic of the Congo (CD), Congo (CG). Write the one you mean, or its code."
HOW = "Write it like: next Monday 9am, in 3 working days, two weeks before Berlin, or 2026-03-05 09:00."
ATLANTIS = "I know no meeting called “atlantis”. See /wps-meeting list, and write it like: meeting 3."
HOURLY = "“FREQ” cannot stand in a rule. Write it like FREQ=MONTHLY;BYDAY=2TU (RFC 5545, whole days only)."
FORM: Mapping[str, Any] = {"text": "Choose the topics", "group": "troika", "day": "2026-03-03", "time": "09:00"}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def troika(bot: Harness) -> tuple[Person, Person]:
    """Return one person of each co-chair of 2025, who are in the Troika of 2026: in Tokyo and in Oslo."""
    kenji = await bot.person("Kenji Mori", "JP", tz="Asia/Tokyo")
    liv = await bot.person("Liv Berg", "NO", tz="Europe/Oslo")
    return kenji, liv


async def fill_in(bot: Harness, who: Person, **values: Any) -> dict[str, str]:
    """Fill in the open form and look it over; what it asks for goes by the group and the repetition."""
    for choice in ("group", "repeat"):
        if choice in values:
            assert who.modal is not None
            await who.click(who.modal, choice, option=values.pop(choice))
            await bot.settle()
    return await who.submit(values)


async def remind(bot: Harness, who: Person, **values: Any) -> Message | View | None:
    """Fill in the form, look it over and save it; return what the modal shows in the end."""
    await who.command("/wps-troika remind")
    assert await fill_in(bot, who, **{**FORM, **values}) == {}
    assert await who.submit() == {}
    await bot.settle()
    return who.modal


def said_to(person: Person) -> list[str]:
    return [text_of(each) for each in person.sees(person.dm)]


def reminded(person: Person) -> list[Message]:
    return [each for each in person.sees(person.dm) if "*Reminder*" in text_of(each)]


async def scheduled(bot: Harness) -> list[reminders.Reminder]:
    async with bot.bot.focal.db.read() as conn:
        return list(await reminders.all_reminders(conn))


async def test_a_reminder_is_said_in_full_before_and_after_it_is_saved(bot: Harness) -> None:
    """The look before names text, people, moment and zone, nothing is saved yet; then it is, and is said again."""
    kenji, _liv = await troika(bot)
    await kenji.command("/wps-troika remind Call the next chair")
    await kenji.submit({"group": "troika", "day": "2026-03-07", "time": "20:00", "repeat": "weekly"})
    look, saved_before = text_of(kenji.modal), await scheduled(bot)

    await kenji.submit()

    assert "> Call the next chair" in look
    assert "the Troika, as it is on the day (today: Kenji Mori, Liv Berg)" in look
    assert "Saturday 7 March 2026, 20:00 on each recipient's own clock; yours is in Asia/Tokyo" in look
    assert "outside working hours (9:00 to 18:00 on working days), so it comes Monday 9 March 2026, 09:00" in look
    assert "weekly; the next ones: 7 March 2026; 14 March 2026; 21 March 2026" in look
    assert saved_before == []
    assert "Reminder 1 is saved." in text_of(kenji.modal)
    assert "Saturday 7 March 2026, 20:00" in text_of(kenji.modal)
    assert [each.text for each in await scheduled(bot)] == ["Call the next chair"]


async def test_a_day_off_of_one_recipient_is_said_before_it_is_saved(bot: Harness) -> None:
    """On Easter Monday it comes to Tokyo at once and to Oslo the day after, as the look before said."""
    kenji, liv = await troika(bot)
    await remind(bot, kenji, day="2026-04-06")
    said = text_of(kenji.modal)
    heard = []

    for day in (6, 7):
        await bot.at(datetime(2026, 4, day, 8, 0, tzinfo=UTC))
        heard.append((len(reminded(kenji)), len(reminded(liv))))

    assert "For Liv Berg that is out of hours (9:00 to 18:00 on their working days)" in said
    assert "so it comes Tuesday 7 April 2026, 09:00" in said
    assert heard == [(1, 0), (1, 1)]


async def test_going_back_keeps_what_was_typed(bot: Harness) -> None:
    """“Change it” returns to the form with everything in it."""
    kenji, liv = await troika(bot)
    await kenji.command("/wps-troika remind")
    await fill_in(bot, kenji, **{**FORM, "group": "people", "people": [liv.id], "exact": "yes"})
    assert kenji.modal is not None

    await kenji.click(kenji.modal, "Change it")
    await bot.settle()
    await kenji.submit({"time": "10:30"})

    assert "Tuesday 3 March 2026, 10:30 (Asia/Tokyo, UTC+9), for everybody at that very moment" in text_of(kenji.modal)
    assert "*To:* Liv Berg" in text_of(kenji.modal)


async def test_everybody_gets_it_at_their_own_nine_o_clock(bot: Harness) -> None:
    """Tokyo is told at 9:00 there and Oslo at 9:00 there, each once, in a DM that says from whom and when."""
    kenji, liv = await troika(bot)
    await remind(bot, kenji)

    await bot.at(utc("2026-03-02 23:59"))
    early = len(reminded(kenji))
    await bot.at(utc("2026-03-03 00:00"))
    tokyo = (len(reminded(kenji)), len(reminded(liv)))
    await bot.at(utc("2026-03-03 08:00"))
    await bot.at(utc("2026-03-03 12:00"))

    assert (early, tokyo) == (0, (1, 0))
    assert (len(reminded(kenji)), len(reminded(liv))) == (1, 1)
    assert "For the Troika, from Kenji Mori; due Tuesday 3 March 2026, 09:00 (Europe/Oslo, UTC+1)." in said_to(liv)[-1]


def together(bot: Harness, *people: Person) -> list[Message]:
    """Return what stands in the group message of these people with Focal."""
    place = bot.slack.team.group([bot.slack.bot.id, *(each.id for each in people)])
    return bot.slack.team.shared(place.id)


async def test_the_troika_is_reminded_together(bot: Harness) -> None:
    """One group message holds both of them, at its maker's hour; the first to press Done has done it for both."""
    kenji, liv = await troika(bot)
    await remind(bot, kenji, group="troika together")
    await bot.at(utc("2026-03-03 00:00"))
    shown = together(bot, kenji, liv)
    before = [text_of(each) for each in shown]

    await liv.click(shown[0], "Done")
    await bot.settle()

    said = "For the Troika, in one group message, from Kenji Mori; due Tuesday 3 March 2026, 09:00 (Asia/Tokyo, UTC+9)."
    assert len(before) == 1
    assert said in before[0]
    assert "*Done* by Liv Berg" in text_of(together(bot, kenji, liv)[0])
    assert (reminded(kenji), reminded(liv)) == ([], [])


async def test_a_troika_too_large_for_a_group_message_is_reminded_one_by_one(bot: Harness) -> None:
    """Slack puts eight people into a group message: a ninth means that each gets a message of their own."""
    kenji, _liv = await troika(bot)
    others = [await bot.person(f"Kari No{n}", "NO", tz="Europe/Oslo") for n in range(7)]
    await remind(bot, kenji, group="troika together")

    await bot.at(utc("2026-03-03 08:00"))

    assert [len(reminded(each)) for each in (kenji, *others)] == [1] * 8


async def test_done_ends_it(bot: Harness) -> None:
    """After Done the DM says so and has no buttons; a second click is told that it is done."""
    kenji, _liv = await troika(bot)
    await remind(bot, kenji)
    await bot.at(utc("2026-03-03 00:00"))
    message = reminded(kenji)[0]
    stale = replace(message)

    await kenji.click(message, "Done")
    await bot.settle()
    after = text_of(message)
    await kenji.click(stale, "Done")
    await bot.settle()

    assert after == ":white_check_mark: *Done* – Tuesday 3 March 2026, 09:00 (Asia/Tokyo, UTC+9)\n> Choose the topics"
    assert "This reminder is done already." in said_to(kenji)[-1]


@pytest.mark.parametrize(
    ("choice", "until", "moment"),
    [
        ("In an hour", "Friday 6 March 2026, 10:00", "2026-03-06 01:00"),
        ("Tomorrow", "Saturday 7 March 2026, 09:00", "2026-03-07 00:00"),
        ("Next working day", "Monday 9 March 2026, 09:00", "2026-03-09 00:00"),
    ],
)
async def test_snoozing_brings_it_back(bot: Harness, choice: str, until: str, moment: str) -> None:
    """What is put off says until when, on the recipient's clock, and comes again then, once."""
    kenji, _liv = await troika(bot)
    await remind(bot, kenji, day="2026-03-06")
    await bot.at(utc("2026-03-06 00:00"))
    first = reminded(kenji)[0]
    stale = replace(first)

    await kenji.click(first, choice)
    await bot.settle()
    await kenji.click(stale, choice)
    await bot.settle()
    refused = said_to(kenji)[-1]
    await bot.at(utc(moment))
    await bot.at(utc("2026-03-10 00:00"))

    assert f"*Put off* – I will remind you again {until} (Asia/Tokyo, UTC+9)." in text_of(first)
    assert "This reminder is put off already." in refused
    assert len(reminded(kenji)) == 1
    assert len(said_to(kenji)) == 3


async def test_what_is_put_off_can_still_be_done(bot: Harness) -> None:
    """Done on a message that was put off ends it: nothing comes again."""
    kenji, _liv = await troika(bot)
    await remind(bot, kenji)
    await bot.at(utc("2026-03-03 00:00"))
    message = reminded(kenji)[0]
    await kenji.click(message, "Tomorrow")
    await bot.settle()

    await kenji.click(message, "Done")
    await bot.settle()
    await bot.at(utc("2026-03-05 00:00"))

    assert text_of(message).startswith(":white_check_mark: *Done*")
    assert reminded(kenji) == []


async def test_somebody_else_s_reminder_cannot_be_answered(bot: Harness) -> None:
    """A button that carries another person's reminder is refused, and the reminder stays open."""
    kenji, liv = await troika(bot)
    await remind(bot, kenji)
    await bot.at(utc("2026-03-03 08:00"))
    taken = liv.handed(reminded(kenji)[0])

    await liv.click(taken, "Done")
    await bot.settle()

    assert "This reminder is somebody else's." in said_to(liv)[-1]
    assert len(reminded(kenji)) == 1


async def test_what_comes_by_itself_is_in_the_recipient_s_own_language_and_zone(bot: Harness) -> None:
    """Nobody's DM speaks the language or the hour of whoever wrote it."""
    kenji, _liv = await troika(bot)
    lucia = await bot.person("Lucia Vega", "ES", tz="Europe/Madrid", locale="es-ES")
    await remind(bot, kenji, group="people", people=[lucia.id])

    await bot.at(utc("2026-03-03 08:00"))

    assert "martes 3 de marzo de 2026, 09:00 (Europe/Madrid, UTC+1)" in said_to(lucia)[-1]


async def test_somebody_whom_focal_never_met_is_reached_in_their_own_zone(bot: Harness) -> None:
    """Slack is asked for the zone of a person who was only ever chosen in the form."""
    kenji, _liv = await troika(bot)
    stranger = bot.slack.add_user("Sam Okoro", email="sam@example.org", tz="Africa/Lagos")
    await remind(bot, kenji, group="people", people=[stranger.id])

    await bot.at(utc("2026-03-03 07:59"))
    early = said_to(stranger)
    await bot.at(utc("2026-03-03 08:00"))

    assert early == []
    assert len(reminded(stranger)) == 1


async def test_a_restart_loses_nothing_and_repeats_nothing(seeded_template: Path, tmp_path: Path, clock: Clock) -> None:
    """A reminder that was saved before the bot stopped comes after it has started again, once."""
    path = tmp_path / "focal.db"
    path.write_bytes(seeded_template.read_bytes())
    async with Workspace.serve(MANIFEST, now=clock.now) as slack:
        async with joined(slack, f"sqlite:///{path}", clock) as before:
            kenji, _liv = await troika(before)
            await remind(before, kenji, repeat="daily")
            await before.at(utc("2026-03-03 00:00"))
        async with joined(slack, f"sqlite:///{path}", clock) as again:
            await again.at(utc("2026-03-03 00:05"))
            once = len(reminded(kenji))
            clock.jump(utc("2026-03-04 00:00"))
        async with joined(slack, f"sqlite:///{path}", clock) as third:
            await third.at(utc("2026-03-04 00:01"))
            await third.at(utc("2026-03-04 00:02"))

    assert once == 1
    assert len(reminded(kenji)) == 2


async def test_reminders_can_be_paused_resumed_and_deleted(bot: Harness) -> None:
    """Each button of the list does what it says, in place, and what is paused or deleted is not sent."""
    kenji, _liv = await troika(bot)
    await remind(bot, kenji, repeat="daily")
    shown = await kenji.command("/wps-troika reminders")
    assert isinstance(shown, Message)

    await kenji.click(shown, "Pause")
    await bot.settle()
    paused = text_of(shown)
    await bot.at(utc("2026-03-03 12:00"))
    silent = len(reminded(kenji))
    await kenji.click(shown, "Resume")
    await bot.settle()
    await bot.at(utc("2026-03-04 00:00"))
    spoken = len(reminded(kenji))
    await kenji.click(shown, "Delete")
    await bot.settle()
    await bot.at(utc("2026-03-06 00:00"))

    assert "Reminder 1 is paused." in paused
    assert "*paused*" in paused
    assert (silent, spoken, len(reminded(kenji))) == (0, 1, 1)
    assert "No reminders are scheduled." in text_of(shown)


async def test_the_list_has_pages(bot: Harness) -> None:
    """Five reminders stand on a page, and the buttons lead to the others and back."""
    kenji, _liv = await troika(bot)
    for number in range(1, 8):
        await remind(bot, kenji, text=f"Number {number}")
    shown = await kenji.command("/wps-troika reminders")
    assert isinstance(shown, Message)
    first = text_of(shown)

    await kenji.click(shown, "Later")
    await bot.settle()
    second = text_of(shown)
    await kenji.click(shown, "Earlier")
    await bot.settle()

    assert "1 to 5 of 7" in first
    assert "Number 7" not in first
    assert "6 to 7 of 7" in second
    assert "Number 7" in second
    assert text_of(shown) == first


async def test_a_reminder_that_reached_nobody_is_told_to_its_maker_once(bot: Harness) -> None:
    """When the presidency is not known and its day is over everywhere, whoever scheduled it hears so."""
    kenji, _liv = await troika(bot)
    await remind(bot, kenji, group="presidency")

    for moment in ("2026-03-03 12:00", "2026-03-03 21:00", "2026-03-04 21:00"):
        await bot.at(utc(moment))

    told = [text for text in said_to(kenji) if "reached nobody" in text]
    assert len(told) == 1
    assert "Reminder 1 reached nobody: the presidency had nobody whom I can write to" in told[0]


async def test_standing_reminders_follow_the_hand_over(bot: Harness) -> None:
    """A daily reminder to the presidency goes to the old one until the eve and to the new one from the day on."""
    ana = await bot.person("Ana Costa", "UY")
    efua = await bot.person("Efua Addo", "KE")
    async with bot.bot.focal.db.begin() as conn:
        await set_presidency(conn, "2026", date(2026, 1, 1), date(2026, 3, 4), ["UY"])
        await set_presidency(conn, "2027", date(2026, 3, 5), date(2027, 3, 4), ["KE"])
    await remind(bot, ana, group="presidency", repeat="daily")
    heard = []

    for day in (3, 4, 5, 6):
        await bot.at(datetime(2026, 3, day, 9, 0, tzinfo=UTC))
        heard.append(tuple(sum("> Choose the topics" in text for text in said_to(each)) for each in (ana, efua)))

    assert heard == [(1, 0), (2, 0), (2, 1), (2, 2)]


@pytest.mark.parametrize(
    ("wrong", "block", "words"),
    [
        ({"day": "2026-03-01"}, "day", "This moment has passed."),
        ({"group": "delegation", "member": "Congo"}, "member", CONGO),
        ({"group": "delegation", "member": "Wakanda"}, "member", "Write the name of one member, or its ISO code."),
        ({"words": "soonish"}, "words", f"I do not understand “soonish” as a time. {HOW}"),
        ({"words": "two weeks before Atlantis"}, "words", ATLANTIS),
        ({"repeat": "by a rule", "rule": "FREQ=HOURLY"}, "rule", HOURLY),
        ({"group": "people", "people": ["U0NOBODY"]}, "people", "Slack does not know one of these people."),
        ({"text": "   "}, "text", "Say what to remind of."),
    ],
)
async def test_a_form_that_is_wrong_stays_open_and_says_where(
    bot: Harness, wrong: dict[str, Any], block: str, words: str
) -> None:
    """Each fault is said beside its field, and nothing is saved."""
    kenji, _liv = await troika(bot)
    await kenji.command("/wps-troika remind")

    errors = await fill_in(bot, kenji, **{**FORM, **wrong})

    assert errors == {block: words}
    assert await scheduled(bot) == []


async def test_only_those_who_may_schedule_do(bot: Harness) -> None:
    """A focal point outside the Troika can neither open the form nor see the list, nor save a form they once had."""
    ana = await bot.person("Ana Costa", "UY")
    async with bot.bot.focal.db.begin() as conn:
        await set_presidency(conn, "2026", date(2026, 1, 1), date(2026, 12, 31), ["UY"])
    await ana.command("/wps-troika remind")
    await ana.submit(FORM)
    async with bot.bot.focal.db.begin() as conn:
        await set_presidency(conn, "2026", date(2026, 1, 1), date(2026, 12, 31), ["GH"])

    await ana.submit()
    late = text_of(ana.modal)
    answers = [await ana.command(f"/wps-troika {word}") for word in ("remind", "reminders")]

    assert "NOT-ALLOWED" in late
    assert all(isinstance(each, Message) and "NOT-ALLOWED" in text_of(each) for each in answers)
    assert await scheduled(bot) == []


async def test_what_was_typed_pings_nobody(bot: Harness) -> None:
    """Mentions and links in a reminder's text arrive as the words that they are."""
    kenji, liv = await troika(bot)
    text = "<!channel> <@U0FOCAL> <https://evil.example|safe> & *bold*"
    await remind(bot, kenji, text=text)

    await bot.at(utc("2026-03-03 08:00"))

    assert "&lt;!channel&gt; &lt;@U0FOCAL&gt; &lt;https://evil.example|safe&gt; &amp;" in reminded(liv)[0].text


async def test_saving_twice_saves_once(bot: Harness) -> None:
    """A form that is submitted a second time is told that it is saved already."""
    kenji, _liv = await troika(bot)
    await kenji.command("/wps-troika remind")
    await kenji.submit(FORM)
    assert kenji.modal is not None
    look = replace(kenji.modal)
    await kenji.submit()

    bot.slack.team.modals[kenji.id] = [look]
    await kenji.submit()

    assert "ALREADY-DONE" in text_of(kenji.modal)
    assert len(await scheduled(bot)) == 1


async def test_a_text_that_is_too_long_is_refused(bot: Harness) -> None:
    """3,000 characters after the command are too many for a reminder, and that is said."""
    kenji, _liv = await troika(bot)

    answer = await kenji.command("/wps-troika remind " + "x" * 3000)

    assert isinstance(answer, Message)
    assert "The text is longer than 2000 characters." in text_of(answer)


async def test_the_longest_text_fits_everywhere(bot: Harness) -> None:
    """2,000 characters that need escaping go through form, look, list and DM within Slack's limits."""
    kenji, liv = await troika(bot)
    await remind(bot, kenji, text="&" * 2000, group="people", people=[liv.id])

    await bot.at(utc("2026-03-03 08:00"))
    shown = await kenji.command("/wps-troika reminders")

    assert len(reminded(liv)) == 1
    assert isinstance(shown, Message)


async def pair(bot: Harness) -> tuple[Person, Person]:
    """Return Japan's focal point and alternate, both in Tokyo; only the focal point is in people's mind at first."""
    kenji = await bot.person("Kenji Mori", "JP", tz="Asia/Tokyo")
    yuki = await bot.person("Yuki Sato", "JP", "alternate", tz="Asia/Tokyo")
    return kenji, yuki


async def maker(bot: Harness) -> Person:
    """Return somebody of the Secretariat in Tokyo, who schedules for others."""
    return await bot.member_of_secretariat(tz="Asia/Tokyo")


async def test_a_time_in_words_is_said_back_in_full(bot: Harness) -> None:
    """“next Monday 9am” in words counts before the pickers, is shown as a date with its zone, and is what is saved."""
    kenji, _liv = await troika(bot)
    await kenji.command("/wps-troika remind Call")
    await fill_in(bot, kenji, **{**FORM, "words": "lundi prochain à 14h30", "day": "2026-05-01"})
    look = text_of(kenji.modal)
    await kenji.submit()

    assert "Monday 9 March 2026, 14:30 on each recipient's own clock; yours is in Asia/Tokyo" in look
    assert [each.schedule.start for each in await scheduled(bot)] == [datetime.fromisoformat("2026-03-09 14:30")]


async def test_an_hour_is_an_hour_from_the_look_and_not_from_the_save(bot: Harness) -> None:
    """What was shown is what is saved, however long somebody thinks about it."""
    kenji, _liv = await troika(bot)
    await kenji.command("/wps-troika remind Call")
    await fill_in(bot, kenji, **{**FORM, "words": "in an hour", "exact": "yes"})
    await bot.at(utc("2026-03-02 10:40"))
    await kenji.submit()

    await bot.at(utc("2026-03-02 11:00"))

    assert len(reminded(kenji)) == 1


async def test_a_reminder_can_be_changed_for_what_is_not_sent(bot: Harness) -> None:
    """After a change Tokyo, which was told, keeps what it has; Oslo gets the new words at the new time, once."""
    kenji, liv = await troika(bot)
    await remind(bot, kenji)
    await bot.at(utc("2026-03-03 00:00"))
    shown = await kenji.command("/wps-troika reminders")
    assert isinstance(shown, Message)
    await kenji.click(shown, "Change")
    await bot.settle()
    form = text_of(kenji.modal)

    await fill_in(bot, kenji, text="Choose two topics", time="10:00")
    await kenji.submit()
    await bot.at(utc("2026-03-03 08:30"))
    early = len(reminded(liv))
    await bot.at(utc("2026-03-03 09:00"))

    assert "Choose the topics" in form
    assert "Reminder 1 is saved." in text_of(kenji.modal)
    assert early == 0
    assert [text_of(each).splitlines()[1] for each in reminded(liv)] == ["> Choose two topics"]
    assert "> Choose the topics" in text_of(reminded(kenji)[0])


async def test_two_who_change_a_reminder_do_not_overwrite_each_other(bot: Harness) -> None:
    """The second to save is told that it has changed since."""
    kenji, liv = await troika(bot)
    await remind(bot, kenji)
    for person in (kenji, liv):
        shown = await person.command("/wps-troika reminders")
        assert isinstance(shown, Message)
        await person.click(shown, "Change")
        await bot.settle()
        await fill_in(bot, person, text=f"By {person.user.real_name}")
    await kenji.submit()

    await liv.submit()

    assert "CHANGED" in text_of(liv.modal)
    assert [each.text for each in await scheduled(bot)] == ["By Kenji Mori"]


async def test_a_delegation_is_reminded_by_its_name(bot: Harness) -> None:
    """A delegation named in any language is told, and nobody else."""
    kenji, liv = await troika(bot)
    await remind(bot, kenji, group="delegation", member="Норвегия")

    await bot.at(utc("2026-03-03 08:00"))

    assert (len(reminded(kenji)), len(reminded(liv))) == (0, 1)
    assert "For the delegation of Norway, from Kenji Mori" in said_to(liv)[-1]


async def test_a_channel_is_reminded_at_the_maker_s_hour_and_done_by_any_member(bot: Harness) -> None:
    """It comes once, on the maker's clock; a member's Done is seen by all, a stranger's is refused."""
    kenji, liv = await troika(bot)
    robin = await bot.person("Robin New")
    channel = bot.slack.add_channel("wps", [kenji, liv, robin])
    await remind(bot, kenji, group="channel", channel=channel.id)
    await bot.at(utc("2026-03-03 00:00"))
    posted = bot.slack.messages(channel)[-1]
    words = text_of(posted)

    await robin.click(posted, "Done")
    await bot.settle()
    still = text_of(posted)
    await liv.click(posted, "Done")
    await bot.settle()

    assert "due Tuesday 3 March 2026, 09:00 (Asia/Tokyo, UTC+9)" in words
    assert "In an hour" not in words
    assert still == words
    assert text_of(posted).startswith(":white_check_mark: *Done* by Liv Berg – Tuesday 3 March 2026, 09:00 (Asia/Tokyo")


async def test_a_channel_without_focal_is_refused(bot: Harness) -> None:
    """A channel that the app is not in cannot be chosen."""
    kenji, _liv = await troika(bot)
    channel = bot.slack.add_channel("elsewhere", [kenji], bot=False)
    await kenji.command("/wps-troika remind")

    errors = await fill_in(bot, kenji, **{**FORM, "group": "channel", "channel": channel.id})

    assert errors == {"channel": "Focal is not in this channel. Invite it first: /invite @focal"}


async def test_a_recurrence_by_a_rule_is_shown_with_its_next_days(bot: Harness) -> None:
    """An RFC 5545 rule is said back with the days that come of it."""
    kenji, _liv = await troika(bot)
    await kenji.command("/wps-troika remind")

    await fill_in(bot, kenji, **{**FORM, "repeat": "by a rule", "rule": "freq=monthly;byday=2tu,4tu"})

    assert "by a rule `FREQ=MONTHLY;BYDAY=2TU,4TU`; the next ones: 10 March 2026; 24 March 2026; 14 April 2026" in (
        text_of(kenji.modal)
    )


async def test_a_reminder_is_put_off_until_a_date(bot: Harness) -> None:
    """The chosen day and time count on the recipient's clock; one that has passed is refused beside the field."""
    sec, (kenji, _yuki) = await maker(bot), await pair(bot)
    await remind(bot, sec, group="people", people=[kenji.id])
    await bot.at(utc("2026-03-03 00:00"))
    message = reminded(kenji)[0]
    await kenji.click(message, "On a date …")
    await bot.settle()

    errors = await kenji.submit({"day": "2026-03-03", "time": "08:00"})
    accepted = await kenji.submit({"day": "2026-03-10", "time": "16:00"})
    await bot.settle()
    await bot.at(utc("2026-03-10 06:59"))
    early = len(reminded(kenji))
    await bot.at(utc("2026-03-10 07:00"))

    assert (errors, accepted) == ({"day": "Choose a day and time to come."}, {})
    assert "I will remind you again Tuesday 10 March 2026, 16:00 (Asia/Tokyo, UTC+9)." in text_of(message)
    assert (early, len(reminded(kenji))) == (0, 1)


async def test_a_reminder_is_handed_to_another_of_the_delegation(bot: Harness) -> None:
    """The other is told from whom it comes, and the first one's message says where it went; the form names no others."""
    sec, (kenji, yuki) = await maker(bot), await pair(bot)
    await bot.person("Liv Berg", "NO")
    await remind(bot, sec, group="people", people=[kenji.id])
    await bot.at(utc("2026-03-03 00:00"))
    message = reminded(kenji)[0]
    await kenji.click(message, "Hand on …")
    await bot.settle()
    assert kenji.modal is not None
    offered = [o["text"]["text"] for b in kenji.modal.blocks if b["type"] == "input" for o in b["element"]["options"]]

    await kenji.submit({"to": yuki.id})
    await bot.settle()
    await bot.at(utc("2026-03-03 00:01"))

    assert offered == ["Yuki Sato"]
    assert ":arrow_right: *Handed on* to Yuki Sato." in text_of(message)
    assert [text for text in said_to(yuki) if "Kenji Mori has handed this on to you." in text] == said_to(yuki)
    assert len(reminded(yuki)) == 1


async def test_what_is_not_ours_is_told_to_its_maker(bot: Harness) -> None:
    """The maker hears who says so, the message has no buttons left, and a second click is told so."""
    sec, (kenji, _yuki) = await maker(bot), await pair(bot)
    await remind(bot, sec, group="people", people=[kenji.id])
    await bot.at(utc("2026-03-03 00:00"))
    message = reminded(kenji)[0]
    stale = replace(message)

    await kenji.click(message, "Not ours")
    await bot.settle()
    await kenji.click(stale, "Not ours")
    await bot.settle()

    assert text_of(message).startswith(":no_entry_sign: *Not ours*")
    assert "You have said already that this is not yours." in said_to(kenji)[-1]
    assert "Kenji Mori (Japan) says that reminder 1 is not theirs:" in said_to(sec)[-1]


async def test_what_nobody_answers_goes_to_the_alternate_and_then_to_the_secretariat(bot: Harness) -> None:
    """Two working days later the alternate gets it, two more later the Secretariat hears of it, each once."""
    sec, (kenji, yuki) = await maker(bot), await pair(bot)
    await remind(bot, sec, group="people", people=[kenji.id])
    await bot.at(utc("2026-03-03 00:00"))
    heard = []

    for moment in ("2026-03-04 23:59", "2026-03-05 00:01", "2026-03-06 00:01", "2026-03-09 00:01", "2026-03-20 00:01"):
        await bot.at(utc(moment))
        told = [text for text in said_to(sec) if "Nobody has answered reminder 1" in text]
        heard.append((len(reminded(kenji)), len(reminded(yuki)), len(told)))

    assert heard == [(1, 0, 0), (1, 1, 0), (1, 1, 0), (1, 1, 1), (1, 1, 1)]
    assert "Kenji Mori has not answered it yet, so it comes to you as well." in text_of(reminded(yuki)[0])
    assert "It went to: Kenji Mori, Yuki Sato (Japan)." in str(said_to(sec))


async def test_nobody_is_asked_in_reserve_for_what_was_deleted(bot: Harness) -> None:
    """Once a reminder is deleted, neither the alternate nor the Secretariat hears of what nobody has answered."""
    sec, (kenji, yuki) = await maker(bot), await pair(bot)
    await remind(bot, sec, group="people", people=[kenji.id])
    await bot.at(utc("2026-03-03 00:00"))

    async with bot.bot.focal.db.begin() as conn:
        await reminders.delete(conn, 1)
    for moment in ("2026-03-05 00:01", "2026-03-09 00:01"):
        await bot.at(utc(moment))

    assert (len(reminded(kenji)), len(reminded(yuki))) == (1, 0)
    assert not any("Nobody has answered" in text for text in said_to(sec))


async def test_the_secretariat_is_told_in_its_own_working_hours(bot: Harness) -> None:
    """What the Japanese have not answered by Tuesday morning is told to New York when work begins there, once."""
    sec = await bot.member_of_secretariat(tz="America/New_York")
    kenji = await bot.person("Kenji Mori", "JP", tz="Asia/Tokyo")
    await remind(bot, sec, group="people", people=[kenji.id])
    told = []

    for moment in ("03 00:00", "05 00:01", "05 13:59", "05 14:00", "06 15:00"):
        await bot.at(utc(f"2026-03-{moment}"))
        told.append(len([text for text in said_to(sec) if "Nobody has answered reminder 1" in text]))

    assert told == [0, 0, 0, 1, 1]


async def test_an_answer_ends_the_escalation_for_both(bot: Harness) -> None:
    """When the alternate has done it, the focal point's message says so, and the Secretariat hears nothing."""
    sec, (kenji, yuki) = await maker(bot), await pair(bot)
    await remind(bot, sec, group="people", people=[kenji.id])
    await bot.at(utc("2026-03-03 00:00"))
    await bot.at(utc("2026-03-05 00:01"))

    await yuki.click(reminded(yuki)[0], "Done")
    await bot.settle()
    await bot.at(utc("2026-03-20 00:01"))

    assert ":white_check_mark: *Done* by Yuki Sato" in said_to(kenji)[-1]
    assert not any("Nobody has answered" in text for text in said_to(sec))


async def test_one_voice_answers_for_a_delegation(bot: Harness) -> None:
    """Where both of a delegation were told and one has done it, the other's silence troubles nobody."""
    sec, (kenji, yuki) = await maker(bot), await pair(bot)
    await remind(bot, sec, group="delegation", member="Japan")
    await bot.at(utc("2026-03-03 00:00"))

    await kenji.click(reminded(kenji)[0], "Done")
    await bot.settle()
    await bot.at(utc("2026-03-05 00:01"))
    await bot.at(utc("2026-03-20 00:01"))

    assert len(reminded(yuki)) == 1
    assert not any("Nobody has answered" in text for text in said_to(sec))
