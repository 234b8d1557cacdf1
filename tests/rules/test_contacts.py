"""Who may see what of a contact."""

import pytest

from bot.rules.contacts import AUDIENCES, Audience, visible_fields
from bot.rules.permissions import Role

PUBLIC = {"member", "name", "role", "institution", "since", "until"}
NETWORK = PUBLIC | {"title", "languages", "zone", "email", "phone"}


@pytest.mark.parametrize(
    ("roles", "fields"),
    [
        (set(), PUBLIC),
        ({Role.OBSERVER}, PUBLIC),
        ({Role.FOCAL_POINT}, NETWORK),
        ({Role.FOCAL_POINT, Role.TROIKA}, NETWORK),
        ({Role.FOCAL_POINT, Role.TROIKA, Role.PRESIDENCY}, NETWORK),
        ({Role.SECRETARIAT}, set(AUDIENCES)),
    ],
)
def test_a_role_sees_the_fields_of_its_audience(roles: set[Role], fields: set[str]) -> None:
    """Strangers and observers see what is public, the Network its own fields, the Secretariat every one."""
    assert visible_fields(roles, own=False) == fields


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SECRETARIAT])
def test_what_is_for_the_secretariat_stays_there(role: Role) -> None:
    """A field that its person keeps for the Secretariat is seen by nobody else, in whatever office."""
    audiences = {**AUDIENCES, "phone": Audience.SECRETARIAT}

    assert "phone" not in visible_fields({role}, own=False, audiences=audiences)


def test_everybody_sees_all_of_their_own_contact() -> None:
    """What is kept of somebody is shown to them whole, whatever they are."""
    audiences = dict.fromkeys(AUDIENCES, Audience.SECRETARIAT)

    assert visible_fields((), own=True, audiences=audiences) == set(AUDIENCES)
