"""The words for what is in a contact: headings, roles, regions and languages in the six official languages."""

import pickle
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.rules.contacts import ContactRole
from bot.rules.countries import fold

WORDS = Path(__file__).parent / "contact_words.yaml"
OFFICIAL = ("en", "fr", "es", "ru", "ar", "zh")
OWN_NAMES = (
    "de", "pt", "it", "nl", "sv", "no", "da", "fi", "is", "pl", "cs", "uk", "tr", "fa", "sw", "ja", "ko", "hi", "bn",
)  # fmt: skip
"""Languages that are understood under their own name too."""
UN_CITIES = (
    "America/New_York",
    "Europe/Zurich",
    "Europe/Vienna",
    "Africa/Nairobi",
    "Africa/Addis_Ababa",
    "Europe/Brussels",
)
"""Zones of New York, Geneva, Vienna, Nairobi, Addis Ababa and Brussels: where many who serve a member work."""


@cache
def words() -> Mapping[str, Any]:
    """Return the file of words as it is written."""
    found: dict[str, Any] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return found


@cache
def headings() -> Mapping[str, str]:
    """Return the field that each folded heading of a table stands for."""
    return _turned(words()["headings"])


@cache
def role_words() -> Mapping[str, tuple[ContactRole, ...]]:
    """Return the roles that each folded word or phrase means."""
    found = {word: (ContactRole(role),) for word, role in _turned(words()["roles"]).items()}
    return found | {
        word: tuple(map(ContactRole, roles.split(", "))) for word, roles in _turned(words()["several_roles"]).items()
    }


@cache
def region_words() -> Mapping[str, tuple[str, ...]]:
    """Return the regional groups that each folded word or phrase means."""
    found = {word: (region,) for word, region in _turned(words()["regions"]).items()}
    return found | {word: tuple(regions.split(", ")) for word, regions in _turned(words()["several_regions"]).items()}


@cache
def language_words() -> Mapping[str, str]:
    """Return the ISO 639 code that each folded name of a language means, in the official languages and in its own."""
    found = {fold(name): code for code, names in words()["language_names"].items() for name in names}
    for official in OFFICIAL:
        for code, name in _language_names(official).items():
            found.setdefault(fold(name), code)
    codes = [code for code in _language_names("en") if code.isalpha() and len(code) <= 3]
    for code in codes:
        found.setdefault(code, code)
    for code in OWN_NAMES:
        found.setdefault(fold(_language_names(code).get(code, code)), code)
    return found


def _language_names(language: str) -> Mapping[str, str]:
    """Return the names of languages by code in one language, from the data file that Babel carries.

    Babel's own loader merges each file with its parents, which takes ten times as long.
    """
    from babel.localedata import resolve_locale_filename

    with Path(resolve_locale_filename(language)).open("rb") as file:
        names: Mapping[str, str] = pickle.load(file)["languages"]  # noqa: S301  # shipped inside the package
    return names


def language_name(code: str, locale: str = "en") -> str:
    """Return what a language is called in the language of `locale` (an IETF tag), or its code."""
    from babel import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(locale.replace("_", "-"), sep="-").languages.get(code, code))
    except (UnknownLocaleError, ValueError):
        return str(Locale("en").languages.get(code, code))


@cache
def zones_of(code: str) -> tuple[str, ...]:
    """Return the IANA zones of a State (ISO 3166-1 alpha-2) and of the cities where it has people at the UN.

    Source: the tz database's table of zones and their countries.
    """
    from importlib.resources import files

    lines = files("tzdata.zoneinfo").joinpath("zone1970.tab").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return tuple(dict.fromkeys([*(row[2] for row in rows if code in row[0].split(",")), *UN_CITIES]))


@cache
def folded(section: str) -> frozenset[str]:
    """Return the words of a plain list, folded."""
    return frozenset(fold(word) for word in words()[section])


def _turned(listed: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {fold(word): meaning for meaning, found in listed.items() for word in found}
