"""Events are kept before Slack is told; those that come together share one commit, and one wait for the disk."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import inbox
from storage.database import Database
from storage.inbox import Arrival


@dataclass(frozen=True)
class _Waiting:
    arrival: Arrival
    kept: asyncio.Future[None]


class Intake:
    """Commits events in groups: while one commit waits for the disk, whatever arrives gathers for the next."""

    def __init__(self, db: Database, now: Callable[[], datetime]) -> None:
        """Keep events in the inbox of `db`."""
        self._db = db
        self._now = now
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def keep(self, event_id: str, kind: str, body: dict[str, Any]) -> None:
        """Return once the event is committed; raise what the database raised if it could not be."""
        waiting = _Waiting(Arrival(event_id, kind, body, self._now()), asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await waiting.kept

    async def _write(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            if not await self._commit(group) and len(group) > 1:
                # One event that the database refuses must not take the others with it.
                for each in group:
                    await self._commit([each])

    async def _commit(self, group: Sequence[_Waiting]) -> bool:
        try:
            async with self._db.begin() as conn:
                await inbox.keep(conn, *(each.arrival for each in group))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits, who leaves Slack to try again
            if len(group) == 1:
                _tell(group[0], error)
            return False
        for each in group:
            _tell(each, None)
        return True


def _tell(waiting: _Waiting, error: Exception | None) -> None:
    # Whoever waited may have been cancelled meanwhile.
    if waiting.kept.done():
        return
    if error is None:
        waiting.kept.set_result(None)
    else:
        waiting.kept.set_exception(error)
