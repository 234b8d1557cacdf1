"""From what somebody typed to the contacts they may see: as it stands first, then with typing errors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.rules.contact_search import Search, as_words, matches, mistyped, nearest, nearly
from bot.rules.contacts import Contact, shown_to
from bot.rules.countries import Unknown
from bot.rules.permissions import Actor
from handlers.listening import Focal
from storage import contacts
from storage.database import Conn


@dataclass(frozen=True)
class Found:
    """What a search found, as the asker may see it.

    `missing` are members that were named and have nobody of the kind that was asked for. Where nobody was found at all,
    `people` and `members` (codes) are the nearest names. `unclear` are the members that a mistyped name may mean.
    """

    search: Search
    contacts: tuple[Contact, ...] = ()
    missing: tuple[str, ...] = ()
    people: tuple[Contact, ...] = ()
    members: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


async def look_up(conn: Conn, focal: Focal, actor: Actor, search: Search) -> Found:
    """Return whom `search` finds. A field that the asker may not see finds nobody for them."""
    looking = _Looking(conn, focal, actor)
    for reading, match in ((search, _exactly), (as_words(search), _exactly), (search, _nearly)):
        found = await looking.met(reading, match) if reading.words or reading is search else []
        if found:
            return Found(search, tuple(found), looking.missing(reading, found))
    corrected = mistyped(search, focal.gazetteer)
    if corrected is not None and corrected.unclear:
        return Found(corrected, unclear=corrected.unclear)
    if corrected is not None:
        found = await looking.met(corrected, _exactly)
        return Found(corrected, tuple(found), looking.missing(corrected, found))
    if search.members and not search.words:
        return Found(search, missing=search.members)
    return await looking.nearest(search)


Match = Callable[[Sequence[Contact], Search], list[Contact]]


def _exactly(shown: Sequence[Contact], search: Search) -> list[Contact]:
    return [each for each in shown if matches(each, search.words)]


def _nearly(shown: Sequence[Contact], search: Search) -> list[Contact]:
    return nearly(shown, search.words)


@dataclass(frozen=True)
class _Looking:
    """Looks into the directory for one person."""

    conn: Conn
    focal: Focal
    actor: Actor

    async def met(self, search: Search, match: Match) -> list[Contact]:
        """Return the contacts that meet a search."""
        if search.is_empty:
            return []
        shown = [each for each in await self._shown(search) if not search.languages or _speaks(each, search.languages)]
        return match(shown, search)

    async def _shown(self, search: Search) -> list[Contact]:
        today = self.focal.now().date()
        found = await contacts.current(self.conn, today, of=search.members, roles=search.roles, regions=search.regions)
        return [shown_to(each, self.actor, today) for each in found]

    def missing(self, search: Search, found: Sequence[Contact]) -> tuple[str, ...]:
        """Return the members that were asked for and have nobody among those found."""
        if search.words:
            return ()
        covered = {each.member for each in found}
        return tuple(code for code in search.members if code not in covered)

    async def nearest(self, search: Search) -> Found:
        """Return the nearest names, where nobody was found."""
        near = self.focal.gazetteer.resolve(search.text)
        codes = [code for code, _ in near.nearest] if isinstance(near, Unknown) else []
        people = nearest(await self._shown(Search(search.text)), search.text)
        return Found(search, people=tuple(people), members=tuple(codes))


def _speaks(shown: Contact, languages: Sequence[str]) -> bool:
    return not set(languages).isdisjoint(shown.language_codes)
