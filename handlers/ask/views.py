"""What answers look like."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.rules.answers import LONGEST_QUESTION, Confidence, Time, TooLong, best_sentence
from bot.rules.presidency import Presidency, Troika
from bot.rules.profile import Network
from bot.rules.text import Gettext, clip, link, quote, safe
from handlers import ids
from handlers.blocks import Block, actions, button, confirm, context, message, section
from storage.answers import Contact, ContactsFound, MeetingsFound, PassagesFound, PresidenciesFound, TroikaFound
from storage.meetings import Meeting
from storage.search import Document, Hit

Names = Callable[[str], str]
"""Returns what a member is called, in the reader's language, from its code; not escaped."""

SOURCES = 3


@dataclass(frozen=True)
class Said:
    """An answer in words: `text` holds all that `blocks` show; `answered` is False where it is an honest no."""

    text: str
    blocks: tuple[Block, ...]
    answered: bool = True


def build_presidencies(_: Gettext, found: PresidenciesFound, names: Names, question: str) -> Said:
    """Say who presides in each period that was asked for, with the source; of an unknown one, that it is unknown."""
    if not found.periods:
        whom = _joined(_, [safe(names(code)) for code in found.asked.members])
        said = _("No presidency of {member} is recorded.").format(member=f"*{whom}*")
        return _unknown(_, [said, _every_year(_)], question)
    lines = [_period(_, each.label, each.presidency, names) for each in found.periods]
    if all(each.presidency for each in found.periods):
        return _plain([*lines, _every_year(_)])
    if found.asked.time is Time.NEXT and not found.asked.years:
        lines.append(_("It is not guessed from the years before."))
    lines += [_("Known next to it: {period}").format(period=_period(_, p.label, p, names)) for p in found.near]
    return _unknown(_, [*lines, _every_year(_)], question)


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


def build_contacts(_: Gettext, found: ContactsFound, names: Names, visible: frozenset[str], question: str) -> Said:
    """Show the contacts that were asked for, each with the fields named in `visible`; members without one are named."""
    if found.asked.own and not found.asked.members:
        said = _("You are not linked to a delegation yet, so I do not know whose contact you mean.")
        return _unknown(_, [said, _("Name the member, or ask the Secretariat to link you.")], question)
    lines: list[str] = []
    for code in found.asked.members:
        held = [each for each in found.contacts if each.member == code]
        lines += [_contact(_, each, names, visible) for each in held] or [_gap(_, found, names(code))]
    said_all = [*lines, _("More: `/wps-contacts MEMBER`")]
    return _plain(said_all) if found.contacts else _unknown(_, said_all, question)


def _gap(_: Gettext, found: ContactsFound, name: str) -> str:
    role = found.asked.role.value if found.asked.role else _("contact")
    return _("For *{member}* no current {role} is recorded.").format(member=safe(name), role=_(role))


def _contact(_: Gettext, contact: Contact, names: Names, visible: frozenset[str]) -> str:
    head = f"*{safe(contact.name)}* – {_(contact.role)}, {safe(names(contact.member))}"
    details = [
        safe(getattr(contact, name))
        for name in ("title", "institution", "languages", "email", "phone")
        if name in visible and getattr(contact, name)
    ]
    return "\n".join([head, ", ".join(details)]) if details else head


def build_meetings(_: Gettext, found: MeetingsFound, question: str) -> Said:
    """Say when and where the meetings took or take place, with their source; of an unknown one, that it is unknown."""
    if found.meetings:
        return _plain([*(_meeting(_, each) for each in found.meetings), _("All meetings: `/wps-meeting list`")])
    lines = [
        _("No next meeting is known to me.") if found.asked.time is Time.NEXT else _("No such meeting is recorded.")
    ]
    if found.last:
        lines.append(_("The last one I know of: {meeting}").format(meeting=_meeting(_, found.last)))
    return _unknown(_, lines, question)


def _meeting(_: Gettext, meeting: Meeting) -> str:
    days = _day(meeting.starts_on)
    if meeting.ends_on != meeting.starts_on:
        days = _("{first} to {last}").format(first=days, last=_day(meeting.ends_on))
    line = _("*{title}*, {place}, {days}").format(title=safe(meeting.title), place=safe(meeting.place), days=days)
    notes = f": {safe(meeting.notes, 500)}" if meeting.notes else ""
    return line + notes + (_(" – source: {source}").format(source=safe(meeting.source)) if meeting.source else "")


def build_passages(_: Gettext, found: PassagesFound, question: str) -> Said:
    """Give the best sentence, up to three sources and how sure it is; below the threshold, say that it is not known."""
    if found.confidence is Confidence.UNKNOWN:
        return _unknown(_, _nearest(_, found), question)
    first = found.hits[0].document
    head = [f"*{safe(first.title)}*", quote(_lead(found), 1500)]
    if found.asked.recommended and not found.recommended:
        head.insert(0, _("Nothing on this is in the store of recommendations yet; this is from elsewhere."))
    shown = enumerate(_worth_showing(found.hits), 1)
    sources = [_("*Sources*"), *(_source(number, hit, found) for number, hit in shown)]
    sureness = _sureness(_, found.confidence)
    blocks = (section("\n".join(head)), section("\n".join(sources)), context(sureness))
    return Said("\n".join([*head, *sources, sureness]), blocks)


def _lead(found: PassagesFound) -> str:
    body = found.hits[0].document.body
    return body if len(body) <= 500 else clip(best_sentence(body, found.asked.terms), 500)


def _worth_showing(hits: Sequence[Hit]) -> Sequence[Hit]:
    """Leave out what holds far fewer of the words than the first: a weak source beside a good one misleads."""
    return [hit for hit in hits[:SOURCES] if hit.coverage >= hits[0].coverage / 2]


def _source(number: int, hit: Hit, found: PassagesFound) -> str:
    line = f"{number}. {_cited(hit.document)}"
    if number == 1:
        return line
    return f"{line}\n      {safe(best_sentence(hit.document.body, found.asked.terms), 300)}"


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


def _nearest(_: Gettext, found: PassagesFound) -> list[str]:
    lines = [_("*I don't know.* Nothing I have answers this.")]
    if found.hits:
        nearest = _cited(found.hits[0].document)
        lines.append(_("The nearest thing I have, which may be about something else: {source}").format(source=nearest))
    return lines


def _unknown(_: Gettext, lines: Sequence[str], question: str) -> Said:
    said = "\n".join(lines)
    return Said(said, (section(said), actions(_pass_on(_, question))), answered=False)


def _pass_on(_: Gettext, question: str) -> dict[str, Any]:
    return button(
        _("Ask the Secretariat"),
        ids.ASK_SECRETARIAT,
        clip(question, LONGEST_QUESTION),
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


def _joined(_: Gettext, names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("{first} and {last}").format(first=", ".join(names[:-1]), last=names[-1])


def build_too_long(_: Gettext, asked: TooLong) -> Said:
    """Say that the text is too long for a question, and what to do."""
    said = _("This has {length} characters; a question may have {limit}. Please ask it in a sentence or two.").format(
        length=asked.length, limit=LONGEST_QUESTION
    )
    return Said(said, (section(said),), answered=False)


def build_nothing_asked(_: Gettext, network: Network) -> Said:
    """Say how to ask, to somebody who sent nothing that could be answered."""
    lines = [_("Ask me about {network} in a sentence, in any of the six UN languages. For example:"), *_examples(_)]
    lines[0] = lines[0].format(network=safe(network.short_name))
    return Said("\n".join(lines), (section("\n".join(lines)),), answered=False)


def _examples(_: Gettext) -> list[str]:
    examples = (
        _("Who chaired in 2019?"),
        _("Who is Namibia's focal point?"),
        _("What helps mothers of young children to deploy?"),
        _("When is the next meeting?"),
    )
    return [f"• `/wps {example}`" for example in examples]


def build_overview(_: Gettext, network: Network, waiting: Sequence[str]) -> Said:
    """Show what waits for the asker (lines of mrkdwn) and how to use Focal."""
    waits = list(waiting) or [_("Nothing waits for you.")]
    how = [
        _("*How to use me*"),
        _("Ask me anything about {network}: here, in a direct message, or by mentioning me in a channel.").format(
            network=safe(network.short_name)
        ),
        *_examples(_),
        _("Every command: `/wps help`"),
    ]
    blocks = (section("\n".join([_("*What waits for you*"), *waits])), section("\n".join(how)))
    return Said("\n".join([_("*What waits for you*"), *waits, *how]), blocks)


def build_help(_: Gettext, network: Network) -> Said:
    """List every command in a sentence each."""
    lines = [f"• `{command}` – {sentence}" for command, sentence in _commands(_).items()]
    head = _("*What you can type in {network}*").format(network=safe(network.short_name))
    foot = _("Questions work in a direct message to me and by mentioning me in a channel, too.")
    said = "\n".join([head, *lines, foot])
    return Said(said, (section("\n".join([head, *lines])), context(foot)))


def _commands(_: Gettext) -> Mapping[str, str]:
    return {
        "/wps": _("shows what waits for you and how to use me."),
        "/wps QUESTION": _(
            "answers from contacts, practices, recommendations, meetings and presidencies, with sources."
        ),
        "/wps-contacts [member, name, region, role]": _("finds focal points; `history MEMBER` and `export` as well."),
        "/wps-survey [start, list, results N, remind N, close N, export N]": _(
            "runs surveys, each question a thread, one voice per delegation."
        ),
        "/wps-recommend [TEXT]": _("proposes a recommendation; `list`, `show N` and `export` find them again."),
        "/wps-troika": _("shows the Troika and what is due; `remind`, `reminders`, `history`, `set YEAR MEMBER`."),
        "/wps-meeting [next, list, show N]": _("shows the meetings of the network."),
        "/wps-communique [N]": _("shows the communiqués of the network."),
    }


def build_passed_on(_: Gettext, name: str, member: str, user_id: str, question: str) -> dict[str, Any]:
    """Return the message that carries a question to the Secretariat, with who asks it; `member` may be empty."""
    who = f"*{safe(name)}*" + (f", {safe(member)}" if member else "")
    head = _("{who} asks, and I could not answer:").format(who=who)
    foot = _("Please answer {person} directly.").format(person=f"<@{user_id}>")
    said = "\n".join([head, quote(question, 2000), foot])
    return message(said, (section("\n".join([head, quote(question, 2000)])), context(foot)))
