"""The page over plain HTTP: what somebody reads there, and what happens when they send its forms."""

import asyncio
import json
import re
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

    def form(self, verb: str) -> SentForm:
        return next(each for each in self.forms if each.action.endswith(f"/{verb}"))

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
        return await self._send(page.form("submit"), [], entered)

    async def _send(self, form: SentForm, extra: Fields, entered: dict[str, str]) -> Reading:
        fields = [(name, entered.get(name.partition("|")[0], value)) for name, value in form.fields]
        return await self.post(form.action.rpartition("/")[2], fields + extra)


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


OPTIONS = [{"text": plain(f"Option {each}"), "value": each} for each in ("one", "two", "three")]


def button(label: str, value: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "go", "text": plain(label), "value": value, **more}


def actions(*elements: dict[str, Any], block_id: str = "row") -> dict[str, Any]:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def asked(block_id: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "block_id": block_id, "label": plain(f"The {block_id}"), "element": element, **more}


def text_field(**more: Any) -> dict[str, Any]:
    return {"type": "plain_text_input", "action_id": "field", **more}


def modal(*blocks: dict[str, Any], title: str = "Form") -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain(title),
        "submit": plain("Send"),
        "close": plain("Not now"),
        "blocks": [*blocks],
    }


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


async def test_a_newcomer_is_told_whom_to_begin_as(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """The front page proposes people with what to try as each, and leads to the first place with something to see."""
    ana = slack.add_user("Ana Silva")
    slack.add_channel("desk", [ana])
    general = slack.add_channel("general", [ana])
    await ana.say(general, "hello")
    slack.suggest(ana, "The Secretariat", "Type `/wps` & see.")
    tab = Tab(session, slack, ana)

    front = await tab.get("/")
    page = await tab.get(front.links["AS The Secretariat Ana Silva Type /wps & see."])

    assert "To begin with" in front.text
    assert "This is the beginning of #general." in page.text


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


@pytest.fixture
async def ana(app: App) -> Person:
    """Return somebody in a channel with the app, which is connected."""
    await app.connect()
    ana = app.slack.add_user("Ana Silva", tz="Asia/Tokyo", locale="pt-BR")
    app.slack.add_channel("general", [ana], topic="Everybody")
    return ana


@pytest.fixture
def general(ana: Person) -> Channel:
    """Return the channel Ana is in."""
    return ana.channel("general")


@pytest.fixture
def tab(app: App, ana: Person, session: aiohttp.ClientSession) -> Tab:
    """Return Ana's browser tab."""
    return Tab(session, app.slack, ana)


def acted(app: App) -> dict[str, Any]:
    """Return the last action the app heard of."""
    action: dict[str, Any] = app.events("interactive")[-1]["payload"]["actions"][0]
    return {name: value for name, value in action.items() if name not in {"action_ts", "text"}}


async def test_of_many_like_buttons_the_one_pressed_counts(app: App, general: Channel, tab: Tab) -> None:
    """Buttons that share an action id, as in a list, each tell the app their own value."""
    rows = [actions(button(f"Show {each}", each), block_id=f"row-{each}") for each in ("7", "8", "9")]
    await app.post(general, blocks=rows)

    await tab.press(await tab.visit(general), "Show 8")

    assert acted(app) == {"type": "button", "action_id": "go", "block_id": "row-8", "value": "8"}


SELECTED = {"value": "two", "text": plain("Option two")}


@pytest.mark.parametrize(
    ("element", "entered", "held"),
    [
        ({"type": "static_select", "options": OPTIONS}, "two", {"selected_option": SELECTED}),
        ({"type": "radio_buttons", "options": OPTIONS}, "two", {"selected_option": SELECTED}),
        ({"type": "checkboxes", "options": OPTIONS}, "two", {"selected_options": [SELECTED]}),
        ({"type": "multi_static_select", "options": OPTIONS}, "two", {"selected_options": [SELECTED]}),
        ({"type": "checkboxes", "options": OPTIONS, "initial_options": [SELECTED]}, "", {"selected_options": []}),
        ({"type": "datepicker"}, "2026-04-01", {"selected_date": "2026-04-01"}),
        ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
        ({"type": "datetimepicker"}, "2026-04-01T09:00", {"selected_date_time": 1775001600}),
        ({"type": "users_select"}, "U0FOCAL", {"selected_user": "U0FOCAL"}),
        ({"type": "multi_users_select"}, "U0FOCAL", {"selected_users": ["U0FOCAL"]}),
        ({"type": "conversations_select"}, "C0FOC0001", {"selected_conversation": "C0FOC0001"}),
        ({"type": "multi_conversations_select"}, "C0FOC0001", {"selected_conversations": ["C0FOC0001"]}),
        ({"type": "channels_select"}, "C0FOC0001", {"selected_channel": "C0FOC0001"}),
    ],
)  # fmt: skip
async def test_every_kind_of_menu_tells_the_app(
    app: App, general: Channel, tab: Tab, element: dict[str, Any], entered: str, held: dict[str, Any]
) -> None:
    """What is chosen in a message's menu, picker or boxes reaches the app as Slack carries it."""
    await app.post(general, blocks=[actions(element | {"action_id": "pick"})])
    form = (await tab.visit(general)).form("use")
    chosen = [("row|pick", entered)] if entered else []
    kept = [pair for pair in form.fields if pair[0] != "row|pick"]

    await tab.post("use", [*kept, *chosen, ("use", "row|pick")])

    assert acted(app) == {"type": element["type"], "action_id": "pick", "block_id": "row", **held}


async def test_an_overflow_menu_tells_its_choice(app: App, general: Channel, tab: Tab) -> None:
    """What is chosen in the menu behind three dots reaches the app."""
    menu = {"type": "overflow", "action_id": "more", "options": OPTIONS}
    await app.post(general, blocks=[{"type": "section", "block_id": "s", "text": plain("One"), "accessory": menu}])
    form = (await tab.visit(general)).form("use")

    await tab.post("use", [*form.fields, ("use", "s|more"), form.buttons["Option two"]])

    assert acted(app)["selected_option"] == OPTIONS[1]


async def test_a_button_that_has_changed_does_nothing(app: App, general: Channel, tab: Tab) -> None:
    """A button pressed after the app has changed its message is said to be gone, and the app hears nothing."""
    ts = await app.post(general, blocks=[actions(button("Show", "7"))])
    before = await tab.visit(general)
    await app.call("chat.update", channel=general.id, ts=ts, text="done", blocks=[])

    answer = await tab.press(before, "Show")

    assert "That has changed in the meantime." in answer.text
    assert app.events("interactive") == []


async def test_a_confirm_dialog_carries_the_apps_words(app: App, general: Channel, tab: Tab) -> None:
    """The question that is asked before a button counts stands in the page, ready to be asked."""
    sure = {
        "title": plain("Sure?"),
        "text": plain("It is gone then."),
        "confirm": plain("Go on"),
        "deny": plain("Stay"),
    }
    await app.post(general, blocks=[actions(button("Withdraw", "7", style="danger", confirm=sure))])

    page = await tab.visit(general)

    assert "Sure? It is gone then. Go on Stay" in page.text


async def test_a_group_message_is_named_by_its_people(app: App, tab: Tab) -> None:
    """What the app writes to several people stands among everybody's direct messages, under the names of the others."""
    ben, cy = app.slack.add_user("Ben Okafor"), app.slack.add_user("Cy Sample")
    people = ",".join(each.id for each in (tab.person, ben, cy))
    group = (await app.call("conversations.open", users=people))["channel"]["id"]

    await app.call("chat.postMessage", channel=group, text="to the three of you")
    page = await tab.visit(group)

    assert page.links["BO Ben Okafor, Cy Sample"].endswith(group)
    assert "This is the beginning of your conversation with Ben Okafor, Cy Sample." in page.text
    assert "to the three of you" in page.text


async def test_an_answer_to_oneself_is_no_news(app: App, general: Channel, tab: Tab) -> None:
    """The line above what is new stands above what others say, and not above what the app answers to the reader alone."""
    ben = app.slack.add_user("Ben Okafor")
    general.members.append(ben.id)
    await ben.say(general, "hello")
    await tab.visit(general)

    await app.call("chat.postEphemeral", channel=general.id, user=tab.person.id, text="between us")
    alone = await tab.visit(general)
    await ben.say(general, "more")
    after = await tab.visit(general)

    assert "between us" in alone.text
    assert "New" not in alone.text
    assert "New" in after.text


async def test_a_message_for_one_person_is_marked_and_dismissed(app: App, general: Channel, tab: Tab) -> None:
    """Only the addressee reads an ephemeral message, it says so, and it goes away when dismissed."""
    ben = app.slack.add_user("Ben Okafor")
    general.members.append(ben.id)
    answer = await app.call("chat.postEphemeral", channel=general.id, user=tab.person.id, text="between us")
    theirs = await Tab(tab.session, app.slack, ben).visit(general)
    mine = await tab.visit(general)

    await tab.post(f"dismiss?channel={general.id}&ts={answer['message_ts']}", {})
    after = await tab.visit(general)

    assert "between us" not in theirs.text
    assert "Only visible to you" in mine.text
    assert "between us" in mine.text
    assert "between us" not in after.text


async def test_shortcuts_stand_in_a_messages_menu(app: App, general: Channel, tab: Tab) -> None:
    """The manifest's message shortcuts are offered on every message, and the app hears of which one."""
    message = await tab.person.say(general, "a good idea")
    at = f"channel={general.id}&ts={message.ts}"

    menu = await tab.get(f"/as/{tab.person.id}/menu?{at}")
    await tab.post(f"shortcut?{at}", {"name": "Recommend this"})

    assert "Recommend this Focal: Propose what this message says" in menu.text
    payload = app.events("interactive")[0]["payload"]
    assert (payload["callback_id"], payload["message"]["text"]) == ("recommend_message", "a good idea")


async def test_own_messages_are_edited_and_deleted(app: App, general: Channel, tab: Tab) -> None:
    """One's own message can be changed and taken away, and others are told that it was edited."""
    message = await tab.person.say(general, "frist @focal")
    at = f"channel={general.id}&ts={message.ts}"
    line = f"line=m-{message.ts.replace('.', '-')}"

    offered = await tab.get(f"/as/{tab.person.id}/edit?{at}&{line}")
    edited = await tab.post(f"edit?{at}&{line}", {"text": "first @focal"})
    await tab.post(f"delete?{at}", {})
    after = await tab.visit(general)

    assert offered.forms[0].fields == [("text", "frist @focal")]
    assert "first @Focal (edited)" in edited.text
    assert "first" not in after.text


async def test_messages_of_others_are_not_ones_own(app: App, general: Channel, tab: Tab) -> None:
    """Somebody else's message offers no editing, and an attempt is refused in the page."""
    at = f"channel={general.id}&ts={await app.post(general)}"

    menu = await tab.get(f"/as/{tab.person.id}/menu?{at}")
    answer = await tab.post(f"delete?{at}", {})

    assert "Edit message" not in menu.text
    assert "somebody else" in answer.text
    assert len(app.slack.messages(general)) == 1


async def test_a_thread_opens_beside_its_channel(app: App, general: Channel, tab: Tab) -> None:
    """A thread shows root and replies; in the channel stands how many there are; a broadcast stands in both."""
    root = await tab.person.say(general, "the question")
    await tab.say(general, "first reply", thread=root.ts)
    await tab.say(general, "second reply", thread=root.ts, broadcast="yes")

    channel = await tab.visit(general)
    thread = await tab.visit(general, f"?thread={root.ts}")

    assert "2 replies" in channel.text
    assert "first reply" not in channel.text
    assert "replied to a thread" in channel.text
    assert "first reply" in thread.text
    assert thread.text.count("second reply") == 2


async def test_unread_places_are_marked_until_they_are_seen(app: App, general: Channel, tab: Tab) -> None:
    """A channel with something new is marked, where the new begins is shown once, and then it is read."""
    other = app.slack.add_channel("other", [tab.person])
    await app.post(general, "old")
    await tab.visit(general)
    await app.post(general, "new")
    dm = (await app.call("conversations.open", users=tab.person.id))["channel"]["id"]
    await app.call("chat.postMessage", channel=dm, text="for you")

    elsewhere = await tab.visit(other)
    there = await tab.visit(general)
    again = await tab.visit(general)

    assert "# general (unread)" in elsewhere.text
    assert "Focal 1" in elsewhere.text
    assert re.search("old .* New .* new", there.text)
    assert "New" not in again.text
    assert "(unread)" not in again.text


async def test_the_app_has_home_and_messages(app: App, tab: Tab) -> None:
    """Opening the app's Home tells the app, and what it publishes is there; its Messages tab is the conversation."""
    await tab.visit("home")
    await app.slack.quiet()
    opened = app.events()[-1]["payload"]["event"]
    home = {"type": "home", "blocks": [{"type": "header", "text": plain("Good morning")}, actions(button("Go", "1"))]}
    await app.call("views.publish", user_id=tab.person.id, view=home)

    page = await tab.visit("home")
    await tab.press(page, "Go")

    assert (opened["type"], opened["tab"]) == ("app_home_opened", "home")
    assert "Home Messages Good morning" in page.text
    assert acted(app)["value"] == "1"


async def test_the_dm_with_the_app_is_a_conversation(app: App, tab: Tab) -> None:
    """What is said to the app reaches it as a direct message."""
    await tab.say(tab.person.dm, "who chaired in 2019?")
    await app.slack.quiet()

    heard = app.events()[-1]["payload"]["event"]
    assert (heard["channel_type"], heard["text"]) == ("im", "who chaired in 2019?")


async def opened(app: App, tab: Tab, view: dict[str, Any], method: str = "views.open") -> Reading:
    """Let the app open a view for Ana and return the page with it."""
    trigger = app.slack.deliveries.trigger(tab.person.id)
    assert (await app.call(method, trigger_id=trigger, view=view))["ok"]
    return await tab.visit("home")


async def test_a_form_shows_labels_hints_and_what_may_stay_empty(app: App, ana: Person, tab: Tab) -> None:
    """Labels, hints, placeholders and the mark of optional fields are there, with the app's words on the buttons."""
    note = asked("note", text_field(multiline=True, initial_value="one\ntwo"), optional=True, hint=plain("Any words."))

    page = await opened(app, tab, modal(note))

    assert "Form × The note (optional) one two Any words. Not now Send" in page.text


async def test_errors_of_the_app_stand_at_their_fields(app: App, ana: Person, tab: Tab) -> None:
    """What the app says is wrong is shown with what was typed, and an accepted form closes."""
    page = await opened(app, tab, modal(asked("name", text_field()), asked("note", text_field(), optional=True)))

    app.answer = {"response_action": "errors", "errors": {"name": "That name is taken."}}
    await tab.submit(page, name="Ana", note="two\r\nlines")
    faulty = await tab.visit("home")
    app.answer = {}
    await tab.submit(faulty, name="Ana S.")
    after = await tab.visit("home")

    assert "That name is taken." in faulty.text
    assert ("name|field", "Ana") in faulty.form("submit").fields
    sent = app.events("interactive")[-1]["payload"]["view"]["state"]["values"]
    assert {block: held["field"]["value"] for block, held in sent.items()} == {"name": "Ana S.", "note": "two\nlines"}
    assert "The name" not in after.text


async def test_forms_lie_upon_one_another(app: App, ana: Person, tab: Tab) -> None:
    """A form that is pushed hides the one below, which comes back as it was when the upper one closes."""
    await opened(app, tab, modal(asked("name", text_field(initial_value="Ana")), title="Below"))

    upper = await opened(app, tab, modal(asked("note", text_field()), title="Above"), "views.push")
    await tab.post("close", {})
    lower = await tab.visit("home")

    assert "The note" in upper.text
    assert "The name" not in upper.text
    assert ("name|field", "Ana") in lower.form("submit").fields


async def test_an_input_that_dispatches_sends_the_form_so_far(app: App, ana: Person, tab: Tab) -> None:
    """A menu that acts at once tells the app what else was typed, without submitting."""
    menu = {"type": "static_select", "action_id": "pick", "options": OPTIONS}
    view = modal(asked("name", text_field()), asked("kind", menu, dispatch_action=True))
    form = (await opened(app, tab, view)).form("submit")
    entered = {"name|field": "Ana", "kind|pick": "two"}
    fields = [(name, entered.get(name, value)) for name, value in form.fields]

    await tab.post("use", [*fields, ("use", "kind|pick")])

    payload = app.events("interactive")[-1]["payload"]
    assert payload["type"] == "block_actions"
    assert payload["view"]["state"]["values"]["name"]["field"]["value"] == "Ana"
    assert acted(app)["selected_option"] == OPTIONS[1]
    assert ana.modal is not None


async def test_a_wrong_answer_of_the_app_is_shown_as_trouble(app: App, ana: Person, tab: Tab) -> None:
    """An answer that Slack would not take is told to the person, and stands in the strip for whoever builds the app."""
    page = await opened(app, tab, modal(asked("name", text_field())))
    app.answer = {"response_action": "errors", "errors": {"nothing": "No."}}

    answer = await tab.submit(page, name="Ana")
    after = await tab.visit("home")

    assert "We had some trouble connecting. Try again?" in answer.text
    assert "The app has done 1 thing that Slack would not take" in after.text


async def test_a_tab_hears_only_of_what_changed(app: App, general: Channel, tab: Tab) -> None:
    """A tab that says what it shows is sent the new message, and nothing of what it has."""
    await app.post(general, "old")
    async with tab.session.get(f"{app.slack.base_url}/as/{tab.person.id}/{general.id}") as response:
        shown = dict(re.findall(r'id="([^"]+)" class="[^"]*" data-state="([^"]+)"', await response.text()))
    asking = {"place": general.id, "thread": "", "since": "", "limit": "", "seen": json.dumps(shown)}

    news = asyncio.create_task(tab.post("live", asking))
    await app.post(general, "brand new")
    heard = (await news).text

    assert "brand new" in heard
    assert "old" not in heard
    assert "general" not in heard


async def test_a_permalink_leads_to_the_message(app: App, general: Channel, tab: Tab) -> None:
    """The address the app is given of a message leads a person to it, after they say who they are."""
    ts = await app.post(general, "worth keeping")
    link = (await app.call("chat.getPermalink", channel=general.id, message_ts=ts))["permalink"]

    front = await tab.get(link.removeprefix(app.slack.base_url))
    page = await tab.get(front.links["AS Ana Silva"])

    assert "worth keeping" in page.text


async def test_private_channels_stay_private(app: App, tab: Tab) -> None:
    """A channel one is not in cannot be opened, nor what is in it touched."""
    ben = app.slack.add_user("Ben Okafor")
    closed = app.slack.add_channel("closed", [ben], kind="private")
    message = await ben.say(closed, "secret")

    async with tab.session.get(f"{app.slack.base_url}/as/{tab.person.id}/{closed.id}") as response:
        status, text = response.status, await response.text()
    answer = await tab.post(f"react?channel={closed.id}&ts={message.ts}", {"name": "eyes"})

    assert status == 404
    assert "secret" not in text
    assert "sees no channel" in answer.text
    assert message.reactions == {}


async def test_another_page_cannot_act_here(app: App, general: Channel, tab: Tab) -> None:
    """A form that a page from elsewhere sends is refused, and pages run no script but the page's own."""
    address = f"{app.slack.base_url}/as/{tab.person.id}/say"
    data = {"channel": general.id, "thread": "", "text": "hello"}

    async with tab.session.post(address, data=data, headers={"Sec-Fetch-Site": "cross-site"}) as response:
        status = response.status
    async with tab.session.get(f"{app.slack.base_url}/as/{tab.person.id}/home") as response:
        policy = response.headers["Content-Security-Policy"]

    assert status == 403
    assert app.slack.messages(general) == []
    assert "script-src 'self';" in policy


async def test_figures_are_on_the_page(app: App, general: Channel, tab: Tab) -> None:
    """A chart has its title, legend and figures in words; a table its caption, heads and cells."""
    data = [{"label": "Africa", "value": 4}, {"label": "Asia", "value": 8}]
    series = [{"name": name, "data": data} for name in ("2025", "2026")]
    chart = {"type": "bar", "series": series, "axis_config": {"categories": ["Africa", "Asia"]}}
    rows = [[{"type": "raw_text", "text": text} for text in row] for row in (["Question", "Count"], ["First", "4"])]
    table = {"type": "data_table", "caption": "By question", "rows": rows}

    await app.post(general, blocks=[{"type": "data_visualization", "title": "By region", "chart": chart}, table])
    page = await tab.visit(general)

    assert "Category 2025 2026 Africa 4 4 Asia 8 8" in page.text
    assert "By question Question Count First 4" in page.text


async def test_the_pages_own_files_are_served(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """Style, script and htmx are given out, and nothing beside them."""

    async def status(name: str) -> int:
        async with session.get(f"{slack.base_url}/page/{name}") as response:
            return response.status

    assert [await status(each) for each in ("page.css", "page.js", "htmx.js", "icon.svg")] == [200] * 4
    assert [await status(each) for each in ("nothing.css", "routes.py", "..%2Froutes.py", "%2Fetc%2Fpasswd")] == [
        404
    ] * 4


async def test_who_is_not_here_chooses_again(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """An address of somebody or somewhere that is not there leads to the front page, which says so."""
    ana = slack.add_user("Ana Silva")

    pages = []
    for path in ("U0NOBODY/home", f"{ana.id}/C0NOWHERE", f"{ana.id}/archives/C0NOWHERE/p1772445600000000"):
        async with session.get(f"{slack.base_url}/as/{path}") as response:
            pages.append((response.status, Reading(await response.text()).text))

    assert [status for status, _ in pages] == [404] * 3
    assert "There is nobody of that id here. Choose again." in pages[0][1]
    assert "Ana Silva sees no channel C0NOWHERE" in pages[1][1]
    assert all("Choose whom to be" in text for _, text in pages)


async def test_a_menu_of_a_message_that_is_gone_says_so(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """A menu opened just as its message went away is a notice in the page, not an error."""
    ana = slack.add_user("Ana Silva")
    general = slack.add_channel("general", [ana])
    address = f"{slack.base_url}/as/{ana.id}/menu?channel={general.id}&ts=1.000001"

    async with session.get(address, headers={"HX-Request": "true"}) as response:
        status, text = response.status, await response.text()

    assert status == 200
    assert "That message is no longer there." in text


async def test_what_a_tab_must_not_say_is_refused(slack: Workspace, session: aiohttp.ClientSession) -> None:
    """A question for news that does not say what the tab shows is refused, and nothing breaks."""
    ana = slack.add_user("Ana Silva")

    for said in ("", "[]", "nonsense", "3"):
        async with session.post(f"{slack.base_url}/as/{ana.id}/live", data={"place": "home", "seen": said}) as response:
            assert response.status == 400
