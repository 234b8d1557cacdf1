"""The languages Focal speaks: gettext catalogues, read from their sources at start."""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from bot.rules.text import Gettext

LOCALES = Path(__file__).parent / "locale"


def translator(locale: str) -> Gettext:
    """Return what turns an English message into the language of `locale` (an IETF tag), message by message.

    A message that has no translation, or only a doubtful one, stays English: a wrong word is worse than a foreign one.
    """
    return _catalogue(locale.replace("_", "-").split("-")[0].lower())


def load_catalogues() -> None:
    """Read every catalogue, so that the first person of each language does not wait for it."""
    for path in LOCALES.glob("*/LC_MESSAGES/focal.po"):
        _catalogue(path.parts[-3])


@cache
def _catalogue(language: str) -> Gettext:
    path = LOCALES / language / "LC_MESSAGES" / "focal.po"
    if not path.is_file():
        return str
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    known = {m.id: m.string for m in catalogue if m.id and m.string and not m.fuzzy and isinstance(m.id, str)}
    return lambda message: str(known.get(message, message))
