"""What communiqués look like."""

from collections.abc import Sequence

from bot.rules.text import Gettext, link, safe
from handlers.blocks import Block, context, header, section
from handlers.meetings.views import days
from storage.communiques import Communique

Words = tuple[str, list[Block]]
"""The same content twice: as text for those who do not see blocks, and as blocks."""


def known(_: Gettext, found: Communique) -> str:
    """Return in words how much of a text was read."""
    return {
        "whole": _("Its whole text is known."),
        "opening": _("Only the opening of its text was read."),
        "summary": _("Only summaries of its text were read."),
    }[found.known]


def line(found: Communique) -> str:
    """Return a text in one line of mrkdwn."""
    return f"{found.id} · *{safe(found.title)}*, {safe(found.place)}, {days(found.starts_on, found.ends_on)}"


def build_list(_: Gettext, found: Sequence[Communique]) -> Words:
    """Return every text, the newest first."""
    title = _("Communiqués")
    if not found:
        text = _("No communiqués are known to me.")
        return text, [header(title), section(text)]
    lines = "\n".join(line(each) for each in reversed(found))
    note = _("One with its source: {command}. Of meetings that are not here no joint text is confirmed.").format(
        command="`/wps-communique N`"
    )
    return f"*{title}*\n{lines}\n{note}", [header(title), section(lines), context(note)]


def build_communique(_: Gettext, found: Communique) -> Words:
    """Return one text with what is known of it and its source."""
    body = [line(found), *([safe(found.notes)] if found.notes else []), known(_, found)]
    shown = link(found.source, found.source) if found.source else _("none given")
    source = _("Source: {source}").format(source=shown)
    title = _("Communiqué {number}").format(number=found.id)
    text = "\n".join(body)
    return f"*{title}*\n{text}\n{source}", [header(title), section(text), context(source)]
