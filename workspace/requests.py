"""HTTP mode: what happens goes to the app's request address, signed, as Slack sends it there."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import aiohttp

from workspace.problems import DispatchFailed, Timeout

SIGNING_SECRET = "sample-signing-secret"  # noqa: S105 - made up, and good on this machine alone
PROVING_SECONDS = 3.0
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


class Requests:
    """Posts payloads to one address and returns what the answer carries; `now` is aware UTC."""

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        """Post to `url`."""
        self.url = url
        self._now = now

    async def prove(self) -> None:
        """Ask the app to echo a challenge, as Slack does before it takes an address; DispatchFailed if it does not."""
        challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
        body = json.dumps({"type": "url_verification", "token": "unused", "challenge": challenge})
        try:
            answer = await self._post(body, JSON_TYPE, {}, PROVING_SECONDS)
        except (TimeoutError, aiohttp.ClientError):
            raise DispatchFailed(self.url) from None
        if answer.strip() != challenge:
            raise DispatchFailed("url_verification")

    async def send(self, kind: str, payload: dict[str, Any], retry: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Post one payload; Timeout if there is no answer in time, DispatchFailed for one that is not 200."""
        more = {}
        if retry:
            more = {"X-Slack-Retry-Num": str(retry["retry_attempt"]), "X-Slack-Retry-Reason": "http_timeout"}
        try:
            answer = await self._post(*_written(kind, payload), more, seconds)
        except (TimeoutError, aiohttp.ClientError):
            raise Timeout(kind) from None
        return _read(answer)

    async def _post(self, body: str, content_type: str, more: dict[str, str], seconds: float) -> str:
        timestamp = str(int(self._now().timestamp()))
        signed = f"v0:{timestamp}:{body}".encode()
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": "v0=" + hmac.new(SIGNING_SECRET.encode(), signed, hashlib.sha256).hexdigest(),
            **more,
        }
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(self.url, data=body.encode(), headers=headers) as response,
        ):
            answer = await response.text()
            if response.status != HTTPStatus.OK:
                raise DispatchFailed(f"{self.url} ({response.status})")
            return answer


def _written(kind: str, payload: dict[str, Any]) -> tuple[str, str]:
    """Return body and content type: events are JSON, commands a form, interactions a form with JSON in one field."""
    if kind == "events_api":
        return json.dumps(payload), JSON_TYPE
    return urlencode(payload if kind == "slash_commands" else {"payload": json.dumps(payload)}), FORM_TYPE


def _read(answer: str) -> dict[str, Any]:
    """Return what an acknowledgement carries; words that are not JSON are a message to whoever typed the command."""
    if not answer.strip():
        return {}
    try:
        found = json.loads(answer)
    except ValueError:
        return {"text": answer}
    return found if isinstance(found, dict) else {}
