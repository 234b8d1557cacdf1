"""What meetings look like."""

from collections.abc import Sequence
from datetime import date

from bot.rules.text import Gettext, safe
from handlers import ids
from handlers.blocks import Block, actions, button, context, header, section
from storage.meetings import Meeting

PAGE = 10
Words = tuple[str, list[Block]]
"""The same content twice: as text for those who do not see blocks, and as blocks."""


def days(first: date, last: date) -> str:
    """Return one day or a span of days, with the month's name so that no order of figures is guessed."""
    if first == last:
        return f"{first.day} {first:%B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%B %Y}"
    return f"{first.day} {first:%B %Y} – {last.day} {last:%B %Y}"


def kind_name(_: Gettext, kind: str) -> str:
    """Return what a kind of meeting is called."""
    return {
        "capital-level": _("capital-level meeting"),
        "margins": _("at the margins of the General Assembly"),
        "expert": _("expert meeting"),
        "other": _("other meeting"),
    }[kind]


def line(_: Gettext, meeting: Meeting) -> str:
    """Return a meeting in one line of mrkdwn."""
    where = f", {safe(meeting.place)}" if meeting.place else ""
    return f"{meeting.id} · *{safe(meeting.title)}*{where}, {days(meeting.starts_on, meeting.ends_on)}"


def build_next(_: Gettext, following: Meeting | None, last: Meeting | None, today: date) -> Words:
    """Return the next meeting; where none is known that is said, and the last one named instead."""
    if following is not None:
        under_way = following.starts_on <= today
        title = _("This meeting is under way") if under_way else _("The next meeting")
        return _one(_, title, following)
    text = _("No next meeting is known to me yet. Ask the Secretariat for its date.")
    before = _("The last one I know of: {meeting}").format(meeting=line(_, last)) if last else ""
    blocks = [section(text), *([section(before)] if before else []), context(_("All of them: /wps-meeting list"))]
    return f"{text} {before}".strip(), blocks


def build_meeting(_: Gettext, meeting: Meeting) -> Words:
    """Return one meeting with its source."""
    return _one(_, _("Meeting {number}").format(number=meeting.id), meeting)


def _one(_: Gettext, title: str, meeting: Meeting) -> Words:
    source = _("Source: {source}").format(source=safe(meeting.source or _("none given")))
    body = [line(_, meeting), kind_name(_, meeting.kind), safe(meeting.notes)]
    text = "\n".join(part for part in body if part)
    return f"{title}\n{text}\n{source}", [header(title), section(text), context(source)]


def build_list(_: Gettext, found: Sequence[Meeting], start: int) -> Words:
    """Return a page of meetings, the newest first, from the position `start` on."""
    newest_first = sorted(found, key=lambda each: each.starts_on, reverse=True)
    page = newest_first[start : start + PAGE]
    if not page:
        text = _("No meetings are known to me.")
        return text, [section(text)]
    lines = "\n".join(line(_, each) for each in page)
    shown = _("{first} to {last} of {count}. One with its source: /wps-meeting show N").format(
        first=start + 1, last=start + len(page), count=len(found)
    )
    turning = _turning(_, start, len(found))
    blocks = [header(_("Meetings")), section(lines), context(shown), *([actions(*turning)] if turning else [])]
    return f"{_('Meetings')}\n{lines}\n{shown}", blocks


def _turning(_: Gettext, start: int, count: int) -> list[Block]:
    newer = [button(_("Newer"), ids.MEETING_NEWER, str(max(start - PAGE, 0)))] if start else []
    older = [button(_("Older"), ids.MEETING_OLDER, str(start + PAGE))] if start + PAGE < count else []
    return newer + older
