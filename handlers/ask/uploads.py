"""Documents that the Secretariat sends in a direct message: looked at first, kept as sources when told to."""

from functools import partial

from bot.rules.files import SharedFile, document_in
from bot.rules.permissions import Deed, may, require
from bot.rules.problems import Problem
from handlers.ask import upload_views
from handlers.listening import Answer, Click, Event, Focal, Reply
from handlers.uploads import claimed, on_disk, sent_by
from storage import outbox
from storage.database import Conn
from storage.practice_files import DOCUMENT_LIMIT, import_file
from storage.practices import ImportReport


async def on_file(event: Event, focal: Focal, conn: Conn) -> None:
    """Offer the Secretariat to look at a document that it sent; tell anybody else who may import."""
    found = document_in(event.body)
    if found is None or not event.actor.user_id or event.body.get("bot_id"):
        return
    name, channel, ts = str(found["name"]), str(event.body["channel"]), str(event.body["ts"])
    payload = (
        upload_views.build_offer(event._, name, f"{found['id']}:{ts}")
        if may(event.actor.roles, Deed.ANSWER_QUESTIONS)
        else upload_views.build_refusal(event._, name)
    )
    await outbox.post(conn, _key(channel, ts), channel, payload, focal.now())


def _key(channel: str, ts: str) -> str:
    return f"document:{channel}:{ts}"


async def preview(click: Click, focal: Focal) -> Answer:
    """Say what the document on the button holds, without keeping it."""
    require(click.actor, Deed.ANSWER_QUESTIONS)
    file_id, ts = claimed(click.value, 2)
    return Reply(click._("I am reading the file."), after=partial(_preview, click, focal, file_id, ts))


async def _preview(click: Click, focal: Focal, file_id: str, ts: str) -> None:
    try:
        file = await sent_by(click, focal, file_id, DOCUMENT_LIMIT)
        report = await _import(focal, file, dry_run=True)
        payload = upload_views.build_preview(click._, file.name, report, f"{file_id}:{ts}")
    except Problem as problem:
        payload = upload_views.build_problem(click._, problem)
    async with focal.db.begin() as conn:
        await outbox.change(conn, _key(click.channel, ts), payload, focal.now())


async def import_it(click: Click, focal: Focal) -> Answer:
    """Keep the passages of the document on the button; the same document again changes nothing."""
    require(click.actor, Deed.ANSWER_QUESTIONS)
    file_id, ts = claimed(click.value, 2)
    return Reply(click._("I am importing the file."), after=partial(_import_it, click, focal, file_id, ts))


async def _import_it(click: Click, focal: Focal, file_id: str, ts: str) -> None:
    try:
        file = await sent_by(click, focal, file_id, DOCUMENT_LIMIT)
        payload = upload_views.build_result(click._, file.name, await _import(focal, file, dry_run=False))
    except Problem as problem:
        payload = upload_views.build_problem(click._, problem)
    async with focal.db.begin() as conn:
        await outbox.change(conn, _key(click.channel, ts), payload, focal.now())


async def _import(focal: Focal, file: SharedFile, *, dry_run: bool) -> ImportReport:
    async with on_disk(file, "document") as path:
        return await import_file(focal.db, path, focal.now(), dry_run=dry_run, name=file.name)
