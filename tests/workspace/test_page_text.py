"""Text on the page: Slack's mrkdwn, moments and emoji as people see them, and nothing typed that becomes markup."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import Clock
from tests.workspace.conftest import MANIFEST
from workspace.driver import Workspace
from workspace.manifest import load_manifest
from workspace.page.emoji import character
from workspace.page.moments import day_name, filled, next_morning, zone_of
from workspace.page.mrkdwn import plain_to_html, to_html
from workspace.page.reader import Reader
from workspace.page.rendering import markdown
from workspace.page.richtext import rich_text

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ALLOWED = {
    "a": {"href", "target", "rel", "class"},
    "span": {"class", "title"},
    "time": {"title"},
    **{tag: set() for tag in ("br", "strong", "em", "s", "u", "code", "pre", "blockquote", "p", "ul", "ol", "li")},
}
HOSTILE = st.lists(
    st.sampled_from([
        "<", ">", "&", '"', "'", "*", "_", "~", "`", "```", "\n", " ", "|", "^", "\x00", "\x001\x00", "<script>", "</a>",
        "<!date^", "1772445600^{date}", "<@U1>", "<#C1|", "<!channel>", "javascript:alert(1)", "https://a.example/", "&lt;",
        "&amp;", "&#60;", ":bulb:", "> ", "onclick=x", "<https://a.example|", "<data:text/html,x>", "word", "é", "ש",
    ])
).map("".join)  # fmt: skip


class Markings(HTMLParser):
    """What markup there is in a piece of HTML, and the text without it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "br":
            self.text += "\n"
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    handle_comment = unknown_decl = handle_pi = handle_decl


def reader() -> Reader:
    """Return the eyes of one of two people, in Tokyo."""
    slack = Workspace(load_manifest(MANIFEST), Clock(NOW).now)
    ana, ben = slack.add_user("Ana Silva", tz="Asia/Tokyo"), slack.add_user("Ben Okafor")
    slack.add_channel("general", [ana, ben])
    slack.add_channel("closed", [ben], kind="private")
    return Reader(slack.team, ana.user, "http://127.0.0.1:1")


READER = reader()
ANA, BEN = (each for each in READER.team.users.values() if not each.is_bot)
GENERAL, CLOSED = (each for each in READER.team.channels.values() if each.kind != "im")


def harmless(html: str) -> Markings:
    """Return what is in HTML that holds nothing but the few tags of mrkdwn, each closed in its turn."""
    found = Markings(html)
    for tag, attributes in found.tags:
        assert set(attributes) <= ALLOWED[tag]
        assert urlsplit(attributes.get("href") or "https:").scheme in {"http", "https", "mailto", "tel", ""}
    assert found.open == []
    return found


def written(text: str) -> str:
    """Return what somebody typed as Slack carries it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@given(st.one_of(st.text(), HOSTILE))
def test_nothing_typed_becomes_markup(typed: str) -> None:
    """Whatever somebody types, the page shows text in nothing but the few tags of mrkdwn."""
    harmless(to_html(written(typed), READER))


@given(HOSTILE)
def test_nothing_an_app_sends_becomes_markup(sent: str) -> None:
    """What an app sends without escaping it is as harmless, in mrkdwn, plain text, rich text and Markdown."""
    harmless(to_html(sent, READER))
    harmless(to_html(sent, READER, verbatim=True))
    harmless(plain_to_html(sent))
    harmless(
        rich_text({"elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": sent}]}]}, READER)
    )
    assert "<script" not in markdown(sent)


@given(st.text(st.characters(exclude_characters="*_~`>:\x00\n\r", exclude_categories=["Cs"])))
def test_text_without_formatting_is_shown_as_typed(typed: str) -> None:
    """Text that formats nothing is read back letter by letter."""
    html = to_html(written(typed), READER, verbatim=True)

    assert harmless(html).text == typed


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* and _italic_ and ~gone~", "<strong>bold</strong> and <em>italic</em> and <s>gone</s>"),
        ("*bold _both_*", "<strong>bold <em>both</em></strong>"),
        ("*a _b* c_", "<strong>a _b</strong> c_"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("`*code*`", "<code>*code*</code>"),
        ("before ```one\n  *two*``` after", "before <pre>one\n  *two*</pre> after"),
        ("&gt; said\n&gt; more\nme", "<blockquote>said<br>more</blockquote>me"),
        ("one\ntwo", "one<br>two"),
        ("a &lt; b &amp; c", "a &lt; b &amp; c"),
        ("a &amp;lt; b", "a &amp;lt; b"),
        ("<!channel> :nosuch: 10:30:00", '<span class="mention">@channel</span> :nosuch: 10:30:00'),
        ("<javascript:alert(1)|here>", "&lt;javascript:alert(1)|here&gt;"),
        ("<https://[|here>", "&lt;https://[|here&gt;"),
    ],
)  # fmt: skip
def test_mrkdwn_follows_slacks_rules(text: str, html: str) -> None:
    """Each rule of Slack's formatting, and where it ends."""
    assert to_html(text, READER) == html


def test_links_lead_where_they_say() -> None:
    """An address is a link, in a bold word too, and a permalink of this workspace stays in the page."""
    away = to_html("*<https://a.example/?x=1&amp;y=2|there>*", READER)
    here = to_html("<http://127.0.0.1:1/archives/C1/p1|here>", READER)

    link = (
        '<strong><a href="https://a.example/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer">there</a></strong>'
    )
    assert away == link
    assert here == f'<a href="/as/{ANA.id}/archives/C1/p1">here</a>'


def test_bare_addresses_are_linked_unless_verbatim() -> None:
    """An address without brackets is linked up to the full stop after it, and left alone in verbatim text."""
    linked = to_html("see https://a.example/x.", READER)
    left = to_html("see https://a.example/x.", READER, verbatim=True)

    assert (
        linked == 'see <a href="https://a.example/x" target="_blank" rel="noopener noreferrer">https://a.example/x</a>.'
    )
    assert left == "see https://a.example/x."


def test_mentions_name_people_and_channels() -> None:
    """A mention shows the name, one's own stands out, and a private channel one is not in keeps its name."""
    html = to_html(f"<@{ANA.id}> <@{BEN.id}> <#{GENERAL.id}> <#{CLOSED.id}>", READER)

    assert Markings(html).text == "@Ana Silva @Ben Okafor #general #private channel"
    assert '<span class="mention mine">@Ana Silva</span>' in html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!date^1772445600^{date_num} {time}|late>", "2026-03-02 19:00"),
        ("<!date^1772445600^{date_long} at {time_secs}|late>", "Monday, March 2, 2026 at 19:00:00"),
        ("<!date^1772445600^{date_short_pretty}|late>", "today"),
        ("<!date^1772359200^{date_pretty}|late>", "yesterday"),
        ("<!date^1772535600^{date_short_pretty}|late>", "tomorrow"),
        ("<!date^1772532000^{ago}|late>", "in 1 day"),
        ("<!date^1772438400^{ago} {date}|late>", "2 hours ago March 2, 2026"),
        ("<!date^soon^{date}|late &amp; later>", "late & later"),
    ],
)  # fmt: skip
def test_moments_are_in_the_readers_zone(text: str, shown: str) -> None:
    """A moment is shown in the zone of whoever reads, and the fallback where there is none."""
    assert Markings(to_html(text, READER)).text == shown


def test_a_moment_can_be_a_link() -> None:
    """The address in a date leads there."""
    html = to_html("<!date^1772445600^{date_num}^https://a.example/|late>", READER)

    assert html.startswith('<a href="https://a.example/"')
    assert Markings(html).text == "2026-03-02"


def test_unknown_tokens_stay() -> None:
    """A token that Slack does not know is left as it is."""
    assert filled("{nonsense} {time}", NOW, NOW) == "{nonsense} 10:00"


def test_days_are_called_by_their_names() -> None:
    """Near days have names, days of this year no year."""
    named = [
        day_name(datetime(*day, tzinfo=UTC), NOW) for day in ((2026, 3, 2), (2026, 3, 1), (2026, 2, 3), (2025, 12, 31))
    ]

    assert named == ["Today", "Yesterday", "Tuesday, 3 February", "Wednesday, 31 December 2025"]


@pytest.mark.parametrize(
    ("now", "zone", "then"),
    [
        ("2026-03-02T10:00", "Asia/Tokyo", "2026-03-03T00:00"),
        ("2026-03-02T10:00", "America/New_York", "2026-03-02T14:00"),
        ("2026-03-28T10:00", "Europe/Paris", "2026-03-29T07:00"),
        ("2026-03-02T09:00", "UTC", "2026-03-03T09:00"),
        ("2026-03-02T10:00", "Nowhere/Nothing", "2026-03-03T09:00"),
    ],
)  # fmt: skip
def test_the_next_morning_is_the_persons_own(now: str, zone: str, then: str) -> None:
    """Nine o'clock comes by the person's zone, also in the night in which the clocks change."""
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert next_morning(moment, zone_of(zone)) == datetime.fromisoformat(then).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "sign"),
    [("bulb", "💡"), ("+1::skin-tone-3", "👍"), ("large_green_circle", "🟢"), ("warning", "⚠️"), ("nonsense", "")],
)
def test_emoji_have_slacks_names(name: str, sign: str) -> None:
    """A name is an emoji if it is one in Slack."""
    assert character(name) == sign


def test_what_was_typed_can_be_edited() -> None:
    """A message comes back for editing as it was typed: handles, addresses and signs."""
    text = f"<@{BEN.id}> &lt;b&gt; <https://a.example/x> <!here>"

    assert READER.typed(text) == "@ben.okafor <b> https://a.example/x @here"


def test_rich_text_keeps_its_shape() -> None:
    """Lists, quotes, links, people and styles of rich text arrive."""
    inner = [
        {"type": "text", "text": "one\ntwo", "style": {"bold": True, "italic": True}},
        {"type": "link", "url": "https://a.example/", "text": "there"},
        {"type": "link", "url": "javascript:x", "text": "nowhere"},
        {"type": "user", "user_id": BEN.id},
        {"type": "channel", "channel_id": GENERAL.id},
        {"type": "emoji", "name": "bulb"},
        {"type": "broadcast", "range": "here"},
        {"type": "date", "timestamp": 1772445600, "format": "{time}", "fallback": "late"},
    ]
    section = {"type": "rich_text_section", "elements": inner}
    listed = {"type": "rich_text_list", "style": "ordered", "elements": [section]}
    quoted = {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]}

    html = rich_text({"elements": [listed, quoted]}, READER)

    assert html.startswith("<ol><li><em><strong>one<br>two</strong></em>")
    assert html.endswith("<blockquote>said</blockquote>")
    assert Markings(html).text == "one\ntwotherenowhere@Ben Okafor#general💡@here19:00said"
    assert [tag for tag, _ in harmless(html).tags].count("a") == 2
