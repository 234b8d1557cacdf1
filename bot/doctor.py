"""What is set up and what is missing, found without changing anything."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from bot.embedding import installed
from bot.rules.problems import Problem
from bot.settings import Settings
from bot.slack import LostAnswer, SlackApi, slack_session, web_client
from bot.slack_errors import SlackError
from storage import inbox, outbox
from storage.database import Database
from storage.migrations import steps
from storage.profile import load_network


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    good: bool
    what: str


async def examine(settings: Settings) -> list[Finding]:
    """Look at profile, database and Slack; say of each whether it will do."""
    return [
        _profile(settings),
        *await _database(settings),
        await _slack(settings),
        _secretariat(settings),
        _models(settings),
    ]


def _profile(settings: Settings) -> Finding:
    try:
        network = load_network(settings.network)
    except Problem as problem:
        return Finding(good=False, what=problem.said())
    return Finding(good=True, what=f"Network profile: {network.name}")


async def _database(settings: Settings) -> list[Finding]:
    db = Database(settings.database_url)
    try:
        found = await steps.revision(db)
        if found is None:
            return [Finding(good=True, what="Database: empty; `focal run` brings it up to date by itself")]
        current = Finding(
            good=found == steps.head(), what=f"Database: {db.url.get_backend_name()}, at revision {found}"
        )
        return [current, *await _queues(db)] if current.good else [current]
    except (SQLAlchemyError, OSError) as error:
        return [Finding(good=False, what=f"Database: cannot be opened ({type(error).__name__})")]
    finally:
        await db.close()


async def _queues(db: Database) -> list[Finding]:
    looks: tuple[tuple[str, Callable[..., Awaitable[dict[str, int]]]], ...] = (
        ("Inbox", inbox.counts),
        ("Outbox", outbox.counts),
    )
    findings = []
    async with db.read() as conn:
        for name, look in looks:
            counts = await look(conn)
            words = ", ".join(f"{n} {state}" for state, n in sorted(counts.items())) or "empty"
            findings.append(Finding(good="dead" not in counts, what=f"{name}: {words}"))
    return findings


async def _slack(settings: Settings) -> Finding:
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        return Finding(good=False, what="Slack: SLACK_BOT_TOKEN is not set (`focal demo` needs none)")
    async with slack_session() as session:
        slack = SlackApi(web_client(token, settings.slack_api_url, session))
        try:
            await slack.start()
        except (SlackError, LostAnswer, aiohttp.ClientError) as trouble:
            return Finding(good=False, what=f"Slack: not reachable or token refused ({trouble})")
    return Finding(good=True, what=f"Slack: connected as {slack.bot_user_id} in {slack.home_team}")


def _models(settings: Settings) -> Finding:
    if not settings.models:
        return Finding(good=True, what="Answers: by words alone, as FOCAL_MODELS says")
    found = installed()
    if not found:
        return Finding(
            good=True,
            what="Answers: by words alone; `pip install 'focal[embeddings]'` adds their meaning",
        )
    return Finding(good=True, what=f"Answers: by words and meaning ({', '.join(found)})")


def _secretariat(settings: Settings) -> Finding:
    count = len(settings.secretariat)
    return Finding(good=count > 0, what=f"Secretariat: {count} people named in FOCAL_SECRETARIAT")
