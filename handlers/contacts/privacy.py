"""Who may see which field of a contact: for its person to say, or for the Secretariat on their word."""

from datetime import date

from bot.rules.contact_rows import read_date
from bot.rules.contacts import AUDIENCES, OWN_AUDIENCE, Audience, is_own, require_choose_audience, widens
from bot.rules.problems import BadInput
from handlers.contacts import form_views
from handlers.contacts.forms import claimed
from handlers.listening import Answer, Click, Errors, Focal, Modal, Reply, Submission, number_in
from handlers.reader import reader_of
from storage import contacts


async def open_audience(click: Click, focal: Focal) -> Answer:
    """Open the form that chooses who may see what."""
    async with focal.db.read() as conn:
        held = await contacts.contact(conn, number_in(click.value, "/wps-contacts"))
    require_choose_audience(click.actor, held)
    own = is_own(click.actor, held)
    return Modal(form_views.build_audience(reader_of(click, focal), held, own=own))


async def submit_audience(submission: Submission, focal: Focal) -> Answer:
    """Save who may see what, with the day of consent: today where its person chose, else the day that they agreed."""
    contact_id, version = claimed(submission.private_metadata)
    actor, now = submission.actor, focal.now()
    chosen = {name: _audience(submission.values.get(name), name) for name in OWN_AUDIENCE}
    async with focal.db.begin() as conn:
        held = await contacts.contact(conn, contact_id, lock=True)
        require_choose_audience(actor, held)
        consent_on = now.date() if is_own(actor, held) else _consent(submission, now.date())
        if consent_on is None and widens(chosen):
            return Errors({"consent": submission._("More people would see a field: on which day did they agree?")})
        stored = await contacts.set_audiences(conn, contact_id, version, chosen, consent_on, actor.user_id, now)
    return Reply(*form_views.build_audience_saved(reader_of(submission, focal), stored))


def _audience(value: object, name: str) -> Audience:
    return Audience(str(value)) if value in set(Audience) else AUDIENCES[name]


def _consent(submission: Submission, today: date) -> date | None:
    text = str(submission.values.get("consent") or "")
    try:
        day = read_date(text) if text else None
    except BadInput:
        return None
    return day if day is None or day <= today else None
