"""Memory follows the index, and models see what is new in it: in the background, so that questions never wait."""

import asyncio
from collections.abc import Callable

import structlog

from storage import search, vectors
from storage.database import Database
from storage.vectors import Embedder, Vectors
from storage.wordindex import WordIndex

log = structlog.get_logger("focal.indexer")

BATCH = 8
"""Passages at a time: about a second's work for the slower model, so that stopping never takes long."""
REST_SECONDS = 5.0
ROUND = 25
"""Batches after which what was seen so far can be found."""


class Indexer:
    """Has every model see every passage, and postings and vectors in memory follow the database."""

    def __init__(self, db: Database, index: Vectors, words: WordIndex) -> None:
        """Work for the models of `index`, which may be none, and for `words`."""
        self._db = db
        self._index = index
        self._words = words
        self._batches = 0
        self._wake = asyncio.Event()
        self._stopping = False
        self._finished: tuple[int, ...] = ()

    def stop(self) -> None:
        """Finish the batch in hand and start no other."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Work until stopped."""
        while not self._stopping:
            await self.remember()
            if not await self.step():
                try:
                    await asyncio.wait_for(self._wake.wait(), REST_SECONDS)
                except TimeoutError:
                    continue

    async def remember(self) -> None:
        """Have the words in memory follow the database."""
        async with self._db.read() as conn:
            await self._words.refresh(conn)
            changes = await search.state(conn)
        if changes[0] > search.CHANGES_KEPT * 2:
            async with self._db.begin() as conn:
                await search.forget_changes(conn)

    async def step(self) -> int:
        """Have each model see one batch; return how many passages that were."""
        if not self._index:
            return 0
        async with self._db.read() as conn:
            state = await vectors.state(conn)
        if state == self._finished:
            return 0
        seen = 0
        for embedder in self._index.embedders:
            seen += await self._see(embedder)
        self._batches += 1
        if not seen or self._batches % ROUND == 0:
            await self._follow()
        if not seen:
            self._finished = state
        return seen

    async def _follow(self) -> None:
        """Have memory follow the database, and forget the vectors of what was taken out of the index."""
        async with self._db.read() as conn:
            changed = await self._index.refresh(conn)
        if changed:
            async with self._db.begin() as conn:
                await vectors.forget_orphans(conn)

    async def _see(self, embedder: Embedder) -> int:
        async with self._db.read() as conn:
            found = await vectors.unseen(conn, embedder, BATCH)
        if found:
            blobs = await asyncio.to_thread(vectors.embed, embedder, found)
            async with self._db.begin() as conn:
                await vectors.keep(conn, embedder, found, blobs)
        return len(found)

    async def catch_up(self, progress: Callable[[int, int], None]) -> None:
        """See everything that is new, telling `progress` how many of how many passages are done."""
        async with self._db.read() as conn:
            total = sum([await vectors.count_unseen(conn, each) for each in self._index.embedders])
        done = 0
        while seen := await self.step():
            done += seen
            progress(min(done, total), total)
