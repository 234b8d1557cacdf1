"""The page over plain HTTP: what somebody reads there, and what happens when they send its forms."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import aiohttp
import pytest

from bot.clock import Clock
from tests.harness import Harness
from tests.workspace.conftest import MANIFEST, App
from workspace.driver import Workspace
from workspace.person import Person
from workspace.state import Channel

VOID = {"input", "img", "br", "hr", "meta", "link"}
Fields = list[tuple[str, str]]


@dataclass
class SentForm:
    """A form on the page: where it goes, and what a browser would send of it untouched."""

    action: str
    fields: Fields = field(default_factory=list)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class Reading(HTMLParser):
    """A page as somebody reads it: its text, its forms, its links by their text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[SentForm] = []
        self.links: dict[str, str] = {}
        self.scripts: list[str] = []
        self._words: list[str] = []
        self._open: list[tuple[str, dict[str, str], int]] = []
        self._select = ""
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append((tag, given, len(self._words)))
        if tag == "form":
            self.forms.append(SentForm(given.get("hx-post") or given.get("action", "")))
        if tag == "script":
            self.scripts.append(given.get("src", ""))
        if tag == "select":
            self._select = given["name"]
            self.forms[-1].fields.append((self._select, ""))
        if tag == "option" and "selected" in given:
            self.forms[-1].fields[-1] = (self._select, given["value"])
        if tag == "input" and self.forms and given.get("name"):
            box = given.get("type") in {"checkbox", "radio"}
            if given.get("type") != "file" and (not box or "checked" in given):
                self.forms[-1].fields.append((given["name"], given.get("value", "")))

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        name, given, since = self._open.pop()
        assert name == tag, f"<{name}> is closed by </{tag}>"
        words = " ".join(" ".join(self._words[since:]).split())
        if tag == "textarea" and self.forms:
            self.forms[-1].fields.append((given["name"], "".join(self._words[since:]).removeprefix("\n")))
        if tag == "button" and self.forms and given.get("name"):
            self.forms[-1].buttons[words] = (given["name"], given["value"])
        if tag == "a":
            self.links[words] = given["href"]


class Tab:
    """One person's browser tab."""

    def __init__(self, session: aiohttp.ClientSession, slack: Workspace, person: Person) -> None:
        self.session = session
        self.slack = slack
        self.person = person

    async def get(self, path: str) -> Reading:
        async with self.session.get(f"{self.slack.base_url}{path}") as response:
            assert response.status == 200, await response.text()
            return Reading(await response.text())

    async def visit(self, place: Channel | str, query: str = "") -> Reading:
        name = place.id if isinstance(place, Channel) else place
        return await self.get(f"/as/{self.person.id}/{name}{query}")

    async def post(self, verb: str, data: Any, **headers: str) -> Reading:
        async with self.session.post(
            f"{self.slack.base_url}/as/{self.person.id}/{verb}", data=data, headers=headers
        ) as response:
            assert response.status in {200, 204}, response.status
            return Reading(await response.text())

    async def say(self, place: Channel, text: str, thread: str = "", **more: str) -> Reading:
        return await self.post("say", {"channel": place.id, "thread": thread, "text": text, **more})

    async def press(self, page: Reading, label: str, **entered: str) -> Reading:
        form = next(each for each in page.forms if label in each.buttons)
        return await self._send(form, [form.buttons[label]], entered)

    async def submit(self, page: Reading, **entered: str) -> Reading:
        form = next(each for each in page.forms if each.action.endswith("/submit"))
        return await self._send(form, [], entered)

    async def _send(self, form: SentForm, extra: Fields, entered: dict[str, str]) -> Reading:
        fields = [(name, entered.get(name.partition("|")[0], value)) for name, value in form.fields]
        return await self.post(form.action.rpartition("/")[2], fields + extra)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a plain HTTP client."""
    async with aiohttp.ClientSession() as session:
        yield session


async def test_a_newcomer_chooses_whom_to_be(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """The front page names everybody, and a name leads to that person's first channel."""
    ana = slack.add_user("Ana Silva", title="Focal point, Brazil")
    slack.add_channel("general", [ana])
    tab = Tab(session, slack, ana)

    front = await tab.get("/")
    page = await tab.get(front.links["AS Ana Silva Focal point, Brazil"])

    assert "This is the beginning of #general." in page.text
    assert "You are" not in page.text


async def test_what_is_typed_reaches_everybody_as_text(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """What one person types another reads letter by letter, and none of it becomes markup."""
    ana, ben = slack.add_user("Ana Silva"), slack.add_user("Ben Okafor")
    general = slack.add_channel("general", [ana, ben])
    typed = '<script>alert(1)</script> <b onclick=x>bold</b> & "quotes" \''
    scripts = (await Tab(session, slack, ben).visit(general)).scripts

    await Tab(session, slack, ana).say(general, typed)
    page = await Tab(session, slack, ben).visit(general)

    assert typed in page.text
    assert page.scripts == scripts


async def test_a_command_is_proposed_with_its_hint(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """The page carries every command of the manifest with description and usage hint for the composer's list."""
    ana = slack.add_user("Ana Silva")
    general = slack.add_channel("general", [ana])

    page = await Tab(session, slack, ana).visit(general)

    assert '{"about": "Start, read and close surveys", "hint": "start | list' in page.text


async def test_an_unknown_command_is_told_in_the_page(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """What Slack would show as an error stands in the page, and nothing was posted."""
    ana = slack.add_user("Ana Silva")
    general = slack.add_channel("general", [ana])

    answer = await Tab(session, slack, ana).say(general, "/nonsense now")

    assert "/nonsense failed with the error “unknown_command”" in answer.text
    assert slack.messages(general) == []


async def test_a_silent_app_is_told_in_the_page(app: App, session: aiohttp.ClientSession) -> None:
    """A command that the app leaves unanswered for three seconds shows Slack's operation_timeout."""
    ana = app.slack.add_user("Ana Silva")
    general = app.slack.add_channel("general", [ana])
    app.silent = True
    await app.connect()

    answer = await Tab(session, app.slack, ana).say(general, "/wps help")

    assert "failed with the error “operation_timeout”" in answer.text


async def test_commands_do_not_run_in_threads(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """In a thread a command is refused in Slack's words, as developer commands are in Slack."""
    ana = slack.add_user("Ana Silva")
    general = slack.add_channel("general", [ana])
    root = await ana.say(general, "root")

    answer = await Tab(session, slack, ana).say(general, "/wps help", thread=root.ts)

    assert "/wps is not supported in threads. Sorry!" in answer.text


async def test_a_modal_is_filled_in_corrected_and_accepted(bot: Harness, session: aiohttp.ClientSession) -> None:
    """A form opened by a command shows its field errors, keeps what was typed, and closes when it is right."""
    sofia = await bot.member_of_secretariat("Sofia Lind")
    room = bot.slack.add_channel("network", [sofia])
    tab = Tab(session, bot.slack, sofia)
    await tab.say(room, "/wps-survey start")
    await bot.settle()

    await tab.submit(await tab.visit(room), introduction="For the spring meeting")
    faulty = await tab.visit(room)
    await tab.submit(faulty, title="Childcare on deployment")
    await bot.settle()
    page = await tab.visit(room)

    assert "Please complete this required field." in faulty.text
    assert "For the spring meeting" in faulty.text
    assert "Survey 1: Childcare on deployment" in page.text


async def test_a_reaction_is_given_and_taken_back(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """A reaction stands on the message with its count, and the same button takes it away."""
    ana = slack.add_user("Ana Silva")
    general = slack.add_channel("general", [ana])
    message = await ana.say(general, "good")
    tab = Tab(session, slack, ana)
    verb = f"react?channel={general.id}&ts={message.ts}"

    await tab.post(verb, {"name": ":bulb:"})
    with_it = await tab.visit(general)
    await tab.post(verb, {"name": "bulb"})
    without = await tab.visit(general)

    assert "💡 1" in with_it.text
    assert "💡 1" not in without.text


async def test_a_file_is_shared_and_downloaded(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """A file sent with the composer is downloaded byte by byte through the link in its message."""
    ana = slack.add_user("Ana Silva")
    general = slack.add_channel("general", [ana])
    tab = Tab(session, slack, ana)
    form = aiohttp.FormData({"channel": general.id, "thread": "", "text": "the list"}, quote_fields=False)
    form.add_field("file", b"a,b\n1,2\n", filename="list 1.csv")

    await tab.post("say", form)
    page = await tab.visit(general)
    async with session.get(slack.base_url + page.links["📄 list 1.csv 8 Bytes – Download"]) as response:
        content = await response.read()

    assert content == b"a,b\n1,2\n"


@pytest.fixture
async def moving(clock: Clock) -> AsyncIterator[Workspace]:
    """Return a workspace whose clock can be moved from the page."""

    async def jump(to: datetime) -> None:
        clock.jump(to)

    async with Workspace.serve(MANIFEST, now=clock.now, jump=jump) as slack:
        yield slack


async def test_the_clock_jumps(moving: Workspace, session: aiohttp.ClientSession, clock: Clock) -> None:
    """The page moves the workspace's clock, to a moment that is read in the acting person's zone."""
    ana = moving.add_user("Ana Silva", tz="Asia/Tokyo")
    tab = Tab(session, moving, ana)

    await tab.post("jump", {"by": "morning"})
    morning = clock.now()
    await tab.post("jump", {"to": "2026-03-05T08:30"})

    assert morning == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    assert clock.now() == datetime(2026, 3, 4, 23, 30, tzinfo=UTC)


async def test_the_clock_does_not_go_back(moving: Workspace, session: aiohttp.ClientSession, clock: Clock) -> None:
    """A moment that has passed is refused in the page."""
    ana = moving.add_user("Ana Silva")
    before = clock.now()

    answer = await Tab(session, moving, ana).post("jump", {"to": "2026-03-01T08:30"})

    assert "the clock only goes forward" in answer.text
    assert clock.now() == before + timedelta(0)
