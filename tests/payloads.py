"""What Slack sends to the app when somebody does something, for requests that no page of Slack would let them make."""

from typing import Any

from workspace.person import Person
from workspace.state import Message, View

Body = dict[str, Any]


def command(person: Person, name: str, text: str) -> Body:
    """Return a slash command typed in the person's direct message."""
    deliveries = person.workspace.deliveries
    return {
        "command": name,
        "text": text,
        "user_id": person.id,
        "team_id": person.user.team_id,
        "channel_id": person.dm.id,
        "response_url": deliveries.response_url(person.id, person.dm.id),
        "trigger_id": deliveries.trigger(person.id),
    }


def _interaction(person: Person, kind: str) -> Body:
    return {
        "type": kind,
        "user": {"id": person.id, "team_id": person.user.team_id},
        "team": {"id": person.workspace.team.id},
        "trigger_id": person.workspace.deliveries.trigger(person.id),
    }


def click(person: Person, action_id: str, value: str, message: Message) -> Body:
    """Return a click on a button of `message`, which the message need not have."""
    return _interaction(person, "block_actions") | {
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value}],
        "container": {"type": "message", "message_ts": message.ts, "channel_id": message.channel},
        "channel": {"id": message.channel},
        "message": {"ts": message.ts, "text": message.text},
        "state": {"values": {}},
        "response_url": person.workspace.deliveries.response_url(person.id, message.channel, message),
    }


def click_in(person: Person, action_id: str, value: str, view: View) -> Body:
    """Return a click on a button of `view`, which the view need not have."""
    return _interaction(person, "block_actions") | {
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value}],
        "container": {"type": "view", "view_id": view.id},
        "view": shown(view),
    }


def submission(person: Person, callback_id: str, metadata: str, values: Body, view: View) -> Body:
    """Return a form that is sent with any callback id, private metadata and values (block id → action id → held)."""
    body = shown(view) | {"callback_id": callback_id, "private_metadata": metadata, "state": {"values": values}}
    return _interaction(person, "view_submission") | {"view": body, "response_urls": []}


def shortcut(person: Person, callback_id: str, message: Body) -> Body:
    """Return a message shortcut used on anything that looks like a message."""
    return _interaction(person, "message_action") | {
        "callback_id": callback_id,
        "message": message,
        "message_ts": message.get("ts", ""),
        "channel": {"id": person.dm.id},
        "response_url": person.workspace.deliveries.response_url(person.id, person.dm.id),
    }


def shown(view: View) -> Body:
    """Return a view as Slack hands it to the app."""
    return {
        **view.body,
        "id": view.id,
        "hash": view.hash,
        "callback_id": view.callback_id,
        "private_metadata": view.private_metadata,
        "state": {"values": view.values},
    }
