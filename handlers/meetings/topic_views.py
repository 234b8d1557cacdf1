"""What the topics of a meeting look like: the list with its voices, the form, what is told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rules.text import Gettext, quote, safe
from bot.rules.topics import REASON_LIMIT, TEXT_LIMIT, State, Topic
from handlers import ids
from handlers.blocks import (
    Block,
    Element,
    View,
    actions,
    button,
    context,
    field,
    header,
    message,
    modal,
    section,
    text_input,
)
from handlers.meetings.words import Words, line
from handlers.reader import Reader
from storage.meetings import Meeting

PAGE = 6
MOST_NAMES = 12


@dataclass(frozen=True)
class Topics:
    """The topics of a meeting as one person may see and use them.

    `troika` are codes of its members today; `own` is the code of the delegation for which the reader speaks, if any.
    """

    meeting: Meeting
    topics: Sequence[Topic]
    troika: Collection[str]
    own: str | None
    may_choose: bool
    is_open: bool


def build_list(reader: Reader, shown: Topics, start: int, said: str = "") -> Words:
    """Return a page of topics from the position `start` on, below what has just been `said` (plain text)."""
    _ = reader._
    page = shown.topics[start : start + PAGE]
    title = _("Topics of meeting {number}").format(number=shown.meeting.id)
    head = [*([safe(said)] if said else []), line(reader, shown.meeting)]
    lines = [_topic(reader, shown, each) for each in page]
    blocks = [header(title), *(section(each) for each in head)]
    for words, each in zip(lines, page, strict=True):
        row = _controls(reader, shown, each, start)
        blocks += [section(words), *([actions(*row)] if row else [])]
    foot = _foot(reader, shown, start, len(page))
    row = _turning(reader, shown, start)
    blocks += [context(foot), *([actions(*row)] if row else [])]
    return "\n".join([*head, f"*{title}*", *lines, foot]), blocks


def _topic(reader: Reader, shown: Topics, topic: Topic) -> str:
    _ = reader._
    states = {State.CHOSEN: _("*chosen*"), State.SET_ASIDE: _("set aside"), State.PROPOSED: ""}
    by = reader.names(topic.member) if topic.member else _("the Secretariat")
    proposed = _("proposed by {name}").format(name=safe(by))
    notes = [states[topic.state], proposed, _("(observer)") if topic.observer else "", _voices(reader, shown, topic)]
    reason = quote(topic.reason, 400) if topic.reason else ""
    title = f"*{safe(topic.text)}*" if topic.state is not State.SET_ASIDE else f"~{safe(topic.text)}~"
    return "\n".join(part for part in (title, " · ".join(each for each in notes if each), reason) if part)


def _voices(reader: Reader, shown: Topics, topic: Topic) -> str:
    _ = reader._
    if not topic.voices:
        return _("supported by no delegation yet")
    names = ", ".join(safe(reader.names(code), 60) for code in topic.voices[:MOST_NAMES])
    names += " …" if len(topic.voices) > MOST_NAMES else ""
    troika = sum(code in shown.troika for code in topic.voices)
    words = _("delegations for it: {count} – {names}").format(count=len(topic.voices), names=names)
    of_them = _("of them in the Troika: {count} of {whole}").format(count=troika, whole=len(shown.troika))
    return f"{words} ({of_them})" if troika else words


def _controls(reader: Reader, shown: Topics, topic: Topic, start: int) -> list[Element]:
    if not shown.is_open:
        return []
    _, value = reader._, f"{topic.id}:{start}"
    row = []
    if shown.own is not None and topic.state is not State.SET_ASIDE:
        if shown.own in topic.voices:
            row.append(button(_("Take our voice back"), ids.TOPIC_WITHDRAW, value))
        else:
            row.append(
                button(_("Support"), ids.TOPIC_SUPPORT, value, label=_("Support: {text}").format(text=topic.text))
            )
    if shown.may_choose and topic.state is State.PROPOSED:
        choose = _("Choose: {text}").format(text=topic.text)
        row.append(button(_("Choose"), ids.TOPIC_CHOOSE, value, style="primary", label=choose))
        row.append(button(_("Set aside"), ids.TOPIC_SET_ASIDE, value))
    elif shown.may_choose:
        row.append(button(_("Reopen"), ids.TOPIC_REOPEN, value))
    return row


def _foot(reader: Reader, shown: Topics, start: int, count: int) -> str:
    _ = reader._
    if not shown.topics:
        return _("No topic is proposed yet.")
    how = _("Anybody in the Network proposes, each delegation has one voice, the Troika chooses.")
    where = _("{first} to {last} of {count}").format(first=start + 1, last=start + count, count=len(shown.topics))
    return f"{how} {where}"


def _turning(reader: Reader, shown: Topics, start: int) -> list[Element]:
    _, number = reader._, shown.meeting.id
    row = []
    if shown.is_open:
        row.append(button(_("Propose a topic"), ids.TOPIC_FORM_OPEN, str(number)))
    if start:
        row.append(button(_("Earlier"), ids.TOPIC_EARLIER, f"{number}:{max(start - PAGE, 0)}"))
    if start + PAGE < len(shown.topics):
        row.append(button(_("Later"), ids.TOPIC_LATER, f"{number}:{start + PAGE}"))
    return [*row, button(_("The meeting"), ids.MEETING_SHOW, str(number))]


def decided(_: Gettext, topic: Topic, state: State) -> str:
    """Say what was decided on a topic."""
    return {
        State.CHOSEN: _("Chosen: {text}"),
        State.SET_ASIDE: _("Set aside: {text}"),
        State.PROPOSED: _("Open again: {text}"),
    }[state].format(text=topic.text)


def build_form(_: Gettext, meeting: Meeting) -> View:
    """Return the form in which a topic is proposed for a meeting."""
    blocks: list[Block] = [
        section(_("A topic for *{title}*. The Troika chooses.").format(title=safe(meeting.title))),
        field("text", _("Topic"), text_input(ids.TOPIC_INPUT, limit=TEXT_LIMIT)),
        field(
            "reason",
            _("Why this, why now"),
            text_input(ids.TOPIC_INPUT, multiline=True, limit=REASON_LIMIT),
            optional=True,
        ),
    ]
    title, metadata = _("Propose a topic"), str(meeting.id)
    return modal(ids.TOPIC_FORM, title, blocks, submit=_("Propose"), close=_("Cancel"), metadata=metadata)


def build_proposed(reader: Reader, meeting: Meeting, topic: Topic) -> Words:
    """Say that a topic is proposed, and where all of them are."""
    said = reader._("Proposed for *{title}*: {text}\nAll of them: {command}").format(
        title=safe(meeting.title), text=safe(topic.text), command=f"`/wps-meeting topics {meeting.id}`"
    )
    return said, [section(said)]


def build_chosen(reader: Reader, meeting: Meeting, topic: Topic) -> dict[str, Any]:
    """Tell whoever proposed a topic that it is chosen."""
    said = reader._("The Troika has chosen the topic you proposed for *{title}*:").format(title=safe(meeting.title))
    text = f"{said}\n{quote(topic.text)}"
    return message(text, [section(text)])
