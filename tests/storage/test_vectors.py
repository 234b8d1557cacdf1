"""Finding by meaning: which passages models have seen, and what is found with them and without."""

import re
from collections.abc import Sequence
from typing import Any

import pytest

from bot.indexer import BATCH, Indexer
from bot.rules.words import terms
from storage import search, vectors
from storage.database import Database
from storage.retrieval import Found, retrieve
from storage.search import Document
from storage.vectors import Vectors
from storage.wordindex import WordIndex

np = pytest.importorskip("numpy")

CONCEPTS = ("mother mum toddler child", "gun weapon arms", "camp housing shelter", "vote ballot election")


class Dictionary:
    """A model small enough to see through: one direction for each concept, one for everything else."""

    name = "dictionary 1"
    share = 1.0
    unlike = 0.0
    alike = 1.0
    by_sentence = True

    def __init__(self) -> None:
        self.seen: list[str] = []

    def passages(self, texts: Sequence[str]) -> Any:
        self.seen += texts
        return np.stack([self.question(text) for text in texts])

    def question(self, text: str) -> Any:
        words = re.findall(r"\w+", text.casefold())
        row = np.array(
            [sum(word.rstrip("s") in c.split() for word in words) for c in CONCEPTS] + [0.1], dtype="float32"
        )
        return row / np.linalg.norm(row)


class Other(Dictionary):
    """A second model, which compares whole passages alone."""

    name = "other 1"
    by_sentence = False


TOUR = Document("practice", "P9", "Shorter tour", "Officers with a toddler may return early. Others stay a year.")
ARMS = Document("practice", "P2", "Small arms", "Weapons are collected.")
CAMP = Document("practice", "P7", "Camp design", "Housing for women.")


async def index(db: Database, *documents: Document) -> None:
    async with db.begin() as conn:
        await search.index(conn, *documents)


async def all_seen(db: Database, *models: Any) -> Vectors:
    made = Vectors(models or (Dictionary(),))
    await Indexer(db, made, WordIndex()).catch_up(lambda *_: None)
    return made


async def found(db: Database, index: Vectors, question: str, audience: str = "public", **more: Any) -> list[Found]:
    meaning = await index.meaning(question)
    async with db.read() as conn:
        return await retrieve(conn, terms(question), audience, 10, meaning=meaning, **more)


def ids(hits: Sequence[Found]) -> list[str]:
    return [hit.document.noun_id for hit in hits]


async def test_a_passage_is_found_without_a_common_word(db: Database) -> None:
    """Mums find what is written of toddlers."""
    await index(db, TOUR, ARMS, CAMP)
    seen = await all_seen(db)

    hits = await found(db, seen, "anything for mums?")

    assert ids(hits)[0] == "P9"
    assert hits[0].coverage == 0.0
    assert hits[0].likeness is not None
    assert hits[0].likeness > 0.5


async def test_words_count_beside_the_meaning(db: Database) -> None:
    """Of passages that mean the same, the one that says it in the question's words comes first."""
    await index(db, Document("practice", "A", "Ballot", "The ballot."), Document("practice", "B", "Vote", "The vote."))
    seen = await all_seen(db)

    assert ids(await found(db, seen, "vote")) == ["B", "A"]
    assert ids(await found(db, seen, "ballot")) == ["A", "B"]


async def test_a_question_never_waits_for_the_models(db: Database) -> None:
    """What no model has seen yet is found by its words, beside what they have seen."""
    await index(db, ARMS)
    seen = await all_seen(db)
    await index(db, TOUR)

    hits = await found(db, seen, "shorter tour")

    assert ids(hits)[0] == "P9"
    assert ids(await found(db, Vectors(), "shorter tour")) == ["P9"]


async def test_only_what_every_model_has_seen_is_compared(db: Database) -> None:
    """With two models a passage joins in once both have seen it; their shares make one likeness."""
    await index(db, TOUR, ARMS)
    one, two = Dictionary(), Other()
    await all_seen(db, one)
    both = Vectors((one, two))
    async with db.read() as conn:
        await both.refresh(conn)
    before = await found(db, both, "mums")

    after = await found(db, await all_seen(db, one, two), "mums")

    assert before == []
    assert ids(after)[0] == "P9"


async def test_the_best_sentence_counts_beside_the_whole(db: Database) -> None:
    """A long passage with one fitting sentence is more like the question than its whole alone would be."""
    long = "Guns are counted. Weapons are stored. Arms are marked. " * 2 + "Mothers vote."
    await index(db, Document("fact", "1", "Report", long))
    whole = await found(db, await all_seen(db, Other()), "mothers vote")
    parts = await found(db, await all_seen(db, Dictionary()), "mothers vote")

    assert (parts[0].likeness or 0) > (whole[0].likeness or 0) + 0.1


@pytest.mark.parametrize(("audience", "seen"), [("public", ["a"]), ("network", ["a", "b"])])
async def test_meaning_shows_nobody_what_they_may_not_read(db: Database, audience: str, seen: list[str]) -> None:
    """Each audience finds its own documents, and what is hidden does not move what is seen."""
    await index(
        db, *(Document("fact", i, "Camp", "", audience=a) for i, a in zip("abc", search.AUDIENCES, strict=True))
    )

    hits = await found(db, await all_seen(db), "shelter", audience)

    assert sorted(ids(hits)) == seen


async def test_kinds_and_members_narrow_meaning_too(db: Database) -> None:
    """A question about one member or kind finds nothing of others, however like it is."""
    norway = Document("practice", "N", "Arms", "Guns.", members=("NO",))
    await index(db, norway, ARMS, Document("fact", "F", "Guns", "Arms."))
    seen = await all_seen(db)

    assert ids(await found(db, seen, "weapons", members=("NO",))) == ["N"]
    assert ids(await found(db, seen, "weapons", kinds=("fact",))) == ["F"]


async def test_what_is_alike_but_for_its_member_needs_one(db: Database) -> None:
    """Plans of members crowd out nothing where no member is named."""
    await index(db, Document("plan", "PL", "Camp plan", "Housing.", members=("NO",)), CAMP)
    seen = await all_seen(db)

    assert ids(await found(db, Vectors(), "camp housing")) == ["P7"]
    assert ids(await found(db, seen, "shelter")) == ["P7"]
    assert ids(await found(db, seen, "shelter", members=("NO",))) == ["PL"]


async def test_what_was_taken_out_is_found_no_more(db: Database) -> None:
    """A document that is gone is not found at once, and its vectors go as well."""
    await index(db, TOUR, ARMS)
    seen = await all_seen(db)
    async with db.begin() as conn:
        await search.forget(conn, "practice", "P9")

    at_once = await found(db, seen, "mums")
    await Indexer(db, seen, WordIndex()).step()

    async with db.read() as conn:
        kept = (await conn.execute(vectors.embeddings.select())).all()
    assert "P9" not in ids(at_once)
    assert len(kept) == 1


async def test_new_words_have_new_vectors(db: Database) -> None:
    """After a change a document is found by what it says now."""
    await index(db, TOUR, ARMS)
    seen = await all_seen(db)
    await index(db, Document("practice", "P9", "Shorter tour", "Ballots."))
    await Indexer(db, seen, WordIndex()).step()
    await Indexer(db, seen, WordIndex()).step()

    assert ids(await found(db, seen, "election"))[0] == "P9"
    assert (await found(db, seen, "mums"))[0].score < 0.5


async def test_one_content_is_seen_once(db: Database) -> None:
    """What was seen before is not computed again: not after a restart, and not for a second document that says it."""
    await index(db, TOUR, ARMS)
    await all_seen(db)
    await index(db, Document("recommendation", "9", TOUR.title, TOUR.body))
    model = Dictionary()

    seen = await all_seen(db, model)

    assert model.seen == []
    assert sorted(ids(await found(db, seen, "mums"))[:2]) == ["9", "P9"]


async def test_models_read_in_batches_and_say_how_far_they_are(db: Database) -> None:
    """A large import is read a batch at a time, and every batch is told."""
    await index(db, *(Document("fact", str(i), f"Camp {i}", "") for i in range(BATCH + 3)))
    told: list[tuple[int, int]] = []

    await Indexer(db, Vectors((Dictionary(),)), WordIndex()).catch_up(lambda done, of: told.append((done, of)))

    assert told == [(BATCH, BATCH + 3), (BATCH + 3, BATCH + 3)]


async def test_without_models_there_is_nothing_to_do(db: Database) -> None:
    """No model, no vectors, and no work."""
    await index(db, TOUR)
    none = Vectors()

    seen = await Indexer(db, none, WordIndex()).step()

    assert seen == 0
    assert await none.meaning("mums") is None


async def test_memory_follows_what_is_indexed(db: Database) -> None:
    """In the background the words in memory come to hold what the database holds."""
    words = WordIndex()
    indexer = Indexer(db, Vectors(), words)
    await indexer.remember()
    await index(db, TOUR)

    await indexer.remember()

    async with db.read() as conn:
        assert await words.is_true(conn)


@pytest.mark.parametrize("body", ["", "   ", "\n\n", "。。。", "x" * 20_000, "Toddler. " * 500])
async def test_any_text_gets_a_vector(db: Database, body: str) -> None:
    """Empty and endless passages are read like any other."""
    await index(db, Document("fact", "1", "Toddler", body))

    hits = await found(db, await all_seen(db), "mums")

    assert ids(hits) == ["1"]
