"""Communiqués: the texts the network has issued together, those it drafts, and the silence they go under."""

from handlers import ids
from handlers.communique import listeners, posts, rounds
from handlers.listening import Registry, Subcommands
from storage import silence

COMMANDS = Subcommands(
    {
        "draft": listeners.open_draft,
        "silence": rounds.open_start,
        "status": rounds.status,
        "compare": listeners.compare,
        "export": listeners.export,
    },
    default=listeners.communique,
)


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.command(ids.COMMUNIQUE, COMMANDS)
    app.view(ids.COMMUNIQUE_DRAFT_FORM, listeners.submit_draft)
    app.action(ids.COMMUNIQUE_EARLIER, listeners.turn_page)
    app.action(ids.COMMUNIQUE_LATER, listeners.turn_page)
    app.action(ids.COMMUNIQUE_OPENING, listeners.open_opening)
    app.view(ids.COMMUNIQUE_OPENING_FORM, listeners.submit_opening)
    app.action(ids.COMMUNIQUE_CLAUSE, listeners.open_clause)
    app.action(ids.COMMUNIQUE_ADD, listeners.open_new_clause)
    app.view(ids.COMMUNIQUE_CLAUSE_FORM, listeners.submit_clause)
    app.action(ids.COMMUNIQUE_COMPARE, listeners.click_compare)
    app.action(ids.COMMUNIQUE_ASSOCIATE, listeners.associate)
    app.action(ids.COMMUNIQUE_DISSOCIATE, listeners.dissociate)
    app.action(ids.SILENCE_START, rounds.click_start)
    app.view(ids.SILENCE_FORM, rounds.submit_start)
    app.action(ids.SILENCE_OPEN, rounds.open_text)
    app.action(ids.SILENCE_BREAK, rounds.open_break)
    app.view(ids.SILENCE_BREAK_FORM, rounds.submit_break)
    app.action(ids.SILENCE_STATUS, rounds.click_status)
    app.action(ids.SILENCE_MOVE, rounds.open_move)
    app.view(ids.SILENCE_MOVE_FORM, rounds.submit_move)
    app.action(ids.SILENCE_WITHDRAW, rounds.open_withdraw)
    app.view(ids.SILENCE_WITHDRAW_FORM, rounds.submit_withdraw)
    app.action(ids.SILENCE_CONFIRM, rounds.open_confirm)
    app.view(ids.SILENCE_CONFIRM_FORM, rounds.submit_confirm)
    app.action(ids.SILENCE_ADMIT, rounds.admit)
    app.when_due(posts.close_due)
    app.when_due(posts.remind_due)
    app.when_posted("silence", silence.mark_delivered)
