"""Meetings: the next one, those there were, what each was about, and how one is planned."""

from handlers import ids
from handlers.listening import Registry
from handlers.meetings import attendance, calendar, listeners, planning, steps, topics


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.command(ids.MEETING, listeners.MEETING)
    app.action(ids.MEETING_OLDER, listeners.turn_page)
    app.action(ids.MEETING_NEWER, listeners.turn_page)
    app.action(ids.MEETING_SHOW, listeners.click_show)
    app.action(ids.MEETING_EDIT, planning.click_edit)
    app.view(ids.MEETING_FORM, planning.save)
    app.action(ids.MEETING_COMING, attendance.say_yes)
    app.action(ids.MEETING_PERHAPS, attendance.say_perhaps)
    app.action(ids.MEETING_NOT_COMING, attendance.say_no)
    app.action(ids.MEETING_WHO, attendance.show)
    app.action(ids.MEETING_CALENDAR, calendar.click_calendar)
    app.action(ids.MEETING_STEP_DONE, steps.mark_done)
    app.action(ids.MEETING_TOPICS, topics.click_list)
    app.action(ids.TOPIC_EARLIER, topics.click_list)
    app.action(ids.TOPIC_LATER, topics.click_list)
    app.action(ids.TOPIC_FORM_OPEN, topics.open_form)
    app.view(ids.TOPIC_FORM, topics.propose)
    app.action(ids.TOPIC_SUPPORT, topics.support)
    app.action(ids.TOPIC_WITHDRAW, topics.withdraw)
    app.action(ids.TOPIC_CHOOSE, topics.choose)
    app.action(ids.TOPIC_SET_ASIDE, topics.set_aside)
    app.action(ids.TOPIC_REOPEN, topics.reopen)
