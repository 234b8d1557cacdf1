"""Who is acting: what the database knows of a person, refreshed from Slack once a day."""

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.rules.permissions import Actor
from bot.slack import LostAnswer, SlackApi
from bot.slack_errors import SlackError
from storage import people
from storage.database import Conn, Database

log = structlog.get_logger("focal.directory")


class Directory:
    """Turns a Slack user id into an Actor."""

    def __init__(
        self, db: Database, slack: SlackApi, now: Callable[[], datetime], secretariat: tuple[str, ...] = ()
    ) -> None:
        """Look people up in `db`, and in `slack` where that is too old; `secretariat` are ids from the settings."""
        self._db = db
        self._slack = slack
        self._now = now
        self._secretariat = secretariat

    async def actor(self, user_id: str) -> Actor:
        """Return who `user_id` is now. Where Slack does not answer, what is known already has to do."""
        async with self._db.read() as conn:
            if await people.is_fresh(conn, user_id, self._now()):
                return await self._known(conn, user_id)
        await self.refresh(user_id)
        async with self._db.read() as conn:
            return await self._known(conn, user_id)

    async def _known(self, conn: Conn, user_id: str) -> Actor:
        return await people.actor(conn, user_id, self._now().date(), self._secretariat)

    async def refresh(self, user_id: str) -> None:
        """Ask Slack who `user_id` is and keep it."""
        try:
            profile = await self._slack.profile(user_id)
        except (SlackError, LostAnswer) as trouble:
            log.warning("person_not_found", reason=str(trouble))
            return
        async with self._db.begin() as conn:
            await people.save(conn, profile, self._now())
