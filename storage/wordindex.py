"""The postings of all documents in memory, so that a question does not have to read them from the database.

Nothing depends on it: while it does not hold what the database holds, `storage.search` reads the postings themselves
and finds the same.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Row, String, cast, func, select

from storage import search
from storage.database import Conn
from storage.search import AUDIENCES, LENGTH_SHARE, ONLY_NAMED, SATURATION, Narrowing, documents, postings

REREAD_SHARE = 0.1
"""Where more than this share of the documents is new, reading everything again is quicker than adding them."""
NEWEST = 500
"""Documents whose postings are added in one go."""
Arrays = tuple[Any, Any]
"""The places of the documents that hold a term, and its weight in each."""


class WordIndex:
    """Every posting in memory: about ten bytes each. Only `refresh` reads the database."""

    def __init__(self) -> None:
        """Hold nothing, which is true of no database until it is read."""
        self._seen: tuple[int, int] | None = None
        self._clear()

    def _clear(self) -> None:
        self._ids = np.zeros(0, np.int64)
        self._lengths = np.zeros(0)
        self._levels = np.zeros(0, np.int8)
        self._kinds = np.zeros(0, np.int16)
        self._there = np.zeros(0, bool)
        self._kind_numbers: dict[str, int] = {}
        self._postings: dict[str, Arrays] = {}

    async def is_true(self, conn: Conn) -> bool:
        """Tell whether it holds exactly what this transaction would read."""
        return self._seen is not None and self._seen == await search.state(conn)

    async def refresh(self, conn: Conn) -> bool:
        """Follow the database; tell whether it now holds what the database does."""
        before = await search.state(conn)
        if before == self._seen:
            return True
        # Questions that come while it is read are answered from the database.
        self._seen = None
        await self._follow(conn)
        # Where each statement sees what was committed meanwhile, some of them may have seen more than others.
        if await search.state(conn) == before:
            self._seen = before
        return self._seen is not None

    async def _follow(self, conn: Conn) -> None:
        now_there = np.array(sorted((await conn.execute(select(documents.c.id))).scalars()), dtype=np.int64)
        self._there = np.isin(self._ids, now_there)
        new = np.setdiff1d(now_there, self._ids)
        if len(new) > NEWEST + REREAD_SHARE * len(now_there) or not self._there.any():
            await self._read_everything(conn)
            return
        for start in range(0, len(new), NEWEST):
            await self._add(conn, new[start : start + NEWEST].tolist())
        self._count()

    async def _read_everything(self, conn: Conn) -> None:
        self._clear()
        self._place((await conn.execute(_facts().order_by(documents.c.id))).all())
        pair = cast(postings.c.doc, String) + "," + cast(postings.c.weight, String)
        held = func.aggregate_strings(pair, ",").label("held")
        rows = (await conn.execute(select(postings.c.term, held).group_by(postings.c.term))).all()
        self._postings = await asyncio.to_thread(lambda: {row.term: self._parsed(row.held) for row in rows})
        self._count()

    def _parsed(self, held: str) -> Arrays:
        pairs = np.fromstring(held, dtype=np.int64, sep=",").reshape(-1, 2)
        known = np.isin(pairs[:, 0], self._ids)
        return np.searchsorted(self._ids, pairs[known, 0]).astype(np.int32), pairs[known, 1].astype(np.int32)

    async def _add(self, conn: Conn, ids: Sequence[int]) -> None:
        first = len(self._ids)
        self._place((await conn.execute(_facts().where(documents.c.id.in_(ids)))).all())
        places = {int(key): first + at for at, key in enumerate(self._ids[first:])}
        added: dict[str, list[tuple[int, int]]] = {}
        for row in await conn.execute(select(postings).where(postings.c.doc.in_(ids))):
            if row.doc in places:
                added.setdefault(row.term, []).append((places[row.doc], row.weight))
        for term, pairs in added.items():
            new = np.array(pairs, dtype=np.int32)
            held, weights = self._postings.get(term, (new[:0, 0], new[:0, 1]))
            self._postings[term] = (np.concatenate([held, new[:, 0]]), np.concatenate([weights, new[:, 1]]))

    def _place(self, rows: Sequence[Row[Any]]) -> None:
        """Give each document the next free place."""
        kinds = [self._kind_numbers.setdefault(row.kind, len(self._kind_numbers)) for row in rows]
        self._ids = np.append(self._ids, np.array([row.id for row in rows], np.int64))
        self._lengths = np.append(self._lengths, [float(row.length) for row in rows])
        self._levels = np.append(self._levels, np.array([AUDIENCES.index(row.audience) for row in rows], np.int8))
        self._kinds = np.append(self._kinds, np.array(kinds, np.int16))
        self._there = np.append(self._there, np.ones(len(rows), bool))

    def _count(self) -> None:
        """Work out for each audience how many documents it may read, and what the length of each of them divides."""
        self._readable = [self._there & (self._levels <= level) for level in range(len(AUDIENCES))]
        self._totals = [int(readable.sum()) for readable in self._readable]
        self._norms = [self._norm(readable) for readable in self._readable]

    def _norm(self, readable: Any) -> Any:
        average = max(1.0, float(self._lengths[readable].sum()) / max(1, int(readable.sum())))
        return SATURATION * (1 - LENGTH_SHARE) + SATURATION * LENGTH_SHARE / average * self._lengths

    def rarity(self, asked: Sequence[str], readable: Sequence[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term; one that nothing holds counts as held once."""
        seen, total = self._readable[len(readable) - 1], self._totals[len(readable) - 1]
        held = {term: int(seen[self._postings[term][0]].sum()) if term in self._postings else 0 for term in asked}
        return {term: search.rareness(total, held[term] or 1) for term in asked}

    def best(self, rarity: dict[str, float], narrowing: Narrowing, limit: int) -> dict[int, float]:
        """Return numbers and scores of up to `limit` documents, the best first, of equals the older."""
        norm = self._norms[len(narrowing.readable) - 1]
        scores = np.zeros(len(self._ids))
        for term, rareness in rarity.items():
            if term in self._postings:
                places, weights = self._postings[term]
                scores[places] += rareness * ((SATURATION + 1) * weights / (weights + norm[places]))
        return self._first(np.where(self._counted(narrowing), scores, 0.0), limit)

    def _counted(self, narrowing: Narrowing) -> Any:
        counted = self._readable[len(narrowing.readable) - 1].copy()
        if narrowing.kinds:
            counted &= np.isin(self._kinds, self._numbers(narrowing.kinds))
        elif not narrowing.about:
            counted &= ~np.isin(self._kinds, self._numbers(ONLY_NAMED))
        if narrowing.about:
            about = np.zeros(len(self._ids), bool)
            for term in narrowing.about:
                about[self._postings.get(term, (np.zeros(0, np.int32), None))[0]] = True
            counted &= about
        if narrowing.among is not None:
            counted &= np.isin(self._ids, narrowing.among)
        return counted

    def _numbers(self, kinds: Iterable[str]) -> list[int]:
        return [self._kind_numbers[kind] for kind in kinds if kind in self._kind_numbers]

    def _first(self, scores: Any, limit: int) -> dict[int, float]:
        found = np.flatnonzero(scores > 0)
        if len(found) > limit:
            least = np.partition(scores[found], len(found) - limit)[len(found) - limit]
            found = found[scores[found] >= least]
        best = found[np.lexsort((self._ids[found], -scores[found]))][:limit]
        return {int(self._ids[at]): float(scores[at]) for at in best}


def _facts() -> Any:
    return select(documents.c.id, documents.c.length, documents.c.audience, documents.c.kind)
