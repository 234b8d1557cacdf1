"""The search index."""

from collections import Counter
from math import log

import pytest

from bot.rules.words import terms
from storage import search
from storage.database import Database
from storage.search import Document

TOUR = Document(
    "practice", "P9", "Six-month tour for mothers", "Mothers of young children may stay six months.", "UN", 2017
)
MENTOR = Document(
    "practice", "P3", "Mentoring for women officers", "Older officers mentor younger ones.", "Utopia", 2020
)
CAMP = Document("practice", "P7", "Camp design", "Housing for women, and how long it lasts.", "UN", 2018)


async def _index(db: Database, *documents: Document) -> None:
    async with db.begin() as conn:
        for each in documents:
            await search.index(conn, each)


async def _found(db: Database, question: str, audience: str = "public", **more: object) -> list[str]:
    async with db.read() as conn:
        return [hit.document.noun_id for hit in await search.find(conn, terms(question), audience, **more)]  # type: ignore[arg-type]


async def test_the_document_with_the_rarest_words_comes_first(db: Database) -> None:
    """A word that few documents hold counts more than one that many hold."""
    await _index(db, TOUR, MENTOR, CAMP)

    assert await _found(db, "mentoring of women") == ["P3", "P7"]


async def test_a_word_in_the_title_counts_more(db: Database) -> None:
    """Of two documents with a word, the one named after it is better."""
    await _index(db, MENTOR, Document("practice", "P1", "Notes", "Camp, officers, and more about a camp."), CAMP)

    assert (await _found(db, "camp"))[0] == "P7"


def _bm25(wanted: tuple[str, ...], documents: tuple[Document, ...]) -> dict[str, float]:
    """Score documents by the textbook: k1 1.2, b 0.75, a title counted three times."""
    held = {d.noun_id: Counter(terms(f"{d.title} {d.title} {d.title} {d.body} {d.who}", "en")) for d in documents}
    average = sum(c.total() for c in held.values()) / len(held)
    scores = dict.fromkeys(held, 0.0)
    for term in wanted:
        having = [noun_id for noun_id, counts in held.items() if term in counts]
        rarity = log(1 + (len(held) - len(having) + 0.5) / (len(having) + 0.5))
        for noun_id in having:
            count, length = held[noun_id][term], held[noun_id].total()
            scores[noun_id] += rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / average))
    return scores


async def test_every_database_scores_as_the_textbook_does(db: Database) -> None:
    """The score is BM25, the same number on SQLite and PostgreSQL."""
    await _index(db, TOUR, MENTOR, CAMP)
    wanted = terms("tour for mothers of women officers")

    async with db.read() as conn:
        hits = await search.find(conn, wanted)

    expected = _bm25(wanted, (TOUR, MENTOR, CAMP))
    assert {hit.document.noun_id: hit.score for hit in hits} == pytest.approx(expected, abs=1e-6)


async def test_the_same_words_again_change_nothing(db: Database) -> None:
    """What is indexed anew stands in place of what was there."""
    await _index(db, TOUR, TOUR, MENTOR, TOUR)

    assert await _found(db, "mothers tour") == ["P9"]


async def test_what_a_document_no_longer_says_does_not_find_it(db: Database) -> None:
    """After a change only the new words find a document."""
    await _index(db, TOUR, Document("practice", "P9", "Camp design", "Housing."))

    assert await _found(db, "mothers") == []
    assert await _found(db, "housing") == ["P9"]


async def test_what_was_forgotten_is_not_found(db: Database) -> None:
    """A document that was taken out is cited no more, and taking it out again does nothing."""
    await _index(db, TOUR, MENTOR)

    async with db.begin() as conn:
        await search.forget(conn, "practice", "P9")
        await search.forget(conn, "practice", "P9")

    assert await _found(db, "mothers officers") == ["P3"]


@pytest.mark.parametrize(
    ("audience", "seen"), [("public", ["a"]), ("network", ["a", "b"]), ("secretariat", ["a", "b", "c"])]
)
async def test_nobody_finds_what_they_may_not_read(db: Database, audience: str, seen: list[str]) -> None:
    """Each audience finds its own documents and those of wider ones."""
    await _index(
        db, *(Document("fact", i, "Camp", "", audience=a) for i, a in zip("abc", search.AUDIENCES, strict=True))
    )

    assert sorted(await _found(db, "camp", audience)) == seen


async def test_hidden_documents_do_not_show_in_the_scores(db: Database) -> None:
    """How rare a word is counts over what the asker may read: a secret must not move what they see."""
    await _index(db, TOUR, MENTOR, CAMP)
    async with db.read() as conn:
        before = await search.find(conn, terms("mothers officers"))

    await _index(db, Document("fact", "hidden", "Mothers", "mothers mothers", audience="secretariat"))

    async with db.read() as conn:
        assert await search.find(conn, terms("mothers officers")) == before


async def test_coverage_is_a_share_of_the_whole_question(db: Database) -> None:
    """A document that holds all words covers more than one that holds some, and unknown words cover nothing."""
    await _index(db, TOUR, MENTOR, CAMP)

    async with db.read() as conn:
        (whole,) = await search.find(conn, terms("six months mothers"), limit=1)
        (part,) = await search.find(conn, terms("six months mothers bread recipe oven"), limit=1)

    assert 0.7 < whole.coverage <= 1
    assert part.coverage < whole.coverage / 1.5


async def test_only_the_wanted_kinds_are_found(db: Database) -> None:
    """A question about recommendations does not find facts."""
    await _index(db, TOUR, Document("recommendation", "1", "Mothers", "Shorter tours for mothers."))

    assert await _found(db, "mothers", kinds=("recommendation",)) == ["1"]


async def test_a_member_is_found_in_any_language(db: Database) -> None:
    """A document that names a member is found by the member's code, however the question wrote the name."""
    await _index(db, MENTOR, Document("practice", "P5", "Conscription", "Women serve.", "Norway", members=("NO",)))

    async with db.read() as conn:
        hits = await search.find(conn, [search.member_term("NO")])

    assert [hit.document.noun_id for hit in hits] == ["P5"]


@pytest.mark.parametrize("wanted", [[], ["'; DROP TABLE documents; --"], ["%"], ["x" * 3000]])
async def test_no_word_breaks_the_search(db: Database, wanted: list[str]) -> None:
    """Nothing asked, quotes, wildcards and endless words find nothing and do no harm."""
    await _index(db, TOUR)

    async with db.read() as conn:
        assert await search.find(conn, wanted) == []


async def test_an_empty_index_finds_nothing(db: Database) -> None:
    """Before anything is known every question is one without an answer."""
    assert await _found(db, "mothers") == []


async def test_a_long_title_and_body_are_taken(db: Database) -> None:
    """A document of any length is indexed; only its title is cut."""
    await _index(
        db, Document("practice", "long", "mother " * 400, "officer " * 20_000, url="https://e.org/" + "a" * 900)
    )

    assert await _found(db, "mothers") == ["long"]
