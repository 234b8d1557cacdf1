"""Slack's Web API as Focal uses it: one session, no hidden retries, its errors as classes."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import slack_errors
from bot.rules.files import SharedFile
from bot.rules.people import Profile, read_profile
from bot.rules.problems import BadInput, NotFound

TIMEOUT_SECONDS = 10.0
METADATA_EVENT = "focal"


class LostAnswer(Exception):
    """No answer came back: the call may have taken effect or not."""


class SlackApi:
    """The Web API; every method raises a `SlackError` for a refusal and `LostAnswer` where nobody can know."""

    def __init__(self, client: AsyncWebClient, home_team: str = "") -> None:
        """Work through `client`; `home_team` tells home people from external ones once `start` has asked."""
        self.client = client
        self.home_team = home_team
        self.bot_user_id = ""
        self.bot_id = ""
        self.url = ""
        # The loop holds tasks weakly: without this one could be gone before it is done.
        self._telling: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Ask who the token belongs to; TokenRefused if it is not accepted."""
        answer = await self.call("auth.test", {})
        self.home_team = answer["team_id"]
        self.bot_user_id = answer["user_id"]
        self.bot_id = answer.get("bot_id", "")
        self.url = answer.get("url", "")

    async def call(self, method: str, payload: Mapping[str, Any], *, read: bool = False) -> dict[str, Any]:
        """Call a method and return Slack's answer; methods that `read` take a query, the others JSON."""
        try:
            if read:
                response = await self.client.api_call(method, http_verb="GET", params=dict(payload))
            else:
                response = await self.client.api_call(method, json=dict(payload))
        except SlackApiError as error:
            raise slack_errors.of_answer(error) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise LostAnswer(type(error).__name__) from None
        return response.data if isinstance(response.data, dict) else {}

    async def profile(self, user_id: str) -> Profile:
        """Return who a user is, with locale and zone."""
        answer = await self.call("users.info", {"user": user_id, "include_locale": "true"}, read=True)
        return read_profile(answer["user"], self.home_team)

    async def dm(self, user_ids: str) -> str:
        """Return the channel id of the app's DM with a person, or with several whose ids have commas between them."""
        answer = await self.call("conversations.open", {"users": user_ids})
        return str(answer["channel"]["id"])

    async def find_post(self, channel: str, oldest: float, key: str, thread_ts: str | None) -> str | None:
        """Return the ts of the message that carries `key` in its metadata, looking from `oldest` (epoch seconds) on."""
        method = "conversations.replies" if thread_ts else "conversations.history"
        query: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{oldest:.6f}",
            "limit": 200,
            "include_all_metadata": "true",
        }
        if thread_ts:
            query["ts"] = thread_ts
        while True:
            answer = await self.call(method, query, read=True)
            for message in answer.get("messages", []):
                if message.get("metadata", {}).get("event_payload", {}).get("key") == key:
                    return str(message["ts"])
            query["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor")
            if not query["cursor"]:
                return None

    async def thread(self, channel: str, thread_ts: str) -> list[dict[str, Any]]:
        """Return a whole thread, its first message and then the replies, oldest first."""
        found: list[dict[str, Any]] = []
        query = {"channel": channel, "ts": thread_ts, "limit": 200}
        while True:
            answer = await self.call("conversations.replies", query, read=True)
            # Slack shows the first message again on every page.
            found += [m for m in answer.get("messages", []) if not found or m.get("ts") != thread_ts]
            query["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not query["cursor"]:
                return found

    async def permalink(self, channel: str, ts: str) -> str:
        """Return the permanent address of a message, or an empty text if Slack gives none."""
        try:
            answer = await self.call("chat.getPermalink", {"channel": channel, "message_ts": ts}, read=True)
        except (slack_errors.SlackError, LostAnswer):
            return ""
        return str(answer.get("permalink", ""))

    def address(self, channel: str, ts: str) -> str:
        """Return where a message that stands in a channel itself can be seen, without asking Slack.

        Source: the permanent addresses that chat.getPermalink gives; a reply's would need its thread as well.
        """
        return f"{self.url}archives/{channel}/p{ts.replace('.', '')}" if self.url else ""

    def tell_status(self, channel: str, thread_ts: str, status: str) -> None:
        """Show below a conversation with the app what it is doing, until it answers there; nothing waits for it.

        Slack shows it in the agent view alone, which not every plan has: whatever it answers, nothing depends on it.
        """
        task = asyncio.create_task(self._tell_status(channel, thread_ts, status))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell_status(self, channel: str, thread_ts: str, status: str) -> None:
        payload = {"channel_id": channel, "thread_ts": thread_ts, "status": status}
        with suppress(slack_errors.SlackError, LostAnswer):
            await self.call("assistant.threads.setStatus", payload)

    async def is_in(self, channel: str) -> bool:
        """Tell whether the app is in a channel and may post there."""
        try:
            answer = await self.call("conversations.info", {"channel": channel}, read=True)
        except slack_errors.Unreachable:
            return False
        return bool(answer["channel"].get("is_member") or answer["channel"].get("is_im"))

    async def send_file(self, user_id: str, name: str, content: bytes, text: str) -> None:
        """Send a file to a person's DM."""
        channel = await self.dm(user_id)
        try:
            await self.client.files_upload_v2(channel=channel, filename=name, content=content, initial_comment=text)
        except SlackApiError as error:
            raise slack_errors.of_answer(error) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise LostAnswer(type(error).__name__) from None

    async def file(self, file_id: str, most: int) -> SharedFile:
        """Return a file that somebody shared with the app.

        BadInput if it is larger than `most` bytes, NotFound if Slack does not give it: deleted, or kept elsewhere.
        """
        try:
            found = (await self.call("files.info", {"file": file_id}, read=True))["file"]
        except (slack_errors.SlackError, LostAnswer):
            raise _not_given() from None
        if int(found.get("size") or 0) > most:
            raise _too_large(most)
        content = await self._download(str(found.get("url_private_download") or ""), most)
        return SharedFile(str(found.get("name") or ""), str(found.get("user") or ""), content)

    async def _download(self, address: str, most: int) -> bytes:
        """Return what stands at an address of Slack's own; the token is shown to no other host."""
        host, own = urlsplit(address).hostname or "", urlsplit(self.client.base_url).hostname
        if self.client.session is None or (host != own and not host.endswith(".slack.com")):
            raise _not_given()
        headers = {"Authorization": f"Bearer {self.client.token}"}
        content = bytearray()
        try:
            async with self.client.session.get(address, headers=headers, allow_redirects=False) as answer:
                # Without the scope Slack answers 200 with a page to log in.
                if answer.status != HTTPStatus.OK or answer.content_type == "text/html":
                    raise _not_given()
                async for piece in answer.content.iter_chunked(65_536):
                    content += piece
                    if len(content) > most:
                        raise _too_large(most)
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise _not_given() from None
        return bytes(content)


def _not_given() -> NotFound:
    return NotFound("Slack does not give me this file.", "Send it again as a file of its own.")


def _too_large(most: int) -> BadInput:
    return BadInput("The file is larger than {size} MB.", "Split it into smaller files.", size=most // 1_000_000)


def web_client(token: str, base_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return a client on a shared session, with no retry of its own.

    The SDK's default handler repeats a post whose connection broke: measured, 52 of 52 lost answers became duplicates.
    Its own `timeout` is ignored once a session is given, so the session must carry it (`TIMEOUT_SECONDS`).
    """
    return AsyncWebClient(token=token, base_url=base_url, session=session, retry_handlers=[])


def slack_session(timeout: float = TIMEOUT_SECONDS) -> aiohttp.ClientSession:
    """Return the one HTTP session for Slack; it carries the time-out, since the SDK's is ignored beside a session."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout))
