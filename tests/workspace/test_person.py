"""People in the small Slack can do what people can do in Slack, and no more."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.workspace.conftest import App
from workspace.driver import Workspace
from workspace.person import Person
from workspace.problems import Misanswered, NotPossible, UnknownCommand
from workspace.state import Channel, Message


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def field(name: str, **more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": name} | more
    return {"type": "input", "block_id": name, "label": plain(name), "element": element}


async def with_form(app: App, person: Person, *blocks: dict[str, Any]) -> None:
    await app.connect()
    view = {"type": "modal", "title": plain("Form"), "submit": plain("Send"), "blocks": list(blocks)}
    await app.call("views.open", trigger_id=app.slack.deliveries.trigger(person.id), view=view)


async def test_a_command_must_be_in_the_manifest(app: App, slack: Workspace) -> None:
    """A command that the manifest does not name is unknown, and the app hears nothing of it."""
    ana = slack.add_user("Ana Example")
    await app.connect()

    with pytest.raises(UnknownCommand):
        await ana.command("/wps-nothing")

    assert app.events("slash_commands") == []


async def test_the_answer_to_a_command_is_for_the_asker(app: App, slack: Workspace) -> None:
    """What an acknowledgement carries is shown to whoever typed the command."""
    ana, bo = slack.add_user("Ana Example"), slack.add_user("Bo Example")
    channel = slack.add_channel("general", [ana, bo])
    await app.connect()
    app.answer = {"text": "for you"}

    answer = await ana.command("/wps hello", channel)

    assert isinstance(answer, Message)
    assert [message.text for message in ana.sees(channel)] == ["for you"]
    assert bo.sees(channel) == []


async def test_an_answer_that_breaks_a_limit_is_no_answer(app: App, slack: Workspace) -> None:
    """An acknowledgement that Slack could not show fails in the hands of whoever typed the command."""
    ana = slack.add_user("Ana Example")
    await app.connect()
    app.answer = {"text": "x" * 40_001}

    with pytest.raises(Misanswered, match="msg_too_long"):
        await ana.command("/wps hello")


@pytest.fixture
def elsewhere(slack: Workspace) -> Channel:
    """Return a channel in which only Bo is, with a message of his that has a button."""
    bo = slack.add_user("Bo Example")
    channel = slack.add_channel("elsewhere", [bo])
    button = {"type": "button", "text": plain("Go"), "action_id": "go"}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    slack.team.add(Message(channel.id, slack.team.next_ts(), bo.id, "hello", blocks))
    return channel


DEEDS: dict[str, Callable[[Person, Channel, Message], Coroutine[Any, Any, Any]]] = {
    "says": lambda ana, channel, _: ana.say(channel, "x"),
    "types a command": lambda ana, channel, _: ana.command("/wps x", channel),
    "replies": lambda ana, channel, message: ana.say(channel, "x", message),
    "reacts": lambda ana, _, message: ana.react(message, "bulb"),
    "clicks": lambda ana, _, message: ana.click(message, "go"),
    "uses a shortcut": lambda ana, _, message: ana.shortcut("Recommend this", message),
    "edits": lambda ana, _, message: ana.edit(message, "x"),
    "deletes": lambda ana, _, message: ana.delete(message),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
async def test_outside_a_channel_nothing_can_be_done_in_it(
    app: App, slack: Workspace, elsewhere: Channel, deed: Callable[..., Coroutine[Any, Any, Any]]
) -> None:
    """Who is not in a channel can neither speak nor react nor click there, nor touch what others said."""
    ana = slack.add_user("Ana Example")
    await app.connect()
    [message] = slack.messages(elsewhere)

    with pytest.raises(NotPossible):
        await deed(ana, elsewhere, message)

    assert [each["type"] for each in app.heard] == ["hello"]


async def test_nobody_clicks_what_only_another_sees(app: App, slack: Workspace, elsewhere: Channel) -> None:
    """A message shown to one person can be clicked by that person alone."""
    ana = slack.add_user("Ana Example")
    elsewhere.members.append(ana.id)
    [message] = slack.messages(elsewhere)
    message.ephemeral_to = message.user
    await app.connect()

    with pytest.raises(NotPossible):
        await ana.click(message, "go")


async def test_a_closed_form_cannot_be_used(app: App, slack: Workspace) -> None:
    """Once a form is closed, neither its buttons nor its fields work, and it cannot be sent."""
    ana = slack.add_user("Ana Example")
    button = {"type": "button", "text": plain("Go"), "action_id": "go"}
    await with_form(app, ana, field("name"), {"type": "actions", "elements": [button]})
    form = ana.modal
    assert form is not None

    await ana.close()

    with pytest.raises(NotPossible):
        await ana.click(form, "go")
    with pytest.raises(NotPossible):
        await ana.submit({"name": "x"})


async def test_slack_checks_a_form_before_the_app_does(app: App, slack: Workspace) -> None:
    """A required field left empty and one that is too long or too short are told without asking the app."""
    ana = slack.add_user("Ana Example")
    await with_form(app, ana, field("name"), field("long", max_length=3), field("short", min_length=3))

    errors = await ana.submit({"long": "1234", "short": "12"})

    assert errors.keys() == {"name", "long", "short"}
    assert app.events("interactive") == []


async def test_the_app_s_errors_keep_the_form_open(app: App, slack: Workspace) -> None:
    """What the app finds wrong stands beside its field; without errors the form closes."""
    ana = slack.add_user("Ana Example")
    await with_form(app, ana, field("name"))
    app.answer = {"response_action": "errors", "errors": {"name": "No."}}

    errors = await ana.submit({"name": "x"})
    still_open = ana.modal
    app.answer = {}
    accepted = await ana.submit()

    assert (errors, accepted) == ({"name": "No."}, {})
    assert still_open is not None
    assert ana.modal is None


WRONG_ANSWERS = {
    "no such field": {"response_action": "errors", "errors": {"elsewhere": "No."}},
    "no error": {"response_action": "errors", "errors": {}},
    "a view beyond a limit": {"response_action": "update", "view": {"type": "modal", "blocks": []}},
}


@pytest.mark.parametrize("answer", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
async def test_a_wrong_answer_to_a_form_is_noticed(app: App, slack: Workspace, answer: dict[str, Any]) -> None:
    """Errors for fields that the form has not, and views that Slack would not show, fail in the sender's hands."""
    ana = slack.add_user("Ana Example")
    await with_form(app, ana, field("name"))
    app.answer = answer

    with pytest.raises(Misanswered):
        await ana.submit({"name": "x"})


async def test_a_submission_lays_forms_three_deep_at_most(app: App, slack: Workspace) -> None:
    """A pushed view that would be the fourth is not shown."""
    ana = slack.add_user("Ana Example")
    await with_form(app, ana, field("name"))
    app.answer = {"response_action": "push", "view": ana.modal and ana.modal.body}
    await ana.submit({"name": "x"})
    await ana.submit({"name": "x"})

    with pytest.raises(Misanswered, match="push_limit_reached"):
        await ana.submit({"name": "x"})


async def test_a_menu_offers_what_it_offers(app: App, slack: Workspace) -> None:
    """Only what is among the options can be chosen."""
    ana = slack.add_user("Ana Example")
    options = [{"text": plain("One"), "value": "1"}]
    menu = {"type": "static_select", "action_id": "menu", "options": options}
    await with_form(app, ana, {"type": "input", "block_id": "menu", "label": plain("Menu"), "element": menu})

    with pytest.raises(NotPossible):
        await ana.fill({"menu": "2"})


async def test_nothing_is_said_in_an_archive(slack: Workspace) -> None:
    """An archived channel takes nobody's message."""
    ana = slack.add_user("Ana Example")
    channel = slack.add_channel("old", [ana])
    channel.is_archived = True

    with pytest.raises(NotPossible):
        await ana.say(channel, "x")


async def test_typed_markup_is_text(slack: Workspace) -> None:
    """What is typed arrives escaped, with mentions of people and of everybody recognised as Slack does."""
    ana = slack.add_user("Ana Example")
    channel = slack.add_channel("general", [ana])

    message = await ana.say(channel, "<b> & @channel @ana.example https://example.org")

    assert message.text == f"&lt;b&gt; &amp; <!channel> <@{ana.id}> <https://example.org>"
