"""The page's addresses: what is shown, and what a person does."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web
from markupsafe import Markup

from workspace.driver import Workspace
from workspace.inputs import elements_of
from workspace.page import fragments as pieces
from workspace.page import sight as seeing
from workspace.page.forms import Form, entered, field_name
from workspace.page.moments import next_morning
from workspace.page.rendering import render
from workspace.page.sight import SHOWN, Sight
from workspace.person import Person
from workspace.problems import Misanswered, NotPossible, Shown
from workspace.state import Message, User, View

HOLD_SECONDS = 20.0
"""How long a tab's question for news stays open."""
GATHER_SECONDS = 0.05
MOST_SHOWN = 5000
QUICK_EMOJI = (
    "bulb", "no_entry_sign", "white_check_mark", "eyes", "thumbsup", "thumbsdown", "heart", "tada", "pray", "clap",
    "raised_hands", "wave", "thinking_face", "slightly_smiling_face", "star", "question",
)  # fmt: skip
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
Handler = Callable[[web.Request, Person, Form], Awaitable[web.Response]]


class Page:
    """Serves one workspace's page."""

    def __init__(self, workspace: Workspace) -> None:
        """Show and move `workspace`."""
        self._workspace = workspace
        self._team = workspace.team

    def routes(self) -> list[web.RouteDef]:
        """Return what is served where."""
        shown = [
            web.get("/", self.people),
            web.get("/page/{name}", static),
            web.get("/archives/{channel}/{stamp}", self.permalink),
            web.get("/as/{user}", self.start),
            web.get("/as/{user}/menu", self.menu),
            web.get("/as/{user}/emoji", self.emoji),
            web.get("/as/{user}/edit", self.edit_form),
            web.get("/as/{user}/line", self.line),
            web.get("/as/{user}/archives/{channel}/{stamp}", self.archive),
            web.get("/as/{user}/{place}", self.place),
            web.get("/as/{user}/{place}/thread/{ts}", self.thread),
            web.post("/as/{user}/live", self.live),
        ]
        verbs: dict[str, Handler] = {
            "say": self.say,
            "use": self.use,
            "submit": self.submit,
            "close": self.close,
            "react": self.react,
            "edit": self.edit,
            "delete": self.delete,
            "dismiss": self.dismiss,
            "shortcut": self.shortcut,
            "jump": self.jump,
        }
        return [*shown, *(web.post(f"/as/{{user}}/{name}", self._doing(verb)) for name, verb in verbs.items())]

    def _doing(self, verb: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
                raise web.HTTPForbidden(text="Another page may not act here.")
            form = await request.post()
            try:
                return await verb(request, self._person(request), form)
            except (Shown, NotPossible) as problem:
                return told(str(problem), in_modal="view" in form)
            except Misanswered as problem:
                return told(self._trouble(problem), in_modal="view" in form)

        return handle

    def _trouble(self, problem: Misanswered) -> str:
        self._team.troubles.append(f"The app's answer was refused: {problem}")
        self._team.changed()
        return "We had some trouble connecting. Try again?"

    def _person(self, request: web.Request) -> Person:
        person = self._workspace.people.get(request.match_info["user"])
        if person is None:
            raise web.HTTPNotFound(text="There is nobody of that id here. Start again at the front page.")
        return person

    def _message(self, request: web.Request, person: Person) -> Message:
        return self._found(person, request.query.get("channel", ""), request.query.get("ts", ""))

    def _found(self, person: Person, channel_id: str, ts: str) -> Message:
        channel = person.channel(channel_id)
        seen = self._team.seen_by(person.id, channel.id)
        found = next((each for each in seen if each.ts == ts), None)
        if found is None:
            raise NotPossible("That message is no longer there.")
        return found

    async def people(self, request: web.Request) -> web.Response:
        """Ask whom to be."""
        onward = request.query.get("to", "")
        shown = {"team": self._team, "people": self._everybody(), "notice": "", "onward": safe_path(onward)}
        return page(render("people.html", **shown))

    def _everybody(self) -> list[User]:
        people = [each.user for each in self._workspace.people.values() if not each.user.deleted]
        return sorted(people, key=lambda user: user.real_name.casefold())

    async def start(self, request: web.Request) -> web.Response:
        """Go to a person's first place."""
        person = self._person(request)
        first = seeing.entries(Sight(self._workspace, person, None))
        place = first[0].channel.id if first else person.dm.id
        raise web.HTTPFound(f"/as/{person.id}/{place}")

    def _sight(self, person: Person, place: str, values: Any) -> Sight:
        """Return what a tab shows by what it says of itself: place, thread, since and limit."""
        limit = str(values.get("limit") or SHOWN)
        shown = min(int(limit), MOST_SHOWN) if limit.isdecimal() else SHOWN
        if place == "home":
            return Sight(self._workspace, person, None)
        channel = person.channel(place)
        root = self._team.message(channel.id, str(values.get("thread") or ""), ephemeral=True)
        if root is not None and root.is_reply:
            root = self._team.message(channel.id, root.thread_ts or "")
        return Sight(self._workspace, person, channel, root, str(values.get("since") or ""), shown)

    async def place(self, request: web.Request) -> web.Response:
        """Show a channel, a direct message or the app's Home."""
        person = self._person(request)
        name = request.match_info["place"]
        since = self._team.channels[name].last_read.get(person.id, "") if name in self._team.channels else ""
        try:
            sight = self._sight(person, name, {**request.query, "since": since})
        except NotPossible as problem:
            raise web.HTTPNotFound(text=str(problem)) from None
        seeing.mark_read(sight)
        if sight.is_app:
            await person.open_home("messages" if sight.place else "home")
        return page(self._page(sight))

    def _page(self, sight: Sight) -> Markup:
        named = {each.id: each for each in [*pieces.frame(sight), *pieces.place(sight), pieces.modal(sight)]}
        in_place = [each for each in named.values() if each.parent]
        return render(
            "page.html",
            sight=sight,
            reader=sight.reader,
            piece=named,
            in_place=in_place,
            in_thread=pieces.thread(sight),
            earlier=max(0, len(seeing.messages(sight)) - sight.limit),
            people=self._everybody(),
            onward=lambda user: _same_place(sight, user),
            notices=[],
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

    async def thread(self, request: web.Request) -> web.Response:
        """Show a thread beside its channel."""
        person = self._person(request)
        sight = self._sight(person, request.match_info["place"], {"thread": request.match_info["ts"]})
        if sight.root is None:
            return told("That message is no longer there.")
        return page(render("thread.html", sight=sight, reader=sight.reader, in_thread=pieces.thread(sight)))

    async def live(self, request: web.Request) -> web.Response:
        """Answer, as soon as something has changed, what brings a tab up to date."""
        form = await request.post()
        seen = json.loads(str(form.get("seen") or "{}"))
        sight_of = (self._person(request), str(form.get("place", "")), form)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + HOLD_SECONDS
        while True:
            version = self._team.version
            sight = self._sight(*sight_of)
            seeing.mark_read(sight)
            news = pieces.catch_up(pieces.fragments(sight), seen)
            if news or loop.time() >= deadline:
                return page(news)
            await self._team.wait_for_change(version, max(0.0, deadline - loop.time()))
            await asyncio.sleep(GATHER_SECONDS)

    async def permalink(self, request: web.Request) -> web.Response:
        """Ask who wants to see a message that a permalink names."""
        raise web.HTTPFound(f"/?to={quote(request.path)}")

    async def archive(self, request: web.Request) -> web.Response:
        """Go to the message that a permalink names."""
        person = self._person(request)
        stamp = request.match_info["stamp"].removeprefix("p")
        try:
            message = self._found(person, request.match_info["channel"], f"{stamp[:-6]}.{stamp[-6:]}")
        except NotPossible as problem:
            raise web.HTTPNotFound(text=str(problem)) from None
        thread = f"?thread={message.thread_ts}" if message.thread_ts else ""
        anchor = f"{'t' if message.is_reply else 'm'}-{message.ts.replace('.', '-')}"
        raise web.HTTPFound(f"/as/{person.id}/{message.channel}{thread}#{anchor}")

    async def menu(self, request: web.Request) -> web.Response:
        """Show what can be done with a message."""
        person = self._person(request)
        message = self._message(request, person)
        shortcuts = [each for each in self._workspace.manifest.shortcuts.values() if each.type == "message"]
        link = f"{self._workspace.base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
        mine = message.user == person.id
        more = {"shortcuts": shortcuts, "permalink": link, "mine": mine, "app": self._workspace.bot}
        return page(render("menu.html", **self._about(request, person), **more))

    def _about(self, request: web.Request, person: Person) -> dict[str, Any]:
        at = f"channel={quote(request.query['channel'])}&ts={quote(request.query['ts'])}"
        reader = Sight(self._workspace, person, None).reader
        return {"at": at, "reader": reader, "line": request.query.get("line", "")}

    async def emoji(self, request: web.Request) -> web.Response:
        """Show the emoji to react with."""
        return page(render("emoji.html", **self._about(request, self._person(request)), names=QUICK_EMOJI))

    async def edit_form(self, request: web.Request) -> web.Response:
        """Show a message's text for editing."""
        person = self._person(request)
        about = self._about(request, person)
        text = about["reader"].typed(self._message(request, person).text)
        return page(render("edit.html", **about, text=text))

    async def line(self, request: web.Request) -> web.Response:
        """Show one message again."""
        person = self._person(request)
        return page(self._line(person, self._message(request, person), request.query.get("line", "")).html)

    def _line(self, person: Person, message: Message, name: str) -> pieces.Fragment:
        in_thread = name.startswith("t-")
        sight = self._sight(person, message.channel, {"thread": message.thread_ts or message.ts if in_thread else ""})
        shown = pieces.thread(sight) if in_thread else pieces.place(sight)
        found = next((each for each in shown if each.id == name), None)
        if found is None:
            raise NotPossible("That message is no longer there.")
        return found

    async def say(self, _request: web.Request, person: Person, form: Form) -> web.Response:
        """Post what was typed, or carry it out if it is a command."""
        text = str(form.get("text", "")).replace("\r\n", "\n").strip()
        channel = person.channel(str(form.get("channel", "")))
        thread = str(form.get("thread", ""))
        given = form.get("file")
        file = (given.filename, given.file.read()) if isinstance(given, web.FileField) and given.filename else None
        if text.startswith("/") and file is None:
            if thread:
                raise NotPossible(f"{text.split()[0]} is not supported in threads. Sorry!")
            await person.command(text, channel)
            return done()
        if not text and file is None:
            raise NotPossible("There is nothing to send yet.")
        root = self._found(person, channel.id, thread) if thread else None
        await person.say(channel, text, root, broadcast=form.get("broadcast") == "yes", file=file)
        return done()

    async def use(self, _request: web.Request, person: Person, form: Form) -> web.Response:
        """Use a button, menu or picker; what else was entered around it goes along."""
        where = self._surface(person, form)
        self._enter(person, where, form)
        block_id, element = self._element(where, str(form.get("use", "")))
        await person.use(where, block_id, element, form.get("option"))
        return done()

    def _surface(self, person: Person, form: Form) -> Message | View:
        if "view" not in form:
            return self._found(person, str(form.get("channel", "")), str(form.get("ts", "")))
        shown: list[View] = [*self._team.modals.get(person.id, ()), *([person.home] if person.home else [])]
        found = next((each for each in shown if each.id == form["view"]), None)
        if found is None:
            raise NotPossible("That form is no longer open.")
        return found

    def _enter(self, person: Person, where: Message | View, form: Form) -> None:
        zone = Sight(self._workspace, person, None).reader.zone
        for block_id, element, value in entered(where.blocks, form, zone):
            person.enter(where, block_id, element, value)

    @staticmethod
    def _element(where: Message | View, name: str) -> tuple[str, dict[str, Any]]:
        for block_id, element in elements_of(where.blocks):
            if field_name(block_id, str(element.get("action_id", ""))) == name:
                return block_id, element
        raise NotPossible("That has changed in the meantime. Look again.")

    async def submit(self, _request: web.Request, person: Person, form: Form) -> web.Response:
        """Submit the open modal."""
        view = self._surface(person, form)
        if view is not person.modal:
            raise NotPossible("That form is no longer open.")
        self._enter(person, view, form)
        await person.submit()
        return done()

    async def close(self, _request: web.Request, person: Person, _form: Form) -> web.Response:
        """Close the modal on top."""
        await person.close()
        return done()

    async def react(self, request: web.Request, person: Person, form: Form) -> web.Response:
        """Give a reaction, or take it back."""
        message = self._message(request, person)
        name = str(form.get("name") or form.get("typed") or "").strip().strip(":").lower()
        if not name:
            raise NotPossible("Name an emoji.")
        if person.id in message.reactions.get(name, []):
            await person.unreact(message, name)
        else:
            await person.react(message, name)
        return done()

    async def edit(self, request: web.Request, person: Person, form: Form) -> web.Response:
        """Change one of one's own messages."""
        message = self._message(request, person)
        text = str(form.get("text", "")).replace("\r\n", "\n").strip()
        if not text:
            raise NotPossible("A message cannot be empty. Delete it instead.")
        await person.edit(message, text)
        return page(self._line(person, message, request.query.get("line", "")).marked("true"))

    async def delete(self, request: web.Request, person: Person, _form: Form) -> web.Response:
        """Delete one of one's own messages."""
        await person.delete(self._message(request, person))
        return done()

    async def dismiss(self, request: web.Request, person: Person, _form: Form) -> web.Response:
        """Put away a message that only this person sees."""
        message = self._message(request, person)
        if message.ephemeral_to != person.id:
            raise NotPossible("Others see that message too.")
        self._team.remove(message)
        return done()

    async def shortcut(self, request: web.Request, person: Person, form: Form) -> web.Response:
        """Use a message shortcut."""
        await person.shortcut(str(form.get("name", "")), self._message(request, person))
        return done()

    async def jump(self, _request: web.Request, person: Person, form: Form) -> web.Response:
        """Move the workspace's clock."""
        if self._workspace.jump is None:
            raise NotPossible("This workspace's clock cannot be moved.")
        reader = Sight(self._workspace, person, None).reader
        try:
            await self._workspace.jump(_moment(form, self._workspace.now(), reader))
        except ValueError as problem:
            raise NotPossible(f"That moment cannot be jumped to: {problem}.") from None
        self._workspace.deliveries.retry_due()
        self._team.changed()
        return done()


def _moment(form: Form, now: datetime, reader: Any) -> datetime:
    by = str(form.get("by", ""))
    steps = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
    if by in steps:
        return now + steps[by]
    if by == "morning":
        return next_morning(now, reader.zone)
    return datetime.fromisoformat(str(form.get("to", ""))).replace(tzinfo=reader.zone).astimezone(UTC)


def _same_place(sight: Sight, user: User) -> str:
    if sight.place is None:
        return "/home"
    if sight.place.kind != "im" and user.id in sight.place.members:
        thread = f"?thread={sight.root.ts}" if sight.root else ""
        return f"/{sight.place.id}{thread}"
    return ""


def safe_path(path: str) -> str:
    """Return a path to go on to below a person's address, empty for anything else."""
    return path if path.startswith("/archives/") else ""


def page(html: Markup) -> web.Response:
    """Return HTML that runs no script but the page's own."""
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(text=str(html), content_type="text/html", headers=headers)


def done() -> web.Response:
    """Tell a form that it did what it says; what changed by it comes by itself."""
    return web.Response(status=204, headers={"HX-Trigger": "done"})


def told(text: str, *, in_modal: bool = False) -> web.Response:
    """Return what went wrong, as a message in the page."""
    notice = Markup(
        '<div hx-swap-oob="beforeend:{}"><p class="notice">{} '
        '<button type="button" data-dismiss aria-label="Dismiss">×</button></p></div>'
    )
    return page(notice.format("#modal-notices" if in_modal else "#notices", text))


async def static(request: web.Request) -> web.Response:
    """Give out the page's own files, and htmx from the package that carries it."""
    name = request.match_info["name"]
    if name == "htmx.js":
        return web.Response(body=htmx_file().read_bytes(), content_type="text/javascript")
    file = files("workspace.page") / "static" / name
    kind = KINDS.get(Path(name).suffix)
    if kind is None or "/" in name or not file.is_file():
        raise web.HTTPNotFound
    return web.Response(body=file.read_bytes(), content_type=kind, headers={"Cache-Control": "no-cache"})


def htmx_file() -> Path:
    """Return where django-htmx keeps htmx, without importing anything of Django."""
    found = find_spec("django_htmx")
    if found is None or not found.submodule_search_locations:
        raise web.HTTPNotFound(text="htmx is missing: install django-htmx.")
    return Path(found.submodule_search_locations[0]) / "static" / "django_htmx" / "htmx-2.min.js"
