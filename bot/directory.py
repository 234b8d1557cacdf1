"""Who is acting: what the database knows of a person, refreshed from Slack once a day."""

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.rules.permissions import Actor
from bot.slack import LostAnswer, SlackApi
from bot.slack_errors import SlackError, Unreachable
from storage import people
from storage.database import Database
from storage.people import Known

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

    async def actor(self, user_id: str, *, insist: bool = False) -> Actor:
        """Return who `user_id` is now. Where Slack does not answer, what is known already has to do.

        With `insist` raise what Slack said where nothing is known yet and it may answer another time: what somebody
        says for the first time must not be refused because Slack could not tell just then who it is.
        """
        found = await self._known(user_id)
        if found.is_fresh(self._now()):
            return found.actor
        try:
            await self.refresh(user_id)
        except (SlackError, LostAnswer) as trouble:
            if insist and found.seen_at is None and not isinstance(trouble, Unreachable):
                raise
            log.warning("person_not_found", reason=str(trouble))
            return found.actor
        return (await self._known(user_id)).actor

    async def _known(self, user_id: str) -> Known:
        today = self._now().date()
        return await self._db.look(lambda connection: people.known(connection, user_id, today, self._secretariat))

    async def refresh(self, user_id: str) -> None:
        """Ask Slack who `user_id` is and keep it."""
        profile = await self._slack.profile(user_id)
        async with self._db.begin() as conn:
            await people.save(conn, profile, self._now())
