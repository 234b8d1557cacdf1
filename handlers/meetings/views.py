"""What meetings look like: the card of one, the list."""

from collections.abc import Sequence
from datetime import date

from bot.rules.dates import moment_words
from bot.rules.text import Gettext, link, safe
from bot.rules.topics import State
from handlers import ids
from handlers.blocks import Element, actions, button, context, header, section
from handlers.meetings import attendance_views as attending
from handlers.meetings import step_views as steps
from handlers.meetings.card import Card
from handlers.meetings.words import Words, kind_name, line, when_words
from handlers.reader import Reader
from storage.meetings import Meeting

PAGE = 10


def build_next(reader: Reader, card: Card | None, last: Meeting | None, today: date) -> Words:
    """Return the next meeting; where none is known that is said, and the last one named instead."""
    _ = reader._
    if card is not None:
        under_way = card.meeting.starts_on <= today
        return _one(reader, _("This meeting is under way") if under_way else _("The next meeting"), card)
    text = _("No next meeting is known to me yet. Ask the Secretariat for its date.")
    before = _("The last one I know of: {meeting}").format(meeting=line(reader, last)) if last else ""
    blocks = [section(text), *([section(before)] if before else []), context(_("All of them: /wps-meeting list"))]
    return f"{text} {before}".strip(), blocks


def build_card(reader: Reader, card: Card, said: str = "") -> Words:
    """Return the card of one meeting, below what has just been `said` of it (plain text)."""
    title = reader._("Meeting {number}").format(number=card.meeting.id)
    text, blocks = _one(reader, title, card)
    return (f"{safe(said)}\n{text}", [section(safe(said)), *blocks]) if said else (text, blocks)


def _one(reader: Reader, title: str, card: Card) -> Words:
    known, coming, origin = facts(reader, card), attending.lines(reader, card), _origin(reader, card)
    blocks = [
        header(title),
        section("\n".join(known)),
        *([section("\n".join(coming))] if coming else []),
        *attending.chart(reader, card),
        *attending.buttons(reader, card),
        *steps.build(reader, card),
        actions(*_buttons(reader, card)),
        context(origin),
    ]
    return "\n".join([title, *known, *coming, *steps.lines(reader, card), origin]), blocks


def facts(reader: Reader, card: Card) -> list[str]:
    """Return what is known of a meeting, line by line in mrkdwn; documents only for those who belong."""
    _, meeting, plan = reader._, card.meeting, card.meeting.plan
    off = _("*This meeting is cancelled.*") if plan.cancelled else ""
    titled = f"*{safe(plan.title)}*, {kind_name(_, plan.kind)}"
    named = (
        (_("When: {words}"), when_words(reader, meeting)),
        (_("Where: {words}"), safe(plan.place)),
        (_("Theme: {words}"), safe(plan.theme)),
        (_("Host: {words}"), safe(plan.host)),
        (_("Topics: {words}"), " · ".join(safe(each.text) for each in card.topics if each.state is State.CHOSEN)),
        (_("Documents: {words}"), " · ".join(link(each.url, each.title) for each in card.documents)),
    )
    told = [words.format(words=value) for words, value in named if value]
    return [part for part in (off, titled, *told, safe(plan.notes)) if part]


def _origin(reader: Reader, card: Card) -> str:
    _, meeting = reader._, card.meeting
    if meeting.source:
        return _("Source: {source}").format(source=safe(meeting.source))
    if meeting.changed_at is None:
        return _("Source: none given")
    moment = moment_words(meeting.changed_at, reader.zone, reader.locale)
    return _("As {name} saved it, {moment}").format(name=safe(card.changed_by), moment=moment)


def _buttons(reader: Reader, card: Card) -> list[Element]:
    _, number = reader._, str(card.meeting.id)
    change = [button(_("Change"), ids.MEETING_EDIT, number, label=_("Change this meeting"))] if card.may_plan else []
    open_topics = sum(each.state is State.PROPOSED for each in card.topics)
    label = _("Topics ({count} proposed)").format(count=open_topics) if open_topics else _("Topics")
    topics = [button(label, ids.MEETING_TOPICS, number)] if card.belongs else []
    return [*topics, button(_("Calendar file"), ids.MEETING_CALENDAR, number), *change]


def build_list(reader: Reader, found: Sequence[Meeting], start: int) -> Words:
    """Return a page of meetings, the newest first, from the position `start` on."""
    _ = reader._
    newest_first = sorted(found, key=lambda each: each.starts_on, reverse=True)
    page = newest_first[start : start + PAGE]
    if not page:
        text = _("No meetings are known to me.")
        return text, [section(text)]
    lines = "\n".join(line(reader, each) for each in page)
    shown = _("{first} to {last} of {count}. One with its source: /wps-meeting show N").format(
        first=start + 1, last=start + len(page), count=len(found)
    )
    turning = _turning(_, start, len(found))
    blocks = [header(_("Meetings")), section(lines), context(shown), *([actions(*turning)] if turning else [])]
    return f"{_('Meetings')}\n{lines}\n{shown}", blocks


def _turning(_: Gettext, start: int, count: int) -> list[Element]:
    newer = [button(_("Newer"), ids.MEETING_NEWER, str(max(start - PAGE, 0)))] if start else []
    older = [button(_("Older"), ids.MEETING_OLDER, str(start + PAGE))] if start + PAGE < count else []
    return newer + older
