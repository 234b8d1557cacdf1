"""The composition root: the one place that knows everyone. Nothing happens at import."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.catchup import Catchup
from bot.clock import Clock
from bot.delivery import Delivery
from bot.directory import Directory
from bot.dispatch import Dispatcher
from bot.embedding import load_embedders
from bot.inbound import Inbound
from bot.indexer import Indexer
from bot.languages import load_catalogues, translator
from bot.logs import where
from bot.metrics import Metrics
from bot.retention import Retention
from bot.rules.countries import load_gazetteer
from bot.rules.problems import Closed
from bot.rules.seal import feed_token
from bot.settings import Settings
from bot.slack import SlackApi, slack_session, web_client
from bot.timekeeper import Due, Timekeeper
from handlers.listening import Focal, Registry
from storage import installation
from storage.database import Database
from storage.migrations.steps import upgrade
from storage.ownership import Ownership, claim_file, ownership
from storage.profile import load_network
from storage.seed.load import seed
from storage.vectors import Embedder, Vectors

log = structlog.get_logger("focal")


@dataclass(frozen=True)
class Bot:
    """Everything that runs, put together and not yet started."""

    registry: Registry
    focal: Focal
    slack: SlackApi
    inbound: Inbound
    dispatcher: Dispatcher
    delivery: Delivery
    timekeeper: Timekeeper
    catchup: Catchup
    bolt: AsyncApp
    owner: Ownership
    indexer: Indexer
    metrics: Metrics


def build_registry() -> Registry:
    """Return the table of every listener."""
    registry = Registry()
    handlers.register(registry)
    return registry


async def compose(
    settings: Settings,
    clock: Clock,
    db: Database,
    session: aiohttp.ClientSession,
    embedders: Sequence[Embedder] = (),
) -> Bot:
    """Put the bot together on a database that is up to date; asks Slack once who the token belongs to.

    With `embedders` questions are answered by their meaning as well as their words.
    """
    registry = build_registry()
    network = load_network(settings.network)
    slack = SlackApi(web_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, session))
    await slack.start()
    async with db.begin() as conn:
        await seed(conn, network, clock.now())
        secret = await installation.secret(conn)
    directory = Directory(db, slack, clock.now, settings.secretariat)
    focal = Focal(
        db,
        clock.now,
        network,
        load_gazetteer(),
        slack,
        directory.actor,
        translator,
        settings.secretariat,
        settings.secretariat_channel,
        slack.home_team,
        calendar_url(settings.public_url, secret),
        Vectors(embedders),
    )
    metrics = Metrics()
    inbound = Inbound(registry, focal, directory, clock.now, slack.bot_user_id, metrics)
    dispatcher = Dispatcher(registry, focal, directory, inbound, slack)
    owner = ownership(db)
    delivery = Delivery(
        db,
        slack,
        clock.now,
        owner,
        secret=secret,
        posted=registry.posted,
        pace_seconds=settings.pace_seconds,
        settle=timedelta(seconds=3 * settings.timeout_seconds),
        metrics=metrics,
    )
    catchup = Catchup(db, slack, inbound, clock.now)
    due: list[Due] = [partial(each, focal) for each in registry.due]
    due += [catchup.when_due, Retention(db, network).when_due]
    timekeeper = Timekeeper(clock.now, due, settings.beat_seconds)
    bolt = _bolt(slack, settings.slack_bot_token.get_secret_value())
    dispatcher.attach(bolt)
    return Bot(
        registry,
        focal,
        slack,
        inbound,
        dispatcher,
        delivery,
        timekeeper,
        catchup,
        bolt,
        owner,
        Indexer(db, focal.vectors, focal.words),
        metrics,
    )


def calendar_url(public_url: str, secret: str) -> str:
    """Return where the feed of meetings is, empty where nobody outside reaches this bot."""
    return f"{public_url.rstrip('/')}/calendar/{feed_token(secret)}.ics" if public_url else ""


def _bolt(slack: SlackApi, token: str) -> AsyncApp:
    known = AuthorizeResult(
        enterprise_id=None, team_id=slack.home_team, bot_token=token, bot_id=slack.bot_id, bot_user_id=slack.bot_user_id
    )

    async def authorize(**_: object) -> AuthorizeResult:
        # Bolt would ask Slack on the first request, and an error there loses that request for good.
        return known

    return AsyncApp(
        # Bolt warns of a token beside `authorize`, and takes one from the environment without being asked. It needs
        # none: `authorize` gives it, and what is sent goes through `slack`.
        client=AsyncWebClient(base_url=slack.client.base_url, session=slack.client.session),
        logger=logging.getLogger("slack_bolt"),
        authorize=authorize,
        process_before_response=True,
        # Focal tells its own posts apart itself: Bolt would also drop a person's deletion of one of them.
        ignoring_self_events_enabled=False,
        request_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )


@asynccontextmanager
async def running(bot: Bot, clock: Clock) -> AsyncIterator[None]:
    """Run delivery, inbox and heartbeat for as long as the block lasts; what is in hand is finished at its end."""
    await bot.owner.take()
    bot.focal.db.committed.append(bot.delivery.wake)
    beats: set[asyncio.Task[None]] = set()

    def beat_now() -> None:
        task = asyncio.create_task(bot.timekeeper.beat())
        beats.add(task)
        task.add_done_callback(beats.discard)

    clock.on_jump(beat_now)
    bot.timekeeper.start()
    loops = [asyncio.create_task(_always(loop)) for loop in (bot.delivery.run, bot.inbound.run, bot.indexer.run)]
    beat_now()
    try:
        yield
    finally:
        await bot.timekeeper.stop()
        bot.inbound.stop()
        bot.indexer.stop()
        await bot.dispatcher.drain()
        bot.delivery.stop()
        await asyncio.gather(*loops, *beats)
        await bot.owner.release()


async def _always(loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Start a loop again when it fails: the database may be away for a moment, and the bot must outlive that."""
    while True:
        try:
            await loop()
        except Exception as error:  # noqa: BLE001 - the boundary for loops
            log.critical("loop_failed", error=type(error).__name__, where=where(error))
            await asyncio.sleep(1.0)
        else:
            return


@asynccontextmanager
async def connected(bot: Bot, app_token: str, sockets: int) -> AsyncIterator[None]:
    """Hold Socket Mode connections for as long as the block lasts, and catch up after each one that is made."""
    from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

    made = [AsyncSocketModeHandler(bot.bolt, app_token, web_client=bot.slack.client) for _ in range(sockets)]
    for handler in made:
        handler.client.on_message_listeners.append(_on_hello(bot.catchup.soon))
        await handler.client.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it so
    try:
        yield
    finally:
        for handler in made:
            await handler.client.close()  # type: ignore[no-untyped-call]  # the SDK leaves it so
        await bot.catchup.stop()


def _on_hello(listener: Callable[[], None]) -> Callable[[aiohttp.WSMessage], Awaitable[None]]:
    async def heard(message: aiohttp.WSMessage) -> None:
        if message.type == aiohttp.WSMsgType.TEXT and '"hello"' in message.data[:200]:
            listener()

    return heard


@asynccontextmanager
async def prepared(settings: Settings) -> AsyncIterator[Database]:
    """Open the settings' database, brought up to date and with the profile loaded."""
    db = Database(settings.database_url)
    try:
        await upgrade(db)
        async with db.begin() as conn:
            await seed(conn, load_network(settings.network), Clock().now())
        yield db
    finally:
        await db.close()


@asynccontextmanager
async def started(settings: Settings, clock: Clock) -> AsyncIterator[Bot]:
    """Start the bot, without a way in yet: database, Slack, delivery, inbox and heartbeat.

    Raise Closed where another process runs on the same SQLite file: two would each think the other one dead.
    """
    async with prepared(settings) as db, slack_session(settings.timeout_seconds) as session:
        with alone(db):
            bot = await compose(settings, clock, db, session, load_embedders() if settings.models else ())
            reading = asyncio.create_task(asyncio.to_thread(load_catalogues))
            async with running(bot, clock):
                yield bot
            await reading


@contextmanager
def alone(db: Database) -> Iterator[None]:
    """Hold a SQLite file for this process; Closed where another one runs on it."""
    if not db.is_sqlite:
        yield
        return
    held = claim_file(db.path)
    if held is None:
        raise Closed(
            "Another Focal runs on this SQLite file already.", "Stop it first, or use PostgreSQL to run several."
        )
    try:
        yield
    finally:
        os.close(held)


async def run_socket(settings: Settings) -> None:
    """Work through Socket Mode until SIGINT or SIGTERM, then finish what is in hand."""
    async with started(settings, Clock()) as bot:
        async with connected(bot, settings.slack_app_token.get_secret_value(), settings.sockets):
            log.info("connected", sockets=settings.sockets)
            await stop_asked()
        log.info("stopping")


async def stop_asked() -> None:
    """Wait until the process is asked to stop."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, asked.set)
    await asked.wait()
