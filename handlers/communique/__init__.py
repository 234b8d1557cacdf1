"""Communiqués: the texts the network has issued together."""

from handlers import ids
from handlers.communique import listeners
from handlers.listening import Registry


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.command(ids.COMMUNIQUE, listeners.communique)
