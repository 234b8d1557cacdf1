"""The form of a meeting, and what is said once it is saved."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.rules.meetings import HOST_LIMIT, NOTES_LIMIT, PLACE_LIMIT, THEME_LIMIT, TITLE_LIMIT, Kind, Plan
from bot.rules.text import Gettext, safe
from handlers import ids
from handlers.blocks import (
    Block,
    View,
    actions,
    button,
    date_picker,
    field,
    message,
    modal,
    option,
    radio,
    section,
    select,
    text_input,
    time_picker,
)
from handlers.meetings.attendance_views import attending
from handlers.meetings.words import Words, kind_name, when_words, whole_line
from handlers.reader import Reader
from storage.meetings import Meeting

Held = Mapping[str, Any]
"""What the form holds, by block id."""


def held(plan: Plan) -> dict[str, Any]:
    """Return a plan as the form holds it."""
    return {
        "kind": plan.kind.value,
        "title": plan.title,
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
        "place": plan.place,
        "zone": plan.zone,
        "opens": f"{plan.opens:%H:%M}" if plan.opens else None,
        "closes": f"{plan.closes:%H:%M}" if plan.closes else None,
        "theme": plan.theme,
        "host": plan.host,
        "documents": "\n".join(f"{each.title} {each.url}" for each in plan.documents),
        "notes": plan.notes,
        "state": "cancelled" if plan.cancelled else "on",
    }


def build_form(_: Gettext, values: Held, number: int = 0, version: int = 0, notes: Sequence[str] = ()) -> View:
    """Return the form of the meeting `number` in `version`, both 0 for a new one, below `notes` (mrkdwn)."""
    blocks = [*(section(each) for each in notes), *_what(_, values), *_when(_, values), *_more(_, values)]
    if number:
        states = [option(_("It takes place"), "on"), option(_("It is cancelled"), "cancelled")]
        blocks.append(field("state", _("State"), radio(ids.MEETING_INPUT, states, values.get("state") or "on")))
    title = _("Meeting {number}").format(number=number) if number else _("New meeting")
    metadata = f"{number}:{version}"
    return modal(ids.MEETING_FORM, title, blocks, submit=_("Save"), close=_("Cancel"), metadata=metadata)


def _what(_: Gettext, values: Held) -> list[Block]:
    kinds = [option(kind_name(_, each), each.value) for each in Kind]
    title = text_input(ids.MEETING_INPUT, initial=_text(values, "title"), limit=TITLE_LIMIT)
    return [
        field("kind", _("Kind"), select(ids.MEETING_INPUT, kinds, _("Choose one"), values.get("kind"))),
        field("title", _("Title"), title),
    ]


def _when(_: Gettext, values: Held) -> list[Block]:
    place = text_input(ids.MEETING_INPUT, initial=_text(values, "place"), limit=PLACE_LIMIT)
    zone = text_input(ids.MEETING_INPUT, initial=_text(values, "zone"), limit=60, placeholder="Europe/Berlin")
    return [
        field("starts_on", _("First day"), date_picker(ids.MEETING_DAY, values.get("starts_on"))),
        field(
            "ends_on",
            _("Last day"),
            date_picker(ids.MEETING_DAY, values.get("ends_on")),
            hint=_("Left empty: it takes one day."),
            optional=True,
        ),
        field("place", _("City"), place, optional=True),
        field(
            "zone",
            _("Time zone"),
            zone,
            hint=_("Left empty it is that of the city, if that is known. Needed if you give times."),
            optional=True,
        ),
        field("opens", _("Begins at"), time_picker(ids.MEETING_TIME, values.get("opens")), optional=True),
        field(
            "closes",
            _("Ends at, on the last day"),
            time_picker(ids.MEETING_TIME, values.get("closes")),
            hint=_("In the meeting's time zone. Without times it takes whole days."),
            optional=True,
        ),
    ]


def _more(_: Gettext, values: Held) -> list[Block]:
    theme = text_input(ids.MEETING_INPUT, initial=_text(values, "theme"), limit=THEME_LIMIT)
    host = text_input(ids.MEETING_INPUT, initial=_text(values, "host"), limit=HOST_LIMIT)
    documents = text_input(ids.MEETING_INPUT, multiline=True, initial=_text(values, "documents"))
    notes = text_input(ids.MEETING_INPUT, multiline=True, initial=_text(values, "notes"), limit=NOTES_LIMIT)
    return [
        field("theme", _("Theme"), theme, optional=True),
        field("host", _("Host"), host, optional=True),
        field(
            "documents",
            _("Documents"),
            documents,
            hint=_("One to a line, its title and then its address. Only the Network sees them."),
            optional=True,
        ),
        field("notes", _("Notes"), notes, hint=_("Everybody in this Slack can read them."), optional=True),
    ]


def _text(values: Held, name: str) -> str:
    return str(values.get(name) or "")


def field_name(_: Gettext, name: str) -> str:
    """Return what a field of a plan is called."""
    return {
        "kind": _("kind"),
        "title": _("title"),
        "starts_on": _("first day"),
        "ends_on": _("last day"),
        "place": _("city"),
        "zone": _("time zone"),
        "opens": _("beginning"),
        "closes": _("end"),
        "theme": _("theme"),
        "host": _("host"),
        "notes": _("notes"),
        "documents": _("documents"),
        "cancelled": _("state"),
    }[name]


def changed_since(_: Gettext, by: str, fields: Sequence[str]) -> list[str]:
    """Say that somebody else has saved a meeting since it was shown, and in what it differs from what stands here."""
    names = ", ".join(field_name(_, each) for each in fields) or _("nothing")
    return [
        _(
            "*{name} has saved this meeting since you opened it.* What you wrote is kept below. It differs from what "
            "is saved in: {fields}. Save again to put yours in its place, or cancel to keep theirs."
        ).format(name=safe(by or _("Somebody")), fields=names)
    ]


def build_moved(reader: Reader, before: Meeting, after: Meeting) -> dict[str, Any]:
    """Tell somebody whose delegation comes that a meeting has moved, is off, or takes place after all."""
    _, plan = reader._, after.plan
    if plan.cancelled:
        said = _("*{title}* is cancelled.")
    elif before.plan.cancelled:
        said = _("*{title}* takes place after all.")
    else:
        said = _("*{title}* has moved. Does your delegation still come?")
    lines = [
        said.format(title=safe(plan.title)),
        _("Before: {words}").format(words=_whereabouts(reader, before)),
        *([] if plan.cancelled else [_("Now: {words}").format(words=_whereabouts(reader, after))]),
    ]
    text, ways = "\n".join(lines), [] if plan.cancelled else attending(reader, after.id)
    # A calendar that holds the old days must be told also that a meeting is off.
    file = actions(button(_("Calendar file"), ids.MEETING_CALENDAR, str(after.id)))
    return message(text, [section(text), *ways, file])


def _whereabouts(reader: Reader, meeting: Meeting) -> str:
    place = safe(meeting.place)
    return f"{place}, {when_words(reader, meeting)}" if place else when_words(reader, meeting)


def laid_out(_: Gettext, steps: int) -> list[str]:
    """Return how many duties a meeting's playbook has."""
    return [_("Duties laid out by its playbook: {count}").format(count=steps)] if steps else []


def followed(_: Gettext, meeting: Meeting, *, told: int, steps: int, reminders: int) -> list[str]:
    """Return what has followed from moving a meeting: duties, reminders, and how many people are told."""
    off = meeting.plan.cancelled
    counted = (
        (steps, _("Duties that wait with it: {count}") if off else _("Duties that move with it: {count}")),
        (reminders, _("Reminders that wait with it: {count}") if off else _("Reminders that move with it: {count}")),
        (told, _("People of delegations that come who are told: {count}")),
    )
    return [words.format(count=count) for count, words in counted if count]


def build_saved(reader: Reader, meeting: Meeting, followed: Sequence[str]) -> Words:
    """Say how a meeting stands after it was saved, and what has `followed` it (mrkdwn)."""
    _ = reader._
    show = _("Its card: {command}").format(command=f"`/wps-meeting show {meeting.id}`")
    lines = [_("Saved:"), whole_line(reader, meeting), *followed, show]
    return "\n".join(lines), [section("\n".join(lines))]
