"""Files sent to Focal in a direct message: which one a button means, whose it is, and a place to read it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.rules.files import SharedFile, ending_of
from bot.rules.problems import BadInput, NotFound
from handlers.listening import Click, Focal


def claimed(value: str, parts: int) -> list[str]:
    """Return what a button says of its file; BadInput for what none of Focal's says."""
    said = value.split(":")
    if len(said) != parts or not all(said):
        raise BadInput("This button does not say which file is meant.", "Send the file again.")
    return said


async def sent_by(click: Click, focal: Focal, file_id: str, limit: int) -> SharedFile:
    """Return the file (at most `limit` bytes), if whoever clicked has sent it; NotFound if somebody else has.

    With a button's word alone anybody's could be read.
    """
    file = await focal.slack.file(file_id, limit)
    if file.user_id != click.actor.user_id:
        raise NotFound("This file is not yours.", "Send it yourself.")
    return file


@asynccontextmanager
async def on_disk(file: SharedFile, stem: str) -> AsyncIterator[Path]:
    """Keep the file in a folder of its own, under `stem` and its own ending, as long as it is read."""
    with tempfile.TemporaryDirectory(prefix="focal-") as folder:
        path = Path(folder) / f"{stem}{ending_of(file.name)}"
        await asyncio.to_thread(path.write_bytes, file.content)
        yield path
