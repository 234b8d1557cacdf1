"""Contacts: roles, fields and who may see which."""

from enum import StrEnum


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
