"""What a person can do in Slack: the same verbs for the page and for the tests."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workspace.inputs import VALUE_NAME, Blocks, elements_of
from workspace.objects import (
    SUBSCRIPTIONS,
    changed_event,
    deleted_event,
    message_event,
    message_object,
    reaction_event,
    view_object,
)
from workspace.problems import Misanswered, NotPossible, Refusal, UnknownCommand
from workspace.state import Channel, Message, StoredFile, User, View

if TYPE_CHECKING:
    from workspace.driver import Workspace

Payload = dict[str, Any]
INPUT_TYPES = frozenset(VALUE_NAME)


class Person:
    """One user, acting."""

    def __init__(self, workspace: "Workspace", user: User) -> None:
        """Act as `user`."""
        self.workspace = workspace
        self._team = workspace.team
        self.user = user

    @property
    def id(self) -> str:
        """The user's Slack id."""
        return self.user.id

    @property
    def dm(self) -> Channel:
        """The direct message with the app."""
        return self._team.dm(self.id, self.workspace.bot.id)

    @property
    def modal(self) -> View | None:
        """The modal on top, if one is open."""
        return self._team.modal(self.id)

    @property
    def home(self) -> View | None:
        """The app's Home tab as published for this person."""
        return self._team.homes.get(self.id)

    def channel(self, name: str | Channel) -> Channel:
        """Return a channel by `#name` or id; NotPossible if this person is not in it."""
        found = name if isinstance(name, Channel) else self._team.channel(name)
        if found is None or self.id not in found.members:
            raise NotPossible(f"{self.user.real_name} sees no channel {name}")
        return found

    def _must_see(self, thing: Message | View) -> None:
        if isinstance(thing, Message):
            # By its ts: what is on a screen may be older than what the message says by now.
            seen = self._team.seen_by(self.id, self.channel(thing.channel).id)
            shown = thing.ts in {message.ts for message in seen}
        else:
            shown = thing.user == self.id and (thing.type == "home" or thing in self._team.modals.get(self.id, ()))
        if not shown:
            raise NotPossible(f"{self.user.real_name} does not see this {type(thing).__name__.lower()}")

    def sees(self, channel: str | Channel) -> list[Message]:
        """Return what this person sees in a channel: everybody's messages and their own ephemeral ones."""
        return self._team.seen_by(self.id, self.channel(channel).id)

    async def say(
        self,
        channel: str | Channel,
        text: str,
        thread: Message | None = None,
        *,
        broadcast: bool = False,
        file: tuple[str, bytes] | None = None,
    ) -> Message:
        """Say something in a channel or thread, with a file if one is given."""
        place = self.channel(channel)
        if place.is_archived:
            raise NotPossible(f"{place.name} is archived")
        message = Message(place.id, self._team.next_ts(), self.id, self._written(text))
        if thread is not None:
            self._must_see(thread)
            message.thread_ts = thread.thread_ts or thread.ts
            message.subtype = "thread_broadcast" if broadcast else None
        if file is not None:
            message.files, message.subtype = [self._store(*file)], "file_share"
        self._team.add(message)
        self._tell(place, message)
        return message

    def handed(self, message: Message) -> Message:
        """Return a copy of somebody else's message before this person, for a click that nobody meant them to make."""
        copy = replace(message, channel=self.dm.id, ts=self._team.next_ts(), ephemeral_to=self.id)
        self._team.add(copy)
        return copy

    async def tell_app(self, text: str, thread: Message | None = None) -> Message:
        """Say something to the app in the direct message."""
        return await self.say(self.dm, text, thread)

    def _tell(self, place: Channel, message: Message) -> None:
        body = message_event(self._team, place, message)
        root = self._team.message(place.id, message.thread_ts) if message.is_reply and message.thread_ts else None
        if root is not None:
            body["parent_user_id"] = root.user
        if self.workspace.bot.id in place.members:
            self.workspace.deliveries.event(body, SUBSCRIPTIONS[place.kind])
            if f"<@{self.workspace.bot.id}>" in message.text and place.kind != "im":
                mention = {k: v for k, v in body.items() if k not in {"channel_type", "subtype"}}
                self.workspace.deliveries.event(mention | {"type": "app_mention"}, "app_mention")

    def _written(self, text: str) -> str:
        """Return typed text as Slack keeps it: escaped, with mentions recognised."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        text = re.sub(r"(?<!\w)@(channel|here|everyone)\b", r"<!\1>", text)
        # Longest first: one handle may begin with another.
        for user in sorted(self._team.users.values(), key=lambda user: -len(user.name)):
            text = re.sub(rf"(?<!\w)@{re.escape(user.name)}\b", f"<@{user.id}>", text)
        return re.sub(r"https?://[^\s<>]+", lambda found: f"<{found[0].replace('|', '%7C')}>", text)

    async def edit(self, message: Message, text: str) -> None:
        """Change one of one's own messages."""
        self._must_own(message)
        before = message_object(self._team, message)
        message.text = self._written(text)
        message.edited = {"user": self.id, "ts": self._team.next_ts()}
        self._team.changed()
        place = self._team.channels[message.channel]
        self.workspace.deliveries.event(changed_event(self._team, place, message, before), SUBSCRIPTIONS[place.kind])

    async def delete(self, message: Message) -> None:
        """Delete one of one's own messages or, as an administrator, anybody's."""
        if not self.user.is_admin:
            self._must_own(message)
        place = self._team.channels[message.channel]
        self._team.remove(message)
        self.workspace.deliveries.event(deleted_event(self._team, place, message), SUBSCRIPTIONS[place.kind])

    def _store(self, name: str, content: bytes) -> str:
        made = int(self._team.now().timestamp())
        file = StoredFile(self._team.new_id("F"), name, name, self.id, made, len(content), content, complete=True)
        self._team.files[file.id] = file
        return file.id

    def _must_own(self, message: Message) -> None:
        if message.user != self.id:
            raise NotPossible("that message is somebody else's")

    async def react(self, message: Message, name: str) -> None:
        """Put a reaction on a message."""
        self._must_see(message)
        users = message.reactions.setdefault(name, [])
        if self.id in users:
            raise NotPossible("already reacted")
        users.append(self.id)
        self._tell_reaction("reaction_added", message, name)

    async def unreact(self, message: Message, name: str) -> None:
        """Take a reaction off a message."""
        if self.id not in message.reactions.get(name, []):
            raise NotPossible("no such reaction")
        message.reactions[name].remove(self.id)
        if not message.reactions[name]:
            del message.reactions[name]
        self._tell_reaction("reaction_removed", message, name)

    def _tell_reaction(self, kind: str, message: Message, name: str) -> None:
        self._team.changed()
        self.workspace.deliveries.event(reaction_event(kind, self.id, name, message), kind)

    async def command(self, text: str, channel: str | Channel | None = None) -> Message | View | None:
        """Type a slash command; return what the app answers: a message, a modal, or nothing at once.

        Raise UnknownCommand for one that the manifest does not name, and Timeout if the app stays silent.
        """
        name, _, rest = text.partition(" ")
        if name not in self.workspace.manifest.commands:
            raise UnknownCommand(name)
        place = self.channel(channel) if channel is not None else self.dm
        open_before = self.modal
        self.workspace.deliveries.places[self.id] = place.id
        payload = {
            "token": "unused",
            "team_id": self._team.id,
            "team_domain": self._team.domain,
            "channel_id": place.id,
            "channel_name": place.name or "directmessage",
            "user_id": self.id,
            "user_name": self.user.name,
            "command": name,
            "text": rest.strip(),
            "api_app_id": self._team.app_id,
            "is_enterprise_install": "false",
            "response_url": self.workspace.deliveries.response_url(self.id, place.id),
            "trigger_id": self.workspace.deliveries.trigger(self.id),
        }
        answer = await self.workspace.deliveries.command(payload)
        if answer:
            with _as_misanswered():
                return self.workspace.methods.answer(self.id, place, answer)
        return self.modal if self.modal is not open_before else None

    async def shortcut(self, name: str, message: Message) -> View | None:
        """Use a message shortcut by its name; return the modal that opens."""
        self._must_see(message)
        found = next((each for each in self.workspace.manifest.shortcuts.values() if each.name == name), None)
        if found is None:
            raise NotPossible(f"there is no shortcut {name}")
        place = self._team.channels[message.channel]
        payload = self._interaction("message_action") | {
            "callback_id": found.callback_id,
            "message_ts": message.ts,
            "channel": {"id": place.id, "name": place.name},
            "message": message_object(self._team, message),
            "response_url": self.workspace.deliveries.response_url(self.id, place.id, message),
            "action_ts": self._team.next_ts(),
        }
        await self.workspace.deliveries.interaction(payload)
        return self.modal

    def _interaction(self, kind: str) -> Payload:
        return {
            "type": kind,
            "token": "unused",
            "team": {"id": self._team.id, "domain": self._team.domain},
            "user": {"id": self.id, "username": self.user.name, "team_id": self.user.team_id},
            "api_app_id": self._team.app_id,
            "trigger_id": self.workspace.deliveries.trigger(self.id),
        }

    async def click(self, where: Message | View, what: str, *, option: Any = None) -> None:
        """Use a button, menu or picker in a message or view.

        `what` is its label, action id or value; `option` what is chosen: a value, values, an id or a date. A button
        that is a link tells the app as well.
        """
        self._must_see(where)
        block_id, element = find_element(where.blocks, what)
        if element["type"] in INPUT_TYPES:
            self.enter(where, block_id, element, option)
        if element["type"] in INPUT_TYPES and _is_input(where.blocks, block_id):
            return
        await self.use(where, block_id, element, option)

    def enter(self, where: Message | View, block_id: str, element: dict[str, Any], value: Any) -> None:
        """Type or choose `value` in one element, of which a message or view may have several with one action id."""
        where.values.setdefault(block_id, {})[element["action_id"]] = chosen(element, value)
        self._team.changed()

    async def use(self, where: Message | View, block_id: str, element: dict[str, Any], option: Any = None) -> None:
        """Use exactly this element, as it stands; an overflow menu needs the `option` that is chosen."""
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block_id,
            "action_ts": self._team.next_ts(),
        }
        if element["type"] == "button":
            action |= {"text": element["text"]} | ({"value": element["value"]} if "value" in element else {})
        elif element["type"] in INPUT_TYPES:
            action |= where.values[block_id][element["action_id"]]
        else:
            action |= chosen(element, option)
        place = self._container(where)
        payload = self._interaction("block_actions") | place | {"actions": [action], "state": {"values": where.values}}
        await self.workspace.deliveries.interaction(payload)

    def _container(self, where: Message | View) -> Payload:
        if isinstance(where, View):
            kind = {"type": "view", "view_id": where.id}
            return {"container": kind, "view": view_object(self._team, where)}
        place = self._team.channels[where.channel]
        container = {
            "type": "message",
            "message_ts": where.ts,
            "channel_id": place.id,
            "is_ephemeral": where.ephemeral_to is not None,
        }
        if where.thread_ts:
            container["thread_ts"] = where.thread_ts
        return {
            "container": container,
            "channel": {"id": place.id, "name": place.name},
            "message": message_object(self._team, where),
            "response_url": self.workspace.deliveries.response_url(self.id, place.id, where),
        }

    async def fill(self, values: Mapping[str, Any], view: View | None = None) -> None:
        """Type into or choose in inputs of the open modal, by block id, action id or label."""
        shown = view or self._open()
        for what, value in values.items():
            block_id, element = find_element(shown.blocks, what)
            self.enter(shown, block_id, element, value)

    def _open(self) -> View:
        if self.modal is None:
            raise NotPossible("no modal is open")
        return self.modal

    async def submit(self, values: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Fill in and submit the open modal; return its field errors by block id, none if it was accepted.

        What Slack checks itself (required fields, lengths) comes back the same way, without the app being asked.
        """
        view = self._open()
        await self.fill(values or {}, view)
        view.errors = _checked(view)
        if view.errors:
            self._team.changed()
            return view.errors
        payload = self._interaction("view_submission") | {
            "view": view_object(self._team, view),
            "response_urls": [],
        }
        answer = await self.workspace.deliveries.interaction(payload)
        with _as_misanswered():
            self._take(view, answer)
        return view.errors

    def _take(self, view: View, answer: Mapping[str, Any]) -> None:
        stack = self._team.modals.get(self.id, [])
        action = answer.get("response_action")
        if action == "errors":
            inputs = {block.get("block_id") for block in view.blocks if block["type"] == "input"}
            if not answer["errors"] or set(answer["errors"]) - inputs:
                raise Misanswered(f"errors must name input blocks, not {sorted(answer['errors'])}")
            view.errors = dict(answer["errors"])
        elif action == "update":
            self.workspace.methods.replace(view, answer["view"])
        elif action == "push":
            self.workspace.methods.lay(self.workspace.methods.make_view(answer["view"], self.id))
        elif action == "clear":
            stack.clear()
        elif view in stack:
            stack.remove(view)
        self._team.changed()

    async def close(self) -> None:
        """Close the modal on top."""
        view = self._open()
        self._team.modals[self.id].remove(view)
        self._team.changed()
        if view.body.get("notify_on_close"):
            payload = self._interaction("view_closed") | {"view": view_object(self._team, view), "is_cleared": False}
            await self.workspace.deliveries.interaction(payload)

    async def open_home(self, tab: str = "home") -> None:
        """Open the app's Home or Messages tab."""
        body = {"type": "app_home_opened", "user": self.id, "channel": self.dm.id, "tab": tab}
        self.workspace.deliveries.event(body, "app_home_opened")

    async def change_profile(self, **fields: Any) -> None:
        """Change what Slack knows of this person: name, email, tz, locale or deleted."""
        for name, value in fields.items():
            setattr(self.user, name, value)
        self._team.changed()
        body = {"type": "user_change", "user": self.workspace.methods.describe(self.user, locale=True)}
        self.workspace.deliveries.event(body, "user_change")


@contextmanager
def _as_misanswered() -> Iterator[None]:
    """Have what Slack would refuse in an acknowledgement fail in the hands of whoever acted."""
    try:
        yield
    except Refusal as refusal:
        raise Misanswered(str(refusal)) from None


def find_element(blocks: Blocks, what: str) -> tuple[str, dict[str, Any]]:
    """Return the block id and first element that `what` names: action id, block id, value, label, seen or heard."""
    labels = {block.get("block_id"): block["label"]["text"] for block in blocks if block["type"] == "input"}
    found = list(elements_of(blocks))
    for block_id, element in found:
        words = {element.get("action_id"), block_id, element.get("value"), labels.get(block_id)}
        words |= {(element.get("text") or {}).get("text"), element.get("accessibility_label")}
        if what in words:
            return block_id, element
    names = [f"{(e.get('text') or {}).get('text', '')} ({e.get('action_id')})" for _, e in found]
    raise NotPossible(f"there is nothing called {what!r} here, only: {', '.join(names)}")


def chosen(element: dict[str, Any], value: Any) -> dict[str, Any]:
    """Return what an element holds once `value` was typed or chosen; NotPossible for a choice it does not offer."""
    name = VALUE_NAME.get(element["type"])
    if element["type"] == "overflow":
        return {"type": "overflow", "selected_option": _option(element, value)}
    if name is None:
        raise NotPossible(f"a {element['type']} takes no value")
    if name == "selected_option":
        value = None if value is None else _option(element, value)
    elif name == "selected_options":
        value = [_option(element, each) for each in value]
    return {"type": element["type"], name: value}


def _option(element: dict[str, Any], value: str) -> dict[str, Any]:
    groups = element.get("option_groups") or []
    options = element.get("options") or [option for group in groups for option in group["options"]]
    for option in options:
        if value in {option["value"], option["text"]["text"]}:
            found: dict[str, Any] = option
            return found
    raise NotPossible(f"{value!r} is not among the options")


def _is_input(blocks: Blocks, block_id: str) -> bool:
    block = next(block for block in blocks if block.get("block_id") == block_id)
    return block["type"] == "input" and not block.get("dispatch_action")


def _checked(view: View) -> dict[str, str]:
    errors = {}
    for block in view.blocks:
        if block["type"] == "input":
            fault = _input_fault(block, view.values.get(block["block_id"], {}))
            if fault:
                errors[block["block_id"]] = fault
    return errors


def _input_fault(block: dict[str, Any], held: Mapping[str, dict[str, Any]]) -> str:
    element = block["element"]
    name = VALUE_NAME[element["type"]]
    value = held.get(element["action_id"], {}).get(name)
    if not value:
        return "" if block.get("optional") else "Please complete this required field."
    if isinstance(value, str) and name == "value":
        if len(value) > element.get("max_length", 3000):
            return f"Please enter no more than {element.get('max_length', 3000)} characters."
        if len(value) < element.get("min_length", 0):
            return f"Please enter at least {element['min_length']} characters."
    return ""
