"""Slack's `rich_text` block as HTML."""

from typing import Any

from markupsafe import Markup, escape

from workspace.page.mrkdwn import SCHEMES
from workspace.page.reader import Reader

Element = dict[str, Any]
STYLES = {
    "bold": Markup("<strong>{}</strong>"),
    "italic": Markup("<em>{}</em>"),
    "strike": Markup("<s>{}</s>"),
    "code": Markup("<code>{}</code>"),
    "underline": Markup("<u>{}</u>"),
}
PARTS = {"rich_text_quote": Markup("<blockquote>{}</blockquote>"), "rich_text_preformatted": Markup("<pre>{}</pre>")}
PARAGRAPH = Markup("<p>{}</p>")


def rich_text(block: Element, reader: Reader) -> Markup:
    """Return a `rich_text` block as HTML."""
    return Markup("").join(_part(each, reader) for each in block.get("elements", ()))


def _part(element: Element, reader: Reader) -> Markup:
    kind, inner = element.get("type"), element.get("elements", ())
    if kind == "rich_text_list":
        tag = "ol" if element.get("style") == "ordered" else "ul"
        items = Markup("").join(
            Markup("<li>{}</li>").format(_spans(each.get("elements", ()), reader)) for each in inner
        )
        return Markup("<{}>{}</{}>").format(tag, items, tag)
    return PARTS.get(str(kind), PARAGRAPH).format(_spans(inner, reader))


def _spans(elements: Any, reader: Reader) -> Markup:
    return Markup("").join(_span(each, reader) for each in elements)


def _span(element: Element, reader: Reader) -> Markup:
    html = _content(element, reader)
    style = element.get("style") or {}
    for name, wrapped in STYLES.items():
        if style.get(name):
            html = wrapped.format(html)
    return html


def _content(element: Element, reader: Reader) -> Markup:
    kind = element.get("type")
    if kind == "link":
        return _link(str(element["url"]), str(element.get("text") or element["url"]), reader)
    if kind == "user":
        return reader.person(str(element["user_id"]))
    if kind == "channel":
        return reader.channel(str(element["channel_id"]))
    if kind == "emoji":
        return escape(reader.emoji(str(element["name"])))
    if kind == "broadcast":
        return Markup('<span class="mention">@{}</span>').format(element["range"])
    if kind == "date":
        words = reader.date(str(element["timestamp"]), str(element["format"]), str(element.get("fallback", "")))
        return escape(words)
    lines = str(element.get("text", "")).split("\n")
    return Markup("<br>").join(escape(line) for line in lines)


def _link(url: str, text: str, reader: Reader) -> Markup:
    if url.partition(":")[0] not in SCHEMES:
        return escape(text)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(reader.address(url), text)
