"""The Home tab: what waits for a person, their delegation, the Troika, the next meeting."""

from handlers import ids
from handlers.home import listeners
from handlers.listening import Registry


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.event("app_home_opened", listeners.on_opened)
    app.action(ids.HOME_DONE, listeners.mark_done)
    app.action(ids.HOME_VERIFY, listeners.verify)
    app.action(ids.HOME_SEND_AGAIN, listeners.send_again)
    app.action(ids.HOME_ASK, listeners.open_ask)
    app.view(ids.HOME_ASK_FORM, listeners.ask)
