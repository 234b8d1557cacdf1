"""Vectors: what passages mean as models see it, kept by content in the database and compared in memory.

The models are optional. Whatever has no vectors yet is found by its words alone, so a question never waits for them.
"""

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    String,
    Table,
    and_,
    delete,
    exists,
    func,
    select,
)

from storage.database import Conn, insert_new, metadata
from storage.search import ONLY_NAMED, documents

embeddings = Table(
    "embeddings",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("model", String(60), primary_key=True),
    Column("vectors", LargeBinary, nullable=False),
)

SENTENCES = 8
"""So many sentences of a passage are compared one by one; what comes after them counts in the whole alone."""
LONGEST = 600
"""Characters of a sentence."""
CHUNK = 500
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+|(?<=[。！？])|\n+")


class Embedder(Protocol):
    """A model that turns texts into vectors of length 1.

    `name` changes whenever its vectors would. `share` is its part in the likeness of passage and question, `unlike` and
    `alike` the cosines between which it tells them apart; `by_sentence` tells whether it compares sentences as well.
    """

    name: str
    share: float
    unlike: float
    alike: float
    by_sentence: bool

    def passages(self, texts: Sequence[str]) -> Any:
        """Return a row of floats for each text."""

    def question(self, text: str) -> Any:
        """Return the vector of one question."""


@dataclass(frozen=True)
class Meaning:
    """A question's vectors, one for each model, and the index in which to look for what is like them."""

    vectors: "Vectors"
    rows: tuple[Any, ...]


class Vectors:
    """The vectors of all passages that have them, in memory. Only what `refresh` has read is found."""

    def __init__(self, embedders: Sequence[Embedder] = ()) -> None:
        """Compare with each of `embedders`; with none every question is answered by its words."""
        self.embedders = tuple(embedders)
        self._ids: Any = None
        self._audiences: list[str] = []
        self._matrices: list[Any] = []
        self._seen: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is any model."""
        return bool(self.embedders)

    async def meaning(self, question: str) -> Meaning | None:
        """Return what a question means, worked out in a thread of its own; None without models or words."""
        if not self.embedders or not question.strip():
            return None
        rows = await asyncio.to_thread(lambda: tuple(each.question(question) for each in self.embedders))
        return Meaning(self, rows)

    async def refresh(self, conn: Conn) -> bool:
        """Read the vectors of documents that are new, drop those of documents that are gone; tell if there were any."""
        seen = await state(conn)
        if not self.embedders or seen == self._seen:
            return False
        now_there = set((await conn.execute(select(documents.c.id))).scalars())
        known = set() if self._ids is None else set(self._ids.tolist())
        if known - now_there:
            self._keep(now_there)
        missing = sorted(now_there - known)
        for start in range(0, len(missing), CHUNK):
            self._take(await self._read(conn, missing[start : start + CHUNK]))
        self._seen = seen
        return True

    async def _read(self, conn: Conn, ids: Sequence[int]) -> list[tuple[int, str, list[Any]]]:
        """Return (id, audience, first row of each model) of those documents that every model has seen.

        Kinds that are found only where a member is named have a star after their audience.
        """
        found: dict[int, dict[str, Any]] = {}
        audiences: dict[int, str] = {}
        query = select(documents.c.id, documents.c.audience, documents.c.kind, embeddings).join(
            embeddings, embeddings.c.digest == documents.c.digest
        )
        for row in await conn.execute(query.where(documents.c.id.in_(ids))):
            audiences[row.id] = row.audience + "*" * (row.kind in ONLY_NAMED)
            found.setdefault(row.id, {})[row.model] = row.vectors
        names = [each.name for each in self.embedders]
        whole = {key: [held.get(name) for name in names] for key, held in found.items()}
        return [
            (key, audiences[key], [_rows(blob)[0] for blob in blobs if blob])
            for key, blobs in whole.items()
            if all(blobs)
        ]

    def _take(self, rows: Sequence[tuple[int, str, list[Any]]]) -> None:
        import numpy as np

        if not rows:
            return
        added = np.array([key for key, _audience, _vectors in rows])
        self._ids = added if self._ids is None else np.concatenate([self._ids, added])
        self._audiences += [audience for _key, audience, _vectors in rows]
        for i in range(len(self.embedders)):
            matrix = np.stack([vectors[i] for _key, _audience, vectors in rows]).astype(np.float32)
            if len(self._matrices) <= i:
                self._matrices.append(matrix)
            else:
                self._matrices[i] = np.concatenate([self._matrices[i], matrix])

    def _keep(self, ids: Collection[int]) -> None:
        import numpy as np

        stay = np.isin(self._ids, list(ids))
        self._ids = self._ids[stay]
        self._audiences = [each for each, kept in zip(self._audiences, stay, strict=True) if kept]
        self._matrices = [matrix[stay] for matrix in self._matrices]

    def nearest(
        self,
        meaning: Meaning,
        audiences: Collection[str],
        limit: int,
        among: Collection[int] | None,
        besides: Collection[int] = (),
    ) -> dict[int, tuple[float, ...]]:
        """Return the cosines, model by model, of the documents that are among the `limit` nearest for any model.

        Only documents for `audiences` count and, unless it is None, those `among` these ids; those `besides` are
        returned however far they are.
        """
        import numpy as np

        if self._ids is None or not len(self._ids):
            return {}
        cosines = [matrix @ row for matrix, row in zip(self._matrices, meaning.rows, strict=True)]
        narrowed = among is not None
        seen = np.isin(self._audiences, [*audiences, *(f"{each}*" for each in audiences if narrowed)])
        if among is not None:
            seen &= np.isin(self._ids, list(among))
        places = np.flatnonzero(seen)
        best = {int(at) for each in cosines for at in places[np.argsort(-each[places], kind="stable")[:limit]]}
        best |= {int(at) for at in np.flatnonzero(np.isin(self._ids, list(besides)))}
        return {int(self._ids[at]): tuple(float(each[at]) for each in cosines) for at in sorted(best)}

    async def likeness(
        self, conn: Conn, meaning: Meaning, cosines: Mapping[int, tuple[float, ...]]
    ) -> dict[int, float]:
        """Return how like the question each document is: about 0 for unlike ones, about 1 for the same words."""
        sums = dict.fromkeys(cosines, 0.0)
        for i, each in enumerate(self.embedders):
            near = {key: row[i] for key, row in cosines.items()}
            if each.by_sentence:
                near = await self._with_sentences(conn, each, meaning.rows[i], near)
            for key, cosine in near.items():
                sums[key] += each.share * (cosine - each.unlike) / (each.alike - each.unlike)
        total = sum(each.share for each in self.embedders)
        return {key: value / total for key, value in sums.items()}

    async def _with_sentences(
        self, conn: Conn, embedder: Embedder, question: Any, near: Mapping[int, float]
    ) -> dict[int, float]:
        """Return the mean of each document's cosine and that of its nearest sentence."""
        query = (
            select(documents.c.id, embeddings.c.vectors)
            .join(embeddings, embeddings.c.digest == documents.c.digest)
            .where(documents.c.id.in_(tuple(near)), embeddings.c.model == embedder.name)
        )
        found = dict(near)
        for row in await conn.execute(query):
            sentences = _rows(row.vectors)[1:]
            if len(sentences):
                best = float((sentences.astype("float32") @ question).max())
                found[row.id] = (near[row.id] + best) / 2
        return found


@dataclass(frozen=True)
class Unseen:
    """A passage that a model has not seen yet."""

    digest: str
    title: str
    body: str


async def unseen(conn: Conn, embedder: Embedder, limit: int) -> list[Unseen]:
    """Return up to `limit` passages that `embedder` has not seen yet, each content once, the newest first."""
    query = (
        select(documents.c.digest, func.max(documents.c.id).label("newest"))
        .where(~_has(embedder))
        .group_by(documents.c.digest)
        .order_by(func.max(documents.c.id).desc())
        .limit(limit)
    ).subquery()
    rows = await conn.execute(select(documents).join(query, documents.c.id == query.c.newest))
    return [Unseen(row.digest, row.title, row.body) for row in rows]


async def count_unseen(conn: Conn, embedder: Embedder) -> int:
    """Return how many documents `embedder` has not seen yet."""
    return int((await conn.execute(select(func.count()).select_from(documents).where(~_has(embedder)))).scalar_one())


def _has(embedder: Embedder) -> ColumnElement[bool]:
    seen = and_(embeddings.c.digest == documents.c.digest, embeddings.c.model == embedder.name)
    return exists(select(embeddings.c.digest).where(seen))


def embed(embedder: Embedder, found: Sequence[Unseen]) -> list[bytes]:
    """Return the vectors of each passage: of the whole and, for models that compare them, of each sentence."""
    texts = [_texts(each, sentences=embedder.by_sentence) for each in found]
    flat = embedder.passages([text for several in texts for text in several])
    blobs, start = [], 0
    for several in texts:
        blobs.append(flat[start : start + len(several)].astype("float16").tobytes())
        start += len(several)
    return [bytes([len(several)]) + blob for several, blob in zip(texts, blobs, strict=True)]


def _texts(passage: Unseen, *, sentences: bool) -> list[str]:
    whole = ". ".join(filter(str.strip, (passage.title, passage.body))) or "-"
    if not sentences:
        return [whole]
    parts = [each.strip()[:LONGEST] for each in _SENTENCE_END.split(passage.body) if each.strip()]
    return [whole, *filter(None, [passage.title.strip()]), *parts[:SENTENCES]]


def _rows(blob: bytes) -> Any:
    import numpy as np

    return np.frombuffer(blob, dtype=np.float16, offset=1).reshape(blob[0], -1)


async def keep(conn: Conn, embedder: Embedder, found: Iterable[Unseen], blobs: Iterable[bytes]) -> None:
    """Keep vectors under the content they are of; what another process kept meanwhile stays."""
    for each, blob in zip(found, blobs, strict=True):
        await insert_new(conn, embeddings, {"digest": each.digest, "model": embedder.name, "vectors": blob})


async def forget_orphans(conn: Conn) -> int:
    """Delete the vectors of what is no longer indexed; return how many."""
    indexed = select(documents.c.digest).where(documents.c.digest == embeddings.c.digest)
    return (await conn.execute(delete(embeddings).where(~exists(indexed)))).rowcount


async def state(conn: Conn) -> tuple[int, ...]:
    """Return figures that change whenever a document or vector comes or goes."""
    docs = (await conn.execute(select(func.count(), func.coalesce(func.max(documents.c.id), 0)))).one()
    kept = (await conn.execute(select(func.count()).select_from(embeddings))).scalar_one()
    return (*docs, kept)
