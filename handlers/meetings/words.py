"""How a meeting is spoken of: its kind, its days, one line."""

from bot.rules.dates import moment_words, span_words, zone_words
from bot.rules.meetings import Kind
from bot.rules.reminders import zone_of
from bot.rules.text import Gettext, safe
from handlers.blocks import Block
from handlers.reader import Reader
from storage.meetings import Meeting

Words = tuple[str, list[Block]]
"""The same content twice: as text for those who do not see blocks, and as blocks."""


def kind_name(_: Gettext, kind: Kind) -> str:
    """Return what a kind of meeting is called."""
    return {
        Kind.CAPITAL: _("capital-level meeting"),
        Kind.MARGINS: _("at the margins of the General Assembly"),
        Kind.EXPERT: _("expert meeting"),
        Kind.OTHER: _("other meeting"),
    }[kind]


def line(reader: Reader, meeting: Meeting) -> str:
    """Return a meeting in one line of mrkdwn."""
    return _line(reader, meeting, span_words(meeting.starts_on, meeting.ends_on, reader.locale))


def whole_line(reader: Reader, meeting: Meeting) -> str:
    """Return a meeting in one line of mrkdwn, with its times on the clock of its place and of the reader."""
    return _line(reader, meeting, when_words(reader, meeting))


def _line(reader: Reader, meeting: Meeting, when: str) -> str:
    where = f", {safe(meeting.place)}" if meeting.place else ""
    title = f"~{safe(meeting.title)}~" if meeting.plan.cancelled else f"*{safe(meeting.title)}*"
    off = reader._(" – cancelled") if meeting.plan.cancelled else ""
    return f"{meeting.id} · {title}{where}, {when}{off}"


def when_words(reader: Reader, meeting: Meeting) -> str:
    """Return when a meeting is: its days, and its times on the clock of its place and of the reader."""
    plan, begins = meeting.plan, meeting.plan.begins_at
    days = span_words(plan.starts_on, plan.ends_on, reader.locale)
    if begins is None or plan.opens is None or plan.closes is None:
        return days
    times = f"{plan.opens:%H:%M} – {plan.closes:%H:%M} ({zone_words(begins, plan.zone)})"
    if begins.astimezone(zone_of(plan.zone)).utcoffset() == begins.astimezone(zone_of(reader.zone)).utcoffset():
        return f"{days}, {times}"
    own = reader._("for you it begins {moment}").format(moment=moment_words(begins, reader.zone, reader.locale))
    return f"{days}, {times}; {own}"
