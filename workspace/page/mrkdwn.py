"""Slack's mrkdwn as HTML: nothing that anybody typed becomes markup, unless Slack's own few rules make it so.

Source of the rules: Slack, "Formatting text for app surfaces".
"""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Protocol
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from workspace.page.emoji import NAME, character

FENCE = re.compile(r"```(.+?)```", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
CONTROL = re.compile(r"<([^<>\n]+)>")
BARE = re.compile(r"(?<![\w/])https?://[^\s<>|\x00]+[^\s<>|\x00.,;:!?)'\"]")
STYLE = re.compile(r"(?<!\w)([*_~])(?!\s)((?:(?!\1)[^\n])+)(?<!\s)\1(?!\w)")
KEPT = re.compile("\x00(\\d+)\x00")
STYLES = {"*": Markup("<strong>{}</strong>"), "_": Markup("<em>{}</em>"), "~": Markup("<s>{}</s>")}
SCHEMES = {"http", "https", "mailto", "tel"}
BREAK = Markup("<br>")


class Names(Protocol):
    """What the text needs to know of its reader and of the workspace."""

    def person(self, user_id: str, label: str) -> Markup:
        """Return a mention of somebody."""

    def channel(self, channel_id: str, label: str) -> Markup:
        """Return a mention of a channel."""

    def date(self, epoch: str, pattern: str, fallback: str) -> str:
        """Return a moment in the reader's zone."""

    def address(self, url: str) -> str:
        """Return where a link leads in this page."""


def to_html(text: str, names: Names, *, verbatim: bool = False) -> Markup:
    """Return mrkdwn, escaped as Slack carries it, as HTML; `verbatim` leaves bare addresses alone."""
    parts = FENCE.split(text.replace("\x00", ""))
    done = []
    for number, part in enumerate(parts):
        if number % 2:
            done.append(Markup("<pre>{}</pre>").format(_controls(part.strip("\n"), names)))
        elif part.strip("\n"):
            done.append(_paragraphs(part.strip("\n") if len(parts) > 1 else part, names, verbatim))
    return Markup("").join(done)


def plain_to_html(text: str, *, emoji: bool = True) -> Markup:
    """Return plain text as HTML, line breaks kept."""
    lines = text.split("\n")
    return BREAK.join(_with_emoji(line) if emoji else escape(line) for line in lines)


def unescaped(text: str) -> str:
    """Return text without Slack's three entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _paragraphs(text: str, names: Names, verbatim: bool) -> Markup:
    quoted = [(line.startswith((">", "&gt;")), line) for line in text.split("\n")]
    done = []
    for is_quote, group in groupby(quoted, key=lambda pair: pair[0]):
        lines = [re.sub(r"^(?:>|&gt;)+ ?", "", line) if is_quote else line for _, line in group]
        html = BREAK.join(_inline(line, names, verbatim) for line in lines)
        done.append(Markup("<blockquote>{}</blockquote>").format(html) if is_quote else html)
    return Markup("").join(done)


def _inline(line: str, names: Names, verbatim: bool) -> Markup:
    kept: list[Markup] = []

    def keep(html: Markup) -> str:
        kept.append(html)
        return f"\x00{len(kept) - 1}\x00"

    line = CODE.sub(lambda found: keep(Markup("<code>{}</code>").format(_controls(found[1], names))), line)
    line = CONTROL.sub(lambda found: keep(_control(found[1], names)), line)
    if not verbatim:
        line = BARE.sub(lambda found: keep(_link(found[0], "", names)), line)
    return _styled(line, kept)


def _controls(text: str, names: Names) -> Markup:
    parts = CONTROL.split(text)
    done = (_control(part, names) if number % 2 else escape(unescaped(part)) for number, part in enumerate(parts))
    return Markup("").join(done)


def _control(body: str, names: Names) -> Markup:
    target, _, label = body.partition("|")
    if target.startswith("@"):
        return names.person(target[1:], unescaped(label))
    if target.startswith("#"):
        return names.channel(target[1:], unescaped(label))
    if target.startswith("!date^"):
        return _date(target, unescaped(label), names)
    if target.startswith("!"):
        word = unescaped(label) or "@" + unescaped(target[1:]).partition("^")[0]
        return Markup('<span class="mention">{}</span>').format(word)
    return _link(target, label, names)


def _date(target: str, fallback: str, names: Names) -> Markup:
    _, epoch, pattern, *link = target.split("^") + [""] * 2
    words = names.date(epoch, unescaped(pattern), fallback)
    html = Markup('<time title="{}">{}</time>').format(fallback, words)
    return _anchor(unescaped(link[0]), html, names) if link[0] else html


def _link(target: str, label: str, names: Names) -> Markup:
    url = unescaped(target)
    if not _is_address(url):
        return escape(unescaped(f"<{target}|{label}>" if label else f"<{target}>"))
    return _anchor(url, _with_emoji(unescaped(label) or url.removeprefix("mailto:")), names)


def _anchor(url: str, html: Markup, names: Names) -> Markup:
    if not _is_address(url):
        return html
    there = names.address(url)
    if there.startswith("/"):
        return Markup('<a href="{}">{}</a>').format(there, html)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(there, html)


def _is_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in SCHEMES
    except ValueError:
        return False


def _styled(text: str, kept: list[Markup]) -> Markup:
    done, end = [], 0
    for found in STYLE.finditer(text):
        done.append(_plain(text[end : found.start()], kept))
        done.append(STYLES[found[1]].format(_styled(found[2], kept)))
        end = found.end()
    done.append(_plain(text[end:], kept))
    return Markup("").join(done)


def _plain(text: str, kept: list[Markup]) -> Markup:
    parts = KEPT.split(text)
    return Markup("").join(
        kept[int(part)] if number % 2 else _with_emoji(unescaped(part)) for number, part in enumerate(parts)
    )


def _with_emoji(text: str) -> Markup:
    return Markup("").join(_emoji_parts(text))


def _emoji_parts(text: str) -> Iterable[Markup]:
    end = 0
    for found in NAME.finditer(text):
        sign = character(found[1])
        if sign:
            yield escape(text[end : found.start()])
            yield Markup('<span class="emoji" title="{}">{}</span>').format(found[0], sign)
            end = found.end()
    yield escape(text[end:])
