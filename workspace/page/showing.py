"""What the page shows: the front page, places and threads, menus, and news of what has changed."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import web
from markupsafe import Markup

from workspace.driver import Workspace
from workspace.page import fragments as pieces
from workspace.page import sight as seeing
from workspace.page.answers import page, told
from workspace.page.reader import Reader
from workspace.page.rendering import render
from workspace.page.sight import Sight
from workspace.person import Person
from workspace.problems import NotPossible
from workspace.state import Message, User

HOLD_SECONDS = 20.0
"""How long a tab's question for news stays open."""
GATHER_SECONDS = 0.05
"""Changes come in flocks; a moment's patience sends them together."""
QUICK_EMOJI = (
    "bulb", "no_entry_sign", "white_check_mark", "eyes", "thumbsup", "thumbsdown", "heart", "tada", "pray", "clap",
    "raised_hands", "wave", "thinking_face", "slightly_smiling_face", "star", "question",
)  # fmt: skip
Show = Callable[[web.Request, Person], Awaitable[web.Response]]


class Showing:
    """Shows one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        """Show `workspace`."""
        self._workspace = workspace
        self._team = workspace.team

    def routes(self) -> list[web.RouteDef]:
        """Return what is shown where."""
        shown: dict[str, Show] = {
            "": self.start,
            "/menu": self.menu,
            "/emoji": self.emoji,
            "/edit": self.edit,
            "/line": self.line,
            "/archives/{channel}/{stamp}": self.archive,
            "/{place}": self.place,
            "/{place}/thread/{ts}": self.thread,
        }
        return [
            web.get("/", self.people),
            web.get("/archives/{channel}/{stamp}", self.permalink),
            *(web.get(f"/as/{{user}}{path}", self._showing(show)) for path, show in shown.items()),
            web.post("/as/{user}/live", self._showing(self.live)),
        ]

    def _showing(self, show: Show) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            try:
                return await show(request, seeing.person_of(self._workspace, request))
            except NotPossible as problem:
                if "HX-Request" in request.headers and request.method == "GET":
                    return told(str(problem))
                return self._front(notice=str(problem), status=404)

        return handle

    async def people(self, request: web.Request) -> web.Response:
        """Ask whom to be."""
        onward = request.query.get("to", "")
        return self._front(onward=onward if onward.startswith("/archives/") else "")

    def _front(self, *, notice: str = "", onward: str = "", status: int = 200) -> web.Response:
        return page(
            render(
                "people.html",
                team=self._team,
                people=self._everybody(),
                suggested=[(each, self._reader(each.user).mrkdwn(each.words)) for each in self._workspace.suggestions],
                notice=notice,
                onward=onward,
            ),
            status,
        )

    def _reader(self, user: User) -> Reader:
        return Reader(self._team, user, self._workspace.base_url)

    def _everybody(self) -> list[User]:
        people = [each.user for each in self._workspace.people.values() if not each.user.deleted]
        return sorted(people, key=lambda user: user.real_name.casefold())

    async def start(self, _request: web.Request, person: Person) -> web.Response:
        """Go to a person's first place in which there is something to see."""
        places = [each.channel.id for each in seeing.entries(Sight(self._workspace, person, None))]
        places.append(person.dm.id)
        place = next((each for each in places if person.sees(each)), places[0])
        raise web.HTTPFound(f"/as/{person.id}/{place}")

    async def place(self, request: web.Request, person: Person) -> web.Response:
        """Show a channel, a direct message or the app's Home."""
        name = request.match_info["place"]
        since = self._team.channels[name].last_read.get(person.id, "") if name in self._team.channels else ""
        sight = seeing.look(self._workspace, person, name, {**request.query, "since": since})
        seeing.mark_read(sight)
        if sight.is_app:
            await person.open_home("messages" if sight.place else "home")
        return page(self._page(sight))

    def _page(self, sight: Sight) -> Markup:
        named = {each.id: each for each in [*pieces.frame(sight), *pieces.place(sight), pieces.modal(sight)]}
        return render(
            "page.html",
            sight=sight,
            reader=sight.reader,
            piece=named,
            in_place=[each for each in named.values() if each.parent],
            in_thread=pieces.thread(sight),
            earlier=max(0, len(seeing.messages(sight)) - sight.limit),
            people=self._everybody(),
            onward=lambda user: _same_place(sight, user),
            completions=self._completions(),
        )

    def _completions(self) -> list[dict[str, str]]:
        """Return what the composer proposes: the manifest's commands, and everybody's handle."""
        commands = [
            {"insert": each.name, "about": each.description, "hint": each.hint}
            for each in self._workspace.manifest.commands.values()
        ]
        users = [*self._everybody(), self._workspace.bot]
        return commands + [{"insert": f"@{each.name}", "about": each.real_name, "hint": ""} for each in users]

    async def thread(self, request: web.Request, person: Person) -> web.Response:
        """Show a thread beside its channel."""
        asked = {"thread": request.match_info["ts"]}
        sight = seeing.look(self._workspace, person, request.match_info["place"], asked)
        if sight.root is None:
            raise NotPossible("That message is no longer there.")
        return page(render("thread.html", sight=sight, reader=sight.reader, in_thread=pieces.thread(sight)))

    async def live(self, request: web.Request, person: Person) -> web.Response:
        """Answer, as soon as something has changed, what brings a tab up to date."""
        form = await request.post()
        try:
            seen = {str(name): str(state) for name, state in json.loads(str(form.get("seen", ""))).items()}
        except (ValueError, AttributeError):
            raise web.HTTPBadRequest from None
        place = str(form.get("place", ""))
        return page(await self._news(lambda: seeing.look(self._workspace, person, place, form), seen))

    async def _news(self, look: Callable[[], Sight], seen: Mapping[str, str]) -> Markup:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + HOLD_SECONDS
        while True:
            version = self._team.version
            sight = look()
            seeing.mark_read(sight)
            news = pieces.catch_up(pieces.fragments(sight), seen)
            if news or loop.time() >= deadline:
                return news
            await self._team.wait_for_change(version, max(0.0, deadline - loop.time()))
            await asyncio.sleep(GATHER_SECONDS)

    async def permalink(self, request: web.Request) -> web.Response:
        """Ask who wants to see a message that a permalink names."""
        raise web.HTTPFound(f"/?to={quote(request.path)}")

    async def archive(self, request: web.Request, person: Person) -> web.Response:
        """Go to the message that a permalink names."""
        stamp = request.match_info["stamp"].removeprefix("p")
        message = seeing.message_of(person, request.match_info["channel"], f"{stamp[:-6]}.{stamp[-6:]}")
        thread = f"?thread={message.thread_ts}" if message.thread_ts else ""
        anchor = f"{'t' if message.is_reply else 'm'}-{message.ts.replace('.', '-')}"
        raise web.HTTPFound(f"/as/{person.id}/{message.channel}{thread}#{anchor}")

    def _about(self, request: web.Request, person: Person) -> tuple[Message, dict[str, Any]]:
        """Return the message that a menu is about, and what every menu shows of it."""
        message = seeing.asked_message(request, person)
        at = f"channel={message.channel}&ts={message.ts}"
        reader = Sight(self._workspace, person, None).reader
        return message, {"at": at, "reader": reader, "line": request.query.get("line", "")}

    async def menu(self, request: web.Request, person: Person) -> web.Response:
        """Show what can be done with a message."""
        message, about = self._about(request, person)
        shortcuts = [each for each in self._workspace.manifest.shortcuts.values() if each.type == "message"]
        link = f"{self._workspace.base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
        mine = message.user == person.id
        return page(
            render("menu.html", **about, shortcuts=shortcuts, permalink=link, mine=mine, app=self._workspace.bot)
        )

    async def emoji(self, request: web.Request, person: Person) -> web.Response:
        """Show the emoji to react with."""
        _, about = self._about(request, person)
        return page(render("emoji.html", **about, names=QUICK_EMOJI))

    async def edit(self, request: web.Request, person: Person) -> web.Response:
        """Show a message's text for editing."""
        message, about = self._about(request, person)
        return page(render("edit.html", **about, text=about["reader"].typed(message.text)))

    async def line(self, request: web.Request, person: Person) -> web.Response:
        """Show one message again."""
        message = seeing.asked_message(request, person)
        return page(pieces.line(self._workspace, person, message, request.query.get("line", "")).html)


def _same_place(sight: Sight, user: User) -> str:
    """Return where another person finds what this tab shows, below their own address."""
    if sight.place is None:
        return "/home"
    if not sight.place.is_direct and user.id in sight.place.members:
        thread = f"?thread={sight.root.ts}" if sight.root else ""
        return f"/{sight.place.id}{thread}"
    return ""
