"""Every listener is dispatched: by anybody, with anything, through Bolt as Slack would call it.

What is sent follows from the table of listeners, the manifest and what the bot has shown in a played life of the network,
so a new room is covered as soon as it stands in the table.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.testing import capture_logs

from bot.clock import Clock
from bot.demo import CHANNEL, GUEST, SECRETARIAT, invite, meet, play
from handlers.listening import Subcommands
from tests import payloads
from tests.conftest import START
from tests.harness import MANIFEST, Harness, joined
from workspace.driver import Workspace, text_of
from workspace.inputs import elements_of
from workspace.person import Person, chosen
from workspace.state import Message, View

pytestmark = pytest.mark.asyncio(loop_scope="module")
FOCAL_POINT = "Renata Albuquerque Dias"
STRANGER = "Stran Ger"
"""From another workspace."""
GARBAGE = ("", "1", "9" * 30, "1:1:1", "1:x:-1:::", "<!channel> & 💥", "x" * 2000)
WORDS = ("", "1", "999999999", "Namibia", "<!channel> <@U0FOC0001> & 💥", "x" * 3000)


@dataclass
class Asker:
    """One person who sends the bot whatever they like, and what went wrong with it."""

    bot: Harness
    person: Person
    message: Message
    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    async def send(self, what: str, body: dict[str, Any], *, silent: bool = False) -> None:
        """Send a request; note it if it fails, is not acknowledged, or shows the person nothing."""
        before = self._sight()
        with capture_logs() as logs:
            answer = await self.bot.bot.bolt.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
            await self.bot.bot.dispatcher.drain()
        said = answer.body or ""
        if answer.status != 200:
            self.wrong.append(f"{what}: not acknowledged")
        self.wrong += [f"{what}: {each}" for each in logs if each["log_level"] in {"warning", "error", "critical"}]
        if not silent and not said and self._sight() == before:
            self.wrong.append(f"{what}: no answer")
        self.told.append(said)

    def _sight(self) -> tuple[Any, ...]:
        views = [*self.bot.slack.team.modals.get(self.person.id, []), self.person.home]
        return (
            [(each.ts, each.text, each.blocks) for each in self.person.sees(self.person.dm)],
            [(view.id, view.hash) for view in views if view],
        )

    def opened(self) -> View:
        """Return a form that is open before the person, alone."""
        body = {"type": "modal", "title": {"type": "plain_text", "text": "Form"}, "blocks": []}
        view = self.bot.slack.methods.make_view(body, self.person.id)
        self.bot.slack.team.modals[self.person.id] = [view]
        return view

    def close(self) -> None:
        """Close whatever form is open before the person."""
        self.bot.slack.team.modals.pop(self.person.id, None)


async def live(bot: Harness, cast: dict[str, Person]) -> None:
    """Let the demo's people live a little, so that there is something to see, change and tamper with."""
    await meet(bot.bot, cast, bot.clock)
    playing = asyncio.create_task(play(bot.slack, cast, bot.bot))
    while not playing.done():
        await bot.settle()
        await asyncio.sleep(0)
    await playing
    await bot.settle()
    for person in (cast[SECRETARIAT], cast[FOCAL_POINT]):
        await person.open_home()
        # Only what shows something: other words with a number would close or erase it.
        for command in (*_commands(bot, ("",)), *(each for each in _commands(bot, ("1",)) if " show " in each)):
            await person.command(command)
            await bot.settle()


def _commands(bot: Harness, rests: tuple[str, ...]) -> Iterator[str]:
    """Yield every command, with every subcommand that its table or the manifest's hint names, and each of `rests`."""
    for name, listener in bot.bot.registry.commands.items():
        hint = bot.slack.manifest.commands[name].hint
        hinted = {part.split()[0].strip("[],") for part in hint.split("|") if part.strip()}
        known = set(listener.table) if isinstance(listener, Subcommands) else set()
        for word in sorted({"", "help"} | hinted | known):
            for rest in rests:
                yield f"{name} {word} {rest}".strip()


@asynccontextmanager
async def world(template: Path, folder: Path) -> AsyncIterator[tuple[Harness, dict[str, Person]]]:
    """Run the bot in a network that has lived a little; the same people, ids and numbers each time."""
    shutil.copyfile(template, folder / "focal.db")
    clock = Clock(START)
    async with Workspace.serve(MANIFEST, now=clock.now) as slack:
        cast = invite(slack)
        cast[STRANGER] = slack.add_user(STRANGER, email="renata.dias@itamaraty-br.example", team_id="T0AWAY")
        slack.team.channels[cast[GUEST].channel(CHANNEL).id].members.append(cast[STRANGER].id)
        async with joined(slack, f"sqlite:///{folder}/focal.db", clock, secretariat=(cast[SECRETARIAT].id,)) as bot:
            await live(bot, cast)
            yield bot, cast


@dataclass(frozen=True)
class Shown:
    """What the bot puts before those who may do the most: values of buttons by action id, forms by callback id."""

    values: Mapping[str, set[str]]
    forms: Mapping[str, View]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shown(seeded_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """Return what appears when a focal point and the Secretariat press every button they can see."""
    async with world(seeded_template, tmp_path_factory.mktemp("shown")) as (bot, cast):
        for name in (FOCAL_POINT, SECRETARIAT):
            asker = Asker(bot, cast[name], await cast[name].tell_app("hello"))
            # A copy: what is pressed shows more to press.
            for action_id, values in list(bot.slack.team.offered.items()):
                for value in sorted(values)[-3:]:
                    asker.close()
                    message = asker.person.handed(asker.message)
                    await asker.send(action_id, payloads.click(asker.person, action_id, value, message))
                    await bot.settle()
        return Shown(bot.slack.team.offered, bot.slack.team.forms)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[GUEST, STRANGER, FOCAL_POINT, SECRETARIAT])
async def living(
    request: pytest.FixtureRequest, seeded_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Asker]:
    """Return somebody unknown, a stranger, a focal point or the Secretariat, in a network that has lived a little."""
    async with world(seeded_template, tmp_path_factory.mktemp("life")) as (bot, cast):
        heard = await cast[request.param].tell_app("hello")
        await bot.settle()
        yield Asker(bot, cast[request.param], heard)


@pytest_asyncio.fixture(loop_scope="module")
async def asker(living: Asker) -> AsyncIterator[Asker]:
    """Return the person, and look at the end whether every request was answered and nobody unknown changed anything."""
    living.wrong.clear()
    living.told.clear()
    before = await living.bot.kept()

    yield living

    await living.bot.settle()
    if living.wrong:
        pytest.fail("\n".join(living.wrong), pytrace=False)
    assert not [each for each in living.told if "Something went wrong on my side" in each]
    assert living.bot.unheard() == set()
    if living.person.user.real_name in {GUEST, STRANGER}:
        assert await living.bot.kept() == before
        assert not re.search(r"@[\w-]+\.example", "".join(living.told) + sight(living.person))


def sight(person: Person) -> str:
    """Return everything that the person reads in the direct message."""
    return "".join(text_of(each) for each in person.sees(person.dm))


async def test_every_command_is_answered(asker: Asker) -> None:
    """Each command and subcommand answers anybody, whatever follows it, and changes nothing for somebody unknown."""
    for line in _commands(asker.bot, WORDS):
        name, _, text = line.partition(" ")
        asker.close()
        await asker.send(line[:60], payloads.command(asker.person, name, text))


async def test_every_click_is_answered(asker: Asker, shown: Shown) -> None:
    """Each button answers anybody, in a message and in a form, also with another one's value or none."""
    for action_id in (*asker.bot.bot.registry.actions, "of_an_older_version"):
        values = [*sorted(shown.values.get(action_id, ())), *GARBAGE]
        for value in values:
            message = asker.person.handed(asker.message)
            body = payloads.click(asker.person, action_id, value, message)
            await asker.send(f"{action_id} {value[:40]!r}", body)
        for value in values[:3]:
            body = payloads.click_in(asker.person, action_id, value, asker.opened())
            await asker.send(f"{action_id} {value[:40]!r} in a form", body)


async def test_every_form_is_answered(asker: Asker, shown: Shown) -> None:
    """Each form answers anybody who sends it: filled in or empty, with its own metadata, garbage or none."""
    for callback_id in (*asker.bot.bot.registry.views, "of_an_older_version"):
        form = shown.forms.get(callback_id, asker.opened())
        for data in (form.private_metadata, *GARBAGE):
            for values in ({}, filled(form, asker.person)):
                body = payloads.submission(asker.person, callback_id, data, values, asker.opened())
                # A form that closes is its own answer.
                await asker.send(f"{callback_id} {data[:40]!r} {len(values)} fields", body, silent=True)


def filled(form: View, person: Person) -> dict[str, Any]:
    """Return what a form's inputs hold when each is given something that it takes."""
    values: dict[str, Any] = {}
    for block_id, element in elements_of([block for block in form.blocks if block["type"] == "input"]):
        values.setdefault(block_id, {})[element["action_id"]] = chosen(element, fitting(element, person))
    return values


def fitting(element: dict[str, Any], person: Person) -> Any:
    """Return something that an element takes."""
    kind = element["type"]
    grouped = [option for group in element.get("option_groups") or () for option in group["options"]]
    first = (element.get("options") or grouped or [{"value": "Some words"}])[0]["value"]
    fits = {
        "datepicker": "2026-04-01",
        "timepicker": "10:00",
        "users_select": person.id,
        "multi_users_select": [person.id],
        "conversations_select": person.channel(CHANNEL).id,
        "channels_select": person.channel(CHANNEL).id,
        "checkboxes": [first],
        "multi_static_select": [first],
        "email_text_input": "somebody@example.org",
        "number_input": "1",
    }
    return fits.get(kind, first)


async def test_every_shortcut_is_answered(asker: Asker) -> None:
    """Each shortcut answers anybody, on a message with words, without, of a machine, and on nothing at all."""
    said = {"ts": asker.message.ts, "user": asker.person.id}
    messages: list[dict[str, Any]] = [{}, said, said | {"text": ""}, said | {"text": "x" * 40_000}]
    messages += [said | {"text": "<!channel> & 💥"}, {"ts": "1.0", "bot_id": "B1", "text": "a machine's"}]
    for callback_id in (*asker.bot.bot.registry.shortcuts, "of_an_older_version"):
        for number, message in enumerate(messages):
            asker.close()
            body = payloads.shortcut(asker.person, callback_id, message)
            await asker.send(f"{callback_id} on message {number}", body)


def samples(asker: Asker, heard: Message) -> dict[str, list[dict[str, Any]]]:
    """Return events of every kind that Slack could send on behalf of the person, some about what they said."""
    here = {"user": asker.person.id, "channel": asker.person.dm.id, "ts": asker.message.ts}
    there = {"user": asker.person.id, "channel": heard.channel, "channel_type": "channel", "ts": heard.ts}
    words = [{"text": text} for text in WORDS]
    item = {"type": "message", "channel": heard.channel, "ts": heard.ts}
    deleted = {"subtype": "message_deleted", "deleted_ts": "1.0", "hidden": True}
    changed = {"subtype": "message_changed", "hidden": True, "message": here | {"text": "new"}}
    reactions = [
        {"user": asker.person.id, "reaction": name, "item": each, "item_user": asker.person.id}
        for name in ("bulb", "no_entry_sign", "white_check_mark", "x" * 100)
        for each in (item, item | {"ts": "1.0"}, {"type": "file", "file": "F1"})
    ]
    return {
        "message": [
            *(here | {"channel_type": "im"} | each for each in words),
            *(there | each for each in words),
            there | {"thread_ts": "1.0", "text": "in a thread"},
            there | {"subtype": "file_share"},
            there | {"subtype": "channel_join", "text": "joined"},
            there | {"subtype": "bot_message", "bot_id": "B1", "text": "a machine's"},
            {"channel": heard.channel, "ts": "2.0"} | deleted | {"previous_message": here | {"text": "old"}},
            {"channel": heard.channel, "ts": "2.0"} | deleted,
            {"channel": heard.channel, "ts": "2.0"} | changed | {"previous_message": here | {"text": "old"}},
        ],
        "app_mention": [there | each for each in words],
        "reaction_added": reactions,
        "reaction_removed": reactions,
        "app_home_opened": [{"user": asker.person.id, "tab": tab, "channel": "D1"} for tab in ("home", "messages")],
        "user_change": [
            {"user": asker.bot.slack.methods.describe(asker.person.user, locale=True)},
            {"user": {"id": asker.person.id, "profile": {}}},
        ],
    }


async def test_every_event_is_applied(asker: Asker) -> None:
    """Each kind of event that is listened to can be applied at once, whoever caused it and whatever it holds."""
    known = samples(asker, await asker.person.say(CHANNEL, "hello"))
    assert asker.bot.bot.registry.events.keys() <= known.keys()
    for kind in asker.bot.bot.registry.events:
        for number, sample in enumerate(known[kind]):
            event = {"type": kind, "event_ts": f"3.{number}", **sample}
            body = {"type": "event_callback", "event_id": f"Ev-{kind}-{number}", "team_id": "T0HOME", "event": event}
            await asker.send(f"{kind} {number}", body, silent=True)
            with capture_logs() as logs:
                await asker.bot.settle()
            asker.wrong += [f"{kind} {number}: {each}" for each in logs if each["log_level"] != "info"]
