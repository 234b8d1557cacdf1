"""A person as Slack describes them, read with care: any field may be missing, null or empty."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SPOKEN = ("ar", "es", "fr", "ru", "zh")
"""The official languages of the United Nations beside English, in which the messages are written."""


def spoken(locale: str) -> str:
    """Return the locale (an IETF tag) in which Focal speaks to somebody: English where it does not have theirs.

    Names of members and dates follow it too: a foreign date in an English sentence would be read by nobody.
    """
    return locale if locale.replace("_", "-").split("-")[0].lower() in SPOKEN else "en-US"


@dataclass(frozen=True)
class Profile:
    """What Focal keeps of a Slack user. `zone` is an IANA name; `email` is empty where Slack shows none."""

    user_id: str
    team_id: str
    name: str
    email: str
    zone: str
    locale: str
    external: bool
    deleted: bool
    is_bot: bool


def read_profile(user: Mapping[str, Any], home_team: str) -> Profile:
    """Return the profile in a Slack user object; a person of another workspace or enterprise is external.

    Source: Slack's user object; `is_stranger` alone does not tell who is external, the team id does.
    """
    details = user.get("profile") or {}
    team = user.get("team_id") or details.get("team") or ""
    name = details.get("display_name") or details.get("real_name") or user.get("real_name") or user.get("name") or ""
    return Profile(
        user_id=user["id"],
        team_id=team,
        name=name or user["id"],
        email=(details.get("email") or "").strip().lower(),
        zone=user.get("tz") or "UTC",
        locale=user.get("locale") or "en-US",
        external=bool(team and team != home_team) or bool(user.get("is_stranger")),
        deleted=bool(user.get("deleted")),
        is_bot=bool(user.get("is_bot")) or user["id"] == "USLACKBOT",
    )
