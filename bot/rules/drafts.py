"""A reminder while it is being written: what the form holds, settled into what it means, and carried between forms."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from typing import Any

from bot.rules.countries import Ambiguous, Gazetteer, Recognised
from bot.rules.moments import Landmark, read_when
from bot.rules.problems import BadInput, Problem
from bot.rules.reminders import (
    TEXT_LIMIT,
    Audience,
    Group,
    Repeat,
    Schedule,
    checked_rule,
    first_wall,
    repeat_of,
    rule_for,
    wall_of,
)
from bot.rules.rotation import named
from bot.rules.workdays import WorkingTime

MOST_PEOPLE = 20


@dataclass(frozen=True)
class Draft:
    """What stands in the form. `day` and `time` are as Slack's pickers carry them; `words` say the same in words.

    `people` are Slack user ids, `member` a delegation as typed or its code, `rule` an RFC 5545 rule. Once settled,
    `meeting` and `offset` tell from which meeting the day is counted. `number` and `version` are those of the reminder
    that is edited, 0 for a new one.
    """

    text: str = ""
    group: str = Group.TROIKA
    people: tuple[str, ...] = ()
    member: str = ""
    channel: str = ""
    words: str = ""
    day: str = ""
    time: str = ""
    repeat: str = Repeat.ONCE
    rule: str = ""
    exact: bool = False
    meeting: int | None = None
    offset: int = 0
    number: int = 0
    version: int = 0

    @classmethod
    def of(cls, values: Mapping[str, Any], number: int = 0, version: int = 0) -> "Draft":
        """Return what a submitted form holds, by block id."""
        text: dict[str, Any] = {name: str(values.get(name) or "").strip() for name in _TEXTS}
        people = tuple(dict.fromkeys(str(each) for each in values.get("people") or ()))
        return cls(**text, people=people, exact=values.get("exact") == "yes", number=number, version=version)

    @classmethod
    def carried(cls, text: str) -> "Draft":
        """Return the draft that `carry` wrote; BadInput if it is none."""
        try:
            draft = cls(**json.loads(text))
            return replace(draft, people=tuple(str(each) for each in draft.people))
        except (ValueError, TypeError):
            raise BadInput("This form is damaged.", "Please open it again.") from None

    def carry(self) -> str:
        """Return the draft as text that a form's metadata carries: no more than a claim, to be checked again."""
        held = {name: value for name, value in asdict(self).items() if value != getattr(_EMPTY, name)}
        return json.dumps(held, ensure_ascii=False, separators=(",", ":"))

    @property
    def audience(self) -> Audience:
        """Whom it is for, once it is settled."""
        group = Group(self.group)
        names = {Group.PEOPLE: self.people, Group.DELEGATION: (self.member,), Group.CHANNEL: (self.channel,)}
        return Audience(group, names.get(group, ()))

    def schedule(self, zone: str) -> Schedule:
        """Return when it comes, written by somebody in `zone` (IANA); BadInput if it has no day and time."""
        start = self.start()
        repeat = Repeat(self.repeat)
        rule = self.rule if repeat is Repeat.RULE else rule_for(repeat, start)
        return Schedule(start, rule, zone, self.exact)

    def start(self) -> datetime:
        """Return the wall time at which it first comes; BadInput if there is none."""
        try:
            clock = time.fromisoformat(self.time).replace(tzinfo=None)
            return datetime.combine(date.fromisoformat(self.day), clock)
        except ValueError:
            raise BadInput("This date and time do not exist.", "Choose them again, or say when in words.") from None


_EMPTY = Draft()
_TEXTS = ("text", "group", "member", "channel", "words", "day", "time", "repeat", "rule")


@dataclass(frozen=True)
class Desk:
    """What a draft is settled by: the writer's zone (IANA), the moment (aware UTC), and what is known by name."""

    zone: str
    now: datetime
    hours: WorkingTime
    meetings: Sequence[Landmark]
    gazetteer: Gazetteer
    members: Collection[str]


def settle(draft: Draft, desk: Desk) -> tuple[Draft, dict[str, Problem]]:
    """Return what a draft means, and what is wrong with it by block id; nothing if it is well."""
    problems: dict[str, Problem] = {}
    for block, step in _STEPS:
        try:
            draft = step(draft, desk)
        except BadInput as problem:
            problems[block] = problem
    return draft, problems


def _text(draft: Draft, _desk: Desk) -> Draft:
    if not draft.text:
        raise BadInput("Say what to remind of.")
    if len(draft.text) > TEXT_LIMIT:
        raise BadInput("The text is longer than {limit} characters.", limit=TEXT_LIMIT)
    return draft


def _group(draft: Draft, _desk: Desk) -> Draft:
    if draft.group not in set(Group):
        raise BadInput("Choose one.")
    return draft


def _people(draft: Draft, _desk: Desk) -> Draft:
    if draft.group != Group.PEOPLE:
        return replace(draft, people=())
    if not draft.people:
        raise BadInput("Choose at least one person.")
    if len(draft.people) > MOST_PEOPLE:
        raise BadInput("Choose at most {most} people.", most=MOST_PEOPLE)
    return draft


def _member(draft: Draft, desk: Desk) -> Draft:
    if draft.group != Group.DELEGATION:
        return replace(draft, member="")
    found = list(named(draft.member, desk.gazetteer))
    if len(found) == 1 and isinstance(found[0][1], Ambiguous):
        codes = ", ".join(f"{desk.gazetteer.display_name(code)} ({code})" for code in found[0][1].codes)
        raise BadInput("This may be {names}.", "Write the one you mean, or its code.", names=codes)
    if len(found) == 1 and isinstance(found[0][1], Recognised) and found[0][1].code in desk.members:
        return replace(draft, member=found[0][1].code)
    raise BadInput("Write the name of one member, or its ISO code.")


def _channel(draft: Draft, _desk: Desk) -> Draft:
    if draft.group != Group.CHANNEL:
        return replace(draft, channel="")
    if not draft.channel:
        raise BadInput("Choose a channel.")
    return draft


def _words(draft: Draft, desk: Desk) -> Draft:
    if not draft.words:
        return replace(draft, meeting=None, offset=0)
    when = read_when(draft.words, wall_of(desk.now, desk.zone), desk.hours, desk.meetings)
    return replace(
        draft,
        day=f"{when.wall:%Y-%m-%d}",
        time=f"{when.wall:%H:%M}",
        meeting=when.meeting,
        offset=when.offset_days,
    )


def _repeat(draft: Draft, _desk: Desk) -> Draft:
    if draft.repeat not in set(Repeat):
        raise BadInput("Choose one.")
    if draft.meeting is not None and draft.repeat != Repeat.ONCE:
        raise BadInput("What is counted from a meeting comes once.", "Choose “once”, or give a date.")
    return draft


def _rule(draft: Draft, _desk: Desk) -> Draft:
    if draft.repeat != Repeat.RULE:
        return replace(draft, rule="")
    return replace(draft, rule=checked_rule(draft.rule, draft.start()))


def _day(draft: Draft, desk: Desk) -> Draft:
    if draft.repeat not in set(Repeat) or (draft.repeat == Repeat.RULE and not draft.rule):
        draft.start()
    elif first_wall(draft.schedule(desk.zone), wall_of(desk.now, desk.zone)) is None:
        raise BadInput("This moment has passed.")
    return draft


_STEPS = (
    ("text", _text),
    ("group", _group),
    ("people", _people),
    ("member", _member),
    ("channel", _channel),
    ("words", _words),
    ("repeat", _repeat),
    ("rule", _rule),
    ("day", _day),
)


def draft_of(
    text: str, audience: Audience, schedule: Schedule, meeting: Landmark | None, offset: int, number: int, version: int
) -> Draft:
    """Return the draft with which the reminder `number` is edited; `meeting` is the one it is counted from."""
    repeat = repeat_of(schedule.rule)
    return Draft(
        text=text,
        group=audience.group,
        people=audience.people if audience.group is Group.PEOPLE else (),
        member=audience.people[0] if audience.group is Group.DELEGATION else "",
        channel=audience.people[0] if audience.group is Group.CHANNEL else "",
        words=_counted(meeting, offset, schedule.start) if meeting else "",
        day=f"{schedule.start:%Y-%m-%d}",
        time=f"{schedule.start:%H:%M}",
        repeat=repeat,
        rule=schedule.rule if repeat is Repeat.RULE else "",
        exact=schedule.exact,
        number=number,
        version=version,
    )


def _counted(meeting: Landmark, offset: int, start: datetime) -> str:
    """Return in words, which `read_when` understands, that a day is counted from a meeting; none for a day of it."""
    length = (meeting.ends_on - meeting.starts_on).days
    if 0 < offset < length:
        return ""
    number, side = (-offset, "before") if offset <= 0 else (offset - length, "after")
    return f"{number} days {side} meeting {meeting.number} at {start:%H:%M}"
