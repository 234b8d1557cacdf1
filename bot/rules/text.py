"""Text that people typed, made safe and short enough for Slack."""

import re
from collections.abc import Callable

Gettext = Callable[[str], str]
"""Turns an English message into the reader's language; views take it as `_`: nothing about a reader is hidden state."""

SECTION_LIMIT = 3000
FALLBACK_LIMIT = 4000
ELLIPSIS = "…"

_MENTION = re.compile(r"<(?:@|#|!subteam\^)(?P<id>[A-Z0-9]+)(?:\|(?P<label>[^>]*))?>")
_SPECIAL = re.compile(r"<!(?P<word>[a-z]+)(?:\^[^>|]*)*(?:\|(?P<label>[^>]*))?>")
_LINK = re.compile(r"<(?P<url>(?:https?|mailto):[^>|]+)(?:\|(?P<label>[^>]*))?>")


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Return `message`, marked for translators: it is turned into the reader's language where it is shown."""
    return message


def escape(text: str) -> str:
    """Return `text` with the three characters that Slack's mrkdwn gives a meaning replaced, ampersand first.

    Source: Slack, "Formatting message text": only `&`, `<` and `>` are decoded, nothing else.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Return what a person typed from the escaped form in which Slack's events carry it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain(text: str) -> str:
    """Return event or command text as its writer saw it: mentions and links become words that ping and link nobody."""
    text = _LINK.sub(
        lambda m: m["label"] if m["label"] and m["label"] != m["url"] else m["url"].removeprefix("mailto:"), text
    )
    text = _MENTION.sub(lambda m: f"@{m['label'] or m['id']}", text)
    text = _SPECIAL.sub(lambda m: m["label"] or f"@{m['word']}", text)
    return unescape(text).strip()


def clip(text: str, limit: int) -> str:
    """Return `text` cut to at most `limit` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def safe(text: str, limit: int = SECTION_LIMIT) -> str:
    """Return `text` escaped and then cut to `limit`, without leaving half of an escaped character at the cut.

    The limit counts after escaping, as Slack counts it: one `&` takes five characters.
    """
    escaped = escape(text)
    if len(escaped) <= limit:
        return escaped
    cut = escaped[: limit - 1]
    tail = cut.rfind("&")
    if tail >= 0 and ";" not in cut[tail:]:
        cut = cut[:tail]
    return cut.rstrip() + ELLIPSIS


def quote(text: str, limit: int = 600) -> str:
    """Return `text` safe and as a mrkdwn quotation, every line of it."""
    return "\n".join(f"> {line}" for line in safe(text, limit).splitlines() or [""])


def markdown(text: str) -> str:
    """Return `text` so that Markdown shows it as it is: nothing in it becomes a link, a heading, a list or HTML.

    Source: CommonMark 0.31, 2.4: any ASCII punctuation may be escaped with a backslash.
    """
    escaped = re.sub(r"[\\`*_\[\]<>|~#&]", r"\\\g<0>", text)
    return re.sub(r"^(\s*(?:\d{1,9})?)([-+=.)])", r"\1\\\2", escaped, flags=re.MULTILINE)


def link(url: str, label: str) -> str:
    """Return a mrkdwn link if `url` is http or https, else the label alone: other schemes are somebody's trick."""
    if not re.match(r"https?://[^\s|<>]+$", url):
        return escape(label)
    # A closing bracket or bar inside the label would end the link early and start something the app did not write.
    return f"<{escape(url)}|{escape(label).replace('|', '¦')}>"
