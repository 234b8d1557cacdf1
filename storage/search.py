"""The search index: one table of documents and one of postings, the same on every database.

What is indexed is written in the transaction of the change, so that an answer never cites what is gone.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Protocol

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from bot.rules.profile import Network
from bot.rules.words import language_of, terms
from storage.database import Conn, metadata

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("noun_id", String(80), nullable=False),
    Column("title", String(300), nullable=False),
    Column("body", Text, nullable=False),
    Column("who", String(200), nullable=False, server_default=""),
    Column("year", Integer),
    Column("url", String(500), nullable=False, server_default=""),
    Column("audience", String(12), nullable=False),
    Column("length", Integer, nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    UniqueConstraint("kind", "noun_id"),
    Index("ix_documents_size", "audience", "length"),
    # What is in memory is known by this number: it must not come back for another document.
    sqlite_autoincrement=True,
)
postings = Table(
    "postings",
    metadata,
    Column("term", String(48), primary_key=True),
    Column("doc", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("weight", Integer, nullable=False),
    Index("ix_postings_doc", "doc"),
    # Read by term alone: in the key's own order there is no second look for the weight.
    sqlite_with_rowid=False,
)

index_changes = Table(
    "index_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    sqlite_autoincrement=True,
)

AUDIENCES = ("public", "network", "secretariat")
"""Who may read a document, the widest first: whoever may read one may read those before it."""
ONLY_NAMED = ("plan", "question", "presidency", "meeting")
"""Kinds that are found only where a member is named or the kind asked for.

Of plans there is one for each member, alike but for that; a guiding question holds the words of what is asked, and
answers nothing; presidencies and meetings are answered from their tables, and stood in the way of what answers: with
them hit@1 on the project's own questions was 0.87 instead of 0.90.
"""
LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")
CHANGES_KEPT = 1000
TITLE_WEIGHT = 3
SATURATION = 1.2
LENGTH_SHARE = 0.75
"""BM25's k1 and b at their usual values. Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework"."""


@dataclass(frozen=True)
class Document:
    """Something that can be cited. `kind` and `noun_id` name it; `members` are codes of members it is about.

    `who` is the member or organisation it comes from, in words, and may name nobody where attribution forbids it;
    `named` are codes of members that it mentions besides; `audience` is one of AUDIENCES; `language` is one of the six,
    guessed where it is left out.
    """

    kind: str
    noun_id: str
    title: str
    body: str
    who: str = ""
    year: int | None = None
    url: str = ""
    audience: str = "public"
    members: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True)
class Hit:
    """A document that holds some of the terms.

    `score` is BM25; `coverage` is its share, 0 to 1, of what a document would get that holds every term in title and
    body: it can be compared between questions, which a bare score cannot. `id` is its number in the index.
    """

    document: Document
    score: float
    coverage: float
    id: int = 0


class Memory(Protocol):
    """What holds all postings in memory, so that scoring does not have to read them; see `storage.wordindex`."""

    async def is_true(self, conn: Conn) -> bool:
        """Tell whether it holds exactly what this transaction would read."""

    def rarity(self, asked: Sequence[str], readable: Sequence[str]) -> dict[str, float]:
        """Return the inverse document frequency of each term."""

    def best(self, rarity: dict[str, float], narrowing: "Narrowing", limit: int) -> dict[int, float]:
        """Return numbers and scores of the best documents."""


@dataclass(frozen=True)
class Narrowing:
    """Which documents count: for which audiences, of which kinds (any if none), holding one of the terms `about`.

    Unless it is None, only those `among` these numbers count.
    """

    readable: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    among: tuple[int, ...] | None = None


async def index(conn: Conn, *found: Document) -> None:
    """Make documents findable, each in place of what was indexed under its kind and noun id."""
    newest = {(each.kind, each.noun_id): each for each in found}
    for kind in {kind for kind, _ in newest}:
        await _remove(conn, kind, [noun_id for of, noun_id in newest if of == kind])
    for document in newest.values():
        await _write(conn, document)
    if newest:
        await conn.execute(insert(index_changes))


async def forget(conn: Conn, kind: str, *noun_ids: str) -> None:
    """Take documents of one kind out of the index; nothing happens for those that are not there."""
    if await _remove(conn, kind, noun_ids):
        await conn.execute(insert(index_changes))


async def rewrite(conn: Conn, marks: Sequence[str], replace: Callable[[str], str]) -> int:
    """Take words out of every document that holds one of `marks`, and out of what it is found by; return how many."""
    text = documents.c.title + "\n" + documents.c.body + "\n" + documents.c.who
    held = [func.lower(text).contains(mark.lower(), autoescape=True) for mark in marks]
    held += [text.contains(mark, autoescape=True) for mark in marks]
    rows = (await conn.execute(select(documents).where(or_(*held)))).all() if held else []
    for row in rows:
        title, body, who = (replace(each) for each in (row.title, row.body, row.who))
        gone = _every_term(row.title, row.body, row.who) - _every_term(title, body, who)
        digest = hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()
        this = documents.c.id == row.id
        await conn.execute(update(documents).where(this).values(title=title, body=body, who=who, digest=digest))
        await conn.execute(delete(postings).where(postings.c.doc == row.id, postings.c.term.in_(gone)))
    if rows:
        await conn.execute(insert(index_changes))
    return len(rows)


def _every_term(*texts: str) -> set[str]:
    """Return the terms of texts in whatever language they may be: a document does not say which it was indexed in."""
    return {term for language in ("", *LANGUAGES) for text in texts for term in terms(text, language)}


async def state(conn: Conn) -> tuple[int, int]:
    """Return figures that change with every committed change of the index.

    Changes are counted as well as numbered: on PostgreSQL a lower number may be committed after a higher one.
    """
    row = (await conn.execute(select(func.count(), func.coalesce(func.max(index_changes.c.id), 0)))).one()
    return int(row[0]), int(row[1])


async def forget_changes(conn: Conn) -> None:
    """Delete all but the latest rows that say that something changed."""
    _count, newest = await state(conn)
    await conn.execute(delete(index_changes).where(index_changes.c.id <= newest - CHANGES_KEPT))


async def _write(conn: Conn, document: Document) -> None:
    weights = _weights(document)
    values = {
        "kind": document.kind,
        "noun_id": document.noun_id,
        "title": document.title[:300],
        "body": document.body,
        "who": document.who[:200],
        "year": document.year,
        "url": document.url[:500],
        "audience": document.audience,
        "length": sum(weights.values()),
        "digest": hashlib.sha256(f"{document.title[:300]}\n{document.body}".encode()).hexdigest(),
    }
    row = await conn.execute(insert(documents).values(values).returning(documents.c.id))
    key = row.scalar_one()
    if weights:
        rows = [{"term": term, "doc": key, "weight": weight} for term, weight in weights.items()]
        await conn.execute(insert(postings), rows)


async def _remove(conn: Conn, kind: str, noun_ids: Sequence[str]) -> bool:
    gone = (documents.c.kind == kind, documents.c.noun_id.in_(noun_ids))
    await conn.execute(delete(postings).where(postings.c.doc.in_(select(documents.c.id).where(*gone))))
    return (await conn.execute(delete(documents).where(*gone))).rowcount > 0


async def find(
    conn: Conn,
    wanted: Collection[str],
    audience: str = "public",
    limit: int = 10,
    *,
    kinds: Collection[str] = (),
    members: Collection[str] = (),
    among: Collection[int] | None = None,
    memory: Memory | None = None,
) -> list[Hit]:
    """Return up to `limit` documents that `audience` may read and that hold any term of `wanted`, the best first.

    `kinds` narrows them to documents of these kinds, `members` to those about any of these members (codes), which then
    counts like a word, and `among` to these numbers; how rare a word is counts over all that may be read. What is found
    is the same with and without `memory`, which is asked only while it holds what the database does.
    """
    about = tuple(member_term(code) for code in members)
    asked = tuple(dict.fromkeys((*wanted, *about)))
    narrowing = Narrowing(readable(audience), tuple(kinds), about, None if among is None else tuple(among))
    if not asked or among == ():
        return []
    # More than asked for, so that rounding decides between equals alike on every database.
    rarity, scores = await _scored(conn, asked, narrowing, limit + 10, memory)
    found = await by_numbers(conn, scores, audience)
    bound = sum(rarity.values()) * _saturated(TITLE_WEIGHT + 1)
    hits = [
        Hit(document, round(scores[key], 6), min(1.0, round(scores[key] / bound, 4)), key)
        for key, document in found.items()
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.document.kind, hit.document.noun_id))[:limit]


async def _scored(
    conn: Conn, asked: Sequence[str], narrowing: Narrowing, limit: int, memory: Memory | None
) -> tuple[dict[str, float], dict[int, float]]:
    """Return how rare each term is, and the scores of the best documents by their numbers."""
    if memory is not None and await memory.is_true(conn):
        rarity = memory.rarity(asked, narrowing.readable)
        return rarity, memory.best(rarity, narrowing, limit)
    total, average = await _size(conn, narrowing.readable)
    if not total:
        return {}, {}
    rarity = await _rarity(conn, asked, narrowing.readable, total)
    return rarity, await _best(conn, rarity, average, narrowing, limit)


async def rarity(conn: Conn, words: Collection[str], audience: str) -> dict[str, float]:
    """Return how rare each word is among what `audience` may read: its inverse document frequency."""
    audiences = readable(audience)
    total, _ = await _size(conn, audiences)
    return await _rarity(conn, tuple(dict.fromkeys(words)), audiences, total)


def readable(audience: str) -> tuple[str, ...]:
    """Return the audiences whose documents `audience` may read."""
    return AUDIENCES[: AUDIENCES.index(audience) + 1]


async def index_profile(conn: Conn, network: Network) -> None:
    """Index what the profile says of the network's duties, and its guiding questions."""
    who = {"troika": "Troika", "presidency": "Presidency", "secretariat": "Secretariat"}
    for duty in network.duties:
        title = f"{who[duty.who]} duty: {duty.title}"
        body = f"{duty.title}. Who: {who[duty.who]}. When: {duty.rhythm}."
        await index(conn, Document("duty", duty.key, title, body, network.short_name, url=duty.source))
    numbered = enumerate(((group, each) for group in network.guiding_questions for each in group.questions), 1)
    for number, (group, question) in numbered:
        title = f"Guiding question {number}: {group.title}"
        await index(conn, Document("question", f"guiding-{number}", title, question, network.short_name))


def _weights(document: Document) -> Counter[str]:
    weights: Counter[str] = Counter()
    language = document.language or language_of(f"{document.title} {document.body[:2000]}")
    for text, weight in ((document.title, TITLE_WEIGHT), (document.body, 1), (document.who, 1)):
        for term in terms(text, language):
            weights[term] += weight
    for codes, weight in ((document.members, TITLE_WEIGHT), (document.named, 1)):
        for code in codes:
            weights[member_term(code)] += weight
    return weights


def member_term(code: str) -> str:
    """Return the term under which documents about a member stand, in whatever language it is named."""
    return f"@{code.lower()}"


def _saturated(weight: float) -> float:
    return weight * (SATURATION + 1) / (weight + SATURATION)


async def _size(conn: Conn, readable: Sequence[str]) -> tuple[int, float]:
    row = (
        await conn.execute(
            select(func.count().label("total"), func.sum(documents.c.length).label("words")).where(
                documents.c.audience.in_(readable)
            )
        )
    ).one()
    return row.total, max(1.0, float(row.words or 0) / max(1, row.total))


async def _rarity(conn: Conn, asked: Sequence[str], readable: Sequence[str], total: int) -> dict[str, float]:
    """Return the inverse document frequency of each term; one that nothing holds counts as held once."""
    rows = await conn.execute(
        select(postings.c.term, func.count().label("held"))
        .join(documents, documents.c.id == postings.c.doc)
        .where(postings.c.term.in_(asked), documents.c.audience.in_(readable))
        .group_by(postings.c.term)
    )
    held = dict.fromkeys(asked, 1) | {row.term: row.held for row in rows}
    return {term: rareness(total, held[term]) for term in asked}


def rareness(total: int, held: int) -> float:
    """Return the inverse document frequency of a term that so many of all documents hold."""
    return log(1 + (total - held + 0.5) / (held + 0.5))


def _conditions(narrowing: Narrowing) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [documents.c.audience.in_(narrowing.readable)]
    if narrowing.kinds:
        conditions.append(documents.c.kind.in_(narrowing.kinds))
    elif not narrowing.about:
        conditions.append(documents.c.kind.not_in(ONLY_NAMED))
    if narrowing.about:
        conditions.append(documents.c.id.in_(select(postings.c.doc).where(postings.c.term.in_(narrowing.about))))
    if narrowing.among is not None:
        conditions.append(documents.c.id.in_(narrowing.among))
    return conditions


async def _best(
    conn: Conn, rarity: dict[str, float], average: float, narrowing: Narrowing, limit: int
) -> dict[int, float]:
    norm = literal(SATURATION * (1 - LENGTH_SHARE)) + literal(SATURATION * LENGTH_SHARE / average) * documents.c.length
    saturated = literal(SATURATION + 1) * postings.c.weight / (postings.c.weight + norm)
    score = func.sum(case(rarity, value=postings.c.term) * saturated).label("score")
    query = (
        select(documents.c.id, score)
        .join(postings, postings.c.doc == documents.c.id)
        .where(postings.c.term.in_(rarity), *_conditions(narrowing))
        .group_by(documents.c.id)
        .order_by(score.desc(), documents.c.id)
        .limit(limit)
    )
    return {row.id: row.score for row in await conn.execute(query)}


async def by_numbers(conn: Conn, numbers: Collection[int], audience: str) -> dict[int, Document]:
    """Return those documents by their numbers in the index that are still there and that `audience` may read."""
    query = select(documents).where(documents.c.id.in_(tuple(numbers)), documents.c.audience.in_(readable(audience)))
    return {row.id: _document(row) for row in await conn.execute(query)}


async def numbers_of(
    conn: Conn, audience: str, kinds: Collection[str], members: Collection[str]
) -> frozenset[int] | None:
    """Return the numbers of the documents to which kinds and members narrow a search, None if they do not."""
    if not kinds and not members:
        return None
    about = tuple(member_term(code) for code in members)
    query = select(documents.c.id).where(*_conditions(Narrowing(readable(audience), tuple(kinds), about)))
    return frozenset((await conn.execute(query)).scalars())


def _document(row: Row[Any]) -> Document:
    return Document(row.kind, row.noun_id, row.title, row.body, row.who, row.year, row.url, row.audience)
