"""The Secretariat sends Focal documents that answers are found in; nobody else does."""

from tests.harness import Harness
from tests.scenarios import files
from tests.scenarios.files import pressed
from workspace.person import Person
from workspace.state import Message

TEXT = b"# Vaccination of peacekeepers\nYellow fever vaccination is asked of all peacekeepers.\n"


async def sent(bot: Harness, person: Person, name: str = "Health <!here>.md", content: bytes = TEXT) -> Message:
    return await files.sent(bot, person, name, content)


async def asked(person: Person) -> str:
    answer = await person.command("/wps What vaccination do peacekeepers need?")
    assert isinstance(answer, Message)
    return answer.text


async def test_a_document_is_looked_at_and_then_answers(bot: Harness) -> None:
    """The Secretariat sees what a document holds, keeps it, and from then on it is found and cited by its name."""
    secretary = await bot.member_of_secretariat()
    offer = await sent(bot, secretary)
    preview = await pressed(bot, secretary, offer, "Look at it")
    looked, before = preview.text, await asked(secretary)

    kept = await pressed(bot, secretary, preview, "Keep it")
    after = await asked(secretary)

    assert "*Health &lt;!here&gt;.md* would do this" in looked
    assert "1 new passages, 0 changed, 0 unchanged, 0 removed, 0 bad" in kept.text
    assert "Yellow fever" not in before
    assert "Yellow fever" in after
    assert "Health &lt;!here&gt;.md" in after


async def test_a_document_that_is_none_says_why(bot: Harness) -> None:
    """A damaged document changes nothing and is said to be damaged."""
    secretary = await bot.member_of_secretariat()
    offer = await sent(bot, secretary, "scan.pdf", b"%PDF-1.4 and nothing")

    preview = await pressed(bot, secretary, offer, "Look at it")

    assert "damaged" in preview.text


async def test_others_add_no_documents(bot: Harness) -> None:
    """Whoever is not of the Secretariat is told so, and gets no button."""
    ana = await bot.person("Ana Example", "UY")

    refusal = await sent(bot, ana)

    assert "Only the Secretariat" in refusal.text
    assert all(block["type"] != "actions" for block in refusal.blocks)
