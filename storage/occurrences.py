"""Occurrences: one due moment of a reminder for one recipient, and what the recipient does with it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, exists, select, update

from bot.rules import reminders as rules
from bot.rules.presidency import Presidency, troika_on
from bot.rules.profile import WorkingHours
from bot.rules.reminders import Audience, Group
from bot.rules.workdays import WorkingTime, hours_for
from storage import people
from storage.database import Conn, insert_all_new, insert_new
from storage.people import Recipient
from storage.presidencies import all_presidencies
from storage.reminders import (
    BATCH,
    Progress,
    Reminder,
    State,
    Way,
    occurrences,
    read_audience,
    read_reminder,
    reminders,
    skip_to,
)

LOOK_AGAIN = timedelta(hours=1)
"""How often a reminder is looked at while it is on its way round the zones: somebody may have joined the audience."""
OPEN = (Progress.SENT, Progress.SNOOZED)
TOGETHER = "troika"
"""The recipient of what goes to the Troika in one group message; whose it is that day is looked up when it is sent."""


@dataclass(frozen=True)
class Occurrence:
    """One due moment for one recipient (Slack user id), with what its reminder says; moments are aware UTC."""

    id: int
    reminder_id: int
    text: str
    audience: Audience
    created_by: str
    duty_id: int | None
    wall: datetime
    recipient: str
    zone: str
    state: Progress
    due_at: datetime
    send_at: datetime | None
    snoozes: int
    member: str | None = None
    way: Way | None = None
    came_from: str | None = None

    @property
    def is_shared(self) -> bool:
        """Whether several people read it in one place: a channel, or a group message."""
        return self.audience.group is Group.CHANNEL or self.recipient == TOGETHER

    @property
    def key(self) -> str:
        """The outbox key of the newest message of this occurrence, sent or to be sent; each snooze makes a new one."""
        return self._key(self.snoozes)

    @property
    def shown_key(self) -> str:
        """The outbox key of the newest message that was sent of an occurrence that is sent, snoozed or done."""
        return self._key(self.snoozes - (self.state is Progress.SNOOZED))

    def _key(self, number: int) -> str:
        base = f"reminder:{self.reminder_id}:{self.wall.isoformat()}:{self.recipient}"
        return f"{base}:{number}" if number else base


@dataclass(frozen=True)
class Unreached:
    """A reminder whose time has passed everywhere while nobody was in its audience."""

    reminder: Reminder
    wall: datetime


# What is due ---------------------------------------------------------------------------------------------------------


async def make_due(
    conn: Conn, now: datetime, hours: WorkingHours, secretariat: Collection[str] = (), limit: int = BATCH
) -> tuple[int, tuple[Unreached, ...]]:
    """Write the occurrences of up to `limit` reminders whose moment may have come.

    Return how many reminders were looked at, and those whose time is over and reached nobody. Another replica's rows
    are skipped, and each occurrence is unique, so that any number of them may call this at once.
    """
    ready = (
        select(reminders)
        .where(reminders.c.next_look_at <= now)
        .order_by(reminders.c.next_look_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = (await conn.execute(ready)).all()
    if not rows:
        return 0, ()
    look = _Look(conn, now, hours, secretariat, await all_presidencies(conn))
    unreached = [await look.at(read_reminder(row)) for row in rows]
    return len(rows), tuple(each for found in unreached for each in found)


@dataclass(frozen=True)
class _Look:
    """One look at reminders, at one moment."""

    conn: Conn
    now: datetime
    hours: WorkingHours
    secretariat: Collection[str]
    presidencies: tuple[Presidency, ...]

    async def at(self, found: Reminder) -> list[Unreached]:
        """Write what is due of a reminder, and when to look at it again."""
        chosen = self._walls(found)
        recipients = {wall: await self._recipients(found, wall) for wall in chosen}
        closed = [wall for wall in chosen if self._closes(found, wall, recipients[wall]) <= self.now]
        # Of those that are over everywhere only the newest can still be due to somebody.
        walls = [wall for wall in chosen if wall not in closed[:-1]]
        for wall in walls:
            await self._add(found, wall, walls, recipients[wall])
        await self._look_again(found, [wall for wall in walls if wall not in closed], walls, recipients)
        return [Unreached(found, wall) for wall in closed[-1:] if not recipients[wall]]

    def _hours(self, recipient: Recipient) -> WorkingTime:
        return hours_for(self.hours, recipient.member, recipient.zone)

    def _closes(self, found: Reminder, wall: datetime, recipients: Iterable[Recipient]) -> datetime:
        return rules.closes_at(found.schedule, wall, {self.hours, *map(self._hours, recipients)})

    def _walls(self, found: Reminder) -> list[datetime]:
        """Return the wall times that may be on their way round the zones, and the newest one that is surely round."""
        if found.next_wall is None:
            return []
        horizon = self.now.replace(tzinfo=None) + rules.EARLIEST
        walls = rules.next_walls(found.schedule, found.next_wall, horizon)
        opened = [wall for wall in walls if rules.opens_at(found.schedule, wall) <= self.now]
        rest = timedelta() if found.schedule.exact else rules.LONGEST_REST
        closed = [wall for wall in opened if rules.closes_at(found.schedule, wall, [self.hours]) + rest <= self.now]
        return opened[max(len(closed) - 1, 0) :]

    async def _recipients(self, found: Reminder, wall: datetime) -> tuple[Recipient, ...]:
        # One day counts for all: were it each one's own, a day off could leave it to nobody between two chairs.
        day = rules.day_of(found.schedule, wall, self.now, self.hours)
        if found.audience.group is Group.CHANNEL:
            return tuple(_place(each, found.schedule.zone) for each in found.audience.people)
        there = await _people_in(self.conn, found.audience, day, self.secretariat, self.presidencies)
        if found.audience.group is Group.TOGETHER and 0 < len(there) <= rules.MOST_TOGETHER:
            return (_place(TOGETHER, found.schedule.zone),)
        return there

    async def _add(
        self, found: Reminder, wall: datetime, walls: list[datetime], recipients: Iterable[Recipient]
    ) -> None:
        had = await _newest_had(self.conn, found.id, wall)
        clocks = {(each.zone, self._hours(each)) for each in recipients}
        newest = {
            (zone, hours): rules.newest_due(walls, found.schedule, zone, self.now, hours) for zone, hours in clocks
        }
        news = [each for each in recipients if newest[each.zone, self._hours(each)] == wall and each.user_id not in had]
        await insert_all_new(self.conn, occurrences, [self._occurrence(found, wall, each) for each in news])

    def _occurrence(self, found: Reminder, wall: datetime, recipient: Recipient) -> dict[str, object]:
        hours = self._hours(recipient)
        due = rules.moment_for(found.schedule, wall, recipient.zone, hours)
        return {
            "reminder_id": found.id,
            "wall": wall,
            "member": recipient.member,
            "recipient": recipient.user_id,
            "zone": recipient.zone,
            "state": Progress.DUE,
            "due_at": due,
            "send_at": rules.send_at(found.schedule, due, self.now, recipient.zone, hours),
        }

    async def _look_again(
        self,
        found: Reminder,
        going: Sequence[datetime],
        walls: Sequence[datetime],
        recipients: Mapping[datetime, tuple[Recipient, ...]],
    ) -> None:
        coming = self._first_after(found, walls)
        moments = [
            moment
            for wall in going
            for each in recipients[wall]
            for moment in rules.moments_after([wall], found.schedule, each.zone, self.now, self._hours(each))
        ]
        if going:
            closing = [self._closes(found, wall, recipients[wall]) for wall in going]
            moments += [self.now + LOOK_AGAIN, *closing]
        if coming is not None:
            moments.append(rules.opens_at(found.schedule, coming))
        left = going[0] if going else coming
        state = State.ACTIVE if left else State.DONE
        values = {"state": state, "next_wall": left, "next_look_at": min(moments, default=None)}
        await self.conn.execute(update(reminders).where(reminders.c.id == found.id).values(values))

    def _first_after(self, found: Reminder, walls: Sequence[datetime]) -> datetime | None:
        since = walls[-1] + timedelta.resolution if walls else found.next_wall
        return rules.first_wall(found.schedule, since) if since else None


async def _newest_had(conn: Conn, reminder_id: int, since: datetime) -> set[str]:
    """Return who has had this reminder for `since` or a later wall time: who moves west is not told of an older one."""
    had = select(occurrences.c.recipient).where(occurrences.c.reminder_id == reminder_id, occurrences.c.wall >= since)
    return set((await conn.execute(had)).scalars())


async def recipients_of(
    conn: Conn, audience: Audience, day: date, secretariat: Collection[str] = ()
) -> tuple[Recipient, ...]:
    """Return the people in an audience on `day`; `secretariat` holds the user ids named in the settings."""
    return await _people_in(conn, audience, day, secretariat, await all_presidencies(conn))


async def _people_in(
    conn: Conn,
    audience: Audience,
    day: date,
    secretariat: Collection[str],
    presidencies: tuple[Presidency, ...],
) -> tuple[Recipient, ...]:
    if audience.group is Group.PEOPLE:
        return await _named(conn, audience.people, day)
    if audience.group is Group.CHANNEL:
        return ()
    if audience.group is Group.DELEGATION:
        return await people.voices_of(conn, audience.people, day)
    if audience.group is Group.SECRETARIAT:
        return await people.secretariat_of(conn, secretariat, day)
    troika = troika_on(presidencies, day)
    if audience.group in {Group.TROIKA, Group.TOGETHER}:
        return await people.voices_of(conn, troika.members, day)
    return await people.voices_of(conn, troika.current.members if troika.current else (), day)


def _place(name: str, zone: str) -> Recipient:
    """Return what several read as a recipient: it has no clock of its own, and goes by that of the reminder's maker."""
    return Recipient(name, name, None, zone, "en")


async def _named(conn: Conn, names: Sequence[str], day: date) -> tuple[Recipient, ...]:
    """Return people by user id or e-mail; an address nobody bears is kept, so that its failing delivery is seen."""
    bearers = {name: await people.by_email(conn, name) for name in names if "@" in name}
    ids = [person.user_id if (person := bearers.get(name)) else name[:40] for name in names]
    members = await people.members_of(conn, ids, day)
    return tuple(replace(each, member=members.get(each.user_id)) for each in await people.by_ids(conn, ids))


async def oldest_due(conn: Conn, now: datetime) -> datetime | None:
    """Return since when (aware UTC) the reminder that is most overdue should have gone out; None if none is."""
    waiting = select(occurrences.c.send_at).where(occurrences.c.send_at <= now).order_by(occurrences.c.send_at).limit(1)
    return (await conn.execute(waiting)).scalar()


async def take_due(conn: Conn, now: datetime, limit: int = BATCH) -> tuple[Occurrence, ...]:
    """Take up to `limit` occurrences whose time to be sent has come; they must be sent in this transaction.

    Taking them is one statement: of two replicas only one gets each.
    """
    paused = exists().where(reminders.c.id == occurrences.c.reminder_id, reminders.c.state == State.PAUSED)
    ready = (
        select(occurrences.c.id)
        .where(occurrences.c.send_at <= now, ~paused)
        .order_by(occurrences.c.send_at, occurrences.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ready")
    )
    taken = await conn.execute(
        update(occurrences)
        .where(occurrences.c.id.in_(select(ready.c.id)), occurrences.c.send_at <= now)
        .values(state=Progress.SENT, send_at=None)
        .returning(occurrences.c.id)
    )
    return await _with_text(conn, taken.scalars().all())


async def expect_answer(conn: Conn, number: int, until: datetime | None) -> None:
    """Have an occurrence escalated at `until` (aware) unless it is answered before; never if None."""
    await conn.execute(update(occurrences).where(occurrences.c.id == number).values(escalate_at=until))


async def take_unanswered(conn: Conn, now: datetime, limit: int = BATCH) -> tuple[Occurrence, ...]:
    """Take up to `limit` occurrences that were not answered in time; they must be seen to in this transaction."""
    ready = (
        select(occurrences.c.id)
        .where(occurrences.c.escalate_at <= now)
        .order_by(occurrences.c.escalate_at, occurrences.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ready")
    )
    taken = await conn.execute(
        update(occurrences)
        .where(occurrences.c.id.in_(select(ready.c.id)), occurrences.c.escalate_at <= now)
        .values(escalate_at=None)
        .returning(occurrences.c.id)
    )
    found = await _with_text(conn, taken.scalars().all())
    return tuple(each for each in found if each.state is Progress.SENT)


async def pass_on(conn: Conn, known: Occurrence, to: Recipient, way: Way, send_at: datetime) -> bool:
    """Have somebody else reminded of the same; tell whether they were not already."""
    return await insert_new(
        conn,
        occurrences,
        {
            "reminder_id": known.reminder_id,
            "wall": known.wall,
            "recipient": to.user_id,
            "member": to.member,
            "zone": to.zone,
            "state": Progress.DUE,
            "due_at": known.due_at,
            "send_at": send_at,
            "way": way,
            "came_from": known.recipient,
        },
    )


async def others(conn: Conn, known: Occurrence) -> tuple[Occurrence, ...]:
    """Return what other people were or will be reminded of at the same wall time by the same reminder."""
    same = (occurrences.c.reminder_id == known.reminder_id, occurrences.c.wall == known.wall)
    rows = await conn.execute(_texts().where(*same, occurrences.c.id != known.id).order_by(occurrences.c.id))
    return tuple(_occurrence(row) for row in rows)


# What recipients do --------------------------------------------------------------------------------------------------


async def occurrence(conn: Conn, number: int) -> Occurrence | None:
    """Return the occurrence with this number, or None."""
    return next(iter(await _with_text(conn, [number])), None)


async def open_for(conn: Conn, user_id: str) -> tuple[Occurrence, ...]:
    """Return what somebody was reminded of and has not done, oldest first."""
    wanted = (occurrences.c.recipient == user_id, occurrences.c.state.in_(OPEN))
    rows = await conn.execute(_texts().where(*wanted).order_by(occurrences.c.due_at, occurrences.c.id))
    return tuple(_occurrence(row) for row in rows)


async def mark_done(conn: Conn, known: Occurrence, by: str, now: datetime) -> bool:
    """Mark an occurrence done by a Slack user; tell whether it was still open."""
    return await _end(conn, known, Progress.DONE, done_by=by, done_at=now)


async def mark_handed(conn: Conn, known: Occurrence) -> bool:
    """Mark an occurrence handed on; tell whether it was still open."""
    return await _end(conn, known, Progress.HANDED)


async def mark_refused(conn: Conn, known: Occurrence) -> bool:
    """Mark an occurrence as not for its recipient; tell whether it was still open."""
    return await _end(conn, known, Progress.REFUSED)


async def _end(conn: Conn, known: Occurrence, state: Progress, **more: object) -> bool:
    still_open = occurrences.c.state.in_((*OPEN, Progress.DUE))
    values = {"state": state, "send_at": None, "escalate_at": None, **more}
    found = await conn.execute(update(occurrences).where(occurrences.c.id == known.id, still_open).values(values))
    return found.rowcount == 1


async def finish_of_duty(
    conn: Conn, duty_id: int, by: str, now: datetime, following: datetime | None
) -> tuple[Occurrence, ...]:
    """Mark done what everybody was reminded of by a duty that `by` has done; return what was open, as it was.

    The duty's reminder goes on with its first wall time from `following` on, or has ended.
    """
    of_duty = select(reminders.c.id).where(reminders.c.duty_id == duty_id)
    theirs = occurrences.c.reminder_id.in_(of_duty)
    had = [_occurrence(row) for row in await conn.execute(_texts().where(theirs, occurrences.c.state.in_(OPEN)))]
    done = {"state": Progress.DONE, "done_at": now, "done_by": by, "send_at": None, "escalate_at": None}
    unfinished = occurrences.c.state.in_((*OPEN, Progress.DUE))
    await conn.execute(update(occurrences).where(theirs, unfinished).values(done))
    for number in (await conn.execute(of_duty.where(reminders.c.state == State.ACTIVE))).scalars().all():
        await skip_to(conn, number, following)
    return tuple(had)


async def snooze(conn: Conn, known: Occurrence, until: datetime) -> bool:
    """Have an occurrence sent again at `until` (aware); tell whether it was sent and waited for an answer."""
    unchanged = (occurrences.c.state == Progress.SENT, occurrences.c.snoozes == known.snoozes)
    later = {"state": Progress.SNOOZED, "send_at": until, "snoozes": known.snoozes + 1, "escalate_at": None}
    found = await conn.execute(update(occurrences).where(occurrences.c.id == known.id, *unchanged).values(later))
    return found.rowcount == 1


def _texts() -> Select[Any]:
    said = (reminders.c.text, reminders.c.audience, reminders.c.created_by, reminders.c.duty_id)
    return select(occurrences, *said).join(reminders, reminders.c.id == occurrences.c.reminder_id)


async def _with_text(conn: Conn, numbers: Sequence[int]) -> tuple[Occurrence, ...]:
    rows = await conn.execute(_texts().where(occurrences.c.id.in_(numbers)).order_by(occurrences.c.id))
    return tuple(_occurrence(row) for row in rows)


def _occurrence(row: Row[Any]) -> Occurrence:
    return Occurrence(
        row.id, row.reminder_id, row.text, read_audience(row), row.created_by, row.duty_id, row.wall, row.recipient,
        row.zone, Progress(row.state), row.due_at, row.send_at, row.snoozes, row.member,
        Way(row.way) if row.way else None, row.came_from,
    )  # fmt: skip
