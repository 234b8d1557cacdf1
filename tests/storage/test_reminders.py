"""Reminders are kept, come due once for everybody in their own zone, and survive whatever happens in between."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.rules.people import Profile
from bot.rules.profile import WorkingHours
from bot.rules.reminders import Audience, Group, Repeat, Schedule, rule_for
from storage import occurrences, outbox, people, reminders
from storage.contacts import contacts
from storage.database import Database
from storage.occurrences import Occurrence, Unreached
from storage.presidencies import set_presidency
from storage.reminders import NewReminder, Progress, State

HOURS = WorkingHours(start=9, end=18)
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    """Return an aware moment if `text` ends in an offset, else a wall time."""
    return datetime.fromisoformat(text)


def to(*names: str) -> Audience:
    return Audience(Group.PEOPLE, names)


def new(audience: Audience, start: str, repeat: Repeat = Repeat.ONCE, zone: str = "UTC", **more: Any) -> NewReminder:
    wall = at(start)
    return NewReminder("Choose the topics", audience, Schedule(wall, rule_for(repeat, wall), zone, **more), "U0")


async def scheduled(db: Database, what: NewReminder, now: datetime = MONDAY) -> int:
    async with db.begin() as conn:
        number = await reminders.schedule(conn, what, now)
    assert number is not None
    return number


async def person(db: Database, user_id: str, zone: str = "UTC", member: str | None = None) -> None:
    email = f"{user_id.lower()}@example.org"
    async with db.begin() as conn:
        if member:
            row = {"member": member, "name": user_id, "role": "focal point", "email": email, "updated_at": MONDAY}
            await conn.execute(contacts.insert().values(**row))
        await people.save(conn, Profile(user_id, "T1", user_id, email, zone, "en-US", False, False, False), MONDAY)


async def beat(db: Database, now: str) -> tuple[Unreached, ...]:
    async with db.begin() as conn:
        _, unreached = await occurrences.make_due(conn, at(now), HOURS)
    async with db.begin() as conn:
        for due in await occurrences.take_due(conn, at(now)):
            await outbox.post(conn, due.key, due.recipient, {"text": due.text}, at(now))
    return unreached


async def deliver(db: Database, now: str, most: int = 100) -> None:
    """Have up to `most` decided messages sent, the others put back as when Slack goes silent."""
    async with db.begin() as conn:
        items = await outbox.claim(conn, "sender", at(now))
        await outbox.mark_sent(conn, [outbox.Sent(item, item.channel, "1.0") for item in items[:most]])
        for item in items[most:]:
            await outbox.mark_pending(conn, item, None)


async def sent(db: Database) -> list[str]:
    async with db.read() as conn:
        rows = await conn.execute(select(outbox.outbox.c.channel).order_by(outbox.outbox.c.id))
        return list(rows.scalars())


async def state_of(db: Database, number: int) -> State:
    async with db.read() as conn:
        found = await reminders.reminder(conn, number)
    assert found is not None
    return found.state


async def newest(db: Database, user_id: str) -> Occurrence:
    async with db.read() as conn:
        return (await occurrences.open_for(conn, user_id))[-1]


async def test_everybody_is_told_when_their_own_clock_shows_the_time(db: Database) -> None:
    """Tokyo hears at 9:00 in Tokyo, New York at 9:00 in New York, each once; then the reminder is done."""
    await person(db, "UTOKYO", "Asia/Tokyo")
    await person(db, "UNY", "America/New_York")
    number = await scheduled(db, new(to("UTOKYO", "UNY"), "2026-03-03T09:00"))
    heard = []

    for moment in (
        "2026-03-02T23:59+00:00",
        "2026-03-03T00:00+00:00",
        "2026-03-03T00:00+00:00",
        "2026-03-03T13:59+00:00",
        "2026-03-03T14:00+00:00",
        "2026-03-03T21:00+00:00",
    ):
        await beat(db, moment)
        heard.append(await sent(db))

    assert heard == [[], ["UTOKYO"], ["UTOKYO"], ["UTOKYO"], ["UTOKYO", "UNY"], ["UTOKYO", "UNY"]]
    assert await state_of(db, number) is State.DONE


async def test_nobody_is_reminded_on_a_day_off_of_their_country(db: Database) -> None:
    """On Norway's Constitution Day Windhoek is told and Oslo the day after; on a Sunday Amman is, and they on Monday."""
    await person(db, "UOSLO", "Europe/Oslo", "NO")
    await person(db, "UWINDHOEK", "Africa/Windhoek", "NA")
    await person(db, "UAMMAN", "Asia/Amman", "JO")
    await scheduled(db, new(to("UOSLO", "UWINDHOEK"), "2027-05-17T09:00"))
    await scheduled(db, new(to("UOSLO", "UWINDHOEK", "UAMMAN"), "2027-05-23T09:00"))
    heard = {}

    for day in (16, 17, 18, 22, 23, 24):
        before = len(await sent(db))
        await beat(db, f"2027-05-{day}T12:00+00:00")
        heard[day] = (await sent(db))[before:]

    assert heard == {16: [], 17: ["UWINDHOEK"], 18: ["UOSLO"], 22: [], 23: ["UAMMAN"], 24: ["UOSLO", "UWINDHOEK"]}


async def test_a_day_off_at_the_hand_over_leaves_nobody_out(db: Database) -> None:
    """What is for the presidency on 1 January, a holiday, comes to the new chair alone, on their first working day."""
    await person(db, "UMANILA", "Asia/Manila", "PH")
    await person(db, "UOSLO", "Europe/Oslo", "NO")
    async with db.begin() as conn:
        await set_presidency(conn, "2026", date(2026, 1, 1), date(2026, 12, 31), ("PH",))
        await set_presidency(conn, "2027", date(2027, 1, 1), date(2027, 12, 31), ("NO",))
    await scheduled(db, new(Audience(Group.PRESIDENCY), "2027-01-01T09:00"))
    heard = []

    for moment in ("2026-12-31T12:00+00:00", "2027-01-01T12:00+00:00", "2027-01-04T12:00+00:00"):
        await beat(db, moment)
        heard.append(await sent(db))

    assert heard == [[], [], ["UOSLO"]]


async def test_an_exact_reminder_comes_to_all_at_one_moment(db: Database) -> None:
    """An exact reminder wakes New York when it is 9:00 in Oslo, where it was set."""
    await person(db, "UOSLO", "Europe/Oslo")
    await person(db, "UNY", "America/New_York")
    await scheduled(db, new(to("UOSLO", "UNY"), "2026-03-03T09:00", zone="Europe/Oslo", exact=True))

    await beat(db, "2026-03-03T07:59:59+00:00")
    before = await sent(db)
    await beat(db, "2026-03-03T08:00+00:00")

    assert before == []
    assert await sent(db) == ["UOSLO", "UNY"]


async def test_an_absence_ends_in_one_message_and_not_in_a_flood(db: Database) -> None:
    """After two weeks away a daily reminder comes once, for its newest day, and goes on from there."""
    await person(db, "UANA")
    await scheduled(db, new(to("UANA"), "2026-03-03T09:00", Repeat.DAILY))

    await beat(db, "2026-03-17T11:00+00:00")
    after_absence = await newest(db, "UANA")
    for moment in ("2026-03-17T12:00+00:00", "2026-03-17T23:00+00:00", "2026-03-18T09:00+00:00"):
        await beat(db, moment)

    assert after_absence.wall == at("2026-03-17T09:00")
    assert await sent(db) == ["UANA", "UANA"]


@pytest.mark.parametrize("time", ["09:00", "09:30", "17:45"])
async def test_a_weekend_does_not_pile_up(db: Database, time: str) -> None:
    """Of a daily reminder's Saturday, Sunday and Monday only one message comes, on Monday at its own time."""
    await person(db, "UANA", "Africa/Windhoek")
    await scheduled(db, new(to("UANA"), f"2026-03-06T{time}", Repeat.DAILY))

    for half_hour in range(4 * 24 * 2):
        await beat(db, (at("2026-03-06T00:00+00:00") + timedelta(minutes=30 * half_hour)).isoformat())

    assert await sent(db) == ["UANA", "UANA"]
    assert (await newest(db, "UANA")).wall == at(f"2026-03-09T{time}")


async def test_what_was_missed_at_night_waits_for_the_morning(db: Database) -> None:
    """When the bot comes back at night, what is hours late is sent at the next working start, and not lost till then."""
    await person(db, "UANA")
    await scheduled(db, new(to("UANA"), "2026-03-02T16:00"))

    await beat(db, "2026-03-04T02:00+00:00")
    at_night = await sent(db)
    await beat(db, "2026-03-04T09:00+00:00")

    assert at_night == []
    assert await sent(db) == ["UANA"]


async def test_the_troika_of_the_hand_over_day_is_told(db: Database) -> None:
    """On the day of a hand-over in July the new chair is told, from Auckland on, and the leaving side is not."""
    await person(db, "UOLD", "Pacific/Auckland", "JP")
    await person(db, "UNEW", "Pacific/Auckland", "UY")
    async with db.begin() as conn:
        for year, member in ((2026, "JP"), (2027, "UY")):
            await set_presidency(conn, str(year), date(year, 7, 1), date(year + 1, 6, 30), [member])
    await scheduled(db, new(Audience(Group.PRESIDENCY), "2027-07-01T09:00"))

    await beat(db, "2027-06-30T21:00+00:00")

    assert await sent(db) == ["UNEW"]


async def test_who_joins_while_a_reminder_goes_round_is_told_too(db: Database) -> None:
    """A person linked after the first zones were told is looked for within the hour."""
    await person(db, "UTOKYO", "Asia/Tokyo", "JP")
    async with db.begin() as conn:
        await set_presidency(conn, "2026", date(2026, 1, 1), date(2026, 12, 31), ["JP"])
    await scheduled(db, new(Audience(Group.TROIKA), "2026-03-03T09:00"))
    await beat(db, "2026-03-03T00:00+00:00")

    await person(db, "UOSLO", "Europe/Oslo", "JP")
    await beat(db, "2026-03-03T09:00+00:00")

    assert await sent(db) == ["UTOKYO", "UOSLO"]


async def test_a_reminder_that_reached_nobody_is_told(db: Database) -> None:
    """When nobody was in the audience until the last zone was over, that comes out, once."""
    number = await scheduled(db, new(Audience(Group.PRESIDENCY), "2026-03-03T09:00"))

    first = await beat(db, "2026-03-03T21:00+00:00")
    second = await beat(db, "2026-03-04T21:00+00:00")

    assert [each.reminder.id for each in first] == [number]
    assert second == ()


async def test_an_address_that_nobody_bears_is_seen_to_fail(db: Database) -> None:
    """A message for an unknown address stands in the outbox, where its failing is seen; a known one goes to its person."""
    await person(db, "UANA")
    await scheduled(db, new(to("uana@example.org", "nobody@example.org"), "2026-03-03T09:00"))

    await beat(db, "2026-03-03T09:00+00:00")

    assert await sent(db) == ["UANA", "nobody@example.org"]


async def test_two_replicas_send_once(db: Database) -> None:
    """Two that look at the same moment write each occurrence and each message once."""
    for name in ("UANA", "UBEN", "UCAI"):
        await person(db, name)
        await scheduled(db, new(to(name), "2026-03-03T09:00"))

    await asyncio.gather(*(beat(db, "2026-03-03T09:00+00:00") for _ in range(4)))

    assert sorted(await sent(db)) == ["UANA", "UBEN", "UCAI"]


async def test_what_is_not_due_is_not_looked_at(db: Database) -> None:
    """However many reminders wait, a beat looks at those alone whose next look has come."""
    await person(db, "UANA")
    for day in range(1, 29):
        await scheduled(db, new(to("UANA"), f"2027-02-{day:02}T09:00"))
    await scheduled(db, new(to("UANA"), "2026-03-03T09:00"))

    async with db.begin() as conn:
        looked_at, _ = await occurrences.make_due(conn, at("2026-03-03T09:00+00:00"), HOURS)

    assert looked_at == 1


async def test_a_paused_reminder_is_silent_and_goes_on_without_catching_up(db: Database) -> None:
    """What would have come during a pause does not; after it the next moment counts."""
    await person(db, "UANA")
    number = await scheduled(db, new(to("UANA"), "2026-03-03T09:00", Repeat.DAILY))
    async with db.begin() as conn:
        assert await reminders.pause(conn, number)
        assert not await reminders.pause(conn, number)
    await beat(db, "2026-03-04T10:00+00:00")

    async with db.begin() as conn:
        assert await reminders.resume(conn, number, at("2026-03-04T10:00+00:00"))
        assert not await reminders.resume(conn, number, at("2026-03-04T10:00+00:00"))
    await beat(db, "2026-03-04T11:00+00:00")
    quiet = await sent(db)
    await beat(db, "2026-03-05T09:00+00:00")

    assert quiet == []
    assert await sent(db) == ["UANA"]


async def test_a_deleted_reminder_is_gone_with_what_was_put_off(db: Database) -> None:
    """Neither its next moment nor a snoozed message comes any more, and it is not listed."""
    await person(db, "UANA")
    number = await scheduled(db, new(to("UANA"), "2026-03-03T09:00", Repeat.DAILY))
    await beat(db, "2026-03-03T09:00+00:00")
    await deliver(db, "2026-03-03T09:00+00:00")
    due = await newest(db, "UANA")
    async with db.begin() as conn:
        await occurrences.snooze(conn, due, at("2026-03-03T10:00+00:00"))
        await reminders.delete(conn, number)

    await beat(db, "2026-03-05T10:00+00:00")

    async with db.read() as conn:
        assert await reminders.all_reminders(conn) == ()
    assert await sent(db) == ["UANA"]


async def queued(db: Database) -> list[str]:
    """Return to whom what has been decided and is not sent yet will go."""
    waiting = select(outbox.outbox.c.channel).where(outbox.outbox.c.state == "pending").order_by(outbox.outbox.c.id)
    async with db.read() as conn:
        return list((await conn.execute(waiting)).scalars())


@pytest.mark.parametrize("deed", ["pause", "delete", "edit"])
async def test_what_is_queued_is_taken_back(db: Database, deed: str) -> None:
    """With one message sent, one decided and one to come, only the first stays; an edit decides the others anew."""
    for name, zone in (("U1", "Asia/Tokyo"), ("U2", "Asia/Tokyo"), ("U3", "Europe/Oslo")):
        await person(db, name, zone)
    what = new(to("U1", "U2", "U3"), "2026-03-03T09:00")
    number = await scheduled(db, what)
    await beat(db, "2026-03-03T00:00+00:00")
    await deliver(db, "2026-03-03T00:00+00:00", 1)
    before = await queued(db)

    async with db.begin() as conn:
        if deed == "pause":
            await reminders.pause(conn, number)
        elif deed == "delete":
            await reminders.delete(conn, number)
        else:
            await reminders.edit(conn, number, 1, replace(what, text="Other words"), at("2026-03-03T00:01+00:00"))
    after = await queued(db)
    for moment in ("2026-03-03T00:02+00:00", "2026-03-03T08:00+00:00", "2026-03-04T12:00+00:00"):
        await beat(db, moment)

    assert (before, after) == (["U2"], [])
    assert await queued(db) == (["U2", "U3"] if deed == "edit" else [])


async def test_a_pause_holds_what_was_put_off(db: Database) -> None:
    """What somebody put off comes when the reminder goes on, and not while it is paused."""
    await person(db, "U1")
    number = await scheduled(db, new(to("U1"), "2026-03-03T09:00", Repeat.MONTHLY))
    await beat(db, "2026-03-03T09:00+00:00")
    await deliver(db, "2026-03-03T09:00+00:00")
    async with db.begin() as conn:
        await occurrences.snooze(conn, await newest(db, "U1"), at("2026-03-03T10:00+00:00"))
        await reminders.pause(conn, number)

    await beat(db, "2026-03-03T10:00+00:00")
    held = len(await sent(db))
    async with db.begin() as conn:
        await reminders.resume(conn, number, at("2026-03-03T11:00+00:00"))
    await beat(db, "2026-03-03T11:00+00:00")

    assert (held, len(await sent(db))) == (1, 2)


async def test_who_is_left_out_by_an_edit_is_not_asked_again(db: Database) -> None:
    """What somebody put off does not come back once the reminder is for others."""
    await person(db, "U1")
    await person(db, "U2")
    what = new(to("U1"), "2026-03-03T09:00", Repeat.MONTHLY)
    number = await scheduled(db, what)
    await beat(db, "2026-03-03T09:00+00:00")
    await deliver(db, "2026-03-03T09:00+00:00")
    async with db.begin() as conn:
        await occurrences.snooze(conn, await newest(db, "U1"), at("2026-03-03T12:00+00:00"))

    async with db.begin() as conn:
        await reminders.edit(conn, number, 1, replace(what, audience=to("U2")), at("2026-03-03T10:00+00:00"))
    await beat(db, "2026-03-03T12:00+00:00")
    await beat(db, "2026-04-03T12:00+00:00")

    assert await sent(db) == ["U1", "U2"]


async def test_snoozing_sends_again_and_done_ends_it(db: Database) -> None:
    """A snoozed occurrence comes again under a key of its own; once done it can be neither snoozed nor done again."""
    await person(db, "UANA")
    await scheduled(db, new(to("UANA"), "2026-03-03T09:00"))
    await beat(db, "2026-03-03T09:00+00:00")
    first = await newest(db, "UANA")
    async with db.begin() as conn:
        snoozed = await occurrences.snooze(conn, first, at("2026-03-03T10:00+00:00"))
        twice = await occurrences.snooze(conn, first, at("2026-03-03T10:00+00:00"))
    await beat(db, "2026-03-03T10:00+00:00")
    second = await newest(db, "UANA")
    async with db.begin() as conn:
        done = await occurrences.mark_done(conn, second, "UANA", MONDAY)
        again = await occurrences.mark_done(conn, second, "UANA", MONDAY)
        late = await occurrences.snooze(conn, second, at("2026-03-03T12:00+00:00"))

    assert (snoozed, twice, done, again, late) == (True, False, True, False, False)
    assert (second.state, second.key) == (Progress.SENT, f"{first.key}:1")
    assert await sent(db) == ["UANA", "UANA"]


async def test_a_moment_that_has_passed_is_not_scheduled(db: Database) -> None:
    """Nothing is stored for a single moment in the past of its own zone."""
    async with db.begin() as conn:
        number = await reminders.schedule(conn, new(to("UANA"), "2026-03-02T09:59"), MONDAY)
        kept = await reminders.all_reminders(conn)

    assert (number, kept) == (None, ())


HEADINGS = "due,to,text,repeat,exact\n"


def file(folder: Path, *lines: str) -> Path:
    path = folder / "reminders.csv"
    path.write_text(HEADINGS + "\n".join(lines), encoding="utf-8")
    return path


async def test_good_rows_are_imported_and_bad_ones_reported(db: Database, tmp_path: Path) -> None:
    """Each bad row is named with its number and reason, and the others are scheduled."""
    path = file(
        tmp_path,
        "2026-03-05T09:00+01:00,troika,Choose the topics,monthly,",
        "2026-03-05,troika,No zone,,",
        "2026-03-05T09:00Z,ana@example.org,=cmd|' /C calc'!A0,,yes",
        "2026-03-01T09:00Z,secretariat,Too late,,",
    )

    report = await reminders.import_file(db, path, MONDAY)

    async with db.read() as conn:
        found = await reminders.all_reminders(conn)
    assert [(each.audience_words, each.rule, each.schedule.exact) for each in found] == [
        ("troika", "monthly", False),
        ("1 person", "", True),
    ]
    assert [(bad.number, bad.reason) for bad in report.bad] == [
        (3, "“due” has no zone; write it like 2026-03-05T09:00+02:00."),
        (5, "The moment in “due” has passed."),
    ]


async def test_the_same_file_again_changes_nothing(db: Database, tmp_path: Path) -> None:
    """A second import adds nothing, also when some of it has happened or was deleted since."""
    path = file(tmp_path, "2026-03-05T09:00Z,troika,One,,", "2026-03-06T09:00Z,troika,Two,weekly,")
    first = await reminders.import_file(db, path, MONDAY)
    async with db.begin() as conn:
        await reminders.delete(conn, 2)

    second = await reminders.import_file(db, path, MONDAY + timedelta(days=30))

    assert (first.added, second.added, second.unchanged, second.bad) == (2, 0, 2, ())


async def test_whether_a_row_has_passed_is_told_by_its_own_offset(db: Database, tmp_path: Path) -> None:
    """9:00 in a zone eight hours behind is still to come at 10:00 UTC of the same day."""
    path = file(tmp_path, "2026-03-02T09:00-08:00,troika,Later today,,")

    report = await reminders.import_file(db, path, MONDAY)

    assert report.added == 1


async def test_every_zone_gets_its_reminder_once_a_working_day(db: Database) -> None:
    """Whatever the zone, and over Oslo's change of clocks, a daily reminder comes once on each working day."""
    zones = {"U1": "Pacific/Kiritimati", "U2": "Europe/Oslo", "U3": "America/New_York", "U4": "Etc/GMT+12"}
    for name, zone in zones.items():
        await person(db, name, zone)
    await scheduled(db, new(to(*zones), "2026-10-22T09:30", Repeat.DAILY))

    for step in range(8 * 10 + 4):
        await beat(db, (at("2026-10-21T18:00+00:00") + timedelta(hours=3 * step)).isoformat())

    assert Counter(await sent(db)) == dict.fromkeys(zones, 7)
