"""What a file of contacts does, in words: the same on the command line and in Slack."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.rules.contact_rows import Planned
from bot.rules.contacts import Contact
from bot.rules.text import Gettext, clip

COLUMN_OF = {"zone": "timezone"}
"""Fields that a column of a table calls otherwise."""
LONGEST = 80
"""Characters of a value that are shown."""

Names = Callable[[str], str]
"""Gives a member's name for its code."""


def planned_line(_: Gettext, planned: Planned, names: Names) -> str:
    """Return what one row does, or would do, as plain text: not escaped for Slack."""
    who = _who(_, planned.contact, names)
    said = {
        "added": _("row {number}: {who}: new"),
        "changed": _("row {number}: {who}: {changes}"),
        "ended": _("row {number}: {who}: the term ends: {changes}"),
        "unchanged": _("row {number}: {who}: as it is known"),
    }[planned.what]
    line = said.format(number=planned.number, who=who, changes=_changes(planned.before, planned.after))
    return "; ".join([line, *(_likely(_, planned.contact, each, names) for each in planned.likely)])


def _who(_: Gettext, contact: Contact, names: Names) -> str:
    return f"{clip(contact.name, LONGEST)}, {_(contact.role)}, {names(contact.member)}"


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{COLUMN_OF.get(name, name)} {_value(before[name])} → {_value(value)}" for name, value in after.items()
    )


def _value(value: object) -> str:
    return f"“{clip(str(value), LONGEST)}”" if value else "–"


def _likely(_: Gettext, new: Contact, known: Contact, names: Names) -> str:
    who = _who(_, known, names)
    if new.email and new.email == known.email:
        return _("it may repeat {who}, who has the same e-mail address").format(who=who)
    return _("it may repeat {who}, who has nearly the same name").format(who=who)
