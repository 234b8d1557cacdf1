"""`python -m bench.surveys`: thousands of replies with outages, and what is recorded held against the channel."""

import asyncio
import random
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import Clock
from bot.rules.attribution import Attribution
from bot.rules.questions import NewQuestion
from bot.rules.surveys import WITHDRAW, NewSurvey, Settings
from handlers.surveys import posts, results
from storage import survey_answers, surveys
from storage.database import Database
from storage.migrations.steps import upgrade
from tests.harness import Harness, harness
from workspace.person import Person
from workspace.state import Channel, Message

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
Heard = list[tuple[int, str, str]]


@dataclass
class Storm:
    """A survey in which people speak, edit, delete and change their minds while connections break; seeded."""

    bot: Harness
    channel: Channel
    seed: int
    people: dict[str, Person] = field(default_factory=dict)
    said: list[Message] = field(default_factory=list)

    async def begin(self, questions: int, delegations: int) -> None:
        """Start a survey of so many questions among the first so many States."""
        self.random = random.Random(self.seed)
        async with self.bot.bot.focal.db.begin() as conn:
            codes = sorted(code for code in await self._codes(conn) if not code.startswith("X-"))[:delegations]
        for code in codes:
            person = await self.bot.person(f"Person {code}", code)
            self.channel.members.append(person.id)
            self.people[person.id] = person
        self.members = dict(zip(self.people, codes, strict=True))
        asked = tuple(NewQuestion(f"Question {number}?") for number in range(questions))
        closes = self.bot.clock.now() + timedelta(days=60)
        new = NewSurvey(Settings("Storm", "", self.channel.id, closes, Attribution.ATTRIBUTED), asked)
        async with self.bot.bot.focal.db.begin() as conn:
            await posts.start(conn, self.bot.bot.focal, new, "U0", None)
        await self.bot.settle()

    @staticmethod
    async def _codes(conn: surveys.Conn) -> list[str]:
        from storage.members import all_members

        return list(await all_members(conn))

    async def blow(self, replies: int) -> None:
        """Have so many replies said, with everything that can happen to them and to the connection."""
        async with self.bot.bot.focal.db.read() as conn:
            survey = await surveys.survey(conn, 1)
        roots = [self.bot.slack.team.message(self.channel.id, each.ts or "") for each in survey.questions]
        count = 0
        while count < replies:
            count += await self._deed([root for root in roots if root is not None], count)

    async def _deed(self, roots: list[Message], count: int) -> int:
        chance = self.random.random()
        if self.random.random() < 0.1:
            self._breaks()
        if self.random.random() < 0.005:
            await self.bot.slack.disconnect_sockets()
        if self.random.random() < 0.1:
            self.bot.clock.advance(seconds=self.random.randint(1, 90))
            await self.bot.settle()
        if chance < 0.6 or not self.said:
            person = self.random.choice(list(self.people.values()))
            root = self.random.choice(roots)
            self.said.append(await person.say(self.channel, f"Reply {count} & more", root))
            return 1
        await self._second_thoughts(self.random.choice(self.said))
        return 0

    def _breaks(self) -> None:
        faults = self.bot.slack.deliveries.faults
        faults.duplicates += self.random.randint(0, 5)
        faults.dropped += self.random.randint(0, 3)

    async def _second_thoughts(self, reply: Message) -> None:
        author = self.people[reply.user]
        what = self.random.choice(("edit", "edit", "delete", "sign", "other"))
        if what == "edit":
            await author.edit(reply, f"{reply.text.split(' (')[0]} (changed {self.random.randint(1, 99)})")
        elif what == "delete":
            self.said.remove(reply)
            await author.delete(reply)
        else:
            person = author if what == "sign" else self.random.choice(list(self.people.values()))
            signed = person.id in reply.reactions.get(WITHDRAW, [])
            await (person.unreact(reply, WITHDRAW) if signed else person.react(reply, WITHDRAW))

    async def calm(self) -> None:
        """Let everything come to rest, with the threads read as after an outage."""
        self.bot.slack.deliveries.faults.dropped = 0
        for _ in range(3):
            self.bot.clock.advance(minutes=2)
            await self.bot.bot.catchup.stop()
            await self.bot.bot.catchup.catch_up()
            await self.bot.settle()
            await self.bot.at(self.bot.clock.now() + timedelta(minutes=2))

    def shown(self) -> Heard:
        """Return (question, member, words) of every reply that the channel shows and its author has not taken back."""
        roots = [m for m in self.bot.slack.messages(self.channel) if "*Question " in m.text and not m.is_reply]
        return sorted(
            (number, self.members[reply.user], reply.text.replace("&amp;", "&"))
            for number, root in enumerate(roots, 1)
            for reply in self.bot.slack.thread(root)
            if reply.user not in reply.reactions.get(WITHDRAW, [])
        )

    async def recorded(self) -> Heard:
        """Return the same of every answer that counts in the database."""
        async with self.bot.bot.focal.db.read() as conn:
            survey = await surveys.survey(conn, 1)
            said = await survey_answers.said(conn, survey, await survey_answers.turnout(conn, survey))
        return sorted((each.number, each.member or "", each.text) for each in said)

    async def summary_seconds(self) -> float:
        """Return how long gathering and building the summary takes."""
        begun = time.perf_counter()
        async with self.bot.bot.focal.db.read() as conn:
            outcome = await posts.outcome(conn, self.bot.bot.focal, await surveys.survey(conn, 1))
        results.build_summary(str, outcome)
        results.build_parts(str, outcome)
        return time.perf_counter() - begun


async def main() -> None:
    """Hold a survey of 12 questions, 100 delegations and 5,000 replies, and say what came of it."""
    clock = Clock(START)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        db = Database(url)
        await upgrade(db)
        await db.close()
        async with harness(url, clock) as bot:
            storm = Storm(bot, bot.slack.add_channel("storm"), seed=1325)
            await storm.begin(12, 100)
            begun = time.perf_counter()
            await storm.blow(5000)
            await storm.calm()
            taken = time.perf_counter() - begun
            shown, recorded = storm.shown(), await storm.recorded()
            print(f"replies that count: {len(shown)} in the channel, {len(recorded)} recorded, in {taken:.0f} s")
            print(f"recorded state equals the channel's: {'yes' if shown == recorded else 'NO'}")
            print(f"summary gathered and built in {await storm.summary_seconds():.2f} s")


if __name__ == "__main__":
    asyncio.run(main())
