"""Recommendations, practices and lessons: what makes one, the states it passes through, and what a list asks for."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.rules.attribution import Attribution
from bot.rules.countries import Gazetteer, fold
from bot.rules.permissions import Actor, Deed, may
from bot.rules.problems import AlreadyDone, BadInput, Closed, Words
from bot.rules.words import terms

TEXT_LIMIT = 3000
"""As many characters as a modal's text field takes."""
REASON_LIMIT = 1000
MAX_TAGS = 10
MAX_TAG = 40
SUGGEST = "bulb"
"""The reaction on a recorded reply that proposes it."""


class Kind(StrEnum):
    """What a record is."""

    RECOMMENDATION = "recommendation"
    PRACTICE = "practice"
    LESSON = "lesson"


class State(StrEnum):
    """Where a record stands; merged, declined and withdrawn ones are kept, but nobody cites them."""

    PROPOSED = "proposed"
    UNDER_REVIEW = "under review"
    ACCEPTED = "accepted"
    IN_COMMUNIQUE = "in a communiqué"
    FOLLOWED_UP = "followed up"
    MERGED = "merged"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OPEN = (State.PROPOSED, State.UNDER_REVIEW)
"""Nobody has decided yet: who proposed it may still take it back."""
LIVE = (*OPEN, State.ACCEPTED, State.IN_COMMUNIQUE, State.FOLLOWED_UP)
"""What is listed unless another state is asked for, and what answers cite."""
ENDORSABLE = (*OPEN, State.ACCEPTED)
"""A delegation may endorse, and withdraw its endorsement, until the record stands in an adopted communiqué."""

_NEXT: Mapping[State, tuple[State, ...]] = {
    State.PROPOSED: (State.UNDER_REVIEW, State.ACCEPTED, State.DECLINED, State.MERGED, State.WITHDRAWN),
    State.UNDER_REVIEW: (State.ACCEPTED, State.DECLINED, State.MERGED, State.WITHDRAWN),
    State.ACCEPTED: (State.UNDER_REVIEW, State.MERGED, State.IN_COMMUNIQUE),
    State.DECLINED: (State.UNDER_REVIEW,),
    # Back to accepted when the chair lets a late objection count, so that the text is not adopted after all.
    State.IN_COMMUNIQUE: (State.FOLLOWED_UP, State.ACCEPTED),
    State.FOLLOWED_UP: (),
    State.MERGED: (),
    State.WITHDRAWN: (),
}


@dataclass(frozen=True)
class NewRecommendation:
    """What is proposed. `author` is the Slack id of whoever said it, `member` their delegation's code.

    `secretariat` tells that the author serves in the Secretariat and speaks for no delegation. `proposer` is whoever
    put it forward, for `proposer_member`; `verbatim` tells that the words are the author's own. `source` names the
    message or form it comes from, once; `place` (`channel:ts`) is where a link back may lead. `addressees` are the
    members (codes) whom it asks to act, none for all of them.
    """

    kind: Kind
    text: str
    attribution: Attribution = Attribution.ATTRIBUTED
    theme: str = ""
    author: str | None = None
    member: str | None = None
    observer: bool = False
    secretariat: bool = False
    proposer: str | None = None
    proposer_member: str | None = None
    proposer_observer: bool = False
    verbatim: bool = True
    question_id: int | None = None
    question: str = ""
    meeting_id: int | None = None
    source: str | None = None
    place: str = ""
    url: str = ""
    addressees: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """What a record says, of which kind and theme, to whom (member codes, none for all members), with which tags."""

    text: str
    kind: Kind
    theme: str = ""
    addressees: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Which records a list asks for: each part that is not empty narrows it; `words` are terms, all of which it holds.

    `mine` keeps to those of the asker's own delegation, `to` to those addressed to a member or to all; `meetings` are
    ids.
    """

    themes: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    kinds: tuple[Kind, ...] = ()
    regions: tuple[str, ...] = ()
    mine: bool = False
    words: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    meetings: tuple[int, ...] = ()


def tags_in(text: str) -> tuple[str, ...]:
    """Return the tags that were typed, with commas, spaces or lines between them; BadInput for too many or too long."""
    found = tuple(dict.fromkeys(_tag(each) for each in re.split(r"[,;\s]+", text) if _tag(each)))
    if len(found) > MAX_TAGS or any(len(each) > MAX_TAG for each in found):
        raise BadInput(
            "A record has at most {most} tags of at most {long} characters.",
            "Join the words of a tag with hyphens.",
            most=MAX_TAGS,
            long=MAX_TAG,
        )
    return found


def _tag(typed: str) -> str:
    return typed.strip("#.-_").casefold()


def next_states(state: State) -> tuple[State, ...]:
    """Return the states into which a record in `state` may pass."""
    return _NEXT[state]


def check_step(number: int, state: State, to: State) -> None:
    """Raise AlreadyDone if record `number` is in the state `to` already, Closed if it cannot pass into it."""
    if state is to:
        raise AlreadyDone("Number {number} is {state} already.", number=number, state=Words((state.value,)))
    if to not in _NEXT[state]:
        raise Closed(
            "Number {number} is {state}, so it cannot become {to}.",
            "See /wps-recommend show {number}.",
            number=number,
            state=Words((state.value,)),
            to=Words((to.value,)),
        )


def strictest(*attributions: Attribution) -> Attribution:
    """Return the attribution that names least."""
    order = list(Attribution)
    return max(attributions, key=order.index)


def within(new: NewRecommendation) -> NewRecommendation:
    """Return what may be kept of `new` under its attribution: under the Chatham House Rule nobody and no delegation."""
    if new.attribution is not Attribution.CHATHAM:
        return new
    unnamed = replace(new, author=None, member=None, observer=False, secretariat=False)
    return replace(unnamed, proposer=None, proposer_member=None, proposer_observer=False)


def said_by(new: NewRecommendation, author: Actor) -> NewRecommendation:
    """Return `new` as said by `author`, for their delegation if they belong to one."""
    secretariat = author.is_secretariat and not may(author.roles, Deed.ENDORSE)
    member = None if secretariat else author.member
    return replace(new, author=author.user_id, member=member, observer=author.is_observer, secretariat=secretariat)


def put_forward_by(new: NewRecommendation, proposer: Actor) -> NewRecommendation:
    """Return `new` as put forward by `proposer`."""
    member = proposer.member if may(proposer.roles, Deed.ENDORSE) or proposer.is_observer else None
    return replace(new, proposer=proposer.user_id, proposer_member=member, proposer_observer=proposer.is_observer)


def takes_back(actor: Actor, record: NewRecommendation) -> bool:
    """Tell whether `actor` may take back what was proposed: who said it, who put it forward, and their delegation."""
    if actor.user_id in {record.author, record.proposer}:
        return True
    return actor.member is not None and actor.member == record.member and may(actor.roles, Deed.ENDORSE)


def asks_first(new: NewRecommendation) -> bool:
    """Tell whether somebody must confirm the wording first: what one person said and another one puts forward.

    Where nobody in particular said it, as with an answer that the Secretariat recorded, it is the delegation's to say.
    """
    if new.attribution is Attribution.CHATHAM:
        return False
    if new.author is not None:
        return new.author != new.proposer
    return new.member is not None and new.member != new.proposer_member


def may_confirm(actor: Actor, new: NewRecommendation) -> bool:
    """Tell whether `actor` is who said it, or speaks for the delegation of which nobody in particular did."""
    if new.author is not None:
        return actor.user_id == new.author
    return actor.member is not None and actor.member == new.member and may(actor.roles, Deed.ENDORSE)


def read_filters(text: str, phrases: Mapping[str, tuple[str, str]], gazetteer: Gazetteer) -> Wanted:
    """Return what a list is asked for in words: members, themes, states, kinds and regions; the rest are words to find.

    `to Namibia` means what is addressed to it, `#childcare` a tag, `meeting 3` a meeting by its number. `phrases` holds
    what themes and the like are called, each with the part of `Wanted` and the value it stands for.
    """
    tags, text = _taken(_TAG, text)
    numbers, text = _taken(_MEETING, text)
    mentions = gazetteer.mentions(text)
    addressed = [each for each in mentions if _TO.search(text[: each.start])]
    members = tuple(dict.fromkeys(code for each in mentions if each not in addressed for code in each.codes))
    to = tuple(dict.fromkeys(code for each in addressed for code in each.codes))
    for each in reversed(mentions):
        before = _TO.sub(" ", text[: each.start]) if each in addressed else text[: each.start]
        text = f"{before} {text[each.end :]}"
    found, rest = _phrases_in(text, {fold(phrase): meant for phrase, meant in (_ENGLISH | dict(phrases)).items()})
    return Wanted(
        themes=_of(found, "theme"),
        members=members,
        states=tuple(State(each) for each in _of(found, "state")),
        kinds=tuple(Kind(each) for each in _of(found, "kind")),
        regions=_of(found, "region"),
        mine=bool(_of(found, "mine")),
        words=tuple(dict.fromkeys(terms(rest))),
        to=to,
        tags=tuple(each.casefold() for each in tags),
        meetings=tuple(int(each) for each in (*numbers, *_of(found, "meeting"))),
    )


def _taken(pattern: re.Pattern[str], text: str) -> tuple[tuple[str, ...], str]:
    """Return what a pattern finds in a text, each once, and the text without it."""
    return tuple(dict.fromkeys(pattern.findall(text))), pattern.sub(" ", text)


def _phrases_in(text: str, phrases: Mapping[str, tuple[str, str]]) -> tuple[list[tuple[str, str]], str]:
    """Return what the phrases in `text` stand for, the longest taken first, and the text without them."""
    rest = f" {fold(text)} "
    found = []
    for phrase in sorted(phrases, key=len, reverse=True):
        if phrase and f" {phrase} " in rest:
            found.append(phrases[phrase])
            rest = rest.replace(f" {phrase} ", "  ")
    return found, rest


def _of(found: Iterable[tuple[str, str]], part: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for name, value in found if name == part))


_ENGLISH: dict[str, tuple[str, str]] = {
    **{state.value: ("state", state.value) for state in State},
    **{kind.value: ("kind", kind.value) for kind in Kind},
    "in review": ("state", State.UNDER_REVIEW),
    "review": ("state", State.UNDER_REVIEW),
    "in communique": ("state", State.IN_COMMUNIQUE),
    "communique": ("state", State.IN_COMMUNIQUE),
    "refused": ("state", State.DECLINED),
    "rejected": ("state", State.DECLINED),
    "recommendations": ("kind", Kind.RECOMMENDATION),
    "practices": ("kind", Kind.PRACTICE),
    "best practice": ("kind", Kind.PRACTICE),
    "best practices": ("kind", Kind.PRACTICE),
    "good practices": ("kind", Kind.PRACTICE),
    "lessons": ("kind", Kind.LESSON),
    "lessons learned": ("kind", Kind.LESSON),
    "mine": ("mine", "yes"),
    "ours": ("mine", "yes"),
    "african": ("region", "African"),
    "africa": ("region", "African"),
    "asia pacific": ("region", "Asia-Pacific"),
    "asia": ("region", "Asia-Pacific"),
    "eeg": ("region", "EEG"),
    "eastern europe": ("region", "EEG"),
    "eastern european": ("region", "EEG"),
    "grulac": ("region", "GRULAC"),
    "latin america": ("region", "GRULAC"),
    "latin america and the caribbean": ("region", "GRULAC"),
    "weog": ("region", "WEOG"),
    "western europe": ("region", "WEOG"),
    "western europe and others": ("region", "WEOG"),
}
_SPACES = re.compile(r"\s+")
_TAG = re.compile(r"#([^\W\d][\w-]{0,39})")
_MEETING = re.compile(r"\bmeeting\s*[#№]?\s*(\d{1,9})\b", re.IGNORECASE)
_TO = re.compile(r"\b(?:addressed\s+)?to\s*$", re.IGNORECASE)


def one_line(text: str) -> str:
    """Return a text on one line, for titles and cells."""
    return _SPACES.sub(" ", text).strip()
