"""What Slack's payloads hold: who acted, and what the inputs of a view or message carry."""

from collections.abc import Mapping
from typing import Any

Payload = Mapping[str, Any]
SINGLE = (
    "value",
    "selected_user",
    "selected_users",
    "selected_channel",
    "selected_conversation",
    "selected_date",
    "selected_time",
    "selected_date_time",
)


def user_in(body: Payload) -> str:
    """Return the id of whoever acted: a command has it at the top, everything else in an object."""
    return str(body.get("user_id") or body["user"]["id"])


def values_in(shown: Payload) -> dict[str, Any]:
    """Return what the inputs of a view or message hold, by block id and by action id."""
    found: dict[str, Any] = {}
    for block_id, elements in ((shown.get("state") or {}).get("values") or {}).items():
        for action_id, element in elements.items():
            found[block_id] = found[action_id] = value_of(element)
    return found


def value_of(element: Payload) -> Any:
    """Return what an element holds: a text, an option's value, a list of values, an id, a date, or None."""
    if "selected_option" in element:
        return (element["selected_option"] or {}).get("value")
    if "selected_options" in element:
        return [each["value"] for each in element["selected_options"] or []]
    return next((element[name] for name in SINGLE if element.get(name) is not None), None)
