"""The real bot on the strict workspace, pumped by hand so that a test knows when everything has come to rest."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from bot.app import Bot, compose, connected
from bot.clock import Clock
from bot.settings import Settings
from bot.slack import slack_session
from storage import contacts, people
from storage.database import Database, metadata
from workspace.driver import Workspace
from workspace.person import Person

MANIFEST = Path(__file__).parents[1] / "manifest.yml"
OF_THE_MOMENT = {
    "people": "whoever acts is looked up",
    "inbox": "what was heard is kept until it is applied",
    "outbox": "the answers themselves",
    "enquiries": "anybody may ask, and say whether an answer helped",
    "enquiries_passed_on": "anybody may pass a question on to the Secretariat",
}
"""Tables that may change when somebody unknown acts, or somebody known does something wrong, and why."""


@dataclass
class Harness:
    """A running bot, the workspace it is in, and the clock both go by."""

    bot: Bot
    slack: Workspace
    clock: Clock
    people: dict[str, Person] = field(default_factory=dict)

    async def settle(self) -> None:
        """Let everything that was said, decided and answered come to rest."""
        moved = True
        while moved:
            await self.slack.quiet()
            await self.bot.dispatcher.drain()
            moved = await self.bot.inbound.apply_next()
            moved = bool(await self.bot.delivery.send_due()) or moved
            moved = bool(await self.bot.delivery.settle_doubts()) or moved

    def unheard(self) -> set[str]:
        """Return the ids of what somebody could use or send and nobody listens to."""
        team, registry = self.slack.team, self.bot.registry
        return (team.offered.keys() - registry.actions.keys()) | (team.forms.keys() - registry.views.keys())

    async def kept(self) -> dict[str, list[str]]:
        """Return everything in the database that nobody may change by mistake or without a right to."""
        tables = [table for table in metadata.sorted_tables if table.name not in OF_THE_MOMENT]
        async with self.bot.focal.db.read() as conn:
            return {
                table.name: sorted(str(tuple(row)) for row in await conn.execute(select(table))) for table in tables
            }

    async def at(self, moment: datetime) -> None:
        """Move the clock to `moment` (aware), let the heart beat and everything come to rest."""
        self.clock.jump(moment)
        await self.bot.timekeeper.beat()
        await self.settle()

    async def person(self, name: str, member: str | None = None, role: str = "focal point", **more: Any) -> Person:
        """Return a new person in the workspace, linked to a contact of `member` (code) if one is named."""
        email = more.pop("email", f"{name.lower().replace(' ', '.')}@example.org")
        made = self.slack.add_user(name, email=email, **more)
        if member is not None:
            await self.contact({"member": member, "name": name, "role": role, "email": email})
        profile = await self.bot.slack.profile(made.id)
        async with self.bot.focal.db.begin() as conn:
            await people.save(conn, profile, self.clock.now())
        self.people[name] = made
        return made

    async def contact(self, values: Mapping[str, Any]) -> None:
        """Put one contact into the directory."""
        row = {"since": date(2020, 1, 1), "updated_at": self.clock.now(), **values}
        async with self.bot.focal.db.begin() as conn:
            await conn.execute(contacts.contacts.insert().values(**row))

    async def member_of_secretariat(self, name: str = "Sec Retary", **more: Any) -> Person:
        """Return a new person who serves in the Secretariat."""
        return await self.person(name, "X-UNW", "secretariat", **more)


@asynccontextmanager
async def harness(url: str, clock: Clock, **settings: Any) -> AsyncIterator[Harness]:
    """Run the bot on the database at `url` (up to date and seeded) in a workspace of its own."""
    async with Workspace.serve(MANIFEST, now=clock.now) as slack, joined(slack, url, clock, **settings) as running:
        yield running


@asynccontextmanager
async def joined(slack: Workspace, url: str, clock: Clock, **settings: Any) -> AsyncIterator[Harness]:
    """Run the bot in a workspace that is there already, as after a restart."""
    chosen = Settings(
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_api_url=slack.api_url,
        database_url=url,
        pace_seconds=0,
        sockets=1,
        **settings,
    )
    db = Database(url)
    try:
        async with slack_session() as session:
            bot = await compose(chosen, clock, db, session)
            await bot.owner.take()
            async with connected(bot, slack.app_token, 1):
                yield Harness(bot, slack, clock)
            await bot.dispatcher.drain()
            await bot.owner.release()
    finally:
        await db.close()
