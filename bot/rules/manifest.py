"""The app manifest against Slack's limits and against what Focal listens to.

Limits are those of Slack's public manifest schema, version 0.5.0.
"""

from collections.abc import Iterable
from typing import Annotated, Protocol

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

EVENT_SCOPES = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "team_join": "users:read",
    "user_change": "users:read",
}
METHOD_SCOPES = {
    "assistant.threads.setStatus": "assistant:write",
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "conversations.info": "channels:read",
    "conversations.open": "im:write",
    "conversations.open of several people": "mpim:write",
    "conversations.history of a group message": "mpim:history",
    "files.completeUploadExternal": "files:write",
    "files.info": "files:read",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "users.info": "users:read",
}


class Listened(Protocol):
    """What a table of listeners must show."""

    @property
    def commands(self) -> Iterable[str]:
        """Slash commands."""

    @property
    def shortcuts(self) -> Iterable[str]:
        """Callback ids of shortcuts."""

    @property
    def events(self) -> Iterable[str]:
        """Kinds of events."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Command(_Part):
    command: str = Field(pattern=r"^/[a-z0-9_-]{1,31}$")
    description: str = Field(min_length=1, max_length=2000)
    usage_hint: str = Field("", max_length=1000)


class _Shortcut(_Part):
    name: str = Field(min_length=1, max_length=24)
    type: str = Field(pattern="^(message|global)$")
    callback_id: str = Field(min_length=1, max_length=255)
    description: str = Field(min_length=1, max_length=150)


class _Prompt(_Part):
    title: str = Field(min_length=1)
    message: str = Field(min_length=1)


class _Agent(_Part):
    agent_description: str = Field(min_length=1, max_length=300)
    suggested_prompts: Annotated[list[_Prompt], Field(max_length=4)] = []


class _Features(_Part):
    agent_view: _Agent | None = None
    slash_commands: Annotated[list[_Command], Field(max_length=50)] = []
    shortcuts: Annotated[list[_Shortcut], Field(max_length=10)] = []


class _Display(_Part):
    name: str = Field(max_length=35)
    description: str = Field("", max_length=140)
    long_description: str = Field(min_length=175, max_length=4000)


class _Scopes(_Part):
    bot: list[str] = Field(max_length=255)


class _OAuth(_Part):
    scopes: _Scopes


class _Events(_Part):
    bot_events: list[str] = Field(max_length=100)


class _Settings(_Part):
    event_subscriptions: _Events


class _Manifest(_Part):
    display_information: _Display
    features: _Features
    oauth_config: _OAuth
    settings: _Settings


def faults(text: str, listened: Listened) -> list[str]:
    """Return in sentences what is wrong with a manifest (YAML); nothing if it fits Slack and the listeners."""
    try:
        manifest = _Manifest.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
    except yaml.YAMLError:
        return ["The manifest is not YAML."]
    events = manifest.settings.event_subscriptions.bot_events
    return [
        *_compared("command", [c.command for c in manifest.features.slash_commands], listened.commands),
        *_compared("shortcut", [s.callback_id for s in manifest.features.shortcuts], listened.shortcuts),
        *_compared("event", {e.partition(".")[0] for e in events}, listened.events),
        *_scope_faults(events, manifest.oauth_config.scopes.bot),
    ]


def _compared(kind: str, named: Iterable[str], listened: Iterable[str]) -> list[str]:
    named, heard = set(named), set(listened)
    unheard = [f"The {kind} {each} is in the manifest, but nobody listens to it." for each in sorted(named - heard)]
    return unheard + [
        f"The {kind} {each} has a listener, but is not in the manifest." for each in sorted(heard - named)
    ]


def _scope_faults(events: Iterable[str], scopes: Iterable[str]) -> list[str]:
    granted = set(scopes)
    needed = {EVENT_SCOPES.get(event) for event in events} | set(METHOD_SCOPES.values()) | {"commands"}
    # These two only widen what a method above is allowed to see.
    optional = {"groups:read", "users:read.email"}
    needed.discard(None)
    missing = [
        f"The scope {each} is needed, but is not in the manifest." for each in sorted(map(str, needed - granted))
    ]
    return missing + [
        f"The scope {each} is asked for, but nothing needs it." for each in sorted(granted - needed - optional)
    ]
