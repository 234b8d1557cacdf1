"""The one place that tells the time, so that the demo and the tests can move it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the present moment as aware UTC, shifted by what was jumped."""

    def __init__(self, start: datetime | None = None) -> None:
        """Start at `start` and stand still there until moved; without it, follow the machine's clock."""
        self._frozen = start
        self._shift = timedelta()
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return (self._frozen or datetime.now(UTC)) + self._shift

    def jump(self, to: datetime) -> None:
        """Move to the moment `to` (aware) and tell everybody who asked; ValueError for a moment that has passed."""
        step = to - self.now()
        if step < timedelta():
            # Slack's timestamps and every stored moment only grow; a clock that went back would break their order.
            raise ValueError("the clock only goes forward")
        self._shift += step
        for listener in self._listeners:
            listener()

    def advance(self, **by: float) -> None:
        """Move forward by a `timedelta` given in words, for example `hours=2`."""
        self.jump(self.now() + timedelta(**by))

    def on_jump(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every jump."""
        self._listeners.append(listener)
