"""The index in memory: the same is found with it and without, whatever happened since it was read."""

import random

import pytest

from bot.rules.words import terms
from storage import search
from storage.database import Database
from storage.search import AUDIENCES, Document
from storage.wordindex import WordIndex

WORDS = ("mothers", "officers", "camps", "budget", "police", "courts", "radio", "Norway", "training", "women")
KINDS = ("practice", "fact", "plan", "recommendation")


def chances(seed: int) -> random.Random:
    """Return the same chances in every run."""
    return random.Random(seed)  # noqa: S311 - nothing is kept secret with it


def made_up(chance: random.Random, noun_id: int) -> Document:
    """Return a document of a few of the words, about one of three members or none."""
    return Document(
        chance.choice(KINDS),
        f"N{noun_id}",
        " ".join(chance.choices(WORDS, k=2)),
        " ".join(chance.choices(WORDS, k=chance.randint(0, 9))),
        audience=chance.choice(AUDIENCES),
        members=tuple(chance.sample(("NO", "NA", "CL"), chance.randint(0, 1))),
    )


async def change(db: Database, chance: random.Random, documents: int) -> None:
    """Index some documents, old ones among them, and forget one."""
    async with db.begin() as conn:
        await search.index(conn, *(made_up(chance, chance.randrange(60)) for _ in range(documents)))
        await search.forget(conn, "practice", f"N{chance.randrange(60)}")


async def read(db: Database) -> WordIndex:
    """Return the index of a database in memory."""
    words = WordIndex()
    async with db.read() as conn:
        await words.refresh(conn)
    return words


@pytest.mark.parametrize("seed", range(4))
async def test_the_same_is_found_from_memory(db: Database, seed: int) -> None:
    """Whatever is asked, by whomever, memory that follows changes finds what the database finds."""
    chance = chances(seed)
    await change(db, chance, 40)
    words = await read(db)
    differing = []

    for _round in range(4):
        await change(db, chance, chance.randint(1, 4))
        async with db.read() as conn:
            await words.refresh(conn)
            for audience in AUDIENCES:
                asked = terms(" ".join(chance.choices((*WORDS, "unheard"), k=3)))
                kinds, members = chance.choice([(), ("practice", "plan")]), chance.choice([(), ("NO", "CL")])
                narrowed = {"kinds": kinds, "members": members, "among": chance.choice([None, range(1, 40)])}
                assert await words.is_true(conn)
                slow = await search.find(conn, asked, audience, 5, **narrowed)
                quick = await search.find(conn, asked, audience, 5, **narrowed, memory=words)
                differing += [(slow, quick)] if slow != quick else []

    assert differing == []


async def test_what_memory_has_not_read_yet_is_found(db: Database) -> None:
    """A document that was indexed after memory was read is found, and one that was taken out is not."""
    chance = chances(1)
    await change(db, chance, 10)
    words = await read(db)
    async with db.begin() as conn:
        await search.index(conn, Document("fact", "new", "Helicopters", "Spare parts."))
        await search.forget(conn, "fact", "N1")

    async with db.read() as conn:
        hits = await search.find(conn, terms("helicopters"), memory=words)

        assert [hit.document.noun_id for hit in hits] == ["new"]


async def test_a_change_that_is_not_committed_is_none(db: Database) -> None:
    """Memory stays true when a transaction that indexed something is rolled back."""
    await change(db, chances(1), 10)
    words = await read(db)
    async with db.read() as conn:
        await search.index(conn, Document("fact", "never", "Helicopters", ""))
        await conn.rollback()

    async with db.read() as conn:
        assert await words.is_true(conn)


async def test_many_documents_at_once_are_read_anew(db: Database) -> None:
    """Memory that is far behind holds exactly what the database does after it followed."""
    await change(db, chances(1), 5)
    words = await read(db)
    async with db.begin() as conn:
        await search.index(conn, *(Document("fact", f"F{i}", f"Fact {i}", "About radio") for i in range(700)))

    async with db.read() as conn:
        await words.refresh(conn)
        quick = await search.find(conn, terms("fact 699 radio"), memory=words)
        slow = await search.find(conn, terms("fact 699 radio"))

        assert quick == slow != []


async def test_old_signs_of_change_are_deleted(db: Database) -> None:
    """The rows that tell of changes do not grow for ever, and the next change is noticed all the same."""
    async with db.begin() as conn:
        for i in range(3):
            await search.index(conn, Document("fact", f"F{i}", "Fact", ""))
        await conn.execute(search.index_changes.insert(), [{} for _ in range(search.CHANGES_KEPT * 2)])
    words = await read(db)
    async with db.begin() as conn:
        await search.forget_changes(conn)
        await search.index(conn, Document("fact", "F9", "Radio", ""))

    async with db.read() as conn:
        count, _newest = await search.state(conn)

        assert (count, await words.is_true(conn)) == (search.CHANGES_KEPT + 1, False)
