"""Topics of a meeting: proposed by anybody in the Network, supported with one voice each, chosen by the Troika."""

from bot.rules.permissions import Actor, Deed, may, require, require_voice
from bot.rules.presidency import troika_on
from bot.rules.problems import AlreadyDone, Closed, NotAllowed, NotFound
from bot.rules.topics import REASON_LIMIT, TEXT_LIMIT, State, Topic
from handlers.listening import (
    Answer,
    Click,
    Command,
    Errors,
    Focal,
    Modal,
    Replace,
    Reply,
    Request,
    Submission,
    number_in,
)
from handlers.meetings import topic_views as views
from handlers.meetings.words import Words
from handlers.reader import reader_for, reader_of
from storage import audit, meetings, outbox, people, topics
from storage.database import Conn
from storage.meetings import Meeting
from storage.presidencies import all_presidencies
from storage.topics import NewTopic

TOPICS = "/wps-meeting topics 3"


async def list_topics(command: Command, focal: Focal) -> Answer:
    """List the topics of a meeting, of the next one if none is named."""
    if command.text:
        number = number_in(command.text, TOPICS)
    else:
        async with focal.db.read() as conn:
            following = await meetings.next_meeting(conn, focal.now().date())
        if following is None:
            raise NotFound("No next meeting is known to me yet.", "Name one: /wps-meeting topics N")
        number = following.id
    return Reply(*await _list(command, focal, number, 0))


async def click_list(click: Click, focal: Focal) -> Answer:
    """List the topics of a meeting from its card, or another page of them."""
    number, start = _claim(click.value)
    return Replace(*await _list(click, focal, number, start))


def _claim(value: str) -> tuple[int, int]:
    """Return the two numbers that a button carries: what it is about, and the page it stands on."""
    number, _, start = value.partition(":")
    return number_in(number, TOPICS), number_in(start or "0", TOPICS)


async def _list(request: Request, focal: Focal, number: int, start: int, said: str = "") -> Words:
    if not may(request.actor.roles, Deed.PROPOSE_TOPICS):
        raise NotAllowed("Topics are for the Network.", "Ask the Secretariat to link you to your contact.")
    async with focal.db.read() as conn:
        meeting = await meetings.existing(conn, number)
        shown = views.Topics(
            meeting,
            await topics.of_meeting(conn, number),
            troika_on(await all_presidencies(conn), focal.now().date()).members,
            own=request.actor.member if may(request.actor.roles, Deed.SUPPORT_TOPICS) else None,
            may_choose=may(request.actor.roles, Deed.CHOOSE_TOPICS),
            is_open=meeting.plan.is_open(focal.now()),
        )
    return views.build_list(reader_of(request, focal), shown, start, said)


def _require_open(meeting: Meeting, focal: Focal) -> None:
    if not meeting.plan.is_open(focal.now()):
        raise Closed("Meeting {number} is over or cancelled.", "Its topics stay as they are.", number=meeting.id)


async def open_form(click: Click, focal: Focal) -> Answer:
    """Open the form in which a topic is proposed."""
    require(click.actor, Deed.PROPOSE_TOPICS)
    async with focal.db.read() as conn:
        meeting = await meetings.existing(conn, number_in(click.value, TOPICS))
    _require_open(meeting, focal)
    return Modal(views.build_form(click._, meeting))


async def propose(submission: Submission, focal: Focal) -> Answer:
    """Store a topic; the delegation that proposes it supports it."""
    actor, now = submission.actor, focal.now()
    require(actor, Deed.PROPOSE_TOPICS)
    text, reason = (str(submission.values.get(name) or "").strip() for name in ("text", "reason"))
    if not text or len(text) > TEXT_LIMIT:
        return Errors({"text": submission._("Write the topic in at most {limit} characters.").format(limit=TEXT_LIMIT)})
    new = NewTopic(
        number_in(submission.private_metadata, TOPICS), text, reason[:REASON_LIMIT], actor.user_id, actor.member,
        actor.is_observer,
    )  # fmt: skip
    async with focal.db.begin() as conn:
        meeting = await meetings.existing(conn, new.meeting_id)
        _require_open(meeting, focal)
        try:
            stored = await topics.propose(conn, new, now, f"form:{submission.view.get('id')}")
        except AlreadyDone as known:
            return Errors({"text": known.said(submission._)})
        if actor.member and may(actor.roles, Deed.SUPPORT_TOPICS):
            await topics.support(conn, stored.id, actor.member, actor.user_id, now)
        await audit.note(conn, now, actor.user_id, "propose topic", f"meeting {meeting.id}", topic=stored.id)
    return Reply(*views.build_proposed(reader_of(submission, focal), meeting, stored))


async def support(click: Click, focal: Focal) -> Answer:
    """Give a topic the voice of the clicker's delegation."""
    member = require_voice(click.actor, Deed.SUPPORT_TOPICS)
    number, start = _claim(click.value)
    async with focal.db.begin() as conn:
        topic = await _open_topic(conn, focal, number)
        if not await topics.support(conn, number, member, click.actor.user_id, focal.now()):
            raise AlreadyDone("Your delegation supports this topic already.", "It has one voice.")
    said = click._("Your delegation supports: {text}").format(text=topic.text)
    return Replace(*await _list(click, focal, topic.meeting_id, start, said))


async def withdraw(click: Click, focal: Focal) -> Answer:
    """Take back the voice of the clicker's delegation."""
    member = require_voice(click.actor, Deed.SUPPORT_TOPICS)
    number, start = _claim(click.value)
    async with focal.db.begin() as conn:
        topic = await _open_topic(conn, focal, number)
        if not await topics.withdraw(conn, number, member):
            raise AlreadyDone("Your delegation does not support this topic.", "There is nothing to take back.")
    said = click._("Your delegation no longer supports: {text}").format(text=topic.text)
    return Replace(*await _list(click, focal, topic.meeting_id, start, said))


async def choose(click: Click, focal: Focal) -> Answer:
    """Choose a topic for the meeting; whoever proposed it is told."""
    return await _decide(click, focal, State.CHOSEN)


async def set_aside(click: Click, focal: Focal) -> Answer:
    """Set a topic aside."""
    return await _decide(click, focal, State.SET_ASIDE)


async def reopen(click: Click, focal: Focal) -> Answer:
    """Take back what was decided on a topic."""
    return await _decide(click, focal, State.PROPOSED)


async def _decide(click: Click, focal: Focal, state: State) -> Answer:
    require(click.actor, Deed.CHOOSE_TOPICS)
    number, start = _claim(click.value)
    now, actor = focal.now(), click.actor
    async with focal.db.begin() as conn:
        topic = await _open_topic(conn, focal, number)
        if topic.state is state:
            raise AlreadyDone("This topic stands so already.", "See /wps-meeting topics.")
        await topics.decide(conn, topic, state, actor.user_id, actor.member, now)
        await audit.note(conn, now, actor.user_id, state.value, f"topic {number}", member=actor.member)
        if state is State.CHOSEN:
            await _tell(conn, focal, topic, actor)
    return Replace(*await _list(click, focal, topic.meeting_id, start, views.decided(click._, topic, state)))


async def _tell(conn: Conn, focal: Focal, topic: Topic, actor: Actor) -> None:
    if topic.proposed_by == actor.user_id:
        return
    meeting = await meetings.existing(conn, topic.meeting_id)
    for each in await people.by_ids(conn, [topic.proposed_by]):
        payload = views.build_chosen(reader_for(each, focal), meeting, topic)
        await outbox.post(
            conn, f"topic:{topic.id}:chosen:{focal.now():%Y%m%d%H%M%S}", each.user_id, payload, focal.now()
        )


async def _open_topic(conn: Conn, focal: Focal, number: int) -> Topic:
    topic = await topics.topic(conn, number)
    _require_open(await meetings.existing(conn, topic.meeting_id), focal)
    return topic
