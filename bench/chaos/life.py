"""A life in a workspace: what people and the clock do, and what must have come of it."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from bot.delivery import mark_of
from bot.rules.reminders import Audience, Group, Schedule
from handlers import ids
from storage import contacts, inbox, installation, occurrences, outbox, reminders, survey_answers, surveys
from storage.database import Conn, Database
from storage.reminders import CLI, NewReminder, Progress
from workspace.driver import Workspace
from workspace.person import Person
from workspace.problems import NeverCame, NotPossible, Timeout
from workspace.state import Channel, Message

MEMBERS = ("NA", "KE", "FR", "JO", "CL", "JP", "CA", "NO")
FORM = {
    "title": "What works?",
    "questions_0_0": ["0.0", "0.1"],
    "questions_1_0": ["1.0"],
    "questions_2_0": [],
    "time": "18:00",
}
RECORDED = "white_check_mark"
CALM_SECONDS = 300.0
"""How long everything may take to come to rest, on a machine that does much else."""
PATIENT_SECONDS = 8.0
"""Somebody who types a command again while a slow machine still works on the first one gets two forms."""


@dataclass
class Counts:
    """What came of a life: how much there was to keep, and whatever was not as promised."""

    expected: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    disorder: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    given_up: int = 0
    """Events that Slack gave up after its own tries, and that nothing but the sender could tell of."""

    @property
    def good(self) -> bool:
        """Tell whether every promise was kept."""
        return not (self.lost or self.twice or self.disorder or self.stale)

    def __str__(self) -> str:
        """Return the counts in a line, and a few of the faults."""
        line = (
            f"{self.expected} things to keep: {len(self.lost)} lost, {len(self.twice)} twice, "
            f"{len(self.disorder)} out of order, {len(self.stale)} not the newest"
        )
        return "\n  ".join([line, *self.lost[:5], *self.twice[:5], *self.disorder[:5], *self.stale[:5]])


@dataclass
class Life:
    """People who ask, answer, change their minds and tick things off, beside reminders, posts and a shared message."""

    slack: Workspace
    db: Database
    chance: random.Random
    network: Channel
    secretary: Person
    people: list[Person]
    lanes: list[Channel]
    asked: list[Message] = field(default_factory=list)
    replies: list[Message] = field(default_factory=list)
    posts: Counter[str] = field(default_factory=Counter)
    board: int = 0
    reminders: int = 0
    over: bool = False
    ticked: set[int] = field(default_factory=set)

    @classmethod
    def in_workspace(cls, slack: Workspace, db: Database, seed: int) -> "Life":
        """Bring people and channels into a workspace."""
        secretary = slack.add_user("Sec Retary", email="sec@example.org")
        people = [slack.add_user(f"Person {code}", email=f"{code.lower()}@example.org") for code in MEMBERS]
        network = slack.add_channel("network", [secretary, *people])
        lanes = [slack.add_channel(f"lane-{number}", people) for number in range(2)]
        return cls(slack, db, random.Random(seed), network, secretary, people, lanes)

    # The beginning

    async def begin(self) -> None:
        """Put everybody into the directory and have a survey started, however often the bot dies meanwhile."""
        await self._kept(self._contacts)
        patience, self.slack.deliveries.ack_seconds = self.slack.deliveries.ack_seconds, PATIENT_SECONDS
        submitted = False
        while not submitted:
            try:
                if self.secretary.modal is None:
                    await self.secretary.command("/wps-survey start", self.network)
                closes = (self.slack.now() + timedelta(days=20)).date().isoformat()
                errors = await self.secretary.submit({**FORM, "day": closes})
                if errors:
                    raise RuntimeError(f"the survey was refused: {errors}")
                submitted = True
            except (Timeout, NotPossible):
                # The form did not open, or its answer was lost: a person tries again.
                await self.slack.until(lambda: self.slack.deliveries.connections > 0, 60)
        self.slack.deliveries.ack_seconds = patience
        await self.slack.until(lambda: len(self.questions) == 3, CALM_SECONDS)

    async def _contacts(self, conn: Conn) -> None:
        rows = [
            {"member": code, "name": each.user.real_name, "role": "focal point", "email": each.user.email,
             "since": (self.slack.now() - timedelta(days=400)).date(), "updated_at": self.slack.now()}
            for code, each in zip(MEMBERS, self.people, strict=True)
        ]  # fmt: skip
        await conn.execute(insert(contacts.contacts), rows)

    @property
    def questions(self) -> list[Message]:
        """The survey's questions as the channel shows them."""
        return [
            each for each in self.slack.messages(self.network) if each.bot_id and "*Question " in each.text
        ]  # fmt: skip

    async def _kept(self, write: Callable[[Conn], Awaitable[None]]) -> None:
        """Write what the clock or an operator would, however long the database is held by somebody frozen."""
        while True:
            try:
                async with self.db.begin() as conn:
                    await write(conn)
            except (DBAPIError, OSError):
                await asyncio.sleep(0.1)
            else:
                return

    # Deeds

    async def live(self, pause: float, least: int = 0) -> None:
        """Do one thing after another until it is `over`, about one in `pause` seconds and `least` in all."""
        deeds = [self.ask, self.reply, self.reply, self.edit, self.remind, self.post, self.post, self.change, self.tick]
        done = 0
        while not self.over or done < least:
            await asyncio.sleep(self.chance.uniform(0, 2 * pause))
            await self.chance.choice(deeds)()
            done += 1

    def _somebody(self) -> Person:
        return self.chance.choice(self.people)

    async def ask(self) -> None:
        """Ask the app something in a direct message."""
        member = self.chance.choice(("Kenya", "Norway", "Japan"))
        self.asked.append(await self._somebody().tell_app(f"Who is the focal point of {member}?"))

    async def reply(self) -> None:
        """Answer one of the survey's questions in its thread."""
        thread = self.chance.choice(self.questions)
        self.replies.append(await self._somebody().say(self.network, f"Reply {len(self.replies)}", thread))

    async def edit(self) -> None:
        """Change the words of an answer."""
        if self.replies:
            reply = self.chance.choice(self.replies)
            author = self.slack.people[reply.user]
            await author.edit(reply, f"{reply.text.split(',')[0]}, changed {self.chance.randint(1, 999)}")

    async def remind(self) -> None:
        """Schedule a reminder for two people, due in a moment."""
        self.reminders += 1
        number = self.reminders
        group = Audience(Group.PEOPLE, tuple(each.id for each in self.chance.sample(self.people, 2)))

        async def write(conn: Conn) -> None:
            # The moment is chosen once the database is ours: one that has passed by then would never come.
            now = self.slack.now()
            wall = (now + timedelta(seconds=0.3)).replace(tzinfo=None)
            new = NewReminder(f"Reminder {number}", group, Schedule(wall, "", "UTC", exact=True), CLI)
            await reminders.schedule(conn, new, now, import_key=f"chaos:{number}")

        await self._kept(write)

    async def post(self) -> None:
        """Decide the next post of a channel."""
        lane = self.chance.choice(self.lanes)
        self.posts[lane.id] += 1
        number = self.posts[lane.id]

        async def write(conn: Conn) -> None:
            key = f"chaos:{lane.id}:{number}"
            await outbox.post(conn, key, lane.id, {"text": f"Post {number}"}, self.slack.now())

        await self._kept(write)

    async def change(self) -> None:
        """Decide what the shared message says from now on."""
        self.board += 1
        lane = self.lanes[0].id

        async def write(conn: Conn) -> None:
            await outbox.post(conn, "chaos:board", lane, {"text": "Board 0"}, self.slack.now())
            await outbox.change(conn, "chaos:board", {"text": f"Board {self.board}"}, self.slack.now())

        await self._kept(write)

    async def tick(self) -> None:
        """Mark a reminder as done by its button."""
        person = self._somebody()
        due = [each for each in self.slack.messages(person.dm) if _has_button(each)]
        if due:
            message = self.chance.choice(due)
            number = _button_value(message)
            try:
                await person.click(message, ids.REMINDER_DONE)
            except Timeout:
                return
            self.ticked.add(number)

    # The end

    async def comes_to_rest(self) -> None:
        """Let everything arrive, with the threads read as after an outage."""
        for _ in range(2):
            await self.quiet()
            await self.slack.disconnect_sockets()
            await asyncio.sleep(0.3)
            await self.slack.until(lambda: self.slack.deliveries.connections > 0, 60)
            await asyncio.sleep(0.5)
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until nothing waits any more; raise NeverCame if that takes too long."""
        deadline = asyncio.get_running_loop().time() + CALM_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            self.slack.deliveries.retry_now()
            await self.slack.quiet()
            if not await self._waits():
                return
            await asyncio.sleep(0.1)
        raise NeverCame("it did not come to rest")

    async def _waits(self) -> bool:
        try:
            async with self.db.read() as conn:
                arrived, decided = await inbox.counts(conn), await outbox.counts(conn)
                due = (await conn.execute(_occurrences_waiting())).first()
                begun = len((await conn.execute(select(occurrences.reminders.c.id))).all())
                written = len((await conn.execute(_reminded())).all())
        except DBAPIError:
            return True
        return "new" in arrived or any(each in decided for each in outbox.OPEN) or due is not None or begun > written

    async def counts(self) -> Counts:
        """Return what was promised, held against what the workspace shows and the database has."""
        found = Counts()
        async with self.db.read() as conn:
            secret = (await installation.secret(conn)).encode()
            keys = await self._promised(conn, found)
            self._count_posts(found, Counter(self._marks()), {mark_of(secret, key): key for key in keys}, keys)
            await self._count_replies(conn, found)
            await self._count_ticks(conn, found)
            dead = await outbox.in_state(conn, outbox.State.DEAD)
            found.lost += [f"given up: {each.key} ({each.error})" for each in dead]
            found.lost += ["an event was given up"] * (await inbox.counts(conn)).get("dead", 0)
        self._count_order(found)
        return found

    async def _promised(self, conn: Conn, found: Counts) -> list[str]:
        """Return the key of everything that must have been posted once."""
        given_up = {str(each.body["event"].get("ts")) for each in self.slack.deliveries.lost}
        kept = set((await conn.execute(select(outbox.outbox.c.key))).scalars())
        keys = [key for lane, last in self.posts.items() for key in (f"chaos:{lane}:{n}" for n in range(1, last + 1))]
        keys += ["chaos:board"] if self.board else []
        for each in self.asked:
            key = f"answer:{each.channel}:{each.ts}"
            if each.ts in given_up and key not in kept:
                found.given_up += 1
            else:
                keys.append(key)
        rows = (await conn.execute(select(occurrences.occurrences))).all()
        keys += [f"reminder:{row.reminder_id}:{row.wall.isoformat()}:{row.recipient}" for row in rows]
        await self._count_occurrences(conn, found, Counter(row.reminder_id for row in rows))
        return keys

    async def _count_occurrences(self, conn: Conn, found: Counts, written: Counter[int]) -> None:
        table = reminders.reminders
        stored = {row.text: row.id for row in await conn.execute(select(table.c.id, table.c.text))}
        for number in range(1, self.reminders + 1):
            name = f"Reminder {number}"
            count = written[stored[name]] if name in stored else 0
            fault = f"{name}{'' if name in stored else ' (not stored)'}: {count} of 2 occurrences"
            found.lost += [fault] * (count < 2)
            found.twice += [fault] * (count > 2)

    def _marks(self) -> list[str]:
        posted = [each for messages in self.slack.team.messages.values() for each in messages if each.metadata]
        return [str((each.metadata or {})["event_payload"]["key"]) for each in posted]

    def _count_posts(self, found: Counts, marks: Counter[str], names: dict[str, str], keys: list[str]) -> None:
        found.expected += len(keys)
        found.lost += [name for mark, name in names.items() if not marks[mark]]
        found.twice += [names.get(mark, "some other post") for mark, count in marks.items() if count > 1]

    async def _count_replies(self, conn: Conn, found: Counts) -> None:
        # A transaction that died with its process leaves a gap in PostgreSQL's numbers: it need not be the first.
        numbers = (await conn.execute(select(surveys.surveys.c.id).order_by(surveys.surveys.c.id))).scalars().all()
        found.twice += [f"survey {number}" for number in numbers[1:]]
        survey = await surveys.survey(conn, numbers[0])
        said = await survey_answers.said(conn, survey, await survey_answers.turnout(conn, survey))
        recorded, shown = Counter(each.text for each in said), Counter(each.text for each in self.replies)
        found.expected += sum(shown.values())
        found.lost += list((shown - recorded).elements())
        found.twice += list((recorded - shown).elements())
        found.lost += [f"the sign on {each.text}" for each in self.replies if RECORDED not in each.reactions]

    async def _count_ticks(self, conn: Conn, found: Counts) -> None:
        done = occurrences.occurrences.c.state == Progress.DONE
        kept = set((await conn.execute(select(occurrences.occurrences.c.id).where(done))).scalars())
        found.expected += len(self.ticked)
        found.lost += [f"reminder {each} done" for each in self.ticked - kept]
        shown = {
            _button_value(each)
            for person in self.people
            for each in self.slack.messages(person.dm)
            if _has_button(each)
        }
        found.stale += [f"the message of reminder {each}" for each in self.ticked & shown]

    def _count_order(self, found: Counts) -> None:
        for lane in self.lanes:
            numbers = [
                int(each.text.split()[1]) for each in self.slack.messages(lane) if each.text.startswith("Post ")
            ]  # fmt: skip
            wrong = [f"post {b} after {a}" for a, b in pairwise(numbers) if b < a]
            found.disorder += wrong
        said = [each.text for each in self.slack.messages(self.lanes[0]) if each.text.startswith("Board ")]
        if self.board and said != [f"Board {self.board}"]:
            found.stale.append(f"{said} instead of Board {self.board}")


def _occurrences_waiting():  # noqa: ANN202 - a statement of SQLAlchemy's
    return select(occurrences.occurrences.c.id).where(occurrences.occurrences.c.state == Progress.DUE).limit(1)


def _reminded():  # noqa: ANN202 - a statement of SQLAlchemy's
    return select(occurrences.occurrences.c.reminder_id).distinct()


def _has_button(message: Message) -> bool:
    return any(
        element.get("action_id") == ids.REMINDER_DONE
        for block in message.blocks
        for element in block.get("elements", ())
    )


def _button_value(message: Message) -> int:
    for block in message.blocks:
        for element in block.get("elements", ()):
            if element.get("action_id") == ids.REMINDER_DONE:
                return int(element["value"])
    raise LookupError("no such button")
