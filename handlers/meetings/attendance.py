"""Who comes to a meeting: a delegation says so by one of its people, and may say otherwise later."""

from bot.rules.attendance import Attendance, Coming
from bot.rules.permissions import Deed, may, require_voice
from bot.rules.problems import Closed, NotAllowed
from handlers.listening import Answer, Click, Focal, Replace, number_in
from handlers.meetings import attendance_views as views
from handlers.meetings.card import gather
from handlers.meetings.listeners import SHOW, card_words
from handlers.reader import reader_of
from storage import attendance, audit, meetings


async def say_yes(click: Click, focal: Focal) -> Answer:
    """Record that the clicker's delegation comes."""
    return await _say(click, focal, Coming.YES)


async def say_perhaps(click: Click, focal: Focal) -> Answer:
    """Record that the clicker's delegation may come."""
    return await _say(click, focal, Coming.PERHAPS)


async def say_no(click: Click, focal: Focal) -> Answer:
    """Record that the clicker's delegation does not come."""
    return await _say(click, focal, Coming.NO)


async def _say(click: Click, focal: Focal, coming: Coming) -> Answer:
    member = require_voice(click.actor, Deed.ATTEND)
    number, now, actor = number_in(click.value, SHOW), focal.now(), click.actor
    async with focal.db.begin() as conn:
        meeting = await meetings.existing(conn, number)
        if not meeting.plan.is_open(now):
            raise Closed("Meeting {number} is over or cancelled.", "Nobody can register any more.", number=number)
        said = Attendance(member, coming, actor.user_id, now, actor.is_observer)
        await attendance.answer(conn, number, said)
        await audit.note(conn, now, actor.user_id, coming.value, f"meeting {number}", member=member)
    return Replace(*await card_words(click, focal, number, views.recorded(reader_of(click, focal), said)))


async def show(click: Click, focal: Focal) -> Answer:
    """Name the delegations that come, may come, do not come and have not answered."""
    if not may(click.actor.roles, Deed.PROPOSE_TOPICS):
        raise NotAllowed("Who comes is for the Network.", "Ask the Secretariat to link you to your contact.")
    async with focal.db.read() as conn:
        meeting = await meetings.existing(conn, number_in(click.value, SHOW))
        card = await gather(conn, focal, click.actor, meeting)
    return Replace(*views.build_who(reader_of(click, focal), card))
