"""The Secretariat sends Focal files of contacts: looked at first, imported when told to, by nobody else."""

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from storage import audit, contacts
from tests import payloads
from tests.harness import Harness
from tests.scenarios import files
from tests.scenarios.files import pressed
from workspace.person import Person
from workspace.state import Message

ROWS = b"""member,name,role,email
Namibia,Ndapewa Shikongo,focal point,ndapewa@na.example
Guinea,Mariama Bah,focal point,mariama@gn.example
Chile,<!channel> Reyes,alternate,isidora@cl.example
"""
CARD = b"BEGIN:VCARD\r\nFN:Ndapewa Shikongo\r\nROLE:focal point\r\nX-FOCAL-MEMBER:NA\r\nEND:VCARD\r\n"


async def sent(bot: Harness, person: Person, name: str = "list.csv", content: bytes = ROWS) -> Message:
    return await files.sent(bot, person, name, content)


async def known(bot: Harness) -> set[str]:
    async with bot.bot.focal.db.read() as conn:
        return {each.name for code in ("NA", "CL") for each in await contacts.terms_of(conn, code)}


async def test_a_file_is_looked_at_before_it_is_imported(bot: Harness) -> None:
    """The Secretariat reads what its file would do row by row; it is imported when they say so, in their name."""
    secretariat = await bot.member_of_secretariat()
    offer = await sent(bot, secretariat)

    preview = await pressed(bot, secretariat, offer, "Look at it")
    before = await known(bot)
    await pressed(bot, secretariat, preview, "Import")

    done = secretariat.sees(secretariat.dm)[-1]
    assert preview.text.splitlines() == [
        "*list.csv* would do this; nothing is written yet:",
        "2 new, 0 changed (0 of them ended), 0 unchanged, 1 bad",
        (
            "• row 3 cannot be imported: member: “Guinea” may mean several members. Write one of these codes instead: GN "
            "(Guinea), GW (Guinea-Bissau), GQ (Equatorial Guinea), PG (Papua New Guinea)."
        ),
        "• row 2: Ndapewa Shikongo, focal point, Namibia: new",
        "• row 4: &lt;!channel&gt; Reyes, alternate, Chile: new",
    ]
    assert done.text.splitlines()[:2] == ["*list.csv* was imported:", preview.text.splitlines()[1]]
    assert (before, await known(bot)) == (set(), {"Ndapewa Shikongo", "<!channel> Reyes"})
    async with bot.bot.focal.db.read() as conn:
        (na,) = await contacts.terms_of(conn, "NA")
        assert [each.actor for each in await audit.of_subject(conn, f"contact {na.id}")] == [secretariat.id]


async def test_what_is_there_already_needs_no_import(bot: Harness) -> None:
    """A file that changes nothing, here one of an address book, is said to, and offers no button."""
    secretariat = await bot.member_of_secretariat()
    await bot.contact({"member": "NA", "name": "Ndapewa Shikongo", "role": "focal point"})
    offer = await sent(bot, secretariat, "address book.VCF", CARD)

    preview = await pressed(bot, secretariat, offer, "Look at it")

    assert preview.text.splitlines()[1:] == [
        "0 new, 0 changed (0 of them ended), 1 unchanged, 0 bad",
        "There is nothing to import.",
    ]


async def test_others_import_nothing(bot: Harness) -> None:
    """Whoever else sends a file is told who imports; with the Secretariat's own button they do not get further."""
    secretariat, ana = await bot.member_of_secretariat(), await bot.person("Ana Example", "CL")
    offer = await sent(bot, secretariat)

    told = await sent(bot, ana)
    await ana.click(ana.handed(offer), "Look at it")
    await bot.settle()

    assert "Only the Secretariat imports" in told.text
    assert not told.blocks[1:]
    assert "This is open to: the Secretariat." in ana.sees(ana.dm)[-1].text
    assert await known(bot) == {"Ana Example"}


async def test_nobody_reads_another_ones_file(bot: Harness) -> None:
    """A button that names a file of somebody else is refused, also for the Secretariat."""
    secretariat, ana = await bot.member_of_secretariat(), await bot.person("Ana Example", "CL")
    offer = await sent(bot, secretariat)
    await sent(bot, ana)
    file_id = next(key for key, file in bot.slack.team.files.items() if file.user == ana.id)

    body = payloads.click(secretariat, "contact_file_preview", f"{file_id}:{offer_ts(bot, secretariat)}", offer)
    await bot.bot.bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
    await bot.bot.dispatcher.drain()
    await bot.settle()

    said = next(each for each in secretariat.sees(secretariat.dm) if each.ts == offer.ts)
    assert said.text == "This file is not yours. Send it yourself."


def offer_ts(bot: Harness, person: Person) -> str:
    """Return when the person sent their file."""
    return next(each.ts for each in person.sees(person.dm) if each.user == person.id and each.files)


async def test_a_file_that_changed_meanwhile_is_not_imported(bot: Harness) -> None:
    """What is imported is what was looked at: a file that was edited in Slack since is refused."""
    secretariat = await bot.member_of_secretariat()
    preview = await pressed(bot, secretariat, await sent(bot, secretariat), "Look at it")
    for file in bot.slack.team.files.values():
        file.content = ROWS.replace(b"Ndapewa", b"Penda")

    await pressed(bot, secretariat, preview, "Import")

    assert secretariat.sees(secretariat.dm)[-1].text == "The file is not the one that was looked at. Send it again."
    assert await known(bot) == set()


@pytest.mark.parametrize(
    ("name", "content", "answer"),
    [
        ("list.xlsx", b"PK\x03\x04 nothing", "The workbook is damaged."),
        ("list.csv", b"a,b\n1,2\n", "Columns are missing: member, name, role."),
        ("list.csv", b"x" * 5_000_001, "The file is larger than 5 MB. Split it into smaller files."),
        ("list.vcf", b"BEGIN:VCARD\n", "The file holds something else than whole vCards."),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(bot: Harness, name: str, content: bytes, answer: str) -> None:
    """A broken, foreign or endless file gets an answer that says what to do."""
    secretariat = await bot.member_of_secretariat()

    said = await pressed(bot, secretariat, await sent(bot, secretariat, name, content), "Look at it")

    assert said.text.startswith(answer)


async def test_another_file_is_no_business_of_the_directory(bot: Harness) -> None:
    """A picture beside a question changes nothing about the answer to it."""
    ana = await bot.person("Ana Example", "CL")

    await ana.say(ana.dm, "Who is Chile's focal point?", file=("photo.png", b"png"))
    await bot.settle()

    assert "Ana Example" in ana.sees(ana.dm)[-1].text
