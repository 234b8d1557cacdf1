"""Meetings: the next one, those there were, and what each was about."""

from handlers import ids
from handlers.listening import Registry
from handlers.meetings import listeners


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.command(ids.MEETING, listeners.MEETING)
    app.action(ids.MEETING_OLDER, listeners.turn_page)
    app.action(ids.MEETING_NEWER, listeners.turn_page)
