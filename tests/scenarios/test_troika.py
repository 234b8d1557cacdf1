"""The Troika as people meet it: who is in it, its history, and a presidency that is set."""

from datetime import UTC, datetime

import pytest

from storage import audit, presidencies
from tests.harness import Harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message


async def said(person: Person, text: str) -> Message:
    """Type a command and return the message it is answered with."""
    answer = await person.command(text)
    assert isinstance(answer, Message)
    return answer


def newest(person: Person) -> str:
    return text_of(person.sees(person.dm)[-1])


async def log_of(bot: Harness, subject: str) -> tuple[audit.Entry, ...]:
    async with bot.bot.focal.db.read() as conn:
        return await audit.of_subject(conn, subject)


async def chairs(bot: Harness) -> dict[str, tuple[str, ...]]:
    async with bot.bot.focal.db.read() as conn:
        return {each.label: each.members for each in await presidencies.all_presidencies(conn)}


async def test_unknown_years_are_said_to_be_unknown(bot: Harness) -> None:
    """In 2026 the former co-chairs are named, and the current and next presidency are not guessed."""
    ana = await bot.person("Ana Costa", "UY")

    shown = text_of(await said(ana, "/wps-troika"))

    assert "• Former presidency: *Japan* and *Norway* (co-chairs) (1 January 2025 – 31 December 2025)" in shown
    assert "• Current presidency: *not known* (from 1 January 2026)" in shown
    assert "• Next presidency: *not known* (from 1 January 2027)" in shown
    assert "Hand-over: not known" in shown


async def test_duties_and_what_is_due_stand_below(bot: Harness) -> None:
    """The profile's duties are listed; what is scheduled is shown to the Troika and not to others."""
    ana = await bot.person("Ana Costa", "UY")
    kenji = await bot.person("Kenji Mori", "JP")

    to_ana = text_of(await said(ana, "/wps-troika"))
    to_kenji = text_of(await said(kenji, "/wps-troika"))

    assert "*Identify the topics for the meetings of the Network* – the Troika, before each meeting" in to_ana
    assert "Nothing is due for you." in to_ana
    assert "*Scheduled*" not in to_ana
    assert "*Scheduled*\nNo reminders are scheduled." in to_kenji


async def test_names_and_dates_are_in_the_reader_s_language(bot: Harness) -> None:
    """A Spanish reader sees members and dates in Spanish."""
    lucia = await bot.person("Lucia Vega", "ES", locale="es-ES")

    shown = text_of(await said(lucia, "/wps-troika"))

    assert "*Japón*" in shown
    assert "31 de diciembre de 2025" in shown


async def test_history_names_every_year_and_its_source(bot: Harness) -> None:
    """Known years come with members and source, the years between them as not known, the newest first."""
    ana = await bot.person("Ana Costa", "UY")

    shown = text_of(await said(ana, "/wps-troika history"))

    lines = [line for line in shown.splitlines() if line.startswith("•")]
    assert lines[:3] == [
        "• 2026: *not known*",
        "• 2025: *Japan* and *Norway* (co-chairs) – source: Japanese foreign ministry, 2025",
        "• 2024: *not known*",
    ]
    assert lines[-1] == "• 2017: *Spain* – source: Concept note, 21 September 2017"
    assert len(lines) == 10


async def test_a_presidency_is_previewed_and_then_set(bot: Harness) -> None:
    """The preview says who gains what; nothing changes before its button; then rights follow and the log has it."""
    sec = await bot.member_of_secretariat()
    ana = await bot.person("Ana Costa", "UY")
    refused = text_of(await said(ana, "/wps-troika reminders"))

    preview = await said(sec, "/wps-troika set 2026 Уругвай, Kanada")
    words = text_of(preview)
    before = await chairs(bot)
    await sec.click(preview, "Set it")
    await bot.settle()
    allowed = text_of(await said(ana, "/wps-troika reminders"))

    assert "NOT-ALLOWED" in refused
    assert (
        "• *Uruguay* *gains* the rights of the presidency from 2 March 2026 until 31 December 2026 – Ana Costa" in words
    )
    assert "• *Canada* *gains* the rights of the Troika from 2 March 2026 until 31 December 2027" in words
    assert "2026" not in before
    assert (await chairs(bot))["2026"] == ("UY", "CA")
    assert allowed.startswith("No reminders are scheduled.")
    assert [(entry.actor, entry.deed, entry.details["after"]) for entry in await log_of(bot, "presidency 2026")] == [
        (sec.id, "set presidency", ["UY", "CA"])
    ]


async def test_a_second_click_changes_nothing(bot: Harness) -> None:
    """Whoever presses the button twice is told that it is so already, and the log has one line."""
    sec = await bot.member_of_secretariat()
    preview = await said(sec, "/wps-troika set 2026 Uruguay")
    stale = Message(**preview.__dict__)

    await sec.click(preview, "Set it")
    await bot.settle()
    await sec.click(stale, "Set it")
    await bot.settle()

    assert "ALREADY-DONE" in newest(sec)
    assert len(await log_of(bot, "presidency 2026")) == 1


async def test_a_preview_that_is_out_of_date_is_refused(bot: Harness) -> None:
    """When somebody else has set another year since, the old preview changes nothing."""
    sec = await bot.member_of_secretariat()
    old = await said(sec, "/wps-troika set 2026 Uruguay")
    new = await said(sec, "/wps-troika set 2027 Ghana")
    await sec.click(new, "Set it")
    await bot.settle()

    await sec.click(old, "Set it")
    await bot.settle()

    assert "CHANGED" in newest(sec)
    assert "2026" not in await chairs(bot)


async def test_a_button_is_no_proof_of_the_right(bot: Harness) -> None:
    """Somebody who is not of the Secretariat cannot use its button, whatever it carries."""
    sec = await bot.member_of_secretariat()
    kenji = await bot.person("Kenji Mori", "JP")
    preview = await said(sec, "/wps-troika set 2026 Uruguay")

    await kenji.click(kenji.handed(preview), "Set it")
    await bot.settle()

    assert "NOT-ALLOWED" in newest(kenji)
    assert "2026" not in await chairs(bot)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("set 2026 Congo", "“Congo” may mean several members. Which one?"),
        ("set 2026 Wakanda", "I know no member called “Wakanda”."),
        ("set Uruguay 2026", "The first word must be a year, like 2027."),
        ("set 2026", "Who presides?"),
        ("set 2026 UY, CA, JP", "A presidency has one member or two."),
        ("set 2026 Uruguay, UY", "The same member is named twice."),
        ("set 2026 UY from 2026-02-30", "There is no day 2026-02-30."),
        ("set 2026 UY from 2026-07-01 until 2026-01-01", "A presidency cannot last from"),
        ("set 2026 UY from 2025-07-01 until 2026-06-30", "This shares days with the presidency 2025"),
        ("set 2025 Norway, Japan until 2025-12-31", "Set the presidency 2025?"),
        ("set 2025 Japan, Norway", "The presidency 2025 is set so already."),
        ("set 2024 unknown", "The presidency 2024 is set so already."),
        ("dance", "“dance” is not something /wps-troika can do."),
        ("set 2026 <!channel> " + "x" * 3000, "I know no member called “&lt;!channel&gt;"),
    ],
)
async def test_what_is_typed_gets_a_clear_answer_and_changes_nothing(bot: Harness, typed: str, answer: str) -> None:
    """Ambiguous names are asked back, wrong ones refused with what to do, and nothing is set."""
    sec = await bot.member_of_secretariat()
    before = await chairs(bot)

    shown = await said(sec, f"/wps-troika {typed}")

    assert answer in text_of(shown)
    assert await chairs(bot) == before


async def test_an_ambiguous_name_is_answered_with_what_to_type(bot: Harness) -> None:
    """Each member that may be meant comes with the command that sets it."""
    sec = await bot.member_of_secretariat()

    shown = text_of(await said(sec, "/wps-troika set 2026 Congo"))

    assert "• Democratic Republic of the Congo: `/wps-troika set 2026 CD`" in shown
    assert "• Congo: `/wps-troika set 2026 CG`" in shown


async def test_hand_over_may_be_any_day(bot: Harness) -> None:
    """A presidency from July to June hands over on 1 July, and its rights with it, to the day."""
    sec = await bot.member_of_secretariat()
    ana = await bot.person("Ana Costa", "UY")
    for typed in ("set 2026 Ghana until 2026-06-30", "set 2027 Uruguay from 2026-07-01 until 2027-06-30"):
        preview = await said(sec, f"/wps-troika {typed}")
        await sec.click(preview, "Set it")
        await bot.settle()

    shown = text_of(await said(ana, "/wps-troika"))
    await bot.at(datetime(2026, 6, 30, 23, 59, tzinfo=UTC))
    last_day = text_of(await said(ana, "/wps-troika"))
    await bot.at(datetime(2026, 7, 1, 0, 0, tzinfo=UTC))
    first_day = text_of(await said(ana, "/wps-troika"))

    assert "• Hand-over: 1 July 2026 (in 121 days)" in shown
    assert "• Current presidency: *Ghana*" in last_day
    assert "• Current presidency: *Uruguay*" in first_day


async def test_a_presidency_can_be_taken_back(bot: Harness) -> None:
    """A year that was set by mistake is not known again, and its rights go."""
    sec = await bot.member_of_secretariat()
    preview = await said(sec, "/wps-troika set 2025 unknown")
    words = text_of(preview)

    await sec.click(preview, "Set it")
    await bot.settle()

    assert "• *Norway* *loses* the rights of the Troika from 2 March 2026 until 31 December 2026" in words
    assert "2025" not in await chairs(bot)
