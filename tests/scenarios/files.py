"""What people do with files in their messages with the app."""

from tests.harness import Harness
from workspace.person import Person
from workspace.state import Message


async def sent(bot: Harness, person: Person, name: str, content: bytes) -> Message:
    """Return what the app says once somebody has sent it a file."""
    await person.say(person.dm, "", file=(name, content))
    await bot.settle()
    return person.sees(person.dm)[-1]


async def pressed(bot: Harness, person: Person, message: Message, label: str) -> Message:
    """Return the message as it stands once a button in it was pressed and all is done."""
    await person.click(message, label)
    await bot.settle()
    return next(each for each in person.sees(person.dm) if each.ts == message.ts)
