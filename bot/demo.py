"""The demo: a small Slack on this machine, the real bot in it, and a sample network of invented people."""

import asyncio
import csv
import tempfile
import webbrowser
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from bot.app import Bot, connected, started, stop_asked
from bot.clock import Clock
from bot.settings import Settings
from storage import contacts, people
from workspace.driver import Workspace
from workspace.person import Person
from workspace.state import Message

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / "manifest.yml"
SAMPLE = ROOT / "workspace" / "sample" / "contacts.csv"
STORY = SAMPLE.with_name("story.yaml")
SECONDS = 20.0
"""How long the demo waits for the bot to have posted something; it takes a second."""
SECRETARIAT = "Sofía Lindqvist-Amara"
GUEST = "Robin Newcomer"
LOCALES = {"es": "es-ES", "fr": "fr-FR", "ar": "ar-SA", "ru": "ru-RU", "pt": "pt-BR", "de": "de-DE", "ja": "ja-JP"}
CHANNEL = "wps-network"

Say = Callable[[str], None]


async def run_demo(port: int, *, open_page: bool, say: Say) -> None:
    """Run the demo until it is stopped; `port` is the page's, any free one if 0."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="focal-demo-")))
        say("Starting a small Slack on this machine …")

        async def jump(to: datetime) -> None:
            clock.jump(to)

        slack = await stack.enter_async_context(Workspace.serve(MANIFEST, now=clock.now, jump=jump, port=port))
        cast = invite(slack)
        say(f"  {len(cast)} invented people of 26 members, and the Secretariat")
        settings = settings_for(slack, cast, folder / "focal.db")
        bot = await stack.enter_async_context(started(settings, clock))
        await meet(bot, cast, clock)
        await stack.enter_async_context(connected(bot, slack.app_token, settings.sockets))
        say("Playing a little of the Network's life: a survey, answers, recommendations, reminders …")
        await play(slack, cast)
        say(f"\nOpen [bold]{slack.page_url}[/bold] and act as anyone. Stop with Ctrl+C.")
        if open_page:
            await asyncio.to_thread(webbrowser.open, slack.page_url)
        await stop_asked()


def settings_for(slack: Workspace, cast: dict[str, Person], database: Path) -> Settings:
    """Return settings that point the bot at the small Slack; nothing else differs from a real one."""
    return Settings(
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_api_url=slack.api_url,
        database_url=f"sqlite:///{database}",
        secretariat=(cast[SECRETARIAT].id,),
        pace_seconds=0.05,
        beat_seconds=2.0,
    )


def invite(slack: Workspace) -> dict[str, Person]:
    """Bring the sample people and channels into the workspace; return the people by name."""
    cast = {}
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            first = row["languages"].split(",")[0].strip()
            cast[row["name"]] = slack.add_user(
                row["name"],
                email=row["email"],
                tz=row["timezone"],
                locale=LOCALES.get(first, "en-US"),
                title=f"{row['role']}, {row['member']}",
            )
    cast[SECRETARIAT] = slack.add_user(
        SECRETARIAT, email="sofia.lindqvist@secretariat.example", tz="America/New_York", title="Secretariat"
    )
    cast[GUEST] = slack.add_user(
        GUEST, email="robin@elsewhere.example", tz="Europe/Paris", title="not linked to anyone"
    )
    slack.add_channel(CHANNEL, members=list(cast.values()), bot=True, topic="The Network's common room")
    slack.add_channel("general", members=list(cast.values()), bot=True, topic="Everybody")
    return cast


async def meet(bot: Bot, cast: dict[str, Person], clock: Clock) -> None:
    """Import the sample contacts and let Focal know everybody, as if each had said something once."""
    report = await contacts.import_file(bot.focal.db, bot.focal.gazetteer, SAMPLE, clock.now())
    if report.bad:
        raise RuntimeError(f"the sample contacts have bad rows: {[row.number for row in report.bad]}")
    for person in cast.values():
        profile = await bot.slack.profile(person.id)
        async with bot.focal.db.begin() as conn:
            await people.save(conn, profile, clock.now())


async def play(slack: Workspace, cast: dict[str, Person]) -> None:
    """Hold the conversations that a newcomer finds on the page."""
    story = yaml.safe_load(STORY.read_text(encoding="utf-8"))
    await _survey(slack, cast, story["survey"])
    await slack.quiet()


async def _survey(slack: Workspace, cast: dict[str, Person], told: dict[str, Any]) -> None:
    """Start the survey by its form, as the Secretariat would, and let people answer in its threads."""
    starter = cast[told["by"]]
    await starter.command("/wps-survey start", CHANNEL)
    await _submit(starter, _survey_form(slack, told))
    asked = len(told["guiding"]) + 1
    await slack.until(lambda: len(_questions(slack)) == asked, SECONDS)
    threads = _questions(slack)
    for thread in told["answers"]:
        for answer in thread["said"]:
            said = await cast[answer["by"]].say(CHANNEL, answer["text"].strip(), threads[thread["question"] - 1])
            if "bulb" in answer:
                await cast[answer["bulb"]].react(said, "bulb")


def _survey_form(slack: Workspace, told: dict[str, Any]) -> dict[str, Any]:
    groups: dict[str, list[str]] = {}
    for each in told["guiding"]:
        groups.setdefault(f"questions_{each.partition('.')[0]}", []).append(each)
    names = {"title": told["title"], "introduction": told["introduction"], "own": told["own"]}
    channel = slack.team.channel(CHANNEL)
    return {
        **names,
        **groups,
        "channel": channel.id if channel else "",
        "day": in_days(slack, told["days"]),
        "attribution": told["attribution"],
    }


def _questions(slack: Workspace) -> list[Message]:
    """Return the messages of the survey's questions, in order: everything of the bot's but the header."""
    return [each for each in slack.messages(CHANNEL) if each.bot_id and not each.is_reply][1:]


async def _submit(person: Person, values: dict[str, Any]) -> None:
    errors = await person.submit(values)
    if errors:
        raise RuntimeError(f"the demo's own form was refused: {errors}")
    if person.modal is not None:
        await person.close()


def in_days(slack: Workspace, days: int) -> str:
    """Return the date `days` from the workspace's today, as date pickers carry it."""
    return f"{(slack.now() + timedelta(days=days)).date():%Y-%m-%d}"
