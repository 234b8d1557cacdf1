"""Recommendations, practices and lessons: proposed, endorsed once per delegation, and decided on."""

from handlers import ids
from handlers.listening import Registry
from handlers.recommendations import confirming, events, follow_up, listeners, posts


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.command(ids.RECOMMEND, listeners.recommend)
    app.shortcut(ids.RECOMMEND_MESSAGE, listeners.propose_message)
    app.view(ids.RECOMMENDATION_FORM, listeners.submit_proposal)
    app.view(ids.RECOMMENDATION_ANYWAY_FORM, listeners.submit_anyway)
    app.action(ids.RECOMMENDATION_ENDORSE_INSTEAD, listeners.endorse_instead)
    app.action(ids.RECOMMENDATION_SHOW, listeners.click_show)
    app.action(ids.RECOMMENDATION_NEWER, listeners.turn_page)
    app.action(ids.RECOMMENDATION_OLDER, listeners.turn_page)
    app.action(ids.RECOMMENDATION_HISTORY, listeners.show_history)
    app.action(ids.RECOMMENDATION_ENDORSE, listeners.endorse)
    app.action(ids.RECOMMENDATION_ENDORSE_SHARED, listeners.endorse_shared)
    app.action(ids.RECOMMENDATION_UNENDORSE, listeners.withdraw_endorsement)
    app.action(ids.RECOMMENDATION_WITHDRAW, listeners.take_back)
    app.action(ids.RECOMMENDATION_REVIEW, listeners.take_under_review)
    app.action(ids.RECOMMENDATION_ACCEPT, listeners.accept)
    app.action(ids.RECOMMENDATION_DECLINE, listeners.open_decline)
    app.view(ids.RECOMMENDATION_DECLINE_FORM, listeners.submit_decline)
    app.action(ids.RECOMMENDATION_EDIT, listeners.open_edit)
    app.view(ids.RECOMMENDATION_EDIT_FORM, listeners.submit_edit)
    app.action(ids.RECOMMENDATION_QUEUE_ACCEPT, listeners.accept_queued)
    app.action(ids.RECOMMENDATION_QUEUE_REVIEW, listeners.review_queued)
    app.action(ids.RECOMMENDATION_COMPARE, listeners.open_merge)
    app.view(ids.RECOMMENDATION_MERGE_FORM, listeners.submit_merge)
    app.action(ids.RECOMMENDATION_ANSWER, listeners.propose_answer)
    app.action(ids.SUGGESTION_CONFIRM, confirming.confirm)
    app.action(ids.SUGGESTION_CHANGE, confirming.open_change)
    app.view(ids.SUGGESTION_FORM, confirming.submit_change)
    app.action(ids.SUGGESTION_REFUSE, confirming.refuse)
    app.action(ids.PROGRESS_ASK, follow_up.open_ask)
    app.view(ids.PROGRESS_ASK_FORM, follow_up.submit_ask)
    for action_id, listener in follow_up.BUTTONS.items():
        app.action(action_id, listener)
    app.view(ids.PROGRESS_FORM, follow_up.submit_report)
    app.action(ids.PROGRESS_VALIDATE, follow_up.validate)
    app.event("reaction_added", events.on_reaction)
    app.event("message", events.on_message)
    app.when_due(posts.fill_links)
