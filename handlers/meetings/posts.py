"""What the people of a meeting are told without having asked: that it has moved, or is off."""

from bot.rules.attendance import Coming
from handlers.listening import Focal
from handlers.meetings import plan_views
from handlers.reader import reader_for
from storage import attendance, outbox, people
from storage.database import Conn
from storage.meetings import Meeting


async def tell_moved(conn: Conn, focal: Focal, before: Meeting, after: Meeting) -> int:
    """Tell everybody who speaks for a delegation that comes or may come; return how many people are told.

    Whoever changed it knows already.
    """
    said = [each for each in await attendance.of_meeting(conn, after.id) if each.coming is not Coming.NO]
    voices = await people.voices_of(conn, [each.member for each in said if not each.observer], focal.now().date())
    observers = await people.by_ids(conn, [each.person for each in said if each.observer])
    told = {each.user_id: each for each in (*voices, *observers) if each.user_id != after.changed_by}
    for each in told.values():
        payload = plan_views.build_moved(reader_for(each, focal), before, after)
        await outbox.post(
            conn, f"meeting:{after.id}:{after.version}:{each.user_id}", each.user_id, payload, focal.now()
        )
    return len(told)
