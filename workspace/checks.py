"""Slack's limits on blocks, messages and views; what breaks one is refused in Slack's words.

Figures: Slack's block, element and view reference, as collected for slack-sdk 3.47.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from workspace.inputs import Blocks, elements_of

TEXT_LIMIT = 40_000
BLOCK_TEXT_LIMIT = 12_000
SURFACES = {
    "section": "all", "header": "all", "context": "all", "divider": "all", "actions": "all", "image": "all",
    "input": "all", "rich_text": "all", "markdown": "message", "table": "message", "data_table": "message",
    "data_visualization": "message", "alert": "modal", "context_actions": "message", "video": "all", "card": "all",
}  # fmt: skip
MENUS = {"static_select", "multi_static_select"}
OPTION_LIMITS = {"checkboxes": 10, "radio_buttons": 10, "overflow": 5, "static_select": 100, "multi_static_select": 100}
INPUTS = {
    "plain_text_input", "email_text_input", "url_text_input", "number_input", "static_select", "multi_static_select",
    "users_select", "multi_users_select", "conversations_select", "channels_select", "datepicker", "timepicker",
    "datetimepicker", "checkboxes", "radio_buttons", "file_input", "rich_text_input", "external_select",
}  # fmt: skip


def message_faults(text: str, blocks: Blocks) -> tuple[str, list[str]]:
    """Return Slack's error word and its details for a message, both empty if it is accepted."""
    if not text and not blocks:
        return "no_text", []
    if len(text) > TEXT_LIMIT:
        return "msg_too_long", []
    faults = list(_blocks(blocks, "message", 50))
    if faults:
        return "invalid_blocks", faults
    if sum(len(each) for each in _texts(blocks)) > BLOCK_TEXT_LIMIT:
        return "msg_blocks_too_long", []
    return "", []


def view_faults(view: dict[str, Any]) -> tuple[str, list[str]]:
    """Return Slack's error word and its details for a view, both empty if it is accepted."""
    kind = str(view.get("type"))
    if kind not in {"modal", "home"}:
        return "invalid_arguments", ["view.type must be modal or home"]
    faults = list(_blocks(view.get("blocks") or [], kind, 100))
    if kind == "modal":
        faults += _modal(view)
    if len(view.get("private_metadata") or "") > 3000:
        faults.append("private_metadata is longer than 3000 characters")
    if len(view.get("callback_id") or "") > 255:
        faults.append("callback_id is longer than 255 characters")
    return ("invalid_arguments", faults) if faults else ("", [])


def _modal(view: dict[str, Any]) -> Iterator[str]:
    for name in ("title", "submit", "close"):
        given = view.get(name)
        if given is None:
            if name == "title":
                yield "title is required"
            continue
        yield from _text_object(given, name, 24, kinds=("plain_text",))
    if view.get("submit") is None and any(block["type"] == "input" for block in view.get("blocks") or []):
        yield "submit is required where the view has an input block"


def _blocks(blocks: Blocks, surface: str, most: int) -> Iterator[str]:
    if not isinstance(blocks, list):
        yield "blocks must be a list"
        return
    if len(blocks) > most:
        yield f"no more than {most} items allowed [blocks]"
    ids = Counter(block.get("block_id") for block in blocks if isinstance(block, dict) and block.get("block_id"))
    yield from (f"block_id {each} already exists" for each, count in ids.items() if count > 1)
    for number, block in enumerate(blocks):
        yield from (f"{fault} [/blocks/{number}]" for fault in _block(block, surface))


def _block(block: Any, surface: str) -> Iterator[str]:
    if not isinstance(block, dict) or block.get("type") not in SURFACES:
        yield f"unsupported type: {block.get('type') if isinstance(block, dict) else block}"
        return
    kind = block["type"]
    if SURFACES[kind] not in {"all", surface}:
        yield f"unsupported type: {kind} in a {surface}"
    if len(block.get("block_id", "")) > 255:
        yield "block_id is longer than 255 characters"
    check = _CHECKS.get(kind)
    if check is not None:
        yield from check(block)
    for _, element in elements_of([block]):
        yield from _element(element)
    actions = Counter(element.get("action_id") for _, element in elements_of([block]))
    yield from (f"action_id {each} already exists" for each, count in actions.items() if each and count > 1)


def _section(block: dict[str, Any]) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield "section needs text or fields"
    if "text" in block:
        yield from _text_object(block["text"], "text", 3000)
    fields = block.get("fields", [])
    if len(fields) > 10:
        yield "no more than 10 fields"
    for each in fields:
        yield from _text_object(each, "field", 2000)


def _header(block: dict[str, Any]) -> Iterator[str]:
    yield from _text_object(block.get("text"), "header text", 150, kinds=("plain_text",))


def _context(block: dict[str, Any]) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:
        yield "context needs 1 to 10 elements"
    for each in elements:
        if each.get("type") == "image":
            yield from _alt_text(each)
        else:
            yield from _text_object(each, "context text", 3000)


def _actions(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block.get("elements", [])) <= 25:
        yield "actions needs 1 to 25 elements"


def _input(block: dict[str, Any]) -> Iterator[str]:
    yield from _text_object(block.get("label"), "label", 2000, kinds=("plain_text",))
    if "hint" in block:
        yield from _text_object(block["hint"], "hint", 2000, kinds=("plain_text",))
    if (block.get("element") or {}).get("type") not in INPUTS:
        yield "input needs an input element"


def _image(block: dict[str, Any]) -> Iterator[str]:
    yield from _alt_text(block)


def _alt_text(block: dict[str, Any]) -> Iterator[str]:
    if not block.get("alt_text"):
        yield "alt_text is required"


def _markdown(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block.get("text", "")) <= 12_000:
        yield "markdown needs 1 to 12000 characters"


def _table(block: dict[str, Any]) -> Iterator[str]:
    rows = block.get("rows", [])
    if not 1 <= len(rows) <= 100 or any(not 1 <= len(row) <= 20 for row in rows):
        yield "a table has 1 to 100 rows of 1 to 20 cells"
    if sum(len(str(cell.get("text", ""))) for row in rows for cell in row) > 10_000:
        yield "a table holds 10000 characters at most"


def _data_table(block: dict[str, Any]) -> Iterator[str]:
    rows = block.get("rows", [])
    if not block.get("caption"):
        yield "caption is required"
    if not 2 <= len(rows) <= 101:
        yield "a data table has a header and 1 to 100 rows"
    if len({len(row) for row in rows}) > 1:
        yield "rows must be equally long"
    if not 1 <= block.get("page_size", 5) <= 100:
        yield "page_size must be 1 to 100"


def _data_visualization(block: dict[str, Any]) -> Iterator[str]:
    if not 1 <= len(block.get("title", "")) <= 50:
        yield "title must have 1 to 50 characters"
    chart = block.get("chart") or {}
    if chart.get("type") not in {"pie", "bar", "area", "line"}:
        yield "chart type must be pie, bar, area or line"
    parts = chart.get("segments") if chart.get("type") == "pie" else chart.get("series")
    if not 1 <= len(parts or []) <= 6:
        yield "a chart has 1 to 6 segments or series"


_CHECKS = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
    "table": _table,
    "data_table": _data_table,
    "data_visualization": _data_visualization,
}


def _text_object(given: Any, name: str, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Iterator[str]:
    if not isinstance(given, dict) or given.get("type") not in kinds:
        yield f"{name} must be a {' or '.join(kinds)} object"
        return
    if not 1 <= len(given.get("text", "")) <= most:
        yield f"{name} must have 1 to {most} characters"


def _element(element: dict[str, Any]) -> Iterator[str]:
    kind = element.get("type")
    if kind == "image":
        yield from _alt_text(element)
        return
    if not element.get("action_id") or len(element["action_id"]) > 255:
        yield "action_id must have 1 to 255 characters"
    if kind == "button":
        yield from _button(element)
    if kind in OPTION_LIMITS:
        yield from _options(element, OPTION_LIMITS[kind])
    if "placeholder" in element:
        yield from _text_object(element["placeholder"], "placeholder", 150, kinds=("plain_text",))
    if "confirm" in element:
        yield from _confirm(element["confirm"])
    if kind == "plain_text_input" and not 1 <= element.get("max_length", 3000) <= 3000:
        yield "max_length must be 1 to 3000"
    if len(str(element.get("initial_value", ""))) > element.get("max_length", 3000):
        yield "initial_value is longer than max_length"


def _button(element: dict[str, Any]) -> Iterator[str]:
    yield from _text_object(element.get("text"), "button text", 75, kinds=("plain_text",))
    if len(element.get("value", "")) > 2000:
        yield "button value is longer than 2000 characters"
    if len(element.get("url", "")) > 3000:
        yield "button url is longer than 3000 characters"
    if element.get("style") not in {None, "primary", "danger"}:
        yield "style must be primary or danger"


def _options(element: dict[str, Any], most: int) -> Iterator[str]:
    groups = element.get("option_groups") or []
    options = element.get("options") or [option for group in groups for option in group["options"]]
    if not 1 <= len(options) <= most:
        yield f"{element['type']} needs 1 to {most} options"
    for option in options:
        yield from _text_object(option.get("text"), "option text", 75)
        if not 1 <= len(str(option.get("value", ""))) <= 150:
            yield "option value must have 1 to 150 characters"
        if "description" in option:
            yield from _text_object(option["description"], "option description", 75)
    chosen = element.get("initial_options") or ([element["initial_option"]] if element.get("initial_option") else [])
    if any(each not in options for each in chosen):
        yield "an initial option must be among the options"


def _confirm(confirm: dict[str, Any]) -> Iterator[str]:
    yield from _text_object(confirm.get("title"), "confirm title", 100, kinds=("plain_text",))
    yield from _text_object(confirm.get("text"), "confirm text", 300)
    for name in ("confirm", "deny"):
        yield from _text_object(confirm.get(name), name, 30, kinds=("plain_text",))


def _texts(thing: Any) -> Iterator[str]:
    if isinstance(thing, dict):
        if isinstance(thing.get("text"), str):
            yield thing["text"]
        for value in thing.values():
            yield from _texts(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _texts(value)
