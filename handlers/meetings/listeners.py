"""What people ask about meetings."""

from bot.rules.problems import NotFound
from handlers.listening import Answer, Click, Command, Focal, Replace, Reply, Subcommands, number_in
from handlers.meetings import views
from storage import meetings

USAGE = "next | list | show N"


async def show_next(command: Command, focal: Focal) -> Answer:
    """Show the next meeting, or say that none is known and which was the last."""
    today = focal.now().date()
    async with focal.db.read() as conn:
        following = await meetings.next_meeting(conn, today)
        last = await meetings.last_meeting(conn, today)
    return Reply(*views.build_next(command._, following, last, today))


async def list_meetings(command: Command, focal: Focal) -> Answer:
    """List every known meeting, the newest first."""
    async with focal.db.read() as conn:
        found = await meetings.all_meetings(conn)
    return Reply(*views.build_list(command._, found, 0))


async def turn_page(click: Click, focal: Focal) -> Answer:
    """Show another page of the list in place of the one that was clicked."""
    async with focal.db.read() as conn:
        found = await meetings.all_meetings(conn)
    return Replace(*views.build_list(click._, found, int(click.value) if click.value.isdecimal() else 0))


async def show_meeting(command: Command, focal: Focal) -> Answer:
    """Show one meeting with its source."""
    number = number_in(command.text, "/wps-meeting show 3")
    async with focal.db.read() as conn:
        found = await meetings.meeting(conn, number)
    if found is None:
        raise NotFound("There is no meeting {number}.", "See /wps-meeting list.", number=number)
    return Reply(*views.build_meeting(command._, found))


MEETING = Subcommands(
    {"next": show_next, "list": list_meetings, "show": show_meeting}, default=show_next, usage=f"/wps-meeting {USAGE}"
)
