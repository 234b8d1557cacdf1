"""What a list is asked for, who may take what back, and what attribution leaves of a proposal."""

import pytest

from bot.rules.attribution import Attribution
from bot.rules.countries import Gazetteer, load_gazetteer
from bot.rules.permissions import Actor, Role
from bot.rules.problems import AlreadyDone, BadInput, Closed
from bot.rules.recommendations import (
    LIVE,
    OPEN,
    Kind,
    NewRecommendation,
    State,
    Wanted,
    check_step,
    next_states,
    put_forward_by,
    read_filters,
    said_by,
    strictest,
    tags_in,
    takes_back,
    within,
)

THEMES = {
    "protection": ("theme", "protection"),
    "Conflict prevention": ("theme", "prevention"),
    "Oslo 2025": ("meeting", "7"),
}
ANA = Actor("UANA", "Ana", "NA", frozenset({Role.FOCAL_POINT}))
AYA = Actor("UAYA", "Aya", "NA", frozenset({Role.FOCAL_POINT}))
BO = Actor("UBO", "Bo", "NO", frozenset({Role.FOCAL_POINT}))
OLA = Actor("UOLA", "Ola", "NA", frozenset({Role.OBSERVER}))
SEC = Actor("USEC", "Sec", "X-UNW", frozenset({Role.SECRETARIAT}))


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Wanted()),
        ("protection, Namibia, accepted", Wanted(themes=("protection",), members=("NA",), states=(State.ACCEPTED,))),
        ("accepted Namibia protection", Wanted(themes=("protection",), members=("NA",), states=(State.ACCEPTED,))),
        ("Côte d'Ivoire and 德国", Wanted(members=("CI", "DE"))),
        ("Congo", Wanted(members=("CD", "CG"))),
        ("UNDER REVIEW", Wanted(states=(State.UNDER_REVIEW,))),
        ("in a communiqué", Wanted(states=(State.IN_COMMUNIQUE,))),
        ("declined or withdrawn", Wanted(states=(State.WITHDRAWN, State.DECLINED))),
        ("best practices of Africa", Wanted(kinds=(Kind.PRACTICE,), regions=("African",))),
        ("African Union", Wanted(members=("X-AU",))),
        ("conflict prevention childcare", Wanted(themes=("prevention",), words=("childcar",))),
        ("lessons mine", Wanted(kinds=(Kind.LESSON,), mine=True)),
        ("the women", Wanted(words=("women",))),
        ("to Namibia #childcare", Wanted(to=("NA",), tags=("childcare",))),
        ("Norway addressed to Namibia", Wanted(members=("NO",), to=("NA",))),
        ("meeting 3 #gender-advisers tours", Wanted(meetings=(3,), tags=("gender-advisers",), words=("tour",))),
        ("Oslo 2025 accepted", Wanted(meetings=(7,), states=(State.ACCEPTED,))),
    ],
)
def test_a_list_is_asked_for_in_words(gazetteer: Gazetteer, text: str, wanted: Wanted) -> None:
    """Themes, members, states, kinds and regions are known by what they are called; the rest is looked for."""
    read = read_filters(text, THEMES, gazetteer)

    assert (set(read.states), read.themes, read.members) == (set(wanted.states), wanted.themes, wanted.members)
    assert (read.kinds, read.regions, read.mine, read.words) == (
        wanted.kinds,
        wanted.regions,
        wanted.mine,
        wanted.words,
    )
    assert (read.to, read.tags, read.meetings) == (wanted.to, wanted.tags, wanted.meetings)


def test_tags_are_typed_as_people_do() -> None:
    """Commas, spaces, lines and hash signs part tags, each is kept once and small; too many or too long are refused."""
    assert tags_in("#Childcare, gender-advisers\nchildcare") == ("childcare", "gender-advisers")
    assert tags_in(" , ") == ()
    with pytest.raises(BadInput):
        tags_in(" ".join(f"t{number}" for number in range(11)))
    with pytest.raises(BadInput):
        tags_in("w" * 41)


def test_a_step_is_one_that_may_follow() -> None:
    """The same state again is done already, and what cannot follow is closed."""
    check_step(1, State.PROPOSED, State.ACCEPTED)

    with pytest.raises(AlreadyDone, match="Number 1 is accepted already"):
        check_step(1, State.ACCEPTED, State.ACCEPTED)
    with pytest.raises(Closed, match="Number 1 is merged, so it cannot become accepted"):
        check_step(1, State.MERGED, State.ACCEPTED)


def test_what_was_decided_is_not_taken_back() -> None:
    """Only what nobody has decided on can be withdrawn, and nothing comes back from there."""
    assert [state for state in State if State.WITHDRAWN in next_states(state)] == list(OPEN)
    assert next_states(State.WITHDRAWN) == ()
    assert State.DECLINED not in LIVE


def test_the_strictest_attribution_holds() -> None:
    """Of several attributions the one that names least is taken."""
    assert strictest(Attribution.DELEGATION, Attribution.ATTRIBUTED) is Attribution.DELEGATION
    assert strictest(Attribution.CHATHAM, Attribution.DELEGATION) is Attribution.CHATHAM


def proposal(attribution: Attribution = Attribution.ATTRIBUTED) -> NewRecommendation:
    return put_forward_by(said_by(NewRecommendation(Kind.LESSON, "Start early", attribution), ANA), BO)


def test_under_the_chatham_house_rule_nobody_is_left() -> None:
    """Neither who said it nor who put it forward stays, and no member; the words and the question do."""
    kept = within(proposal(Attribution.CHATHAM))

    assert kept == NewRecommendation(Kind.LESSON, "Start early", Attribution.CHATHAM)
    assert within(proposal()) == proposal()


def test_the_secretariat_speaks_for_no_delegation() -> None:
    """What the Secretariat says is its own; what it puts forward is still its author's."""
    said = said_by(NewRecommendation(Kind.LESSON, "Start early"), SEC)
    forward = put_forward_by(said_by(NewRecommendation(Kind.LESSON, "Start early"), ANA), SEC)

    assert (said.member, said.secretariat, said.author) == (None, True, "USEC")
    assert (forward.member, forward.secretariat, forward.proposer_member) == ("NA", False, None)


def test_an_observer_is_marked() -> None:
    """An observer's words and an observer's proposing are each marked."""
    assert said_by(proposal(), OLA).observer
    assert put_forward_by(proposal(), OLA).proposer_observer
    assert not put_forward_by(proposal(), BO).proposer_observer


def test_a_delegation_takes_back_what_is_its_own() -> None:
    """Who said it, who put it forward and whoever speaks for that delegation may; nobody else, and no observer of it."""
    assert all(takes_back(each, proposal()) for each in (ANA, AYA, BO))
    assert not takes_back(OLA, proposal())
    assert not takes_back(SEC, proposal())
    assert not takes_back(ANA, within(proposal(Attribution.CHATHAM)))
