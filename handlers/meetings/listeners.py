"""What people ask about meetings."""

from handlers.listening import Answer, Click, Command, Focal, Replace, Reply, Request, Subcommands, number_in
from handlers.meetings import calendar, planning, topics, views
from handlers.meetings.card import gather
from handlers.meetings.words import Words
from handlers.reader import reader_of
from storage import meetings

USAGE = "next | list | show N | topics [N] | calendar [N] | new | edit N"
SHOW = "/wps-meeting show 3"


async def show_next(command: Command, focal: Focal) -> Answer:
    """Show the next meeting, or say that none is known and which was the last."""
    today = focal.now().date()
    async with focal.db.read() as conn:
        following = await meetings.next_meeting(conn, today)
        last = await meetings.last_meeting(conn, today)
        card = await gather(conn, focal, command.actor, following) if following else None
    return Reply(*views.build_next(reader_of(command, focal), card, last, today))


async def list_meetings(command: Command, focal: Focal) -> Answer:
    """List every known meeting, the newest first."""
    async with focal.db.read() as conn:
        found = await meetings.all_meetings(conn)
    return Reply(*views.build_list(reader_of(command, focal), found, 0))


async def turn_page(click: Click, focal: Focal) -> Answer:
    """Show another page of the list in place of the one that was clicked."""
    async with focal.db.read() as conn:
        found = await meetings.all_meetings(conn)
    start = number_in(click.value, "/wps-meeting list")
    return Replace(*views.build_list(reader_of(click, focal), found, start))


async def show_meeting(command: Command, focal: Focal) -> Answer:
    """Show the card of one meeting."""
    return Reply(*await card_words(command, focal, number_in(command.text, SHOW)))


async def click_show(click: Click, focal: Focal) -> Answer:
    """Show the card of a meeting as it is now."""
    return Replace(*await card_words(click, focal, number_in(click.value, SHOW)))


async def card_words(request: Request, focal: Focal, number: int, said: str = "") -> Words:
    """Return the card of a meeting, below what has just been `said` of it."""
    async with focal.db.read() as conn:
        card = await gather(conn, focal, request.actor, await meetings.existing(conn, number))
    return views.build_card(reader_of(request, focal), card, said)


MEETING = Subcommands(
    {
        "next": show_next,
        "list": list_meetings,
        "show": show_meeting,
        "new": planning.open_new,
        "edit": planning.open_edit,
        "topics": topics.list_topics,
        "calendar": calendar.send_calendar,
    },
    default=show_next,
    usage=f"/wps-meeting {USAGE}",
)
