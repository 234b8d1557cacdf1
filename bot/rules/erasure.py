"""Who is meant when a person is to be erased, and how their marks are taken out of what stays."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rules.contact_search import alike, same_name
from bot.rules.countries import fold

ERASED = "erased-"
"""How the name of nobody begins that stands where a Slack user id stood; Slack's own are in capitals."""
NOBODY = "[erased]"
"""What stands where a name or an address stood."""


@dataclass(frozen=True)
class Trace:
    """One place where a person is known by name: a contact (its id and member), or a Slack user (no contact)."""

    name: str
    email: str
    user_id: str | None
    contact: int | None = None
    member: str | None = None


@dataclass(frozen=True)
class Subject:
    """One person with everything they are known by."""

    traces: tuple[Trace, ...]

    @property
    def name(self) -> str:
        """What they are called."""
        return self.traces[0].name

    @property
    def names(self) -> frozenset[str]:
        """Every way in which their name is written."""
        return frozenset(each.name for each in self.traces)

    @property
    def addresses(self) -> frozenset[str]:
        """Their e-mail addresses."""
        return frozenset(each.email for each in self.traces if each.email)

    @property
    def users(self) -> frozenset[str]:
        """The Slack users that they are."""
        return frozenset(each.user_id for each in self.traces if each.user_id)

    @property
    def contacts(self) -> tuple[int, ...]:
        """The ids of their contacts."""
        return tuple(sorted(each.contact for each in self.traces if each.contact is not None))

    @property
    def anchor(self) -> str:
        """A word by which they are found again: a contact's id or a Slack user's."""
        return str(self.contacts[0]) if self.contacts else min(self.users)


def subjects(known: Sequence[Trace], text: str) -> tuple[Subject, ...]:
    """Return the people whom `text` may mean: an anchor, a Slack user id, an e-mail address, or words of a name.

    Traces are one person's that share a Slack user, an address and nearly a name, or a name for the same member.
    """
    found: list[Subject] = []
    for trace in known:
        if _is_meant(trace, text.strip()) and not any(trace in each.traces for each in found):
            found.append(_whole(trace, known))
    return tuple(found)


def _is_meant(trace: Trace, text: str) -> bool:
    if text.isascii() and text.isdecimal():
        return trace.contact == int(text)
    if text in {trace.user_id, trace.email} or (trace.email and text.casefold() == trace.email):
        return bool(text)
    words = fold(text).split()
    named = f" {fold(trace.name)}"
    return bool(words) and all(f" {word}" in named for word in words)


def _whole(first: Trace, known: Sequence[Trace]) -> Subject:
    traces = [first]
    for mine in traces:
        traces += [each for each in known if each not in traces and _is_same(each, mine)]
    return Subject(tuple(traces))


def _is_same(one: Trace, other: Trace) -> bool:
    if one.user_id is not None and one.user_id == other.user_id:
        return True
    if one.email and one.email == other.email:
        return alike(one.name, other.name)
    return one.member is not None and one.member == other.member and same_name(one.name, other.name)


def confirms(typed: str, subject: Subject) -> bool:
    """Tell whether what was typed to confirm is the person's name."""
    return fold(typed) == fold(subject.name)


class Scrubber:
    """Takes somebody's marks out of texts: Slack user ids become `token`, names and addresses nobody's."""

    def __init__(self, users: Iterable[str], words: Iterable[str], token: str) -> None:
        """Know the marks; `words` are names and addresses that are nobody else's."""
        self._stands = {each.casefold(): token for each in users} | {each.casefold(): NOBODY for each in words}
        listed = sorted((re.escape(each) for each in self._stands), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(listed)})(?!\w)", re.IGNORECASE) if listed else None

    def scrubbed(self, value: Any) -> Any:
        """Return a text, or a value of JSON, without the marks."""
        if isinstance(value, str) and self._pattern is not None:
            return self._pattern.sub(lambda found: self._stands.get(found[0].casefold(), NOBODY), value)
        if isinstance(value, list):
            return [self.scrubbed(each) for each in value]
        if isinstance(value, dict):
            return {self.scrubbed(name): self.scrubbed(each) for name, each in value.items()}
        return value
