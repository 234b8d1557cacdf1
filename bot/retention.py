"""What is forgotten when: once a day, by the periods of the profile."""

from datetime import datetime, timedelta

import structlog

from bot.rules.profile import Network
from storage import audit, enquiries, inbox, outbox, people
from storage.database import Conn, Database

log = structlog.get_logger("focal.retention")

EVERY = timedelta(days=1)
EVENT_IDS = timedelta(days=30)
"""How long the ids of applied events are kept: far beyond Slack's last retry of six minutes."""


class Retention:
    """Deletes what has been kept long enough. Any number of replicas may do so: what is gone is gone."""

    def __init__(self, db: Database, network: Network) -> None:
        """Delete from `db` by the periods of `network`."""
        self._db = db
        self._network = network
        self._next: datetime | None = None

    async def when_due(self, now: datetime) -> None:
        """Forget, at the first beat and a day after each time."""
        if self._next is not None and now < self._next:
            return
        async with self._db.begin() as conn:
            forgotten = await self._forget(conn, now)
        self._next = now + EVERY
        log.info("forgotten", **{what: number for what, number in forgotten.items() if number})

    async def _forget(self, conn: Conn, now: datetime) -> dict[str, int]:
        typed = now - timedelta(days=self._network.retention_days)
        return {
            "questions": await enquiries.forget_before(conn, typed),
            "events": await inbox.forget_before(conn, now - EVENT_IDS, typed),
            "undelivered": await outbox.forget_dead_before(conn, typed),
            "strangers": await people.forget_strangers_before(conn, typed),
            "audit": await audit.forget_before(conn, now - timedelta(days=self._network.audit_days)),
        }
