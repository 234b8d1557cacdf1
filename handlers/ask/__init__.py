"""Questions and answers, and what waits for a person."""

from handlers import ids
from handlers.ask import clicks, desk, listeners, uploads
from handlers.listening import Registry


def register(app: Registry) -> None:
    """Add this room's listeners to the table."""
    app.command(ids.ASK, listeners.ask)
    app.event("message", listeners.on_message)
    app.event("app_mention", listeners.on_mention)
    app.when_posted("answer", listeners.on_posted)
    for choice in ids.ASK_MEMBERS:
        app.action(choice, clicks.choose)
    app.action(ids.ASK_HELPED, clicks.helped)
    app.action(ids.ASK_DID_NOT_HELP, clicks.did_not_help)
    app.action(ids.ASK_SHARE, clicks.share)
    app.action(ids.ASK_SECRETARIAT, clicks.ask_secretariat)
    app.when_posted("question", desk.on_posted)
    app.action(ids.QUESTION_DONE, desk.settle)
    app.action(ids.QUESTION_KEEP, desk.open_form)
    app.view(ids.QUESTION_FORM, desk.keep_practice)
    app.view(ids.PRACTICE_FORM, desk.add_practice)
    app.event("message", uploads.on_file)
    app.action(ids.DOCUMENT_PREVIEW, uploads.preview)
    app.action(ids.DOCUMENT_IMPORT, uploads.import_it)
    app.action(ids.QUESTION_EARLIER, desk.turn_page)
    app.action(ids.QUESTION_LATER, desk.turn_page)
