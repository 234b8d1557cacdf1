"""Who may do what."""

from datetime import date

import pytest

from bot.rules.permissions import Actor, Deed, Role, may, require, require_voice, roles_of
from bot.rules.presidency import Presidency, Troika
from bot.rules.problems import NotAllowed

NOBODY = Troika(None, None, None)
JAPAN = Presidency("2025", date(2025, 1, 1), date(2025, 12, 31), ("JP",))


@pytest.mark.parametrize("deed", list(Deed))
def test_an_unknown_person_may_do_nothing(deed: Deed) -> None:
    """Somebody without a role may do none of the deeds in the table."""
    assert not may(frozenset(), deed)


@pytest.mark.parametrize(
    ("role", "deeds"),
    [
        (Role.OBSERVER, {Deed.ANSWER, Deed.PROPOSE, Deed.PROPOSE_TOPICS, Deed.ATTEND}),
        (
            Role.FOCAL_POINT,
            {
                Deed.SEE_NETWORK_FIELDS,
                Deed.CHANGE_OWN_CONTACTS,
                Deed.ANSWER,
                Deed.PROPOSE,
                Deed.ENDORSE,
                Deed.BREAK_SILENCE,
                Deed.REPORT,
                Deed.PROPOSE_TOPICS,
                Deed.SUPPORT_TOPICS,
                Deed.ATTEND,
            },
        ),
    ],
)
def test_a_role_may_do_what_the_design_says(role: Role, deeds: set[Deed]) -> None:
    """Observers and focal points may do exactly what the design's table lists."""
    assert {deed for deed in Deed if may({role}, deed)} == deeds


def test_the_secretariat_has_no_voice() -> None:
    """The Secretariat sees and keeps everything, and neither answers nor endorses for anybody."""
    assert not may({Role.SECRETARIAT}, Deed.ANSWER)
    assert not may({Role.SECRETARIAT}, Deed.ENDORSE)
    assert may({Role.SECRETARIAT}, Deed.ERASE)


def test_roles_follow_the_troika_of_the_day() -> None:
    """A focal point of the presiding member presides; the Troika is never stored with the person."""
    now = roles_of(member="JP", voices=True, observer=False, secretariat=False, troika=Troika(None, JAPAN, None))
    later = roles_of(member="JP", voices=True, observer=False, secretariat=False, troika=Troika(JAPAN, None, None))
    after = roles_of(member="JP", voices=True, observer=False, secretariat=False, troika=NOBODY)

    assert now == {Role.FOCAL_POINT, Role.PRESIDENCY, Role.TROIKA}
    assert later == {Role.FOCAL_POINT, Role.TROIKA}
    assert after == {Role.FOCAL_POINT}


def test_an_adviser_of_the_presiding_member_does_not_preside() -> None:
    """Only focal points and alternates share in their member's chair."""
    roles = roles_of(member="JP", voices=False, observer=False, secretariat=False, troika=Troika(None, JAPAN, None))

    assert roles == frozenset()


def test_a_refusal_says_who_may() -> None:
    """A refused person reads who may, in words."""
    with pytest.raises(NotAllowed) as refusal:
        require(Actor("U1", "Ana"), Deed.START_SURVEY)

    assert refusal.value.said() == (
        "You cannot start or close a survey here. This is open to: the Secretariat, the presidency, the Troika."
    )


def test_a_voice_needs_a_delegation() -> None:
    """A person speaks for their own member, and for none if they are linked to none."""
    roles = frozenset({Role.FOCAL_POINT})

    assert require_voice(Actor("U1", "Ana", "NA", roles), Deed.ENDORSE) == "NA"
    with pytest.raises(NotAllowed):
        require_voice(Actor("U1", "Ana", None, roles), Deed.ENDORSE)
