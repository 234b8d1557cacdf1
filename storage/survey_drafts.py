"""Drafts of surveys: what is being put together before anybody is asked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, update

from bot.rules.problems import AlreadyDone, NotFound
from bot.rules.questions import NewQuestion
from bot.rules.surveys import Settings
from storage import audit
from storage.database import Conn
from storage.surveys import Survey, columns_of, put_questions, questions, survey, surveys


async def draft(conn: Conn, survey_id: int, *, lock: bool = False) -> Survey:
    """Return a survey that can still be changed; AlreadyDone once it has started, NotFound if there is none."""
    found = await survey(conn, survey_id, lock=lock)
    if found.started_at is not None:
        raise AlreadyDone("Survey {number} has started and cannot be changed any more.", number=survey_id)
    return found


async def change_settings(conn: Conn, survey_id: int, settings: Settings) -> Survey:
    """Change what stands around a draft's questions."""
    await draft(conn, survey_id, lock=True)
    await conn.execute(update(surveys).where(surveys.c.id == survey_id).values(columns_of(settings)))
    return await survey(conn, survey_id)


async def set_questions(conn: Conn, survey_id: int, new: Sequence[NewQuestion]) -> Survey:
    """Give a draft these questions in place of those it has, numbered from 1."""
    await draft(conn, survey_id, lock=True)
    await conn.execute(delete(questions).where(questions.c.survey_id == survey_id))
    await put_questions(conn, survey_id, new)
    return await survey(conn, survey_id)


async def move(conn: Conn, survey_id: int, number: int, by: int) -> Survey:
    """Move a draft's question up (`by` -1) or down (1) in the order; at an end it stays where it is."""
    specs = [each.spec for each in (await draft(conn, survey_id, lock=True)).questions]
    there = number - 1 + by
    if not 0 < number <= len(specs):
        raise _no_question()
    if 0 <= there < len(specs):
        specs.insert(there, specs.pop(number - 1))
    return await set_questions(conn, survey_id, specs)


async def put(conn: Conn, survey_id: int, number: int | None, new: NewQuestion | None) -> Survey:
    """Put `new` in place of a draft's question `number`, or last without a number; without `new` leave it out."""
    specs = [each.spec for each in (await draft(conn, survey_id, lock=True)).questions]
    if number is not None and not 0 < number <= len(specs):
        raise _no_question()
    place = slice(number - 1, number) if number is not None else slice(len(specs), None)
    specs[place] = [new] if new is not None else []
    return await set_questions(conn, survey_id, specs)


def _no_question() -> NotFound:
    return NotFound("This question is not there any more.", "Open the draft again: /wps-survey list.")


async def discard(conn: Conn, survey_id: int, by: str, now: datetime) -> None:
    """Throw a draft away; `by` is a Slack user id."""
    await draft(conn, survey_id, lock=True)
    await conn.execute(delete(questions).where(questions.c.survey_id == survey_id))
    await conn.execute(delete(surveys).where(surveys.c.id == survey_id))
    await audit.note(conn, now, by, "discard", f"survey {survey_id}")
