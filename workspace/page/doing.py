"""What a person does on the page: every form and button ends here, in a verb of `Person`."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from workspace.driver import Workspace
from workspace.inputs import elements_of
from workspace.page import fragments as pieces
from workspace.page import sight as seeing
from workspace.page.answers import done, page, told
from workspace.page.forms import Form, entered, field_name
from workspace.page.moments import next_morning, zone_of
from workspace.person import Person
from workspace.problems import Misanswered, NotPossible, Shown
from workspace.state import Message, View

STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
Verb = Callable[[web.Request, Person, Form], Awaitable[web.Response | None]]


class Doing:
    """Acts in one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        """Act in `workspace`."""
        self._workspace = workspace
        self._team = workspace.team
        self._jumping = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """Return what is done where."""
        verbs: dict[str, Verb] = {
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
        return [web.post(f"/as/{{user}}/{name}", self._doing(verb)) for name, verb in verbs.items()]

    def _doing(self, verb: Verb) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
                raise web.HTTPForbidden(text="Another page may not act here.")
            form = await request.post()
            try:
                return await verb(request, seeing.person_of(self._workspace, request), form) or done()
            except (Shown, NotPossible) as problem:
                return told(str(problem), in_modal="view" in form)
            except Misanswered as problem:
                return told(self._trouble(problem), in_modal="view" in form)

        return handle

    def _trouble(self, problem: Misanswered) -> str:
        self._team.troubles.append(f"The app's answer was refused: {problem}")
        self._team.changed()
        return "We had some trouble connecting. Try again?"

    async def say(self, _request: web.Request, person: Person, form: Form) -> None:
        """Post what was typed, or carry it out if it is a command."""
        text = _text(form)
        channel = person.channel(str(form.get("channel", "")))
        thread, file = str(form.get("thread", "")), _file(form)
        if text.startswith("/") and file is None:
            if thread:
                raise NotPossible(f"{text.split()[0]} is not supported in threads. Sorry!")
            await person.command(text, channel)
            return
        if not text and file is None:
            raise NotPossible("There is nothing to send yet.")
        root = seeing.message_of(person, channel.id, thread) if thread else None
        await person.say(channel, text, root, broadcast=form.get("broadcast") == "yes", file=file)

    async def use(self, _request: web.Request, person: Person, form: Form) -> None:
        """Use a button, menu or picker; what else was entered around it goes along."""
        where = self._surface(person, form)
        block_id, element = _element(where, str(form.get("use", "")))
        _enter(person, where, form)
        await person.use(where, block_id, element, form.get("option"))

    def _surface(self, person: Person, form: Form) -> Message | View:
        if "view" not in form:
            return seeing.message_of(person, str(form.get("channel", "")), str(form.get("ts", "")))
        shown: list[View] = [*self._team.modals.get(person.id, ()), *([person.home] if person.home else [])]
        found = next((each for each in shown if each.id == form["view"]), None)
        if found is None:
            raise NotPossible("That form is no longer open.")
        return found

    async def submit(self, _request: web.Request, person: Person, form: Form) -> None:
        """Submit the open modal."""
        view = self._surface(person, form)
        if view is not person.modal:
            raise NotPossible("That form is no longer open.")
        _enter(person, view, form)
        await person.submit()

    async def close(self, _request: web.Request, person: Person, _form: Form) -> None:
        """Close the modal on top."""
        await person.close()

    async def react(self, request: web.Request, person: Person, form: Form) -> None:
        """Give a reaction, or take it back."""
        message = seeing.asked_message(request, person)
        name = str(form.get("name") or form.get("typed") or "").strip().strip(":").lower()
        if not name:
            raise NotPossible("Name an emoji.")
        if person.id in message.reactions.get(name, []):
            await person.unreact(message, name)
        else:
            await person.react(message, name)

    async def edit(self, request: web.Request, person: Person, form: Form) -> web.Response:
        """Change one of one's own messages, and show it in place of the form."""
        message = seeing.asked_message(request, person)
        if not _text(form):
            raise NotPossible("A message cannot be empty. Delete it instead.")
        await person.edit(message, _text(form))
        line = pieces.line(self._workspace, person, message, request.query.get("line", ""))
        return page(line.marked("true"))

    async def delete(self, request: web.Request, person: Person, _form: Form) -> None:
        """Delete one of one's own messages."""
        await person.delete(seeing.asked_message(request, person))

    async def dismiss(self, request: web.Request, person: Person, _form: Form) -> None:
        """Put away a message that only this person sees."""
        message = seeing.asked_message(request, person)
        if message.ephemeral_to != person.id:
            raise NotPossible("Others see that message too.")
        self._team.remove(message)

    async def shortcut(self, request: web.Request, person: Person, form: Form) -> None:
        """Use a message shortcut."""
        await person.shortcut(str(form.get("name", "")), seeing.asked_message(request, person))

    async def jump(self, _request: web.Request, person: Person, form: Form) -> None:
        """Move the workspace's clock."""
        if self._workspace.jump is None:
            raise NotPossible("This workspace's clock cannot be moved.")
        try:
            # One jump after the other: each begins where the one before it has ended.
            async with self._jumping:
                await self._workspace.jump(_moment(form, self._workspace.now(), person.user.tz))
        except ValueError as problem:
            raise NotPossible(f"That moment cannot be jumped to: {problem}.") from None
        self._workspace.deliveries.retry_due()
        self._team.changed()


def _text(form: Form) -> str:
    return str(form.get("text", "")).replace("\r\n", "\n").strip()


def _file(form: Form) -> tuple[str, bytes] | None:
    given = form.get("file")
    return (given.filename, given.file.read()) if isinstance(given, web.FileField) and given.filename else None


def _element(where: Message | View, name: str) -> tuple[str, dict[str, Any]]:
    for block_id, element in elements_of(where.blocks):
        if field_name(block_id, str(element.get("action_id", ""))) == name:
            return block_id, element
    raise NotPossible("That has changed in the meantime. Look again.")


def _enter(person: Person, where: Message | View, form: Form) -> None:
    for block_id, element, value in entered(where.blocks, form, zone_of(person.user.tz)):
        person.enter(where, block_id, element, value)


def _moment(form: Form, now: datetime, tz: str) -> datetime:
    by = str(form.get("by", ""))
    if by in STEPS:
        return now + STEPS[by]
    if by == "morning":
        return next_morning(now, zone_of(tz))
    return datetime.fromisoformat(str(form.get("to", ""))).replace(tzinfo=zone_of(tz)).astimezone(UTC)
