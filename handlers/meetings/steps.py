"""Steps of a meeting's playbook, marked done from its card."""

from bot.rules.duties import may_do
from bot.rules.problems import AlreadyDone, Changed, NotAllowed
from handlers.listening import Answer, Click, Focal, Replace, number_in
from handlers.meetings.listeners import SHOW, card_words
from handlers.troika import recipients
from storage import duties


async def mark_done(click: Click, focal: Focal) -> Answer:
    """Mark a step done for everybody who was reminded of it, and show the card so."""
    number, _, version = click.value.partition(":")
    async with focal.db.begin() as conn:
        duty = await duties.duty(conn, number_in(number, SHOW), lock=True)
        if not may_do(click.actor, duty):
            raise NotAllowed("This step is not yours.", "Those whose it is, and the Secretariat, can mark it done.")
        if duty.meeting_id is None or duty.due_on is None:
            raise AlreadyDone("This step is done already.", "There is nothing more to do.")
        if duty.version != number_in(version, SHOW):
            raise Changed("This step has changed since it was shown.", "Look at the meeting's card again.")
        await recipients.finish_duty(conn, focal, duty, click.actor, focal.now())
    said = click._("Done: {title}").format(title=duty.title)
    return Replace(*await card_words(click, focal, duty.meeting_id, said))
