"""People as Slack tells of them: new names and addresses, and who left."""

from handlers.listening import Registry
from handlers.people import events


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.event("user_change", events.on_change)
