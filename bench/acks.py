"""How long Slack waits for an acknowledgement: in process, over socket and HTTP, and with the event kept first."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import aiohttp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import rigs
from bench.figures import Figure, Spread, ratio_of, spread, spread_of
from bench.rigs import Client, bare_bolt, command, database, focal, over_http
from bot.app import Bot
from bot.web import web_app
from handlers.listening import Answer, Click, Focal, Reply
from storage.inbox import counts
from workspace.driver import Workspace

IN_FLIGHT = 64
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
numbers = itertools.count()


async def measure(name: str, url: str) -> list[Figure]:
    """Return the figures of acknowledgements on one kind of database."""
    async with database(url) as db, focal(db) as (bot, slack):
        ana = slack.add_user("Ana Example", email="ana@example.org").id
        bare = bare_bolt()
        figures = [
            *(await _in_process(bare, bot, ana) if name == "SQLite" else []),
            await _over_socket(bare, bot, slack, ana),
            await _over_http(bare, bot, ana),
            await _events(bare, bot),
        ]
        async with db.read() as conn:
            kept = sum((await counts(conn)).values())
        if kept < 1000:
            raise RuntimeError(f"only {kept} events were kept")
        return figures


async def _in_process(bare: AsyncApp, bot: Bot, user: str) -> list[Figure]:
    request = command(user)
    floor = await spread(lambda: bare.async_dispatch(_request(request)), 60)
    ours = await spread(lambda: bot.bolt.async_dispatch(_request(request)), 300)
    few = await _click(bot, user)
    for number in range(150):
        bot.registry.action(f"bench_{number}", _nothing)
    many = await _click(bot, user)
    return [
        ratio_of("command answered in process", floor, ours, "≤ 0.05"),
        Figure("a click with few and with 150 more ids", str(few), str(many), f"{many.p50 / few.p50:.2f}", "the same"),
    ]


def _request(body: dict[str, str]) -> AsyncBoltRequest:
    return AsyncBoltRequest(mode="socket_mode", body=body)


async def _nothing(_click: Click, _focal: Focal) -> Answer:
    return Reply("")


async def _click(bot: Bot, user: str) -> Spread:
    body = {
        "type": "block_actions", "user": {"id": user, "team_id": "T0HOME"}, "team": {"id": "T0HOME"}, "trigger_id": "1",
        "actions": [{"type": "button", "action_id": "open_link", "block_id": "b", "value": ""}],
    }  # fmt: skip
    return await spread(lambda: bot.bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body)), 300)


async def _over_socket(bare: AsyncApp, bot: Bot, slack: Workspace, user: str) -> Figure:
    async def once() -> None:
        await slack.deliveries.command(command(user))

    async with _socket(bare, slack):
        floor = await spread(once, 60)
    async with _socket(bot.bolt, slack):
        ours = await spread(once, 300)
    return ratio_of("command answered over the socket, p50 / p99", floor, ours, "≤ 0.1")


@asynccontextmanager
async def _socket(app: AsyncApp, slack: Workspace) -> AsyncIterator[None]:
    client = AsyncWebClient(base_url=slack.api_url)
    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=client)
    await handler.client.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it so
    await slack.until(lambda: slack.deliveries.connections == 1)
    yield
    await handler.client.close()  # type: ignore[no-untyped-call]  # the SDK leaves it so
    await slack.until(lambda: slack.deliveries.connections == 0)


def _bare_web(bare: AsyncApp) -> Starlette:
    handler = AsyncSlackRequestHandler(bare)

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    return Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])


async def _over_http(bare: AsyncApp, bot: Bot, user: str) -> Figure:
    body = urlencode(command(user)).encode()
    found = []
    for application, times in ((_bare_web(bare), 60), (web_app(bot, rigs.SECRET), 300)):
        async with over_http(application) as url, aiohttp.ClientSession() as session:
            client = Client(session, f"{url}/slack/events")
            found.append(await spread(lambda client=client: client.send(body, FORM), times))
    return ratio_of("command answered over HTTP, p50 / p99", *found, "≤ 0.1")


async def _events(bare: AsyncApp, bot: Bot) -> Figure:
    rates = []
    for application in (_bare_web(bare), web_app(bot, rigs.SECRET)):
        async with over_http(application) as url, aiohttp.ClientSession() as session:
            rates.append(await _many(Client(session, f"{url}/slack/events"), 3000))
    (floor, waited), (ours, wait) = rates
    return Figure(
        f"events over HTTP, {IN_FLIGHT} in flight (bare Bolt keeps nothing)",
        f"{floor:,.0f}/s, p99 {waited.p99:.0f} ms",
        f"{ours:,.0f}/s, p99 {wait.p99:.0f} ms",
        f"{ours / floor:.2f}",
        "≥ 1",
    )


async def _many(client: Client, total: int) -> tuple[float, Spread]:
    taken: list[float] = []

    async def work() -> None:
        while len(taken) < total:
            start = time.perf_counter()
            await client.send_event(next(numbers))
            taken.append((time.perf_counter() - start) * 1000)

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
    return len(taken) / (time.perf_counter() - start), spread_of(taken)
