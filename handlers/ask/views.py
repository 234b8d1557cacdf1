"""What answers look like."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.rules.answers import Confidence, Outcome, Time, WhichMember, best_sentence
from bot.rules.contacts import Contact
from bot.rules.presidency import Presidency, Troika
from bot.rules.text import Gettext, clip, escape, link, safe
from bot.rules.words import language_of, terms
from handlers import ids
from handlers.blocks import Block, actions, button, confirm, context, section
from storage.answers import ContactsFound, MeetingsFound, PassagesFound, PresidenciesFound, TroikaFound
from storage.enquiries import Place
from storage.meetings import Meeting
from storage.retrieval import Found as Hit
from storage.search import Document

Names = Callable[[str], str]
"""Returns what a member is called, in the reader's language, from its code; not escaped."""

SOURCES = 3
WORTH = 0.6
"""A further source must be this much as good as the first."""
WHOLE = 700
"""Up to this length, in characters, the first source is shown whole."""
_WORD = re.compile(r"(?<![\w*_~`])([A-Za-zÀ-ɏЀ-ӿ؀-ۿ0-9]+(?:[-'’][A-Za-zÀ-ɏЀ-ӿ؀-ۿ0-9]+)*)(?![\w*_~`])")
"""Words that can stand in bold; Slack's marks need a gap around them, which Chinese does not leave."""


@dataclass(frozen=True)
class Said:
    """An answer in words: `text` holds all that `blocks` show; `choices` are (code, name), one of which is meant.

    `people` are the contacts that it shows, as they are shown.
    """

    text: str
    blocks: tuple[Block, ...]
    outcome: Outcome = Outcome.ANSWERED
    choices: tuple[tuple[str, str], ...] = ()
    people: tuple[Contact, ...] = ()

    @property
    def answered(self) -> bool:
        """Tell whether the question has its answer, rather than an honest no or a question back."""
        return self.outcome is Outcome.ANSWERED

    @property
    def is_to_a_question(self) -> bool:
        """Tell whether a question was asked at all."""
        return self.outcome is not Outcome.NOTHING


def with_buttons(_: Gettext, said: Said, number: int, place: Place) -> Said:
    """Put what its asker can do with it under the answer to enquiry `number`."""
    if said.outcome is Outcome.ASKED_BACK:
        picks = zip(said.choices, ids.ASK_MEMBERS, strict=False)
        return _and(said, actions(*(button(name, which, f"{number}:{code}") for (code, name), which in picks)))
    if said.outcome is Outcome.UNKNOWN:
        return _and(said, actions(_pass_on(_, number)))
    buttons = [
        button(_("Helpful"), ids.ASK_HELPED, str(number), label=_("This answer helped me")),
        button(_("Not helpful"), ids.ASK_DID_NOT_HELP, str(number), label=_("This answer did not help me")),
    ]
    if place.private and place.is_shared:
        buttons.append(button(_("Share here"), ids.ASK_SHARE, str(number), label=_("Share this answer in the channel")))
    return _and(said, actions(*buttons))


def _and(said: Said, block: Block) -> Said:
    return replace(said, blocks=(*said.blocks, block))


def build_which(_: Gettext, asked: WhichMember, names: Names) -> Said:
    """Ask which of several members a name means."""
    choices = tuple((code, names(code)) for code in asked.codes[: len(ids.ASK_MEMBERS)])
    said = _("Which of them do you mean: {members}?").format(
        members=_joined(_, [f"*{safe(name)}*" for _code, name in choices], last=_("{first} or {last}"))
    )
    return Said(said, (section(said),), Outcome.ASKED_BACK, choices)


def build_shared(_: Gettext, said: Said, name: str, question: str) -> Said:
    """Return an answer as everybody in a channel sees it, with who asked what."""
    head = _("{person} asked: {question}").format(person=f"*{safe(name)}*", question=safe(question, 1000))
    return Said(f"{head}\n{said.text}", (section(head), *said.blocks))


def build_did_not_help(_: Gettext, number: int) -> Said:
    """Say that it is noted, and offer to pass the question on."""
    said = _("Thank you, noted: the Secretariat sees the question without your name. You can also pass it on as yours.")
    return Said(said, (section(said), actions(_pass_on(_, number))))


def build_presidencies(_: Gettext, found: PresidenciesFound, names: Names) -> Said:
    """Say who presides in each period that was asked for, with the source; of an unknown one, that it is unknown."""
    if not found.periods:
        whom = _joined(_, [safe(names(code)) for code in found.asked.members])
        said = _("No presidency of {member} is recorded.").format(member=f"*{whom}*")
        return _unknown(_, [said, _every_year(_)])
    lines = [_period(_, each.label, each.presidency, names) for each in found.periods]
    if all(each.presidency for each in found.periods):
        return _plain([*lines, _every_year(_)])
    if found.asked.time is Time.NEXT and not found.asked.years:
        lines.append(_("It is not guessed from the years before."))
    lines += [_("Known next to it: {period}").format(period=_period(_, p.label, p, names)) for p in found.near]
    return _unknown(_, [*lines, _every_year(_)])


def _every_year(_: Gettext) -> str:
    return _("Every year: `/wps-troika history`")


def _period(_: Gettext, label: str, presidency: Presidency | None, names: Names) -> str:
    if presidency is None:
        return _("Who presides in {year} is *not known*.").format(year=safe(label))
    whom = _joined(_, [f"*{safe(names(code))}*" for code in presidency.members])
    line = _("Presidency {year}: {members}").format(year=safe(label), members=whom)
    if len(presidency.members) > 1:
        line += _(" (co-chairs)")
    return line + (_(" – source: {source}").format(source=safe(presidency.source)) if presidency.source else "")


def build_troika(_: Gettext, found: TroikaFound, names: Names) -> Said:
    """Name the three sides of the Troika; a side that is not known is said to be so."""
    sides = _sides(_, found.troika)
    lines = [_("*The Troika on {day}*").format(day=_day(found.day))]
    for title, side in sides.items():
        whom = _joined(_, [f"*{safe(names(code))}*" for code in side.members]) if side else _("not known")
        lines.append(f"• {title}: {whom}" + (f" ({safe(side.label)})" if side else ""))
    return _plain([*lines, _("Hand-over, duties and what is due: `/wps-troika`")])


def _sides(_: Gettext, troika: Troika) -> dict[str, Presidency | None]:
    return {
        _("Former presidency"): troika.former,
        _("Current presidency"): troika.current,
        _("Next presidency"): troika.next,
    }


def _day(day: date) -> str:
    return day.isoformat()


def build_contacts(_: Gettext, found: ContactsFound, names: Names) -> Said:
    """Show the contacts that were asked for, with the fields that were left to them; members without one are named."""
    if found.asked.own and not found.asked.members:
        said = _("You are not linked to a delegation yet, so I do not know whose contact you mean.")
        return _unknown(_, [said, _("Name the member, or ask the Secretariat to link you.")])
    lines: list[str] = []
    for code in found.asked.members:
        held = [each for each in found.contacts if each.member == code]
        lines += [_contact(_, each, names) for each in held] or [_gap(_, found, names(code))]
    said_all = [*lines, _("More: `/wps-contacts MEMBER`")]
    return _plain(said_all) if found.contacts else _unknown(_, said_all)


def _gap(_: Gettext, found: ContactsFound, name: str) -> str:
    role = found.asked.role.value if found.asked.role else _("contact")
    return _("For *{member}* no current {role} is recorded.").format(member=safe(name), role=_(role))


def _contact(_: Gettext, contact: Contact, names: Names) -> str:
    head = f"*{safe(contact.name)}* – {_(contact.role)}, {safe(names(contact.member))}"
    details = [
        safe(getattr(contact, name))
        for name in ("title", "institution", "languages", "email", "phone")
        if getattr(contact, name)
    ]
    return "\n".join([head, ", ".join(details)]) if details else head


def build_meetings(_: Gettext, found: MeetingsFound) -> Said:
    """Say when and where the meetings took or take place, with their source; of an unknown one, that it is unknown."""
    if found.meetings:
        more = [_("Its topics, who comes and its calendar file: {command}"), _("All meetings: `/wps-meeting list`")]
        hint = more[0].format(command=f"`/wps-meeting show {found.meetings[0].id}`")
        hints = [hint, more[1]] if len(found.meetings) == 1 else more[1:]
        return _plain([*(_meeting(_, each) for each in found.meetings), *hints])
    lines = [
        _("No next meeting is known to me.") if found.asked.time is Time.NEXT else _("No such meeting is recorded.")
    ]
    if found.last:
        lines.append(_("The last one I know of: {meeting}").format(meeting=_meeting(_, found.last)))
    return _unknown(_, lines)


def _meeting(_: Gettext, meeting: Meeting) -> str:
    days = _day(meeting.starts_on)
    if meeting.ends_on != meeting.starts_on:
        days = _("{first} to {last}").format(first=days, last=_day(meeting.ends_on))
    line = _("*{title}*, {place}, {days}").format(title=safe(meeting.title), place=safe(meeting.place), days=days)
    plan = meeting.plan
    line += _(" – cancelled") if plan.cancelled else ""
    line += _(" – theme: {theme}").format(theme=safe(plan.theme, 300)) if plan.theme else ""
    line += _(" – host: {host}").format(host=safe(plan.host, 200)) if plan.host else ""
    notes = f": {safe(meeting.notes, 500)}" if meeting.notes else ""
    return line + notes + (_(" – source: {source}").format(source=safe(meeting.source)) if meeting.source else "")


def build_passages(_: Gettext, found: PassagesFound) -> Said:
    """Give the best sentence, up to three sources and how sure it is; below the threshold, say that it is not known."""
    if found.confidence is Confidence.UNKNOWN:
        return _unknown(_, _nearest(_, found))
    head = [_lead(found)]
    if found.asked.recommended and not found.recommended:
        head.insert(0, _("Nothing on this is in the store of recommendations yet; this is from elsewhere."))
    shown = enumerate(_worth_showing(found.hits), 1)
    sources = [_("*Sources*"), *(_source(number, hit, found) for number, hit in shown)]
    by_meaning = found.hits[0].likeness is not None
    sureness = _likeness(_, found.confidence) if by_meaning else _sureness(_, found.confidence)
    blocks = (section("\n".join(head)), section("\n".join(sources)), context(sureness))
    return Said("\n".join([*head, *sources, sureness]), blocks)


def _lead(found: PassagesFound) -> str:
    """Return the best sentence of the first source and, where that is short, the rest of it on a line of its own."""
    body = found.hits[0].document.body or found.hits[0].document.title
    best = best_sentence(body, found.asked.terms)
    lines = [_marked(clip(best, 500), found.asked.terms)]
    rest = " ".join(body.replace(best, "", 1).split())
    if rest and len(body) <= WHOLE:
        lines.append(_marked(rest, found.asked.terms))
    return "\n".join(f"> {line}" for line in lines)


def _marked(text: str, wanted: Sequence[str]) -> str:
    """Return `text` safe and on one line, the words in bold that the question asked for."""
    language = language_of(text)
    pieces = _WORD.split(" ".join(text.split()))
    asked = frozenset(wanted)
    return "".join(
        f"*{escape(piece)}*" if i % 2 and asked.intersection(terms(piece, language)) else escape(piece)
        for i, piece in enumerate(pieces)
    )


def _worth_showing(hits: Sequence[Hit]) -> Sequence[Hit]:
    """Leave out what is far less like the question than the first: a weak source beside a good one misleads."""
    return [hit for hit in hits[:SOURCES] if hit.score >= hits[0].score * WORTH]


def _source(number: int, hit: Hit, found: PassagesFound) -> str:
    line = f"{number}. {_cited(hit.document)}"
    sentence = best_sentence(hit.document.body, found.asked.terms)
    if number == 1 or not sentence:
        return line
    return f"{line}\n      {_marked(clip(sentence, 300), found.asked.terms)}"


def _cited(document: Document) -> str:
    origin = [safe(document.who)] * bool(document.who) + [str(document.year)] * bool(document.year)
    if document.url and not document.url.startswith(("http://", "https://")):
        origin.append(safe(document.url))
    title = link(document.url, clip(document.title, 150))
    return f"{title} – {', '.join(origin)}" if origin else title


def _sureness(_: Gettext, confidence: Confidence) -> str:
    return {
        Confidence.SURE: _("How sure: nearly every word of your question is in the first source."),
        Confidence.FAIRLY: _("How sure: most of your question is in the first source; please check it."),
        Confidence.PERHAPS: _(
            "How sure: only part of your question is in the first source; it may not be what you mean."
        ),
    }[confidence]


def _likeness(_: Gettext, confidence: Confidence) -> str:
    return {
        Confidence.SURE: _("How sure: the first source says nearly what you ask."),
        Confidence.FAIRLY: _("How sure: the first source is close to what you ask; please check it."),
        Confidence.PERHAPS: _("How sure: the first source is somewhat like what you ask; it may not be what you mean."),
    }[confidence]


def _nearest(_: Gettext, found: PassagesFound) -> list[str]:
    lines = [_("*I don't know.* Nothing I have answers this.")]
    if found.hits:
        nearest = _cited(found.hits[0].document)
        lines.append(_("The nearest thing I have, which may be about something else: {source}").format(source=nearest))
    return lines


def _unknown(_: Gettext, lines: Sequence[str]) -> Said:
    said = "\n".join(lines)
    return Said(said, (section(said),), Outcome.UNKNOWN)


def _pass_on(_: Gettext, number: int) -> dict[str, Any]:
    return button(
        _("Ask the Secretariat"),
        ids.ASK_SECRETARIAT,
        str(number),
        confirm=confirm(
            _("Ask the Secretariat?"),
            _("Your question goes to the Secretariat with your name."),
            _("Send it"),
            _("Not now"),
        ),
    )


def _plain(lines: Sequence[str]) -> Said:
    said = "\n".join(lines)
    return Said(said, (section(said),))


def _joined(_: Gettext, names: Sequence[str], last: str = "") -> str:
    if len(names) < 2:
        return "".join(names)
    return (last or _("{first} and {last}")).format(first=", ".join(names[:-1]), last=names[-1])
