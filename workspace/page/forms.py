"""What is sent from the page's forms, as the values that Slack's elements hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from multidict import MultiDictProxy

from workspace.inputs import VALUE_NAME, Blocks, Values, elements_of
from workspace.page.reader import Reader
from workspace.state import Channel, Message, User, View

Element = dict[str, Any]
Form = MultiDictProxy[Any]
Choice = tuple[str, str, str]
"""Value, words and description of one thing that can be chosen."""
INCLUDED = {"public": "channel", "private": "private", "im": "im", "mpim": "mpim"}


def field_name(block_id: str, action_id: str) -> str:
    """Return under which name a form carries an element."""
    return f"{block_id}|{action_id}"


@dataclass(frozen=True)
class Surface:
    """A message or view as a form: what can be used in it, what it holds, and where it is sent."""

    reader: Reader
    blocks: Blocks
    values: Values
    prefix: str
    hidden: Mapping[str, str]
    errors: Mapping[str, str]
    place: str = ""

    def name(self, block_id: str, element: Element) -> str:
        """Return the name of an element in the form."""
        return field_name(block_id, str(element.get("action_id", "")))

    def field_id(self, block_id: str, element: Element) -> str:
        """Return an id for the page, unique to this element."""
        return f"f{sha256(f'{self.prefix}|{self.name(block_id, element)}'.encode()).hexdigest()[:12]}"

    def held(self, block_id: str, element: Element) -> Any:
        """Return what an element holds as its form control shows it: a string, or a list of strings."""
        state = self.values.get(block_id, {}).get(str(element.get("action_id", "")), {})
        value = state.get(VALUE_NAME.get(element["type"], ""))
        if isinstance(value, list):
            return [_plain(each) for each in value]
        if element["type"] == "datetimepicker" and value:
            return f"{datetime.fromtimestamp(int(value), UTC).astimezone(self.reader.zone):%Y-%m-%dT%H:%M}"
        return _plain(value)

    def choices(self, element: Element) -> list[tuple[str, list[Choice]]]:
        """Return what an element offers, in groups with their labels; one group without label if there are none."""
        kind = str(element["type"])
        if kind.endswith("users_select"):
            return [("", [_user_choice(each) for each in _present(self.reader)])]
        if kind.endswith(("conversations_select", "channels_select")):
            return [("", list(_conversations(self.reader, element)))]
        if "option_groups" in element:
            return [
                (self.reader.words(group["label"]), [self._option(each) for each in group["options"]])
                for group in element["option_groups"]
            ]
        return [("", [self._option(each) for each in element.get("options", ())])]

    def _option(self, option: Element) -> Choice:
        return str(option["value"]), self.reader.words(option["text"]), self.reader.words(option.get("description"))


def _plain(value: Any) -> str:
    return str(value["value"]) if isinstance(value, dict) else "" if value is None else str(value)


def _present(reader: Reader) -> list[User]:
    return sorted((each for each in reader.team.users.values() if not each.deleted), key=lambda each: each.real_name)


def _user_choice(user: User) -> Choice:
    return user.id, user.real_name, user.title


def _conversations(reader: Reader, element: Element) -> Iterator[Choice]:
    given = (element.get("filter") or {}).get("include") or ["public", "private", "im"]
    kinds = {"channel"} if "channels_select" in element["type"] else {INCLUDED.get(each) for each in given}
    bots = not (element.get("filter") or {}).get("exclude_bot_users")
    for channel in reader.team.channels.values():
        if channel.kind in kinds and _may_choose(reader, channel, bots=bots):
            yield channel.id, f"{'@' if channel.kind == 'im' else '#'}{reader.place_name(channel)}", ""


def _may_choose(reader: Reader, channel: Channel, *, bots: bool) -> bool:
    with_bot = any(reader.team.users[each].is_bot for each in channel.members)
    if channel.is_archived or (channel.kind == "im" and with_bot and not bots):
        return False
    return channel.kind == "channel" or reader.user.id in channel.members


def surface_of(reader: Reader, where: Message | View, prefix: str) -> Surface:
    """Return a message or view as a form."""
    if isinstance(where, View):
        hidden = {"view": where.id}
        return Surface(reader, where.blocks, where.values, prefix, hidden, where.errors)
    hidden = {"channel": where.channel, "ts": where.ts}
    return Surface(reader, where.blocks, where.values, prefix, hidden, {}, where.channel)


def entered(blocks: Blocks, form: Form, zone: ZoneInfo) -> Iterator[tuple[str, Element, Any]]:
    """Go through the inputs that a form shows: block id, element and the value it was given.

    Of several boxes none may be ticked, and then a form names none: it says in `several` which ones it showed.
    """
    for block_id, element in elements_of(blocks):
        kept = VALUE_NAME.get(str(element.get("type")))
        name = field_name(block_id, str(element.get("action_id", "")))
        if kept is None:
            continue
        if kept.endswith("s"):
            if name in form.getall("several", []):
                yield block_id, element, [str(each) for each in form.getall(name, [])]
        elif name in form:
            yield block_id, element, _value(element, str(form[name]), zone)


def _value(element: Element, typed: str, zone: ZoneInfo) -> Any:
    typed = typed.replace("\r\n", "\n")
    if not typed:
        return None
    if element["type"] != "datetimepicker":
        return typed
    try:
        return int(datetime.fromisoformat(typed).replace(tzinfo=zone).timestamp())
    except ValueError:
        return None
