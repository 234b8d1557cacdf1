"""What reminders look like: the form, the look before it is saved, the list, and what recipients get."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.rules.dates import day_words, moment_words, wall_in_zone_words, wall_words
from bot.rules.drafts import MOST_PEOPLE, Draft
from bot.rules.moments import LONGEST as WORDS_LIMIT
from bot.rules.permissions import Actor
from bot.rules.profile import WorkingHours
from bot.rules.reminders import (
    MOST_TOGETHER,
    RULE_LIMIT,
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
from bot.rules.workdays import hours_for
from handlers import ids
from handlers.blocks import (
    Block,
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
from storage.reminders import Progress, Reminder, State, Way

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
        Repeat.MONTHLY: _("monthly, on the date"),
        Repeat.MONTHLY_WEEKDAY: _("monthly, on the weekday"),
        Repeat.QUARTERLY: _("quarterly"),
        Repeat.YEARLY: _("yearly"),
        Repeat.RULE: _("by a rule"),
    }[repeat]


def repeat_words(_: Gettext, rule: str) -> str:
    """Return how often a rule comes, in words and, where they do not say enough, with the rule itself."""
    repeat = repeat_of(rule)
    words = repeat_name(_, repeat)
    return f"{words} `{safe(rule)}`" if repeat in {Repeat.RULE, Repeat.MONTHLY_WEEKDAY} else words


# The form and the look before it is saved -----------------------------------------------------------------------------


def build_form(reader: Reader, draft: Draft) -> View:
    """Return the form of a reminder, filled in with `draft`; what it asks for goes by the group and the repetition."""
    _ = reader._
    repeats = [option(repeat_name(_, each), each.value) for each in Repeat]
    groups = [option(titled(group_name(_, each.value)), each.value) for each in Group]
    said = text_input(ids.REMINDER_INPUT, multiline=True, initial=draft.text, limit=TEXT_LIMIT)
    words = text_input(ids.REMINDER_INPUT, initial=draft.words, limit=WORDS_LIMIT)
    in_words = _(
        "For example: next Monday 9am, in 3 working days, two weeks before Berlin. It counts if it is filled in."
    )
    clocks = radio(ids.REMINDER_INPUT, _clocks(reader), "yes" if draft.exact else "no")
    blocks = [
        field("text", _("What to remind of"), said),
        field("group", _("To whom"), select(ids.REMINDER_GROUP, groups, _("Choose one"), draft.group), dispatch=True),
        *_whom_field(reader, draft),
        field("words", _("When, in words"), words, hint=in_words, optional=True),
        field("day", _("or on this day"), _picker("date", draft.day)),
        field("time", _("at"), _picker("time", draft.time)),
        field(
            "repeat",
            _("How often"),
            select(ids.REMINDER_REPEAT, repeats, _("Choose one"), draft.repeat),
            dispatch=True,
        ),
        *_rule_field(reader, draft),
        field("exact", _("Whose clock"), clocks),
    ]
    title = _("Change a reminder") if draft.number else _("Remind")
    metadata = f"{draft.number}:{draft.version}"
    return modal(ids.REMINDER_FORM, title, blocks, submit=_("Look it over"), close=_("Cancel"), metadata=metadata)


def titled(text: str) -> str:
    """Return a choice's words with a capital at their start."""
    return text[:1].upper() + text[1:]


def _whom_field(reader: Reader, draft: Draft) -> list[Block]:
    _ = reader._
    if draft.group == Group.TOGETHER:
        said = _("A group message holds {most} people; if they are more, each gets a message of their own.")
        clock = _("It has no clock of its own: yours counts.")
        return [context(said.format(most=MOST_TOGETHER), clock)]
    if draft.group == Group.PEOPLE:
        hint = _("{most} at most.").format(most=MOST_PEOPLE)
        return [field("people", _("People"), _people_picker(_, draft.people), hint=hint)]
    if draft.group == Group.DELEGATION:
        hint = _("Its name in any language, or its ISO code.")
        return [
            field("member", _("Delegation"), text_input(ids.REMINDER_INPUT, initial=draft.member, limit=80), hint=hint)
        ]
    if draft.group == Group.CHANNEL:
        hint = _("It has no clock of its own: yours counts.")
        return [field("channel", _("Channel"), _channel_picker(draft.channel), hint=hint)]
    return []


def _rule_field(reader: Reader, draft: Draft) -> list[Block]:
    if draft.repeat != Repeat.RULE:
        return []
    _ = reader._
    entry = text_input(ids.REMINDER_INPUT, initial=draft.rule, limit=RULE_LIMIT)
    return [field("rule", _("Rule"), entry, hint=_("RFC 5545, for example FREQ=MONTHLY;BYDAY=2TU,4TU"))]


def _people_picker(_: Gettext, chosen: Sequence[str]) -> Element:
    element: Element = {
        "type": "multi_users_select",
        "action_id": ids.REMINDER_INPUT,
        "placeholder": {"type": "plain_text", "text": _("People")},
        "max_selected_items": MOST_PEOPLE,
    }
    return element | ({"initial_users": list(chosen)} if chosen else {})


def _channel_picker(chosen: str) -> Element:
    element: Element = {
        "type": "conversations_select",
        "action_id": ids.REMINDER_INPUT,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return element | ({"initial_conversation": chosen} if chosen else {})


def _picker(kind: str, initial: str) -> Element:
    element: Element = {"type": f"{kind}picker", "action_id": ids.REMINDER_INPUT}
    return element | ({f"initial_{kind}": initial} if initial else {})


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
    meeting: str = "",
) -> View:
    """Return the look at a reminder before it is saved; `recipients` are those it would go to today.

    `meeting` is the title of the meeting that it is counted from, empty if there is none.
    """
    _ = reader._
    lines = in_full(reader, draft, schedule, recipients, now, hours, meeting)
    back = button(_("Change it"), ids.REMINDER_CHANGE, label=_("Go back and change the reminder"))
    blocks = [*(section(line) for line in lines), actions(back), context(_("It is not saved yet."))]
    title, save = _("Is this right?"), _("Save")
    return modal(ids.REMINDER_SAVE, title, blocks, submit=save, close=_("Cancel"), metadata=draft.carry())


def in_full(
    reader: Reader,
    draft: Draft,
    schedule: Schedule,
    recipients: Sequence[Recipient],
    now: datetime,
    hours: WorkingHours,
    meeting: str = "",
) -> list[str]:
    """Return a reminder in full, a piece of mrkdwn each: what, to whom, when, on whose clock, how often."""
    _ = reader._
    walls = coming_walls(schedule, wall_of(now, schedule.zone), COMING)
    return [
        quote(draft.text, TEXT_LIMIT + 800),
        _("*To:* {audience}").format(audience=_whom(reader, draft.audience, recipients)),
        _("*When:* {moment}").format(moment=_when(reader, draft.audience, schedule, walls[0])),
        *_moved(reader, draft.audience, schedule, walls[0], recipients, hours),
        *([_counted(reader, draft.offset, meeting)] if meeting else []),
        *([_repeats(reader, schedule, walls)] if schedule.rule else []),
    ]


def _counted(reader: Reader, offset: int, meeting: str) -> str:
    _ = reader._
    if offset < 0:
        words = _("That is {count} days before *{meeting}*, and moves with it.")
    else:
        words = _("That is {count} days after the first day of *{meeting}*, and moves with it.")
    return words.format(count=abs(offset), meeting=safe(meeting, 200))


def _whom(reader: Reader, audience: Audience, recipients: Sequence[Recipient]) -> str:
    _ = reader._
    names = ", ".join(safe(each.name, 80) for each in recipients[:20])
    if audience.group is Group.PEOPLE:
        return names
    if audience.group is Group.CHANNEL:
        return audience_name(reader, audience)
    return _("{group}, as it is on the day (today: {names})").format(
        group=audience_name(reader, audience), names=names or _("nobody who can be reached")
    )


def _when(reader: Reader, audience: Audience, schedule: Schedule, wall: datetime) -> str:
    _ = reader._
    if schedule.exact:
        moment = wall_in_zone_words(wall, schedule.zone, reader.locale)
        return _("{moment}, for everybody at that very moment").format(moment=moment)
    if audience.group in {Group.CHANNEL, Group.TOGETHER}:
        return wall_in_zone_words(wall, schedule.zone, reader.locale)
    return _("{moment} on each recipient's own clock; yours is in {zone}").format(
        moment=wall_words(wall, reader.locale), zone=reader.zone
    )


def _moved(
    reader: Reader,
    audience: Audience,
    schedule: Schedule,
    wall: datetime,
    recipients: Sequence[Recipient],
    hours: WorkingHours,
) -> list[str]:
    """Say to whom it comes later than at the wall time `wall`, and when: out of hours, at a weekend, on a holiday."""
    if schedule.exact:
        return []
    own = audience.group is not Group.TOGETHER
    clocks = {each.name: hours_for(hours, each.member, each.zone) for each in recipients if own}
    clocks = clocks or {"": hours_for(hours, None, schedule.zone)}
    names: dict[datetime, list[str]] = {}
    for name, theirs in clocks.items():
        names.setdefault(working_wall(wall, theirs), []).append(name)
    return [
        _later(reader, moved, [] if len(names) == 1 else named, hours)
        for moved, named in sorted(names.items())
        if moved != wall
    ]


def _later(reader: Reader, moved: datetime, names: Sequence[str], hours: WorkingHours) -> str:
    """Say that it comes at `moved` to those with these names, or to everybody if there are none."""
    _ = reader._
    said = (
        _("For {names} that is out of hours ({start}:00 to {end}:00 on their working days), so it comes {moment}.")
        if names
        else _("That is outside working hours ({start}:00 to {end}:00 on working days), so it comes {moment}.")
    )
    listed = ", ".join(safe(name, 80) for name in names[:20])
    return said.format(names=listed, start=hours.start, end=hours.end, moment=wall_words(moved, reader.locale))


def _repeats(reader: Reader, schedule: Schedule, walls: Sequence[datetime]) -> str:
    _ = reader._
    return _("*Repeats:* {repeat}; the next ones: {days}").format(
        repeat=repeat_words(_, schedule.rule),
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
        audience=audience_name(reader, reminder.audience),
        repeat=repeat_words(_, reminder.schedule.rule),
        text=safe(reminder.text, 300),
    )
    return f"{said} · {_('*paused*')}" if reminder.state is State.PAUSED else said


def audience_name(reader: Reader, audience: Audience) -> str:
    """Return in mrkdwn whom a reminder is for."""
    if audience.group is Group.DELEGATION:
        names = ", ".join(safe(reader.names(code)) for code in audience.people)
        return reader._("the delegation of {member}").format(member=names)
    if audience.group is Group.CHANNEL:
        return ", ".join(f"<#{channel}>" for channel in audience.people)
    if audience.group is not Group.PEOPLE:
        return group_name(reader._, audience.group.value)
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
    label = _("Change reminder {number}").format(number=reminder.id)
    edit = button(_("Change"), ids.REMINDER_EDIT, value, label=label)
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
    return [edit, first, button(_("Delete"), ids.REMINDER_DELETE, value, style="danger", label=label, confirm=sure)]


def _turning(_: Gettext, start: int, count: int) -> list[Element]:
    earlier = [button(_("Earlier"), ids.REMINDER_EARLIER, str(max(start - PAGE, 0)))] if start else []
    later = [button(_("Later"), ids.REMINDER_LATER, str(start + PAGE))] if start + PAGE < count else []
    return earlier + later


# What recipients get --------------------------------------------------------------------------------------------------


def build_due(reader: Reader, due: Occurrence, *, maker: str, sender: str, late: bool) -> dict[str, Any]:
    """Return the message of a due reminder.

    `maker` is the name of whoever made it, empty if it came from a file; `sender` of whom it came from, where it was
    somebody else's first; `late` says that it should have come before.
    """
    _ = reader._
    lines = [_("*Reminder*"), quote(due.text, TEXT_LIMIT + 800)]
    foot = [
        _origin(reader, due, maker),
        *([_came(reader, due, sender)] if sender else []),
        *([_late(reader, due)] if late else []),
    ]
    rows = [actions(*row) for row in _answers(_, due)]
    return message("\n".join([*lines, *foot]), [section("\n".join(lines)), context(*foot), *rows])


def _answers(_: Gettext, due: Occurrence) -> list[list[Element]]:
    number = str(due.id)
    done = button(_("Done"), ids.REMINDER_DONE, number, style="primary")
    if due.is_shared:
        return [[done]]
    sure = confirm(
        _("Is this not yours?"),
        _("Whoever made this reminder is told that it is not for your delegation."),
        _("Not ours"),
        _("Keep it"),
    )
    again = [
        button(_("In an hour"), ids.REMINDER_HOUR, number, label=_("Remind me again in an hour")),
        button(_("Tomorrow"), ids.REMINDER_TOMORROW, number, label=_("Remind me again tomorrow")),
        button(_("Next working day"), ids.REMINDER_WORKING_DAY, number, label=_("Remind me again on a working day")),
        button(_("On a date …"), ids.REMINDER_LATER_ON, number, label=_("Choose when to be reminded again")),
    ]
    away = [
        button(_("Hand on …"), ids.REMINDER_HAND, number, label=_("Hand this to another of my delegation")),
        button(_("Not ours"), ids.REMINDER_REFUSE, number, confirm=sure),
    ]
    return [[done, *again], away]


def _origin(reader: Reader, due: Occurrence, maker: str) -> str:
    _ = reader._
    moment = moment_words(due.due_at, reader.zone, reader.locale)
    if due.audience.group is Group.PEOPLE:
        said = _("For you, from {maker}; due {moment}.") if maker else _("For you; due {moment}.")
        return said.format(maker=safe(maker, 100), moment=moment)
    said = _("For {group}, from {maker}; due {moment}.") if maker else _("For {group}; due {moment}.")
    return said.format(group=audience_name(reader, due.audience), maker=safe(maker, 100), moment=moment)


def _came(reader: Reader, due: Occurrence, sender: str) -> str:
    _ = reader._
    if due.way is Way.HANDED:
        return _("{name} has handed this on to you.").format(name=safe(sender, 100))
    return _("{name} has not answered it yet, so it comes to you as well.").format(name=safe(sender, 100))


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


def build_handed(reader: Reader, due: Occurrence, to: str) -> dict[str, Any]:
    """Return what the DM becomes once it is handed on to somebody of the name `to`."""
    said = reader._(":arrow_right: *Handed on* to {name}.").format(name=safe(to, 100))
    return message(f"{said}\n{quote(due.text)}", [section(f"{said}\n{quote(due.text, TEXT_LIMIT + 800)}")])


def build_refused(reader: Reader, due: Occurrence) -> dict[str, Any]:
    """Return what the DM becomes once its recipient has said that it is not theirs."""
    said = reader._(":no_entry_sign: *Not ours* – whoever made this reminder has been told.")
    return message(f"{said}\n{quote(due.text)}", [section(f"{said}\n{quote(due.text, TEXT_LIMIT + 800)}")])


def build_refusal(reader: Reader, due: Occurrence, actor: Actor) -> dict[str, Any]:
    """Return what whoever looks after a reminder is told when `actor` says that it is not theirs."""
    _ = reader._
    member = safe(reader.names(actor.member)) if actor.member else _("no delegation")
    said = _("{name} ({member}) says that reminder {number} is not theirs:").format(
        name=safe(actor.name, 100), member=member, number=due.reminder_id
    )
    return message(f"{said}\n{quote(due.text)}", [section(said), section(quote(due.text))])


def build_unanswered(reader: Reader, due: Occurrence, names: Sequence[str]) -> dict[str, Any]:
    """Return what the Secretariat is told of a reminder that nobody of `names` answered."""
    _ = reader._
    member = safe(reader.names(due.member)) if due.member else _("no delegation")
    said = _("Nobody has answered reminder {number}, due {moment}. It went to: {names} ({member}).").format(
        number=due.reminder_id,
        moment=moment_words(due.due_at, reader.zone, reader.locale),
        names=", ".join(safe(name, 100) for name in names),
        member=member,
    )
    return message(f"{said}\n{quote(due.text)}", [section(said), section(quote(due.text))])


def build_snooze_form(reader: Reader, due: Occurrence, proposed: datetime) -> View:
    """Return the form in which a recipient chooses until when a reminder is put off; `proposed` is a wall time."""
    _ = reader._
    hint = _("In your time zone, {zone}.").format(zone=reader.zone)
    blocks = [
        section(quote(due.text, 1000)),
        field("day", _("Remind me again on"), _picker("date", f"{proposed:%Y-%m-%d}")),
        field("time", _("at"), _picker("time", f"{proposed:%H:%M}"), hint=hint),
    ]
    title, submit = _("Put off"), _("Put off")
    return modal(ids.REMINDER_SNOOZE_FORM, title, blocks, submit=submit, close=_("Cancel"), metadata=str(due.id))


def build_hand_form(reader: Reader, due: Occurrence, colleagues: Sequence[Recipient]) -> View:
    """Return the form in which a recipient chooses who of their delegation takes a reminder over."""
    _ = reader._
    options = [option(each.name, each.user_id) for each in colleagues]
    whom = select(ids.REMINDER_INPUT, options, _("Choose one"))
    blocks = [section(quote(due.text, 1000)), field("to", _("Hand it to"), whom)]
    title, submit = _("Hand on"), _("Hand on")
    return modal(ids.REMINDER_HAND_FORM, title, blocks, submit=submit, close=_("Cancel"), metadata=str(due.id))


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
        audience=audience_name(reader, unreached.reminder.audience),
        moment=wall_words(unreached.wall, reader.locale),
    )
    return message(
        f"{said}\n{quote(unreached.reminder.text)}", [section(said), section(quote(unreached.reminder.text))]
    )
