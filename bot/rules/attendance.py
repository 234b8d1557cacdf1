"""Who comes to a meeting: one answer per delegation, counted by region."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Coming(StrEnum):
    """What a delegation says of a meeting."""

    YES = "coming"
    PERHAPS = "perhaps"
    NO = "not coming"


@dataclass(frozen=True)
class Attendance:
    """The answer of a delegation (`member`, a code), given by one of its people (a Slack user id)."""

    member: str
    coming: Coming
    person: str
    at: datetime
    observer: bool = False


@dataclass(frozen=True)
class Region:
    """What the delegations of one regional group say; `name` is empty for organisations and others."""

    name: str
    counts: Mapping[Coming, int]
    delegations: int


@dataclass(frozen=True)
class Figures:
    """How many delegations say what, in all and by region; those of observers are counted apart."""

    counts: Mapping[Coming, int]
    unanswered: int
    regions: tuple[Region, ...]
    observers: int


def figures(answers: Sequence[Attendance], asked: Collection[str], region_of: Mapping[str, str]) -> Figures:
    """Return the figures of `answers`; `asked` are codes of the delegations that could answer, `region_of` by code.

    A delegation that has answered counts as asked, though its people may have left since.
    """
    voices = {each.member: each.coming for each in answers if not each.observer}
    everybody = sorted(set(asked) | voices.keys())
    names = sorted({region_of.get(code, "") for code in everybody}, key=lambda name: (not name, name))
    return Figures(
        _counts(voices, everybody),
        sum(code not in voices for code in everybody),
        tuple(_region(name, voices, everybody, region_of) for name in names),
        sum(each.observer and each.coming is Coming.YES for each in answers),
    )


def _region(name: str, voices: Mapping[str, Coming], everybody: Sequence[str], region_of: Mapping[str, str]) -> Region:
    theirs = [code for code in everybody if region_of.get(code, "") == name]
    return Region(name, _counts(voices, theirs), len(theirs))


def _counts(voices: Mapping[str, Coming], codes: Sequence[str]) -> dict[Coming, int]:
    found = Counter(voices[code] for code in codes if code in voices)
    return {each: found[each] for each in Coming}
