"""What the directory looks like: cards, lists, histories; give these only contacts from which `shown_to` took."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from bot.rules.contact_search import CONFUSED
from bot.rules.contact_words import language_name
from bot.rules.contacts import Audience, Contact, checked_on, is_own, is_stale, may_choose_audience, may_correct
from bot.rules.dates import day_words
from bot.rules.permissions import Actor, Deed, may
from bot.rules.reminders import zone_of
from bot.rules.text import safe
from handlers import ids
from handlers.blocks import Block, Element, actions, button, context, divider, header, message, section
from handlers.reader import Reader
from storage.sightings import Sighting

PAGE = 10
MOST_GAPS = 60
MOST_SIGHTINGS = 50
Words = tuple[str, list[Block]]
"""The same content twice: as text for those who do not see blocks, and as blocks."""


def build_card(
    reader: Reader, contact: Contact, actor: Actor, now: datetime, days: int, *, asked_on: str = ""
) -> Words:
    """Return one contact with what may be done with it; `days` is how long a check stays fresh.

    `asked_on` is the day in whose message it stands, where its person was asked.
    """
    head, lines = _head(reader, contact), _lines(reader, contact, now)
    small = _small_print(reader, contact, actor, now.date(), days)
    blocks = [section("\n".join([head, *lines])), context(*small)]
    row = [
        *_changes(reader, contact, actor, asked_on),
        *_privacy(reader, contact, actor),
        _history_button(reader, contact.member),
        *_other(reader, contact.member),
    ]
    return "\n".join([head, *lines, *small]), [*blocks, actions(*row)]


def _head(reader: Reader, contact: Contact) -> str:
    return f"*{safe(contact.name, 400)}*\n{reader._(contact.role)}, {safe(reader.names(contact.member))}"


def _lines(reader: Reader, contact: Contact, now: datetime) -> list[str]:
    _ = reader._
    languages = ", ".join(language_name(code, reader.locale) for code in contact.language_codes)
    named = {
        _("Title: {value}"): contact.title,
        _("Institution: {value}"): contact.institution,
        _("E-mail: {value}"): contact.email,
        _("Phone: {value}"): contact.phone,
        _("Languages: {value}"): languages,
        _("Time zone: {value}"): _zone(reader, contact.zone, now),
        _("Term: {value}"): term(reader, contact),
    }
    lines = [line.format(value=safe(value, 400)) for line, value in named.items() if value]
    linked = [_("In Slack: {person}").format(person=f"<@{contact.user_id}>")] if contact.user_id else []
    return lines + linked


def _zone(reader: Reader, zone: str, now: datetime) -> str:
    if not zone:
        return ""
    return reader._("{zone}, where it is {time} now").format(zone=zone, time=f"{now.astimezone(zone_of(zone)):%H:%M}")


def term(reader: Reader, contact: Contact) -> str:
    """Return from when until when a term runs, as far as that is known; empty if nothing is."""
    _ = reader._
    since = day_words(contact.since, reader.locale) if contact.since else ""
    until = day_words(contact.until, reader.locale) if contact.until else ""
    if since and until:
        return _("from {since} to {until}").format(since=since, until=until)
    return _("since {since}").format(since=since) if since else _("until {until}").format(until=until) if until else ""


def freshness(reader: Reader, contact: Contact, today: date, days: int) -> str:
    """Return when a contact was last said to be right, with a warning where that is too long ago."""
    _ = reader._
    checked = checked_on(contact)
    day = day_words(checked, reader.locale) if checked else ""
    if contact.verified_on is None:
        said = _("Never verified; recorded or changed on {day}.") if day else _("Never verified.")
    else:
        said = _("Verified on {day}.")
    mark = ":warning: " if is_stale(contact, today, days) else ""
    return mark + said.format(day=day)


def _small_print(reader: Reader, contact: Contact, actor: Actor, today: date, days: int) -> list[str]:
    _ = reader._
    said = [freshness(reader, contact, today, days)]
    if not contact.runs_on(today):
        said.append(_("This term is not running today."))
    if may_choose_audience(actor, contact) and contact.audiences:
        said.append(_chosen(reader, contact))
    if not is_own(actor, contact) and not may(actor.roles, Deed.SEE_NETWORK_FIELDS):
        said.append(_("How to reach people is shown to the Network's focal points and the Secretariat."))
    return said


def _chosen(reader: Reader, contact: Contact) -> str:
    """Return which fields have an audience of their own, and since when its person agrees."""
    _ = reader._
    fields = ", ".join(
        f"{field_name(reader, name)}: {audience_name(reader, audience)}" for name, audience in contact.audiences.items()
    )
    if contact.consent_on is None:
        return fields
    return _("{fields} (agreed on {day})").format(fields=fields, day=day_words(contact.consent_on, reader.locale))


def audience_name(reader: Reader, audience: Audience) -> str:
    """Return what an audience is called."""
    _ = reader._
    return {
        Audience.PUBLIC: _("everybody in this Slack"),
        Audience.NETWORK: _("the Network's focal points"),
        Audience.SECRETARIAT: _("the Secretariat only"),
    }[audience]


def _changes(reader: Reader, contact: Contact, actor: Actor, asked_on: str = "") -> list[Element]:
    _ = reader._
    if not may_correct(actor, contact):
        return []
    key, name = str(contact.id), contact.name
    return [
        button(
            _("Still right"), ids.CONTACT_VERIFY, f"{key}:{asked_on}", label=_("Still right: {name}").format(name=name)
        ),
        button(_("Change"), ids.CONTACT_EDIT, key, label=_("Change {name}").format(name=name)),
    ]


def _privacy(reader: Reader, contact: Contact, actor: Actor) -> list[Element]:
    _ = reader._
    key, name = str(contact.id), contact.name
    row = []
    if may_choose_audience(actor, contact):
        label = _("Who may see what of {name}").format(name=name)
        row.append(button(_("Who may see this"), ids.CONTACT_AUDIENCE, key, label=label))
    if is_own(actor, contact):
        row.append(button(_("Who saw mine"), ids.CONTACT_SEEN, "0"))
    return row


def _history_button(reader: Reader, member: str) -> Element:
    label = reader._("Who held which role for {member}").format(member=reader.names(member))
    return button(reader._("History"), ids.CONTACT_HISTORY, f"{member}:", label=label)


def _other(reader: Reader, member: str) -> list[Element]:
    """Offer the member whose name is easily taken for this one's."""
    other = CONFUSED.get(member)
    if other is None:
        return []
    return [button(reader._("Did you mean {member}?").format(member=reader.names(other)), ids.CONTACT_OPEN, other)]


def build_list(reader: Reader, found: Sequence[Contact], page: int, query: str, notes: Sequence[str] = ()) -> Words:
    """Return one page of several contacts, each to be opened; `query` is what a turned page asks for again."""
    _ = reader._
    if not found:
        text = "\n".join([*notes, _("None.")])
        return text, [section(text)]
    last = (len(found) - 1) // PAGE
    page = max(0, min(page, last))
    shown = found[page * PAGE : (page + 1) * PAGE]
    where = _("{first} to {last} of {count}").format(
        first=page * PAGE + 1, last=page * PAGE + len(shown), count=len(found)
    )
    lines = [_line(reader, each) for each in shown]
    blocks = [*(section(note) for note in notes), *(_row(reader, each) for each in shown), context(where)]
    turning = _turning(reader, page, last, query)
    return "\n".join([*notes, *lines, where]), [*blocks, *([actions(*turning)] if turning else [])]


def _row(reader: Reader, contact: Contact) -> Block:
    label = reader._("Open {name}").format(name=contact.name)
    return section(_line(reader, contact), button(reader._("Open"), ids.CONTACT_OPEN, str(contact.id), label=label))


def _line(reader: Reader, contact: Contact) -> str:
    # A list is not noted down as seen, so it shows nothing that is not public.
    public = contact.audiences.get("institution", Audience.PUBLIC) is Audience.PUBLIC
    where = f", {safe(contact.institution, 200)}" if contact.institution and public else ""
    name, member = safe(contact.name, 300), safe(reader.names(contact.member))
    return f"*{name}* – {reader._(contact.role)}, {member}{where}"


def _turning(reader: Reader, page: int, last: int, query: str) -> list[Element]:
    row = []
    if page > 0:
        row.append(button(reader._("Previous"), ids.CONTACT_PREVIOUS, f"{page - 1}:{query}"))
    if page < last:
        row.append(button(reader._("Next"), ids.CONTACT_NEXT, f"{page + 1}:{query}"))
    return row


def build_choice(reader: Reader, codes: Sequence[str], action_id: str, query: str = "") -> Words:
    """Return the members that an ambiguous name may mean, each a button that says `code:query`; nothing is guessed."""
    question = reader._("Which member do you mean?")
    names = [safe(reader.names(code)) for code in codes]
    text = "\n".join([question, *(f"• {name} ({code})" for name, code in zip(names, codes, strict=True))])
    rows = [
        section(
            f"*{name}* ({code})", button(reader._("This one"), action_id, f"{code}:{query}", label=reader.names(code))
        )
        for name, code in zip(names, codes, strict=True)
    ]
    return text, [section(question), *rows]


def gap(reader: Reader, member: str, terms: Sequence[Contact], today: date, role: str = "") -> str:
    """Return that a member has nobody today, in `role` if that was asked for, and who was the last."""
    _ = reader._
    name = safe(reader.names(member))
    if role:
        said = _("*{member}* has no current contact in the role {role}: this is a gap.").format(
            member=name, role=_(role)
        )
    else:
        said = _("*{member}* has no current contact: this is a gap.").format(member=name)
    over = [each for each in terms if each.ended_by(today) and role in {"", each.role}]
    last = max(over, key=lambda each: each.until or date.min, default=None)
    if last is None:
        return said
    told = _("The last one was {name}, {role}, {term}.")
    return f"{said} {told.format(name=safe(last.name, 300), role=_(last.role), term=term(reader, last))}"


def build_gap(reader: Reader, lines: Sequence[str], member: str, *, may_add: bool) -> Words:
    """Return that a member has no current contact, with what can be done about it."""
    _ = reader._
    row = [_history_button(reader, member), *_other(reader, member)]
    if may_add:
        row.insert(0, button(_("Add a contact"), ids.CONTACT_ADD, member, style="primary"))
    text = "\n".join(lines)
    return text, [section(text), actions(*row)]


def build_nothing(reader: Reader, query: str, people: Sequence[Contact], members: Sequence[str]) -> Words:
    """Return that nothing was found, with the nearest people and members."""
    _ = reader._
    said = _("I found nobody for “{query}”.").format(query=safe(query, 300))
    hint = _("Try a member, a name, an institution, a role or a region, like `/wps-contacts police WEOG`.")
    if not people and not members:
        return f"{said} {hint}", [section(said), context(hint)]
    near = _("The nearest I know:")
    names = [safe(reader.names(code)) for code in members]
    rows = [
        *(
            section(f"*{name}*", button(_("Open"), ids.CONTACT_OPEN, code, label=reader.names(code)))
            for code, name in zip(members, names, strict=True)
        ),
        *(_row(reader, each) for each in people),
    ]
    lines = [f"• {name}" for name in names] + [f"• {_line(reader, each)}" for each in people]
    return "\n".join([said, near, *lines, hint]), [section(f"{said}\n{near}"), *rows, context(hint)]


def build_history(reader: Reader, member: str, terms: Sequence[Contact], page: int) -> Words:
    """Return who held which role for a member when, the newest first."""
    _ = reader._
    title = _("Who held which role for {member}").format(member=reader.names(member))
    if not terms:
        text = _("Nobody is recorded for {member}.").format(member=f"*{safe(reader.names(member))}*")
        return text, [section(text)]
    size = 2 * PAGE
    page = max(0, min(page, (len(terms) - 1) // size))
    shown = terms[page * size : (page + 1) * size]
    lines = [_past_line(reader, each) for each in shown]
    row = []
    if page:
        row.append(button(_("Previous"), ids.CONTACT_EARLIER, f"{page - 1}:{member}"))
    if (page + 1) * size < len(terms):
        row.append(button(_("Next"), ids.CONTACT_LATER, f"{page + 1}:{member}"))
    blocks = [header(title), *(section("\n".join(lines[at : at + 5])) for at in range(0, len(lines), 5))]
    return "\n".join([f"*{safe(title)}*", *lines]), [*blocks, *([actions(*row)] if row else [])]


def _past_line(reader: Reader, contact: Contact) -> str:
    when = term(reader, contact) or reader._("dates unknown")
    return f"• {reader._(contact.role)}: *{safe(contact.name, 300)}*, {when}"


def build_help(reader: Reader, actor: Actor) -> Words:
    """Return how to search, and what else can be done here by this person."""
    _ = reader._
    lines = [
        _("*How to search*"),
        _("• a member in any language, or its code: `/wps-contacts Namibia`, `/wps-contacts 德国`, `/wps-contacts CI`"),
        _("• a person, an institution or a title: `/wps-contacts Ministry of Defence`"),
        _("• a role or a region, also together: `/wps-contacts police WEOG`, `/wps-contacts speaks French in Africa`"),
        _("• who held a role before: `/wps-contacts history Namibia`"),
        _("• a file of the directory: `/wps-contacts export xlsx`"),
        _("• who saw your own contact: `/wps-contacts seen`"),
    ]
    if may(actor.roles, Deed.CHANGE_OWN_CONTACTS):
        lines.append(_("• `/wps-contacts add`, `edit NAME` and `verify NAME` keep your delegation's contacts true"))
    if may(actor.roles, Deed.CHANGE_ANY_CONTACT):
        lines.append(_("• what needs a look: `/wps-contacts unverified` and `unlinked`; `erase NAME` erases a person"))
        lines.append(_("• send me a table (CSV, XLSX) or vCards in a direct message to import them"))
    text = "\n".join(lines)
    return text, [section(text)]


def build_own(reader: Reader, actor: Actor, own: Sequence[Contact]) -> Words:
    """Return the contacts of the asker's delegation in short, or that they belong to none."""
    _ = reader._
    if actor.member is None:
        text = _("You are not linked to a delegation yet. The Secretariat can link you to your contact.")
        return text, [section(text)]
    title = _("*Your delegation: {member}*").format(member=safe(reader.names(actor.member)))
    more = _("All of them: `/wps-contacts {member}`").format(member=actor.member) if len(own) > PAGE else ""
    lines = [_line(reader, each) for each in own[:PAGE]] or [_("No current contact is recorded: this is a gap.")]
    rows = [_row(reader, each) for each in own[:PAGE]] or [section(lines[0])]
    return "\n".join([title, *lines, more]), [section(title), *rows, *([context(more)] if more else [])]


def build_state(reader: Reader, gaps: Sequence[str], stale: int, unlinked: int) -> Words:
    """Return for the Secretariat which members lack a focal point, and how many contacts need a look."""
    _ = reader._
    names = [safe(reader.names(code)) for code in gaps[:MOST_GAPS]]
    more = len(gaps) - len(names)
    said = ", ".join(names) + (_(" and {count} more").format(count=more) if more > 0 else "")
    lines = [
        _("*For the Secretariat*"),
        _("Members without a focal point ({count}): {names}").format(count=len(gaps), names=said)
        if gaps
        else _("Every member that has people here has a focal point."),
        _("Contacts not verified in time: {count} – `/wps-contacts unverified`").format(count=stale),
        _("Contacts linked to nobody in Slack: {count} – `/wps-contacts unlinked`").format(count=unlinked),
    ]
    text = "\n".join(lines)
    return text, [section(text)]


def joined(*parts: Words) -> Words:
    """Return several parts as one message, with lines between them."""
    blocks: list[Block] = []
    for _text, more in parts:
        blocks += [divider(), *more] if blocks else more
    return "\n\n".join(text for text, _blocks in parts), blocks


def field_name(reader: Reader, name: str) -> str:
    """Return what a field of a contact is called."""
    _ = reader._
    names = {
        "member": _("Member"),
        "name": _("Name"),
        "role": _("Role"),
        "title": _("Title"),
        "institution": _("Institution"),
        "email": _("E-mail"),
        "phone": _("Phone"),
        "languages": _("Languages"),
        "zone": _("Time zone"),
        "since": _("Since"),
        "until": _("Until"),
    }
    return names[name]


def build_pick(reader: Reader, found: Sequence[Contact], actor: Actor) -> Words:
    """Return the contacts that were meant, each to be said right or changed."""
    _ = reader._
    question = _("Which contact do you mean?")
    shown = found[:PAGE]
    more = [context(_("There are more; name the person."))] if len(found) > len(shown) else []
    lines = [_line(reader, each) for each in shown]
    rows = [
        block for each in shown for block in (section(_line(reader, each)), actions(*_changes(reader, each, actor)))
    ]
    return "\n".join([question, *lines]), [section(question), *rows, *more]


def titles(reader: Reader) -> dict[str, str]:
    """Return what the lists that the Secretariat asks for by name are called."""
    _ = reader._
    return {
        "unverified": _("*Contacts that nobody has verified in time*"),
        "unlinked": _("*Contacts that are linked to nobody in Slack*"),
    }


def build_seen(reader: Reader, seen: Sequence[Sighting]) -> Words:
    """Return who saw which fields of the asker that are not public, and when."""
    _ = reader._
    title = _("*Who saw your contact*")
    if not seen:
        text = f"{title}\n{_('Nobody has looked at fields of yours that are not public.')}"
        return text, [section(text)]
    line = _("• {day}: {person} saw {fields}")
    lines = [
        line.format(
            day=day_words(each.day, reader.locale),
            person=f"<@{each.viewer}>",
            fields=", ".join(field_name(reader, name) for name in each.fields),
        )
        for each in seen[:MOST_SIGHTINGS]
    ]
    more = [_("The newest {count} are shown.").format(count=MOST_SIGHTINGS)] if len(seen) > MOST_SIGHTINGS else []
    blocks = [section("\n".join(lines[at : at + 10])) for at in range(0, len(lines), 10)]
    return "\n".join([title, *lines, *more]), [section(title), *blocks, *(context(each) for each in more)]


def build_asking(reader: Reader, card: Words, times: int) -> dict[str, Any]:
    """Return the DM that asks somebody whether their contact is still right; `card` is theirs."""
    _ = reader._
    first = _(
        "*Is this still right?* Others in the Network rely on it. Press “Still right”, or “Change” to correct it."
    )
    again = _("*A reminder: is this still right?* If I hear nothing, the Secretariat will see it as unverified.")
    head = first if times == 1 else again
    text, blocks = card
    return message(f"{head}\n{text}", [section(head), *blocks])


def build_silent(reader: Reader, silent: Sequence[Contact]) -> dict[str, Any]:
    """Return what the Secretariat reads of people who were asked twice and did not answer."""
    _ = reader._
    head = _(
        "*Unverified contacts*: these people were asked twice whether their contact is still right, and are silent."
    )
    foot = _("All that are unverified: `/wps-contacts unverified`")
    shown = silent[:PAGE]
    lines = [_line(reader, each) for each in shown]
    blocks = [section(head), *(_row(reader, each) for each in shown), context(foot)]
    return message("\n".join([head, *lines, foot]), blocks)
