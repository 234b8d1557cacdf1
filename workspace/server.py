"""The workspace over HTTP: Web API, Socket Mode, response addresses, uploads and downloads."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from workspace.api import Methods
from workspace.deliveries import Deliveries, Fault
from workspace.problems import Refusal
from workspace.state import Team

BOT_TOKEN = "xoxb-sample-bot"  # noqa: S105 - made up, and good on this machine alone
APP_TOKEN = "xapp-sample-app"  # noqa: S105 - made up, and good on this machine alone
MAX_FILE = 20_000_000


class Server:
    """Answers the app's requests, unless something is to go wrong with them."""

    def __init__(self, team: Team, methods: Methods, deliveries: Deliveries) -> None:
        """Serve one workspace."""
        self._team = team
        self._methods = methods
        self._deliveries = deliveries
        self.faults: dict[str, Fault] = {}
        self.weather: Callable[[str], Fault | None] = _fair
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def routes(self) -> list[web.RouteDef]:
        """Return what is served where."""
        return [
            web.route("*", "/api/{method}", self.api),
            web.get("/socket", self._deliveries.connection),
            web.post("/response/{name}", self.response),
            web.post("/upload/{file}", self.upload),
            web.get("/files/{file}/{name}", self.download),
            web.get("/files-pri/{file}/{name}", self.private_download),
        ]

    async def api(self, request: web.Request) -> web.StreamResponse:
        """Answer a Web API call."""
        name = request.match_info["method"]
        args, token = await _arguments(request)
        fault = self._fault(name)
        if fault is not None and fault.refuses:
            return _failed(fault)
        if fault is not None and fault.slow:
            await asyncio.sleep(fault.slow)
        answer = await self._answer(name, args, token)
        self.calls.append((name, args))
        if fault is not None and fault.drop:
            # The work is done; only the answer gets lost.
            if request.transport is not None:
                request.transport.close()
            raise ConnectionResetError
        return web.json_response(answer)

    async def _answer(self, name: str, args: dict[str, Any], token: str) -> dict[str, Any]:
        if not token:
            return {"ok": False, "error": "not_authed"}
        if token != (APP_TOKEN if name == "apps.connections.open" else BOT_TOKEN):
            return {"ok": False, "error": "invalid_auth"}
        if name == "apps.connections.open":
            return {"ok": True, "url": self._deliveries.base_url.replace("http", "ws", 1) + "/socket"}
        try:
            return await self._methods.call(name, args)
        except Refusal as refusal:
            return refusal.answer

    def _fault(self, name: str) -> Fault | None:
        fault = self.faults.get(name)
        if fault is None:
            return self.weather(name)
        fault.times -= 1
        if fault.times <= 0:
            del self.faults[name]
        return fault

    async def response(self, request: web.Request) -> web.Response:
        """Take an answer at a response address."""
        try:
            self._methods.respond(request.match_info["name"], await request.json())
        except Refusal as refusal:
            return web.json_response(refusal.answer, status=404)
        return web.Response(text="ok")

    async def upload(self, request: web.Request) -> web.Response:
        """Take a file's bytes."""
        file = self._team.files.get(request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound
        if request.content_type.startswith("multipart/"):
            parts = await request.post()
            part = next(iter(parts.values()))
            file.content = part.file.read() if isinstance(part, web.FileField) else str(part).encode()
        else:
            file.content = await request.read()
        return web.Response(text=f"OK - {len(file.content)}")

    async def private_download(self, request: web.Request) -> web.Response:
        """Give a file to the app; whoever shows no token is shown a page to log in, as in Slack."""
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if shown != BOT_TOKEN or not self._methods.may_read_files:
            return web.Response(text="<title>Log in</title>", content_type="text/html")
        return await self.download(request)

    async def download(self, request: web.Request) -> web.Response:
        """Give out a file that was shared."""
        file = self._team.files.get(request.match_info["file"])
        if file is None or not file.complete:
            raise web.HTTPNotFound
        name = file.name.replace('"', "")
        return web.Response(
            body=file.content,
            content_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _fair(_method: str) -> Fault | None:
    """Let every call through."""
    return None


def _failed(fault: Fault) -> web.Response:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
    body = {"ok": False, "error": fault.error or "internal_error"}
    return web.json_response(body, status=fault.status, headers=headers)


async def _arguments(request: web.Request) -> tuple[dict[str, Any], str]:
    args: dict[str, Any] = {key: _decoded(value) for key, value in request.query.items()}
    if request.content_type == "application/json":
        args |= await request.json()
    elif request.can_read_body:
        args |= {key: _decoded(str(value)) for key, value in (await request.post()).items()}
    token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(args.pop("token", ""))
    return args, token


def _decoded(value: str) -> Any:
    # In a form or query, structured arguments come as JSON text.
    if value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
