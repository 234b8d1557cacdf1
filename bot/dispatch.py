"""From Bolt to a listener and back: one catch-all per kind and a table, so that a thousand ids cost what one costs."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.directory import Directory
from bot.inbound import Inbound
from bot.languages import translator
from bot.logs import where
from bot.rules.problems import Problem
from bot.rules.text import Gettext, escape
from bot.slack import LostAnswer, SlackApi
from bot.slack_errors import SlackError, TooLate
from handlers.blocks import message, modal, section
from handlers.listening import (
    Answer,
    Click,
    Command,
    Errors,
    Focal,
    Modal,
    Registry,
    Replace,
    Reply,
    Shortcut,
    Submission,
    Update,
)

log = structlog.get_logger("focal.dispatch")
Body = dict[str, Any]
Say = Callable[[Answer], Awaitable[None]]
EVERYTHING = re.compile(r"[\s\S]*")


class Dispatcher:
    """Finds the listener, lets it answer, and gives every request an answer, also when something fails."""

    def __init__(
        self, registry: Registry, focal: Focal, directory: Directory, inbound: Inbound, slack: SlackApi
    ) -> None:
        """Answer with the listeners of `registry`, events through `inbound`."""
        self._registry = registry
        self._focal = focal
        self._directory = directory
        self._inbound = inbound
        self._slack = slack
        self._background: set[asyncio.Task[None]] = set()

    def attach(self, app: AsyncApp) -> None:
        """Register the catch-alls with Bolt."""
        app.command(EVERYTHING)(self.on_command)
        app.action(EVERYTHING)(self.on_action)
        app.view(EVERYTHING)(self.on_submission)
        app.shortcut(EVERYTHING)(self.on_shortcut)
        messages: dict[str, Any] = {"type": "message", "subtype": EVERYTHING}
        app.event(messages)(self.on_event)
        app.event(EVERYTHING)(self.on_event)

    async def drain(self) -> None:
        """Wait for what was promised after an acknowledgement."""
        while self._background:
            await asyncio.gather(*self._background)

    async def on_event(self, body: Body) -> None:
        """Keep an event; Bolt tells Slack only after this returns, and not at all if it raises."""
        await self._inbound.keep(body)

    async def on_command(self, ack: AsyncAck, body: Body) -> None:
        """Answer a slash command; the acknowledgement itself carries the answer."""
        listener = self._registry.commands.get(body["command"])
        actor = await self._directory.actor(body["user_id"])
        _ = translator(actor.locale)

        async def answer() -> Answer:
            if listener is None:
                return Reply(_("I do not know this command. Type /wps help to see what there is."))
            return await listener(
                Command(actor, _, body["command"], body.get("text", ""), body["channel_id"]), self._focal
            )

        async def say(given: Answer) -> None:
            if isinstance(given, Reply):
                await ack(response_type="ephemeral", **_said(given))
                self._later(given, body)
            elif isinstance(given, Modal):
                await self._open(body, given.view)
                await ack()
            else:
                await ack()

        await self._answer(answer, say, _)

    async def on_action(self, ack: AsyncAck, body: Body) -> None:
        """Answer a button, menu or picker."""
        action = body["actions"][0]
        listener = self._registry.actions.get(action["action_id"])
        actor = await self._directory.actor(body["user"]["id"])
        _ = translator(actor.locale)
        view = body.get("view") or {}

        async def answer() -> Answer:
            if listener is None:
                return Reply(_("This button is from an older version of Focal and does nothing any more."))
            container = body.get("container") or {}
            message_body = body.get("message") or {}
            click = Click(
                actor,
                _,
                action["action_id"],
                _value_of(action) if isinstance(_value_of(action), str) else "",
                container.get("channel_id", ""),
                container.get("message_ts", ""),
                message_body.get("thread_ts", "") or container.get("thread_ts", ""),
                _values(view) | _values({"state": body.get("state") or {}}),
                view,
            )
            return await listener(click, self._focal)

        async def say(given: Answer) -> None:
            # What was clicked in a message has no view that another could take the place of.
            if isinstance(given, Modal) or (isinstance(given, Update) and not view):
                await self._open(body, given.view)
            await ack()
            if isinstance(given, Update) and view:
                self._do_later(self._update(view, given.view))
            elif isinstance(given, Reply):
                self._do_later(self._reply_to_click(given, body))
                self._later(given, body)

        await self._answer(answer, say, _)

    async def on_submission(self, ack: AsyncAck, body: Body) -> None:
        """Answer a modal that was submitted or, with nothing to do, one that was closed."""
        if body["type"] != "view_submission":
            await ack()
            return
        view = body["view"]
        listener = self._registry.views.get(view["callback_id"])
        actor = await self._directory.actor(body["user"]["id"])
        _ = translator(actor.locale)

        async def answer() -> Answer:
            if listener is None:
                return Reply(_("This form is from an older version of Focal. Please open it again."))
            values = _values(view)
            return await listener(
                Submission(actor, _, view["callback_id"], view.get("private_metadata", ""), values, view), self._focal
            )

        async def say(given: Answer) -> None:
            if isinstance(given, Errors):
                await ack(response_action="errors", errors=dict(given.fields))
            elif isinstance(given, Update | Modal):
                await ack(response_action="update", view=given.view)
            elif isinstance(given, Reply):
                await ack(response_action="update", view=_notice(given, view["title"]["text"], _))
                self._later(given, body)
            else:
                await ack()

        await self._answer(answer, say, _)

    async def on_shortcut(self, ack: AsyncAck, body: Body) -> None:
        """Answer a shortcut."""
        listener = self._registry.shortcuts.get(body["callback_id"])
        actor = await self._directory.actor(body["user"]["id"])
        _ = translator(actor.locale)

        async def answer() -> Answer:
            if listener is None:
                return Reply(_("I do not know this shortcut."))
            channel = (body.get("channel") or {}).get("id", "")
            return await listener(
                Shortcut(actor, _, body["callback_id"], channel, body.get("message") or {}), self._focal
            )

        async def say(given: Answer) -> None:
            if isinstance(given, Modal):
                await self._open(body, given.view)
            await ack()
            if isinstance(given, Reply):
                self._do_later(self._reply_to_click(given, body))

        await self._answer(answer, say, _)

    async def _answer(self, answer: Callable[[], Awaitable[Answer]], say: Say, _: Gettext) -> None:
        """Let a listener answer; whatever goes wrong becomes words for the person and a code for the log."""
        try:
            given = await answer()
            await say(given)
        except Problem as problem:
            await say(_problem(problem, _))
        except TooLate:
            await say(Reply(_("Slack gave me too little time to open the form. Please try again.")))
        except Exception as error:  # noqa: BLE001 - the boundary itself
            await say(Reply(_failure(error, _)))

    async def _open(self, body: Body, view: dict[str, Any]) -> None:
        method = "views.push" if (body.get("view") or {}).get("type") == "modal" else "views.open"
        await self._slack.call(method, {"trigger_id": body["trigger_id"], "view": view})

    async def _update(self, shown: Mapping[str, Any], view: dict[str, Any]) -> None:
        if shown.get("type") == "home":
            user = shown.get("private_metadata", "")
            await self._slack.call("views.publish", {"user_id": user, "view": view})
            return
        await self._slack.call("views.update", {"view_id": shown["id"], "view": view})

    async def _reply_to_click(self, reply: Reply, body: Body) -> None:
        url = body.get("response_url")
        if url:
            await self._respond(url, reply, replace=isinstance(reply, Replace))
            return
        channel = await self._slack.dm(body["user"]["id"])
        await self._slack.call("chat.postMessage", {"channel": channel, **message(reply.text, reply.blocks)})

    async def _respond(self, url: str, reply: Reply, *, replace: bool = False) -> None:
        client = AsyncWebhookClient(url, session=self._slack.client.session, retry_handlers=[])
        await client.send_dict(
            {"response_type": "ephemeral", "replace_original": replace, **message(reply.text, reply.blocks)}
        )

    def _later(self, reply: Reply, body: Body) -> None:
        if reply.after is not None:
            self._do_later(self._run_after(reply.after, body))

    async def _run_after(self, work: Callable[[], Awaitable[None]], body: Body) -> None:
        user = body.get("user_id") or body["user"]["id"]
        _ = translator((await self._directory.actor(user)).locale)
        try:
            await work()
        except Problem as problem:
            await self._tell(user, escape(problem.said(_)))
        except Exception as error:  # noqa: BLE001 - the boundary for work after the acknowledgement
            await self._tell(user, _failure(error, _))

    async def _tell(self, user: str, text: str) -> None:
        channel = await self._slack.dm(user)
        await self._slack.call("chat.postMessage", {"channel": channel, **message(text)})

    def _do_later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_guarded(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (SlackError, LostAnswer) as trouble:
        log.warning("answer_not_shown", reason=str(trouble))


def _said(reply: Reply) -> dict[str, Any]:
    return message(reply.text, reply.blocks)


def _problem(problem: Problem, _: Gettext) -> Reply:
    log.info("refused", code=problem.code)
    return Reply(f"{escape(problem.said(_))} ({problem.code})")


def _failure(error: Exception, _: Gettext) -> str:
    code = f"F-{secrets.token_hex(3).upper()}"
    log.error("failed", code=code, error=type(error).__name__, where=where(error))
    return _(
        "Something went wrong on my side; what you asked for was not done. Please try again, and if it happens again "
        "tell the Secretariat this code: {code}"
    ).format(code=code)


def _notice(reply: Reply, title: str, _: Gettext) -> dict[str, Any]:
    blocks = list(reply.blocks) or [section(reply.text)]
    return modal("notice", title, blocks, close=_("Close"))


def _values(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a view's inputs hold, by block id; where a block has several elements, by action id as well."""
    found: dict[str, Any] = {}
    for block_id, elements in ((view.get("state") or {}).get("values") or {}).items():
        for action_id, element in elements.items():
            found[block_id] = found[action_id] = _value_of(element)
    return found


def _value_of(element: Mapping[str, Any]) -> Any:
    """Return what an element holds: a text, an option's value, a list of values, an id, a date, or None."""
    if "selected_option" in element:
        return (element["selected_option"] or {}).get("value")
    if "selected_options" in element:
        return [each["value"] for each in element["selected_options"] or []]
    for name in (
        "value",
        "selected_user",
        "selected_users",
        "selected_channel",
        "selected_conversation",
        "selected_date",
        "selected_time",
        "selected_date_time",
    ):
        if element.get(name) is not None:
            return element[name]
    return None
