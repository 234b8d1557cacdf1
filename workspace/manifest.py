"""The app's manifest as the workspace reads it: what the app may do and what people are offered."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml


@dataclass(frozen=True)
class Command:
    """A slash command; `hint` and `description` are shown while somebody types."""

    name: str
    description: str
    hint: str
    should_escape: bool


@dataclass(frozen=True)
class Shortcut:
    """A shortcut in a message's menu or, if global, in the composer's."""

    name: str
    callback_id: str
    description: str
    type: Literal["message", "global"]


@dataclass(frozen=True)
class Manifest:
    """What the workspace goes by: names, commands, shortcuts, bot scopes and subscribed bot events."""

    app_name: str
    bot_name: str
    commands: Mapping[str, Command]
    shortcuts: Mapping[str, Shortcut]
    scopes: frozenset[str]
    events: frozenset[str]
    home_tab: bool
    messages_tab: bool
    messages_read_only: bool
    interactive: bool
    socket_mode: bool


def load_manifest(path: Path) -> Manifest:
    """Read a manifest file (YAML); KeyError or yaml.YAMLError if it is none."""
    return read_manifest(yaml.safe_load(path.read_text(encoding="utf-8")))


def read_manifest(body: Mapping[str, Any]) -> Manifest:
    """Return what the workspace goes by from a parsed manifest."""
    features = body.get("features") or {}
    settings = body.get("settings") or {}
    home = features.get("app_home") or {}
    name = str(body["display_information"]["name"])
    return Manifest(
        app_name=name,
        bot_name=str((features.get("bot_user") or {}).get("display_name") or name.lower()),
        commands={each["command"]: _command(each) for each in features.get("slash_commands") or ()},
        shortcuts={each["callback_id"]: _shortcut(each) for each in features.get("shortcuts") or ()},
        scopes=frozenset(((body.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()),
        events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ()),
        home_tab=bool(home.get("home_tab_enabled")),
        messages_tab=bool(home.get("messages_tab_enabled")),
        messages_read_only=bool(home.get("messages_tab_read_only_enabled")),
        interactive=bool((settings.get("interactivity") or {}).get("is_enabled")),
        socket_mode=bool(settings.get("socket_mode_enabled")),
    )


def _command(body: Mapping[str, Any]) -> Command:
    return Command(
        body["command"], body.get("description", ""), body.get("usage_hint", ""), bool(body.get("should_escape"))
    )


def _shortcut(body: Mapping[str, Any]) -> Shortcut:
    return Shortcut(body["name"], body["callback_id"], body.get("description", ""), body["type"])
