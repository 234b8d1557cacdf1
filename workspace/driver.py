"""A running workspace and its Python driver, for tests, the demo and the page."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from workspace.api import Methods
from workspace.deliveries import Deliveries, Fault
from workspace.inputs import Blocks
from workspace.manifest import Manifest, load_manifest
from workspace.person import Person
from workspace.problems import NeverCame
from workspace.requests import SIGNING_SECRET, Requests
from workspace.server import APP_TOKEN, BOT_TOKEN, MAX_FILE, Server
from workspace.state import COLOURS, Channel, Kind, Message, Team, User, View

Jump = Callable[[datetime], Awaitable[None]]
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Suggestion:
    """Somebody to begin as: who they are here, and in a sentence (mrkdwn) what to try as them."""

    user: User
    role: str
    words: str


class Workspace:
    """A small Slack on this machine; make one with `Workspace.serve`."""

    bot_token = BOT_TOKEN
    app_token = APP_TOKEN
    signing_secret = SIGNING_SECRET

    def __init__(self, manifest: Manifest, now: Callable[[], datetime], jump: Jump | None = None) -> None:
        """Go by the time of `now` (aware UTC); `jump` moves it, where the page may do so."""
        self.manifest = manifest
        self.now = now
        self.jump = jump
        self.team = Team(now)
        self.bot = User("U0FOCAL", self.team.id, manifest.bot_name, manifest.app_name, is_bot=True, title="App")
        self.team.users[self.bot.id] = self.bot
        self.team.bot_user_id = self.bot.id
        self.deliveries = Deliveries(self.team, manifest)
        self.methods = Methods(self.team, manifest, self.deliveries, self.bot)
        self.server = Server(self.team, self.methods, self.deliveries)
        self.people: dict[str, Person] = {}
        self.suggestions: list[Suggestion] = []
        self.base_url = ""

    @classmethod
    @asynccontextmanager
    async def serve(
        cls, manifest: Path, now: Callable[[], datetime], jump: Jump | None = None, port: int = 0
    ) -> AsyncIterator["Workspace"]:
        """Serve a workspace on 127.0.0.1 for as long as the block lasts; on any free port if `port` is 0."""
        workspace = cls(load_manifest(manifest), now, jump)
        application = web.Application(client_max_size=MAX_FILE)
        application.add_routes(workspace.server.routes())
        _mount_page(application, workspace)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        workspace.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        workspace.deliveries.base_url = workspace.team.base_url = workspace.base_url
        retrying = asyncio.create_task(workspace.deliveries.keep_retrying())
        try:
            yield workspace
        finally:
            retrying.cancel()
            await workspace.deliveries.close()
            await runner.cleanup()

    async def deliver_to(self, url: str) -> None:
        """Send what happens to this address of the app instead of its sockets, once it has echoed a challenge."""
        requests = Requests(url, self.now)
        await requests.prove()
        self.deliveries.requests = requests

    @property
    def api_url(self) -> str:
        """Where the Web API is."""
        return f"{self.base_url}/api/"

    @property
    def page_url(self) -> str:
        """Where the page is."""
        return f"{self.base_url}/"

    def add_user(self, name: str, **fields: Any) -> Person:
        """Bring somebody in; `team_id` other than the home team's makes them external. Fields are those of `User`."""
        handle = name.casefold().replace(" ", ".")
        colour = COLOURS[len(self.people) % len(COLOURS)]
        team_id = fields.pop("team_id", self.team.id)
        user = User(self.team.new_id("U"), team_id, handle, name, colour=colour, **fields)
        self.team.users[user.id] = user
        person = Person(self, user)
        self.people[user.id] = person
        self.team.dm(user.id, self.bot.id)
        self.team.changed()
        return person

    def add_channel(
        self, name: str, members: Sequence[Person] = (), *, bot: bool = True, kind: Kind = "channel", topic: str = ""
    ) -> Channel:
        """Make a channel (`kind` channel or private) with these people in it, and the app if `bot`."""
        ids = [person.id for person in members] + ([self.bot.id] if bot else [])
        channel = Channel(self.team.new_id("C"), name, kind, ids, topic, created=int(self.now().timestamp()))
        self.team.channels[channel.id] = channel
        self.team.changed()
        return channel

    def suggest(self, person: Person, role: str, words: str) -> None:
        """Have the front page propose to begin as `person`."""
        self.suggestions.append(Suggestion(person.user, role, words))

    def messages(self, channel: str | Channel) -> list[Message]:
        """Return what everybody in a channel sees, threads included, oldest first."""
        return self.team.shared(self._channel(channel).id)

    def thread(self, root: Message) -> list[Message]:
        """Return the replies in the thread of a message."""
        return self.team.replies(root)

    def _channel(self, channel: str | Channel) -> Channel:
        if isinstance(channel, Channel):
            return channel
        found = self.team.channel(channel)
        if found is None:
            raise LookupError(f"there is no channel {channel}")
        return found

    async def quiet(self) -> None:
        """Wait until every event was acknowledged or waits for a later try."""
        await self.deliveries.quiet()

    async def until(self, predicate: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until `predicate` holds; raise NeverCame with a picture of the workspace if it does not in time."""
        if not await self.team.until(predicate, seconds):
            raise NeverCame(self.picture())

    def picture(self) -> str:
        """Return in words what everybody sees, for a test that failed."""
        lines = []
        for channel in self.team.channels.values():
            said = self.team.messages.get(channel.id, [])
            lines += [f"--- {channel.name or channel.id}"] if said else []
            lines += [f"{self.team.users[m.user].real_name}: {text_of(m)}" for m in said]
        return "\n".join(lines) or "nothing was said"

    def rate_limit(self, method: str, seconds: int = 1, times: int = 1) -> None:
        """Answer the next calls of a method with 429 and this many seconds to wait."""
        self.server.faults[method] = Fault(times, 429, "ratelimited", retry_after=seconds)

    def fail(self, method: str, error: str = "internal_error", *, status: int = 200, times: int = 1) -> None:
        """Answer the next calls of a method with an error, before anything is done."""
        self.server.faults[method] = Fault(times, status, error)

    def drop_after_accept(self, method: str, times: int = 1) -> None:
        """Do what the next calls of a method ask, and close the connection without an answer."""
        self.server.faults[method] = Fault(times, drop=True)

    async def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        """Close every Socket Mode connection, as Slack does every few hours."""
        await self.deliveries.disconnect(reason)


def _mount_page(application: web.Application, workspace: Workspace) -> None:
    from workspace.page import mount

    mount(application, workspace)


def text_of(thing: Message | View | Blocks | None) -> str:
    """Return what a person reads in a message, view or list of blocks, line by line."""
    if thing is None:
        return ""
    if isinstance(thing, Message):
        body = text_of(thing.blocks) if thing.blocks else thing.text
        return "\n".join([body, *(f"[file {file}]" for file in thing.files)])
    if isinstance(thing, View):
        errors = [f"! {text}" for text in thing.errors.values()]
        return "\n".join([thing.title, text_of(thing.blocks), *errors])
    return "\n".join(line for block in thing for line in _lines(block))


def _lines(thing: Any) -> list[str]:
    if isinstance(thing, list):
        return [line for each in thing for line in _lines(each)]
    if not isinstance(thing, dict):
        return []
    found = [thing["text"]] if isinstance(thing.get("text"), str) else []
    for name, value in thing.items():
        if name in {"title", "caption", "initial_value", "alt_text"} and isinstance(value, str):
            found.append(value)
        elif name not in {"confirm", "placeholder", "initial_option", "initial_options"}:
            found += _lines(value)
    return found
