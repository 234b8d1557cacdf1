"""From the outbox to Slack: each message at most once, and none lost."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.clock import Clock
from bot.delivery import SETTLE, Delivery
from bot.slack import SlackApi, slack_session, web_client
from storage import outbox
from storage.database import Conn, Database
from storage.outbox import Item, State
from storage.ownership import ownership
from workspace.driver import Workspace

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@dataclass
class Post:
    """A delivery at work, and where its posts arrive."""

    db: Database
    slack: Workspace
    api: SlackApi
    clock: Clock
    channel: str
    told: list[tuple[str, str, str]]

    def sender(self) -> Delivery:
        """Return a sender of its own, as another process would have."""

        async def tell(_conn: Conn, key: str, channel: str, ts: str) -> None:
            self.told.append((key, channel, ts))

        return Delivery(
            self.db, self.api, self.clock.now, ownership(self.db), secret="s", posted={"note": tell}, pace_seconds=0
        )

    async def decide(self, key: str, text: str = "hello", channel: str = "") -> None:
        async with self.db.begin() as conn:
            await outbox.post(conn, key, channel or self.channel, {"text": text}, self.clock.now())

    async def row(self, key: str) -> Item:
        async with self.db.read() as conn:
            found = await outbox.by_key(conn, key)
        assert found is not None
        return found

    def shown(self) -> list[str]:
        return [message.text for message in self.slack.messages(self.channel)]


@pytest.fixture
async def post(db: Database, clock: Clock) -> AsyncIterator[Post]:
    """Return a sender's surroundings, on each database."""
    async with Workspace.serve(MANIFEST, now=clock.now) as slack, slack_session() as session:
        channel = slack.add_channel("general", [slack.add_user("Ana Example", email="ana@example.org")])
        api = SlackApi(web_client(slack.bot_token, slack.api_url, session))
        await api.start()
        yield Post(db, slack, api, clock, channel.id, [])


async def test_a_decided_message_arrives_once(post: Post) -> None:
    """What the outbox holds is posted, and looking again posts nothing more."""
    await post.decide("note:1")
    sender = post.sender()

    await sender.send_due()
    await sender.send_due()

    assert post.shown() == ["hello"]
    assert (await post.row("note:1")).state is State.SENT


async def test_an_empty_outbox_is_left_in_peace(post: Post) -> None:
    """Looking for work where there is none commits nothing, since a commit would wake the sender for ever."""
    commits: list[str] = []
    post.db.committed.append(lambda: commits.append("commit"))

    await post.sender().send_due()

    assert commits == []


async def test_whoever_decided_learns_where_it_stands(post: Post) -> None:
    """The ts of a post reaches whoever keeps it, in the same transaction."""
    await post.decide("note:1")

    await post.sender().send_due()

    row = await post.row("note:1")
    assert post.told == [("note:1", post.channel, row.ts)]


async def test_a_lost_answer_is_looked_up_and_not_sent_again(post: Post) -> None:
    """Slack took the message and the connection broke: after the settle time it is found, and never posted twice."""
    await post.decide("note:1")
    sender = post.sender()
    post.slack.drop_after_accept("chat.postMessage")

    await sender.send_due()
    too_early = await sender.settle_doubts()
    post.clock.jump(post.clock.now() + SETTLE)
    settled = await sender.settle_doubts()
    await sender.send_due()

    assert (too_early, settled) == (0, 1)
    assert post.shown() == ["hello"]
    assert (await post.row("note:1")).state is State.SENT
    assert len(post.told) == 1


async def test_a_message_that_never_arrived_is_sent_after_the_look(post: Post) -> None:
    """Slack failed before it took the message: the look finds nothing, and only then is it posted."""
    await post.decide("note:1")
    sender = post.sender()
    post.slack.fail("chat.postMessage", "internal_error")

    await sender.send_due()
    post.clock.jump(post.clock.now() + SETTLE)
    await sender.settle_doubts()
    await sender.send_due()

    assert post.shown() == ["hello"]


async def test_without_a_look_nothing_is_sent(post: Post) -> None:
    """If the channel cannot be read, the message waits: twice would be worse than late."""
    await post.decide("note:1")
    sender = post.sender()
    post.slack.drop_after_accept("chat.postMessage")
    await sender.send_due()
    post.clock.jump(post.clock.now() + SETTLE)
    post.slack.fail("conversations.history", "internal_error")

    settled = await sender.settle_doubts()
    await sender.send_due()

    assert settled == 0
    assert post.shown() == ["hello"]
    assert (await post.row("note:1")).state is State.VERIFY


async def test_a_killed_sender_s_message_is_settled_by_another(post: Post) -> None:
    """A sender dies after Slack took its message: another one finds it there once the lock is free, and posts nothing."""
    await post.decide("note:1")
    dying = ownership(post.db)
    await dying.take()
    async with post.db.begin() as conn:
        [item] = await outbox.claim(conn, dying.name, post.clock.now())
    payload = {"channel": post.channel, "text": "hello", "metadata": marked(post.sender(), item)}
    await post.api.call("chat.postMessage", payload)
    post.clock.jump(post.clock.now() + SETTLE)
    alive = await post.sender().settle_doubts()
    await dying.release()

    settled = await post.sender().settle_doubts()

    assert (alive, settled) == (0, 1)
    assert post.shown() == ["hello"]


def marked(sender: Delivery, item: Item) -> dict[str, Any]:
    return {"event_type": "focal", "event_payload": {"key": sender._mark(item)}}


async def test_a_rate_limit_is_waited_out_and_uses_up_no_try(post: Post) -> None:
    """A 429 puts the message back untouched; nothing is lost and nothing counted against it."""
    await post.decide("note:1")
    sender = post.sender()
    post.slack.rate_limit("chat.postMessage", seconds=1)

    await sender.send_due()

    row = await post.row("note:1")
    assert (row.state, row.attempts) == (State.PENDING, 0)
    assert post.shown() == []


async def test_a_refusal_is_kept_with_slack_s_word(post: Post) -> None:
    """A message that Slack refuses for good is given up, with the reason, and does not hold up the channel."""
    elsewhere = post.slack.add_channel("closed", bot=False)
    await post.decide("note:1", channel=elsewhere.id)
    await post.decide("note:2")

    await post.sender().send_due()

    refused = await post.row("note:1")
    assert (refused.state, refused.error) == (State.DEAD, "not_in_channel")
    assert post.shown() == ["hello"]


async def test_a_change_follows_its_post(post: Post) -> None:
    """A post and a change of it that were decided together arrive in that order, at the same message."""
    await post.decide("note:1", "first")
    async with post.db.begin() as conn:
        await outbox.change(conn, "note:1", {"text": "second"}, post.clock.now())
    sender = post.sender()

    await sender.send_due()
    await sender.send_due()

    assert post.shown() == ["second"]


async def test_a_change_to_plain_words_leaves_no_blocks_behind(post: Post) -> None:
    """A message that had blocks shows only its new text once it is changed to text alone."""
    async with post.db.begin() as conn:
        payload = {"text": "first", "blocks": [{"type": "divider"}]}
        await outbox.post(conn, "note:1", post.channel, payload, post.clock.now())
        await outbox.change(conn, "note:1", {"text": "second"}, post.clock.now())
    sender = post.sender()

    await sender.send_due()
    await sender.send_due()

    [message] = post.slack.messages(post.channel)
    assert (message.text, message.blocks) == ("second", [])


async def test_a_direct_message_goes_to_the_person(post: Post) -> None:
    """A message to a user id arrives in that person's direct message with the app."""
    ana = next(iter(post.slack.people.values()))
    await post.decide("note:1", "for you", channel=ana.id)

    await post.sender().send_due()

    row = await post.row("note:1")
    assert row.sent_channel is not None
    assert row.sent_channel.startswith("D")
    assert [message.text for message in post.slack.messages(row.sent_channel)] == ["for you"]


async def test_strangers_read_nothing_in_a_mark(post: Post) -> None:
    """What a message carries for being found again tells nobody what it is about."""
    await post.decide("note:survey 3 of Namibia")

    await post.sender().send_due()

    [message] = post.slack.messages(post.channel)
    assert message.metadata is not None
    assert "Namibia" not in str(message.metadata)


async def test_stopping_finishes_what_is_in_hand(post: Post, tmp_path: Path) -> None:
    """A sender that is asked to stop ends its loop without leaving a row half sent."""
    await post.decide("note:1")
    sender = post.sender()
    sender.stop()

    await sender.run()

    assert (await post.row("note:1")).state is State.PENDING


async def test_a_sender_that_wakes_late_posts_nothing(post: Post) -> None:
    """Somebody who was frozen after taking a message, while its channel was opened, hands it back and posts nothing."""
    ana = next(iter(post.slack.people.values()))
    await post.decide("note:1", "for you", channel=ana.id)
    post.slack.server.weather = lambda method: _frozen_for(post) if method == "conversations.open" else None
    sender = post.sender()

    await sender.send_due()

    row = await post.row("note:1")
    assert (row.state, row.attempts) == (State.PENDING, 0)
    assert post.slack.messages(ana.dm) == []


def _frozen_for(post: Post) -> None:
    post.clock.jump(post.clock.now() + SETTLE)


async def test_a_file_arrives_once_or_is_given_up(post: Post) -> None:
    """A file goes to the person's DM; one whose answer is lost is not sent again, and is told to be undelivered."""
    ana = post.slack.add_user("Ana Example")
    for key in ("whole", "lost"):
        async with post.db.begin() as conn:
            await outbox.send_file(conn, key, ana.id, "list.txt", b"one line", "Here it is", post.clock.now())
        await post.sender().send_due()
        post.slack.drop_after_accept("files.completeUploadExternal")

    await post.sender().send_due()
    post.clock.jump(post.clock.now() + SETTLE)
    await post.sender().settle_doubts()

    shown = [post.slack.team.files[name].content for each in ana.sees(ana.dm) for name in each.files]
    assert (await post.row("whole")).state is State.SENT
    assert (await post.row("lost")).state is State.DEAD
    assert shown == [b"one line", b"one line"]
