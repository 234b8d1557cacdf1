"""HTTP mode: nothing is believed before its signature."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.unsigned import answered, requests
from bot.rules.calendars import mark_of
from bot.rules.seal import feed_token
from bot.web import MAX_BODY, Refused, parse, verify, web_app
from storage import inbox, installation, outbox
from storage.database import Database
from tests.harness import Harness

SECRET = "shh"
NOW = 1_772_445_600


def signature(body: bytes, timestamp: int = NOW, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


@dataclass
class Answer:
    """What came back over ASGI."""

    status: int = 0
    body: bytes = b""
    chunks: list[bytes] = field(default_factory=list)


async def send(
    app: Any, body: bytes, headers: dict[str, str], path: str = "/slack/events", method: str = "POST"
) -> Answer:
    answer = Answer()
    pieces = [body[i : i + 65536] for i in range(0, len(body), 65536)] or [b""]

    async def receive() -> dict[str, Any]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def reply(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
        else:
            answer.body += message.get("body", b"")

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "headers": [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()],
    }
    await app(scope, receive, reply)
    return answer


def signed(bot: Harness, body: bytes, content_type: str = "application/x-www-form-urlencoded") -> dict[str, str]:
    timestamp = int(bot.clock.now().timestamp())
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": signature(body, timestamp),
    }


@given(body=st.binary(max_size=200), timestamp=st.text(max_size=20), given_signature=st.text(max_size=80))
def test_nothing_unsigned_is_believed(body: bytes, timestamp: str, given_signature: str) -> None:
    """Whatever is made up, without the secret it is refused, and nothing else is raised."""
    with pytest.raises(Refused) as refused:
        verify(SECRET, timestamp, given_signature, body, NOW)

    assert refused.value.status == 401


@pytest.mark.parametrize("offset", [-301, 301, 10_000_000])
def test_an_old_request_is_not_believed(offset: int) -> None:
    """A request that was signed more than five minutes away is refused, however well it is signed."""
    with pytest.raises(Refused):
        verify(SECRET, str(NOW + offset), signature(b"x", NOW + offset), b"x", NOW)


def test_slack_s_own_signature_is_believed() -> None:
    """A body that was signed with the secret, now or at the edge of five minutes, is let in."""
    verify(SECRET, str(NOW), signature(b"x"), b"x", NOW)
    verify(SECRET, str(NOW - 300), signature(b"x", NOW - 300), b"x", NOW)


@given(st.binary(max_size=300))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    """A verified body of any bytes gives a mapping or a refusal, and never another error."""
    for content_type in ("application/json", "application/x-www-form-urlencoded"):
        assert is_read_or_refused(body, content_type)


def is_read_or_refused(body: bytes, content_type: str) -> bool:
    try:
        return isinstance(parse(body, content_type), dict)
    except Refused as refused:
        return refused.status == 400


def test_a_body_that_recurses_is_refused() -> None:
    """A body of a hundred thousand brackets is refused like any other nonsense."""
    with pytest.raises(Refused):
        parse(b"[" * 100_000, "application/json")


async def test_a_command_with_the_word_payload_is_answered(bot: Harness) -> None:
    """A command that merely contains the word "payload" is not lost on its way."""
    ana = await bot.person("Ana Example")
    fields = {"command": "/wps", "text": "help with my payload", "user_id": ana.id, "team_id": "T0HOME"}
    fields |= {"channel_id": ana.dm.id, "channel_name": "payload-ops", "trigger_id": "1.2", "response_url": ""}
    body = urlencode(fields).encode()

    answer = await send(web_app(bot.bot, SECRET), body, signed(bot, body))

    assert answer.status == 200
    assert json.loads(answer.body)["response_type"] == "ephemeral"


async def test_an_event_is_kept_before_slack_is_told(bot: Harness) -> None:
    """Over HTTP too, 200 means that the event is in the inbox."""
    ana = await bot.person("Ana Example")
    event = {"type": "message", "channel": ana.dm.id, "channel_type": "im", "user": ana.id, "text": "hi", "ts": "1.0"}
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "team_id": "T0HOME", "event": event}).encode()

    answer = await send(web_app(bot.bot, SECRET), body, signed(bot, body, "application/json"))

    assert answer.status == 200
    assert await bot.bot.inbound.apply_next()


async def test_slack_s_question_for_the_address_is_answered(bot: Harness) -> None:
    """The challenge that Slack sends when the address is entered comes back."""
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()

    answer = await send(web_app(bot.bot, SECRET), body, signed(bot, body, "application/json"))

    assert (answer.status, answer.body) == (200, b"abc")


async def test_a_body_that_is_too_large_is_cut_off(bot: Harness) -> None:
    """A body beyond the limit is refused while it is read."""
    answer = await send(web_app(bot.bot, SECRET), b"x" * (MAX_BODY + 1), {})

    assert answer.status == 413


async def test_hostile_requests_never_break_the_server(bot: Harness) -> None:
    """What Bolt alone answers with an error of its own is answered 401 here."""
    app = web_app(bot.bot, SECRET)
    hostile = [b"{", b"[" * 100_000, b"[]", b"payload=%7B", b"\xff\xfe"]
    odd = [{"X-Slack-Request-Timestamp": "abc"}, {"X-Slack-Request-Timestamp": "1e5"}, {"X-Slack-Signature": "v0=é"}]

    answers = [await send(app, body, {"Content-Type": "application/json", **more}) for body in hostile for more in odd]

    assert {answer.status for answer in answers} == {401}


async def test_thousands_of_unsigned_requests_are_refused(bot: Harness) -> None:
    """Whatever is sent without a signature is answered 401 or 413, and nothing of it is kept."""
    app = web_app(bot.bot, SECRET)

    statuses = {await answered(app, request) for request in requests(7, 2000)}

    async with bot.bot.focal.db.read() as conn:
        kept = await inbox.counts(conn)
    assert statuses == {401, 413}
    assert kept == {}


async def test_health_and_readiness_are_told(bot: Harness) -> None:
    """A proxy can ask whether the process lives and whether its database answers."""
    app = web_app(bot.bot, SECRET)

    health = await send(app, b"", {}, "/healthz", "GET")
    ready = await send(app, b"", {}, "/readyz", "GET")

    assert (health.status, health.body) == (200, b"ok")
    assert json.loads(ready.body) == {"inbox": {}, "outbox": {}}


async def test_without_a_database_nobody_is_sent_here(bot: Harness) -> None:
    """While the database does not answer the process lives but is not ready, so that a proxy turns to another one."""
    elsewhere = Database("postgresql://nobody@127.0.0.1:1/nothing")
    away = replace(bot.bot, focal=replace(bot.bot.focal, db=elsewhere))
    app = web_app(away, SECRET)

    health = await send(app, b"", {}, "/healthz", "GET")
    ready = await send(app, b"", {}, "/readyz", "GET")

    assert (health.status, ready.status) == (200, 503)


def figures(answer: Answer) -> dict[str, float]:
    lines = [line.rsplit(" ", 1) for line in answer.body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


async def test_figures_tell_what_waits_and_what_came_of_the_rest(bot: Harness) -> None:
    """Queue depth, the oldest that is due, acknowledgements, Slack's retries, refusals: all of it can be watched."""
    ana = await bot.person("Ana Example")
    app = web_app(bot.bot, SECRET)
    event = {"type": "message", "channel": ana.dm.id, "channel_type": "im", "user": ana.id, "text": "hi", "ts": "1.0"}
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "team_id": "T0HOME", "event": event}).encode()
    await send(app, body, signed(bot, body, "application/json") | {"X-Slack-Retry-Num": "1"})
    await send(app, body, {"X-Slack-Retry-Num": "1"})
    bot.clock.advance(seconds=30)
    before = figures(await send(app, b"", {}, "/metrics", "GET"))

    await bot.settle()
    closed = bot.slack.add_channel("closed", bot=False)
    async with bot.bot.focal.db.begin() as conn:
        await outbox.post(conn, "note:1", closed.id, {"text": "for nobody"}, bot.clock.now())
    await bot.settle()
    after = figures(await send(app, b"", {}, "/metrics", "GET"))

    assert before['focal_waiting{queue="inbox",state="new"}'] == 1
    assert before['focal_oldest_waiting_seconds{queue="inbox"}'] == 30
    assert before['focal_requests_total{status="200"}'] == before['focal_requests_total{status="401"}'] == 1
    assert (before["focal_ack_seconds_count"], before["focal_slack_retries_total"]) == (1, 1)
    assert after['focal_waiting{queue="inbox",state="new"}'] == 0
    assert after['focal_events_total{outcome="applied"}'] == 1
    assert after['focal_deliveries_total{outcome="sent"}'] == 1
    assert (
        after['focal_deliveries_total{outcome="refused"}'] == after['focal_waiting{queue="outbox",state="dead"}'] == 1
    )


async def test_a_rate_limit_and_a_late_beat_can_be_seen(bot: Harness) -> None:
    """Waiting for Slack and a heart that does not beat show in the figures."""
    ana = await bot.person("Ana Example")
    bot.slack.rate_limit("chat.postMessage")
    await bot.at(bot.clock.now())
    await ana.tell_app("help")
    await bot.settle()
    bot.clock.advance(minutes=3)

    found = figures(await send(web_app(bot.bot, SECRET), b"", {}, "/metrics", "GET"))

    assert found['focal_deliveries_total{outcome="limited"}'] == 1
    assert found["focal_beat_lag_seconds"] == 180
    assert found['focal_oldest_waiting_seconds{queue="outbox"}'] == 180


async def test_figures_name_nobody(bot: Harness) -> None:
    """Neither a person, nor a channel, nor a word anybody typed is in what a monitoring system keeps."""
    ana = await bot.person("Ana Canary", email="canary@example.org")
    await ana.tell_app("canary in a coal mine")
    await bot.settle()

    answer = await send(web_app(bot.bot, SECRET), b"", {}, "/metrics", "GET")

    said = answer.body.decode().lower()
    assert "focal_events_total" in said
    assert not [word for word in ("canary", ana.id.lower(), ana.dm.id.lower()) if word in said]


async def _feed(bot: Harness, path: str, headers: dict[str, str] | None = None) -> Answer:
    return await send(web_app(bot.bot, SECRET), b"", headers or {}, path, "GET")


async def _address(bot: Harness) -> str:
    async with bot.bot.focal.db.read() as conn:
        return f"/calendar/{feed_token(await installation.secret_of(conn))}.ics"


async def test_the_calendar_feed_is_for_those_who_know_its_address(bot: Harness) -> None:
    """A guessed address is answered as if nothing were there; the right one has the meetings."""
    wrong = [await _feed(bot, path) for path in ("/calendar/x.ics", "/calendar/é.ics", f"/calendar/{'0' * 40}.ics")]
    right = await _feed(bot, await _address(bot))

    assert [(each.status, each.body) for each in wrong] == [(404, b"")] * 3
    assert right.status == 200
    assert b"SUMMARY:High-level side event" in right.body


async def test_the_feed_holds_only_what_is_public(bot: Harness) -> None:
    """Documents, notes and who comes are not in it; where and when a planned meeting is stands there."""
    sec = await bot.member_of_secretariat()
    await sec.command("/wps-meeting new")
    await sec.submit(
        {
            "kind": "expert",
            "title": "Experts on action plans",
            "starts_on": "2026-05-04",
            "place": "Berlin",
            "documents": "Agenda https://example.org/agenda",
            "notes": "Ring the bell.",
        }
    )

    told = (await _feed(bot, await _address(bot))).body.decode()

    assert "SUMMARY:Experts on action plans" in told
    assert "LOCATION:Berlin" in told
    assert "example.org" not in told
    assert "bell" not in told


async def test_a_feed_that_has_not_changed_is_not_sent_again(bot: Harness) -> None:
    """A calendar that knows the newest state is told so in a few bytes."""
    first = await _feed(bot, await _address(bot))
    again = await _feed(bot, await _address(bot), {"if-none-match": mark_of(first.body)})

    assert (again.status, again.body) == (304, b"")
