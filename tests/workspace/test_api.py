"""The Web API of the small Slack refuses what Slack refuses, in Slack's words."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from bot.clock import Clock
from tests.workspace.conftest import MANIFEST, App
from workspace.api import SCOPES
from workspace.driver import Workspace
from workspace.problems import NotPossible, Refusal
from workspace.state import Channel

SCOPED = sorted(name for name, scope in SCOPES.items() if scope)


def manifest_without(folder: Path, *scopes: str, **features: bool) -> Path:
    """Return a manifest file like Focal's own that asks for less."""
    body = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    granted = body["oauth_config"]["scopes"]["bot"]
    body["oauth_config"]["scopes"]["bot"] = [each for each in granted if each not in scopes]
    body["features"]["app_home"] |= features
    path = folder / "manifest.yml"
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    return path


@pytest.fixture
def channel(slack: Workspace) -> Channel:
    """Return a channel with one person and the app in it."""
    return slack.add_channel("general", [slack.add_user("Ana Example", email="ana@example.org")])


async def refusal(slack: Workspace, method: str, **args: Any) -> dict[str, Any]:
    with pytest.raises(Refusal) as refused:
        await slack.methods.call(method, args)
    return refused.value.answer


def texts(answer: dict[str, Any]) -> list[str]:
    return [message["text"] for message in answer["messages"]]


async def test_a_method_that_slack_does_not_have_is_refused(app: App) -> None:
    """An unknown method is answered as such."""
    assert await app.error("chat.shout") == "unknown_method"


@pytest.mark.parametrize("token", ["xoxb-somebody-else", "xapp-sample-app"])
async def test_a_token_must_be_the_right_one(app: App, token: str) -> None:
    """Neither a wrong token nor the token for sockets opens the Web API."""
    assert (await app.call("auth.test", token=token))["error"] == "invalid_auth"


async def test_only_the_app_token_opens_a_socket(app: App) -> None:
    """A socket is not opened with the bot's token."""
    assert await app.error("apps.connections.open") == "invalid_auth"


@pytest.mark.parametrize("method", SCOPED)
async def test_a_method_needs_its_scope(clock: Clock, tmp_path: Path, method: str) -> None:
    """What the manifest does not ask for, the app may not do."""
    scope = str(SCOPES[method])
    async with Workspace.serve(manifest_without(tmp_path, scope), now=clock.now) as slack:
        answer = await refusal(slack, method)

    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)


@pytest.mark.parametrize(
    ("method", "kind", "scope"),
    [
        ("conversations.info", "channel", "channels:read"),
        ("conversations.info", "private", "groups:read"),
        ("conversations.history", "channel", "channels:history"),
        ("conversations.history", "private", "groups:history"),
        ("conversations.history", "im", "im:history"),
        ("conversations.replies", "channel", "channels:history"),
    ],
)
async def test_reading_needs_the_scope_of_that_kind_of_channel(
    clock: Clock, tmp_path: Path, method: str, kind: Any, scope: str
) -> None:
    """Public channels, private ones and direct messages each have a scope of their own."""
    async with Workspace.serve(manifest_without(tmp_path, scope), now=clock.now) as slack:
        ana = slack.add_user("Ana Example")
        place = ana.dm if kind == "im" else slack.add_channel("room", [ana], kind=kind)
        answer = await refusal(slack, method, channel=place.id)

    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)


async def test_the_app_must_be_in_a_channel(app: App, slack: Workspace) -> None:
    """Outside a public channel the app can neither post, react nor read, and a private one it does not even see."""
    public = slack.add_channel("public", bot=False)
    private = slack.add_channel("private", bot=False, kind="private")

    assert await app.error("chat.postMessage", channel=public.id, text="x") == "not_in_channel"
    assert await app.error("conversations.history", channel=public.id) == "not_in_channel"
    assert await app.error("reactions.add", channel=public.id, timestamp="1.0", name="x") == "not_in_channel"
    assert await app.error("chat.postMessage", channel=private.id, text="x") == "channel_not_found"
    assert await app.error("chat.postMessage", channel="C-NOWHERE", text="x") == "channel_not_found"
    assert not (await app.call("conversations.info", channel=public.id))["channel"]["is_member"]


async def test_nothing_is_posted_into_an_archive(app: App, channel: Channel) -> None:
    """An archived channel takes no message."""
    channel.is_archived = True

    assert await app.error("chat.postMessage", channel=channel.id, text="x") == "is_archived"


async def test_a_thread_must_exist(app: App, channel: Channel) -> None:
    """A reply needs a message to reply to, and a reply is none."""
    root = await app.post(channel)
    reply = await app.post(channel, thread_ts=root)

    assert await app.error("chat.postMessage", channel=channel.id, text="x", thread_ts="1.0") == "thread_not_found"
    assert (
        await app.error("chat.postMessage", channel=channel.id, text="x", thread_ts=reply) == "cannot_reply_to_message"
    )
    assert await app.error("conversations.replies", channel=channel.id, ts="1.0") == "thread_not_found"


async def test_the_history_shows_roots_newest_first_and_threads_oldest_first(app: App, channel: Channel) -> None:
    """Replies stand in their thread and not in the history, each in its own order and page by page."""
    first, second = await app.post(channel, "first"), await app.post(channel, "second")
    await app.post(channel, "reply 1", thread_ts=first)
    await app.post(channel, "reply 2", thread_ts=first)

    page = await app.call("conversations.history", channel=channel.id, limit=1)
    cursor = page["response_metadata"]["next_cursor"]
    rest = await app.call("conversations.history", channel=channel.id, limit=1, cursor=cursor)
    thread = await app.call("conversations.replies", channel=channel.id, ts=first)
    later = await app.call("conversations.history", channel=channel.id, oldest=first)

    assert (texts(page), page["has_more"], texts(rest), rest["has_more"]) == (["second"], True, ["first"], False)
    assert texts(thread) == ["first", "reply 1", "reply 2"]
    assert [each["ts"] for each in later["messages"]] == [second]


async def test_what_one_person_sees_is_in_no_history(app: App, slack: Workspace, channel: Channel) -> None:
    """An ephemeral message is shown to one person, kept nowhere, and cannot be changed or answered."""
    [ana] = slack.people.values()
    bo = slack.add_user("Bo Example")
    channel.members.append(bo.id)

    shown = await app.call("chat.postEphemeral", channel=channel.id, user=ana.id, text="for you")

    assert [each.text for each in ana.sees(channel)] == ["for you"]
    assert bo.sees(channel) == []
    assert texts(await app.call("conversations.history", channel=channel.id)) == []
    assert await app.error("chat.update", channel=channel.id, ts=shown["message_ts"], text="x") == "message_not_found"


async def test_what_one_person_sees_begins_no_thread(app: App, slack: Workspace, channel: Channel) -> None:
    """An ephemeral message is taken for a thread without replies, and seen by nobody until there is one."""
    [ana] = slack.people.values()
    root = await ana.say(channel, "a question")
    whisper = {"channel": channel.id, "user": ana.id, "thread_ts": root.ts}

    taken = await app.call("chat.postEphemeral", text="too early", **whisper)
    await ana.say(channel, "a reply", root)
    await app.call("chat.postEphemeral", text="in time", **whisper)

    assert taken["ok"]
    assert [each.text for each in ana.sees(channel)] == ["a question", "a reply", "in time"]


async def test_nobody_outside_a_channel_is_shown_something_in_it(app: App, slack: Workspace, channel: Channel) -> None:
    """An ephemeral message goes to members of the channel alone."""
    stranger = slack.add_user("Bo Example")

    refused = await app.error("chat.postEphemeral", channel=channel.id, user=stranger.id, text="x")

    assert refused == "user_not_in_channel"


async def test_the_app_changes_its_own_messages_alone(app: App, slack: Workspace, channel: Channel) -> None:
    """Somebody else's message cannot be updated, nor one that is not there."""
    [ana] = slack.people.values()
    hers = await ana.say(channel, "mine")

    assert await app.error("chat.update", channel=channel.id, ts=hers.ts, text="x") == "cant_update_message"
    assert await app.error("chat.update", channel=channel.id, ts="1.0", text="x") == "message_not_found"
    assert hers.text == "mine"


async def test_blocks_that_an_update_does_not_mention_stay(app: App, slack: Workspace, channel: Channel) -> None:
    """An update of the text alone leaves the blocks; an empty list takes them away."""
    ts = await app.post(channel, "old", blocks=[{"type": "divider"}])
    [message] = slack.messages(channel)

    await app.call("chat.update", channel=channel.id, ts=ts, text="new")
    kept = [block["type"] for block in message.blocks]
    await app.call("chat.update", channel=channel.id, ts=ts, text="new", blocks=[])

    assert (message.text, kept, message.blocks) == ("new", ["divider"], [])


async def test_limits_hold_for_posts_and_updates(app: App, slack: Workspace, channel: Channel) -> None:
    """What breaks a limit is refused with the reason, and changes nothing."""
    ts = await app.post(channel)
    broken = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]

    posted = await app.call("chat.postMessage", channel=channel.id, blocks=broken)
    updated = await app.call("chat.update", channel=channel.id, ts=ts, blocks=broken)

    assert posted["error"] == updated["error"] == "invalid_blocks"
    assert "header text" in posted["response_metadata"]["messages"][0]
    assert [message.text for message in slack.messages(channel)] == ["hello"]


async def test_metadata_comes_back_on_request_only(app: App, channel: Channel) -> None:
    """Metadata of a message is returned to whoever asks for it, and not in passing."""
    metadata = {"event_type": "focal", "event_payload": {"key": "k"}}
    await app.post(channel, metadata=metadata)

    silent = await app.call("conversations.history", channel=channel.id)
    asked = await app.call("conversations.history", channel=channel.id, include_all_metadata=True)

    assert "metadata" not in silent["messages"][0]
    assert asked["messages"][0]["metadata"] == metadata


async def test_metadata_has_a_form(app: App, channel: Channel) -> None:
    """Metadata that is no event with a payload, or far too large, is refused."""
    wrong: dict[str, Any] = {"event_type": "focal"}
    large = {"event_type": "focal", "event_payload": {"key": "k" * 9000}}

    assert (
        await app.error("chat.postMessage", channel=channel.id, text="x", metadata=wrong) == "invalid_metadata_format"
    )
    assert await app.error("chat.postMessage", channel=channel.id, text="x", metadata=large) == "metadata_too_large"


async def test_a_reaction_counts_once(app: App, channel: Channel) -> None:
    """The same reaction cannot be put or taken twice, nor on a message that is not there."""
    ts = await app.post(channel)
    here = {"channel": channel.id, "timestamp": ts, "name": "white_check_mark"}

    assert [await app.error("reactions.add", **here) for _ in range(2)] == ["", "already_reacted"]
    assert [await app.error("reactions.remove", **here) for _ in range(2)] == ["", "no_reaction"]
    assert await app.error("reactions.add", **here | {"timestamp": "1.0"}) == "message_not_found"


async def test_people_from_elsewhere_show_no_e_mail_address(app: App, slack: Workspace) -> None:
    """The address of somebody of another workspace is not shown, and no language unless one asks."""
    home = slack.add_user("Ana Example", email="ana@example.org", locale="fr-FR")
    away = slack.add_user("Bo Example", email="bo@example.org", team_id="T-AWAY")

    seen_home = (await app.call("users.info", user=home.id))["user"]
    with_locale = (await app.call("users.info", user=home.id, include_locale=True))["user"]
    seen_away = (await app.call("users.info", user=away.id))["user"]

    assert seen_home["profile"]["email"] == "ana@example.org"
    assert ("locale" in seen_home, with_locale["locale"]) == (False, "fr-FR")
    assert ("email" in seen_away["profile"], seen_away["team_id"]) == (False, "T-AWAY")


async def test_addresses_need_a_scope(clock: Clock, tmp_path: Path) -> None:
    """Without the scope for e-mail addresses nobody's is shown."""
    async with Workspace.serve(manifest_without(tmp_path, "users:read.email"), now=clock.now) as slack:
        ana = slack.add_user("Ana Example", email="ana@example.org")
        answer = await slack.methods.call("users.info", {"user": ana.id})

    assert "email" not in answer["user"]["profile"]


async def test_a_direct_message_needs_somebody_who_is_there(app: App, slack: Workspace) -> None:
    """Nobody unknown or gone can be written to, nor the app itself, nor more than eight people together."""
    ana, gone = slack.add_user("Ana Example"), slack.add_user("Bo Example", deleted=True)

    opened = (await app.call("conversations.open", users=ana.id))["channel"]["id"]

    assert opened == ana.dm.id
    assert await app.error("conversations.open", users="U-NOBODY") == "user_not_found"
    assert await app.error("conversations.open", users=gone.id) == "user_disabled"
    assert await app.error("conversations.open", users=slack.bot.id) == "cannot_dm_bot"
    assert await app.error("conversations.open", users=f"{ana.id},{gone.id}") == "user_disabled"
    assert await app.error("conversations.open", users=",".join([ana.id] * 9)) == "too_many_users"


async def test_a_group_message_is_one_whoever_is_named_first(app: App, slack: Workspace) -> None:
    """Several people share one place with the app, the same each time, which all of them and nobody else see."""
    ana, bo, eve = (slack.add_user(f"{name} Example") for name in ("Ana", "Bo", "Eve"))

    first = (await app.call("conversations.open", users=f"{ana.id},{bo.id}"))["channel"]["id"]
    again = (await app.call("conversations.open", users=f"{bo.id},{ana.id}"))["channel"]["id"]
    await app.call("chat.postMessage", channel=first, text="To both of you")

    assert first == again
    assert [each.text for each in ana.sees(first)] == [each.text for each in bo.sees(first)] == ["To both of you"]
    with pytest.raises(NotPossible):
        eve.sees(first)


async def test_a_tab_that_the_manifest_leaves_out_takes_nothing(clock: Clock, tmp_path: Path) -> None:
    """Without its Messages or Home tab the app cannot write to people or publish."""
    path = manifest_without(tmp_path, messages_tab_enabled=False, home_tab_enabled=False)
    async with Workspace.serve(path, now=clock.now) as slack:
        ana = slack.add_user("Ana Example")
        written = await refusal(slack, "chat.postMessage", channel=ana.dm.id, text="x")
        published = await refusal(slack, "views.publish", user_id=ana.id, view={"type": "home", "blocks": []})

    assert (written["error"], published["error"]) == ("messages_tab_disabled", "not_enabled")


async def upload(app: App, content: bytes, also: str = "", **complete: Any) -> dict[str, Any]:
    asked = await app.call("files.getUploadURLExternal", filename="report.csv", length=len(content) or 1)
    if content:
        async with app.session.post(asked["upload_url"], data=content) as response:
            assert response.status == 200
    files = [{"id": each} for each in (asked["file_id"], also) if each]
    return await app.call("files.completeUploadExternal", files=files, **complete)


async def test_a_file_arrives_in_three_steps(app: App, slack: Workspace, channel: Channel) -> None:
    """An address, the bytes, and only then the message that shows the file; nobody can fetch it before."""
    asked = await app.call("files.getUploadURLExternal", filename="report.csv", length=4)
    address = f"{slack.base_url}/files/{asked['file_id']}/report.csv"
    async with app.session.post(asked["upload_url"], data=b"data"), app.session.get(address) as early:
        before = (early.status, slack.messages(channel))

    await app.call("files.completeUploadExternal", files=[{"id": asked["file_id"]}], channel_id=channel.id)

    async with app.session.get(address) as response:
        assert (before, await response.read()) == ((404, []), b"data")
    assert [message.files for message in slack.messages(channel)] == [[asked["file_id"]]]


async def test_an_upload_must_be_complete(app: App, slack: Workspace, channel: Channel) -> None:
    """Without name, bytes, file or membership no upload is completed."""
    elsewhere = slack.add_channel("elsewhere", bot=False)

    assert await app.error("files.getUploadURLExternal", filename="", length=4) == "invalid_arguments"
    assert (await upload(app, b"", channel_id=channel.id))["error"] == "file_not_found"
    assert (await upload(app, b"data", channel_id=elsewhere.id))["error"] == "not_in_channel"
    assert (await upload(app, b"data", channel_id=channel.id, also="F-NONE"))["error"] == "file_not_found"
    assert slack.messages(channel) == []


async def answer_at(app: App, url: str, **body: Any) -> int:
    async with app.session.post(url, json=body) as response:
        return response.status


async def test_a_response_address_takes_five_answers(app: App, slack: Workspace, channel: Channel) -> None:
    """The sixth answer at one address is refused, and nobody sees it."""
    [ana] = slack.people.values()
    url = slack.deliveries.response_url(ana.id, channel.id)

    statuses = [await answer_at(app, url, text=str(n)) for n in range(6)]

    assert statuses == [200] * 5 + [404]
    assert [message.text for message in ana.sees(channel)] == ["0", "1", "2", "3", "4"]


async def test_a_response_address_ends_after_half_an_hour(
    app: App, slack: Workspace, channel: Channel, clock: Clock
) -> None:
    """Thirty minutes after the interaction its address still works, and a moment later no more."""
    [ana] = slack.people.values()
    url = slack.deliveries.response_url(ana.id, channel.id)

    clock.advance(minutes=30)
    in_time = await answer_at(app, url, text="in time")
    clock.advance(seconds=1)
    late = await answer_at(app, url, text="late")

    assert (in_time, late) == (200, 404)


async def test_an_answer_is_private_unless_it_says_otherwise(app: App, slack: Workspace, channel: Channel) -> None:
    """An answer at a response address is for the asker alone; `in_channel` shows it to all."""
    [ana] = slack.people.values()
    url = slack.deliveries.response_url(ana.id, channel.id)

    await answer_at(app, url, text="private")
    await answer_at(app, url, text="public", response_type="in_channel")

    assert [message.text for message in ana.sees(channel)] == ["private", "public"]
    assert [message.text for message in slack.messages(channel)] == ["public"]


async def test_an_answer_can_take_the_original_s_place(app: App, slack: Workspace, channel: Channel) -> None:
    """`replace_original` changes the message that was clicked; `delete_original` takes it away."""
    [ana] = slack.people.values()
    await app.post(channel, "old")
    [original] = slack.messages(channel)
    url = slack.deliveries.response_url(ana.id, channel.id, original)

    await answer_at(app, url, text="new", replace_original=True)
    replaced = [message.text for message in slack.messages(channel)]
    await answer_at(app, url, delete_original=True)

    assert (replaced, slack.messages(channel)) == (["new"], [])


async def test_limits_hold_at_a_response_address(app: App, slack: Workspace, channel: Channel) -> None:
    """An answer that breaks a limit is refused there as well."""
    [ana] = slack.people.values()
    url = slack.deliveries.response_url(ana.id, channel.id)

    status = await answer_at(app, url, text="x" * 40_001)

    assert (status, ana.sees(channel)) == (404, [])


async def test_a_rate_limit_says_how_long_to_wait(app: App, slack: Workspace, channel: Channel) -> None:
    """A method that is to be rate-limited answers 429 with the seconds, does nothing, and works again afterwards."""
    slack.rate_limit("chat.postMessage", seconds=7)

    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    url = f"{slack.api_url}chat.postMessage"
    async with app.session.post(url, json={"channel": channel.id, "text": "x"}, headers=headers) as response:
        told = (response.status, response.headers["Retry-After"], (await response.json())["error"])
    await app.post(channel, "again")

    assert told == (429, "7", "ratelimited")
    assert [message.text for message in slack.messages(channel)] == ["again"]


async def test_a_failure_does_nothing(app: App, slack: Workspace, channel: Channel) -> None:
    """A method that is to fail does so as often as was said, before anything is done."""
    slack.fail("chat.postMessage", "fatal_error", times=2)

    errors = [await app.error("chat.postMessage", channel=channel.id, text=str(n)) for n in range(3)]

    assert errors == ["fatal_error", "fatal_error", ""]
    assert [message.text for message in slack.messages(channel)] == ["2"]


async def test_a_dropped_answer_leaves_the_work_done(app: App, slack: Workspace, channel: Channel) -> None:
    """A connection that drops after the call was accepted has done what was asked."""
    slack.drop_after_accept("chat.postMessage")

    with pytest.raises(aiohttp.ClientError):
        await app.post(channel, "done")

    assert [message.text for message in slack.messages(channel)] == ["done"]
