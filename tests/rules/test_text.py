"""Text that people typed."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.rules import text


@given(st.text())
def test_escaped_text_can_open_nothing(typed: str) -> None:
    """No typed text, once escaped, holds a character that Slack reads as markup."""
    escaped = text.escape(typed)

    assert "<" not in escaped
    assert ">" not in escaped
    assert text.unescape(escaped) == typed


@given(st.text(alphabet="ab&<>"), st.integers(min_value=2, max_value=40))
def test_a_safe_text_keeps_its_limit_and_cuts_no_entity(typed: str, limit: int) -> None:
    """A text that is cut stays within the limit and ends with no half of an escaped character."""
    safe = text.safe(typed, limit)

    assert len(safe) <= limit
    assert not re.search(r"&(?!amp;|lt;|gt;)", safe)


def test_mentions_in_an_event_become_words() -> None:
    """A mention, a broadcast, a channel and a link read as their writer saw them, and ping nobody."""
    typed = "<!channel> ask <@U1|ana> in <#C1|general> or <https://a.example/x|here> &amp; now"

    assert text.plain(typed) == "@channel ask @ana in @general or here & now"


def test_a_link_needs_a_web_address() -> None:
    """Only http and https become links; any other scheme is shown as its label."""
    assert text.link("https://a.example/?a=1&b=2", "A <b>|c") == "<https://a.example/?a=1&amp;b=2|A &lt;b&gt;¦c>"
    assert text.link("javascript:alert(1)", "click") == "click"


def test_a_quotation_marks_every_line() -> None:
    """Each line of a quoted text starts as a quotation."""
    assert text.quote("one\n<two>") == "> one\n> &lt;two&gt;"
