"""What the Secretariat sees of questions, and what askers see of its replies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.rules.profile import Network
from bot.rules.text import Gettext, clip, quote, safe
from handlers import ids
from handlers.blocks import (
    Block,
    View,
    actions,
    button,
    context,
    date_picker,
    field,
    message,
    modal,
    option,
    section,
    select,
    text_input,
)
from storage.enquiries import Enquiry

PAGE = 8
FORM_FIELDS = ("title", "text", "theme", "who", "year", "source", "url", "language", "review_on")
Words = tuple[str, list[Block]]


@dataclass(frozen=True)
class Waiting:
    """Questions that say the same, oldest first; `sender` names who passed one of them on, empty if nobody did."""

    enquiries: tuple[Enquiry, ...]
    sender: str


def build_passed_on(_: Gettext, enquiry: Enquiry, name: str, member: str) -> dict[str, Any]:
    """Return the message that carries a question to the Secretariat, with who asks it; `member` may be empty."""
    who = f"*{safe(name)}*" + (f", {safe(member)}" if member else "")
    head = _("{who} asks, and I could not answer:").format(who=who)
    foot = _("Reply in this thread: I bring your reply to whoever asked.")
    body = quote(enquiry.text, 2000)
    blocks = (section(f"{head}\n{body}"), context(foot), actions(*_buttons(_, enquiry)))
    return message(f"{head}\n{body}\n{foot}", blocks)


def _buttons(_: Gettext, enquiry: Enquiry) -> list[Block]:
    return [
        button(
            _("Keep an answer"), ids.QUESTION_KEEP, str(enquiry.id), label=_("Keep an answer for whoever asks next")
        ),
        button(_("Done"), ids.QUESTION_DONE, str(enquiry.id), label=_("Take this question off the list")),
    ]


def build_reply(_: Gettext, name: str, question: str, reply: str) -> dict[str, Any]:
    """Return the message that brings a reply of the Secretariat to whoever asked."""
    head = _("{person} of the Secretariat answers your question:").format(person=f"*{safe(name)}*")
    said = "\n".join([head, quote(question, 600), safe(reply, 2000)])
    return message(said, (section(said),))


def build_open(_: Gettext, waiting: Sequence[Waiting], start: int) -> Words:
    """Return a page of the open questions from the position `start` on."""
    page = waiting[start : start + PAGE]
    if not page:
        text = _("No question waits for you.")
        return text, [section(text)]
    head = _("*Questions {first} to {last} of {count} that I could not answer or answered badly*").format(
        first=start + 1, last=start + len(page), count=len(waiting)
    )
    lines = [_line(_, each) for each in page]
    rows = [block for each, line in zip(page, lines, strict=True) for block in (section(line), _row(_, each))]
    turning = _turning(_, start, len(waiting))
    return "\n".join([head, *lines]), [section(head), *rows, *([actions(*turning)] if turning else [])]


def _row(_: Gettext, waiting: Waiting) -> Block:
    first = waiting.enquiries[0]
    return actions(*_buttons(_, first), block_id=f"question_{first.id}")


def _line(_: Gettext, waiting: Waiting) -> str:
    last = waiting.enquiries[-1]
    facts = [_("last asked on {day}").format(day=last.asked_at.date().isoformat())]
    if len(waiting.enquiries) > 1:
        facts.append(_("{count} times").format(count=len(waiting.enquiries)))
    if any(each.helped is False for each in waiting.enquiries):
        facts.append(_("my answer did not help"))
    if waiting.sender:
        facts.append(_("passed on by {name}").format(name=safe(waiting.sender)))
    if last.reply:
        facts.append(_("you have replied"))
    return f"{quote(last.text, 600)}\n{' · '.join(facts)}"


def _turning(_: Gettext, start: int, count: int) -> list[Block]:
    earlier = [button(_("Earlier"), ids.QUESTION_EARLIER, str(max(start - PAGE, 0)))] if start else []
    later = [button(_("Later"), ids.QUESTION_LATER, str(start + PAGE))] if start + PAGE < count else []
    return earlier + later


def build_form(_: Gettext, network: Network, enquiry: Enquiry, today: date) -> View:
    """Return the form that keeps an answer, with question and last reply filled in."""
    blocks = _fields(_, network, today, clip(enquiry.text, 150), enquiry.reply)
    return modal(
        ids.QUESTION_FORM, _("Keep an answer"), blocks, submit=_("Keep"), close=_("Cancel"), metadata=str(enquiry.id)
    )


def build_practice_form(_: Gettext, network: Network, today: date) -> View:
    """Return the form that adds a practice or fact."""
    blocks = _fields(_, network, today, "", "")
    return modal(ids.PRACTICE_FORM, _("Add what is known"), blocks, submit=_("Keep"), close=_("Cancel"))


def _fields(_: Gettext, network: Network, today: date, title: str, text: str) -> list[Block]:
    themes = [option(_(theme.title), theme.key) for theme in network.themes]
    source = _("{secretariat}, {day}").format(secretariat=network.secretariat_name, day=today.isoformat())
    answer = text_input(ids.QUESTION_INPUT, multiline=True, initial=text)
    return [
        field("title", _("What it is about"), text_input(ids.QUESTION_INPUT, initial=title, limit=300)),
        field("text", _("What is known"), answer, hint=_("Everybody who asks may read this. Name no person in it.")),
        field("theme", _("Theme"), select(ids.QUESTION_INPUT, themes, _("Choose")), optional=True),
        field("who", _("Member or organisation"), text_input(ids.QUESTION_INPUT, limit=200), optional=True),
        field("year", _("Year"), text_input(ids.QUESTION_INPUT, initial=str(today.year), limit=4), optional=True),
        field("source", _("Source"), text_input(ids.QUESTION_INPUT, initial=source, limit=500)),
        field("url", _("Link"), text_input(ids.QUESTION_INPUT, limit=500), optional=True),
        field("language", _("Language"), select(ids.QUESTION_INPUT, _languages(_), _("Choose")), optional=True),
        field("review_on", _("Look at it again on"), date_picker(ids.QUESTION_INPUT), optional=True),
    ]


def _languages(_: Gettext) -> list[Block]:
    names = {
        "en": _("English"),
        "fr": _("French"),
        "es": _("Spanish"),
        "ar": _("Arabic"),
        "ru": _("Russian"),
        "zh": _("Chinese"),
    }
    return [option(name, code) for code, name in names.items()]
