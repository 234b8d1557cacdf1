"""Every way to a field of a contact, tried by every role: nobody reads more than the design's table allows."""

from datetime import date
from typing import Any

import pytest

from storage import contacts
from tests.harness import Harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message

MARKS = {
    "title": "Titleholder",
    "institution": "Institutum",
    "email": "hidden@marks.example",
    "phone": "+264 61 987 6543",
    "languages": "Swahili",
    "zone": "Africa/Maputo",
}
STORED = {**MARKS, "languages": "sw"}
PUBLIC = {"institution"}
EVERY = set(MARKS)
ROLES = (None, "observer", "police gender adviser", "focal point", "alternate", "secretariat")
NETWORK = {"focal point", "alternate"}
# What is searched for is never a whole mark: an answer may repeat the question.
COMMANDS = (
    "/wps-contacts",
    "/wps-contacts Namibia",
    "/wps-contacts Ndapewa",
    "/wps-contacts Titleholde",
    "/wps-contacts Institutu",
    "/wps-contacts hidden@marks",
    "/wps-contacts +264 61 987",
    "/wps-contacts speaks Kiswahili",
    "/wps-contacts focal points in Africa",
    "/wps-contacts all",
    "/wps-contacts history Namibia",
    "/wps-contacts edit Namibia",
    "/wps-contacts verify Namibia",
    "/wps-contacts unverified",
    "/wps-contacts unlinked",
    "/wps-contacts seen",
    "/wps-contacts export csv",
    "/wps-contacts export json",
    "/wps-contacts export vcf",
    "/wps Who is Namibia's focal point?",
    "/wps What is the e-mail of Namibia's focal point?",
    "/wps hidden@marks",
    "/wps Titleholde",
)


async def everything_read(bot: Harness, asker: Person) -> str:
    """Have somebody try every way to read of contacts; return all that they then have before them."""
    channel = bot.slack.add_channel("common", members=[asker])
    read: list[str] = []
    for command in COMMANDS:
        await asker.command(command)
        await bot.settle()
        if asker.modal:
            read.append(text_of(asker.modal))
            await asker.close()
    for message in list(asker.sees(asker.dm)):
        await _press_everything(bot, asker, message, read)
    await asker.tell_app("Who is Namibia's focal point, and how do I reach them?")
    await asker.say(channel, "@focal who is the focal point of Namibia?")
    await asker.open_home()
    await bot.settle()
    said = [*asker.sees(asker.dm), *asker.sees(channel)]
    files = [bot.slack.team.files[key].content.decode() for message in said for key in message.files]
    return "\n".join([*read, *(f"{text_of(each)}\n{each.text}" for each in said), *files, text_of(asker.home)])


async def _press_everything(bot: Harness, asker: Person, message: Any, read: list[str]) -> None:
    """Press every button of the directory in a message that opens or shows something."""
    buttons = [
        element["action_id"]
        for block in message.blocks
        for element in [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]
        if str(element.get("action_id", "")).startswith("contact_")
    ]
    for action_id in dict.fromkeys(buttons):
        if action_id == "contact_verify":
            continue
        await asker.click(message, action_id)
        await bot.settle()
        if asker.modal:
            read.append(text_of(asker.modal))
            await asker.close()


def marks_in(text: str) -> set[str]:
    return {name for name, mark in MARKS.items() if mark in text or (name == "languages" and '"sw"' in text)}


async def asker_with(bot: Harness, role: str | None) -> Person:
    member = "X-UNW" if role == "secretariat" else "CL"
    return await bot.person("Curious One", member if role else None, role or "")


@pytest.mark.parametrize("role", ROLES)
async def test_the_usual_audiences_hold_everywhere(bot: Harness, role: str | None) -> None:
    """What is public is read by all, the rest by the Network and the Secretariat, whatever they try."""
    await bot.contact({"member": "NA", "name": "Ndapewa Shikongo", "role": "focal point", **STORED})
    asker = await asker_with(bot, role)

    read = marks_in(await everything_read(bot, asker))

    assert read == (EVERY if role == "secretariat" or role in NETWORK else PUBLIC)


@pytest.mark.parametrize("role", ROLES)
async def test_what_is_kept_for_the_secretariat_is_read_there_alone(bot: Harness, role: str | None) -> None:
    """Fields that a person keeps for the Secretariat reach nobody else, by no way."""
    await bot.contact(
        {
            "member": "NA",
            "name": "Ndapewa Shikongo",
            "role": "focal point",
            **STORED,
            "audiences": dict.fromkeys(MARKS, "secretariat"),
        }
    )
    asker = await asker_with(bot, role)

    read = marks_in(await everything_read(bot, asker))

    assert read == (EVERY if role == "secretariat" else set())


@pytest.mark.parametrize("role", ROLES)
async def test_when_a_term_is_over_its_person_is_left_alone(bot: Harness, role: str | None) -> None:
    """How to reach somebody whose term has ended is not for the Network any more."""
    await bot.contact(
        {"member": "NA", "name": "Ndapewa Shikongo", "role": "focal point", **STORED, "until": date(2026, 2, 1)}
    )
    asker = await asker_with(bot, role)

    read = marks_in(await everything_read(bot, asker))

    assert read <= PUBLIC


async def test_a_channel_reads_what_is_public(bot: Harness) -> None:
    """An answer that the Secretariat shares in a channel holds nothing of a contact that is not public."""
    await bot.contact({"member": "NA", "name": "Ndapewa Shikongo", "role": "focal point", **STORED})
    secretariat, other = await bot.member_of_secretariat(), await bot.person("Some One", "CL")
    channel = bot.slack.add_channel("common", members=[secretariat, other])
    await secretariat.say(channel, "@focal who is the focal point of Namibia?")
    await bot.settle()

    await secretariat.click(secretariat.sees(channel)[-1], "Share here")
    await bot.settle()

    said = "\n".join(f"{text_of(each)}\n{each.text}" for each in other.sees(channel))
    assert "Ndapewa Shikongo" in said
    assert marks_in(said) <= PUBLIC


async def test_a_look_through_an_answer_is_noted_too(bot: Harness) -> None:
    """Whoever reads fields that are not public in an answer to a question is named to their person."""
    nils, asker = await bot.person("Nils Holm", "NO"), await bot.person("Isidora Reyes", "CL")

    await asker.command("/wps Who is Norway's focal point?")
    await asker.tell_app("Who is Norway's focal point?")
    await bot.settle()

    seen = await nils.command("/wps-contacts seen")
    assert isinstance(seen, Message)
    assert seen.text.splitlines()[1:] == [f"• 2 March 2026: <@{asker.id}> saw E-mail"]


async def test_everybody_reads_all_of_their_own(bot: Harness) -> None:
    """Whatever is kept of somebody, and for whomever, they read it themselves."""
    nils = await bot.person("Nils Holm", "NO", "police gender adviser")
    (own,) = await _own(bot, nils)
    kept = {**STORED, "audiences": dict.fromkeys(MARKS, "secretariat")}
    async with bot.bot.focal.db.begin() as conn:
        await contacts.change(conn, own.id, own.version, kept, "U0", bot.clock.now())

    card = await nils.command("/wps-contacts Nils")

    assert isinstance(card, Message)
    assert marks_in(text_of(card)) == EVERY


async def _own(bot: Harness, person: Person) -> tuple[contacts.Contact, ...]:
    async with bot.bot.focal.db.read() as conn:
        return await contacts.of_person(conn, person.id, bot.clock.now().date())
