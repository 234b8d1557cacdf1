"""The silence procedure: a text is adopted unless somebody entitled says otherwise in time.

Pure: a round goes in with what happens and the moment it happens, a round comes out; whoever keeps it tells the others.
Sources: General Assembly decision 74/544 (a text goes to every member for at least 72 hours, and unbroken it is
adopted); OSCE Rules of Procedure, annex 1(A) (an exact end; broken by a written objection or amendment; everybody is
told, either way). That silence is not read from a text that did not arrive is Focal's own care, as is the notice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.rules.problems import AlreadyDone, BadInput, Closed, NotAllowed
from bot.rules.profile import Silence

LONGEST = timedelta(days=60)
"""The longest a round may last from its opening: what nobody remembers is not silence on a text."""


class Outcome(StrEnum):
    """Where a round stands; all but open are ends."""

    OPEN = "open"
    ADOPTED = "adopted"
    BROKEN = "broken"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Breach(StrEnum):
    """What breaks a silence."""

    OBJECTION = "objection"
    AMENDMENT = "amendment"


@dataclass(frozen=True)
class Objection:
    """What a delegation (a member's code) said against a text, when (aware UTC) and why; a late one does not count."""

    member: str
    kind: Breach
    reason: str
    at: datetime
    late: bool = False


@dataclass(frozen=True)
class Round:
    """One period of silence on one version of a text. Moments are aware UTC; the end itself is no longer in it.

    `entitled` are the delegations (member codes) that may break it; `received` is when the text first reached each.
    `notice` is how long before the end it must have reached everybody.
    """

    opened_at: datetime
    ends_at: datetime
    entitled: frozenset[str]
    minimum: timedelta
    notice: timedelta
    outcome: Outcome = Outcome.OPEN
    closed_at: datetime | None = None
    objections: tuple[Objection, ...] = ()
    received: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def unreached(self) -> frozenset[str]:
        """Return the delegations that did not have the text in time for this end."""
        latest = self.ends_at - self.notice
        return frozenset(each for each in self.entitled if each not in self.received or self.received[each] > latest)

    def takes(self, at: datetime) -> bool:
        """Tell whether something said at `at` (aware) is in time."""
        return self.outcome is Outcome.OPEN and at < self.ends_at


def earliest_end(opened_at: datetime, rule: Silence, weekdays: Iterable[int]) -> datetime:
    """Return the earliest moment at which a round opened at `opened_at` (aware) may end.

    Where weekends do not count, only hours of `weekdays` (ISO, Monday is 1) do, by days of UTC. Public holidays count:
    no day is one for every member.
    """
    if rule.count_weekends:
        return opened_at + timedelta(hours=rule.minimum_hours)
    counted, working = timedelta(hours=rule.minimum_hours), frozenset(weekdays)
    at = opened_at.astimezone(UTC)
    while True:
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        step = min(midnight - at, counted) if at.isoweekday() in working else midnight - at
        counted -= step if at.isoweekday() in working else timedelta()
        at += step
        if not counted:
            return at


def circulate(
    opened_at: datetime, ends_at: datetime, earliest: datetime, notice: timedelta, entitled: Iterable[str]
) -> Round:
    """Return a round that has just been opened; BadInput for an end that is too early or too late, or for nobody."""
    to = frozenset(entitled)
    if not to:
        raise BadInput("There is no delegation whose silence could mean anything.", "Add contacts first.")
    opened = Round(opened_at, ends_at, to, earliest - opened_at, notice)
    _check_end(opened, ends_at)
    return opened


def _check_end(around: Round, ends_at: datetime) -> None:
    if ends_at < around.opened_at + around.minimum:
        raise BadInput(
            "A silence lasts at least until {earliest} UTC.",
            "Choose a later end.",
            earliest=f"{around.opened_at + around.minimum:%Y-%m-%d %H:%M}",
        )
    if ends_at > around.opened_at + LONGEST:
        raise BadInput("A silence lasts at most {days} days.", "Choose an earlier end.", days=LONGEST.days)


def receive(around: Round, member: str, at: datetime) -> Round:
    """Return the round once a delegation has received the text; its first receipt counts, and none after the end."""
    if member not in around.entitled or member in around.received or not around.takes(at):
        return around
    return replace(around, received={**around.received, member: at})


def speak(around: Round, member: str, kind: Breach, reason: str, at: datetime) -> Round:
    """Return the round once a delegation has spoken against the text: broken, if it is in time; one is enough.

    What comes while it is broken already, before its announced end, is kept beside the first. What comes later is kept
    as late and changes nothing. Raises NotAllowed, BadInput without a reason, Closed for a round that was withdrawn,
    AlreadyDone for the same again.
    """
    if member not in around.entitled:
        raise NotAllowed("Your delegation is not among those whose silence was asked for.", "Write to the chair.")
    if not reason.strip():
        raise BadInput("Say why: the text can only be mended by those who know what is wrong with it.")
    if around.outcome is Outcome.WITHDRAWN:
        raise Closed("This text was withdrawn; there is nothing to break.")
    said = Objection(member, kind, reason.strip(), at, late=at >= around.ends_at)
    if any((each.member, each.kind, each.reason) == (member, said.kind, said.reason) for each in around.objections):
        raise AlreadyDone("Your delegation has said this already.")
    spoken = replace(around, objections=(*around.objections, said))
    if said.late or around.outcome is not Outcome.OPEN:
        return spoken
    return replace(spoken, outcome=Outcome.BROKEN, closed_at=at)


def move_end(around: Round, ends_at: datetime, at: datetime, reason: str) -> Round:
    """Return the round with another end: prolonged, or shortened with a reason.

    Neither the minimum from the opening nor the notice from now can be cut. Raises Closed once the round is over.
    """
    _require_open(around, at)
    if ends_at == around.ends_at:
        raise AlreadyDone("The silence ends at that moment already.")
    if ends_at < around.ends_at and not reason.strip():
        raise BadInput("Say why the silence is shortened: everybody is told.")
    _check_end(around, ends_at)
    if ends_at < around.ends_at and ends_at < at + around.notice:
        hours = int(around.notice.total_seconds() // 3600)
        raise BadInput("A shortened silence still lasts {hours} hours from now.", "Choose a later end.", hours=hours)
    return replace(around, ends_at=ends_at)


def withdraw(around: Round, at: datetime) -> Round:
    """Return the round once the chair has taken the text back; Closed once it is over."""
    _require_open(around, at)
    return replace(around, outcome=Outcome.WITHDRAWN, closed_at=at)


def _require_open(around: Round, at: datetime) -> None:
    if not around.takes(at):
        raise Closed(
            "This silence ended at {end} UTC.",
            "A revised text goes under a new round.",
            end=f"{around.closed_at or around.ends_at:%Y-%m-%d %H:%M}",
        )


def close(around: Round, now: datetime) -> Round:
    """Return the round as it is at `now`: ended at its own end, however late this is asked.

    Unbroken it is adopted if the text had reached every delegation in time, and lapses if it had not.
    """
    if around.outcome is not Outcome.OPEN or now < around.ends_at:
        return around
    outcome = Outcome.LAPSED if around.unreached else Outcome.ADOPTED
    return replace(around, outcome=outcome, closed_at=around.ends_at)


def admit(around: Round, member: str, at: datetime) -> Round:
    """Return the round once the chair lets a delegation's late objection count: broken, though it was adopted.

    Raises Closed if it was not adopted, BadInput if that delegation has said nothing late.
    """
    if around.outcome is not Outcome.ADOPTED:
        raise Closed("Only a text that was adopted can be reopened.")
    if not any(each.late and each.member == member for each in around.objections):
        raise BadInput("This delegation has said nothing after the end.", "Choose one that has.")
    return replace(around, outcome=Outcome.BROKEN, closed_at=at)


def half_time(around: Round) -> datetime:
    """Return the moment at which whoever has not opened the text is reminded first."""
    return around.opened_at + (around.ends_at - around.opened_at) / 2


def last_call(around: Round) -> datetime:
    """Return the moment at which whoever has not opened the text is reminded last: the notice before the end."""
    return around.ends_at - around.notice
