"""From Bolt to a listener and back: whatever happens on the way, the person who asked is told the truth about it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.rules.problems import Closed
from handlers.blocks import actions, button, home, message, modal, section
from handlers.listening import Answer, Click, Command, Focal, Modal, Replace, Reply, Submission, Update
from tests.harness import Harness
from workspace.driver import text_of
from workspace.person import Person
from workspace.state import Message

ClickListener = Callable[[Click, Focal], Awaitable[Answer]]
FORM = modal("asked", "A form", [section("Words")], submit="Send", metadata="U0OTHER")


@pytest.fixture
async def ana(bot: Harness) -> Person:
    """Return a focal point."""
    return await bot.person("Ana Costa", "UY")


def told(person: Person) -> list[str]:
    """Return what Focal said to somebody in their messages, oldest first."""
    return [text_of(each) for each in person.sees(person.dm) if each.bot_id]


async def button_before(bot: Harness, person: Person, action_id: str = "press") -> Message:
    """Put a button before somebody and return the message that it is in."""
    said = message("Press", [section("Press"), actions(button("Press", action_id, "1"))])
    channel = await bot.bot.slack.dm(person.id)
    await bot.bot.slack.call("chat.postMessage", {"channel": channel, **said})
    return person.sees(person.dm)[-1]


def answering(bot: Harness, given: Answer, after: Callable[[], None] = lambda: None) -> None:
    """Have the button answered with `given`."""

    async def listener(_click: Click, _focal: Focal) -> Answer:
        after()
        return given

    bot.bot.registry.action("press", listener)


async def press(bot: Harness, person: Person) -> None:
    """Press the button, and let the answer come."""
    await person.click(await button_before(bot, person), "press")
    await bot.settle()


def fail(error: Exception) -> Callable[[], None]:
    """Return what raises `error` when it is called."""

    def fails() -> None:
        raise error

    return fails


async def test_a_failure_is_told_with_the_code_that_is_in_the_log(bot: Harness, ana: Person) -> None:
    """Who hits a fault is told that nothing was done, and a code by which an operator finds why."""
    answering(bot, Reply("Never said"), fail(ZeroDivisionError("secret words")))

    with capture_logs() as logs:
        await press(bot, ana)

    failed = next(each for each in logs if each["event"] == "failed")
    assert "what you asked for was not done" in told(ana)[-1]
    assert failed["code"] in told(ana)[-1]
    assert "secret words" not in f"{logs}{told(ana)}"


async def test_a_form_that_slack_refuses_is_not_said_to_be_undone(bot: Harness, ana: Person) -> None:
    """Where only the answer cannot be shown, the person is asked to look first instead of to repeat the deed."""
    answering(bot, Modal(FORM))
    bot.slack.fail("views.open", "invalid_arguments")

    await press(bot, ana)

    assert ana.modal is None
    assert "Look whether what you wanted is done before you try again" in told(ana)[-1]


async def test_a_form_that_comes_too_late_is_said_so(bot: Harness, ana: Person) -> None:
    """After three seconds Slack opens no form; the person is asked to try again."""
    answering(bot, Modal(FORM), lambda: bot.clock.jump(bot.clock.now() + timedelta(seconds=4)))

    await press(bot, ana)

    assert "Slack gave me too little time" in told(ana)[-1]


async def test_nothing_is_guessed_about_a_form_whose_opening_was_not_confirmed(bot: Harness, ana: Person) -> None:
    """Where the connection is lost after Slack took the form, it is open and nothing else is said."""
    answering(bot, Modal(FORM))
    bot.slack.drop_after_accept("views.open")

    await press(bot, ana)

    assert ana.modal is not None
    assert len(told(ana)) == 1
    bot.slack.team.forms.pop("asked")


@pytest.mark.parametrize("given", [Reply("The answer"), Replace("The answer")])
async def test_an_answer_that_its_address_refuses_comes_as_a_message(bot: Harness, ana: Person, given: Reply) -> None:
    """An answer is not lost because Slack takes nothing at the click's address any more."""
    answering(bot, given, lambda: bot.clock.jump(bot.clock.now() + timedelta(minutes=31)))

    await press(bot, ana)

    assert told(ana)[-1] == "The answer"


async def test_a_home_tab_is_changed_for_whoever_clicked(bot: Harness, ana: Person) -> None:
    """Whose Home tab it is comes from Slack, never from what the view carries."""
    shown = home([actions(button("Press", "press", "1"))]) | {"private_metadata": "U0OTHER"}
    await bot.bot.slack.call("views.publish", {"user_id": ana.id, "view": shown})
    answering(bot, Update(home([section("After")])))
    assert ana.home is not None

    await ana.click(ana.home, "press")
    await bot.settle()

    assert text_of(ana.home).strip() == "After"


async def test_work_after_the_answer_that_fails_is_told(bot: Harness, ana: Person) -> None:
    """What was promised with "I am at it" and then fails is told in the person's messages."""

    async def refused() -> None:
        raise Closed("The survey has closed.", "Ask the Secretariat.")

    answering(bot, Reply("I am at it.", after=refused))

    await press(bot, ana)

    assert told(ana)[-2:] == ["I am at it.", "The survey has closed. Ask the Secretariat. (CLOSED)"]


async def test_a_button_of_an_older_version_says_so(bot: Harness, ana: Person) -> None:
    """A button that nobody answers any more does nothing, and does not stay silent."""
    await ana.click(await button_before(bot, ana, "long_gone"), "long_gone")
    await bot.settle()

    assert "This button is from an older version of Focal" in told(ana)[-1]
    bot.slack.team.offered.pop("long_gone")


async def test_a_form_of_an_older_version_says_so(bot: Harness, ana: Person) -> None:
    """A form that nobody answers any more says so in its place."""
    answering(bot, Modal(FORM))
    await press(bot, ana)

    await ana.submit()

    assert text_of(ana.modal).splitlines()[-1].startswith("This form is from an older version of Focal.")
    bot.slack.team.forms.pop("asked")


async def test_a_command_and_a_shortcut_that_nobody_answers_say_so(bot: Harness, ana: Person) -> None:
    """What the manifest offers and this version does not know is answered in words."""
    channel = bot.slack.add_channel("network", [ana])
    said = await ana.say(channel, "Words")
    del bot.bot.registry.commands["/wps"]
    bot.bot.registry.shortcuts.clear()

    typed = await ana.command("/wps help", channel)
    await ana.shortcut("Recommend this", said)
    await bot.settle()

    assert "I do not know this command." in text_of(typed)
    assert "I do not know this shortcut." in " ".join([*told(ana), *map(text_of, ana.sees(channel))])


async def test_a_database_that_is_gone_is_told_too(bot: Harness, ana: Person) -> None:
    """Even who is acting may fail to be read: the command is answered with a code all the same."""
    channel = bot.slack.add_channel("network", [ana])
    await bot.bot.focal.db.engine.dispose()
    async with bot.bot.focal.db.begin() as conn:
        await conn.exec_driver_sql("ALTER TABLE people RENAME TO away")

    answer = await ana.command("/wps help", channel)

    async with bot.bot.focal.db.begin() as conn:
        await conn.exec_driver_sql("ALTER TABLE away RENAME TO people")
    assert "what you asked for was not done" in text_of(answer)


async def test_a_form_s_errors_leave_it_open(bot: Harness, ana: Person) -> None:
    """A refusal of a submitted form stands in its place, with the word that is in the log."""
    answering(bot, Modal(FORM))

    async def refuses(_submission: Submission, _focal: Focal) -> Answer:
        raise Closed("The survey has closed.")

    bot.bot.registry.view("asked", refuses)
    await press(bot, ana)

    await ana.submit()

    assert "The survey has closed. (CLOSED)" in text_of(ana.modal)


async def test_a_command_keeps_its_promise_of_work_after_the_answer(bot: Harness, ana: Person) -> None:
    """What a command does after its answer is done once, after the answer."""
    done: list[str] = []

    async def work() -> None:
        done.append("done")

    async def listener(_command: Command, _focal: Focal) -> Answer:
        return Reply("I am at it.", after=work)

    bot.bot.registry.commands["/wps"] = listener

    answer = await ana.command("/wps", bot.slack.add_channel("network", [ana]))
    await bot.settle()

    assert text_of(answer) == "I am at it."
    assert done == ["done"]
