"""What a listener is given, what it gives back, and the table in which listeners stand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any, Protocol, TypeVar

from bot.rules.countries import Gazetteer
from bot.rules.files import SharedFile
from bot.rules.permissions import Actor
from bot.rules.problems import BadInput
from bot.rules.profile import Network
from bot.rules.text import Gettext
from storage.database import Conn, Database
from storage.vectors import Vectors
from storage.wordindex import WordIndex

Block = dict[str, Any]
View = dict[str, Any]


class Slack(Protocol):
    """The few things a listener may ask of Slack itself; whatever must not be lost goes to the outbox instead."""

    async def send_file(self, user_id: str, name: str, content: bytes, text: str) -> None:
        """Send a file to a person's DM."""

    async def file(self, file_id: str, most: int) -> SharedFile:
        """Return a file of at most `most` bytes that was shared with the app; a Problem says why it cannot be."""

    async def permalink(self, channel: str, ts: str) -> str:
        """Return the permanent address of a message, or an empty text if Slack gives none."""

    def address(self, channel: str, ts: str) -> str:
        """Return where a message that stands in a channel itself can be seen, without asking Slack."""

    def tell_status(self, channel: str, thread_ts: str, status: str) -> None:
        """Show below a conversation with the app what it is doing, as far as Slack can; nothing waits for it."""

    async def is_in(self, channel: str) -> bool:
        """Tell whether the app is in a channel and may post there."""


@dataclass(frozen=True)
class Focal:
    """What listeners work with. `now()` is aware UTC; `secretariat` holds user ids from the settings.

    `who` returns somebody by their Slack user id, asking Slack where they are not known well enough yet. `translate`
    returns the gettext for a locale: what is sent unprompted speaks the language of whoever reads it. `home_team` is
    the id of the workspace that tells home people from external ones. `words` holds the index in memory, `vectors`
    compares meanings where models are installed. `calendar_url` is where the feed of meetings can be read, empty if
    nowhere.
    """

    db: Database
    now: Callable[[], datetime]
    network: Network
    gazetteer: Gazetteer
    slack: Slack
    who: Callable[[str], Awaitable[Actor]]
    translate: Callable[[str], Gettext]
    secretariat: tuple[str, ...] = ()
    secretariat_channel: str = ""
    home_team: str = ""
    calendar_url: str = ""
    vectors: Vectors = field(default_factory=Vectors)
    words: WordIndex = field(default_factory=WordIndex)


@dataclass(frozen=True)
class Request:
    """What every request from a person carries: who, in which language; `actor` comes from Slack's payload alone."""

    actor: Actor
    _: Gettext


@dataclass(frozen=True)
class Command(Request):
    """A slash command; `text` is what followed it, as typed."""

    name: str
    text: str
    channel: str


@dataclass(frozen=True)
class Click(Request):
    """A button, menu or picker that was used; `value` is what it carried and no more than a claim.

    `channel` and `ts` name the message it stands in (empty in a modal or the Home tab); `values` is what the view's
    inputs hold, by block id; `view` is the view it stands in.
    """

    action_id: str
    value: str
    channel: str = ""
    ts: str = ""
    thread_ts: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    view: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Submission(Request):
    """A modal that was submitted; `values` by block id: text, option value, list of option values, id or date."""

    callback_id: str
    private_metadata: str
    values: Mapping[str, Any]
    view: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Shortcut(Request):
    """A message shortcut; `message` is Slack's message object."""

    callback_id: str
    channel: str
    message: Mapping[str, Any]


@dataclass(frozen=True)
class Event(Request):
    """An event from Slack's Events API, kept in the inbox; `body` is the inner event, `key` its unique id.

    `actor` is who caused it, with an empty user id where Slack does not say.
    """

    kind: str
    body: Mapping[str, Any]
    key: str


@dataclass(frozen=True)
class Reply:
    """An answer only the asker sees; `text` holds the whole content for screen readers and notifications.

    `after` runs once Slack has been told, for work that takes longer than a person should wait.
    """

    text: str
    blocks: Sequence[Block] = ()
    after: Callable[[], Awaitable[None]] | None = None


@dataclass(frozen=True)
class Replace(Reply):
    """An answer in place of the message that was clicked, for pages of a list; the message was the asker's alone."""


@dataclass(frozen=True)
class Modal:
    """A form to open, or to lay upon the one that is open."""

    view: View


@dataclass(frozen=True)
class Update:
    """A view to put in place of the one that was clicked or submitted."""

    view: View


@dataclass(frozen=True)
class Errors:
    """What is wrong with a submitted form, by block id; the form stays open and nothing has changed."""

    fields: Mapping[str, str]


@dataclass(frozen=True)
class Done:
    """Nothing more to show: a modal closes, a click is simply acknowledged."""


class TooSoon(Exception):
    """What an event is about has not been heard of yet; the inbox applies the event again a little later."""


Answer = Reply | Replace | Modal | Update | Errors | Done

CommandListener = Callable[[Command, Focal], Awaitable[Answer]]
ClickListener = Callable[[Click, Focal], Awaitable[Answer]]
SubmissionListener = Callable[[Submission, Focal], Awaitable[Answer]]
ShortcutListener = Callable[[Shortcut, Focal], Awaitable[Answer]]
EventListener = Callable[[Event, Focal, Conn], Awaitable[None]]
DueListener = Callable[[Focal, datetime], Awaitable[None]]
"""Does what is due at a moment (aware UTC) in transactions of its own; safe to call again at once."""
PostedListener = Callable[[Conn, str, str, str], Awaitable[None]]
"""Told (key, channel, ts) in the transaction that records that a post of the outbox now stands in Slack."""

_L = TypeVar("_L")
_C = TypeVar("_C", bound=Enum)


class Registry:
    """Every listener by the id it answers: one for a command, click, modal or shortcut; any number for an event."""

    def __init__(self) -> None:
        """Start empty; each room of `handlers` adds its own lines."""
        self.commands: dict[str, CommandListener] = {}
        self.actions: dict[str, ClickListener] = {}
        self.views: dict[str, SubmissionListener] = {}
        self.shortcuts: dict[str, ShortcutListener] = {}
        self.events: dict[str, list[EventListener]] = {}
        self.due: list[DueListener] = []
        self.posted: dict[str, PostedListener] = {}

    def command(self, name: str, listener: CommandListener) -> None:
        """Have `listener` answer the slash command `name`."""
        _add(self.commands, name, listener)

    def action(self, action_id: str, listener: ClickListener) -> None:
        """Have `listener` answer the element `action_id`."""
        _add(self.actions, action_id, listener)

    def view(self, callback_id: str, listener: SubmissionListener) -> None:
        """Have `listener` answer the submission of the modal `callback_id`."""
        _add(self.views, callback_id, listener)

    def shortcut(self, callback_id: str, listener: ShortcutListener) -> None:
        """Have `listener` answer the shortcut `callback_id`."""
        _add(self.shortcuts, callback_id, listener)

    def event(self, kind: str, listener: EventListener) -> None:
        """Have `listener` see every event of `kind`, in one transaction with the others that do."""
        self.events.setdefault(kind, []).append(listener)

    def when_due(self, listener: DueListener) -> None:
        """Have `listener` look at every beat whether something is due."""
        self.due.append(listener)

    def when_posted(self, first_word: str, listener: PostedListener) -> None:
        """Have `listener` told of every post whose outbox key starts with `first_word:`."""
        _add(self.posted, first_word, listener)


def _add(table: dict[str, _L], key: str, listener: _L) -> None:
    if key in table:
        raise ValueError(f"two listeners answer {key}")
    table[key] = listener


@dataclass(frozen=True)
class Subcommands:
    """A listener that hands a command to the one its first word names, with the rest as text.

    An empty text, and without `usage` any other text too, goes to `default`; with `usage` an unknown first word is
    refused with BadInput and the usage.
    """

    table: Mapping[str, CommandListener]
    default: CommandListener
    usage: str = ""

    async def __call__(self, command: Command, focal: Focal) -> Answer:
        """Answer `command` with the listener that it names."""
        word, _, rest = command.text.strip().partition(" ")
        listener = self.table.get(word.casefold())
        if listener is not None:
            return await listener(replace(command, text=rest.strip()), focal)
        if self.usage and word:
            raise BadInput(
                "“{word}” is not something {command} can do.",
                "Try: {usage}",
                word=word[:40],
                command=command.name,
                usage=self.usage,
            )
        return await self.default(command, focal)


def choice_in(choices: type[_C], value: object) -> _C:
    """Return the one of `choices` that a form or button carries; BadInput for what none of Focal's offers."""
    try:
        return choices(value)
    except ValueError:
        raise BadInput("Something that was chosen is not offered here.", "Open the form again.") from None


def number_in(text: str, usage: str) -> int:
    """Return the number that `text` is; raise BadInput with `usage` if it is none."""
    digits = text.strip().lstrip("#№")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise BadInput("A number is needed here.", "Try: {usage}", usage=usage)
    return int(digits)


def numbers_in(value: str, fewest: int, usage: str) -> tuple[int, ...]:
    """Return the numbers that a button or form carries, parted by colons; BadInput if they are fewer than `fewest`."""
    found = tuple(number_in(part, usage) for part in value.split(":"))
    if len(found) < fewest:
        raise BadInput("A number is needed here.", "Try: {usage}", usage=usage)
    return found
