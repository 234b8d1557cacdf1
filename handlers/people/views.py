"""What the Secretariat reads about people who changed."""

from collections.abc import Sequence
from typing import Any

from bot.rules.contacts import Contact
from bot.rules.text import safe
from handlers import ids
from handlers.blocks import button, message, section
from handlers.reader import Reader


def build_lost(reader: Reader, lost: Sequence[Contact], *, gone: bool) -> dict[str, Any]:
    """Return the message that contacts have nobody in Slack any more, with what to do; `gone` if an account ended."""
    _ = reader._
    head = (
        _("The Slack account of these contacts was deactivated. If they have left, end the term:")
        if gone
        else _("These contacts are no longer linked to anybody: the person has another address or workspace now.")
    )
    lines = [
        _("*{name}* – {role}, {member}").format(
            name=safe(each.name, 300), role=_(each.role), member=safe(reader.names(each.member))
        )
        for each in lost
    ]
    rows = [
        section(
            line, button(_("Change"), ids.CONTACT_EDIT, str(each.id), label=_("Change {name}").format(name=each.name))
        )
        for line, each in zip(lines, lost, strict=True)
    ]
    return message("\n".join([head, *lines]), [section(head), *rows])
