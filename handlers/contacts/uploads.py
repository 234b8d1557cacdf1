"""Files of contacts that the Secretariat sends in a direct message: looked at first, imported when told to."""

import hashlib
from functools import partial

from bot.rules.files import SharedFile, table_in
from bot.rules.permissions import Deed, may, require
from bot.rules.problems import Changed, Problem
from handlers.contacts import upload_views
from handlers.listening import Answer, Click, Event, Focal, Reply
from handlers.reader import reader_as, reader_of
from handlers.uploads import claimed, on_disk, sent_by
from storage import contacts, outbox
from storage.contacts import ImportReport
from storage.database import Conn
from storage.spreadsheets import FILE_LIMIT


async def on_file(event: Event, focal: Focal, conn: Conn) -> None:
    """Offer the Secretariat to look at a table that it sent; tell anybody else who may import."""
    found = table_in(event.body)
    if found is None or not event.actor.user_id or event.body.get("bot_id"):
        return
    reader = reader_as(event.actor, event._, focal)
    name, ts = str(found["name"]), str(event.body["ts"])
    payload = (
        upload_views.build_offer(reader, name, f"{found['id']}:{ts}")
        if may(event.actor.roles, Deed.CHANGE_ANY_CONTACT)
        else upload_views.build_refusal(reader, name)
    )
    channel = str(event.body["channel"])
    await outbox.post(conn, _key(channel, ts), channel, payload, focal.now())


def _key(channel: str, ts: str) -> str:
    return f"upload:{channel}:{ts}"


async def preview(click: Click, focal: Focal) -> Answer:
    """Say what the file on the button would do, without doing it."""
    require(click.actor, Deed.CHANGE_ANY_CONTACT)
    file_id, ts = claimed(click.value, 2)
    return Reply(click._("I am reading the file."), after=partial(_preview, click, focal, file_id, ts))


async def _preview(click: Click, focal: Focal, file_id: str, ts: str) -> None:
    reader = reader_of(click, focal)
    try:
        file = await sent_by(click, focal, file_id, FILE_LIMIT)
        report = await _import(click, focal, file, dry_run=True)
        payload = upload_views.build_preview(reader, file.name, report, f"{file_id}:{ts}:{_digest(file)}")
    except Problem as problem:
        payload = upload_views.build_problem(reader, problem)
    async with focal.db.begin() as conn:
        await outbox.change(conn, _key(click.channel, ts), payload, focal.now())


async def import_it(click: Click, focal: Focal) -> Answer:
    """Import the file on the button, if it is still the one that was looked at."""
    require(click.actor, Deed.CHANGE_ANY_CONTACT)
    file_id, ts, digest = claimed(click.value, 3)
    return Reply(click._("I am importing the file."), after=partial(_import_it, click, focal, file_id, ts, digest))


async def _import_it(click: Click, focal: Focal, file_id: str, ts: str, digest: str) -> None:
    reader = reader_of(click, focal)
    try:
        file = await sent_by(click, focal, file_id, FILE_LIMIT)
        if _digest(file) != digest:
            raise Changed("The file is not the one that was looked at.", "Send it again.")
        payload = upload_views.build_result(reader, file.name, await _import(click, focal, file, dry_run=False))
    except Problem as problem:
        payload = upload_views.build_problem(reader, problem)
    key = f"imported:{click.channel}:{ts}:{focal.now():%Y%m%d%H%M%S%f}"
    async with focal.db.begin() as conn:
        await outbox.post(conn, key, click.channel, payload, focal.now())


def _digest(file: SharedFile) -> str:
    return hashlib.sha256(file.content).hexdigest()[:16]


async def _import(click: Click, focal: Focal, file: SharedFile, *, dry_run: bool) -> ImportReport:
    async with on_disk(file, "contacts") as path:
        return await contacts.import_file(
            focal.db, focal.gazetteer, path, focal.now(), by=click.actor.user_id, dry_run=dry_run
        )
