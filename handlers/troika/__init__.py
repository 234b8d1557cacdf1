"""The Troika: who presides and when that changes, what is due, and the reminders that say so."""

from handlers import ids
from handlers.listening import Registry
from handlers.troika import due, duties, listeners, reminding


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.command(ids.TROIKA, listeners.TROIKA)
    app.action(ids.TROIKA_SET, listeners.set_presidency)
    app.action(ids.TROIKA_OLDER, listeners.turn_history)
    app.action(ids.TROIKA_NEWER, listeners.turn_history)
    app.action(ids.DUTY_DONE, duties.mark_done)
    app.action(ids.DUTY_CHANGE, duties.open_form)
    app.view(ids.DUTY_FORM, duties.change)
    app.action(ids.DUTY_EARLIER, duties.turn_page)
    app.action(ids.DUTY_LATER, duties.turn_page)
    app.view(ids.REMINDER_FORM, reminding.look_over)
    app.view(ids.REMINDER_SAVE, reminding.save)
    app.action(ids.REMINDER_CHANGE, reminding.change)
    app.action(ids.REMINDER_PAUSE, reminding.pause)
    app.action(ids.REMINDER_RESUME, reminding.resume)
    app.action(ids.REMINDER_DELETE, reminding.delete)
    app.action(ids.REMINDER_EARLIER, reminding.turn_page)
    app.action(ids.REMINDER_LATER, reminding.turn_page)
    app.action(ids.REMINDER_DONE, due.mark_done)
    app.action(ids.REMINDER_HOUR, due.for_an_hour)
    app.action(ids.REMINDER_TOMORROW, due.until_tomorrow)
    app.action(ids.REMINDER_WORKING_DAY, due.until_working_day)
    app.when_due(due.remind)
