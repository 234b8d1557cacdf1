"""What can go wrong for a person, said so that they know what to do next."""

from typing import ClassVar

from bot.rules.text import Gettext


class Words(tuple[str, ...]):
    """A value in a problem's sentence that is itself made of messages for gettext, shown with commas between them."""

    __slots__ = ()


class Problem(Exception):
    """A refusal or failure that the person who asked must hear about; raising it changes nothing."""

    code: ClassVar[str] = "FOCAL"

    def __init__(self, what: str, advice: str = "", **values: object) -> None:
        """Say `what` went wrong and, in `advice`, what to do; both are shown to the person and may hold no secrets.

        Both are messages for gettext with `{names}`, filled from `values` only after they were translated.
        """
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.values = values

    def __str__(self) -> str:
        """Return what went wrong and what to do, in English."""
        return self.said()

    def said(self, _: Gettext = str) -> str:
        """Return what went wrong and what to do, in the reader's language, as plain text."""
        values = {name: _shown(value, _) for name, value in self.values.items()}
        return " ".join(_(part).format(**values) for part in (self.what, self.advice) if part)


def _shown(value: object, _: Gettext) -> object:
    return ", ".join(map(_, value)) if isinstance(value, Words) else value


class NotAllowed(Problem):
    """The acting person's roles do not include this deed."""

    code = "NOT-ALLOWED"


class NotFound(Problem):
    """The thing that was named does not exist, or may not be seen by this person."""

    code = "NOT-FOUND"


class BadInput(Problem):
    """What was typed cannot be understood or is outside a limit."""

    code = "BAD-INPUT"


class AlreadyDone(Problem):
    """The deed was done before, by this delegation or by a first click of two."""

    code = "ALREADY-DONE"


class Closed(Problem):
    """The thing no longer takes changes."""

    code = "CLOSED"


class Changed(Problem):
    """Somebody else changed the thing since it was shown."""

    code = "CHANGED"
