"""The elements that people use in messages and views, and what each of them holds."""

import secrets
from collections.abc import Iterator
from typing import Any

Blocks = list[dict[str, Any]]
Values = dict[str, dict[str, dict[str, Any]]]

_INITIAL = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
VALUE_NAME = {kind: names[0] for kind, names in _INITIAL.items()}
"""Under which name Slack's `state.values` carries what an element of each type holds."""


def with_block_ids(blocks: Blocks) -> Blocks:
    """Return blocks in which each has an id, made up where there is none, as Slack does."""
    return [block if block.get("block_id") else block | {"block_id": secrets.token_hex(3)} for block in blocks]


def elements_of(blocks: Blocks) -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through every element a person can use, with the id of its block."""
    for block in blocks:
        block_id = str(block.get("block_id", ""))
        for key in ("element", "accessory"):
            if isinstance(block.get(key), dict):
                yield block_id, block[key]
        if block["type"] in {"actions", "context_actions"}:
            for element in block["elements"]:
                yield block_id, element


def telling(blocks: Blocks) -> Iterator[tuple[str, str]]:
    """Go through what tells the app when it is used (an input waits for its form to be sent): action id and value."""
    for block in blocks:
        if block["type"] != "input" or block.get("dispatch_action"):
            for _, element in elements_of([block]):
                if "action_id" in element:
                    yield element["action_id"], str(element.get("value", ""))


def initial_values(blocks: Blocks, conversation: str = "") -> Values:
    """Return Slack's `state.values` for blocks that nobody has touched.

    `conversation` is the channel a form was opened in, for menus that start there.
    """
    values: Values = {}
    for block_id, element in elements_of(blocks):
        held = _held_by(element, conversation)
        if held is not None:
            values.setdefault(block_id, {})[element["action_id"]] = held
    return values


def _held_by(element: dict[str, Any], conversation: str) -> dict[str, Any] | None:
    names = _INITIAL.get(element["type"])
    if names is None:
        return None
    empty: Any = [] if names[0].endswith("s") else None
    held = element.get(names[1], empty)
    if held is None and element.get("default_to_current_conversation") and conversation:
        held = conversation
    return {"type": element["type"], names[0]: held}
