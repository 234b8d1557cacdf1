"""Answers on the command line: the same words, without Slack."""

import json
from collections.abc import Sequence

from bot.clock import Clock
from bot.embedding import load_embedders
from bot.languages import translator
from bot.rules.countries import load_gazetteer
from bot.rules.files import SharedFile
from bot.rules.permissions import Actor
from bot.rules.problems import NotFound
from bot.settings import Settings
from handlers.ask.answering import Answered, answer_text
from handlers.listening import Focal
from storage.database import Database
from storage.profile import load_network
from storage.vectors import Vectors
from storage.wordindex import WordIndex

WORTH_READING = 10
"""For fewer questions than this the whole index is not read into memory."""
SOMEBODY = Actor("", "somebody")
"""Whoever types on the command line is answered as an unknown person would be: with what is public."""


class NoSlack:
    """Stands where there is no Slack: nothing is sent and nothing is found."""

    async def send_file(self, user_id: str, name: str, content: bytes, text: str) -> None:
        """Send nothing."""

    async def file(self, file_id: str, most: int) -> SharedFile:
        """Have no files."""
        raise NotFound("There is no Slack here to read a file of at most {most} bytes from.", file=file_id, most=most)

    async def permalink(self, channel: str, ts: str) -> str:
        """Know no address."""
        return ""

    def address(self, channel: str, ts: str) -> str:
        """Know no address."""
        return ""

    def tell_status(self, channel: str, thread_ts: str, status: str) -> None:
        """Show nothing."""

    async def is_in(self, channel: str) -> bool:
        """Be nowhere."""
        return False


async def nobody_known(user_id: str) -> Actor:
    """Know nobody: without Slack there is nobody to ask."""
    return Actor(user_id, user_id)


async def ask_all(db: Database, settings: Settings, questions: Sequence[str], top: int) -> list[Answered]:
    """Answer each question with up to `top` sources."""
    network = load_network(settings.network)
    vectors, words = Vectors(load_embedders() if settings.models else ()), WordIndex()
    async with db.read() as conn:
        await vectors.refresh(conn)
        if len(questions) >= WORTH_READING:
            await words.refresh(conn)
    focal = Focal(
        db,
        Clock().now,
        network,
        load_gazetteer(),
        NoSlack(),
        nobody_known,
        translator,
        settings.secretariat,
        vectors=vectors,
        words=words,
    )
    return [await answer_text(focal, SOMEBODY, question, top) for question in questions]


def as_json(answered: Answered) -> str:
    """Return one line of JSON: question, answered, text, and hits with id, kind, title and score."""
    hits = [{"id": h.id, "kind": h.kind, "title": h.title, "score": round(h.score, 4)} for h in answered.hits]
    line = {"question": answered.question, "answered": answered.answered, "text": answered.text, "hits": hits}
    return json.dumps(line, ensure_ascii=False)


def as_text(answered: Answered) -> str:
    """Return question and answer for a person to read."""
    return f"{answered.question}\n{answered.text}\n"
