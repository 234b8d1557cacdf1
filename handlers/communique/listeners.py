"""What people ask about communiqués."""

from bot.rules.problems import NotFound
from handlers.communique import views
from handlers.listening import Answer, Command, Focal, Reply, number_in
from storage import communiques

USAGE = "/wps-communique 3"


async def communique(command: Command, focal: Focal) -> Answer:
    """List the texts, or show the one with this number."""
    if command.text.strip():
        return await _show(command, focal)
    async with focal.db.read() as conn:
        found = await communiques.all_communiques(conn)
    return Reply(*views.build_list(command._, found))


async def _show(command: Command, focal: Focal) -> Answer:
    number = number_in(command.text, USAGE)
    async with focal.db.read() as conn:
        found = await communiques.communique(conn, number)
    if found is None:
        raise NotFound("There is no communiqué {number}.", "See /wps-communique.", number=number)
    return Reply(*views.build_communique(command._, found))
