"""A reminder while it is being written: what the form holds, checked, and carried from form to form."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from typing import Any

from bot.rules.problems import BadInput
from bot.rules.reminders import (
    TEXT_LIMIT,
    Audience,
    Group,
    Repeat,
    Schedule,
    first_wall,
    rule_for,
    wall_of,
)
from bot.rules.text import N_

MOST_PEOPLE = 20


@dataclass(frozen=True)
class Draft:
    """What stands in the form, as typed: `day` and `time` as Slack's pickers carry them, `people` Slack user ids."""

    text: str = ""
    group: str = Group.TROIKA
    people: tuple[str, ...] = ()
    day: str = ""
    time: str = ""
    repeat: str = Repeat.ONCE
    exact: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Draft":
        """Return what a submitted form holds, by block id."""
        return cls(
            str(values.get("text") or "").strip(),
            str(values.get("group") or ""),
            tuple(dict.fromkeys(str(each) for each in values.get("people") or ())),
            str(values.get("day") or ""),
            str(values.get("time") or ""),
            str(values.get("repeat") or ""),
            values.get("exact") == "yes",
        )

    @classmethod
    def carried(cls, text: str) -> "Draft":
        """Return the draft that `carry` wrote; BadInput if it is none."""
        try:
            held = json.loads(text)
            draft = cls(**held)
            return replace(draft, people=tuple(str(each) for each in draft.people))
        except (ValueError, TypeError):
            raise BadInput("This form is damaged.", "Please open it again.") from None

    def carry(self) -> str:
        """Return the draft as text that a form's metadata carries: no more than a claim, to be checked again."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @property
    def audience(self) -> Audience:
        """Whom it is for; people count where people are chosen, and not where a group is."""
        group = Group(self.group)
        return Audience(group, self.people if group is Group.PEOPLE else ())

    def schedule(self, zone: str) -> Schedule:
        """Return when it comes, written by somebody in `zone` (IANA)."""
        start = self._start()
        if start is None:
            raise BadInput("This date and time do not exist.", "Please choose them again.")
        return Schedule(start, rule_for(Repeat(self.repeat), start), zone, self.exact)

    def faults(self, zone: str, now: datetime) -> dict[str, str]:
        """Return what is wrong, by block id, as messages for gettext with {limit} and {most}; nothing if it is well."""
        found = {
            "text": self._text_fault(),
            "group": "" if self.group in set(Group) else N_("Choose one."),
            "people": self._people_fault(),
            "repeat": "" if self.repeat in set(Repeat) else N_("Choose one."),
        }
        found["day"] = self._moment_fault(zone, now) if not found["repeat"] else ""
        return {block: words for block, words in found.items() if words}

    def _text_fault(self) -> str:
        if not self.text:
            return N_("Say what to remind of.")
        return N_("The text is longer than {limit} characters.") if len(self.text) > TEXT_LIMIT else ""

    def _people_fault(self) -> str:
        if self.group != Group.PEOPLE:
            return N_("Choose “People” above, or leave this empty.") if self.people else ""
        if not self.people:
            return N_("Choose at least one person.")
        return N_("Choose at most {most} people.") if len(self.people) > MOST_PEOPLE else ""

    def _moment_fault(self, zone: str, now: datetime) -> str:
        if self._start() is None:
            return N_("This date and time do not exist.")
        if first_wall(self.schedule(zone), wall_of(now, zone)) is None:
            return N_("This moment has passed.")
        return ""

    def _start(self) -> datetime | None:
        try:
            return datetime.combine(date.fromisoformat(self.day), time.fromisoformat(self.time).replace(tzinfo=None))
        except ValueError:
            return None
