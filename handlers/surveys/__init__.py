"""Surveys: guiding questions put to the network, each a thread, answered by its delegations."""

from handlers import ids
from handlers.listening import Registry
from handlers.surveys import answering, events, listeners, making, posts, reminding
from storage import surveys


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.command(ids.SURVEY, listeners.SURVEY)
    app.view(ids.SURVEY_FORM, making.submit_survey)
    app.action(ids.SURVEY_DRAFT, making.click_draft)
    app.view(ids.SURVEY_DRAFT_FORM, making.submit_draft)
    app.action(ids.SURVEY_DRAFT_CHANGE, making.change_draft)
    app.action(ids.SURVEY_DRAFT_ADD, making.add_question)
    app.view(ids.SURVEY_QUESTION_FORM, making.submit_question)
    app.action(ids.SURVEY_DRAFT_SETTINGS, making.open_settings)
    app.view(ids.SURVEY_SETTINGS_FORM, making.submit_settings)
    app.action(ids.SURVEY_DRAFT_PREVIEW, making.preview)
    app.action(ids.SURVEY_DRAFT_DISCARD, making.discard)
    app.action(ids.SURVEY_ANSWER, answering.open_answer)
    app.view(ids.SURVEY_ANSWER_FORM, answering.submit_answer)
    app.action(ids.SURVEY_PICK, answering.pick)
    for each in ids.SURVEY_PICKS:
        app.action(each, answering.pick)
    app.action(ids.SURVEY_TAKE_BACK, answering.take_back)
    app.action(ids.SURVEY_DECLINE, reminding.open_decline)
    app.view(ids.SURVEY_DECLINE_FORM, reminding.submit_decline)
    app.action(ids.SURVEY_RESULTS, listeners.click_results)
    app.action(ids.SURVEY_PREVIOUS, listeners.turn_results)
    app.action(ids.SURVEY_NEXT, listeners.turn_results)
    app.action(ids.SURVEY_CLOSE, listeners.click_close)
    app.action(ids.SURVEY_POST_AGAIN, listeners.post_again)
    app.event("message", events.on_message)
    app.event("reaction_added", events.on_reaction)
    app.event("reaction_removed", events.on_reaction_removed)
    for due in (
        posts.begin_due,
        posts.ask_due,
        posts.close_due,
        posts.refresh_due,
        posts.clear_due,
        reminding.remind_due,
    ):
        app.when_due(due)
    app.when_posted("survey", surveys.mark_posted)
