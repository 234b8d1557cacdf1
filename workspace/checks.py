"""Slack's limits on blocks, messages and views; what breaks one is refused in Slack's words.

Figures: Slack's block, element and view reference, as collected for slack-sdk 3.47; where sources differ, the narrower.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from workspace.inputs import Blocks, elements_of

Part = Mapping[str, Any]
TEXT_LIMIT = 40_000
BLOCK_TEXT_LIMIT = 11_000
"""Slack keeps this limit to itself: 12,000 less a buffer, a maintainer says; 9,597 were taken and 11,341 refused."""
SURFACES = {
    "section": "all", "header": "all", "context": "all", "divider": "all", "actions": "all", "image": "all",
    "input": "all", "rich_text": "all", "markdown": "message", "table": "message", "data_table": "message",
    "data_visualization": "message", "alert": "modal", "context_actions": "message",
}  # fmt: skip
MOST_IN_A_MESSAGE = {"table": 1, "data_visualization": 2}
OPTION_LIMITS = {"checkboxes": 10, "radio_buttons": 10, "overflow": 5, "static_select": 100, "multi_static_select": 100}
TEXT_INPUTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
MENUS = {
    "static_select", "multi_static_select", "users_select", "multi_users_select", "conversations_select",
    "multi_conversations_select", "channels_select", "multi_channels_select", "datepicker", "timepicker",
    "datetimepicker", "checkboxes", "radio_buttons", "external_select",
}  # fmt: skip
INPUTS = MENUS | TEXT_INPUTS | {"file_input", "rich_text_input"}
USABLE = INPUTS | {"button", "overflow", "feedback_buttons", "icon_button"}
INITIAL_FORMS = {
    "initial_date": re.compile(r"\d{4}-\d\d-\d\d"),
    "initial_time": re.compile(r"([01]\d|2[0-3]):[0-5]\d"),
    "initial_date_time": re.compile(r"\d{10}"),
}
MARKUP, PLAIN = ("plain_text", "mrkdwn"), ("plain_text",)


def message_faults(text: str, blocks: Blocks) -> tuple[str, list[str]]:
    """Return Slack's error word and its details for a message, both empty if it is accepted."""
    if not text and not blocks:
        return "no_text", []
    if len(text) > TEXT_LIMIT:
        return "msg_too_long", []
    faults = [*_blocks(blocks, "message", 50)]
    faults = faults or [*_most(blocks)]
    if faults:
        return "invalid_blocks", faults
    if sum(len(each) for each in _texts(blocks)) > BLOCK_TEXT_LIMIT:
        return "msg_blocks_too_long", []
    return "", []


def view_faults(view: Part) -> tuple[str, list[str]]:
    """Return Slack's error word and its details for a view, both empty if it is accepted."""
    kind = str(view.get("type"))
    if kind not in {"modal", "home"}:
        return "invalid_arguments", ["view.type must be modal or home"]
    faults = [*_blocks(view.get("blocks"), kind, 100)]
    if kind == "modal" and not faults:
        faults = [*_modal(view)]
    faults += _lengths(view, {"private_metadata": 3000, "callback_id": 255, "external_id": 255})
    return ("invalid_arguments", faults) if faults else ("", [])


def _modal(view: Part) -> Iterator[str]:
    yield from _text_object(view.get("title"), "title", 24, PLAIN)
    for name in ("submit", "close"):
        if view.get(name) is not None:
            yield from _text_object(view[name], name, 24, PLAIN)
    if view.get("submit") is None and any(block["type"] == "input" for block in view["blocks"]):
        yield "submit is required where the view has an input block"


def _blocks(blocks: Any, surface: str, most: int) -> Iterator[str]:
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        yield "blocks must be a list of objects"
        return
    if len(blocks) > most:
        yield f"no more than {most} items allowed [blocks]"
    yield from _repeated("block_id", blocks)
    for number, block in enumerate(blocks):
        yield from (f"{fault} [/blocks/{number}]" for fault in _block(block, surface))


def _most(blocks: Blocks) -> Iterator[str]:
    counted = Counter(block["type"] for block in blocks)
    for kind, most in MOST_IN_A_MESSAGE.items():
        if counted[kind] > most:
            yield f"no more than {most} {kind} blocks in a message"
    if sum(len(text) for block in blocks if block["type"] == "markdown" for text in _texts(block)) > 12_000:
        yield "the markdown blocks of a message hold 12000 characters at most together"


def _block(block: Part, surface: str) -> Iterator[str]:
    kind = str(block.get("type"))
    if SURFACES.get(kind) not in {"all", surface}:
        yield f"unsupported type: {kind} in a {surface}"
        return
    yield from _lengths(block, {"block_id": 255})
    yield from _CHECKS.get(kind, _nothing)(block)
    elements = [element for _, element in elements_of([dict(block)])]
    yield from _repeated("action_id", elements)
    for element in elements:
        yield from _element(element)


def _nothing(_block: Part) -> Iterator[str]:
    yield from ()


def _section(block: Part) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield "section needs text or fields"
    if "text" in block:
        yield from _text_object(block["text"], "text", 3000)
    if "fields" in block:
        yield from _count(block["fields"], 10, "fields")
    for each in block.get("fields", ()):
        yield from _text_object(each, "field", 2000)


def _header(block: Part) -> Iterator[str]:
    yield from _text_object(block.get("text"), "header text", 150, PLAIN)


def _context(block: Part) -> Iterator[str]:
    elements = block.get("elements", [])
    yield from _count(elements, 10, "elements")
    for each in elements:
        yield from _image(each) if each.get("type") == "image" else _text_object(each, "context text", 3000)


def _actions(block: Part) -> Iterator[str]:
    yield from _count(block.get("elements", []), 25, "elements")


def _input(block: Part) -> Iterator[str]:
    yield from _text_object(block.get("label"), "label", 2000, PLAIN)
    if "hint" in block:
        yield from _text_object(block["hint"], "hint", 2000, PLAIN)
    if (block.get("element") or {}).get("type") not in INPUTS:
        yield "input needs an input element"


def _image(block: Part) -> Iterator[str]:
    if not block.get("alt_text"):
        yield "alt_text is required"
    if not block.get("image_url") and not block.get("slack_file"):
        yield "image_url or slack_file is required"
    yield from _lengths(block, {"alt_text": 2000, "image_url": 3000})


def _markdown(block: Part) -> Iterator[str]:
    if not 1 <= len(block.get("text", "")) <= 12_000:
        yield "markdown needs 1 to 12000 characters"


def _table(block: Part) -> Iterator[str]:
    rows = block.get("rows", [])
    yield from _count(rows, 100, "rows")
    for row in rows:
        yield from _count(row, 20, "cells")
    if sum(len(text) for text in _texts(rows)) > 10_000:
        yield "a table holds 10000 characters at most"


def _data_table(block: Part) -> Iterator[str]:
    rows = block.get("rows", [])
    if not block.get("caption"):
        yield "caption is required"
    if not 2 <= len(rows) <= 101:
        yield "a data table has a header and 1 to 100 rows"
        return
    if {len(row) for row in rows} - {len(rows[0])} or not 1 <= len(rows[0]) <= 20:
        yield "rows must be equally long, with 1 to 20 cells"
    if not 1 <= block.get("page_size", 5) <= 100:
        yield "page_size must be 1 to 100"
    if not 0 <= block.get("row_header_column_index", 0) < len(rows[0]):
        yield "row_header_column_index must name a column"
    yield from _cells(rows[0], {"raw_text", "raw_number"})
    for row in rows[1:]:
        yield from _cells(row, {"raw_text", "raw_number", "rich_text"})


def _cells(row: Iterable[Part], kinds: set[str]) -> Iterator[str]:
    for cell in row:
        if cell.get("type") not in kinds:
            yield f"a cell here must be one of {', '.join(sorted(kinds))}"
        elif cell["type"] == "raw_text" and not cell.get("text"):
            yield "a raw_text cell needs text"


def _data_visualization(block: Part) -> Iterator[str]:
    if not 1 <= len(block.get("title", "")) <= 50:
        yield "title must have 1 to 50 characters"
    chart = block.get("chart") or {}
    if chart.get("type") == "pie":
        yield from _pie(chart.get("segments", []))
    elif chart.get("type") in {"bar", "area", "line"}:
        yield from _series(chart.get("series", []), (chart.get("axis_config") or {}).get("categories", []))
    else:
        yield "chart type must be pie, bar, area or line"


def _pie(segments: list[Part]) -> Iterator[str]:
    yield from _count(segments, 6, "segments")
    yield from _labels(each.get("label", "") for each in segments)
    if any(each.get("value", 0) <= 0 for each in segments):
        yield "a segment's value must be positive"


def _series(series: list[Part], categories: list[str]) -> Iterator[str]:
    yield from _count(series, 6, "series")
    yield from _count(categories, 20, "categories")
    yield from _labels([*categories, *(each.get("name", "") for each in series)])
    if len({each.get("name") for each in series}) < len(series):
        yield "series names must be unique"
    if any([point.get("label") for point in each.get("data", [])] != categories for each in series):
        yield "each series needs one data point for each category, in their order"


def _labels(labels: Iterable[str]) -> Iterator[str]:
    if not all(1 <= len(label) <= 20 for label in labels):
        yield "labels, categories and names must have 1 to 20 characters"


_CHECKS: Mapping[str, Callable[[Part], Iterator[str]]] = {
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


def _element(element: Part) -> Iterator[str]:
    kind = str(element.get("type"))
    if kind == "image":
        yield from _image(element)
        return
    if kind not in USABLE:
        yield f"unsupported element: {kind}"
    if not 1 <= len(element.get("action_id", "")) <= 255:
        yield "action_id must have 1 to 255 characters"
    if kind == "button":
        yield from _button(element)
    if kind in OPTION_LIMITS:
        yield from _options(element, OPTION_LIMITS[kind])
    if kind in TEXT_INPUTS:
        yield from _text_input(element)
    if "placeholder" in element:
        yield from _text_object(element["placeholder"], "placeholder", 150, PLAIN)
    if "confirm" in element:
        yield from _confirm(element["confirm"])
    for name, form in INITIAL_FORMS.items():
        if name in element and not form.fullmatch(str(element[name])):
            yield f"{name} has the wrong form"


def _button(element: Part) -> Iterator[str]:
    yield from _text_object(element.get("text"), "button text", 75, PLAIN)
    yield from _lengths(element, {"value": 2000, "url": 3000, "accessibility_label": 75})
    if element.get("style") not in {None, "primary", "danger"}:
        yield "style must be primary or danger"


def _text_input(element: Part) -> Iterator[str]:
    most = element.get("max_length", 3000)
    if not 1 <= most <= 3000:
        yield "max_length must be 1 to 3000"
    if not 0 <= element.get("min_length", 0) <= most:
        yield "min_length must be 0 to max_length"
    yield from _lengths(element, {"initial_value": most})


def _options(element: Part, most: int) -> Iterator[str]:
    groups = element.get("option_groups", [])
    if ("options" in element) == bool(groups):
        yield "options or option_groups must be given, and not both"
    for group in groups:
        yield from _text_object(group.get("label"), "group label", 75, PLAIN)
        yield from _count(group.get("options", []), most, "options")
    if groups:
        yield from _count(groups, 100, "option_groups")
    else:
        yield from _count(element.get("options", []), most, "options")
    options = [*element.get("options", []), *(each for group in groups for each in group.get("options", []))]
    for option in options:
        yield from _option(option)
    chosen = element.get("initial_options") or ([element["initial_option"]] if element.get("initial_option") else [])
    if any(each not in options for each in chosen):
        yield "an initial option must be among the options"


def _option(option: Part) -> Iterator[str]:
    yield from _text_object(option.get("text"), "option text", 75)
    if not 1 <= len(str(option.get("value", ""))) <= 150:
        yield "option value must have 1 to 150 characters"
    if "description" in option:
        yield from _text_object(option["description"], "option description", 75)


def _confirm(confirm: Part) -> Iterator[str]:
    yield from _text_object(confirm.get("title"), "confirm title", 100, PLAIN)
    yield from _text_object(confirm.get("text"), "confirm text", 300)
    for name in ("confirm", "deny"):
        yield from _text_object(confirm.get(name), name, 30, PLAIN)


def _text_object(given: Any, name: str, most: int, kinds: tuple[str, ...] = MARKUP) -> Iterator[str]:
    if not isinstance(given, dict) or given.get("type") not in kinds:
        yield f"{name} must be a {' or '.join(kinds)} object"
    elif not 1 <= len(str(given.get("text", ""))) <= most:
        yield f"{name} must have 1 to {most} characters"


def _count(things: list[Any], most: int, name: str) -> Iterator[str]:
    if not 1 <= len(things) <= most:
        yield f"1 to {most} {name} are needed"


def _lengths(part: Part, limits: Mapping[str, int]) -> Iterator[str]:
    for name, most in limits.items():
        if len(str(part.get(name) or "")) > most:
            yield f"{name} is longer than {most} characters"


def _repeated(name: str, parts: Iterable[Part]) -> Iterator[str]:
    counted = Counter(part[name] for part in parts if part.get(name))
    yield from (f"{name} {each} already exists" for each, count in counted.items() if count > 1)


def _texts(thing: Any) -> Iterator[str]:
    if isinstance(thing, dict):
        if isinstance(thing.get("text"), str):
            yield thing["text"]
        for value in thing.values():
            yield from _texts(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _texts(value)
