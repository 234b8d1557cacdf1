"""What the small Slack tells the app: subscribed events, until they are acknowledged, over any open socket."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from bot.clock import Clock
from tests.workspace.conftest import MANIFEST, App
from workspace.driver import Workspace
from workspace.problems import DispatchFailed, Timeout
from workspace.state import Channel


@pytest.fixture
def channel(slack: Workspace) -> Channel:
    """Return a channel with one person and the app in it."""
    return slack.add_channel("general", [slack.add_user("Ana Example", email="ana@example.org")])


def heard(app: App) -> list[tuple[str, str]]:
    return [(each["payload"]["event"]["type"], each["payload"]["event"].get("text", "")) for each in app.events()]


async def test_a_message_is_told(app: App, slack: Workspace, channel: Channel) -> None:
    """The app hears what is said where it is a member, under an event id of its own."""
    [ana] = slack.people.values()
    await app.connect()

    await ana.say(channel, "first")
    await ana.say(channel, "second")
    await slack.quiet()

    assert heard(app) == [("message", "first"), ("message", "second")]
    assert len({each["payload"]["event_id"] for each in app.events()}) == 2


async def test_where_the_app_is_not_it_hears_nothing(app: App, slack: Workspace, channel: Channel) -> None:
    """What is said in a channel without the app stays there."""
    [ana] = slack.people.values()
    elsewhere = slack.add_channel("elsewhere", [ana], bot=False)
    await app.connect()

    await ana.say(elsewhere, "unheard")
    await slack.quiet()

    assert heard(app) == []


async def test_a_mention_is_told_twice(app: App, slack: Workspace, channel: Channel) -> None:
    """Slack tells of a mention both as a message and as a mention, under two event ids."""
    [ana] = slack.people.values()
    await app.connect()

    await ana.say(channel, f"@{slack.bot.name} hello")
    await slack.quiet()

    assert sorted(kind for kind, _ in heard(app)) == ["app_mention", "message"]


async def test_only_what_is_subscribed_is_told(clock: Clock, tmp_path: Path) -> None:
    """An event that the manifest does not name is not delivered; the same with it is."""
    body = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    body["settings"]["event_subscriptions"]["bot_events"] = ["reaction_added"]
    path = tmp_path / "manifest.yml"
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    async with Workspace.serve(path, now=clock.now) as slack, aiohttp.ClientSession() as session:
        app = App(slack, session)
        ana = slack.add_user("Ana Example")
        await app.connect()
        message = await ana.say(slack.add_channel("general", [ana]), "hello")
        await ana.react(message, "bulb")
        await slack.quiet()
        await app.close()

    assert [kind for kind, _ in heard(app)] == ["reaction_added"]


async def test_edits_deletions_and_reactions_are_told(app: App, slack: Workspace, channel: Channel) -> None:
    """A change names the message it changes, a deletion what was deleted, a reaction whose message it is on."""
    [ana] = slack.people.values()
    await app.connect()

    message = await ana.say(channel, "old")
    await ana.edit(message, "new")
    await ana.react(message, "bulb")
    await ana.delete(message)
    await slack.quiet()
    _, changed, reacted, deleted = [each["payload"]["event"] for each in app.events()]

    assert (changed["subtype"], changed["message"]["text"], changed["previous_message"]["text"]) == (
        "message_changed",
        "new",
        "old",
    )
    assert (reacted["reaction"], reacted["item"]["ts"], reacted["item_user"]) == ("bulb", message.ts, ana.id)
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.ts)
    assert "user" not in changed | deleted


async def test_what_is_not_acknowledged_comes_again(app: App, slack: Workspace, channel: Channel, clock: Clock) -> None:
    """An event comes again at once, after one minute and after five more, always under its id, and then no more."""
    [ana] = slack.people.values()
    await app.connect()
    app.silent = True

    await ana.say(channel, "hello")
    await slack.quiet()
    tries = [len(app.events())]
    for seconds in (59, 1, 299, 1, 3600):
        clock.advance(seconds=seconds)
        slack.deliveries.retry_due()
        await slack.quiet()
        tries.append(len(app.events()))

    assert tries == [2, 2, 3, 3, 4, 4]
    assert len({each["payload"]["event_id"] for each in app.events()}) == 1
    assert [each.get("retry_attempt", 0) for each in app.events()] == [0, 1, 2, 3]
    assert len(slack.deliveries.lost) == 1


async def test_what_is_due_is_tried_again_unasked(app: App, slack: Workspace, channel: Channel, clock: Clock) -> None:
    """Nobody has to ask for a retry: it comes when the workspace's clock says so."""
    [ana] = slack.people.values()
    await ana.say(channel, "said while nobody listened")
    await slack.quiet()
    await app.connect()

    clock.advance(minutes=1)
    await slack.until(app.events)

    assert heard(app) == [("message", "said while nobody listened")]


async def test_an_acknowledged_event_does_not_come_again(
    app: App, slack: Workspace, channel: Channel, clock: Clock
) -> None:
    """What was acknowledged is done with."""
    [ana] = slack.people.values()
    await app.connect()

    await ana.say(channel, "hello")
    await slack.quiet()
    clock.advance(hours=1)
    slack.deliveries.retry_due()
    await slack.quiet()

    assert len(app.events()) == 1
    assert slack.deliveries.lost == []


async def test_a_swallowed_acknowledgement_and_a_duplicate_can_be_had(
    app: App, slack: Workspace, channel: Channel
) -> None:
    """The same event twice, because its acknowledgement was lost or simply so, bears the same id."""
    [ana] = slack.people.values()
    await app.connect()
    slack.deliveries.faults.swallowed_acks = 1
    await ana.say(channel, "swallowed")
    await slack.quiet()
    slack.deliveries.faults.duplicates = 1
    await ana.say(channel, "doubled")
    await slack.quiet()

    assert [text for _, text in heard(app)] == ["swallowed", "swallowed", "doubled", "doubled"]
    assert len({each["payload"]["event_id"] for each in app.events()}) == 2


async def test_a_command_that_is_not_acknowledged_fails(app: App, slack: Workspace) -> None:
    """Whoever types a command that gets no answer in time sees Slack's error, and the command does not come again."""
    ana = slack.add_user("Ana Example")
    await app.connect()
    app.silent = True

    with pytest.raises(Timeout):
        await ana.command("/wps hello")

    assert len(app.events("slash_commands")) == 1


async def test_without_an_app_a_command_fails(slack: Workspace) -> None:
    """Where nobody holds a socket a command fails at once."""
    ana = slack.add_user("Ana Example")

    with pytest.raises(Timeout):
        await ana.command("/wps hello")


async def test_without_interactivity_no_click_is_told(clock: Clock, tmp_path: Path) -> None:
    """An app whose manifest switches interactivity off hears of no shortcut."""
    body = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    body["settings"]["interactivity"]["is_enabled"] = False
    path = tmp_path / "manifest.yml"
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    async with Workspace.serve(path, now=clock.now) as slack:
        ana = slack.add_user("Ana Example")
        message = await ana.say(slack.add_channel("general", [ana]), "hello")
        [shortcut] = slack.manifest.shortcuts.values()

        with pytest.raises(DispatchFailed):
            await ana.shortcut(shortcut.name, message)


async def test_sockets_can_be_made_to_go(app: App, slack: Workspace) -> None:
    """Told so, the workspace asks every socket to go and closes it, as Slack does every few hours."""
    await app.connect()
    await app.connect()

    await slack.disconnect_sockets()
    await slack.until(lambda: len(app.events("disconnect")) == 2 and slack.deliveries.connections == 0)

    assert {each["reason"] for each in app.events("disconnect")} == {"refresh_requested"}


async def test_ten_sockets_are_the_most(app: App, slack: Workspace) -> None:
    """An eleventh socket is turned away, and the ten others stay."""
    for _ in range(11):
        await app.connect()

    assert [each["reason"] for each in app.events("disconnect")] == ["too_many_websockets"]
    assert slack.deliveries.connections == 10


async def test_any_socket_may_be_told(app: App, slack: Workspace, channel: Channel) -> None:
    """With two sockets open events go to either, each to one of them."""
    [ana] = slack.people.values()
    other = App(slack, app.session)
    await app.connect()
    await other.connect()

    for text in "abcd":
        await ana.say(channel, text)
    await slack.quiet()
    both: list[list[Any]] = [heard(app), heard(other)]
    await other.close()

    assert sorted(text for each in both for _, text in each) == ["a", "b", "c", "d"]
    assert all(both)
