"""Erasing a person takes them out of everything, and nobody else."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.demo import SECRETARIAT
from storage import audit, contacts, erasure
from storage.database import metadata
from tests.harness import Harness
from tests.test_every_listener import FOCAL_POINT, world
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message, View


async def everything(bot: Harness) -> dict[str, str]:
    """Return all that the database holds, by table."""
    async with bot.bot.focal.db.read() as conn:
        return {
            table.name: "\n".join(str(tuple(row)) for row in await conn.execute(select(table)))
            for table in metadata.sorted_tables
        }


async def names(bot: Harness, text: str) -> list[str]:
    async with bot.bot.focal.db.read() as conn:
        return [each.name for each in await erasure.find(conn, text)]


async def erased(bot: Harness, secretariat: Person, name: str) -> str:
    """Have somebody erased whom one name means, and return what the form then says."""
    form = await secretariat.command(f"/wps-contacts erase {name}")
    assert isinstance(form, View)
    await secretariat.submit({"name": name})
    await bot.settle()
    assert secretariat.modal is not None
    return text_of(secretariat.modal)


async def test_nothing_is_left_of_somebody_who_took_part_in_everything(seeded_template: Path, tmp_path: Path) -> None:
    """After the demo's life its most active focal point is in no table any more, but for their delegation's words."""
    async with world(seeded_template, tmp_path) as (bot, cast):
        person, secretariat = cast[FOCAL_POINT], cast[SECRETARIAT]
        await person.tell_app(f"I am {FOCAL_POINT}, what works?")
        await secretariat.command("/wps-contacts Brazil")
        await bot.settle()
        email = person.user.email
        before = await everything(bot)

        said = await erased(bot, secretariat, FOCAL_POINT)

        after = await everything(bot)
        marks = re.compile("|".join(map(re.escape, (FOCAL_POINT, email, person.id))), re.IGNORECASE)
        assert sum(bool(marks.search(rows)) for rows in before.values()) > 5
        assert {name: marks.findall(rows) for name, rows in after.items() if marks.search(rows)} == {}
        assert "Erased. Rows that were deleted or changed: " in said
        assert len(after["survey_answers"].splitlines()) == len(before["survey_answers"].splitlines())
        assert len(after["contacts"].splitlines()) == len(before["contacts"].splitlines()) - 1
        assert erasure.DEED in after["audit"]


async def test_the_name_has_to_be_typed(bot: Harness) -> None:
    """A form that does not hold the person's name erases nobody."""
    secretariat = await bot.member_of_secretariat()
    await bot.contact({"member": "NA", "name": "Ndapewa Shikongo", "role": "focal point"})

    form = await secretariat.command("/wps-contacts erase Ndapewa")
    errors = await secretariat.submit({"name": "Ndapewa"})

    assert isinstance(form, View)
    assert "Contacts that go, with their history: 1." in text_of(form)
    assert errors == {"name": "This is not the name above, so nothing was erased."}
    assert await names(bot, "Ndapewa") == ["Ndapewa Shikongo"]


async def test_of_several_one_is_chosen(bot: Harness) -> None:
    """A name that may mean several people erases none before one is chosen; another one's contact stays whole."""
    secretariat = await bot.member_of_secretariat()
    for member in ("NA", "CL"):
        email = f"desk@{member.lower()}.example"
        await bot.contact({"member": member, "name": "Maria Silva", "role": "alternate", "email": email})

    pick = await secretariat.command("/wps-contacts erase Maria Silva")
    assert isinstance(pick, Message)
    await secretariat.click(pick, "Maria Silva")
    await secretariat.submit({"name": "maria silva"})
    await bot.settle()

    async with bot.bot.focal.db.read() as conn:
        (left,) = await erasure.find(conn, "Maria")
        held = await contacts.contact(conn, left.contacts[0])
    assert (held.member, held.name, held.email) == ("CL", "Maria Silva", "desk@cl.example")


async def test_only_the_secretariat_erases(bot: Harness) -> None:
    """A focal point is refused, also for themselves."""
    ana = await bot.person("Ana Example", "CL")

    answer = await ana.command("/wps-contacts erase Ana Example")

    assert isinstance(answer, Message)
    assert "the Secretariat" in answer.text
    assert await names(bot, "Ana Example") == ["Ana Example"]


@pytest.mark.parametrize("text", ["", "Nobody Known", "x" * 3000])
async def test_whoever_is_not_known_cannot_be_erased(bot: Harness, text: str) -> None:
    """Without a name, or with one that means nobody, the Secretariat is told so."""
    secretariat = await bot.member_of_secretariat()

    answer = await secretariat.command(f"/wps-contacts erase {text}")

    assert isinstance(answer, Message)
    async with bot.bot.focal.db.read() as conn:
        assert not [each for each in await conn.execute(select(audit.audit)) if each.deed == erasure.DEED]
