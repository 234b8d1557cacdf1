"""Vectors for what is new: made in the background, in small batches, newest first; questions never wait for them."""

import asyncio
from collections.abc import Callable

import structlog

from storage import vectors
from storage.database import Database
from storage.vectors import Embedder, Vectors

log = structlog.get_logger("focal.indexer")

BATCH = 8
"""Passages at a time: about a second's work for the slower model, so that stopping never takes long."""
REST_SECONDS = 5.0


class Indexer:
    """Has every model see every passage, and the vectors in memory follow the database."""

    def __init__(self, db: Database, index: Vectors) -> None:
        """Work for the models of `index`; with none there is nothing to do."""
        self._db = db
        self._index = index
        self._wake = asyncio.Event()
        self._stopping = False
        self._finished: tuple[int, ...] = ()

    def stop(self) -> None:
        """Finish the batch in hand and start no other."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Work until stopped; return at once where no model is installed."""
        while self._index and not self._stopping:
            if not await self.step():
                try:
                    await asyncio.wait_for(self._wake.wait(), REST_SECONDS)
                except TimeoutError:
                    continue

    async def step(self) -> int:
        """Have each model see one batch; return how many passages that were."""
        async with self._db.read() as conn:
            state = await vectors.state(conn)
        if state == self._finished:
            return 0
        seen = 0
        for embedder in self._index.embedders:
            seen += await self._see(embedder)
        if not seen:
            await self._follow()
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
