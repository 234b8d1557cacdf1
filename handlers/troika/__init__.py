"""The Troika: who presides and when that changes, what is due, and the reminders that say so."""

from handlers import ids
from handlers.listening import Registry
from handlers.troika import due, duties, hand_over, listeners, recipients, reminding


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
    app.action(ids.REMINDER_EDIT, reminding.edit)
    app.action(ids.REMINDER_GROUP, reminding.choose)
    app.action(ids.REMINDER_REPEAT, reminding.choose)
    app.action(ids.REMINDER_DONE, recipients.mark_done)
    app.action(ids.REMINDER_HOUR, recipients.for_an_hour)
    app.action(ids.REMINDER_TOMORROW, recipients.until_tomorrow)
    app.action(ids.REMINDER_WORKING_DAY, recipients.until_working_day)
    app.action(ids.REMINDER_LATER_ON, recipients.open_snooze)
    app.view(ids.REMINDER_SNOOZE_FORM, recipients.snooze_until)
    app.action(ids.REMINDER_HAND, recipients.open_handing)
    app.view(ids.REMINDER_HAND_FORM, recipients.hand_on)
    app.action(ids.REMINDER_REFUSE, recipients.refuse)
    app.action(ids.HAND_OVER_FILE, hand_over.send_file)
    app.when_due(due.remind)
    app.when_due(hand_over.prepare)
