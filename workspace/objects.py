"""The workspace's state in the shapes in which Slack shows it to an app."""

from typing import Any
from urllib.parse import quote

from workspace.state import Channel, Message, StoredFile, Team, User, View

Object = dict[str, Any]
TYPES = {"channel": "channel", "private": "group", "im": "im", "mpim": "mpim"}
SUBSCRIPTIONS = {"channel": "message.channels", "private": "message.groups", "im": "message.im", "mpim": "message.mpim"}


def user_object(user: User, *, locale: bool = False, email: bool = True) -> Object:
    """Return Slack's user object; without `email` and `locale` where the caller may not or did not ask to see them."""
    profile = {"real_name": user.real_name, "display_name": user.real_name, "title": user.title, "team": user.team_id}
    if email and user.email:
        profile["email"] = user.email
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "tz": user.tz,
        "is_admin": user.is_admin,
        "is_bot": user.is_bot,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "profile": profile,
        **({"locale": user.locale} if locale else {}),
    }


def message_object(team: Team, message: Message, *, metadata: bool = False) -> Object:
    """Return Slack's message object, with its metadata only where that was asked for."""
    files = [file_object(team, team.files[each]) for each in message.files]
    optional: Object = {
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "subtype": message.subtype,
        "bot_id": message.bot_id,
        "app_id": team.app_id if message.bot_id else None,
        "edited": message.edited,
        "client_msg_id": message.client_msg_id,
        "reactions": [{"name": n, "users": u, "count": len(u)} for n, u in message.reactions.items()],
        "files": files,
        "metadata": message.metadata if metadata else None,
    }
    made = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
    return made | {name: value for name, value in optional.items() if value}


def file_object(team: Team, file: StoredFile) -> Object:
    """Return Slack's file object, with the address where people see it."""
    link = f"{team.base_url}/files/{file.id}/{quote(file.name)}"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "user": file.user,
        "size": len(file.content),
        "permalink": link,
        "url_private_download": f"{team.base_url}/files-pri/{file.id}/{quote(file.name)}",
    }


def view_object(team: Team, view: View) -> Object:
    """Return Slack's view object with what was entered."""
    empty: Object = {"private_metadata": "", "callback_id": "", "submit": None, "close": None, "title": None}
    return (
        empty
        | view.body
        | {
            "id": view.id,
            "team_id": team.id,
            "hash": view.hash,
            "state": {"values": view.values},
            "root_view_id": view.root_view_id,
            "previous_view_id": view.previous_view_id,
            "app_id": team.app_id,
            "bot_id": team.bot_id,
        }
    )


def message_event(team: Team, channel: Channel, message: Message) -> Object:
    """Return Slack's event for a new message."""
    return message_object(team, message) | {"channel": channel.id, "channel_type": TYPES[channel.kind]}


def changed_event(team: Team, channel: Channel, message: Message, before: Object) -> Object:
    """Return Slack's event for an edited message; `before` is what it looked like."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "channel": channel.id,
        "channel_type": TYPES[channel.kind],
        "ts": team.next_ts(),
        "message": message_object(team, message),
        "previous_message": before,
    }


def deleted_event(team: Team, channel: Channel, message: Message) -> Object:
    """Return Slack's event for a deleted message."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel": channel.id,
        "channel_type": TYPES[channel.kind],
        "ts": team.next_ts(),
        "deleted_ts": message.ts,
        "previous_message": message_object(team, message),
    }


def reaction_event(kind: str, user: str, name: str, message: Message) -> Object:
    """Return Slack's event for a reaction that was added or removed."""
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    return {"type": kind, "user": user, "reaction": name, "item": item, "item_user": message.user}
