"""What people do in Slack: one folder a capability."""

from handlers import ask, communique, contacts, home, meetings, people, recommendations, surveys, troika
from handlers.listening import Registry

ROOMS = (ask, contacts, surveys, recommendations, troika, meetings, communique, home, people)


def register(app: Registry) -> None:
    """Have every room add its lines to the table."""
    for room in ROOMS:
        room.register(app)
