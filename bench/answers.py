"""`make bench-answers`: how well questions find what answers them, how often Focal rightly says no, and how fast.

    python -m bench.answers [--speed] [FOLDER …]

A FOLDER holds a set in the layout of BEIR: `corpus.jsonl` (`_id` or `id`, `title`, `text`), `queries.jsonl` (`_id` or
`id`, `text`) and `qrels.json` ({query: {passage: relevance}}) or `qrels/test.tsv`.
"""

import argparse
import asyncio
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.clock import Clock
from bot.embedding import load_embedders
from bot.indexer import Indexer
from bot.rules.answers import Confidence, Passages, read_naming, sure
from bot.rules.countries import load_gazetteer
from bot.rules.words import terms
from storage import practices, vectors
from storage.answers import look_up
from storage.database import Database
from storage.migrations.steps import upgrade
from storage.practices import Practice
from storage.profile import load_network
from storage.retrieval import Found, retrieve
from storage.seed.load import seed
from storage.vectors import Vectors
from storage.wordindex import WordIndex

HERE = Path(__file__).parent / "answers"
LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")
WHY = ("elsewhere", "uncovered")
TOP = 10
Ranks = list[str]
Ask = Callable[[str], Awaitable[list[Found]]]
out = Console(width=140)


@dataclass(frozen=True)
class Figures:
    """Means over the questions of one set."""

    ndcg: float
    mrr: float
    hit: float


def figures(ranked: Sequence[Ranks], wanted: Sequence[Mapping[str, float]]) -> Figures:
    """Return nDCG@10, MRR and hit@1; `wanted` holds the relevance of each passage that answers a question."""
    several = [_one(ranks[:TOP], relevance) for ranks, relevance in zip(ranked, wanted, strict=True)]
    return Figures(*(statistics.fmean(column) for column in zip(*several, strict=True)))


def _one(ranks: Ranks, relevance: Mapping[str, float]) -> tuple[float, float, float]:
    gains = [relevance.get(key, 0.0) / log2(place + 2) for place, key in enumerate(ranks)]
    best = [gain / log2(place + 2) for place, gain in enumerate(sorted(relevance.values(), reverse=True)[:TOP])]
    first = next((place for place, key in enumerate(ranks) if relevance.get(key)), None)
    return sum(gains) / sum(best), 0.0 if first is None else 1 / (first + 1), float(first == 0)


@asynccontextmanager
async def knowledge(rows: Iterable[Practice] | None) -> Any:
    """Yield a fresh database with these passages, or with what the profile ships."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/bench.db")
        await upgrade(db)
        async with db.begin() as conn:
            if rows is None:
                await seed(conn, load_network(), Clock().now())
            await practices.save_all(conn, rows or (), Clock().now())
        yield db
        await db.close()


async def seen_by_models(db: Database) -> tuple[Vectors, float]:
    """Return the models with every passage read, and the seconds that took."""
    index = Vectors(load_embedders())
    start = time.perf_counter()
    await Indexer(db, index, WordIndex()).catch_up(lambda done, of: out.print(f"read {done} of {of}", end="\r"))
    return index, time.perf_counter() - start


def asking(db: Database, index: Vectors, words: WordIndex | None = None) -> Ask:
    """Return what finds passages as a question asked on the command line does."""

    async def ask(question: str) -> list[Found]:
        meaning = await index.meaning(question)
        async with db.read() as conn:
            return await retrieve(conn, terms(question), "public", TOP, meaning=meaning, memory=words)

    return ask


def answering(db: Database, index: Vectors) -> Ask:
    """Return what finds passages as an answer in Slack does: members it names narrow them."""
    gazetteer = load_gazetteer()

    async def ask(question: str) -> list[Found]:
        asked = read_naming(gazetteer, question)
        if not isinstance(asked, Passages):
            return []
        meaning = await index.meaning(asked.text)
        async with db.read() as conn:
            found = await look_up(conn, asked, Clock().now().date(), audience="public", top=TOP, meaning=meaning)
        return list(found.hits)

    return ask


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


async def own_set(modes: Mapping[str, Vectors], db: Database) -> None:
    """Print how the shipped knowledge answers the project's own paraphrased questions, and refuses others."""
    asked, refused = lines(HERE / "questions.jsonl"), lines(HERE / "unanswerable.jsonl")
    table = Table("", *LANGUAGES, "all", title="Own questions, paraphrased: hit@1 · nDCG@10 · MRR")
    limits = Table("", "answerable refused", "elsewhere refused", "not covered refused", title="Saying no")
    for mode, index in modes.items():
        ask = answering(db, index)
        found = [(await ask(row["question"])) for row in asked]
        cells = [_cell(asked, found, {language}) for language in LANGUAGES]
        table.add_row(mode, *cells, _cell(asked, found, set(LANGUAGES)))
        others = {why: [await ask(row["question"]) for row in refused if row["why"] == why] for why in WHY}
        shares = [_refused(found), *(_refused(others[why]) for why in WHY)]
        limits.add_row(mode, *(f"{share:.2f}" for share in shares))
    out.print(table, limits)


def _cell(asked: Sequence[Mapping[str, Any]], found: Sequence[list[Found]], languages: set[str]) -> str:
    chosen = [i for i, row in enumerate(asked) if row["language"] in languages]
    ranks = [_ranks(found[i]) for i in chosen]
    # Any one of the passages named is as good as the others: only the best placed of them counts.
    wanted = [_first_of(asked[i]["best"], ranks[at]) for at, i in enumerate(chosen)]
    got = figures(ranks, wanted)
    return f"{got.hit:.2f} · {got.ndcg:.2f} · {got.mrr:.2f}"


def _first_of(best: Sequence[str], ranks: Ranks) -> dict[str, float]:
    return {next((key for key in ranks if key in best), best[0]): 1.0}


def _ranks(found: Sequence[Found]) -> Ranks:
    return [each.document.noun_id for each in found]


def _refused(found: Sequence[list[Found]]) -> float:
    unsure = [not hits or sure(hits[0].coverage, hits[0].likeness) is Confidence.UNKNOWN for hits in found]
    return sum(unsure) / len(unsure)


async def public_set(folder: Path, table: Table, *, models: bool) -> None:
    """Add a row for each way of finding to `table`, measured on one set."""
    corpus, questions = lines(folder / "corpus.jsonl"), lines(folder / "queries.jsonl")
    relevance = _qrels(folder)
    questions = [row for row in questions if _id(row) in relevance]
    passages = [practices.parse({**row, "id": _id(row), "title": row.get("title") or " "}) for row in corpus]
    async with knowledge(passages) as db:
        index, seconds = await seen_by_models(db) if models else (Vectors(), 0.0)
        for mode, ask in _parts(db, index).items():
            ranked = [_ranks(await ask(row["text"])) for row in questions]
            got = figures(ranked, [relevance[_id(row)] for row in questions])
            speed = f"{len(passages) / seconds:.1f}" if seconds else "–"
            table.add_row(folder.name, mode, f"{got.ndcg:.3f}", f"{got.mrr:.3f}", f"{got.hit:.3f}", speed)


def _parts(db: Database, index: Vectors) -> dict[str, Ask]:
    """Return what finds by words, by meaning alone and by both."""
    words = {"words": asking(db, Vectors())}
    return words | {"meaning": by_meaning(db, index), "words and meaning": asking(db, index)} if index else words


def by_meaning(db: Database, index: Vectors) -> Ask:
    """Return what finds passages by what models see in them and no word."""

    async def ask(question: str) -> list[Found]:
        async with db.read() as conn:
            return await retrieve(conn, (), "public", TOP, meaning=await index.meaning(question))

    return ask


def _id(row: Mapping[str, Any]) -> str:
    return str(row.get("_id", row.get("id")))


def _qrels(folder: Path) -> dict[str, dict[str, float]]:
    if (folder / "qrels.json").is_file():
        found: dict[str, dict[str, float]] = json.loads((folder / "qrels.json").read_text(encoding="utf-8"))
        return found
    relevance: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, passage, grade = line.split("\t")
        if float(grade) > 0:
            relevance.setdefault(question, {})[passage] = float(grade)
    return relevance


def _modes(index: Vectors) -> dict[str, Vectors]:
    words = {"words": Vectors()}
    return words | {"words and meaning": index} if index else words


def made_up(count: int) -> list[Practice]:
    """Return that many different passages of about 60 words, drawn from the shipped ones' sentences."""
    path = Path(__file__).parents[1] / "storage" / "seed" / "wps" / "practices.json"
    sentences = [s for row in json.loads(path.read_text(encoding="utf-8")) for s in row["text"].split(". ")]
    chance = random.Random(1)
    return [
        Practice(f"M{i}", f"Passage {i}: {chance.choice(sentences)[:80]}", ". ".join(chance.sample(sentences, 3)))
        for i in range(count)
    ]


async def speed(counts: Sequence[int]) -> None:
    """Print how long a question takes among so many passages, what indexing takes and what memory."""
    table = Table("passages", "by", "p50", "p99", "indexed a second", "into memory", "MB", title="A question")
    for count in counts:
        async with knowledge(()) as db:
            indexed = await _index(db, made_up(count))
            before, start = _megabytes(), time.perf_counter()
            words = WordIndex()
            async with db.read() as conn:
                await words.refresh(conn)
            read, size = time.perf_counter() - start, _megabytes() - before
            cells = (f"{indexed:,.0f}", f"{read:.1f} s", f"{size:.0f}")
            for mode, ask in (await _ways(db, words)).items():
                table.add_row(f"{count:,}", mode, *(f"{ms:.1f} ms" for ms in await _percentiles(ask)), *cells)
                cells = ("", "", "")
    out.print(table)


async def _index(db: Database, rows: Sequence[Practice]) -> float:
    """Keep and index passages; return how many a second."""
    start = time.perf_counter()
    for at in range(0, len(rows), 500):
        async with db.begin() as conn:
            await practices.save_all(conn, rows[at : at + 500], Clock().now())
    return len(rows) / (time.perf_counter() - start)


async def _ways(db: Database, words: WordIndex) -> dict[str, Ask]:
    """Return every way to find; models find vectors drawn by chance, which takes them as long as real ones."""
    none, index = Vectors(), Vectors(load_embedders())
    ways = {"words, memory": asking(db, none, words), "words, database": asking(db, none)}
    if index:
        await _pretend_seen(db, index)
        ways["words and meaning"] = asking(db, index, words)
    return ways


async def _pretend_seen(db: Database, index: Vectors) -> None:
    chance = random.Random(1)
    for embedder in index.embedders:
        blobs = vectors.embed(embedder, [vectors.Unseen("", "Of this passage", f"All. {'Are made. ' * 4}")])
        while True:
            async with db.begin() as conn:
                found = await vectors.unseen(conn, embedder, 1000)
                shuffled = [blobs[0][:1] + _shuffled(blobs[0][1:], chance) for _each in found]
                await vectors.keep(conn, embedder, found, shuffled)
            if not found:
                break
    async with db.read() as conn:
        await index.refresh(conn)


def _shuffled(blob: bytes, chance: random.Random) -> bytes:
    at = 2 * chance.randrange(len(blob) // 2)
    return blob[at:] + blob[:at]


def _megabytes() -> float:
    """Return what this process takes of memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


async def _timed(ask: Ask, question: str) -> float:
    start = time.perf_counter()
    await ask(question)
    return (time.perf_counter() - start) * 1000


async def _percentiles(ask: Ask) -> tuple[float, float]:
    taken = sorted([await _timed(ask, row["question"]) for row in lines(HERE / "questions.jsonl")])
    return statistics.median(taken), taken[int(len(taken) * 0.99) - 1]


async def main() -> None:
    """Measure what was asked for, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--speed", nargs="*", type=int, metavar="PASSAGES")
    chosen = parser.parse_args()
    async with knowledge(None) as db:
        index, _seconds = await seen_by_models(db)
        await own_set(_modes(index), db)
    if chosen.folders:
        table = Table("set", "by", "nDCG@10", "MRR", "hit@1", "passages read a second", title="Public sets")
        for folder in chosen.folders:
            await public_set(folder, table, models=bool(index))
        out.print(table)
    if chosen.speed is not None:
        await speed(chosen.speed or [1_000, 10_000])


if __name__ == "__main__":
    asyncio.run(main())
