"""Duties: what the Troika, the presidency and the Secretariat must do, and where each of it stands."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.rules.permissions import Actor, Role
from bot.rules.profile import WorkingHours
from bot.rules.reminders import Schedule, first_wall, working_wall

TITLE_LIMIT = 300


class Standing(StrEnum):
    """Where a duty stands; `standing` has no date, `done` is over for good."""

    PAUSED = "paused"
    OVERDUE = "overdue"
    DUE = "due"
    PUT_OFF = "put off"
    COMING = "coming"
    STANDING = "standing"
    DONE = "done"


@dataclass(frozen=True)
class Duty:
    """A duty of a group (`who`), or of the one person to whom it is assigned (a Slack user id).

    `due_on` is the day on which it is due next; it repeats by the RRULE `rule` counted from `starts_on`, or not at all.
    `done_by` (a Slack user id) and `done_at` tell of the last time. `rhythm` is what the profile says of it in words.
    One that goes by a meeting is due `offset_days` before its first day (0 and less) or after its last one.
    """

    id: int
    key: str
    title: str
    who: str
    rhythm: str
    source: str = ""
    assigned_to: str | None = None
    starts_on: date | None = None
    rule: str = ""
    due_on: date | None = None
    paused: bool = False
    done_by: str | None = None
    done_at: datetime | None = None
    put_off_until: datetime | None = None
    version: int = 1
    meeting_id: int | None = None
    offset_days: int = 0

    def schedule(self, zone: str, hours: WorkingHours) -> Schedule | None:
        """Return when it is reminded of: from `starts_on` on at the start of work; None if it has no date."""
        if self.starts_on is None:
            return None
        return Schedule(datetime.combine(self.starts_on, time(hours.start)), self.rule, zone)

    def done(self, by: str, now: datetime, hours: WorkingHours) -> "Duty":
        """Return the duty as it stands once `by` has done it: due again by its rule, or not."""
        return replace(self, done_by=by, done_at=now, due_on=self._following(now, hours), put_off_until=None)

    def _following(self, now: datetime, hours: WorkingHours) -> date | None:
        schedule = self.schedule("UTC", hours)
        if schedule is None or self.due_on is None or not self.rule:
            return None
        # What is done early counts for the day that was to come; what is done late does not come again at once.
        after = max(self.due_on, now.date()) + timedelta(days=1)
        wall = first_wall(schedule, datetime.combine(after, time.min))
        return wall.date() if wall else None


def standing_of(duty: Duty, now: datetime, hours: WorkingHours) -> Standing:
    """Return where a duty stands at `now` (aware); it is overdue from the day after it was reminded of."""
    if duty.paused:
        return Standing.PAUSED
    if duty.due_on is None:
        return Standing.DONE if duty.starts_on and duty.done_at else Standing.STANDING
    if duty.put_off_until is not None and duty.put_off_until > now:
        return Standing.PUT_OFF
    spoken = working_wall(datetime.combine(duty.due_on, time(hours.start)), hours).date()
    if spoken < now.date():
        return Standing.OVERDUE
    return Standing.DUE if duty.due_on <= now.date() else Standing.COMING


def may_do(actor: Actor, duty: Duty) -> bool:
    """Tell whether `actor` may say that a duty is done: its group, the one it is assigned to, the Secretariat."""
    return duty.assigned_to == actor.user_id or actor.is_secretariat or Role(duty.who) in actor.roles
