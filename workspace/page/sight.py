"""What one tab of the page shows: who acts, where they are, what is open, and the pieces it is made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from aiohttp import web

from workspace.driver import Workspace
from workspace.page.forms import Surface, surface_of
from workspace.page.reader import Reader
from workspace.person import Person
from workspace.problems import NotPossible
from workspace.state import Channel, Message, StoredFile, Team, User, View

TOGETHER = timedelta(minutes=5)
"""Messages of one person stand under one name if no more than this lies between them."""
SHOWN = 100
MOST_SHOWN = 5000


@dataclass(frozen=True)
class Sight:
    """One tab: `place` is None on the app's Home, `root` is the message whose thread is open beside it.

    `since` is the ts up to which the person had read when the tab was opened, `limit` how many messages it shows.
    """

    workspace: Workspace
    person: Person
    place: Channel | None
    root: Message | None = None
    since: str = ""
    limit: int = SHOWN

    @property
    def team(self) -> Team:
        """The workspace's state."""
        return self.workspace.team

    @property
    def reader(self) -> Reader:
        """The eyes of the person."""
        return Reader(self.team, self.person.user, self.workspace.base_url)

    @property
    def is_app(self) -> bool:
        """Tell whether this is the app's own place: its Home or the direct message with it."""
        return self.place is None or self.place.id == self.person.dm.id


def look(workspace: Workspace, person: Person, place: str, asked: Mapping[str, Any]) -> Sight:
    """Return what a tab shows by what it says of itself: `thread`, `since` and `limit`; NotPossible if it may not."""
    if place == "home":
        return Sight(workspace, person, None)
    channel = person.channel(place)
    root = workspace.team.message(channel.id, str(asked.get("thread") or ""))
    if root is not None and root.is_reply:
        root = workspace.team.message(channel.id, root.thread_ts or "")
    limit = str(asked.get("limit") or SHOWN)
    shown = min(int(limit), MOST_SHOWN) if limit.isdecimal() else SHOWN
    return Sight(workspace, person, channel, root, str(asked.get("since") or ""), shown)


def person_of(workspace: Workspace, request: web.Request) -> Person:
    """Return who acts by a request's address; NotPossible if there is nobody of that id."""
    person = workspace.people.get(request.match_info["user"])
    if person is None:
        raise NotPossible("There is nobody of that id here. Choose again.")
    return person


def asked_message(request: web.Request, person: Person) -> Message:
    """Return the message that a request's address names."""
    return message_of(person, request.query.get("channel", ""), request.query.get("ts", ""))


def message_of(person: Person, channel_id: str, ts: str) -> Message:
    """Return a message that a person sees; NotPossible if they see none there."""
    found = next((each for each in person.sees(channel_id) if each.ts == ts), None)
    if found is None:
        raise NotPossible("That message is no longer there.")
    return found


@dataclass(frozen=True)
class Entry:
    """One place in the sidebar."""

    channel: Channel
    name: str
    other: User | None
    unread: int
    mentions: int
    here: bool


@dataclass(frozen=True)
class Line:
    """One message as it stands in a list; `day` is set where a day begins, `first` where a name is to be shown."""

    message: Message
    author: User
    surface: Surface
    files: Sequence[StoredFile]
    replies: Sequence[Message]
    prefix: str
    day: str = ""
    first: bool = True
    new: bool = False
    mine: bool = False
    in_thread: bool = False


def entries(sight: Sight) -> list[Entry]:
    """Return the person's places: channels by name, then direct messages with people."""
    places = [each for each in sight.team.channels.values() if sight.person.id in each.members]
    found = [_entry(sight, each) for each in places if each.id != sight.person.dm.id]
    return sorted(found, key=lambda each: (each.channel.is_direct, each.name.casefold()))


def app_entry(sight: Sight) -> Entry:
    """Return the direct message with the app."""
    return replace(_entry(sight, sight.person.dm), here=sight.is_app)


def _entry(sight: Sight, channel: Channel) -> Entry:
    unread = [each for each in _unread(sight, channel) if channel.is_direct or not each.is_reply]
    mention = f"<@{sight.person.id}>"
    called = [each for each in _unread(sight, channel) if mention in each.text or channel.is_direct]
    other = sight.reader.others(channel)[0] if channel.is_direct else None
    here = sight.place is not None and sight.place.id == channel.id
    name = sight.reader.place_name(channel)
    return Entry(channel, name, other, len(unread), len(called), here)


def _unread(sight: Sight, channel: Channel) -> Iterator[Message]:
    read = channel.last_read.get(sight.person.id, "")
    for message in reversed(sight.team.seen_by(sight.person.id, channel.id)):
        if message.ts <= read:
            return
        if message.user != sight.person.id:
            yield message


def mark_read(sight: Sight) -> None:
    """Note that the person sees what is there now."""
    if sight.place is None:
        return
    seen = sight.team.seen_by(sight.person.id, sight.place.id)
    if seen and sight.place.last_read.get(sight.person.id, "") < seen[-1].ts:
        sight.place.last_read[sight.person.id] = seen[-1].ts
        sight.team.changed()


def messages(sight: Sight) -> list[Message]:
    """Return all that stands in the place itself: no replies, unless they were also sent to the channel."""
    if sight.place is None:
        return []
    seen = sight.team.seen_by(sight.person.id, sight.place.id)
    return [each for each in seen if not each.is_reply or each.subtype == "thread_broadcast"]


def lines(sight: Sight) -> list[Line]:
    """Return the place's newest messages, oldest first."""
    shown = messages(sight)[-sight.limit :]
    made = [_line(sight, each, "m") for each in shown]
    return list(_arranged(sight, made))


def thread_lines(sight: Sight) -> list[Line]:
    """Return the open thread: its root, then the replies this person sees."""
    if sight.root is None:
        return []
    seen = sight.team.seen_by(sight.person.id, sight.root.channel)
    replies = [each for each in seen if each.is_reply and each.thread_ts == sight.root.ts]
    made = [replace(_line(sight, each, "t"), in_thread=True) for each in [sight.root, *replies]]
    return [replace(line, new=False) for line in _arranged(sight, made)]


def _line(sight: Sight, message: Message, prefix: str) -> Line:
    name = f"{prefix}-{message.ts.replace('.', '-')}"
    return Line(
        message,
        sight.team.users[message.user],
        surface_of(sight.reader, message, name),
        [sight.team.files[each] for each in message.files],
        sight.team.replies(message) if message.ephemeral_to is None else [],
        name,
        mine=message.user == sight.person.id,
    )


def _arranged(sight: Sight, made: Sequence[Line]) -> Iterator[Line]:
    reader, before = sight.reader, None
    marked = not sight.since
    for line in made:
        # What the app answers to this person alone is no news to them: they have just asked.
        by_others = not line.mine and line.message.ephemeral_to is None
        starts_new = not marked and by_others and line.message.ts > sight.since
        marked = marked or starts_new
        day = reader.day(line.message.ts)
        new_day = before is None or reader.day(before.message.ts) != day
        first = new_day or starts_new or before is None or not _together(reader, before, line)
        yield replace(line, day=day if new_day else "", first=first, new=starts_new)
        before = line


def _together(reader: Reader, before: Line, line: Line) -> bool:
    gap = reader.at(line.message.ts) - reader.at(before.message.ts)
    alone = before.message.ephemeral_to or line.message.ephemeral_to or line.message.subtype == "thread_broadcast"
    return before.author.id == line.author.id and gap <= TOGETHER and not alone


def modal_of(sight: Sight) -> tuple[View, Surface] | None:
    """Return the modal in front of the person, as view and form."""
    view = sight.person.modal
    return (view, surface_of(sight.reader, view, view.id)) if view else None


def home_of(sight: Sight) -> tuple[View, Surface] | None:
    """Return the app's Home for the person, as view and form."""
    view = sight.person.home
    return (view, surface_of(sight.reader, view, view.id)) if view else None
