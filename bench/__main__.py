"""`make bench`: each figure, the floor it is held against, and their ratio, which holds from machine to machine."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import Bot, compose
from bot.clock import Clock
from bot.rules.permissions import Actor
from bot.settings import Settings
from bot.slack import slack_session
from handlers.ask.answering import answer_text
from storage import outbox
from storage.database import Database
from storage.migrations.steps import upgrade
from workspace.driver import Workspace

MANIFEST = Path(__file__).parents[1] / "manifest.yml"
Once = Callable[[], Awaitable[object]]


async def median_ms(once: Once, times: int) -> float:
    """Return the median of `times` runs in milliseconds, after a tenth as many that do not count."""
    for _ in range(max(1, times // 10)):
        await once()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        await once()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def command(user: str) -> AsyncBoltRequest:
    """Return a slash command as Slack sends it."""
    body = {
        "command": "/wps",
        "text": "help",
        "user_id": user,
        "team_id": "T0HOME",
        "channel_id": "C1",
        "trigger_id": "1.2",
        "response_url": "",
    }
    return AsyncBoltRequest(mode="socket_mode", body=body)


def bare_bolt() -> AsyncApp:
    """Return Bolt as its documentation sets it up, with one listener that does nothing."""

    async def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0HOME", bot_token="x", bot_user_id="U0", bot_id="B0")

    app = AsyncApp(client=AsyncWebClient(token="x"), authorize=authorize, request_verification_enabled=False)

    async def answer(ack: Callable[[str], Awaitable[object]]) -> None:
        await ack("hello")

    app.command("/wps")(answer)
    return app


async def acks(bot: Bot, user: str) -> tuple[float, float]:
    """Return the time to an acknowledgement in process: bare Bolt, and Focal answering `/wps help`."""
    bare = bare_bolt()
    floor = await median_ms(lambda: bare.async_dispatch(command(user)), 60)
    ours = await median_ms(lambda: bot.bolt.async_dispatch(command(user)), 200)
    return floor, ours


async def outbox_rates(db: Database, clock: Clock) -> tuple[float, float]:
    """Return rows a second through the outbox without a network: one at a time, and as delivery takes them."""
    async with db.begin() as conn:
        for number in range(1200):
            await outbox.post(conn, f"bench:{number}", f"C{number}", {"text": "x"}, clock.now())
    single = await _drain(db, clock, 1, 100)
    batched = await _drain(db, clock, 20, 1000)
    return single, batched


async def _drain(db: Database, clock: Clock, size: int, rows: int) -> float:
    start, done = time.perf_counter(), 0
    while done < rows:
        async with db.begin() as conn:
            items = await outbox.claim(conn, "bench", clock.now(), limit=size)
        async with db.begin() as conn:
            for item in items:
                await outbox.mark_sent(conn, item, item.channel, "1.0")
        done += len(items)
    return done / (time.perf_counter() - start)


async def questions(bot: Bot) -> float:
    """Return the time to answer a question from the shipped knowledge, in milliseconds."""
    somebody = Actor("", "somebody")
    return await median_ms(
        lambda: answer_text(bot.focal, somebody, "How can more women be deployed to peace operations?"), 50
    )


async def main() -> None:
    """Measure on a fresh SQLite database and print."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        db = Database(url)
        await upgrade(db)
        async with Workspace.serve(MANIFEST, now=clock.now) as slack, slack_session() as session:
            user = slack.add_user("Ana Example", email="ana@example.org")
            settings = Settings(
                slack_bot_token=slack.bot_token, slack_api_url=slack.api_url, database_url=url, pace_seconds=0
            )
            bot = await compose(settings, clock, db, session)
            floor, ours = await acks(bot, user.id)
            single, batched = await outbox_rates(db, clock)
            answered = await questions(bot)
        await db.close()
    table = Table("figure", "floor", "Focal", "ratio", title="Measured on this machine, SQLite")
    table.add_row(
        "ack of a command in process, p50 (floor: bare Bolt)",
        f"{floor:.2f} ms",
        f"{ours:.2f} ms",
        f"{ours / floor:.2f}",
    )
    table.add_row(
        "outbox claim and mark (floor: one by one)", f"{single:,.0f}/s", f"{batched:,.0f}/s", f"{batched / single:.1f}"
    )
    table.add_row("a question answered, p50", "–", f"{answered:.1f} ms", "–")
    Console().print(table)


if __name__ == "__main__":
    asyncio.run(main())
