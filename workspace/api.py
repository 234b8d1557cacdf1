"""The Web API methods that an app calls, as strict as Slack's."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from workspace.checks import message_faults, view_faults
from workspace.deliveries import Deliveries
from workspace.inputs import Blocks, initial_values, telling, with_block_ids
from workspace.manifest import Manifest
from workspace.objects import (
    SUBSCRIPTIONS,
    changed_event,
    file_object,
    message_event,
    message_object,
    reaction_event,
    user_object,
    view_object,
)
from workspace.problems import Refusal
from workspace.state import Channel, Message, StoredFile, Team, User, View

Args = dict[str, Any]
Result = dict[str, Any]
METADATA_LIMIT = 8000
"""Characters. Slack does not say where its own limit lies; what the app needs is far below."""
TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_URL_LIFE = timedelta(minutes=30)
RESPONSE_URL_USES = 5
DEEPEST = 3


HISTORY = {"channel": "channels:history", "private": "groups:history", "im": "im:history", "mpim": "mpim:history"}
READ = {"channel": "channels:read", "private": "groups:read", "im": "im:read", "mpim": "mpim:read"}
MOST_IN_A_GROUP = 8
SCOPES = {
    "auth.test": None,
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.getPermalink": None,
    "assistant.threads.setStatus": "assistant:write",
    "conversations.open": "im:write",
    "conversations.info": None,
    "conversations.history": None,
    "conversations.replies": None,
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "users.info": "users:read",
    "views.open": None,
    "views.push": None,
    "views.update": None,
    "views.publish": None,
    "files.getUploadURLExternal": "files:write",
    "files.info": "files:read",
    "files.completeUploadExternal": "files:write",
}


class Methods:
    """Each public method of this class answers the Web API method of its name, with `_` for the dot."""

    def __init__(self, team: Team, manifest: Manifest, deliveries: Deliveries, bot: User) -> None:
        """Answer the app `bot`, which has the manifest's scopes."""
        self._team = team
        self._manifest = manifest
        self._deliveries = deliveries
        self._bot = bot
        self.statuses: list[tuple[str, str, str]] = []
        """What the app said that it was doing: (channel, thread, status), oldest first."""

    async def call(self, name: str, args: Args) -> Result:
        """Answer a call; raise Refusal with Slack's word."""
        if name not in SCOPES:
            raise Refusal("unknown_method", req_method=name)
        self._need(SCOPES[name])
        method: Callable[[Args], Awaitable[Result]] = getattr(self, name.replace(".", "_"))
        return {"ok": True, **await method(args)}

    def _need(self, scope: str | None) -> None:
        if scope is not None and scope not in self._manifest.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self._manifest.scopes)))

    def _channel(self, args: Args, *, joined: bool = False) -> Channel:
        channel = self._team.channels.get(str(args.get("channel", "")))
        if channel is None or (channel.kind != "channel" and self._bot.id not in channel.members):
            raise Refusal("channel_not_found")
        if joined and self._bot.id not in channel.members:
            raise Refusal("not_in_channel")
        if joined and channel.is_archived:
            raise Refusal("is_archived")
        return channel

    def _user(self, user_id: Any) -> User:
        user = self._team.users.get(str(user_id))
        if user is None:
            raise Refusal("user_not_found")
        return user

    async def auth_test(self, _args: Args) -> Result:
        """Say who the token belongs to."""
        return {
            "url": f"{self._deliveries.base_url}/",
            "team": "Sample",
            "user": self._bot.name,
            "team_id": self._team.id,
            "user_id": self._bot.id,
            "bot_id": self._team.bot_id,
        }

    async def chat_postMessage(self, args: Args) -> Result:  # noqa: N802 - Slack's name
        """Post a message."""
        channel = self._post_channel(args)
        if channel.kind == "im" and not self._manifest.messages_tab:
            raise Refusal("messages_tab_disabled")
        message = self._message(channel, args)
        message.metadata = self._metadata(args)
        self._team.add(message)
        self._deliveries.event(message_event(self._team, channel, message), SUBSCRIPTIONS[channel.kind])
        return {"channel": channel.id, "ts": message.ts, "message": message_object(self._team, message)}

    def _post_channel(self, args: Args) -> Channel:
        if str(args.get("channel", "")).startswith("U"):
            return self._team.dm(self._user(args["channel"]).id, self._bot.id)
        return self._channel(args, joined=True)

    def _message(self, channel: Channel, args: Args) -> Message:
        text, blocks = self._checked(str(args.get("text") or ""), args.get("blocks") or [])
        thread = args.get("thread_ts")
        root = self._team.message(channel.id, thread) if thread else None
        if thread and root is None:
            raise Refusal("thread_not_found")
        if root is not None and root.is_reply:
            raise Refusal("cannot_reply_to_message")
        return self._own_message(channel, text, blocks, thread)

    def _checked(self, text: str, blocks: Blocks) -> tuple[str, Blocks]:
        word, details = message_faults(text, blocks)
        if word:
            raise Refusal(word, details)
        self._offer(blocks)
        return text, blocks

    def _offer(self, blocks: Blocks) -> None:
        for action_id, value in telling(blocks):
            self._team.offered.setdefault(action_id, set()).add(value)

    def _own_message(self, channel: Channel, text: str, blocks: Blocks, thread_ts: str | None) -> Message:
        message = Message(channel.id, self._team.next_ts(), self._bot.id, "", bot_id=self._team.bot_id)
        message.thread_ts = thread_ts
        message.show(text, with_block_ids(blocks))
        return message

    @staticmethod
    def _metadata(args: Args) -> dict[str, Any] | None:
        metadata: dict[str, Any] | None = args.get("metadata")
        if metadata is None:
            return None
        if set(metadata) != {"event_type", "event_payload"} or not isinstance(metadata["event_payload"], dict):
            raise Refusal("invalid_metadata_format")
        if len(str(metadata)) > METADATA_LIMIT:
            raise Refusal("metadata_too_large")
        return metadata

    async def chat_postEphemeral(self, args: Args) -> Result:  # noqa: N802 - Slack's name
        """Show one person a message."""
        channel = self._channel(args, joined=True)
        user = self._user(args.get("user"))
        if user.id not in channel.members:
            raise Refusal("user_not_in_channel")
        message = self._message(channel, args)
        message.ephemeral_to = user.id
        # Slack takes one for a thread to which nobody has replied yet, and shows it nowhere.
        root = self._team.message(channel.id, message.thread_ts or "")
        if root is None or self._team.replies(root):
            self._team.add(message)
        return {"message_ts": message.ts}

    async def chat_update(self, args: Args) -> Result:
        """Change one of the app's own messages."""
        channel = self._channel(args, joined=True)
        message = self._own(channel, args)
        # Blocks that an update does not mention stay as they were; an empty list takes them away.
        text, blocks = self._checked(str(args.get("text") or ""), args.get("blocks", message.blocks))
        before = message_object(self._team, message)
        message.show(text, with_block_ids(blocks))
        message.edited = {"user": self._bot.id, "ts": self._team.next_ts()}
        self._team.changed()
        self._deliveries.event(changed_event(self._team, channel, message, before), SUBSCRIPTIONS[channel.kind])
        return {"channel": channel.id, "ts": message.ts, "text": text}

    def _own(self, channel: Channel, args: Args) -> Message:
        message = self._team.message(channel.id, str(args.get("ts", "")))
        if message is None:
            raise Refusal("message_not_found")
        if message.user != self._bot.id:
            raise Refusal("cant_update_message")
        return message

    async def chat_getPermalink(self, args: Args) -> Result:  # noqa: N802 - Slack's name
        """Say where a message can be seen."""
        channel = self._channel(args)
        message = self._team.message(channel.id, str(args.get("message_ts", "")))
        if message is None:
            raise Refusal("message_not_found")
        return {
            "channel": channel.id,
            "permalink": f"{self._deliveries.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}",
        }

    async def assistant_threads_setStatus(self, args: Args) -> Result:  # noqa: N802 - Slack's name
        """Show what the app is doing below one of its direct messages, until it says something there."""
        channel = self._team.channels.get(str(args.get("channel_id", "")))
        if channel is None or self._bot.id not in channel.members:
            raise Refusal("channel_not_found")
        if not args.get("thread_ts"):
            raise Refusal("invalid_arguments")
        self.statuses.append((channel.id, str(args["thread_ts"]), str(args.get("status", ""))))
        return {}

    async def conversations_open(self, args: Args) -> Result:
        """Open the direct message with one person, or the group message with up to eight."""
        users = args.get("users") or ""
        names = users if isinstance(users, list) else str(users).split(",")
        if len(names) > MOST_IN_A_GROUP:
            raise Refusal("too_many_users")
        users = [self._user(each) for each in names]
        for user in users:
            if user.is_bot or user.deleted:
                raise Refusal("cannot_dm_bot" if user.is_bot else "user_disabled")
        if len(users) == 1:
            return {"channel": {"id": self._team.dm(users[0].id, self._bot.id).id}}
        self._need("mpim:write")
        return {"channel": {"id": self._team.group([self._bot.id, *(each.id for each in users)]).id}}

    def _channel_object(self, channel: Channel) -> Result:
        return {
            "id": channel.id,
            "name": channel.name,
            "is_channel": channel.kind == "channel",
            "is_private": channel.kind == "private",
            "is_im": channel.kind == "im",
            "is_mpim": channel.kind == "mpim",
            "is_member": self._bot.id in channel.members,
            "is_archived": channel.is_archived,
            "topic": {"value": channel.topic},
        }

    async def conversations_info(self, args: Args) -> Result:
        """Describe a channel."""
        channel = self._channel(args)
        self._need(READ[channel.kind])
        return {"channel": self._channel_object(channel)}

    async def conversations_history(self, args: Args) -> Result:
        """Return a channel's messages without replies, newest first."""
        channel = self._channel(args, joined=True)
        self._need(HISTORY[channel.kind])
        shown = [m for m in self._team.shared(channel.id) if not m.is_reply or m.subtype == "thread_broadcast"]
        return self._page(list(reversed(_between(shown, args))), args)

    async def conversations_replies(self, args: Args) -> Result:
        """Return a thread's root and replies, oldest first."""
        channel = self._channel(args, joined=True)
        self._need(HISTORY[channel.kind])
        root = self._team.message(channel.id, str(args.get("ts", "")))
        if root is None:
            raise Refusal("thread_not_found")
        return self._page([root, *_between(self._team.replies(root), args)], args)

    def _page(self, messages: list[Message], args: Args) -> Result:
        limit = min(int(args.get("limit") or 100), 999)
        start = int(args.get("cursor") or 0)
        metadata = _yes(args.get("include_all_metadata"))
        more = start + limit < len(messages)
        shown = messages[start : start + limit]
        return {
            "messages": [message_object(self._team, each, metadata=metadata) for each in shown],
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    async def reactions_add(self, args: Args) -> Result:
        """Put the app's reaction on a message."""
        _, message, name = self._reaction(args)
        users = message.reactions.setdefault(name, [])
        if self._bot.id in users:
            raise Refusal("already_reacted")
        users.append(self._bot.id)
        self._team.changed()
        self._deliveries.event(reaction_event("reaction_added", self._bot.id, name, message), "reaction_added")
        return {}

    async def reactions_remove(self, args: Args) -> Result:
        """Take the app's reaction off a message."""
        _, message, name = self._reaction(args)
        if self._bot.id not in message.reactions.get(name, []):
            raise Refusal("no_reaction")
        message.reactions[name].remove(self._bot.id)
        if not message.reactions[name]:
            del message.reactions[name]
        self._team.changed()
        self._deliveries.event(reaction_event("reaction_removed", self._bot.id, name, message), "reaction_removed")
        return {}

    def _reaction(self, args: Args) -> tuple[Channel, Message, str]:
        channel = self._channel(args, joined=True)
        message = self._team.message(channel.id, str(args.get("timestamp", "")))
        if message is None:
            raise Refusal("message_not_found")
        name = str(args.get("name") or "").strip(":")
        if not name:
            raise Refusal("invalid_name")
        return channel, message, name

    async def users_info(self, args: Args) -> Result:
        """Describe a person."""
        return {"user": self.describe(self._user(args.get("user")), locale=_yes(args.get("include_locale")))}

    def describe(self, user: User, *, locale: bool) -> Result:
        """Return Slack's user object as this app may see it: no e-mail address of somebody from elsewhere."""
        email = "users:read.email" in self._manifest.scopes and user.team_id == self._team.id
        return user_object(user, locale=locale, email=email)

    async def views_open(self, args: Args) -> Result:
        """Open a modal."""
        user = self._triggered(args)
        view = self._view(args, user, "modal")
        self._team.modals[user] = [view]
        self._team.changed()
        return {"view": view_object(self._team, view)}

    async def views_push(self, args: Args) -> Result:
        """Lay a modal upon the one that is open."""
        user = self._triggered(args)
        if not self._team.modals.get(user):
            raise Refusal("not_found")
        view = self._view(args, user, "modal")
        self.lay(view)
        return {"view": view_object(self._team, view)}

    def lay(self, view: View) -> None:
        """Lay a modal upon those that are open, three at most."""
        stack = self._team.modals[view.user]
        if len(stack) >= DEEPEST:
            raise Refusal("push_limit_reached")
        view.root_view_id, view.previous_view_id = stack[0].id, stack[-1].id
        stack.append(view)
        self._team.changed()

    def _triggered(self, args: Args) -> str:
        trigger = self._deliveries.triggers.get(str(args.get("trigger_id", "")))
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._team.now() - trigger.made > TRIGGER_LIFE:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.user

    def _view(self, args: Args, user: str, kind: str) -> View:
        body = args.get("view")
        if not isinstance(body, dict) or body.get("type") != kind:
            raise Refusal("invalid_arguments", [f"view must be a {kind}"])
        return self.make_view(body, user)

    def make_view(self, body: dict[str, Any], user: str, instead_of: str = "") -> View:
        """Return a view of `body` for `user`, or refuse what breaks a limit; `instead_of` is the id it replaces."""
        word, details = view_faults(body)
        if word:
            raise Refusal(word, details)
        external = str(body.get("external_id") or "")
        if external and any(view.external_id == external and view.id != instead_of for view in self._team.views()):
            raise Refusal("duplicate_external_id")
        blocks = with_block_ids(body["blocks"])
        self._offer(blocks)
        name = self._team.new_id("V")
        view = View(
            name,
            user,
            body["type"],
            body | {"blocks": blocks},
            self._team.new_hash(),
            name,
            external_id=external,
            values=initial_values(blocks, self._deliveries.places.get(user, "")),
        )
        if body.get("submit"):
            self._team.forms[view.callback_id] = view
        return view

    async def views_update(self, args: Args) -> Result:
        """Change a view that is shown."""
        found = self._shown(args)
        if found is None:
            raise Refusal("not_found")
        if args.get("hash") and args["hash"] != found.hash:
            raise Refusal("hash_conflict")
        if not isinstance(args.get("view"), dict) or args["view"].get("type") != found.type:
            raise Refusal("invalid_arguments", [f"view must be a {found.type}"])
        self.replace(found, args["view"])
        return {"view": view_object(self._team, found)}

    def replace(self, view: View, body: dict[str, Any]) -> None:
        """Put `body` in place of what a view shows; what was typed into inputs that stay is kept."""
        fresh = self.make_view(body, view.user, view.id)
        kept = {
            block: {action: view.values.get(block, {}).get(action, held) for action, held in held_by_action.items()}
            for block, held_by_action in fresh.values.items()
        }
        view.body, view.hash, view.values, view.errors = fresh.body, fresh.hash, kept, {}
        view.external_id = fresh.external_id
        self._team.changed()

    def _shown(self, args: Args) -> View | None:
        name, external = str(args.get("view_id") or ""), str(args.get("external_id") or "")
        return next((v for v in self._team.views() if v.id == name or (external and v.external_id == external)), None)

    async def views_publish(self, args: Args) -> Result:
        """Show a person their Home tab."""
        user = self._user(args.get("user_id"))
        if not self._manifest.home_tab:
            raise Refusal("not_enabled")
        view = self._view(args, user.id, "home")
        self._team.homes[user.id] = view
        self._team.changed()
        return {"view": view_object(self._team, view)}

    async def files_getUploadURLExternal(self, args: Args) -> Result:  # noqa: N802 - Slack's name
        """Give out an address to upload a file to."""
        name, length = str(args.get("filename") or ""), int(args.get("length") or 0)
        if not name or length <= 0:
            raise Refusal("invalid_arguments", ["filename and length are required"])
        made = int(self._team.now().timestamp())
        file = StoredFile(self._team.new_id("F"), name, name, self._bot.id, made, length)
        self._team.files[file.id] = file
        return {"upload_url": f"{self._deliveries.base_url}/upload/{file.id}", "file_id": file.id}

    @property
    def may_read_files(self) -> bool:
        """Whether the app has the scope to read files."""
        return "files:read" in self._manifest.scopes

    async def files_info(self, args: Args) -> Result:
        """Describe a file that was shared where the app is."""
        file = self._team.files.get(str(args.get("file")))
        if file is None or not file.complete:
            raise Refusal("file_not_found")
        return {"file": file_object(self._team, file)}

    async def files_completeUploadExternal(self, args: Args) -> Result:  # noqa: N802 - Slack's name
        """Share files that were uploaded."""
        named = args.get("files") or []
        files = [file for each in named if (file := self._team.files.get(each["id"])) and file.content]
        if not files or len(files) < len(named):
            raise Refusal("file_not_found")
        channel = self._channel({"channel": args["channel_id"]}, joined=True) if args.get("channel_id") else None
        for file, each in zip(files, named, strict=True):
            file.complete, file.title = True, str(each.get("title") or file.name)
        if channel is not None:
            self._share(files, channel, str(args.get("initial_comment") or ""))
        return {"files": [{"id": file.id, "title": file.title} for file in files]}

    def _share(self, files: list[StoredFile], channel: Channel, text: str) -> None:
        message = self._own_message(channel, text, [], None)
        message.subtype, message.files = "file_share", [file.id for file in files]
        for file in files:
            file.channels.append(channel.id)
        self._team.add(message)
        self._deliveries.event(message_event(self._team, channel, message), SUBSCRIPTIONS[channel.kind])

    def respond(self, name: str, body: Args) -> None:
        """Take an answer at a response address: five within thirty minutes; raise Refusal beyond."""
        right = self._deliveries.response_urls.get(name)
        if right is None or self._team.now() - right.made > RESPONSE_URL_LIFE:
            raise Refusal("expired_url")
        if right.uses >= RESPONSE_URL_USES:
            raise Refusal("used_url")
        right.uses += 1
        channel = self._team.channels[right.channel]
        if body.get("delete_original") and right.message is not None:
            self._team.remove(right.message)
            return
        self.answer(right.user, channel, body, right.message)

    def answer(self, user: str, channel: Channel, body: Args, original: Message | None = None) -> Message:
        """Show an answer to a command or click: to that person alone, unless it says otherwise."""
        text, blocks = self._checked(str(body.get("text") or ""), body.get("blocks") or [])
        if original is not None and body.get("replace_original"):
            original.show(text, with_block_ids(blocks))
            self._team.changed()
            return original
        only = None if body.get("response_type") == "in_channel" else user
        message = self._own_message(channel, text, blocks, body.get("thread_ts"))
        message.ephemeral_to = only
        self._team.add(message)
        return message


def _yes(value: Any) -> bool:
    return str(value or "").lower() in {"true", "1"}


def _between(messages: list[Message], args: Args) -> list[Message]:
    oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    inclusive = _yes(args.get("inclusive"))
    return [m for m in messages if oldest < float(m.ts) < latest or (inclusive and float(m.ts) in {oldest, latest})]
