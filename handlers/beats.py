"""What a beat of the clock does: find what is due, then each of it in a transaction of its own."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import TypeVar

from handlers.listening import Focal
from storage.database import Conn

_T = TypeVar("_T")


async def each_due(
    focal: Focal,
    now: datetime,
    find: Callable[[Conn, datetime], Awaitable[Iterable[_T]]],
    do: Callable[[Conn, Focal, _T, datetime], Awaitable[None]],
) -> None:
    """Have `do` done with everything that `find` says is due at `now` (aware UTC).

    Between the finding and the doing somebody else may have been quicker: `do` reads again, locks, and looks.
    """
    async with focal.db.read() as conn:
        due = tuple(await find(conn, now))
    for each in due:
        async with focal.db.begin() as conn:
            await do(conn, focal, each, now)
