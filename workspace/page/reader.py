"""How one person reads the workspace: names, links and moments as they see them."""

import re
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from workspace.page.emoji import character
from workspace.page.moments import day_name, filled, in_full, of_ts, zone_of
from workspace.page.mrkdwn import plain_to_html, to_html, unescaped
from workspace.state import Channel, Team, User

EPOCH = re.compile(r"\d{1,11}", re.ASCII)


class Reader:
    """One person's eyes."""

    def __init__(self, team: Team, user: User, base_url: str) -> None:
        """Read as `user`; `base_url` is where the workspace is served."""
        self.team = team
        self.user = user
        self.zone = zone_of(user.tz)
        self.root = f"/as/{user.id}"
        self._archives = f"{base_url}/archives/"

    @property
    def now(self) -> datetime:
        """The present moment in the person's zone."""
        return self.team.now().astimezone(self.zone)

    def person(self, user_id: str, label: str = "") -> Markup:
        """Return a mention of somebody."""
        user = self.team.users.get(user_id)
        name = user.real_name if user else label or user_id
        mine = " mine" if user_id == self.user.id else ""
        return Markup('<span class="mention{}">@{}</span>').format(mine, name)

    def channel(self, channel_id: str, label: str = "") -> Markup:
        """Return a mention of a channel, as a link if the person is in it."""
        channel = self.team.channels.get(channel_id)
        if channel is None:
            return Markup('<span class="mention">#{}</span>').format(label or channel_id)
        if self.user.id not in channel.members:
            name = "private channel" if channel.kind == "private" else self.place_name(channel)
            return Markup('<span class="mention">#{}</span>').format(name)
        return Markup('<a class="mention" href="{}/{}">{}{}</a>').format(
            self.root, channel.id, "" if channel.is_direct else "#", self.place_name(channel)
        )

    def place_name(self, channel: Channel) -> str:
        """Return a channel's name, of a direct or group message those of the others in it, people first."""
        if not channel.is_direct:
            return channel.name
        return ", ".join(each.real_name for each in self.others(channel))

    def others(self, channel: Channel) -> list[User]:
        """Return who else is in a conversation; apps only where no person is."""
        found = [self.team.users[each] for each in channel.members if each != self.user.id] or [self.user]
        return [each for each in found if not each.is_bot] or found

    def date(self, epoch: str, pattern: str, fallback: str) -> str:
        """Return a moment in the person's zone, `fallback` if it is none."""
        if not EPOCH.fullmatch(epoch):
            return fallback
        moment = datetime.fromtimestamp(int(epoch), UTC).astimezone(self.zone)
        return filled(pattern, moment, self.now)

    def address(self, url: str) -> str:
        """Return where a link leads: permalinks of this workspace stay in the page."""
        if url.startswith(self._archives):
            return f"{self.root}/archives/{url.removeprefix(self._archives)}"
        return url

    def mrkdwn(self, text: str) -> Markup:
        """Return a message's text as HTML."""
        return to_html(text, self)

    def text(self, thing: dict[str, Any] | None) -> Markup:
        """Return a text object as HTML."""
        if not thing:
            return Markup("")
        if thing.get("type") == "mrkdwn":
            return to_html(thing["text"], self, verbatim=bool(thing.get("verbatim")))
        return plain_to_html(thing.get("text", ""), emoji=thing.get("emoji", True))

    def words(self, thing: dict[str, Any] | None) -> str:
        """Return a text object without markup."""
        return self.text(thing).striptags() if thing else ""

    def at(self, ts: str) -> datetime:
        """Return the moment of a ts in the person's zone."""
        return of_ts(ts).astimezone(self.zone)

    def clock(self, ts: str) -> str:
        """Return a message's time of day."""
        return f"{self.at(ts):%H:%M}"

    def full(self, ts: str) -> str:
        """Return a message's date and time."""
        return in_full(self.at(ts))

    def day(self, ts: str) -> str:
        """Return what the day of a message is called."""
        return day_name(self.at(ts), self.now)

    def emoji(self, name: str) -> str:
        """Return an emoji, or its name between colons."""
        return character(name) or f":{name}:"

    def names(self, user_ids: list[str]) -> str:
        """Return who these people are, oneself last."""
        others = [self.team.users[each].real_name for each in user_ids if each != self.user.id]
        return ", ".join(others + (["you"] if self.user.id in user_ids else []))

    def typed(self, text: str) -> str:
        """Return a message's text as somebody would type it, for editing."""
        text = re.sub(r"<@(\w+)(?:\|[^>]*)?>", self._handle, text)
        text = re.sub(r"<!(channel|here|everyone)>", r"@\1", text)
        text = re.sub(r"<((?:https?|mailto)[^|>]*)(?:\|[^>]*)?>", r"\1", text)
        return unescaped(text)

    def _handle(self, found: re.Match[str]) -> str:
        user = self.team.users.get(found[1])
        return f"@{user.name}" if user else found[0]
