"""Questions and answers, and what waits for a person."""

from handlers import ids
from handlers.ask import listeners
from handlers.listening import Registry


def register(app: Registry) -> None:
    """Add this room's listeners to the table."""
    app.command(ids.ASK, listeners.ask)
    app.action(ids.ASK_SECRETARIAT, listeners.ask_secretariat)
    app.event("message", listeners.on_message)
    app.event("app_mention", listeners.on_mention)
