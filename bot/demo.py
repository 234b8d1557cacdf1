"""The demo: a small Slack on this machine, the real bot in it, and a sample network of invented people."""

import asyncio
import csv
import tempfile
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr
from sqlalchemy import func, select

from bot.app import Bot, connected, started, stop_asked
from bot.clock import Clock
from bot.settings import Settings
from handlers import ids
from storage import contacts, inbox, outbox, people
from storage.database import UTCDateTime, metadata
from workspace.driver import Workspace
from workspace.inputs import elements_of
from workspace.person import Person
from workspace.state import Message

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / "manifest.yml"
SAMPLE = ROOT / "workspace" / "sample" / "contacts.csv"
STORY = SAMPLE.with_name("story.yaml")
SECONDS = 20.0
"""How long the demo waits for the bot to have posted something; it takes a second."""
STEP_SECONDS = 2.0
"""How long a jump of the clock waits on its way until what fell due was said."""
SECRETARIAT = "Sofía Lindqvist-Amara"
GUEST = "Robin Newcomer"
LOCALES = {"es": "es-ES", "fr": "fr-FR", "ar": "ar-SA", "ru": "ru-RU", "pt": "pt-BR", "de": "de-DE", "ja": "ja-JP"}
CHANNEL = "wps-network"
DESK = "secretariat-desk"

Say = Callable[[str], None]


async def run_demo(port: int, *, open_page: bool, say: Say) -> None:
    """Run the demo until it is stopped; `port` is the page's, any free one if 0."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="focal-demo-")))
        say("Starting a small Slack on this machine …")
        slack = await stack.enter_async_context(Workspace.serve(MANIFEST, now=clock.now, port=port))
        cast = invite(slack)
        say(f"  {len(cast)} invented people, the Secretariat among them")
        settings = settings_for(slack, cast, folder / "focal.db")
        bot = await stack.enter_async_context(started(settings, clock))
        await meet(bot, cast, clock)
        await stack.enter_async_context(connected(bot, slack.app_token, settings.sockets))
        say("Playing a little of the Network's life: a survey, answers, recommendations, reminders …")
        await play(slack, cast, bot)
        slack.jump = partial(let_time_pass, bot, clock)
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
        secretariat_channel=_id_of(slack, DESK),
        pace_seconds=0.05,
        beat_seconds=2.0,
    )


def _id_of(slack: Workspace, name: str) -> str:
    channel = slack.team.channel(name)
    return channel.id if channel else ""


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
    slack.add_channel(
        DESK, members=[cast[SECRETARIAT]], bot=True, kind="private", topic="Questions for the Secretariat"
    )
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


async def play(slack: Workspace, cast: dict[str, Person], bot: Bot) -> None:
    """Hold the conversations that a newcomer finds on the page, and propose whom to be."""
    story = yaml.safe_load(STORY.read_text(encoding="utf-8"))
    for each in story["suggestions"]:
        slack.suggest(cast[each["be"]], each["role"], each["words"])
    for number, told in enumerate(story["recommendations"], 1):
        await _recommendation(cast, number, told)
    for told in story["reminders"]:
        await _reminder(slack, cast, told)
    await _meeting(slack, cast, story["meeting"])
    await _survey(slack, cast, story["survey"])
    await slack.quiet()
    async with asyncio.timeout(SECONDS):
        await _all_told(bot)
    for place in slack.team.channels:
        # A newcomer who acts as one of these people has not typed what they were answered.
        for message in _whispers(slack, place):
            slack.team.remove(message)


async def let_time_pass(bot: Bot, clock: Clock, to: datetime) -> None:
    """Move the clock as waiting would, from one stored moment to the next, so that nothing comes late.

    ValueError for a moment that has passed.
    """
    if to < clock.now():
        raise ValueError("the clock only goes forward")
    while (due := await _next_moment(bot, clock.now(), to)) is not None:
        _forward(clock, due)
        await bot.timekeeper.beat()
        with suppress(TimeoutError):
            async with asyncio.timeout(STEP_SECONDS):
                await _all_told(bot)
    _forward(clock, to)


def _forward(clock: Clock, to: datetime) -> None:
    # The clock runs on while the next moment is looked up, and may have passed it by itself.
    with suppress(ValueError):
        clock.jump(to)


async def _next_moment(bot: Bot, after: datetime, until: datetime) -> datetime | None:
    """Return the next moment that the database holds: whatever is to come is a row."""
    stored = [column for table in metadata.sorted_tables for column in table.c if isinstance(column.type, UTCDateTime)]
    async with bot.focal.db.read() as conn:
        found = [
            await conn.scalar(select(func.min(column)).where(column > after, column <= until)) for column in stored
        ]
    return min((moment for moment in found if moment is not None), default=None)


async def _all_told(bot: Bot) -> None:
    while await _waits(bot):  # noqa: ASYNC110 - what waits is rows, which tell nobody when they are done
        await asyncio.sleep(0.1)


async def _waits(bot: Bot) -> bool:
    """Tell whether an event still waits to be applied, or a message to be sent."""
    async with bot.focal.db.read() as conn:
        arrived, decided = await inbox.counts(conn), await outbox.counts(conn)
    return "new" in arrived or any(state in decided for state in outbox.OPEN)


def _whispers(slack: Workspace, place: str) -> list[Message]:
    """Return what single people were shown in a channel."""
    channel = slack.team.channel(place)
    said = slack.team.messages.get(channel.id, []) if channel else []
    return [message for message in said if message.ephemeral_to is not None]


async def _recommendation(cast: dict[str, Person], number: int, told: dict[str, Any]) -> None:
    """Propose one, let delegations endorse it, and let the Secretariat decide on it."""
    proposer = cast[told["by"]]
    await proposer.command(f"/wps-recommend {told['text']}")
    await _submit(proposer, {"theme": told["theme"]})
    for name in told.get("endorsed_by", ()):
        await cast[name].click(await _shown(cast[name], number), ids.RECOMMENDATION_ENDORSE)
    secretariat = cast[SECRETARIAT]
    for deed in told.get("decided", ()):
        await secretariat.click(await _shown(secretariat, number), f"recommendation_{deed}")
    if "reason" in told:
        await _submit(secretariat, {"reason": told["reason"]})


async def _shown(person: Person, number: int) -> Message:
    return await _seen(person, f"/wps-recommend show {number}")


async def _reminder(slack: Workspace, cast: dict[str, Person], told: dict[str, Any]) -> None:
    """Schedule one through its two forms: filled in, looked over, saved."""
    secretariat = cast[SECRETARIAT]
    await secretariat.command(f"/wps-troika remind {told['text']}")
    values = {"group": told["to"], "day": in_days(slack, told["days"]), "time": told["time"]}
    errors = await secretariat.submit(values | {"repeat": told.get("repeat", "once")})
    if errors:
        raise RuntimeError(f"the demo's own reminder was refused: {errors}")
    await _submit(secretariat, {})


async def _meeting(slack: Workspace, cast: dict[str, Person], told: dict[str, Any]) -> None:
    """Plan a meeting by its form; let people propose and choose its topics, and say whether they come."""
    planner = cast[SECRETARIAT]
    await planner.command("/wps-meeting new")
    days = {"starts_on": in_days(slack, told["days"]), "ends_on": in_days(slack, told["days"] + 1)}
    await _submit(planner, told["form"] | days)
    for place, topic in enumerate(told["topics"], 1):
        await cast[topic["by"]].click(await _seen(cast[topic["by"]], "/wps-meeting topics"), ids.TOPIC_FORM_OPEN)
        await _submit(cast[topic["by"]], {"text": topic["text"], "reason": topic.get("reason", "")})
        for name in topic["supported_by"]:
            await cast[name].click(await _seen(cast[name], "/wps-meeting topics"), f"Support: {topic['text']}")
        if told["chosen"]["topic"] == place:
            chooser = cast[told["chosen"]["by"]]
            await chooser.click(await _seen(chooser, "/wps-meeting topics"), f"Choose: {topic['text']}")
    ways = {"coming": ids.MEETING_COMING, "perhaps": ids.MEETING_PERHAPS, "not coming": ids.MEETING_NOT_COMING}
    for said, names in told["attendance"].items():
        for name in names:
            await cast[name].click(await _seen(cast[name], "/wps-meeting"), ways[said])


async def _seen(person: Person, command: str) -> Message:
    shown = await person.command(command)
    if not isinstance(shown, Message):
        raise TypeError(f"{command} showed {person.user.real_name} nothing")
    return shown


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
            root = threads[thread["question"] - 1]
            said = await cast[answer["by"]].say(CHANNEL, answer["text"].strip(), root)
            if "bulb" in answer:
                await cast[answer["bulb"]].react(said, "bulb")
            if "endorsed_by" in answer:
                await _confirmed(slack, cast[answer["by"]])
                for name in answer["endorsed_by"]:
                    await cast[name].click(await _card(slack, root), ids.RECOMMENDATION_ENDORSE_SHARED)


async def _confirmed(slack: Workspace, author: Person) -> None:
    """Let somebody confirm that what they said may be proposed, once they are asked."""
    await slack.until(lambda: _with(author.sees(author.dm), ids.SUGGESTION_CONFIRM), SECONDS)
    await author.click(_with(author.sees(author.dm), ids.SUGGESTION_CONFIRM)[-1], ids.SUGGESTION_CONFIRM)


async def _card(slack: Workspace, root: Message) -> Message:
    """Return the newest recommendation that is shown in a thread, once there is one."""
    await slack.until(lambda: _with(slack.thread(root), ids.RECOMMENDATION_ENDORSE_SHARED), SECONDS)
    return _with(slack.thread(root), ids.RECOMMENDATION_ENDORSE_SHARED)[-1]


def _with(said: Sequence[Message], action_id: str) -> list[Message]:
    """Return the messages in which this button stands."""
    return [each for each in said if any(button["action_id"] == action_id for _, button in elements_of(each.blocks))]


def _survey_form(slack: Workspace, told: dict[str, Any]) -> dict[str, Any]:
    groups: dict[str, list[str]] = {f"questions_{group}_0": [] for group in range(3)}
    for each in told["guiding"]:
        groups[f"questions_{each.partition('.')[0]}_0"].append(each)
    names = {"title": told["title"], "introduction": told["introduction"], "own": told["own"]}
    return {
        **names,
        **groups,
        "channel": _id_of(slack, CHANNEL),
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
