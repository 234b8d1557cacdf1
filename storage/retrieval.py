"""Retrieval: the documents that answer a question, by its words and, where models are installed, by its meaning."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from storage import search
from storage.database import Conn
from storage.search import Document, Hit, Memory
from storage.vectors import Meaning

CANDIDATES = 50
"""So many of the best by words and of the nearest for each model are compared in full."""
WORDS_SHARE = 0.3
"""The part of the words in the likeness; the models have the rest.

Measured on seven public sets and the project's own; see "Answers" in docs/benchmarks.md.
"""
UNSEEN_SHARE = 0.8
"""Of a document without vectors yet, the words alone speak, and count a little less than they would with them."""


@dataclass(frozen=True)
class Found:
    """A document that was found. `score` orders what one question finds.

    `coverage` is the share of the question's words it holds; `likeness` how like the question it is by words and
    meaning together (about 0 to 1), None where only words were compared.
    """

    document: Document
    score: float
    coverage: float
    likeness: float | None = None


async def retrieve(
    conn: Conn,
    wanted: Collection[str],
    audience: str,
    limit: int,
    *,
    kinds: Collection[str] = (),
    members: Collection[str] = (),
    meaning: Meaning | None = None,
    memory: Memory | None = None,
) -> list[Found]:
    """Return up to `limit` documents that `audience` may read, the best first; `kinds` and `members` narrow them."""
    find = partial(search.find, conn, wanted, audience, kinds=kinds, members=members, memory=memory)
    if meaning is None:
        hits = await find(limit)
        return [Found(hit.document, hit.score, hit.coverage) for hit in hits]
    by_words = await find(CANDIDATES)
    among = await search.numbers_of(conn, audience, kinds, members)
    likeness = await _likeness(conn, meaning, audience, by_words, among)
    both = {hit.id: hit for hit in by_words}
    missing = [key for key in likeness if key not in both]
    for hit in await find(len(missing), among=missing):
        both[hit.id] = hit
    texts = await search.by_numbers(conn, likeness, audience)
    found = [_fused(hit.document, hit, likeness.get(key)) for key, hit in both.items()]
    found += [_fused(document, None, likeness[key]) for key, document in texts.items() if key not in both]
    return sorted(found, key=lambda each: (-each.score, each.document.kind, each.document.noun_id))[:limit]


async def _likeness(
    conn: Conn, meaning: Meaning, audience: str, by_words: Collection[Hit], among: Collection[int] | None
) -> dict[int, float]:
    readable = search.readable(audience)
    cosines = meaning.vectors.nearest(meaning, readable, CANDIDATES, among, [hit.id for hit in by_words])
    return await meaning.vectors.likeness(conn, meaning, cosines)


def _fused(document: Document, hit: Hit | None, likeness: float | None) -> Found:
    coverage = hit.coverage if hit else 0.0
    if likeness is None:
        return Found(document, round(coverage * UNSEEN_SHARE, 4), coverage, round(coverage * UNSEEN_SHARE, 4))
    score = round(WORDS_SHARE * coverage + (1 - WORDS_SHARE) * likeness, 4)
    return Found(document, score, coverage, score)
