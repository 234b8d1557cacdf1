"""From Bolt to a listener and back: one catch-all per kind and a table, so that a thousand ids cost what one costs."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import ClientError
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.directory import Directory
from bot.inbound import Inbound
from bot.languages import translator
from bot.logs import where
from bot.payloads import user_in, value_of, values_in
from bot.rules.permissions import Actor
from bot.rules.problems import NotFound, Problem
from bot.rules.text import Gettext, escape
from bot.slack import LostAnswer, SlackApi
from bot.slack_errors import SlackError, TooLate
from handlers.blocks import message, modal, section
from handlers.listening import (
    Answer,
    Click,
    Command,
    Done,
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
Ask = Callable[[Actor, Gettext], Awaitable[Answer]]
Show = Callable[[Answer, Gettext], Awaitable[None]]
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
        listener = self._registry.commands.get(body["command"], _unknown_command)

        async def ask(actor: Actor, _: Gettext) -> Answer:
            typed = Command(actor, _, body["command"], body.get("text", ""), body["channel_id"])
            return await listener(typed, self._focal)

        async def show(given: Answer, _: Gettext) -> None:
            if isinstance(given, Modal):
                await self._open(body, given.view)
            if isinstance(given, Reply):
                await ack(response_type="ephemeral", **message(given.text, given.blocks))
            else:
                await ack()

        await self._serve(body, ask, show)

    async def on_action(self, ack: AsyncAck, body: Body) -> None:
        """Answer a button, menu or picker."""
        action = body["actions"][0]
        listener = self._registry.actions.get(action["action_id"], _unknown_button)
        view = body.get("view") or {}

        async def ask(actor: Actor, _: Gettext) -> Answer:
            return await listener(_click(actor, _, action, body), self._focal)

        async def show(given: Answer, _: Gettext) -> None:
            # What was clicked in a message has no view that another could take the place of.
            if isinstance(given, Modal) or (isinstance(given, Update) and not view):
                await self._open(body, given.view)
            await ack()
            if isinstance(given, Update) and view:
                self._do_later(self._update(body, view, given.view))
            elif isinstance(given, Reply):
                self._do_later(self._reply_to_click(given, body))

        await self._serve(body, ask, show)

    async def on_submission(self, ack: AsyncAck, body: Body) -> None:
        """Answer a modal that was submitted or, with nothing to do, one that was closed."""
        if body["type"] != "view_submission":
            await ack()
            return
        view = body["view"]
        listener = self._registry.views.get(view["callback_id"], _unknown_form)

        async def ask(actor: Actor, _: Gettext) -> Answer:
            claims = view.get("private_metadata", "")
            sent = Submission(actor, _, view["callback_id"], claims, values_in(view), view)
            return await listener(sent, self._focal)

        async def show(given: Answer, _: Gettext) -> None:
            if isinstance(given, Errors):
                await ack(response_action="errors", errors=dict(given.fields))
            elif isinstance(given, Update | Modal):
                await ack(response_action="update", view=given.view)
            elif isinstance(given, Reply):
                await ack(response_action="update", view=_notice(given, view, _))
            else:
                await ack()

        await self._serve(body, ask, show)

    async def on_shortcut(self, ack: AsyncAck, body: Body) -> None:
        """Answer a shortcut."""
        listener = self._registry.shortcuts.get(body["callback_id"], _unknown_shortcut)
        channel = (body.get("channel") or {}).get("id", "")

        async def ask(actor: Actor, _: Gettext) -> Answer:
            used = Shortcut(actor, _, body["callback_id"], channel, body.get("message") or {})
            return await listener(used, self._focal)

        async def show(given: Answer, _: Gettext) -> None:
            if isinstance(given, Modal):
                await self._open(body, given.view)
            await ack()
            if isinstance(given, Reply):
                self._do_later(self._reply_to_click(given, body))

        await self._serve(body, ask, show)

    async def _serve(self, body: Body, ask: Ask, show: Show) -> None:
        """Let a listener answer and show the answer; whatever goes wrong becomes words for the person who asked."""
        _: Gettext = str
        try:
            actor, _ = await self._who(body)
            given = await ask(actor, _)
        except Problem as problem:
            given = _problem(problem, _)
        except Exception as error:  # noqa: BLE001 - the boundary itself
            given = Reply(_failure(error, _))
        await self._show(given, show, _)
        if isinstance(given, Reply) and given.after is not None:
            self._do_later(self._run_after(given.after, body))

    async def _who(self, body: Body) -> tuple[Actor, Gettext]:
        actor = await self._directory.actor(user_in(body))
        return actor, translator(actor.locale)

    async def _show(self, given: Answer, show: Show, _: Gettext) -> None:
        """Show an answer; where Slack does not take it, say so without claiming that nothing was done."""
        try:
            await show(given, _)
        except TooLate:
            await show(Reply(_("Slack gave me too little time to open the form. Please try again.")), _)
        except LostAnswer as trouble:
            # The form may well be open: to say anything else now would be a guess.
            log.warning("answer_not_shown", reason=str(trouble))
            await show(Done(), _)
        except Exception as error:  # noqa: BLE001 - the boundary itself
            await show(Reply(_unshown(error, _)), _)

    async def _open(self, body: Body, view: dict[str, Any]) -> None:
        method = "views.push" if (body.get("view") or {}).get("type") == "modal" else "views.open"
        await self._slack.call(method, {"trigger_id": body["trigger_id"], "view": view})

    async def _update(self, body: Body, shown: Mapping[str, Any], view: dict[str, Any]) -> None:
        if shown.get("type") == "home":
            await self._slack.call("views.publish", {"user_id": user_in(body), "view": view})
            return
        await self._slack.call("views.update", {"view_id": shown["id"], "view": view})

    async def _reply_to_click(self, reply: Reply, body: Body) -> None:
        url = body.get("response_url")
        if not url or not await self._respond(url, reply):
            await self._tell(user_in(body), message(reply.text, reply.blocks))

    async def _respond(self, url: str, reply: Reply) -> bool:
        """Answer where the click was; False if Slack takes nothing there any more."""
        client = AsyncWebhookClient(url, session=self._slack.client.session, retry_handlers=[])
        replaces = isinstance(reply, Replace)
        body = {"response_type": "ephemeral", "replace_original": replaces, **message(reply.text, reply.blocks)}
        answer = await client.send_dict(body)
        if answer.status_code != HTTPStatus.OK:
            log.warning("response_url_refused", status=answer.status_code)
        return answer.status_code == HTTPStatus.OK

    async def _run_after(self, work: Callable[[], Awaitable[None]], body: Body) -> None:
        try:
            await work()
        except Problem as problem:
            _, told = await self._who(body)
            await self._tell(user_in(body), message(_problem(problem, told).text))
        except Exception as error:  # noqa: BLE001 - the boundary for work after the acknowledgement
            _, told = await self._who(body)
            await self._tell(user_in(body), message(_failure(error, told)))

    async def _tell(self, user: str, said: dict[str, Any]) -> None:
        channel = await self._slack.dm(user)
        await self._slack.call("chat.postMessage", {"channel": channel, **said})

    def _do_later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_guarded(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (SlackError, LostAnswer, ClientError, TimeoutError) as trouble:
        log.warning("answer_not_shown", reason=str(trouble))
    except Exception as error:  # noqa: BLE001 - the boundary for what is shown after the acknowledgement
        _code_of(error)


def _click(actor: Actor, _: Gettext, action: Body, body: Body) -> Click:
    container, held = body.get("container") or {}, body.get("message") or {}
    view = body.get("view") or {}
    value = value_of(action)
    return Click(
        actor,
        _,
        action["action_id"],
        value if isinstance(value, str) else "",
        container.get("channel_id", ""),
        container.get("message_ts", ""),
        held.get("thread_ts", "") or container.get("thread_ts", ""),
        values_in(view) | values_in(body),
        view,
    )


async def _unknown_command(_command: Command, _focal: Focal) -> Answer:
    raise NotFound("I do not know this command.", "Type /wps help to see what there is.")


async def _unknown_button(_click: Click, _focal: Focal) -> Answer:
    raise NotFound("This button is from an older version of Focal and does nothing any more.")


async def _unknown_form(_submission: Submission, _focal: Focal) -> Answer:
    raise NotFound("This form is from an older version of Focal.", "Please open it again.")


async def _unknown_shortcut(_shortcut: Shortcut, _focal: Focal) -> Answer:
    raise NotFound("I do not know this shortcut.")


def _problem(problem: Problem, _: Gettext) -> Reply:
    log.info("refused", code=problem.code)
    return Reply(f"{escape(problem.said(_))} ({problem.code})")


def _code_of(error: Exception) -> str:
    """Return a new code under which the log tells more of an error."""
    code = f"F-{secrets.token_hex(3).upper()}"
    log.error("failed", code=code, error=type(error).__name__, where=where(error))
    return code


def _failure(error: Exception, _: Gettext) -> str:
    return _(
        "Something went wrong on my side; what you asked for was not done. Please try again, and if it happens again "
        "tell the Secretariat this code: {code}"
    ).format(code=_code_of(error))


def _unshown(error: Exception, _: Gettext) -> str:
    return _(
        "I could not show you the answer. Look whether what you wanted is done before you try again, and if it happens "
        "again tell the Secretariat this code: {code}"
    ).format(code=_code_of(error))


def _notice(reply: Reply, view: Body, _: Gettext) -> dict[str, Any]:
    """Return a form that says what a reply says, in place of the one that was submitted, with its title."""
    blocks = list(reply.blocks) or [section(reply.text)]
    return modal("notice", view["title"]["text"], blocks, close=_("Close"))
