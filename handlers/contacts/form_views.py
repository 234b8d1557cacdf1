"""What the forms of the directory look like."""

from collections.abc import Sequence
from datetime import date

from bot.rules.contact_rows import LIMITS
from bot.rules.contact_words import zones_of
from bot.rules.contacts import AUDIENCES, OWN_AUDIENCE, Audience, Contact, ContactRole
from bot.rules.text import safe
from handlers import ids
from handlers.blocks import Block, Element, View, context, field, modal, option, section, select, text_input
from handlers.contacts.views import Words, audience_name, field_name, term
from handlers.reader import Reader

DETAILS = ("title", "institution", "email", "phone", "languages", "zone")
EMPTY = "-"
"""The value of the choice that leaves a menu's field empty: Slack takes no empty value."""


def build_add(reader: Reader, member: str, roles: Sequence[ContactRole], today: date, *, free: bool) -> View:
    """Return the form that begins a term; `free` lets the member be typed, `member` (code) is proposed."""
    _ = reader._
    new = Contact(0, member, "", ContactRole.FOCAL_POINT, since=today)
    if free:
        name = reader.names(member) if member else ""
        hint = _("In any language, or its ISO code.")
        first: Block = field("member", _("Member"), text_input(ids.CONTACT_INPUT, initial=name, limit=200), hint=hint)
    else:
        first = section(f"*{safe(reader.names(member))}*")
    fields = ("name", "role", *DETAILS, "since")
    blocks = [first, *(_field(reader, new, each, roles) for each in fields)]
    return modal(ids.CONTACT_ADD_FORM, _("Add a contact"), blocks, submit=_("Add"), close=_("Cancel"))


def build_edit(
    reader: Reader, contact: Contact, fields: Sequence[str], roles: Sequence[ContactRole], *, links: bool
) -> View:
    """Return the form that changes these fields of a contact, and with `links` who it is in Slack.

    It carries the version that it shows.
    """
    _ = reader._
    head = section(f"*{safe(contact.name, 300)}*, {_(contact.role)}, {safe(reader.names(contact.member))}")
    note = context(_("To end a term give its last day: it stays in the history. Saving says that the rest is right."))
    person = [_person(reader, contact)] if links else []
    blocks = [head, *(_field(reader, contact, each, roles) for each in fields), *person, note]
    claim = f"{contact.id}:{contact.version}"
    return modal(
        ids.CONTACT_EDIT_FORM, _("Change a contact"), blocks, submit=_("Save"), close=_("Cancel"), metadata=claim
    )


def _field(reader: Reader, contact: Contact, name: str, roles: Sequence[ContactRole]) -> Block:
    hints = {
        "email": reader._("Whoever has this address in this Slack is linked to the contact."),
        "languages": reader._("Like: English, French"),
        "zone": reader._("An IANA name like Africa/Windhoek"),
        "until": reader._("The last day of the term; empty while it runs."),
    }
    element = _element(reader, contact, name, roles)
    hint = "" if element["type"] == "static_select" else hints.get(name, "")
    return field(name, field_name(reader, name), element, hint=hint, optional=name not in {"name", "role"})


def _element(reader: Reader, contact: Contact, name: str, roles: Sequence[ContactRole]) -> Element:
    if name == "role":
        return _roles(reader, contact, roles)
    if name in {"since", "until"}:
        return _day(name, getattr(contact, name))
    zones = zones_of(contact.member) if name == "zone" else ()
    if len(zones) > len(zones_of("")):
        return _zones(reader, contact.zone, zones)
    return text_input(ids.CONTACT_INPUT, initial=getattr(contact, name), limit=LIMITS.get(name, 200))


def _roles(reader: Reader, contact: Contact, roles: Sequence[ContactRole]) -> Element:
    known = roles if contact.role in roles else (*roles, contact.role)
    options = [option(reader._(each), each.value) for each in known]
    return select(ids.CONTACT_INPUT, options, reader._("Choose a role"), contact.role.value)


def _zones(reader: Reader, held: str, zones: Sequence[str]) -> Element:
    known = zones if not held or held in zones else (*zones, held)
    options = [option(reader._("Not known"), EMPTY), *(option(each, each) for each in known[:99])]
    return select(ids.CONTACT_INPUT, options, reader._("Choose a time zone"), held or EMPTY)


def _person(reader: Reader, contact: Contact) -> Block:
    _ = reader._
    element: Element = {"type": "users_select", "action_id": ids.CONTACT_PERSON}
    if contact.user_id:
        element["initial_user"] = contact.user_id
    hint = _("Whom you choose speaks as this contact, also if they are of another workspace. Empty: nobody does.")
    return field("person", _("Who this is in Slack"), element, hint=hint, optional=True)


def _day(name: str, day: date | None) -> Element:
    action_id = ids.CONTACT_SINCE if name == "since" else ids.CONTACT_UNTIL
    element: Element = {"type": "datepicker", "action_id": action_id}
    return element | ({"initial_date": day.isoformat()} if day else {})


def build_saved(reader: Reader, contact: Contact) -> Words:
    """Return that a contact was saved, in a few words."""
    _ = reader._
    when = term(reader, contact)
    lines = [
        _("Saved: *{name}*, {role}, {member}.").format(
            name=safe(contact.name, 300), role=_(contact.role), member=safe(reader.names(contact.member))
        ),
        *([when] if when else []),
        _("Linked to {person} in Slack.").format(person=f"<@{contact.user_id}>")
        if contact.user_id
        else _("Nobody in this Slack has this address yet, so the contact is linked to nobody."),
    ]
    text = "\n".join(lines)
    return text, [section(text)]


def build_audience(reader: Reader, contact: Contact, *, own: bool) -> View:
    """Return the form that chooses who may see which field; `own` says that its person fills it in."""
    _ = reader._
    audiences = {**AUDIENCES, **contact.audiences}
    options = [option(audience_name(reader, each), each.value) for each in Audience]
    menus = [
        field(name, field_name(reader, name), select(ids.CONTACT_INPUT, options, _("Choose"), audiences[name].value))
        for name in OWN_AUDIENCE
    ]
    head = section(_("Who may see what of *{name}*").format(name=safe(contact.name, 300)))
    always = context(_("Name, member, role and term are seen by everybody: they are what the directory is."))
    consent = [context(_("Saving says that you agree."))] if own else [_consent(reader, contact)]
    claim = f"{contact.id}:{contact.version}"
    blocks = [head, *menus, always, *consent]
    return modal(
        ids.CONTACT_AUDIENCE_FORM, _("Who may see this"), blocks, submit=_("Save"), close=_("Cancel"), metadata=claim
    )


def _consent(reader: Reader, contact: Contact) -> Block:
    _ = reader._
    element: Element = {"type": "datepicker", "action_id": ids.CONTACT_CONSENT}
    if contact.consent_on:
        element["initial_date"] = contact.consent_on.isoformat()
    hint = _("The day on which the person agreed. It is needed where more people would see a field than usual.")
    return field("consent", _("Agreed on"), element, hint=hint, optional=True)


def build_audience_saved(reader: Reader, contact: Contact) -> Words:
    """Return who may see what from now on."""
    audiences = {**AUDIENCES, **contact.audiences}
    lines = [f"• {field_name(reader, name)}: {audience_name(reader, audiences[name])}" for name in OWN_AUDIENCE]
    text = "\n".join([reader._("Saved. From now on these may see it:"), *lines])
    return text, [section(text)]
