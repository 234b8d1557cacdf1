"""Block Kit, in small pieces: each piece keeps Slack's limits, so that no view can break them.

Limits are Slack's: 3,000 characters a section, 2,000 a field, 150 a header, 75 a button; 50 blocks a message and 100
a view. Texts marked mrkdwn must come in escaped (`bot.rules.text.safe`); everything else is plain and needs nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.rules.text import clip

Block = dict[str, Any]
View = dict[str, Any]
Element = dict[str, Any]
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100


def plain(text: str, limit: int) -> dict[str, Any]:
    """Return a plain-text object, cut to `limit`."""
    return {"type": "plain_text", "text": clip(text, limit) or " ", "emoji": True}


def mrkdwn(text: str, limit: int = 3000) -> dict[str, Any]:
    """Return a mrkdwn object that links only what the app wrote as a link."""
    return {"type": "mrkdwn", "text": clip(text, limit) or " ", "verbatim": True}


def header(text: str) -> Block:
    """Return a heading."""
    return {"type": "header", "text": plain(text, 150)}


def section(
    text: str, accessory: Element | None = None, fields: Sequence[str] = (), block_id: str | None = None
) -> Block:
    """Return a paragraph of mrkdwn, with up to ten `fields` and something to use beside it."""
    block: Block = {"type": "section"}
    if text:
        block["text"] = mrkdwn(text)
    if fields:
        block["fields"] = [mrkdwn(each, 2000) for each in fields[:10]]
    return _with(block, accessory=accessory, block_id=block_id)


def context(*texts: str) -> Block:
    """Return small print, up to ten pieces of mrkdwn."""
    return {"type": "context", "elements": [mrkdwn(text, 2000) for text in texts[:10]]}


def divider() -> Block:
    """Return a line."""
    return {"type": "divider"}


def actions(*elements: Element, block_id: str | None = None) -> Block:
    """Return a row of up to 25 elements."""
    return _with({"type": "actions", "elements": list(elements[:25])}, block_id=block_id)


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    url: str | None = None,
    label: str | None = None,
    confirm: Element | None = None,
) -> Element:
    """Return a button; `label` is what a screen reader says where `text` is short."""
    element: Element = {"type": "button", "text": plain(text, 75), "action_id": action_id}
    return _with(
        element,
        value=value or None,
        style=style,
        url=url,
        accessibility_label=clip(label, 75) if label else None,
        confirm=confirm,
    )


def confirm(title: str, text: str, yes: str, no: str) -> Element:
    """Return a question that is asked before a click counts."""
    return {"title": plain(title, 100), "text": plain(text, 300), "confirm": plain(yes, 30), "deny": plain(no, 30)}


def option(text: str, value: str, description: str | None = None) -> Element:
    """Return one choice."""
    return _with({"text": plain(text, 75), "value": value}, description=plain(description, 75) if description else None)


def select(action_id: str, options: Sequence[Element], placeholder: str, initial: str | None = None) -> Element:
    """Return a menu of up to 100 options; `initial` is the value chosen at first."""
    chosen = next((each for each in options if each["value"] == initial), None)
    return _with(
        {
            "type": "static_select",
            "action_id": action_id,
            "placeholder": plain(placeholder, 150),
            "options": list(options[:100]),
        },
        initial_option=chosen,
    )


def grouped_select(
    action_id: str, groups: Mapping[str, Sequence[Element]], placeholder: str, initial: str | None = None
) -> Element:
    """Return a menu of up to 100 groups of up to 100 options each, by the groups' labels."""
    shown = [(label, options[:100]) for label, options in list(groups.items())[:100] if options]
    chosen = next((each for _, options in shown for each in options if each["value"] == initial), None)
    return _with(
        {
            "type": "static_select",
            "action_id": action_id,
            "placeholder": plain(placeholder, 150),
            "option_groups": [{"label": plain(label, 75), "options": list(options)} for label, options in shown],
        },
        initial_option=chosen,
    )


def grouped_multi_select(
    action_id: str, groups: Mapping[str, Sequence[Element]], placeholder: str, initial: Iterable[str] = ()
) -> Element:
    """Return a menu of options in groups, as `grouped_select`, of which several can be taken; `initial` are values."""
    menu = grouped_select(action_id, groups, placeholder)
    taken = set(initial)
    chosen = [each for group in menu["option_groups"] for each in group["options"] if each["value"] in taken]
    return _with(menu | {"type": "multi_static_select"}, initial_options=chosen or None)


def multi_select(action_id: str, options: Sequence[Element], placeholder: str, initial: Iterable[str] = ()) -> Element:
    """Return a menu of up to 100 options of which several can be taken; `initial` holds the values taken at first."""
    taken = set(initial)
    chosen = [each for each in options[:100] if each["value"] in taken]
    return _with(
        {
            "type": "multi_static_select",
            "action_id": action_id,
            "placeholder": plain(placeholder, 150),
            "options": list(options[:100]),
        },
        initial_options=chosen or None,
    )


def overflow(action_id: str, options: Sequence[Element]) -> Element:
    """Return up to five choices behind three dots."""
    return {"type": "overflow", "action_id": action_id, "options": list(options[:5])}


def number_input(action_id: str, initial: str = "") -> Element:
    """Return a field for a number, fractions included."""
    element: Element = {"type": "number_input", "action_id": action_id, "is_decimal_allowed": True}
    return _with(element, initial_value=initial or None)


def date_picker(action_id: str, initial: str | None = None) -> Element:
    """Return a field for a date; `initial` is ISO 8601."""
    return _with({"type": "datepicker", "action_id": action_id}, initial_date=initial)


def time_picker(action_id: str, initial: str | None = None) -> Element:
    """Return a field for a time of day, 24-hour `HH:MM`."""
    return _with({"type": "timepicker", "action_id": action_id}, initial_time=initial)


def checkboxes(action_id: str, options: Sequence[Element], initial: Iterable[str] = ()) -> Element:
    """Return up to ten boxes to tick; `initial` holds the values ticked at first."""
    ticked = set(initial)
    chosen = [each for each in options[:10] if each["value"] in ticked]
    return _with(
        {"type": "checkboxes", "action_id": action_id, "options": list(options[:10])}, initial_options=chosen or None
    )


def radio(action_id: str, options: Sequence[Element], initial: str | None = None) -> Element:
    """Return up to ten choices of which one is taken."""
    chosen = next((each for each in options if each["value"] == initial), None)
    return _with(
        {"type": "radio_buttons", "action_id": action_id, "options": list(options[:10])}, initial_option=chosen
    )


def text_input(
    action_id: str, *, multiline: bool = False, initial: str = "", limit: int = 3000, placeholder: str = ""
) -> Element:
    """Return a text field that takes up to `limit` characters (3,000 at most)."""
    return _with(
        {
            "type": "plain_text_input",
            "action_id": action_id,
            "multiline": multiline,
            "max_length": min(limit, 3000),
        },
        initial_value=clip(initial, limit) if initial else None,
        placeholder=plain(placeholder, 150) if placeholder else None,
    )


def field(
    block_id: str, label: str, element: Element, *, hint: str = "", optional: bool = False, dispatch: bool = False
) -> Block:
    """Return an input with its label; what it holds is found under `block_id` when the form is submitted."""
    block: Block = {"type": "input", "block_id": block_id, "label": plain(label, 2000), "element": element}
    return _with(
        block,
        hint=plain(hint, 2000) if hint else None,
        optional=optional or None,
        dispatch_action=dispatch or None,
    )


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    close: str = "Close",
    metadata: str = "",
) -> View:
    """Return a form; `metadata` comes back with the submission and is no more than a claim (3,000 characters)."""
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "close": plain(close, 24),
        "blocks": list(blocks[:VIEW_BLOCKS]),
    }
    return _with(view, submit=plain(submit, 24) if submit else None, private_metadata=metadata or None)


def home(blocks: Sequence[Block]) -> View:
    """Return a Home tab."""
    return {"type": "home", "blocks": list(blocks[:VIEW_BLOCKS])}


def message(text: str, blocks: Sequence[Block] = ()) -> dict[str, Any]:
    """Return what a post needs: blocks to see, and `text` with the same content for those who do not see blocks."""
    payload: dict[str, Any] = {"text": clip(text, 4000), "unfurl_links": False, "unfurl_media": False}
    if blocks:
        payload["blocks"] = list(blocks[:MESSAGE_BLOCKS])
    return payload


def _with(base: dict[str, Any], **extra: Mapping[str, Any] | Sequence[Any] | str | bool | None) -> dict[str, Any]:
    return base | {name: value for name, value in extra.items() if value is not None}
