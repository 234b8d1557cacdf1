"""What whoever takes the presidency over is given: a message, a file with all of it, and what there is to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.rules.contacts import Contact
from bot.rules.dates import day_words, span_words, wall_words
from bot.rules.duties import Duty
from bot.rules.handover import HandOver
from bot.rules.presidency import Presidency
from bot.rules.profile import WorkingHours
from bot.rules.recommendations import State
from bot.rules.text import safe
from handlers import ids
from handlers.blocks import actions, button, context, header
from handlers.reader import Reader
from handlers.troika.duty_views import standing_words
from handlers.troika.views import Words, group_name, packed
from storage.documents import Part
from storage.meetings import Meeting
from storage.recommendations import Recommendation
from storage.reminders import Reminder

BOX = "☐"
"""What to do begins with a box to tick."""
SHOWN = 6
"""Lines of each part that stand in the message; the file has them all."""


@dataclass(frozen=True)
class Dossier:
    """Everything that goes with the presidency; `contacts` hold no more than their reader may see.

    `gaps` are the members (codes) without a focal point, `meetings` those to come, `adopted` what has been adopted and
    where its follow-up stands.
    """

    hand_over: HandOver
    duties: tuple[Duty, ...]
    adopted: tuple[Recommendation, ...]
    contacts: tuple[Contact, ...]
    gaps: tuple[str, ...]
    meetings: tuple[Meeting, ...]
    reminders: tuple[Reminder, ...]
    now: datetime
    hours: WorkingHours


def title_of(reader: Reader, hand_over: HandOver) -> str:
    """Return what a dossier is called."""
    return reader._("Hand-over on {day}").format(day=day_words(hand_over.day, reader.locale))


def introduction(reader: Reader, hand_over: HandOver) -> str:
    """Return from whom to whom the presidency goes, and until when."""
    _ = reader._
    if hand_over.incoming is None:
        return _("Nobody is known yet to take the presidency over; {outgoing} hands it over.").format(
            outgoing=_chairs(reader, hand_over.outgoing)
        )
    return _("The presidency goes from {outgoing} to {incoming}, from {first} until {last}.").format(
        incoming=_chairs(reader, hand_over.incoming),
        first=day_words(hand_over.incoming.starts_on, reader.locale),
        last=day_words(hand_over.incoming.ends_on, reader.locale),
        outgoing=_chairs(reader, hand_over.outgoing),
    )


def _chairs(reader: Reader, side: Presidency | None) -> str:
    if side is None:
        return reader._("a presidency that is not known to me")
    names = [reader.names(code) for code in side.members]
    return names[0] if len(names) == 1 else reader._("{first} and {second}").format(first=names[0], second=names[1])


def build_message(reader: Reader, dossier: Dossier) -> Words:
    """Return the dossier as a message: the beginning of each part, and a button for the file that has all of it."""
    _ = reader._
    title = title_of(reader, dossier.hand_over)
    shown = [_shortened(reader, part) for part in parts(reader, dossier)]
    lines = [safe(introduction(reader, dossier.hand_over), 600)]
    for part in shown:
        lines += [f"*{safe(part.title)}*", *(_point(safe(line, 400)) for line in part.lines)]
    row = actions(button(_("Send me the file"), ids.HAND_OVER_FILE, dossier.hand_over.day.isoformat()))
    foot = _("You find this again with `/wps-troika hand-over`. The file holds contacts: please do not pass it on.")
    return "\n".join([f"*{title}*", *lines, foot]), [header(title), *packed(lines), row, context(foot)]


def _point(line: str) -> str:
    return line if line.startswith(BOX) else f"• {line}"


def _shortened(reader: Reader, part: Part) -> Part:
    if len(part.lines) <= SHOWN + 1:
        return part
    more = reader._("and {count} more, in the file").format(count=len(part.lines) - SHOWN)
    return Part(part.title, (*part.lines[:SHOWN], more))


def parts(reader: Reader, dossier: Dossier) -> list[Part]:
    """Return every part of a dossier, as plain text."""
    _ = reader._
    nothing = (_("None."),)
    return [
        Part(_("What to do"), checklist(reader, dossier.hand_over)),
        Part(_("Open duties"), tuple(_duty(reader, each, dossier) for each in dossier.duties) or nothing),
        Part(
            _("Adopted recommendations and their follow-up"),
            tuple(_adopted(reader, each) for each in dossier.adopted) or nothing,
        ),
        Part(_("Calendar"), tuple(_calendar(reader, dossier)) or nothing),
        Part(_("Contacts"), tuple(_who_is_there(reader, dossier)), _table(reader, dossier.contacts)),
    ]


def checklist(reader: Reader, hand_over: HandOver) -> tuple[str, ...]:
    """Return what a presidency does before it begins, a line each."""
    _ = reader._
    day = day_words(hand_over.day, reader.locale)
    outgoing = _chairs(reader, hand_over.outgoing)
    return (
        _("☐ Speak with {outgoing} about what is under way.").format(outgoing=outgoing),
        _("☐ See who speaks for your delegation: your rights begin on {day} with them. /wps-contacts").format(day=day),
        _("☐ Go through the duties, and say who of you does which: /wps-troika duties"),
        _("☐ Look at the reminders that go to the presidency from {day} on: /wps-troika reminders").format(day=day),
        _("☐ Find a time for the first call of the Troika and the Secretariat: /wps-troika call"),
        _("☐ Choose the topics of the first meeting, and its date and place: /wps-meeting"),
        _("☐ Read what was adopted, and decide what you follow up: /wps-recommend list"),
    )


def _duty(reader: Reader, duty: Duty, dossier: Dossier) -> str:
    standing = standing_words(reader, duty, dossier.now, dossier.hours).replace("*", "")
    said = reader._("{title} – {who}, {rhythm}").format(
        title=duty.title, who=group_name(reader._, duty.who), rhythm=standing or duty.rhythm
    )
    return said.rstrip(", ")


def _adopted(reader: Reader, record: Recommendation) -> str:
    _ = reader._
    state = _("followed up") if record.state is State.FOLLOWED_UP else _("to be followed up")
    return _("{number}: {text} – {state}").format(number=record.number, text=record.text, state=state)


def _calendar(reader: Reader, dossier: Dossier) -> Iterable[str]:
    for meeting in dossier.meetings:
        days = span_words(meeting.starts_on, meeting.ends_on, reader.locale)
        yield ", ".join(part for part in (meeting.title, meeting.place, days) if part)
    for reminder in dossier.reminders:
        if reminder.next_wall is not None:
            yield reader._("Reminder of {moment}, to {audience}: {text}").format(
                moment=wall_words(reminder.next_wall, reader.locale),
                audience=group_name(reader._, reminder.audience.group.value),
                text=reminder.text,
            )


def _who_is_there(reader: Reader, dossier: Dossier) -> Iterable[str]:
    _ = reader._
    members = {each.member for each in dossier.contacts}
    yield _("{count} contacts of {members} delegations, all of them in the file.").format(
        count=len(dossier.contacts), members=len(members)
    )
    if dossier.gaps:
        names = ", ".join(sorted(reader.names(code) for code in dossier.gaps))
        yield _("Without a focal point: {names}").format(names=names)


def _table(reader: Reader, contacts: Sequence[Contact]) -> tuple[tuple[str, ...], ...]:
    _ = reader._
    head = (_("Delegation"), _("Name"), _("Role"), _("Institution"), _("E-mail"), _("Phone"))
    rows = [
        (reader.names(each.member), each.name, _(each.role.value), each.institution, each.email, each.phone)
        for each in contacts
    ]
    return (head, *rows) if rows else ()


def build_unknown(reader: Reader, day: date) -> Words:
    """Return what the Secretariat is told when nobody is known to take the presidency over."""
    said = reader._(
        "On {day} the presidency changes hands, and I do not know who takes it over. Set it, so that rights, reminders "
        "and the dossier for the new presidency can follow: `/wps-troika set {year} MEMBER`"
    ).format(day=day_words(day, reader.locale), year=day.year)
    return said, packed([said])
