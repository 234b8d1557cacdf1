"""The `focal` command: every subcommand, thin."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from bot.logs import set_up
from bot.rules.problems import BadInput, Problem
from bot.settings import Settings
from storage.database import Database

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Focal, the Slack app of a network of focal points.")
contacts_app = typer.Typer(no_args_is_help=True, help="The directory of contacts.")
practices_app = typer.Typer(no_args_is_help=True, help="The knowledge that answers come from.")
reminders_app = typer.Typer(no_args_is_help=True, help="Reminders of duties.")
survey_app = typer.Typer(no_args_is_help=True, help="Surveys.")
recommendations_app = typer.Typer(no_args_is_help=True, help="The store of recommendations.")
outbox_app = typer.Typer(no_args_is_help=True, help="What waits to be delivered.")
manifest_app = typer.Typer(no_args_is_help=True, help="The app's manifest.")
app.add_typer(contacts_app, name="contacts")
app.add_typer(practices_app, name="practices")
app.add_typer(reminders_app, name="reminders")
app.add_typer(survey_app, name="survey")
app.add_typer(recommendations_app, name="recommendations")
app.add_typer(outbox_app, name="outbox")
app.add_typer(manifest_app, name="manifest")

out = Console()
err = Console(stderr=True)
T = TypeVar("T")
FileIn = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file to read.")]
FileOut = Annotated[Path, typer.Argument(dir_okay=False, help="The file to write; its ending says which format.")]


def main() -> None:
    """Run the command; a problem is said in a sentence and ends with status 1."""
    try:
        app()
    except Problem as problem:
        err.print(f"[red]{problem.said()}[/red] ({problem.code})", highlight=False)
        sys.exit(1)
    except ValidationError as error:
        places = ", ".join(str(each["loc"][0]) for each in error.errors())
        err.print(f"[red]These settings are not valid: {places}.[/red] See docs/operations.md.", highlight=False)
        sys.exit(1)


def _with_database(work: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """Run `work` on the settings' database, brought up to date and with the profile loaded."""

    async def run() -> T:
        from bot.app import prepared

        async with prepared(Settings()) as db:
            return await work(db)

    return asyncio.run(run())


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the page; any free one if 0.")] = 4747,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Start a small Slack on this machine with Focal in it, and open its page."""
    from bot.demo import run_demo

    set_up("WARNING")
    asyncio.run(run_demo(port, open_page=open_page, say=out.print))


@app.command()
def run() -> None:
    """Connect to Slack through Socket Mode and work until stopped."""
    from bot.app import run_socket

    settings = Settings()
    set_up(settings.log_level)
    if not settings.slack_bot_token.get_secret_value() or not settings.slack_app_token.get_secret_value():
        raise BadInput("There are no Slack tokens.", "Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or try `focal demo`.")
    asyncio.run(run_socket(settings))


@app.command()
def serve() -> None:
    """Serve Slack's requests over HTTP and work until stopped."""
    from bot.web import run_http

    settings = Settings()
    set_up(settings.log_level)
    if not settings.slack_bot_token.get_secret_value() or not settings.slack_signing_secret.get_secret_value():
        raise BadInput("Slack's requests cannot be checked.", "Set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET.")
    asyncio.run(run_http(settings))


@app.command()
def ask(
    question: Annotated[
        list[str] | None, typer.Argument(help="The question; one per line on standard input if left out.")
    ] = None,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    top: Annotated[int, typer.Option(min=1, max=50, help="How many sources to show.")] = 3,
) -> None:
    """Answer questions from the knowledge, as an unknown person would be answered."""
    from bot.answering import as_json, as_text, ask_all

    questions = [" ".join(question)] if question else [line.strip() for line in sys.stdin if line.strip()]
    answers = _with_database(lambda db: ask_all(db, Settings(), questions, top))
    for each in answers:
        sys.stdout.write((as_json(each) if json_lines else as_text(each)) + "\n")


@contacts_app.command("import")
def contacts_import(
    file: FileIn,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what every row would do, and write nothing.")] = False,
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="Import nothing if any row is bad.")] = False,
) -> None:
    """Import contacts from CSV, XLSX or vCards (.vcf); bad rows are reported and the rest is imported."""
    from rich.progress import Progress

    from bot.rules.countries import load_gazetteer
    from storage import contacts

    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(file.name, total=None)
        report = _with_database(
            lambda db: contacts.import_file(
                db,
                load_gazetteer(),
                file,
                _now(),
                dry_run=dry_run,
                whole=all_or_nothing,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        )
    _contacts_report(report, dry_run=dry_run)


def _contacts_report(report: Any, *, dry_run: bool) -> None:
    """Say what an import did or would do: endings and likely duplicates row by row, in a dry run every change."""
    from bot.rules.contact_report import planned_line
    from bot.rules.countries import load_gazetteer

    names = load_gazetteer().display_name
    for planned in report.notable:
        out.print("  " + planned_line(str, planned, names), highlight=False, markup=False, soft_wrap=True)
    if report.ignored:
        err.print(f"Columns that mean nothing here: {', '.join(report.ignored)}.", highlight=False, markup=False)
    if dry_run:
        out.print("Nothing was written. Without --dry-run this would be:")
    elif not report.imported:
        err.print("Nothing was imported, because some rows are bad. Without them this would be:")
    _report(report)


@contacts_app.command("export")
def contacts_export(file: FileOut) -> None:
    """Export every contact to CSV, XLSX, JSON or vCards (.vcf)."""
    from storage import contacts

    _written(file, _with_database(lambda db: contacts.export_file(db, file, _now())))


@contacts_app.command("erase")
def contacts_erase(
    who: Annotated[str, typer.Argument(help="A name, an e-mail address or a Slack user id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Erase a person everywhere; what they said for their delegation stays as the delegation's."""
    from bot.rules.erasure import Subject
    from storage import erasure, traces

    found = _with_database(lambda db: _reading(db, lambda conn: erasure.find(conn, who)))
    for each in found:
        known = ", ".join([*sorted(each.users), *(f"contact {key}" for key in each.contacts)])
        out.print(f"{each.name} ({known})", highlight=False, markup=False)
    if len(found) != 1:
        raise BadInput("{count} people are meant.", "Name one by their address or Slack id.", count=len(found))
    if not yes:
        typer.confirm("Erase this person for good?", abort=True)

    async def work(db: Database, subject: Subject) -> dict[str, int]:
        async with db.begin() as conn:
            changed = await erasure.erase(conn, subject, "cli", _now())
        await traces.clear(db, erasure.traced())
        return changed

    changed = _with_database(lambda db: work(db, found[0]))
    out.print(f"Erased. Rows that were deleted or changed: {sum(changed.values())}.")


@practices_app.command("import")
def practices_import(
    file: FileIn,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be imported, and write nothing.")] = False,
    source: Annotated[str, typer.Option(help="Where it is from, for rows that do not say it.")] = "",
    member: Annotated[str, typer.Option(help="Member or organisation it is from, for rows that do not say it.")] = "",
    year: Annotated[int | None, typer.Option(min=1000, max=9999, help="Its year, likewise.")] = None,
    theme: Annotated[str, typer.Option(help="The key of its theme, likewise.")] = "",
    language: Annotated[str, typer.Option(help="Its language (en, fr, es, ar, ru, zh), likewise.")] = "",
    review_on: Annotated[str, typer.Option(help="The day to look at it again (2027-01-31), likewise.")] = "",
    meaning: Annotated[
        bool, typer.Option("--meaning/--words-only", help="Read it for meaning now, rather than by the running bot.")
    ] = True,
) -> None:
    """Import knowledge: JSON Lines, JSON or CSV (`id`, `title`, `text` at least), Markdown, Word (.docx) or PDF."""
    from storage import practice_files, practices

    said = {"source": source, "who": member, "year": year, "theme": theme, "language": language}
    given = practices.parse({**said, "id": "given", "title": "given", "review_on": review_on})

    async def work(db: Database) -> Any:
        holds = {name: getattr(given, name) for name in (*said, "review_on") if getattr(given, name)}
        report = await practice_files.import_file(db, file, _now(), given=holds, dry_run=dry_run)
        if meaning and not dry_run:
            await _see_all(db)
        return report

    report = _with_database(work)
    for twin in report.twins:
        err.print(f"  row {twin.number} says the same as {twin.of}", highlight=False, markup=False)
    if report.removed:
        out.print(f"{report.removed} of this document's earlier passages are no longer in it and were removed.")
    if dry_run:
        out.print("Nothing was written. Without --dry-run this would be:")
    _report(report)


async def _see_all(db: Database) -> None:
    """Have the installed models see what was imported, with a line that shows how far they are."""
    from bot.embedding import load_embedders
    from bot.indexer import Indexer
    from storage.vectors import Vectors
    from storage.wordindex import WordIndex

    index = Vectors(load_embedders(os.cpu_count() or 1) if Settings().models else ())
    if index:
        with err.status("Reading for meaning") as line:
            await Indexer(db, index, WordIndex()).catch_up(
                lambda done, of: line.update(f"Reading for meaning: {done} of {of}")
            )


@practices_app.command("export")
def practices_export(file: FileOut) -> None:
    """Export every practice."""
    from storage import practice_files

    _written(file, _with_database(lambda db: practice_files.export_file(db, file, _now())))


@reminders_app.command("import")
def reminders_import(file: FileIn) -> None:
    """Import reminders from CSV or XLSX with the columns due, to, text, repeat, exact."""
    from storage import reminders

    _report(_with_database(lambda db: reminders.import_file(db, file, _now())))


@reminders_app.command("list")
def reminders_list() -> None:
    """List what is scheduled."""
    from storage import reminders

    table = Table("Nr", "Next (wall time)", "To", "Repeat", "State", "Text")
    for each in _with_database(lambda db: _reading(db, reminders.all_reminders)):
        table.add_row(
            str(each.id), str(each.next_wall or ""), each.audience_words, each.rule or "once", each.state, each.text
        )
    out.print(table)


@survey_app.command("export")
def survey_export(number: Annotated[int, typer.Argument(min=1)], file: FileOut) -> None:
    """Export a survey's answers to CSV, XLSX, JSON or DOCX, as far as its attribution allows."""
    from storage import survey_exports

    _written(file, _with_database(lambda db: survey_exports.export_file(db, number, file, _now())))


@recommendations_app.command("export")
def recommendations_export(file: FileOut) -> None:
    """Export the store to CSV, JSON or Markdown."""
    from storage import recommendations

    _written(file, _with_database(lambda db: recommendations.export_file(db, file, _now())))


@outbox_app.command("list")
def outbox_list() -> None:
    """List what was not delivered, and how much is on its way; what a message says is not shown."""
    from storage import outbox

    async def look(db: Database) -> tuple[dict[str, int], list[outbox.Item]]:
        async with db.read() as conn:
            dead = await outbox.in_state(conn, outbox.State.DEAD)
            doubtful = await outbox.in_state(conn, outbox.State.VERIFY)
            return await outbox.counts(conn), [*dead, *doubtful]

    counts, stuck = _with_database(look)
    out.print(", ".join(f"{state}: {number}" for state, number in sorted(counts.items())) or "The outbox is empty.")
    if stuck:
        table = Table("Nr", "State", "Method", "Channel", "Since", "Reason")
        for item in stuck:
            table.add_row(
                str(item.id),
                item.state,
                item.method,
                item.channel,
                f"{item.created_at:%Y-%m-%d %H:%M} UTC",
                item.error or "",
            )
        out.print(table)


@outbox_app.command("retry")
def outbox_retry(number: Annotated[int, typer.Argument(min=1, help="The number in `focal outbox list`.")]) -> None:
    """Have an undelivered row tried again."""
    from storage import outbox

    async def retry(db: Database) -> bool:
        async with db.begin() as conn:
            return await outbox.retry_dead(conn, number)

    if not _with_database(retry):
        raise BadInput("Row {number} is not among the undelivered ones.", "See `focal outbox list`.", number=number)
    out.print(f"Row {number} will be tried again by the running bot.")


@outbox_app.command("doubt")
def outbox_doubt() -> None:
    """Put all that was on its way in doubt, after PostgreSQL's own restore: Slack is asked before anything is sent."""
    from datetime import UTC, datetime

    from storage import outbox

    async def doubt(db: Database) -> int:
        async with db.begin() as conn:
            return await outbox.verify_all_since(conn, datetime.fromtimestamp(0, UTC))

    out.print(f"{_with_database(doubt)} messages will be looked up in Slack before anything is sent.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="Where the copy goes; it must not exist.")],
) -> None:
    """Copy the SQLite database while the bot runs, and check the copy."""
    from storage.backup import make_backup

    size = asyncio.run(make_backup(Settings().database_url, file))
    out.print(f"Backed up to {file.name} ({size / 1e6:.1f} MB), checked.")


@app.command()
def restore(
    file: FileIn,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the copy in place of a database that holds something.")
    ] = False,
) -> None:
    """Put a backup in place; what was sent since then is looked up in Slack and not sent again."""
    from storage.backup import restore_backup

    doubtful = asyncio.run(restore_backup(Settings().database_url, file, replace=replace))
    out.print(f"Restored from {file.name}. {doubtful} messages will be looked up in Slack before anything is sent.")


@app.command()
def doctor() -> None:
    """Say what is set up and what is missing, without changing anything."""
    from bot.doctor import examine

    findings = asyncio.run(examine(Settings()))
    for finding in findings:
        mark = "[green]ok[/green]  " if finding.good else "[red]look[/red]"
        out.print(f"{mark} {finding.what}", highlight=False)
    raise typer.Exit(0 if all(finding.good for finding in findings) else 1)


@manifest_app.command("check")
def manifest_check(file: Annotated[Path, typer.Argument()] = Path("manifest.yml")) -> None:
    """Compare the manifest with Slack's limits and with what Focal listens to."""
    from bot.app import build_registry
    from bot.rules.manifest import faults

    found = faults(file.read_text(encoding="utf-8"), build_registry())
    for fault in found:
        err.print(f"[red]{fault}[/red]", highlight=False)
    if found:
        raise typer.Exit(1)
    out.print("The manifest and the listeners name the same commands, events and shortcuts.")


async def _reading(db: Database, verb: Callable[..., Awaitable[T]]) -> T:
    async with db.read() as conn:
        return await verb(conn)


def _now() -> Any:
    from bot.clock import Clock

    return Clock().now()


def _written(file: Path, rows: int) -> None:
    out.print(f"Wrote {rows} rows to {file.name}.")


def _report(report: Any) -> None:
    out.print(
        f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged, {len(report.bad)} not imported."
    )
    for bad in report.bad:
        err.print(f"  row {bad.number}: {bad.reason}", highlight=False, markup=False, soft_wrap=True)
    if report.bad:
        raise typer.Exit(2)
