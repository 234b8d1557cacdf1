"""What people do in Slack: one folder a capability."""

import importlib
from importlib.util import find_spec

from handlers.listening import Registry

# INTERIM: rooms are still being built side by side; the final table imports them plainly.
ROOMS = ("ask", "contacts", "surveys", "recommendations", "troika", "meetings", "communique", "home", "people")


def register(app: Registry) -> None:
    """Have every room add its lines to the table."""
    for room in ROOMS:
        if find_spec(f"handlers.{room}") is not None:
            importlib.import_module(f"handlers.{room}").register(app)
