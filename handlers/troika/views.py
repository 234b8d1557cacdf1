"""What the Troika looks like: who is in it, what is due, every presidency, and what a change brings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.rules.dates import day_words, span_words
from bot.rules.permissions import Role, brought_by
from bot.rules.presidency import ONE_DAY, Period, Presidency, hand_over_after, period_around, troika_on
from bot.rules.rotation import RightsChange, Setting, Which
from bot.rules.text import Gettext, safe
from handlers import ids
from handlers.blocks import Block, actions, button, confirm, context, header, section
from handlers.reader import Reader

PAGE = 12
SECTION = 2900
"""Characters of a section that lines are packed into, a little below Slack's limit."""
Words = tuple[str, list[Block]]
"""The same content twice: as text for those who do not see blocks, and as blocks."""


def packed(lines: Iterable[str]) -> list[Block]:
    """Return sections that hold the lines, as many in each as Slack takes."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < SECTION:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [section(each) for each in texts]


def build_troika(
    reader: Reader,
    known: tuple[Presidency, ...],
    today: date,
    *,
    duties: Sequence[str],
    due: Sequence[str],
    scheduled: Sequence[str] | None,
) -> Words:
    """Show the three sides of the Troika on `today`, hand-over, duties, and what is due for the reader.

    `duties`, `due` and `scheduled` are lines of mrkdwn; `scheduled`, what is planned, is None for a reader to whom that
    is not open.
    """
    _ = reader._
    parts = [
        (_("The Troika on {day}").format(day=day_words(today, reader.locale)), sides(reader, known, today)),
        (_("Due for you"), list(due) or [_("Nothing is due for you.")]),
        *([(_("Scheduled"), _planned(_, scheduled))] if scheduled is not None else []),
        (_("Duties"), [*(duties or [_("The network's profile names no duties.")]), _duty_foot(_)]),
    ]
    foot = _("Every year: `/wps-troika history`")
    blocks = [header(parts[0][0]), *packed(parts[0][1])]
    for title, lines in parts[1:]:
        blocks += packed([f"*{title}*", *lines])
    text = "\n".join([*(line for title, lines in parts for line in (f"*{title}*", *lines)), foot])
    return text, [*blocks, context(foot)]


def sides(reader: Reader, known: tuple[Presidency, ...], today: date) -> list[str]:
    """Return the three sides of the Troika and the hand-over, a line of mrkdwn each."""
    _ = reader._
    troika = troika_on(known, today)
    first, last = period_around(known, today)
    return [
        _side(reader, _("Former presidency"), troika.former, until=first - ONE_DAY),
        _side(reader, _("Current presidency"), troika.current, since=first),
        _side(reader, _("Next presidency"), troika.next, since=last + ONE_DAY),
        _hand_over(reader, known, today),
    ]


def _side(
    reader: Reader, title: str, side: Presidency | None, *, since: date | None = None, until: date | None = None
) -> str:
    _ = reader._
    if side is None:
        words = _("from {day}") if since else _("until {day}")
        day = words.format(day=day_words(since or until or date.min, reader.locale))
        return _("• {side}: *not known* ({period})").format(side=title, period=day)
    days = span_words(side.starts_on, side.ends_on, reader.locale)
    return _("• {side}: {members} ({period})").format(side=title, members=chairs(reader, side.members), period=days)


def chairs(reader: Reader, members: Sequence[str]) -> str:
    """Return who presides, in mrkdwn; two members are said to be co-chairs."""
    _ = reader._
    bold = [f"*{safe(reader.names(code))}*" for code in members]
    if len(bold) == 1:
        return bold[0]
    return _("{first} and {second} (co-chairs)").format(first=bold[0], second=bold[1])


def _hand_over(reader: Reader, known: tuple[Presidency, ...], today: date) -> str:
    _ = reader._
    day = hand_over_after(known, today)
    if day is None:
        return _("• Hand-over: not known, since the current presidency is not known")
    return _("• Hand-over: {day} (in {count} days)").format(day=day_words(day, reader.locale), count=(day - today).days)


def _planned(_: Gettext, lines: Sequence[str]) -> list[str]:
    more = _("All of it: `/wps-troika reminders`. Schedule more: `/wps-troika remind`")
    return [*(lines or [_("No reminders are scheduled.")]), more]


def _duty_foot(_: Gettext) -> str:
    return _("To mark a duty done, assign it or give it a date: `/wps-troika duties`")


def group_name(_: Gettext, group: str) -> str:
    """Return what a group of people is called."""
    return {
        "troika": _("the Troika"),
        "presidency": _("the presidency"),
        "secretariat": _("the Secretariat"),
        "delegation": _("a delegation"),
        "people": _("people"),
        "channel": _("a channel"),
        "troika together": _("the Troika, in one group message"),
    }[group]


def build_history(reader: Reader, periods: Sequence[Period], start: int) -> Words:
    """Show a page of periods (oldest first), the newest first, from the position `start` on, each with its source."""
    _ = reader._
    newest_first = list(reversed(periods))
    page = newest_first[start : start + PAGE]
    if not page:
        text = _("No presidency is known to me.")
        return text, [section(text)]
    title = _("Presidencies")
    lines = [_period(reader, each) for each in page]
    shown = _("{first} to {last} of {count}").format(first=start + 1, last=start + len(page), count=len(periods))
    turning = _turning(_, start, len(periods))
    blocks = [header(title), *packed(lines), context(shown), *([actions(*turning)] if turning else [])]
    return "\n".join([f"*{title}*", *lines, shown]), blocks


def _period(reader: Reader, period: Period) -> str:
    _ = reader._
    if period.presidency is None:
        return _("• {period}: *not known*").format(period=safe(period.label))
    days = "" if _is_year(period) else f" ({span_words(period.starts_on, period.ends_on, reader.locale)})"
    source = safe(period.presidency.source or _("none given"), 300)
    return _("• {period}: {members}{days} – source: {source}").format(
        period=safe(period.label), members=chairs(reader, period.presidency.members), days=days, source=source
    )


def _is_year(period: Period) -> bool:
    year = period.starts_on.year
    return (period.starts_on, period.ends_on, period.label) == (date(year, 1, 1), date(year, 12, 31), str(year))


def _turning(_: Gettext, start: int, count: int) -> list[Block]:
    newer = [button(_("Newer"), ids.TROIKA_NEWER, str(max(start - PAGE, 0)))] if start else []
    older = [button(_("Older"), ids.TROIKA_OLDER, str(start + PAGE))] if start + PAGE < count else []
    return newer + older


def build_which(reader: Reader, asked: Which, text: str) -> Words:
    """Ask which member an ambiguous name means; `text` is what was typed after `set`."""
    _ = reader._
    head = _("“{name}” may mean several members. Which one? Type one of these:").format(name=safe(asked.name, 80))
    lines = [
        f"• {safe(reader.names(code))}: `/wps-troika set {safe(text.replace(asked.name, code, 1), 200)}`"
        for code in asked.codes
    ]
    said = "\n".join([head, *lines])
    return said, [section(said)]


def build_preview(
    reader: Reader,
    setting: Setting,
    before: Presidency | None,
    changes: Sequence[RightsChange],
    people: Mapping[str, Sequence[str]],
    claim: str,
) -> Words:
    """Show what would be set and who gains and loses what, with the button that does it.

    `before` is what stands under the label now; `people` holds the names of those who speak for a member; `claim` is
    what the button carries.
    """
    _ = reader._
    lines = [
        _("Now: {presidency}").format(presidency=_presidency(reader, before)),
        _("Then: {presidency}").format(presidency=_presidency(reader, setting.presidency if setting.members else None)),
        *(_change(reader, each, people.get(each.member, ())) for each in changes),
        *([] if changes else [_("Nobody's rights change from today on.")]),
        *_meaning(_, changes),
    ]
    title = _("Set the presidency {label}?").format(label=setting.label)
    sure = confirm(title, _("Rights and reminders follow by themselves."), _("Set it"), _("Not now"))
    row = actions(button(_("Set it"), ids.TROIKA_SET, claim, style="primary", confirm=sure))
    foot = _("Nothing has changed yet. Leave this message as it is if you do not want it.")
    return "\n".join([f"*{title}*", *lines, foot]), [header(title), *packed(lines), row, context(foot)]


def _presidency(reader: Reader, presidency: Presidency | None) -> str:
    if presidency is None:
        return reader._("not known")
    days = span_words(presidency.starts_on, presidency.ends_on, reader.locale)
    return f"{chairs(reader, presidency.members)}, {days}"


def _change(reader: Reader, change: RightsChange, people: Sequence[str]) -> str:
    _ = reader._
    words = (
        _("• {member} *gains* the rights of {role} from {first} until {last} – {people}")
        if change.gains
        else _("• {member} *loses* the rights of {role} from {first} until {last} – {people}")
    )
    whom = ", ".join(safe(name, 80) for name in people[:10]) or _("nobody is linked to it yet")
    return words.format(
        member=f"*{safe(reader.names(change.member))}*",
        role=group_name(_, change.role.value),
        first=day_words(change.since, reader.locale),
        last=day_words(change.until, reader.locale),
        people=whom,
    )


def _meaning(_: Gettext, changes: Sequence[RightsChange]) -> list[str]:
    roles = [role for role in (Role.PRESIDENCY, Role.TROIKA) if any(each.role is role for each in changes)]
    return [
        _("The rights of {role}: {deeds}; and the reminders that go to it.").format(
            role=group_name(_, role.value), deeds=", ".join(_(deed.value) for deed in brought_by(role))
        )
        for role in roles
    ]


def build_set(reader: Reader, setting: Setting) -> Words:
    """Say what was set."""
    _ = reader._
    said = _("Set: the presidency {label} is {presidency}. Rights and reminders follow by themselves.").format(
        label=safe(setting.label), presidency=_presidency(reader, setting.presidency if setting.members else None)
    )
    return said, [section(said)]
