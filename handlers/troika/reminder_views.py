"""What reminders look like: the form, the look before it is saved, the list, and what recipients get."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.rules.dates import day_words, moment_words, wall_in_zone_words, wall_words
from bot.rules.drafts import MOST_PEOPLE, Draft
from bot.rules.profile import WorkingHours
from bot.rules.reminders import (
    TEXT_LIMIT,
    Audience,
    Group,
    Repeat,
    Schedule,
    coming_walls,
    repeat_of,
    wall_of,
    working_wall,
)
from bot.rules.text import Gettext, quote, safe
from handlers import ids
from handlers.blocks import (
    Element,
    View,
    actions,
    button,
    confirm,
    context,
    field,
    header,
    message,
    modal,
    option,
    radio,
    section,
    select,
    text_input,
)
from handlers.reader import Reader
from handlers.troika.views import Words, group_name
from storage.occurrences import Occurrence, Unreached
from storage.people import Recipient
from storage.reminders import Progress, Reminder, State

PAGE = 5
COMING = 3
"""Moments of a repetition that are shown before it is saved."""


def repeat_name(_: Gettext, repeat: Repeat) -> str:
    """Return what a repetition is called."""
    return {
        Repeat.ONCE: _("once"),
        Repeat.DAILY: _("daily"),
        Repeat.WEEKLY: _("weekly"),
        Repeat.FORTNIGHTLY: _("every two weeks"),
        Repeat.MONTHLY: _("monthly"),
        Repeat.QUARTERLY: _("quarterly"),
        Repeat.YEARLY: _("yearly"),
    }[repeat]


# The form and the look before it is saved -----------------------------------------------------------------------------


def build_form(reader: Reader, draft: Draft) -> View:
    """Return the form of a new reminder, filled in with `draft`."""
    _ = reader._
    repeats = [option(repeat_name(_, each), each.value) for each in Repeat]
    groups = [option(titled(group_name(_, each.value)), each.value) for each in Group]
    blocks = [
        field(
            "text",
            _("What to remind of"),
            text_input(ids.REMINDER_INPUT, multiline=True, initial=draft.text, limit=TEXT_LIMIT),
        ),
        field("group", _("To whom"), radio(ids.REMINDER_INPUT, groups, draft.group)),
        field(
            "people",
            _("People"),
            _people_picker(_, draft.people),
            hint=_("Only if you chose people above; {most} at most.").format(most=MOST_PEOPLE),
            optional=True,
        ),
        field("day", _("Day"), _picker("date", draft.day)),
        field("time", _("Time"), _picker("time", draft.time)),
        field("repeat", _("How often"), select(ids.REMINDER_INPUT, repeats, _("Choose one"), draft.repeat)),
        field("exact", _("Whose clock"), radio(ids.REMINDER_INPUT, _clocks(reader), "yes" if draft.exact else "no")),
    ]
    return modal(ids.REMINDER_FORM, _("Remind"), blocks, submit=_("Look it over"), close=_("Cancel"))


def titled(text: str) -> str:
    """Return a choice's words with a capital at their start."""
    return text[:1].upper() + text[1:]


def _people_picker(_: Gettext, chosen: Sequence[str]) -> Element:
    element: Element = {
        "type": "multi_users_select",
        "action_id": ids.REMINDER_INPUT,
        "placeholder": {"type": "plain_text", "text": _("People")},
        "max_selected_items": MOST_PEOPLE,
    }
    return element | ({"initial_users": list(chosen)} if chosen else {})


def _picker(kind: str, initial: str) -> Element:
    return {"type": f"{kind}picker", "action_id": ids.REMINDER_INPUT, f"initial_{kind}": initial}


def _clocks(reader: Reader) -> list[Element]:
    _ = reader._
    return [
        option(_("Each recipient's own, in their working hours"), "no"),
        option(_("Mine ({zone}), at that very moment").format(zone=reader.zone), "yes"),
    ]


def build_look(
    reader: Reader,
    draft: Draft,
    schedule: Schedule,
    recipients: Sequence[Recipient],
    now: datetime,
    hours: WorkingHours,
) -> View:
    """Return the look at a reminder before it is saved; `recipients` are those it would go to today."""
    _ = reader._
    lines = in_full(reader, draft.text, draft.audience, schedule, recipients, now, hours)
    back = button(_("Change it"), ids.REMINDER_CHANGE, label=_("Go back and change the reminder"))
    blocks = [*(section(line) for line in lines), actions(back), context(_("It is not saved yet."))]
    title, save = _("Is this right?"), _("Save")
    return modal(ids.REMINDER_SAVE, title, blocks, submit=save, close=_("Cancel"), metadata=draft.carry())


def in_full(
    reader: Reader,
    text: str,
    audience: Audience,
    schedule: Schedule,
    recipients: Sequence[Recipient],
    now: datetime,
    hours: WorkingHours,
) -> list[str]:
    """Return a reminder in full, a piece of mrkdwn each: what, to whom, when, on whose clock, how often."""
    _ = reader._
    walls = coming_walls(schedule, wall_of(now, schedule.zone), COMING)
    return [
        quote(text, TEXT_LIMIT + 800),
        _("*To:* {audience}").format(audience=_whom(reader, audience, recipients)),
        _("*When:* {moment}").format(moment=_when(reader, schedule, walls[0])),
        *_moved(reader, schedule, walls[0], hours),
        *([_repeats(reader, schedule, walls)] if schedule.rule else []),
    ]


def _whom(reader: Reader, audience: Audience, recipients: Sequence[Recipient]) -> str:
    _ = reader._
    names = ", ".join(safe(each.name, 80) for each in recipients[:20])
    if audience.group is Group.PEOPLE:
        return names
    return _("{group}, as it is on the day (today: {names})").format(
        group=group_name(_, audience.group.value), names=names or _("nobody who can be reached")
    )


def _when(reader: Reader, schedule: Schedule, wall: datetime) -> str:
    _ = reader._
    if schedule.exact:
        moment = wall_in_zone_words(wall, schedule.zone, reader.locale)
        return _("{moment}, for everybody at that very moment").format(moment=moment)
    return _("{moment} on each recipient's own clock; yours is in {zone}").format(
        moment=wall_words(wall, reader.locale), zone=reader.zone
    )


def _moved(reader: Reader, schedule: Schedule, wall: datetime, hours: WorkingHours) -> list[str]:
    moved = working_wall(wall, hours)
    if schedule.exact or moved == wall:
        return []
    said = reader._("That is outside working hours ({start}:00 to {end}:00 on working days), so it comes {moment}.")
    return [said.format(start=hours.start, end=hours.end, moment=wall_words(moved, reader.locale))]


def _repeats(reader: Reader, schedule: Schedule, walls: Sequence[datetime]) -> str:
    _ = reader._
    return _("*Repeats:* {repeat}; the next ones: {days}").format(
        repeat=repeat_name(_, repeat_of(schedule.rule)),
        days="; ".join(day_words(wall.date(), reader.locale) for wall in walls),
    )


def build_saved(reader: Reader, number: int, lines: Sequence[str]) -> Words:
    """Say that a reminder was saved, in full."""
    head = reader._("Reminder {number} is saved.").format(number=number)
    foot = reader._("Pause or delete it: `/wps-troika reminders`")
    said = [f"*{head}*", *lines, foot]
    return "\n".join(said), [section(line) for line in said]


# The list -------------------------------------------------------------------------------------------------------------


def line(reader: Reader, reminder: Reminder) -> str:
    """Return a reminder in one line of mrkdwn."""
    _ = reader._
    when = _("no moment is left")
    if reminder.next_wall is not None and reminder.schedule.exact:
        when = wall_in_zone_words(reminder.next_wall, reminder.schedule.zone, reader.locale)
    elif reminder.next_wall is not None:
        when = _("{moment}, own clock").format(moment=wall_words(reminder.next_wall, reader.locale))
    said = _("*{number}* · {when} · to {audience} · {repeat} · {text}").format(
        number=reminder.id,
        when=when,
        audience=_audience(_, reminder.audience),
        repeat=repeat_name(_, repeat_of(reminder.schedule.rule)),
        text=safe(reminder.text, 300),
    )
    return f"{said} · {_('*paused*')}" if reminder.state is State.PAUSED else said


def _audience(_: Gettext, audience: Audience) -> str:
    if audience.group is not Group.PEOPLE:
        return group_name(_, audience.group.value)
    return ", ".join(f"<@{each}>" if "@" not in each else safe(each) for each in audience.people)


def build_list(reader: Reader, found: Sequence[Reminder], start: int, said: str = "") -> Words:
    """Return a page of what is scheduled from the position `start` on; `said` is what was just done."""
    _ = reader._
    start = min(start, max(len(found) - 1, 0) // PAGE * PAGE)
    page = found[start : start + PAGE]
    title = _("Scheduled reminders")
    head = [said] if said else []
    foot = _("Schedule another: `/wps-troika remind`")
    if not page:
        lines = [*head, _("No reminders are scheduled."), foot]
        return "\n".join(lines), [section(each) for each in lines]
    lines = [line(reader, each) for each in page]
    shown = _("{first} to {last} of {count}").format(first=start + 1, last=start + len(page), count=len(found))
    blocks = [header(title), *(section(each) for each in head)]
    for words, each in zip(lines, page, strict=True):
        blocks += [section(words), actions(*_controls(_, each, start))]
    turning = _turning(_, start, len(found))
    blocks += [context(shown, foot), *([actions(*turning)] if turning else [])]
    return "\n".join([*head, f"*{title}*", *lines, shown, foot]), blocks


def _controls(_: Gettext, reminder: Reminder, start: int) -> list[Element]:
    value = f"{reminder.id}:{start}"
    if reminder.state is State.PAUSED:
        label = _("Resume reminder {number}").format(number=reminder.id)
        first = button(_("Resume"), ids.REMINDER_RESUME, value, label=label)
    else:
        label = _("Pause reminder {number}").format(number=reminder.id)
        first = button(_("Pause"), ids.REMINDER_PAUSE, value, label=label)
    sure = confirm(
        _("Delete this reminder?"),
        _("Reminder {number} and what was put off of it will not be sent any more.").format(number=reminder.id),
        _("Delete it"),
        _("Keep it"),
    )
    label = _("Delete reminder {number}").format(number=reminder.id)
    return [first, button(_("Delete"), ids.REMINDER_DELETE, value, style="danger", label=label, confirm=sure)]


def _turning(_: Gettext, start: int, count: int) -> list[Element]:
    earlier = [button(_("Earlier"), ids.REMINDER_EARLIER, str(max(start - PAGE, 0)))] if start else []
    later = [button(_("Later"), ids.REMINDER_LATER, str(start + PAGE))] if start + PAGE < count else []
    return earlier + later


# What recipients get --------------------------------------------------------------------------------------------------


def build_due(reader: Reader, due: Occurrence, maker: str, *, late: bool) -> dict[str, Any]:
    """Return the DM of a due reminder; `maker` is the name of whoever made it, empty if it came from a file."""
    _ = reader._
    lines = [_("*Reminder*"), quote(due.text, TEXT_LIMIT + 800)]
    foot = [_origin(reader, due, maker), *([_late(reader, due)] if late else [])]
    number = str(due.id)
    row = actions(
        button(_("Done"), ids.REMINDER_DONE, number, style="primary"),
        button(_("In an hour"), ids.REMINDER_HOUR, number, label=_("Remind me again in an hour")),
        button(_("Tomorrow"), ids.REMINDER_TOMORROW, number, label=_("Remind me again tomorrow")),
        button(_("Next working day"), ids.REMINDER_WORKING_DAY, number, label=_("Remind me again on a working day")),
    )
    return message("\n".join([*lines, *foot]), [section("\n".join(lines)), context(*foot), row])


def _origin(reader: Reader, due: Occurrence, maker: str) -> str:
    _ = reader._
    moment = moment_words(due.due_at, reader.zone, reader.locale)
    if due.audience.group is Group.PEOPLE:
        said = _("For you, from {maker}; due {moment}.") if maker else _("For you; due {moment}.")
        return said.format(maker=safe(maker, 100), moment=moment)
    said = _("For {group}, from {maker}; due {moment}.") if maker else _("For {group}; due {moment}.")
    return said.format(group=group_name(_, due.audience.group.value), maker=safe(maker, 100), moment=moment)


def _late(reader: Reader, due: Occurrence) -> str:
    said = reader._("This comes late: it was due {moment}, and I was away.")
    return said.format(moment=moment_words(due.due_at, reader.zone, reader.locale))


def build_done(reader: Reader, due: Occurrence, now: datetime, by: str = "") -> dict[str, Any]:
    """Return what the DM becomes once its recipient has done it, or somebody else of the name `by`."""
    _ = reader._
    moment = moment_words(now, reader.zone, reader.locale)
    words = _(":white_check_mark: *Done* by {name} – {moment}") if by else _(":white_check_mark: *Done* – {moment}")
    said = words.format(name=safe(by, 100), moment=moment)
    return message(f"{said}\n{quote(due.text)}", [section(f"{said}\n{quote(due.text, TEXT_LIMIT + 800)}")])


def build_snoozed(reader: Reader, due: Occurrence, until: datetime) -> dict[str, Any]:
    """Return what the DM becomes once it is put off until `until` (aware); it can still be done."""
    _ = reader._
    moment = moment_words(until, reader.zone, reader.locale)
    said = _(":zzz: *Put off* – I will remind you again {moment}.").format(moment=moment)
    row = actions(button(_("Done"), ids.REMINDER_DONE, str(due.id), style="primary"))
    return message(f"{said}\n{quote(due.text)}", [section(f"{said}\n{quote(due.text, TEXT_LIMIT + 800)}"), row])


def due_line(reader: Reader, due: Occurrence) -> str:
    """Return something due in one line of mrkdwn."""
    _ = reader._
    if due.state is Progress.SNOOZED and due.send_at is not None:
        until = moment_words(due.send_at, reader.zone, reader.locale)
        return _("• {text} – put off until {moment}").format(text=safe(due.text, 200), moment=until)
    since = moment_words(due.due_at, reader.zone, reader.locale)
    return _("• {text} – due since {moment}").format(text=safe(due.text, 200), moment=since)


def build_unreached(reader: Reader, unreached: Unreached) -> dict[str, Any]:
    """Return what whoever made a reminder is told whose time has passed while nobody was there to get it."""
    _ = reader._
    said = _(
        "Reminder {number} reached nobody: {audience} had nobody whom I can write to when it was due, {moment}. Ask "
        "the Secretariat to set the presidency or to link people to their contacts; then schedule it again."
    ).format(
        number=unreached.reminder.id,
        audience=_audience(_, unreached.reminder.audience),
        moment=wall_words(unreached.wall, reader.locale),
    )
    return message(
        f"{said}\n{quote(unreached.reminder.text)}", [section(said), section(quote(unreached.reminder.text))]
    )
