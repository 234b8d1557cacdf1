"""What people do with the Troika: look at it, at its history, and set a presidency."""

from datetime import date

from bot.rules.dates import day_words
from bot.rules.permissions import Deed, may, require
from bot.rules.presidency import Presidency, timeline
from bot.rules.problems import AlreadyDone, BadInput, Changed
from bot.rules.rotation import (
    RightsChange,
    Setting,
    Which,
    fingerprint,
    overlapping,
    read_setting,
    rights_changes,
)
from handlers.listening import Answer, Click, Command, Focal, Replace, Reply, Request, Subcommands
from handlers.reader import reader_of
from handlers.troika import calling, duty_views, hand_over, reminder_views, reminding, views
from handlers.troika.duties import list_duties
from storage import audit, duties, occurrences, people, presidencies, reminders
from storage.database import Conn
from storage.members import all_members

USAGE = "call [MINUTES] | duties | remind | reminders | hand-over | history | set YEAR MEMBER [MEMBER]"
SOON = 5
"""Reminders shown under the Troika; the list has them all."""


async def show(command: Command, focal: Focal) -> Answer:
    """Show the Troika, what is due for the asker, hand-over and duties; to the Troika also what is scheduled."""
    reader = reader_of(command, focal)
    async with focal.db.read() as conn:
        known = await presidencies.all_presidencies(conn)
        due = await occurrences.open_for(conn, command.actor.user_id)
        held = await duties.all_duties(conn)
        known_people = await people.by_ids(conn, duty_views.people_in(held))
        planned = await reminders.all_reminders(conn) if may(command.actor.roles, Deed.SCHEDULE) else None
    names = {each.user_id: each.name for each in known_people}
    hours = focal.network.working_hours
    return Reply(
        *views.build_troika(
            reader,
            known,
            focal.now().date(),
            duties=[duty_views.line(reader, each, names, focal.now(), hours) for each in held],
            due=[reminder_views.due_line(reader, each) for each in due],
            scheduled=None if planned is None else [reminder_views.line(reader, each) for each in planned[:SOON]],
        )
    )


async def history(command: Command, focal: Focal) -> Answer:
    """Show every known presidency with its source, and the years that are not known."""
    return Reply(*await _history(command, focal, 0))


async def turn_history(click: Click, focal: Focal) -> Answer:
    """Show another page of the presidencies in place of the one that was shown."""
    return Replace(*await _history(click, focal, int(click.value) if click.value.isdecimal() else 0))


async def _history(request: Request, focal: Focal, start: int) -> views.Words:
    async with focal.db.read() as conn:
        known = await presidencies.all_presidencies(conn)
    return views.build_history(reader_of(request, focal), timeline(known, focal.now().date()), start)


async def preview_setting(command: Command, focal: Focal) -> Answer:
    """Show who would gain and lose what, with the button that sets the presidency."""
    require(command.actor, Deed.SET_PRESIDENCY)
    reader = reader_of(command, focal)
    async with focal.db.read() as conn:
        setting = read_setting(command.text, focal.gazetteer, await all_members(conn))
        if isinstance(setting, Which):
            return Reply(*views.build_which(reader, setting, command.text))
        known = await presidencies.all_presidencies(conn)
        before = _checked(setting, known)
        changes = rights_changes(known, setting.applied_to(known), focal.now().date())
        affected = await _people(conn, changes, focal.now().date())
    claim = "|".join(
        (
            setting.label,
            setting.starts_on.isoformat(),
            setting.ends_on.isoformat(),
            ",".join(setting.members),
            fingerprint(known),
        )
    )
    return Reply(*views.build_preview(reader, setting, before, changes, affected, claim))


def _checked(setting: Setting, known: tuple[Presidency, ...]) -> Presidency | None:
    """Return what stands under the label now; refuse what is so already, and two presidencies at once."""
    other = overlapping(setting, known)
    if other is not None:
        raise BadInput(
            "This shares days with the presidency {label} ({first} until {last}).",
            "Set that one first, or give other days: /wps-troika set 2027 Uruguay from 2027-07-01 until 2028-06-30",
            label=other.label,
            first=day_words(other.starts_on),
            last=day_words(other.ends_on),
        )
    before = next((each for each in known if each.label == setting.label), None)
    if _says(before, setting):
        raise AlreadyDone("The presidency {label} is set so already.", "Nothing has changed.", label=setting.label)
    return before


def _says(known: Presidency | None, setting: Setting) -> bool:
    if known is None or not setting.members:
        return known is None and not setting.members
    return (known.starts_on, known.ends_on, known.members) == (setting.starts_on, setting.ends_on, setting.members)


async def _people(conn: Conn, changes: tuple[RightsChange, ...], today: date) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for member in dict.fromkeys(change.member for change in changes):
        found[member] = [each.name for each in await people.voices_of(conn, [member], today)]
    return found


async def set_presidency(click: Click, focal: Focal) -> Answer:
    """Set the presidency that was previewed, unless what is known has changed since."""
    require(click.actor, Deed.SET_PRESIDENCY)
    setting, seen = _claimed(click.value)
    now = focal.now()
    async with focal.db.begin() as conn:
        await presidencies.lock(conn)
        known = await presidencies.all_presidencies(conn)
        if not set(setting.members) <= (await all_members(conn)).keys():
            raise BadInput("This button names a member that I do not know.", "Type the command again.")
        before = _checked(setting, known)
        if fingerprint(known) != seen:
            raise Changed("The presidencies have changed since this was shown.", "Type the command again.")
        await _set(conn, setting, now.date())
        await audit.note(
            conn,
            now,
            click.actor.user_id,
            "set presidency",
            f"presidency {setting.label}",
            before=list(before.members) if before else [],
            after=list(setting.members),
            starts_on=setting.starts_on.isoformat(),
            ends_on=setting.ends_on.isoformat(),
        )
    return Replace(*views.build_set(reader_of(click, focal), setting))


async def _set(conn: Conn, setting: Setting, today: date) -> None:
    if not setting.members:
        await presidencies.forget_presidency(conn, setting.label)
        return
    source = f"Recorded by the Secretariat on {day_words(today)}"
    await presidencies.set_presidency(conn, setting.label, setting.starts_on, setting.ends_on, setting.members, source)


def _claimed(value: str) -> tuple[Setting, str]:
    """Return what a button carries: the setting, and what was known when it was shown."""
    try:
        label, starts_on, ends_on, members, seen = value.split("|")
        codes = tuple(members.split(",")) if members else ()
        return Setting(label[:40], date.fromisoformat(starts_on), date.fromisoformat(ends_on), codes[:2]), seen
    except ValueError:
        raise BadInput("This button is damaged.", "Type the command again.") from None


TROIKA = Subcommands(
    {
        "call": calling.propose,
        "duties": list_duties,
        "remind": reminding.open_form,
        "reminders": reminding.list_reminders,
        "hand-over": hand_over.show,
        "history": history,
        "set": preview_setting,
    },
    default=show,
    usage=f"/wps-troika {USAGE}",
)
