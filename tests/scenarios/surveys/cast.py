"""The people of a conversation about surveys, and what they do again and again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.surveys import posts
from storage import survey_answers, surveys
from tests.harness import Harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Channel, Message

CLOSES = datetime.fromisoformat("2026-03-16T18:00+00:00")
LATER = CLOSES + timedelta(minutes=1)
FORM = {
    "title": "What works?",
    "questions_0_0": ["0.0"],
    "questions_1_0": ["1.0"],
    "questions_2_0": [],
    "day": "2026-03-16",
    "time": "18:00",
}
RECORDED = "white_check_mark"
TAKE_BACK = "no_entry_sign"


@dataclass
class Cast:
    """The people of one conversation, in the channel of their network."""

    bot: Harness
    channel: Channel
    rounds: int = 0

    async def joins(self, name: str, member: str | None = None, role: str = "focal point", **more: Any) -> Person:
        person = await self.bot.person(name, member, role, **more)
        self.channel.members.append(person.id)
        return person

    @property
    def shared(self) -> list[Message]:
        return [each for each in self.bot.slack.messages(self.channel) if each.thread_ts is None]

    @property
    def header(self) -> Message:
        return next(each for each in self.shared if text_of(each).startswith("Survey "))

    @property
    def questions(self) -> list[Message]:
        return [each for each in self.shared if text_of(each).startswith("*Question ")]

    @property
    def answered(self) -> str:
        """What the header says of how many have answered."""
        lines = text_of(self.header).splitlines()
        return next(line for line in lines if line.startswith("Delegations that have answered"))

    async def starts(self, starter: Person, **values: Any) -> dict[str, str]:
        await starter.command("/wps-survey start", self.channel)
        errors = await starter.submit({**FORM, **values})
        await self.bot.settle()
        return errors

    async def replies(self, person: Person, text: str, question: int = 1, **more: Any) -> Message:
        message = await person.say(self.channel, text, self.questions[question - 1], **more)
        await self.bot.settle()
        return message

    async def answers(self, person: Person, text: str, question: int = 1) -> dict[str, str]:
        await person.click(self.questions[question - 1], "Answer privately")
        errors = await person.submit({"answer": text})
        await self.bot.settle()
        return errors

    async def types(self, person: Person, command: str) -> str:
        answer = await person.command(command, self.channel)
        await self.bot.settle()
        return text_of(answer)

    async def does(self, deed: Any) -> None:
        await deed
        await self.bot.settle()

    async def later(self, **by: float) -> None:
        """Let some time pass."""
        await self.bot.at(self.bot.clock.now() + timedelta(**by))

    async def goes_deaf(self) -> None:
        """Lose every connection, without the bot noticing at once."""
        self.rounds = self.bot.bot.catchup.rounds
        await self.bot.slack.disconnect_sockets()

    async def is_closed_elsewhere(self, person: Person) -> None:
        """Close the survey as if another replica had heard the command."""
        async with self.bot.bot.focal.db.begin() as conn:
            await posts.close(conn, self.bot.bot.focal, 1, person.id)

    async def hears_again(self) -> None:
        """Wait until the bot is connected again and has caught up."""
        await self.bot.slack.until(lambda: self.bot.bot.catchup.rounds > self.rounds)
        await self.bot.settle()

    async def recorded(self) -> list[tuple[int, str | None, str]]:
        """Return (question, member, words) of every answer that counts, as the database holds it."""
        async with self.bot.bot.focal.db.read() as conn:
            survey = await surveys.survey(conn, 1)
            said = await survey_answers.said(conn, survey, await survey_answers.turnout(conn, survey))
        return [(each.number, each.member, each.text) for each in said]


def told(person: Person, channel: Channel) -> list[str]:
    """Return what only this person sees in a channel, oldest first."""
    return [text_of(each).strip() for each in person.sees(channel) if each.ephemeral_to == person.id]


def marks(message: Message) -> set[str]:
    """Return the names of the reactions on a message."""
    return set(message.reactions)


def markup(messages: list[Message]) -> str:
    """Return everything in messages that Slack would read as markup."""
    return "\n".join([each.text for each in messages] + [text for each in messages for text in _mrkdwn(each.blocks)])


def _mrkdwn(thing: Any) -> list[str]:
    if isinstance(thing, list):
        return [text for each in thing for text in _mrkdwn(each)]
    if not isinstance(thing, dict):
        return []
    own = [thing["text"]] if thing.get("type") == "mrkdwn" else []
    return own + [text for value in thing.values() for text in _mrkdwn(value)]
