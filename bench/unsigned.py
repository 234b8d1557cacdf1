"""`python -m bench.unsigned`: a hundred thousand requests that nobody signed, and what they were answered; seeded."""

import asyncio
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.types import ASGIApp

from bench import rigs
from bot.web import MAX_BODY, web_app

SEED = 1325
TOTAL = 100_000
CONTENT_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "text/xml",
    "",
    "application/json; charset=\xff",
)
BODIES = (
    b"",
    b"{",
    b"[]",
    b"[" * 20_000,
    b"payload=%7B",
    b"payload=",
    b"null",
    b'"x"',
    b"\xff\xfe",
    b"a=b&payload=[]",
    b"\0",
)
STAMPS = ("abc", "1e5", "-1", "", "9" * 40, "٣", "1.5")
SIGNATURES = ("v0=é", "v0=", "", "v0=" + "0" * 64, "v1=" + "f" * 64, "\0")

Request = tuple[bytes, Mapping[str, str]]


def requests(seed: int, total: int) -> Iterator[Request]:
    """Yield bodies and headers, each wrong in one way or several, none with a signature of the secret."""
    chance = random.Random(seed)
    for _ in range(total):
        body = chance.choice(BODIES) if chance.random() < 0.5 else chance.randbytes(chance.randint(0, 300))
        if chance.random() < 0.001:
            body = b"x" * (MAX_BODY + 1)
        headers = {"Content-Type": chance.choice(CONTENT_TYPES)}
        stamp = str(int(time.time())) if chance.random() < 0.5 else chance.choice(STAMPS)
        if chance.random() < 0.9:
            headers["X-Slack-Request-Timestamp"] = stamp
        if chance.random() < 0.9:
            headers["X-Slack-Signature"] = chance.choice(SIGNATURES)
        yield body, headers


async def answered(app: ASGIApp, request: Request) -> int:
    """Return the status of the answer to a request."""
    body, headers = request
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    names = [(name.lower().encode(), value.encode("utf-8")) for name, value in headers.items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": "/slack/events",
        "raw_path": b"/slack/events", "query_string": b"", "root_path": "", "scheme": "http", "headers": names,
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]  # a mapping is what it is called with
    return status


async def main() -> None:
    """Send them all and print how many got which answer, and what it cost in memory."""
    with tempfile.TemporaryDirectory() as folder:
        async with rigs.database(f"sqlite:///{folder}/bench.db") as db, rigs.focal(db) as (bot, _slack):
            app = web_app(bot, rigs.SECRET)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            begun = time.perf_counter()
            found = Counter([await answered(app, request) for request in requests(SEED, TOTAL)])
            taken = time.perf_counter() - begun
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
    print(
        f"{TOTAL:,} unsigned requests, seed {SEED}: {dict(sorted(found.items()))} in {taken:.0f} s, {grown:.0f} MB more"
    )
    sys.exit(any(status >= 500 for status in found))


if __name__ == "__main__":
    asyncio.run(main())
