"""How a communiqué of the network reads: in English, with the members' formal names and the profile's themes."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.rules import communique
from bot.rules.communique import Text
from bot.rules.countries import Gazetteer, listed_in
from bot.rules.profile import Network
from storage.members import Member


@dataclass(frozen=True)
class Wording:
    """What a text needs to be read: the members by code, and the network's profile."""

    members: Mapping[str, Member]
    network: Network

    def name(self, code: str) -> str:
        """Return a member's formal name."""
        return self.members[code].name if code in self.members else code

    def theme(self, key: str) -> str:
        """Return what a theme is called, nothing for no theme."""
        return self.network.theme_title(key) if key else ""

    def opening(self, text: Text) -> str:
        """Return the opening of a text."""
        return communique.opening(text, self.name, self._is_organisation, self.network.secretariat_name)

    def plain(self, text: Text) -> str:
        """Return the whole text as it is adopted."""
        return communique.plain_text(text, self.opening(text), self.theme)

    def _is_organisation(self, code: str) -> bool:
        return code in self.members and self.members[code].kind == "organisation"

    def listed(self, codes: tuple[str, ...]) -> str:
        """Return members one to a line, in the order of their names, as a form shows them."""
        return "\n".join(sorted((self.name(code) for code in codes), key=str.casefold))

    def codes_in(self, text: str, gazetteer: Gazetteer) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the members in a list that was typed (a line or a comma between them), and what names none of them."""
        return listed_in(text, {code: member.name for code, member in self.members.items()}, gazetteer)
