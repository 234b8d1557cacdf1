"""Meetings: the next one, those there were, what each was about, and how one is planned."""

from handlers import ids
from handlers.listening import Registry
from handlers.meetings import listeners, planning


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.command(ids.MEETING, listeners.MEETING)
    app.action(ids.MEETING_OLDER, listeners.turn_page)
    app.action(ids.MEETING_NEWER, listeners.turn_page)
    app.action(ids.MEETING_SHOW, listeners.click_show)
    app.action(ids.MEETING_EDIT, planning.click_edit)
    app.view(ids.MEETING_FORM, planning.save)
