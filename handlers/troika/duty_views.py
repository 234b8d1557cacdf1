"""What duties look like: the list with where each stands, and the form that changes one."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.rules.dates import day_words, moment_words
from bot.rules.duties import TITLE_LIMIT, Duty, Standing, standing_of
from bot.rules.profile import WorkingHours
from bot.rules.reminders import Group, Repeat, repeat_of
from bot.rules.text import safe
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
    modal,
    option,
    radio,
    section,
    select,
    text_input,
)
from handlers.reader import Reader
from handlers.troika.reminder_views import repeat_name, titled
from handlers.troika.views import Words, group_name

PAGE = 6
GROUPS = (Group.TROIKA, Group.PRESIDENCY, Group.SECRETARIAT)
NEVER = "never"
"""The choice of a duty that has a rhythm in words and no date."""
RHYTHMS = (NEVER, *(each.value for each in Repeat if each is not Repeat.RULE))


def people_in(duties: Sequence[Duty]) -> Collection[str]:
    """Return the Slack user ids that duties speak of."""
    return {user_id for each in duties for user_id in (each.assigned_to, each.done_by) if user_id}


def line(reader: Reader, duty: Duty, names: Mapping[str, str], now: datetime, hours: WorkingHours) -> str:
    """Return a duty in one line of mrkdwn: whose it is, where it stands, and who did it last."""
    _ = reader._
    assigned = f" ({safe(names.get(duty.assigned_to, duty.assigned_to), 80)})" if duty.assigned_to else ""
    parts = [
        _("*{title}* – {who}{person}, {rhythm}").format(
            title=safe(duty.title), who=group_name(_, duty.who), person=assigned, rhythm=_rhythm(reader, duty)
        ),
        standing_words(reader, duty, now, hours),
        _last(reader, duty, names),
    ]
    return "• " + " · ".join(part for part in parts if part)


def _rhythm(reader: Reader, duty: Duty) -> str:
    if duty.starts_on is None:
        return safe(duty.rhythm, 120)
    return repeat_name(reader._, repeat_of(duty.rule))


def standing_words(reader: Reader, duty: Duty, now: datetime, hours: WorkingHours) -> str:
    """Return in mrkdwn where a duty stands; nothing for one that has no date."""
    _ = reader._
    standing = standing_of(duty, now, hours)
    due = day_words(duty.due_on, reader.locale) if duty.due_on else ""
    until = moment_words(duty.put_off_until, reader.zone, reader.locale) if duty.put_off_until else ""
    return {
        Standing.PAUSED: _("*paused*"),
        Standing.OVERDUE: _("*overdue* since {day}").format(day=due),
        Standing.DUE: _("*due* {day}").format(day=due),
        Standing.PUT_OFF: _("due {day}, put off until {moment}").format(day=due, moment=until),
        Standing.COMING: _("due {day}").format(day=due),
        Standing.STANDING: "",
        Standing.DONE: _("*done*"),
    }[standing]


def _last(reader: Reader, duty: Duty, names: Mapping[str, str]) -> str:
    if duty.done_by is None or duty.done_at is None:
        return ""
    return reader._("last done {day} by {name}").format(
        day=day_words(duty.done_at.date(), reader.locale), name=safe(names.get(duty.done_by, duty.done_by), 80)
    )


def build_list(
    reader: Reader,
    duties: Sequence[Duty],
    names: Mapping[str, str],
    now: datetime,
    hours: WorkingHours,
    *,
    start: int = 0,
    mine: Collection[int] = (),
    may_change: bool = False,
    said: str = "",
) -> Words:
    """Return a page of duties from the position `start` on; those in `mine` (ids) can be marked done by the reader."""
    _ = reader._
    page = duties[start : start + PAGE]
    title = _("Duties")
    head = [said] if said else []
    if not page:
        text = _("The network's profile names no duties.")
        return text, [section(text)]
    lines = [line(reader, each, names, now, hours) for each in page]
    shown = _("{first} to {last} of {count}").format(first=start + 1, last=start + len(page), count=len(duties))
    blocks = [header(title), *(section(each) for each in head)]
    for words, each in zip(lines, page, strict=True):
        row = _controls(reader, each, start, is_mine=each.id in mine, may_change=may_change)
        blocks += [section(words), *([actions(*row)] if row else [])]
    turning = _turning(reader, start, len(duties))
    blocks += [context(shown), *([actions(*turning)] if turning else [])]
    return "\n".join([*head, f"*{title}*", *lines, shown]), blocks


def _controls(reader: Reader, duty: Duty, start: int, *, is_mine: bool, may_change: bool) -> list[Element]:
    _ = reader._
    value = f"{duty.id}:{duty.version}:{start}"
    sure = confirm(
        _("Is this duty done?"),
        _("Everybody who was reminded of it is told that you did it."),
        _("It is done"),
        _("Not yet"),
    )
    label = _("Mark done: {title}").format(title=duty.title)
    done = [button(_("Done"), ids.DUTY_DONE, value, label=label, confirm=sure)] if is_mine else []
    label = _("Change: {title}").format(title=duty.title)
    return done + ([button(_("Change"), ids.DUTY_CHANGE, value, label=label)] if may_change else [])


def _turning(reader: Reader, start: int, count: int) -> list[Element]:
    _ = reader._
    earlier = [button(_("Earlier"), ids.DUTY_EARLIER, str(max(start - PAGE, 0)))] if start else []
    later = [button(_("Later"), ids.DUTY_LATER, str(start + PAGE))] if start + PAGE < count else []
    return earlier + later


def build_form(reader: Reader, duty: Duty) -> View:
    """Return the form that changes a duty: its words, whose it is, when it is due, and whether it is paused."""
    _ = reader._
    groups = [option(titled(group_name(_, each.value)), each.value) for each in GROUPS]
    repeats = [
        option(_("No date, only the words of its rhythm"), NEVER),
        *(option(repeat_name(_, Repeat(each)), each) for each in RHYTHMS if each != NEVER),
    ]
    chosen = repeat_of(duty.rule).value if duty.starts_on else NEVER
    states = [option(_("Goes on"), "on"), option(_("Paused: nobody is reminded"), "paused")]
    blocks: list[Block] = [
        field("title", _("What must be done"), text_input(ids.DUTY_INPUT, initial=duty.title, limit=TITLE_LIMIT)),
        field("who", _("Whose duty it is"), radio(ids.DUTY_INPUT, groups, duty.who)),
        field("assigned", _("Assigned to"), _person(duty), hint=_("Nobody: the whole group."), optional=True),
        field("repeat", _("How often"), select(ids.DUTY_INPUT, repeats, _("Choose one"), chosen)),
        field("day", _("Due next on"), _day(duty), hint=_("Only if it has a date."), optional=True),
        field("paused", _("State"), radio(ids.DUTY_INPUT, states, "paused" if duty.paused else "on")),
    ]
    title, metadata = _("Change a duty"), f"{duty.id}:{duty.version}"
    return modal(ids.DUTY_FORM, title, blocks, submit=_("Save"), close=_("Cancel"), metadata=metadata)


def _person(duty: Duty) -> Element:
    element: Element = {"type": "users_select", "action_id": ids.DUTY_INPUT}
    return element | ({"initial_user": duty.assigned_to} if duty.assigned_to else {})


def _day(duty: Duty) -> Element:
    element: Element = {"type": "datepicker", "action_id": ids.DUTY_INPUT}
    return element | ({"initial_date": duty.due_on.isoformat()} if duty.due_on else {})


def build_changed(reader: Reader, duty: Duty, names: Mapping[str, str], now: datetime, hours: WorkingHours) -> Words:
    """Say how a duty stands after it was changed."""
    said = "\n".join([reader._("This duty is saved:"), line(reader, duty, names, now, hours)])
    return said, [section(said)]
