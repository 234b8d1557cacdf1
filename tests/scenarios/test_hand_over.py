"""Handing the presidency over: the dossier, the file and what there is to do, and rights at the edges of the day."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from docx import Document

from storage.presidencies import set_presidency
from tests.harness import Harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
async def chairs(bot: Harness) -> tuple[Person, Person]:
    """Return one person of the presidency until 30 June 2026, in Windhoek, and one of the next, in Montevideo."""
    nela = await bot.person("Nela Shikongo", "NA", tz="Africa/Windhoek")
    ana = await bot.person("Ana Costa", "UY", tz="America/Montevideo")
    async with bot.bot.focal.db.begin() as conn:
        await set_presidency(conn, "2026", date(2026, 1, 1), date(2026, 6, 30), ["NA"])
        await set_presidency(conn, "2027", date(2026, 7, 1), date(2027, 6, 30), ["UY"])
    return nela, ana


def dossiers(person: Person) -> list[Message]:
    return [each for each in person.sees(person.dm) if "Hand-over on" in text_of(each) and not each.files]


def files(bot: Harness, person: Person) -> list[tuple[str, Any]]:
    """Return the files in a person's DM: their names and what Word shows of them."""
    held = [bot.slack.team.files[name] for each in person.sees(person.dm) for name in each.files]
    return [(each.name, Document(BytesIO(each.content))) for each in held]


async def test_the_incoming_presidency_gets_the_dossier_a_month_before(
    bot: Harness, chairs: tuple[Person, Person]
) -> None:
    """Not the day before and not at night, once, with duties, contacts, calendar, a checklist, and all of it in a file."""
    nela, ana = chairs
    heard = []

    for moment in ("2026-05-31 15:00", "2026-06-01 11:59", "2026-06-01 12:00", "2026-06-02 15:00"):
        await bot.at(utc(moment))
        heard.append(len(dossiers(ana)))

    said = text_of(dossiers(ana)[0])
    [(name, document)] = files(bot, ana)
    paragraphs = [each.text for each in document.paragraphs]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert heard == [0, 0, 1, 1]
    assert dossiers(nela) == []
    assert "The presidency goes from Namibia to Uruguay, from 1 July 2026 until 30 June 2027." in said
    assert "\n☐ Speak with Namibia about what is under way." in said
    assert "• Hold the coordination call of the Troika and the Secretariat – the presidency" in said
    assert "and 4 more, in the file" in said
    assert name == "hand-over-2026-07-01.docx"
    assert "Map national and regional WPS initiatives and actions – the Secretariat, through the year" in paragraphs
    assert {"Nela Shikongo", "nela.shikongo@example.org", "Namibia"} <= set(cells)


async def test_handing_over_falls_due_on_the_last_working_day(bot: Harness, chairs: tuple[Person, Person]) -> None:
    """A month before, the duty has its date; on it the outgoing presidency is reminded, until then the list says so."""
    nela, ana = chairs
    await bot.at(utc("2026-06-01 09:00"))
    await nela.command("/wps-troika duties")
    listed = text_of(nela.sees(nela.dm)[-1])

    await bot.at(utc("2026-06-30 07:00"))
    [due] = [each for each in nela.sees(nela.dm) if "*Reminder*" in text_of(each)]
    await nela.click(due, "Done")
    await bot.settle()
    await bot.at(utc("2026-06-30 14:00"))

    assert "calendar* – the presidency, once · due 30 June 2026" in listed
    assert "> Hand over to the next presidency" in text_of(nela.sees(nela.dm)[-1])
    assert not [each for each in ana.sees(ana.dm) if "*Reminder*" in text_of(each)]
    await nela.command("/wps-troika duties")
    assert "once · *done* · last done 30 June 2026 by Nela Shikongo" in text_of(nela.sees(nela.dm)[-1])


async def test_nobody_known_to_take_over_is_told_to_the_secretariat(bot: Harness) -> None:
    """A month before a hand-over to nobody, each of the Secretariat is asked once to set the presidency."""
    sec = await bot.member_of_secretariat()
    async with bot.bot.focal.db.begin() as conn:
        await set_presidency(conn, "2026", date(2026, 1, 1), date(2026, 6, 30), ["NA"])

    await bot.at(utc("2026-06-01 09:00"))
    await bot.at(utc("2026-06-02 09:00"))

    told = [text_of(each) for each in sec.sees(sec.dm) if "I do not know who takes it over" in text_of(each)]
    assert len(told) == 1
    assert "On 1 July 2026 the presidency changes hands" in told[0]


async def test_the_dossier_can_be_looked_at_and_its_file_fetched_again(
    bot: Harness, chairs: tuple[Person, Person]
) -> None:
    """The Troika sees it by command at any time, and its button brings the file; others are refused."""
    nela, _ana = chairs
    efua = await bot.person("Efua Addo", "GH")
    await nela.command("/wps-troika hand-over")
    shown = nela.sees(nela.dm)[-1]

    await nela.click(shown, "Send me the file")
    await bot.settle()
    await efua.command("/wps-troika hand-over")
    await bot.settle()

    assert "Hand-over on 1 July 2026" in text_of(shown)
    assert [name for name, _ in files(bot, nela)] == ["hand-over-2026-07-01.docx"]
    assert "You cannot schedule reminders here." in text_of(efua.sees(efua.dm)[-1])


async def test_rights_change_hands_at_midnight(bot: Harness, chairs: tuple[Person, Person]) -> None:
    """In the last second of 30 June the outgoing chair reviews recommendations, in the first of July the incoming one."""
    nela, ana = chairs
    roles = []

    for moment in ("2026-06-30 23:59:59", "2026-07-01 00:00:00"):
        await bot.at(utc(moment))
        held = [await bot.bot.focal.who(each.id) for each in (nela, ana)]
        roles.append([sorted({"presidency", "troika"} & each.roles) for each in held])

    assert roles == [[["presidency", "troika"], ["troika"]], [["troika"], ["presidency", "troika"]]]


async def test_a_year_carried_on_hands_over_nothing(bot: Harness) -> None:
    """When the presidency is prolonged before its end, nobody is given a dossier and the reminders stay where they are."""
    nela = await bot.person("Nela Shikongo", "NA", tz="Africa/Windhoek")
    sec = await bot.member_of_secretariat()
    async with bot.bot.focal.db.begin() as conn:
        await set_presidency(conn, "2026", date(2026, 1, 1), date(2026, 6, 30), ["NA"])
    await sec.command("/wps-troika set 2026 Namibia until 2027-06-30")
    await sec.click(sec.sees(sec.dm)[-1], "Set it")
    await bot.settle()

    await bot.at(utc("2026-06-15 09:00"))
    await bot.at(utc("2026-07-01 09:00"))

    who = await bot.bot.focal.who(nela.id)
    assert "presidency" in who.roles
    assert dossiers(nela) == []
    assert not [each for each in sec.sees(sec.dm) if "I do not know who takes it over" in text_of(each)]
