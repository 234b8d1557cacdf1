"""The directory: who serves which member in which role, found, kept true and taken along."""

from handlers import ids
from handlers.contacts import erasing, forms, listeners, privacy, uploads, verifying
from handlers.listening import Registry


def register(app: Registry) -> None:
    """Add the listeners of this room."""
    app.command(ids.CONTACTS, listeners.CONTACTS)
    app.action(ids.CONTACT_OPEN, listeners.open_contact)
    app.action(ids.CONTACT_CHOOSE, listeners.choose)
    app.action(ids.CONTACT_PREVIOUS, listeners.turn_page)
    app.action(ids.CONTACT_NEXT, listeners.turn_page)
    app.action(ids.CONTACT_HISTORY, listeners.open_history)
    app.action(ids.CONTACT_EARLIER, listeners.turn_history)
    app.action(ids.CONTACT_LATER, listeners.turn_history)
    app.action(ids.CONTACT_VERIFY, listeners.click_verify)
    app.action(ids.CONTACT_EDIT, forms.click_edit)
    app.action(ids.CONTACT_ADD, forms.click_add)
    app.view(ids.CONTACT_ADD_FORM, forms.submit_add)
    app.view(ids.CONTACT_EDIT_FORM, forms.submit_edit)
    app.action(ids.CONTACT_AUDIENCE, privacy.open_audience)
    app.view(ids.CONTACT_AUDIENCE_FORM, privacy.submit_audience)
    app.action(ids.CONTACT_SEEN, listeners.click_who_saw_mine)
    app.action(ids.CONTACT_ERASE, erasing.choose)
    app.view(ids.CONTACT_ERASE_FORM, erasing.submit)
    app.event("message", uploads.on_file)
    app.action(ids.CONTACT_FILE_PREVIEW, uploads.preview)
    app.action(ids.CONTACT_FILE_IMPORT, uploads.import_it)
    app.when_due(verifying.ask_people)
    app.when_due(verifying.tell_silent)
    app.when_due(verifying.forget_sightings)
