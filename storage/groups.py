"""Writes that come together share one commit, and with it one wait for the disk."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from storage.database import Conn, Database

T = TypeVar("T")


@dataclass(frozen=True)
class _Waiting(Generic[T]):
    thing: T
    written: asyncio.Future[None]


class GroupCommit(Generic[T]):
    """Commits things in groups: while one commit waits for the disk, whatever arrives gathers for the next."""

    def __init__(self, db: Database, write: Callable[[Conn, Sequence[T]], Awaitable[None]]) -> None:
        """Have `write` store each group in a transaction of its own on `db`."""
        self._db = db
        self.write = write
        self._waiting: list[_Waiting[T]] = []
        self._writer: asyncio.Task[None] | None = None

    async def put(self, thing: T) -> None:
        """Return once `thing` is committed; raise what the database raised if it could not be."""
        waiting = _Waiting(thing, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run())
        await waiting.written

    async def _run(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            if not await self._commit(group) and len(group) > 1:
                # One thing that the database refuses must not take the others with it.
                for each in group:
                    await self._commit([each])

    async def _commit(self, group: Sequence[_Waiting[T]]) -> bool:
        try:
            async with self._db.begin() as conn:
                await self.write(conn, [each.thing for each in group])
        except Exception as error:  # noqa: BLE001 - handed to whoever waits, who knows what it means
            if len(group) == 1:
                _tell(group[0].written, error)
            return False
        for each in group:
            _tell(each.written, None)
        return True


def _tell(written: asyncio.Future[None], error: Exception | None) -> None:
    # Whoever waited may have been cancelled meanwhile.
    if written.done():
        return
    if error is None:
        written.set_result(None)
    else:
        written.set_exception(error)
