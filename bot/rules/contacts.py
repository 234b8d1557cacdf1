"""Contacts: roles, fields and who may see which."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from bot.rules.permissions import Deed, Role, may


class ContactRole(StrEnum):
    """What a contact is for their member."""

    FOCAL_POINT = "focal point"
    ALTERNATE = "alternate"
    MILITARY_ADVISER = "military gender adviser"
    POLICE_ADVISER = "police gender adviser"
    SECRETARIAT = "secretariat"
    OBSERVER = "observer"


VOICES = frozenset({ContactRole.FOCAL_POINT, ContactRole.ALTERNATE})
"""Whoever holds one of these speaks for the delegation."""


class Audience(StrEnum):
    """Who may see a field of a contact, the widest first: whoever may see one may see those before it."""

    PUBLIC = "public"
    NETWORK = "network"
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
    return frozenset(field for field, audience in audiences.items() if audience in seen)
