"""The network's profile: names, themes, guiding questions and habits, as an operator writes them in YAML."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuestionGroup(_Part):
    """Guiding questions that belong together."""

    title: str = Field(max_length=150)
    questions: tuple[str, ...] = Field(min_length=1, max_length=20)


class Theme(_Part):
    """A theme of the network's work; `key` is stored, `title` is shown."""

    key: str = Field(pattern=r"^[a-z0-9-]{2,40}$")
    title: str = Field(max_length=75)


class WorkingHours(_Part):
    """When people may be written to: hours of their local day, and ISO weekdays (Monday is 1).

    If `local`, the weekend and the public holidays of each one's country count, and the weekdays only where none is
    known.
    """

    start: int = Field(9, ge=0, le=23)
    end: int = Field(18, ge=1, le=24)
    weekdays: frozenset[int] = Field(frozenset({1, 2, 3, 4, 5}), min_length=1)
    local: bool = True

    def works_on(self, day: date) -> bool:
        """Tell whether `day` is one of the weekdays."""
        return day.isoweekday() in self.weekdays


class Silence(_Part):
    """What a silence procedure keeps to: its least length, and how long before its end a text must have arrived."""

    minimum_hours: int = Field(72, ge=1, le=24 * 30)
    notice_hours: int = Field(24, ge=1, le=24 * 30)
    count_weekends: bool = True


class Duty(_Part):
    """What must be done by whom, with its rhythm in words."""

    key: str
    title: str
    who: str = Field(pattern="^(troika|presidency|secretariat)$")
    rhythm: str
    source: str = ""


class PlaybookStep(_Part):
    """What leads up to a meeting or follows it, and how many days from it.

    `days` counts before its first day (negative) or after its last one; `kinds` are those of the meetings that it is
    for, all if empty.
    """

    key: str = Field(pattern=r"^[a-z0-9-]{2,40}$")
    title: str = Field(max_length=120)
    who: str = Field(pattern="^(troika|presidency|secretariat)$")
    days: int = Field(ge=-730, le=730)
    kinds: tuple[Literal["capital-level", "margins", "expert", "other"], ...] = ()


class Network(_Part):
    """One body of members."""

    name: str
    short_name: str
    secretariat_name: str
    themes: tuple[Theme, ...]
    guiding_questions: tuple[QuestionGroup, ...]
    duties: tuple[Duty, ...] = ()
    playbook: tuple[PlaybookStep, ...] = ()
    working_hours: WorkingHours = WorkingHours()
    silence: Silence = Silence()
    verification_days: int = Field(180, ge=1)
    retention_days: int = Field(365, ge=30)
    follow_up_months: int = Field(6, ge=1, le=12)
    """How long what people typed to Focal, and who they are where nobody's contact, is kept."""
    audit_days: int = Field(3650, ge=365)
    """How long the log of who changed what is kept."""

    def theme_title(self, key: str) -> str:
        """Return what a theme is called, or its key if the profile has dropped it."""
        return next((theme.title for theme in self.themes if theme.key == key), key)
