"""The page in a real browser: what only shows when scripts run, the keyboard is used and news comes by itself."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, async_playwright, expect

from tests.harness import Harness
from tests.workspace.conftest import App
from workspace.person import Person
from workspace.state import Channel

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 15_000
"""Milliseconds: what comes by itself may take long on a busy machine."""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium or Chrome is installed on this machine"),
]


class Tabs:
    """Browser tabs, one for each person, that note whatever went wrong in them."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.faults: list[str] = []

    async def open(self, person: Person, place: Channel | str, width: int = 1280) -> Page:
        page = await self.browser.new_page(viewport={"width": width, "height": 800})
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._heard)
        name = place if isinstance(place, str) else place.id
        await page.goto(f"{person.workspace.base_url}/as/{person.id}/{name}")
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "htmx:" not in message.text:
            self.faults.append(message.text)


@pytest.fixture
async def tabs() -> AsyncIterator[Tabs]:
    """Return a headless Chromium; afterwards no script may have failed, and no policy been broken."""
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        tabs = Tabs(browser)
        yield tabs
        await browser.close()
    assert tabs.faults == []


def composer(page: Page) -> Locator:
    """Return the field for messages to the place itself."""
    return page.locator("#compose")


async def test_a_survey_is_started_answered_and_seen(bot: Harness, tabs: Tabs) -> None:
    """The Secretariat starts a survey with the keyboard, a focal point answers in its thread, and both see it happen."""
    sofia = await bot.member_of_secretariat("Sofia Lind")
    hana = await bot.person("Hana Mori", "JP")
    room = bot.slack.add_channel("network", [sofia, hana])
    hers, his = await tabs.open(sofia, room), await tabs.open(hana, room)

    await composer(hers).press_sequentially("/wps-su")
    await expect(hers.get_by_role("option")).to_contain_text("Start, read and close surveys")
    await composer(hers).press("Tab")
    await composer(hers).press_sequentially("start")
    await composer(hers).press("Enter")
    form = hers.get_by_role("dialog")
    await form.get_by_role("button", name="Start").click()
    await expect(form.get_by_text("Please complete this required field.")).to_be_visible()
    await expect(form.get_by_label("Title")).to_be_focused()
    await form.get_by_label("Title").fill("Childcare on deployment")
    await form.get_by_label("Title").press("Enter")
    await expect(form).to_contain_text("has started")
    await hers.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await bot.settle()
    question = his.get_by_role("article").filter(has_text="Question 1 of")
    await question.hover()
    await question.get_by_role("button", name="Reply in thread").click()
    await his.get_by_label("Reply", exact=True).fill("We fund it.")
    await his.get_by_label("Reply", exact=True).press("Enter")
    await expect(hers.get_by_role("link", name="1 reply")).to_be_visible()
    await bot.settle()

    thread = his.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_role("article").last).to_contain_text("We fund it.")
    await expect(thread.get_by_role("button", name="white_check_mark, 1: Focal")).to_be_visible()


async def sends(page: Page, text: str) -> None:
    """Type something into the composer and send it."""
    await composer(page).fill(text)
    await composer(page).press("Escape")
    await composer(page).press("Enter")


async def test_the_other_four_are_done_by_hand(bot: Harness, tabs: Tabs) -> None:
    """A contact and an answer are read, a message is recommended from its menu, a reminder is set, arrives and is done."""
    sofia = await bot.member_of_secretariat("Sofia Lind")
    hana = await bot.person("Hana Mori", "JP")
    room = bot.slack.add_channel("network", [sofia, hana])
    await hana.say(room, "Train judges for courts martial.")
    bot.slack.jump = bot.at
    hers, his = await tabs.open(sofia, room), await tabs.open(hana, room)

    await sends(his, "/wps-contacts 日本")
    await expect(his.get_by_role("article").last).to_contain_text("hana.mori@example.org")
    await sends(his, "/wps who chaired in 2019?")
    await expect(his.get_by_role("article").last).to_contain_text("Presidency 2019: Namibia")
    said = his.get_by_role("article").filter(has_text="Train judges").first
    await said.hover()
    await said.get_by_role("button", name="More actions").click()
    await his.get_by_role("button", name="Recommend this").click()
    await his.get_by_role("dialog").get_by_label("Theme").select_option(label="Protection")
    await his.get_by_role("dialog").get_by_role("button", name="Propose").click()
    await expect(his.get_by_role("dialog")).to_contain_text("Proposed as number 1.")
    await sends(hers, "/wps-troika remind Send the topics")
    form = hers.get_by_role("dialog")
    await form.get_by_label("To whom").select_option(label="The Secretariat")
    await form.get_by_label("or on this day").fill("2026-03-03")
    await form.get_by_role("button", name="Look it over").click()
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_contain_text("is saved")
    await hers.keyboard.press("Escape")
    await hers.get_by_role("button", name="Jump to …").click()
    await hers.get_by_role("button", name="+1 day").click()
    await hers.locator("#places").get_by_role("link", name="Focal").click()
    reminder = hers.get_by_role("article").filter(has_text="Send the topics")
    async with hers.expect_response("**/use"):
        await reminder.get_by_role("button", name="Done").click()
    await bot.settle()

    await expect(reminder).to_contain_text("Done –")


@pytest.fixture
async def ana(app: App) -> Person:
    """Return somebody in a channel with a bare app."""
    await app.connect()
    ana = app.slack.add_user("Ana Silva")
    app.slack.add_channel("general", [ana])
    return ana


async def test_nothing_typed_runs(app: App, ana: Person, tabs: Tabs) -> None:
    """A message full of markup and script is read as text, also when it arrives by itself."""
    page = await tabs.open(ana, "C0FOC0001")
    typed = '<img src=x onerror="document.title=1"><script>document.title=2</script> {{ 7 * 7 }} \' "'

    await composer(page).fill(typed)
    await composer(page).press("Enter")

    await expect(page.get_by_role("article")).to_contain_text(typed)
    assert await page.title() == "general – Ana Silva"
    assert await page.get_by_role("article").locator("img, script").count() == 0


async def test_what_is_being_typed_survives_news(app: App, ana: Person, tabs: Tabs) -> None:
    """A form that the app changes, and a channel in which others write, leave a half-typed text alone."""
    page = await tabs.open(ana, "C0FOC0001")
    field = {"type": "plain_text_input", "action_id": "field"}
    name = {"type": "input", "block_id": "name", "label": {"type": "plain_text", "text": "Name"}, "element": field}
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Form"},
        "submit": {"type": "plain_text", "text": "Go"},
    }
    await composer(page).fill("half a")
    trigger = app.slack.deliveries.trigger(ana.id)
    shown = await app.call("views.open", trigger_id=trigger, view={**view, "blocks": [name]})
    await page.get_by_label("Name").fill("Lucí")

    more = {"type": "header", "text": {"type": "plain_text", "text": "Loaded"}}
    await app.call("views.update", view_id=shown["view"]["id"], view={**view, "blocks": [more, name]})
    await expect(page.get_by_role("dialog")).to_contain_text("Loaded")
    await page.keyboard.type("a")
    await expect(page.get_by_label("Name")).to_have_value("Lucía")
    await page.keyboard.press("Escape")
    await app.post(app.slack.team.channels["C0FOC0001"], "from somebody else")
    await expect(page.get_by_role("article")).to_contain_text("from somebody else")

    await expect(composer(page)).to_have_value("half a")


async def test_a_question_is_asked_before_a_button_counts(app: App, ana: Person, tabs: Tabs) -> None:
    """A button with a confirm dialog reaches the app only after a yes, in the app's words."""
    words = {
        name: {"type": "plain_text", "text": text}
        for name, text in (
            ("title", "Sure?"),
            ("text", "It is gone then."),
            ("confirm", "Withdraw it"),
            ("deny", "Keep it"),
        )
    }
    button = {
        "type": "button",
        "action_id": "go",
        "value": "7",
        "text": {"type": "plain_text", "text": "Withdraw"},
        "confirm": words,
    }
    await app.post(app.slack.team.channels["C0FOC0001"], blocks=[{"type": "actions", "elements": [button]}])
    page = await tabs.open(ana, "C0FOC0001")

    await page.get_by_role("button", name="Withdraw").click()
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    refused = len(app.events("interactive"))
    await page.get_by_role("button", name="Withdraw").click()
    await page.get_by_role("button", name="Withdraw it").click()
    await app.slack.until(lambda: app.events("interactive"))

    assert refused == 0
    assert app.events("interactive")[0]["payload"]["actions"][0]["value"] == "7"


async def test_reactions_and_menus_open_beside_a_message(app: App, ana: Person, tabs: Tabs) -> None:
    """A reaction is given from the picker, seen with who gave it, and a message is edited where it stands."""
    await ana.say("general", "good")
    page = await tabs.open(ana, "C0FOC0001")
    message = page.get_by_role("article")

    await message.hover()
    await message.get_by_role("button", name="Add a reaction").click()
    await page.get_by_role("button", name="bulb", exact=True).click()
    await expect(message.get_by_role("button", name="bulb, 1: you")).to_be_visible()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("button", name="Edit message").click()
    await expect(message.get_by_label("Edit message")).to_be_focused()
    await page.keyboard.type(" enough")
    await page.keyboard.press("Enter")

    await expect(message).to_contain_text("good enough")
    await expect(message).to_contain_text("(edited)")


async def test_a_narrow_window_keeps_everything_in_reach(app: App, ana: Person, tabs: Tabs) -> None:
    """On a telephone's width nothing is cut off at the side, and the channels are behind a button."""
    page = await tabs.open(ana, "C0FOC0001", width=380)

    await expect(page.get_by_role("link", name="general")).to_be_hidden()
    await page.get_by_role("button", name="Channels").click()
    await page.get_by_role("link", name="general").click()

    await expect(composer(page)).to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
