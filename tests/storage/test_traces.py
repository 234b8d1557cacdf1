"""What is deleted at a close under the Chatham House Rule is gone from the database's files as well."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, text

from bot.clock import Clock
from bot.rules.attribution import Attribution
from bot.rules.people import Profile
from bot.rules.permissions import Actor, Role
from bot.rules.profile import WorkingHours
from bot.rules.questions import NewQuestion
from bot.rules.surveys import NewSurvey, Settings
from storage import people, survey_answers, survey_reminders, surveys, traces
from storage.database import Database
from storage.surveys import mark

TAKERS = [
    Actor(f"UTAKER{place:04}", f"Taker {place}", code, frozenset({Role.FOCAL_POINT}))
    for place, code in enumerate(("NA", "NO", "JP", "CL", "UY", "NA"))
]


async def held(db: Database, clock: Clock) -> list[bytes]:
    """Hold a survey under the Chatham House Rule; return what tells who took part, while its key is known."""
    settings = Settings("Quietly", "", "C1", clock.now() + timedelta(days=14), Attribution.CHATHAM)
    async with db.begin() as conn:
        draft = await surveys.create(conn, NewSurvey(settings, (NewQuestion("What works?"),)), "USEC", clock.now())
        survey = await surveys.begin(conn, draft.id, "USEC", clock.now(), WorkingHours())
        assert survey is not None
        survey = await surveys.survey(conn, survey.id)
        await survey_reminders.plan(conn, survey, "week", TAKERS[0].user_id, clock.now())
    for actor in TAKERS:
        async with db.begin() as conn:
            await survey_answers.answer_privately(conn, survey, survey.questions[0], actor, "First", clock.now())
            await survey_answers.answer_privately(conn, survey, survey.questions[0], actor, "Words", clock.now())
    marks = [mark(survey, of) for actor in TAKERS for of in (actor.user_id, str(actor.member))]
    return [each.encode() for each in (str(survey.secret), TAKERS[0].user_id, *marks)]


async def found(db: Database, told: list[bytes]) -> set[bytes]:
    """Return what of `told` stands in any file of the database."""
    if db.is_sqlite:
        files = [db.path, db.path.with_name(f"{db.path.name}-wal")]
    else:
        async with db.begin() as conn:
            await conn.execute(text("CHECKPOINT"))
            folder = (await conn.execute(text("SHOW data_directory"))).scalar_one()
            number = (
                await conn.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
            ).scalar()
        files = list((Path(folder) / "base" / str(number)).iterdir())
    content = b"".join(each.read_bytes() for each in files if each.exists())
    return {each for each in told if each in content}


async def test_no_file_tells_who_took_part(db: Database, clock: Clock) -> None:
    """Marks, their key and reminders stand in the files while the survey runs, and nowhere once the close is cleared."""
    told = await held(db, clock)
    before = await found(db, told)
    async with db.begin() as conn:
        closed = await survey_answers.close(conn, 1, "USEC", clock.now())
        assert closed is not None
        await survey_reminders.forget(conn, closed)

    cleared = await traces.clear(db, survey_answers.TRACED)

    assert before == set(told)
    assert cleared
    assert await found(db, told) == set()


async def test_a_close_is_cleared_once(db: Database, clock: Clock) -> None:
    """A close under the Chatham House Rule waits to be cleared until that is recorded."""
    await held(db, clock)
    async with db.begin() as conn:
        before = await survey_answers.with_traces(conn)
        await survey_answers.close(conn, 1, "USEC", clock.now())
        waiting = await survey_answers.with_traces(conn)
        await survey_answers.mark_cleared(conn, waiting)
        after = await survey_answers.with_traces(conn)

    assert (before, waiting, after) == ((), (1,), ())


async def test_a_reader_only_puts_it_off(sqlite_url: str, clock: Clock) -> None:
    """While somebody still reads what was there before, SQLite's log cannot be emptied; later it can."""
    db = Database(sqlite_url)
    await held(db, clock)
    async with db.read() as reader:
        await reader.execute(select(surveys.answers))
        async with db.begin() as conn:
            await survey_answers.close(conn, 1, "USEC", clock.now())
        early = await traces.clear(db, survey_answers.TRACED)
    later = await traces.clear(db, survey_answers.TRACED)
    await db.close()

    assert (early, later) == (False, True)


async def test_when_people_were_seen_tells_nothing(db: Database, clock: Clock) -> None:
    """After such a close everybody looks as if seen at the same moment, whoever answered."""
    await held(db, clock)
    for name in ("UANA", "UBO"):
        async with db.begin() as conn:
            await people.save(conn, Profile(name, "T1", name, "", "UTC", "en-US", False, False, False), clock.now())
        clock.advance(hours=5)
    async with db.begin() as conn:
        await survey_answers.close(conn, 1, "USEC", clock.now())

    async with db.read() as conn:
        seen = set((await conn.execute(select(people.people.c.seen_at))).scalars())

    assert seen == {clock.now()}
