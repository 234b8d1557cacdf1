"""What the Home tab shows one person, gathered in one read."""

from dataclasses import dataclass, replace
from datetime import date

from bot.rules.contacts import Contact, is_stale, shown_to
from bot.rules.permissions import Actor, Deed, may
from bot.rules.presidency import Presidency
from bot.rules.text import Gettext
from handlers.ask.waiting import what_waits
from handlers.listening import Focal
from storage import contacts, meetings, occurrences, outbox, people, surveys
from storage.database import Conn
from storage.meetings import Meeting
from storage.occurrences import Occurrence
from storage.outbox import Item, State
from storage.people import Recipient
from storage.presidencies import all_presidencies
from storage.surveys import Survey

MOST_SURVEYS = 5


@dataclass(frozen=True)
class Care:
    """What the Secretariat looks after.

    `gaps` are members without a focal point today, `unlinked` contacts that belong to no Slack user, `unverified` how
    many contacts nobody has said to be right for long, `undelivered` messages that were given up, the oldest first.
    """

    gaps: tuple[str, ...]
    unlinked: tuple[Contact, ...]
    unverified: int
    undelivered: tuple[Item, ...]


@dataclass(frozen=True)
class Overview:
    """Everything the Home tab of `actor` is made of; `care` is None for all but the Secretariat.

    `contacts` are those of the own delegation with what the actor may see; nobody has confirmed those in `stale` (ids)
    for longer than the network wishes.
    """

    actor: Actor
    today: date
    network: str
    secretariat: tuple[Recipient, ...]
    waiting: tuple[str, ...]
    due: tuple[Occurrence, ...]
    contacts: tuple[Contact, ...]
    stale: frozenset[int]
    presidencies: tuple[Presidency, ...]
    meeting: Meeting | None
    surveys: tuple[Survey, ...]
    care: Care | None


async def gather(conn: Conn, focal: Focal, actor: Actor, _: Gettext) -> Overview:
    """Return what the Home tab of `actor` shows now."""
    today = focal.now().date()
    own = await contacts.current(conn, today, of=(actor.member,)) if actor.member else ()
    return Overview(
        actor=actor,
        today=today,
        network=_(focal.network.short_name),
        secretariat=await people.secretariat_of(conn, focal.secretariat, today),
        waiting=tuple(await what_waits(conn, focal, actor, _, reminded=False)),
        due=await occurrences.open_for(conn, actor.user_id),
        contacts=tuple(_in_short(shown_to(each, actor, today)) for each in own),
        stale=frozenset(each.id for each in own if is_stale(each, today, focal.network.verification_days)),
        presidencies=await all_presidencies(conn),
        meeting=await meetings.next_meeting(conn, today),
        surveys=await _open_surveys(conn, focal, actor),
        care=await _care(conn, focal, today) if actor.is_secretariat else None,
    )


def _in_short(shown: Contact) -> Contact:
    """Return a contact with what the tab shows of it: how to reach somebody stands on their card."""
    return replace(shown, languages="", zone="", email="", phone="")


async def _open_surveys(conn: Conn, focal: Focal, actor: Actor) -> tuple[Survey, ...]:
    if not (may(actor.roles, Deed.ANSWER) or may(actor.roles, Deed.SEE_NETWORK_FIELDS)):
        return ()
    running = [each for each in await surveys.all_surveys(conn) if each.closed_at is None and each.takes(focal.now())]
    soonest = sorted(running, key=lambda each: each.closes_at)[:MOST_SURVEYS]
    return tuple([await surveys.survey(conn, each.id) for each in soonest])


async def _care(conn: Conn, focal: Focal, today: date) -> Care:
    known = await contacts.current(conn, today)
    return Care(
        gaps=await contacts.gaps(conn, today),
        unlinked=await contacts.unlinked(conn, today),
        unverified=sum(is_stale(each, today, focal.network.verification_days) for each in known),
        undelivered=tuple(await outbox.in_state(conn, State.DEAD)),
    )
