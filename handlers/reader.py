"""Who reads what Focal says: language, names, dates and zone of one person."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.rules.contacts import SECRETARIAT_MEMBER
from bot.rules.permissions import Actor
from bot.rules.text import Gettext
from bot.rules.workdays import WorkingTime, hours_for
from handlers.listening import Focal, Request
from storage.people import Recipient

Names = Callable[[str], str]
"""Returns what a member is called, in the reader's language, from its code; not escaped."""


@dataclass(frozen=True)
class Reader:
    """Who reads: gettext, the names of members, the locale for dates, and the zone (IANA) moments are shown in."""

    _: Gettext
    names: Names
    locale: str
    zone: str


def reader_of(request: Request, focal: Focal) -> Reader:
    """Return how whoever asked reads."""
    return reader_as(request.actor, request._, focal)


def reader_as(actor: Actor, _: Gettext, focal: Focal) -> Reader:
    """Return how `actor` reads."""
    return Reader(_, _names(focal, actor.locale), actor.locale, actor.zone)


def reader_for(recipient: Recipient, focal: Focal) -> Reader:
    """Return how somebody reads to whom Focal writes unprompted."""
    names = _names(focal, recipient.locale)
    return Reader(focal.translate(recipient.locale), names, recipient.locale, recipient.zone)


def hours_of(actor: Actor, focal: Focal) -> WorkingTime:
    """Return when `actor` works: by the calendar of their country."""
    return hours_for(focal.network.working_hours, actor.member, actor.zone)


def _names(focal: Focal, locale: str) -> Names:
    def name(code: str) -> str:
        if code == SECRETARIAT_MEMBER:
            return focal.network.secretariat_name
        return focal.gazetteer.display_name(code, locale)

    return name
