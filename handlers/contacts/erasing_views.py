"""What erasing a person looks like."""

from collections.abc import Mapping, Sequence

from bot.rules.erasure import Subject
from bot.rules.text import safe
from handlers import ids
from handlers.blocks import View, button, field, modal, section, text_input
from handlers.contacts.views import PAGE, Words
from handlers.reader import Reader


def build_pick(reader: Reader, found: Sequence[Subject]) -> Words:
    """Return the people that a name may mean, each to be chosen."""
    _ = reader._
    question = _("Whom do you mean? Nothing is erased yet.")
    shown = found[:PAGE]
    lines = [_line(reader, each) for each in shown]
    rows = [
        section(line, button(_("This one"), ids.CONTACT_ERASE, each.anchor, label=each.name))
        for line, each in zip(lines, shown, strict=True)
    ]
    return "\n".join([question, *lines]), [section(question), *rows]


def _line(reader: Reader, subject: Subject) -> str:
    members = dict.fromkeys(each.member for each in subject.traces if each.member)
    people = [f"<@{each}>" for each in sorted(subject.users)]
    known = [*(safe(reader.names(code)) for code in members), *people]
    also = sorted(subject.names - {subject.name})
    name = " / ".join(f"*{safe(each, 200)}*" for each in (subject.name, *also))
    return f"{name} – {', '.join(known)}" if known else name


def build_form(reader: Reader, subject: Subject) -> View:
    """Return the form that says what erasing means and asks for the person's name once more."""
    _ = reader._
    contacts = _("Contacts that go, with their history: {count}.").format(count=len(subject.contacts))
    goes = _(
        "Their contacts, look-ups, questions, reminders and what the log says of them are deleted. What they said for "
        "their delegation stays as the delegation's, without their name. That it was done is recorded, not of whom."
    )
    stays = _(
        "I cannot take back what stands in Slack, files that were handed out, and backups. While they are in this "
        "Slack, I meet them anew when they use me."
    )
    blocks = [
        section(_line(reader, subject)),
        section(f"{contacts}\n{goes}\n{stays}"),
        field("name", _("Type their name to confirm"), text_input(ids.CONTACT_INPUT, limit=200)),
    ]
    title, submit, close = _("Erase a person"), _("Erase for good"), _("Cancel")
    return modal(ids.CONTACT_ERASE_FORM, title, blocks, submit=submit, close=close, metadata=subject.anchor)


def build_done(reader: Reader, changed: Mapping[str, int]) -> Words:
    """Return that a person was erased, and how much that was."""
    text = reader._(
        "Erased. Rows that were deleted or changed: {count}. It is in the audit log, without a name."
    ).format(count=sum(changed.values()))
    return text, [section(text)]
