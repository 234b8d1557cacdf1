"""Surveys: guiding questions put to the network, each a thread, answered by its delegations."""

from handlers import ids
from handlers.listening import Registry
from handlers.surveys import events, listeners, posts
from storage import surveys


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.command(ids.SURVEY, listeners.SURVEY)
    app.view(ids.SURVEY_FORM, listeners.submit_survey)
    app.action(ids.SURVEY_ANSWER, listeners.open_answer)
    app.view(ids.SURVEY_ANSWER_FORM, listeners.submit_answer)
    app.action(ids.SURVEY_RESULTS, listeners.click_results)
    app.action(ids.SURVEY_PREVIOUS, listeners.turn_results)
    app.action(ids.SURVEY_NEXT, listeners.turn_results)
    app.action(ids.SURVEY_CLOSE, listeners.click_close)
    app.event("message", events.on_message)
    app.event("reaction_added", events.on_reaction)
    app.when_due(posts.close_due)
    app.when_posted("survey", surveys.mark_posted)
