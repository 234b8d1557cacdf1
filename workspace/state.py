"""What the workspace holds: people, channels, messages, views and files, and the one place that tells of a change."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from workspace.inputs import initial_values

Block = dict[str, Any]
Kind = Literal["channel", "private", "im", "mpim"]
ViewType = Literal["modal", "home"]

COLOURS = ("#1f4e79", "#2e7d6b", "#8a4b9c", "#b3541e", "#4b6a1f", "#9c2f4f", "#3d5a98", "#6b5b3e")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass
class User:
    """Somebody in the workspace; `team_id` differs from the team's own for people of another workspace.

    `name` is the handle (lower case, no spaces), `tz` an IANA zone, `locale` an IETF tag.
    """

    id: str
    team_id: str
    name: str
    real_name: str
    email: str = ""
    tz: str = "UTC"
    locale: str = "en-US"
    title: str = ""
    colour: str = COLOURS[0]
    is_admin: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    deleted: bool = False

    @property
    def initials(self) -> str:
        """Return up to two letters for the avatar."""
        words = self.real_name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@dataclass
class Channel:
    """A channel, private channel or direct message; `members` are user ids, the bot's among them if it is in.

    `last_read` holds by user id the ts up to which that person has read.
    """

    id: str
    name: str
    kind: Kind
    members: list[str] = field(default_factory=list)
    topic: str = ""
    created: int = 0
    is_archived: bool = False
    last_read: dict[str, str] = field(default_factory=dict)

    @property
    def is_direct(self) -> bool:
        """Tell whether this is a conversation among people, known by their names, and no channel."""
        return self.kind in {"im", "mpim"}


@dataclass
class Message:
    """One message. `text` is mrkdwn, escaped as Slack carries it; `ephemeral_to` is the one user id that sees it.

    `reactions` maps an emoji's name to the user ids that gave it, in order; `files` are file ids.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Block] = field(default_factory=list)
    bot_id: str | None = None
    subtype: str | None = None
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited: dict[str, str] | None = None
    files: list[str] = field(default_factory=list)
    ephemeral_to: str | None = None
    client_msg_id: str | None = None
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What people have chosen in the message's own inputs: block id → action id → element state."""

    @property
    def is_reply(self) -> bool:
        """Tell whether this stands in a thread below another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def show(self, text: str, blocks: list[Block]) -> None:
        """Say this now; the blocks' inputs hold what they start with."""
        self.text, self.blocks, self.values = text, blocks, initial_values(blocks)


@dataclass
class View:
    """A modal or an App Home, with what has been entered in it so far.

    `body` is the view as the app sent it; `values` maps block id → action id → element state (Slack's
    `view.state.values`); `errors` maps block id → what the app or Slack said is wrong with the entry.
    """

    id: str
    user: str
    type: ViewType
    body: dict[str, Any]
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    external_id: str = ""
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Block]:
        """Return the view's blocks."""
        blocks: list[Block] = self.body["blocks"]
        return blocks

    @property
    def callback_id(self) -> str:
        """Return the app's name for this kind of view, empty if it gave none."""
        return str(self.body.get("callback_id") or "")

    @property
    def private_metadata(self) -> str:
        """Return what the app tucked into the view, empty if nothing."""
        return str(self.body.get("private_metadata") or "")

    @property
    def title(self) -> str:
        """Return a modal's title; a home has none."""
        return str((self.body.get("title") or {}).get("text", ""))


@dataclass
class StoredFile:
    """A file; `complete` once the app has finished the upload. `channels` are where it was shared."""

    id: str
    name: str
    title: str
    user: str
    created: int
    length: int
    content: bytes = b""
    mimetype: str = "application/octet-stream"
    alt_text: str = ""
    complete: bool = False
    channels: list[str] = field(default_factory=list)


@dataclass
class Team:
    """One workspace and everything in it. Whoever changes something calls `changed()`; whoever waits is woken then.

    `now` tells the time (aware, UTC). `modals` is the stack of open modals by user id, the top one last; `homes` the
    published App Home by user id. `troubles` are sentences about what the app did wrong without being told so.
    `offered` are the action ids by which anybody could tell the app something so far, each with the values it carried,
    and `forms` the forms that could be sent, by callback id, each as it was last shown.
    """

    now: Callable[[], datetime]
    id: str = "T0HOME"
    name: str = "Focal network"
    domain: str = "focal-network"
    base_url: str = ""
    bot_user_id: str = ""
    bot_id: str = "B0FOCAL"
    app_id: str = "A0FOCAL"
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    modals: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    offered: dict[str, set[str]] = field(default_factory=dict)
    forms: dict[str, View] = field(default_factory=dict)
    version: int = 0
    _last_moment: int = 0
    _ids: dict[str, int] = field(default_factory=dict)
    _waiters: set[asyncio.Event] = field(default_factory=set)

    def changed(self) -> None:
        """Tell everybody who waits that something which can be seen has changed."""
        self.version += 1
        for waiter in self._waiters:
            waiter.set()

    async def wait_for_change(self, seen: int, seconds: float) -> int:
        """Wait until `version` is past `seen`, at most `seconds` of real time; return the present version."""
        if self.version > seen:
            return self.version
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            await asyncio.wait_for(waiter.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            self._waiters.discard(waiter)
        return self.version

    async def until(self, predicate: Callable[[], bool], seconds: float = 5.0) -> bool:
        """Wait until `predicate` holds, at most `seconds` of real time; tell whether it does.

        It is looked at after every change and twenty times a second, since what it asks may lie outside the workspace.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        while not predicate():
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            await self.wait_for_change(self.version, min(left, 0.05))
        return True

    def new_id(self, prefix: str) -> str:
        """Return an id that has not been given yet; the letter says of what kind, as Slack's do."""
        count = self._ids[prefix] = self._ids.get(prefix, 0) + 1
        digits = ""
        for _ in range(4):
            count, digit = divmod(count, len(ALPHABET))
            digits = ALPHABET[digit] + digits
        return f"{prefix}0FOC{digits}"

    def next_ts(self) -> str:
        """Return a ts of this moment (epoch seconds, six decimals), later than every one before it."""
        moment = round(self.now().timestamp() * 1_000_000)
        self._last_moment = max(moment, self._last_moment + 1)
        return f"{self._last_moment // 1_000_000}.{self._last_moment % 1_000_000:06d}"

    def new_hash(self) -> str:
        """Return a hash for a state of a view."""
        return f"{self.now().timestamp():.0f}.{secrets.token_hex(4)}"

    def user(self, wanted: str) -> User | None:
        """Return a user by id, handle or real name."""
        if wanted in self.users:
            return self.users[wanted]
        handle = wanted.removeprefix("@")
        return next((user for user in self.users.values() if handle in {user.name, user.real_name}), None)

    def channel(self, wanted: str) -> Channel | None:
        """Return a channel by id or by name, with or without `#`."""
        if wanted in self.channels:
            return self.channels[wanted]
        name = wanted.removeprefix("#")
        return next((each for each in self.channels.values() if each.kind != "im" and each.name == name), None)

    def dm(self, user_id: str, other_id: str) -> Channel:
        """Return the direct message between two people, opened now if there is none yet."""
        pair = {user_id, other_id}
        found = next((each for each in self.channels.values() if each.kind == "im" and set(each.members) == pair), None)
        if found is None:
            found = Channel(self.new_id("D"), "", "im", [user_id, other_id], created=int(self.now().timestamp()))
            self.channels[found.id] = found
            self.changed()
        return found

    def group(self, user_ids: Iterable[str]) -> Channel:
        """Return the group message of several people, opened now if there is none yet."""
        people = set(user_ids)
        of_groups = (each for each in self.channels.values() if each.kind == "mpim")
        found = next((each for each in of_groups if set(each.members) == people), None)
        if found is None:
            name = "--".join(sorted(self.users[each].name for each in people))
            created = int(self.now().timestamp())
            found = Channel(self.new_id("G"), f"mpdm-{name}-1", "mpim", sorted(people), created=created)
            self.channels[found.id] = found
            self.changed()
        return found

    def message(self, channel_id: str, ts: str, *, ephemeral: bool = False) -> Message | None:
        """Return a message by its channel and ts; one that only a single person sees only if `ephemeral`."""
        found = (each for each in self.messages.get(channel_id, ()) if each.ts == ts)
        return next((each for each in found if ephemeral or each.ephemeral_to is None), None)

    def add(self, message: Message) -> None:
        """Put a message into its channel."""
        self.messages.setdefault(message.channel, []).append(message)
        self.changed()

    def remove(self, message: Message) -> None:
        """Take a message out of its channel."""
        self.messages[message.channel].remove(message)
        self.changed()

    def shared(self, channel_id: str) -> list[Message]:
        """Return what everybody in a channel sees, oldest first, replies included."""
        return [each for each in self.messages.get(channel_id, ()) if each.ephemeral_to is None]

    def seen_by(self, user_id: str, channel_id: str) -> list[Message]:
        """Return what one person sees in a channel, oldest first, with what is shown to them alone."""
        return [each for each in self.messages.get(channel_id, ()) if each.ephemeral_to in {None, user_id}]

    def replies(self, root: Message) -> list[Message]:
        """Return the shared replies below a message, oldest first."""
        return [each for each in self.shared(root.channel) if each.is_reply and each.thread_ts == root.ts]

    def modal(self, user_id: str) -> View | None:
        """Return the modal in front of a person."""
        stack = self.modals.get(user_id)
        return stack[-1] if stack else None

    def views(self) -> Iterator[View]:
        """Yield every view that is open or published."""
        for stack in self.modals.values():
            yield from stack
        yield from self.homes.values()

    def view(self, view_id: str) -> View | None:
        """Return an open or published view by its id."""
        return next((view for view in self.views() if view.id == view_id), None)
