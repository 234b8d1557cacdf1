"""Answering in private: by the form, and closed questions by buttons and menus on the message."""

from collections.abc import Sequence
from datetime import datetime

from bot.rules.attribution import Attribution
from bot.rules.permissions import Actor, Deed, may, require_voice
from bot.rules.problems import BadInput, Closed, NotFound
from bot.rules.questions import Kind, labels_of, read_value
from bot.rules.surveys import ANSWER_LIMIT
from bot.rules.text import Gettext, safe
from handlers import ids
from handlers.blocks import actions, button, section
from handlers.listening import (
    Answer,
    Click,
    Errors,
    Focal,
    Modal,
    Reply,
    Request,
    Submission,
    Update,
    number_in,
)
from handlers.recommendations.sources import source_of_answer
from handlers.recommendations.suggesting import source_gone
from handlers.surveys import forms, posts, views
from storage import audit, people, survey_answers, surveys
from storage.database import Conn
from storage.members import Member, all_members
from storage.surveys import Question, Survey

LIST = "/wps-survey list"


async def open_answer(click: Click, focal: Focal) -> Answer:
    """Open the form for a private answer, with what was answered so far."""
    return await _form(click, focal, number_in(click.value, LIST))


async def _form(click: Click, focal: Focal, question_id: int) -> Answer:
    behalf = _answers_for_others(click.actor)
    async with focal.db.read() as conn:
        survey, asked = await surveys.question(conn, question_id)
        require_open(survey, focal.now())
        earlier = None if behalf else await survey_answers.private_answer(conn, survey, asked, click.actor)
        members = await _members(conn, focal) if behalf or asked.kind is Kind.MEMBER else ()
    if not members and (behalf or asked.kind is Kind.MEMBER):
        raise NotFound("No member has a focal point yet.", "Add contacts first: /wps-contacts add.")
    return Modal(forms.build_answer_form(click._, survey, asked, earlier, members, behalf=behalf))


def _answers_for_others(actor: Actor) -> bool:
    """Tell whether somebody records answers for others, having no voice of their own; NotAllowed if they may not."""
    if actor.member is not None and may(actor.roles, Deed.ANSWER):
        return False
    if may(actor.roles, Deed.ANSWER_FOR):
        return True
    require_voice(actor, Deed.ANSWER)
    return False


async def _members(conn: Conn, focal: Focal) -> Sequence[Member]:
    known = await all_members(conn)
    asked = await people.members_with_voices(conn, focal.now().date())
    return [member for code, member in known.items() if code in asked]


async def submit_answer(submission: Submission, focal: Focal) -> Answer:
    """Store a private answer in place of the earlier one; an empty one takes it back."""
    behalf = _answers_for_others(submission.actor)
    question_id = number_in(submission.private_metadata, LIST)
    given = submission.values.get("answer") or ""
    member = str(submission.values.get("behalf") or "") if behalf else ""
    try:
        async with focal.db.begin() as conn:
            survey, asked = await surveys.question(conn, question_id, lock=True)
            require_open(survey, focal.now())
            if behalf and member not in await people.members_with_voices(conn, focal.now().date()):
                return Errors({"behalf": submission._("Choose a delegation.")})
            if not (given if isinstance(given, list) else given.strip()):
                return await _empty(conn, focal, submission, survey, asked, member)
            text = await _record(conn, focal, submission.actor, survey, asked, given, member)
    except BadInput as problem:
        return Errors({"answer": problem.said(submission._)})
    return Reply(_recorded(submission._, survey, asked, text, submission.actor, member))


async def _empty(conn: Conn, focal: Focal, request: Request, survey: Survey, asked: Question, member: str) -> Answer:
    taken = await survey_answers.withdraw_private(conn, survey, asked, request.actor, focal.now(), member or None)
    if taken is None:
        return Errors({"answer": request._("Write an answer, or cancel.")})
    await posts.answered(conn, focal, survey)
    await source_gone(conn, focal, source_of_answer(taken), request.actor.user_id)
    return Reply(_taken_back(request._, asked))


async def _record(
    conn: Conn, focal: Focal, actor: Actor, survey: Survey, asked: Question, given: str | list[str], member: str
) -> str:
    """Store an answer and return its words; BadInput if it cannot be one."""
    now = focal.now()
    if asked.kind is Kind.OPEN:
        text = str(given).strip()
        if len(text) > ANSWER_LIMIT:
            raise BadInput("An answer has at most {most} characters.", most=ANSWER_LIMIT)
        await survey_answers.answer_privately(conn, survey, asked, actor, text, now, member or None)
    else:
        value = read_value(asked.spec, given)
        text = ", ".join(await _labels(conn, asked, value))
        await survey_answers.answer_with(conn, survey, asked, actor, value, text, now, member or None)
    if member and survey.attribution is not Attribution.CHATHAM:
        await audit.note(conn, now, actor.user_id, "answer for", f"survey {survey.id}", member=member)
    await posts.answered(conn, focal, survey)
    return text


async def _labels(conn: Conn, asked: Question, value: str) -> tuple[str, ...]:
    members = await all_members(conn) if asked.kind is Kind.MEMBER else {}
    if asked.kind is Kind.MEMBER and value not in members:
        raise BadInput("This member is not known.", "Choose one of the list.")
    return labels_of(asked.spec, value, {code: member.name for code, member in members.items()})


async def pick(click: Click, focal: Focal) -> Answer:
    """Record the choice made by a button or menu on a question's message as the delegation's answer."""
    number, _, value = click.value.partition(":")
    question_id = number_in(number, LIST)
    if _answers_for_others(click.actor):
        return await _form(click, focal, question_id)
    async with focal.db.begin() as conn:
        survey, asked = await surveys.question(conn, question_id, lock=True)
        require_open(survey, focal.now())
        earlier = await survey_answers.private_answer(conn, survey, asked, click.actor)
        text = await _record(conn, focal, click.actor, survey, asked, value, "")
    lines = [_recorded(click._, survey, asked, text, click.actor, "")]
    if earlier is not None and earlier.text != text:
        lines.insert(1, forms.replaced(click._, survey, earlier))
    words = "\n".join(lines)
    take_back = button(click._("Take it back"), ids.SURVEY_TAKE_BACK, str(asked.id))
    return Reply(words, [section(words), actions(take_back)])


async def take_back(click: Click, focal: Focal) -> Answer:
    """Take a delegation's answer to a closed question back."""
    require_voice(click.actor, Deed.ANSWER)
    async with focal.db.begin() as conn:
        survey, asked = await surveys.question(conn, number_in(click.value, LIST), lock=True)
        require_open(survey, focal.now())
        taken = await survey_answers.withdraw_private(conn, survey, asked, click.actor, focal.now())
        if taken is not None:
            await posts.answered(conn, focal, survey)
    words = _taken_back(click._, asked) if taken is not None else click._("There is no answer to take back.")
    return Update(forms.build_notice(click._, words)) if click.view else Reply(words)


def _recorded(_: Gettext, survey: Survey, asked: Question, text: str, actor: Actor, member: str) -> str:
    if member:
        said = _("The answer to question {number} is recorded for {member}. It can be changed until the survey closes.")
        return said.format(number=asked.number, member=safe(member))
    words = _("Your answer to question {number} is recorded. You can change it until the survey closes.")
    if asked.kind.is_closed and not actor.is_observer:
        words = _(
            "Your delegation's answer to question {number} is {answer}. It can be changed until the survey closes."
        )
    said = words.format(number=asked.number, answer=f"“{safe(text, 300)}”")
    return f"{said}\n{views.brief_promise(_, survey.attribution)}"


def _taken_back(_: Gettext, asked: Question) -> str:
    return _("Your answer to question {number} is taken back.").format(number=asked.number)


def require_open(survey: Survey, now: datetime) -> None:
    """Raise Closed unless a survey takes answers."""
    # Somebody who waited here for the close to be committed has an earlier `now` than it, and is late all the same.
    if survey.started_at is None or survey.closed_at is not None or not survey.takes(now):
        raise Closed("Survey {number} is closed.", "Nobody can answer it any more.", number=survey.id)
