"""Contacts: one person's term in one role for one member; who may see which of its fields, and who may change it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from bot.rules.permissions import Actor, Deed, Role, may, require
from bot.rules.problems import NotAllowed
from bot.rules.text import N_

SECRETARIAT_MEMBER = "X-UNW"
"""What stands in place of a member's code for contacts of the Secretariat, which belongs to none."""


class ContactRole(StrEnum):
    """What a contact is for their member, in the words that are stored and that a table of contacts uses."""

    FOCAL_POINT = N_("focal point")
    ALTERNATE = N_("alternate")
    MILITARY_ADVISER = N_("military gender adviser")
    POLICE_ADVISER = N_("police gender adviser")
    SECRETARIAT = N_("secretariat")
    OBSERVER = N_("observer")


VOICES = frozenset({ContactRole.FOCAL_POINT, ContactRole.ALTERNATE})
"""Whoever holds one of these speaks for the delegation."""
GIVEN_BY_DELEGATIONS = (*ContactRole,)[:4]
"""Roles that a delegation fills itself. The others carry rights beyond a delegation, so the Secretariat gives them."""


class Audience(StrEnum):
    """Who may see a field of a contact, the widest first: whoever may see one may see those before it."""

    PUBLIC = N_("public")
    NETWORK = N_("network")
    SECRETARIAT = "secretariat"


AUDIENCES: Mapping[str, Audience] = MappingProxyType(
    {
        "member": Audience.PUBLIC,
        "name": Audience.PUBLIC,
        "role": Audience.PUBLIC,
        "institution": Audience.PUBLIC,
        "since": Audience.PUBLIC,
        "until": Audience.PUBLIC,
        "title": Audience.NETWORK,
        "languages": Audience.NETWORK,
        "zone": Audience.NETWORK,
        "email": Audience.NETWORK,
        "phone": Audience.NETWORK,
    }
)
"""Every field of a contact with the audience it has unless the contact says otherwise.

Public is what a note verbale names a focal point by; whatever reaches a person or tells of them is the network's.
"""
OWN_AUDIENCE = ("institution", "title", "languages", "zone", "email", "phone")
"""Fields whose audience a contact may choose: without the others there would be no directory."""
DETAILS = ("name", *OWN_AUDIENCE)
"""Fields that a person may correct in their own contact, whatever their role."""


@dataclass(frozen=True)
class Contact:
    """A term, `since` and `until` its first and last day where they are known.

    `languages` are ISO 639 codes with commas between them, `zone` an IANA name, `user_id` the Slack user it is linked
    to. `audiences` holds the fields whose audience is not the usual one, `consent_on` when the person agreed to that.
    `verified_on` is when somebody entitled last said that it is still right. `version` grows with every change.
    """

    id: int
    member: str
    name: str
    role: ContactRole
    title: str = ""
    institution: str = ""
    email: str = ""
    phone: str = ""
    languages: str = ""
    zone: str = ""
    since: date | None = None
    until: date | None = None
    user_id: str | None = None
    verified_on: date | None = None
    audiences: Mapping[str, Audience] = field(default_factory=dict)
    consent_on: date | None = None
    version: int = 1
    updated_at: datetime | None = None

    def runs_on(self, day: date) -> bool:
        """Tell whether the term runs on `day`."""
        return (self.since is None or self.since <= day) and not self.ended_by(day)

    def ended_by(self, day: date) -> bool:
        """Tell whether the term was over before `day`."""
        return self.until is not None and self.until < day

    @property
    def language_codes(self) -> tuple[str, ...]:
        """The languages, one by one."""
        return tuple(code.strip() for code in self.languages.split(",") if code.strip())


def visible_fields(roles: Iterable[Role], own: bool, audiences: Mapping[str, Audience] = AUDIENCES) -> frozenset[str]:
    """Return the fields of a contact that somebody with `roles` may see; `own` says that they are that contact.

    In a channel nobody knows who reads along: ask for no roles there, and `own` False. `audiences` are the contact's.
    """
    held = frozenset(roles)
    seen = {Audience.PUBLIC}
    if may(held, Deed.SEE_NETWORK_FIELDS):
        seen.add(Audience.NETWORK)
    if own or may(held, Deed.SEE_ALL_FIELDS):
        seen |= set(Audience)
    return frozenset(name for name, audience in audiences.items() if audience in seen)


def audiences_of(contact: Contact, today: date) -> Mapping[str, Audience]:
    """Return the audience of every field; once a term is over, how to reach its person is the Secretariat's alone."""
    chosen = {**AUDIENCES, **contact.audiences}
    if not contact.ended_by(today):
        return chosen
    return {name: each if each is Audience.PUBLIC else Audience.SECRETARIAT for name, each in chosen.items()}


def shown_to(contact: Contact, actor: Actor | None, today: date) -> Contact:
    """Return the contact with every field emptied that `actor` may not see; None stands for anybody in a channel."""
    visible = visible_fields(
        actor.roles if actor else (),
        own=actor is not None and is_own(actor, contact),
        audiences=audiences_of(contact, today),
    )
    hidden: dict[str, Any] = dict.fromkeys((name for name in OWN_AUDIENCE if name not in visible), "")
    return replace(contact, **hidden)


def not_public(contact: Contact, today: date) -> tuple[str, ...]:
    """Return the fields that hold something and are not public; whoever sees them is noted down."""
    audiences = audiences_of(contact, today)
    return tuple(
        name for name in OWN_AUDIENCE if audiences[name] is not Audience.PUBLIC and getattr(contact, name) != ""
    )


def is_own(actor: Actor, contact: Contact) -> bool:
    """Tell whether `actor` is the person of this contact."""
    return contact.user_id is not None and contact.user_id == actor.user_id


def may_change(actor: Actor, contact: Contact) -> bool:
    """Tell whether `actor` may change the whole contact: the Secretariat any, a delegation its own people's."""
    return may_fill(actor, contact.member, contact.role)


def may_fill(actor: Actor, member: str, role: ContactRole) -> bool:
    """Tell whether `actor` may say who holds `role` for `member`."""
    if may(actor.roles, Deed.CHANGE_ANY_CONTACT):
        return True
    return may(actor.roles, Deed.CHANGE_OWN_CONTACTS) and member == actor.member and role in GIVEN_BY_DELEGATIONS


def may_add(actor: Actor, member: str) -> bool:
    """Tell whether `actor` may begin terms of a member's people."""
    return may_fill(actor, member, ContactRole.FOCAL_POINT)


def may_correct(actor: Actor, contact: Contact) -> bool:
    """Tell whether `actor` may correct the details and say that they are right: also of whatever is their own."""
    return may_change(actor, contact) or is_own(actor, contact)


def require_correct(actor: Actor, contact: Contact) -> None:
    """Raise NotAllowed unless `actor` may correct the contact."""
    if may_correct(actor, contact):
        return
    require(actor, Deed.CHANGE_OWN_CONTACTS)
    raise NotAllowed("This contact is not of your delegation.", "Ask the Secretariat, which may change every contact.")


def may_choose_audience(actor: Actor, contact: Contact) -> bool:
    """Tell whether `actor` may say who sees which field: its person may, and the Secretariat on their word."""
    return is_own(actor, contact) or may(actor.roles, Deed.CHANGE_ANY_CONTACT)


def require_choose_audience(actor: Actor, contact: Contact) -> None:
    """Raise NotAllowed unless `actor` may say who sees which field of a contact."""
    if not may_choose_audience(actor, contact):
        raise NotAllowed("Only the person themselves chooses who may see a field.", "Ask them, or the Secretariat.")


def widens(chosen: Mapping[str, Audience]) -> bool:
    """Tell whether any field is to be seen by more people than usual: that needs its person's consent."""
    order = list(Audience)
    return any(order.index(audience) < order.index(AUDIENCES[name]) for name, audience in chosen.items())


def editable(actor: Actor, contact: Contact, today: date) -> tuple[str, ...]:
    """Return the fields that `actor` may change, in the order of a form: never one that they may not see."""
    visible = visible_fields(actor.roles, is_own(actor, contact), audiences_of(contact, today))
    whole = ("name", "role", *OWN_AUDIENCE, "since", "until")
    fields = whole if may_change(actor, contact) else DETAILS if is_own(actor, contact) else ()
    return tuple(name for name in fields if name in visible)


def checked_on(contact: Contact) -> date | None:
    """Return the day from which a contact ages: when it was last said to be right, or came in."""
    return contact.verified_on or (contact.updated_at.date() if contact.updated_at else None)


def is_stale(contact: Contact, today: date, days: int) -> bool:
    """Tell whether nobody has said for longer than `days` that a contact is still right."""
    checked = checked_on(contact)
    return checked is not None and today - checked > timedelta(days=days)
