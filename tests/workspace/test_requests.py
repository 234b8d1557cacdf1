"""HTTP mode of the small Slack: a conversation with the real bot behind its own web server, and what goes wrong on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from aiohttp import web

from bot.web import web_app
from tests.harness import Harness
from workspace.driver import Workspace, text_of
from workspace.person import Person
from workspace.problems import DispatchFailed, Timeout
from workspace.state import Message


@asynccontextmanager
async def serving(bot: Harness, secret: str) -> AsyncIterator[str]:
    """Serve the bot as `focal serve` does, on this machine; return the address for Slack's requests."""
    config = uvicorn.Config(web_app(bot.bot, secret), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    await bot.slack.until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/slack/events"
    server.should_exit = True
    await task


@pytest.fixture
async def served(bot: Harness) -> AsyncIterator[Harness]:
    """Return the bot without a socket: everything reaches it over HTTP."""
    await bot.slack.disconnect_sockets()
    async with serving(bot, bot.slack.signing_secret) as address:
        await bot.slack.deliver_to(address)
        yield bot


async def test_a_conversation_goes_the_same_over_http(served: Harness) -> None:
    """A command, a form, a click and an event do over HTTP what they do over a socket."""
    ana, bo = await served.person("Ana Example", "NA"), await served.person("Bo Sample", "NO")

    await ana.command("/wps-recommend Fund child care")
    refused = await ana.submit({"text": "  ", "theme": "funding"})
    accepted = await ana.submit({"text": "Fund child care", "kind": "recommendation", "theme": "funding"})
    shown = await bo.command("/wps-recommend show 1")
    assert isinstance(shown, Message)
    await bo.click(shown, "Endorse")
    await ana.tell_app("who chaired in 2019?")
    await served.settle()

    assert (refused.keys(), accepted) == ({"text"}, {})
    assert "Endorsed by delegations: 1 (Norway)" in text_of(bo.sees(bo.dm)[-1])
    assert "Namibia" in text_of(ana.sees(ana.dm)[-1])


async def test_another_secret_is_refused(bot: Harness) -> None:
    """An app that checks signatures by another secret takes nothing, not even the challenge."""
    async with serving(bot, "another secret") as address:
        with pytest.raises(DispatchFailed, match="401"):
            await bot.slack.deliver_to(address)


class Endpoint:
    """An app that answers with a status, after a while, and remembers the retries it was sent."""

    def __init__(self) -> None:
        self.status = 200
        self.wait = 0.0
        self.retries: list[str] = []

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.retries.append(request.headers.get("X-Slack-Retry-Num", ""))
        await asyncio.sleep(self.wait)
        challenge = (await request.json()).get("challenge", "") if body.startswith("{") else "plain words"
        return web.Response(text=challenge, status=self.status)


@pytest.fixture
async def endpoint(slack: Workspace) -> AsyncIterator[Endpoint]:
    """Return an app of which nothing is known but its address."""
    endpoint = Endpoint()
    application = web.Application()
    application.add_routes([web.post("/", endpoint.take)])
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await slack.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    yield endpoint
    await runner.cleanup()


@pytest.fixture
def ana(slack: Workspace) -> Person:
    return slack.add_user("Ana Silva")


async def test_what_is_not_taken_is_tried_again(slack: Workspace, endpoint: Endpoint, ana: Person) -> None:
    """An event that is answered with an error comes again at once with its number, then waits for its next try."""
    endpoint.retries.clear()
    endpoint.status = 500

    await ana.tell_app("hello")
    await slack.quiet()

    assert endpoint.retries == ["", "1"]
    assert [each.attempts for each in slack.deliveries.parked] == [2]


async def test_silence_is_a_timeout(endpoint: Endpoint, ana: Person) -> None:
    """A command that is not answered in time fails before the person's eyes."""
    endpoint.wait = 0.5

    with pytest.raises(Timeout):
        await ana.command("/wps help")


async def test_plain_words_answer_a_command(endpoint: Endpoint, ana: Person) -> None:
    """What an app answers in plain text is shown to whoever typed the command."""
    del endpoint

    answer = await ana.command("/wps help")

    assert text_of(answer).strip() == "plain words"


async def test_an_address_that_does_not_prove_itself_is_not_taken(slack: Workspace) -> None:
    """An address that does not echo the challenge hears nothing."""
    with pytest.raises(DispatchFailed):
        await slack.deliver_to(f"{slack.base_url}/nothing-here")

    assert slack.deliveries.requests is None
