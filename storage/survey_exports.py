"""Surveys as files: tables of what was said, a workbook of one sheet a question, and a document made for reading."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from bot.rules.attribution import FEWEST, Attribution, Said, count_shown, names_members, without_files
from bot.rules.figures import Tally, tally
from bot.rules.questions import every_label, labels_of, value_order
from storage import people, survey_answers, surveys
from storage.database import Database
from storage.documents import add_table, as_bytes, new_document
from storage.members import Member, all_members
from storage.spreadsheets import Sheet, legal, write_book, write_table, write_whole
from storage.survey_answers import Turnout
from storage.surveys import Question, Survey

COLUMNS = {
    Attribution.ATTRIBUTED: ("member", "delegation", "name", "observer", "on_behalf", "answered_at"),
    Attribution.DELEGATION: ("member", "delegation", "observer", "on_behalf", "answered_at"),
    Attribution.CHATHAM: (),
}
"""What stands beside an answer, by attribution."""
NAMES = {
    Attribution.ATTRIBUTED: "Attributed: delegations and people are named.",
    Attribution.DELEGATION: "Delegation only: people are not named.",
    Attribution.CHATHAM: "Chatham House Rule: nobody and no delegation is named, nor who took part.",
}
OTHERS = "Organisations and others"
FEW = f"fewer than {FEWEST}"
NOT_SHOWN = "not shown, too few"
BOXES = 10


@dataclass(frozen=True)
class _Export:
    """What may be exported of a survey; `asked` are the codes of the delegations that could answer."""

    survey: Survey
    turnout: Turnout
    said: Sequence[Said]
    values: Mapping[int, Sequence[str]]
    members: Mapping[str, Member]
    asked: frozenset[str]

    @property
    def names(self) -> dict[str, str]:
        """Return the members' names by code."""
        return {code: member.name for code, member in self.members.items()}

    def tally(self, question: Question) -> Tally | None:
        """Return a question's figures, as far as they may be shown."""
        closed = self.survey.closed_at is not None
        given = self.values.get(question.number, ())
        return tally(question.spec, given, self.survey.attribution, self.names, closed=closed)

    def count(self, delegations: int) -> str:
        """Return a number of delegations, or that it is too small to be told."""
        told = count_shown(self.survey.attribution, delegations)
        return FEW if told is None else str(told)

    def answers_to(self, question: Question) -> list[Said]:
        """Return what was said to a question."""
        return [each for each in self.said if each.number == question.number]


async def export_file(db: Database, survey_id: int, path: Path, now: datetime) -> int:
    """Write what may be shown of a survey to a file and return how many answers that are.

    By the file's ending it is a table (.csv, .json), a workbook with a sheet for each question (.xlsx) or a document
    for reading (.docx); columns and names are those that the attribution allows. Figures of closed questions are in the
    workbook and the document, and in a table where its lines must not tell who gave them: a line for each answer, with
    how many delegations gave it. Raises NotFound, and BadInput for another ending.
    """
    export = await _gather(db, survey_id, now)
    ending = path.suffix.casefold()
    if ending == ".xlsx":
        write_book(path, _sheets(export))
    elif ending == ".docx":
        write_whole(path, _document(export))
    else:
        beside = COLUMNS[export.survey.attribution] or ("delegations",)
        columns = ("number", "theme", "question", "kind", *beside, "answer", "files")
        write_table(path, columns, _rows(export, columns))
    return len(export.said)


async def _gather(db: Database, survey_id: int, now: datetime) -> _Export:
    async with db.read() as conn:
        survey = await surveys.survey(conn, survey_id)
        turnout = await survey_answers.turnout(conn, survey)
        return _Export(
            survey,
            turnout,
            await survey_answers.said(conn, survey, turnout),
            await survey_answers.values(conn, survey),
            await all_members(conn),
            await people.members_with_voices(conn, now.date()) | set(turnout.members),
        )


def _rows(export: _Export, columns: Sequence[str]) -> Iterable[list[str]]:
    for question in export.survey.questions:
        for answer in export.answers_to(question):
            cells = _cells(export, question, answer)
            yield [cells[name] for name in columns]
        for figure in _figures(export, question):
            yield [figure.get(name, "") for name in columns]


def _figures(export: _Export, question: Question) -> Iterable[dict[str, str]]:
    """Go through the figures of a closed question where its answers are not listed: how many delegations gave each."""
    counted = export.tally(question)
    if counted is None or names_members(export.survey.attribution):
        return
    asked = {
        "number": str(question.number),
        "theme": question.spec.theme,
        "question": question.text,
        "kind": str(question.kind),
    }
    for label, told in _spread(counted):
        yield {**asked, "answer": f"{label}: {told}", "delegations": str(counted.delegations)}
    for label, count in counted.counts.items():
        yield {**asked, "answer": label, "delegations": _told(count)}


def _cells(export: _Export, question: Question, answer: Said) -> dict[str, str]:
    return {
        "number": str(answer.number),
        "theme": question.spec.theme,
        "question": question.text,
        "kind": str(question.kind) if answer.value is not None else "open",
        "member": answer.member or "",
        "delegation": export.names.get(answer.member or "", answer.member or ""),
        "name": "" if answer.on_behalf else answer.name or "",
        "observer": "yes" if answer.observer else "no",
        "on_behalf": "yes" if answer.on_behalf else "no",
        "answered_at": f"{answer.at:%Y-%m-%dT%H:%M:%SZ}" if answer.at else "",
        "delegations": "",
        "answer": without_files(answer),
        "files": "\n".join(f"{each.name} {each.url}".strip() for each in answer.files),
    }


def _participation(export: _Export) -> list[list[str]]:
    """Return a row for each regional group: its name, how many answered, how many were asked, and who answered."""
    if not names_members(export.survey.attribution):
        return []
    regions: dict[str, list[str]] = {}
    for code in export.asked:
        member = export.members.get(code)
        regions.setdefault((member.region if member else "") or OTHERS, []).append(code)
    return [
        [region, str(len(heard)), str(len(codes)), ", ".join(sorted(export.names.get(code, code) for code in heard))]
        for region, codes in sorted(regions.items(), key=lambda pair: (pair[0] == OTHERS, pair[0]))
        for heard in ([code for code in codes if code in export.turnout.members],)
    ]


def _told(count: int | None) -> str:
    return NOT_SHOWN if count is None else str(count)


def _spread(counted: Tally) -> list[tuple[str, str]]:
    labels = ("Mean",) if len(counted.spread) == 1 else ("Lowest", "Middle", "Highest")
    told = [f"{number.normalize():f} {counted.unit}".strip() for number in counted.spread]
    return list(zip(labels, told, strict=False))


# The workbook --------------------------------------------------------------------------------------------------------


def _sheets(export: _Export) -> list[Sheet]:
    return [_overview(export), *(_sheet(export, each) for each in export.survey.questions)]


def _overview(export: _Export) -> Sheet:
    survey = export.survey
    participation = _participation(export)
    rows: list[list[str]] = [
        ["Survey", str(survey.id)],
        ["Title", survey.title],
        ["Attribution", NAMES[survey.attribution]],
        ["Closed" if survey.closed_at else "Open until", f"{survey.deadline:%Y-%m-%d %H:%M} UTC"],
        ["Delegations that have answered", export.count(export.turnout.delegations)],
        [],
        ["Number", "Theme", "Question", "Kind", "Delegations"],
        *(
            [str(q.number), q.spec.theme, q.text, str(q.kind), export.count(export.turnout.by_question[q.number])]
            for q in survey.questions
        ),
    ]
    if participation:
        rows += [[], ["Regional group", "Answered", "Asked", "Who answered"], *participation]
    return Sheet("Overview", rows)


def _sheet(export: _Export, question: Question) -> Sheet:
    columns = (*COLUMNS[export.survey.attribution], "answer", "files")
    counted = export.tally(question)
    figures: list[list[str]] = []
    if counted is not None:
        figures = [*([label, told] for label, told in _spread(counted))]
        figures += [["Answer", "Delegations"], *([label, _told(n)] for label, n in counted.counts.items())]
    cells = [_cells(export, question, each) for each in export.answers_to(question)]
    answers = [list(columns), *([row[name] for name in columns] for row in cells)]
    between: list[list[str]] = [[]] if figures else []
    return Sheet(f"Question {question.number}", [[question.text], *figures, *between, *answers])


# The document --------------------------------------------------------------------------------------------------------


def _document(export: _Export) -> bytes:
    survey = export.survey
    document = new_document(survey.title, "Focal")
    if survey.introduction:
        document.add_paragraph(legal(survey.introduction))
    ends = "Closed" if survey.closed_at else "Open until"
    document.add_paragraph(
        f"Survey {survey.id}. {ends} {survey.deadline:%Y-%m-%d %H:%M} UTC. {NAMES[survey.attribution]}"
    )
    _add_participation(document, export)
    themed = any(each.spec.theme for each in survey.questions)
    for theme, questions in groupby(survey.questions, key=lambda each: each.spec.theme):
        if themed:
            document.add_heading(legal(theme or "Further questions"), 1)
        for question in questions:
            _add_question(document, export, question)
    return as_bytes(document)


def _add_participation(document: Any, export: _Export) -> None:
    document.add_heading("Participation", 1)
    document.add_paragraph(f"Delegations that have answered: {export.count(export.turnout.delegations)}")
    rows = [
        [region, f"{_bar(int(heard), int(asked))} {heard} of {asked}", who]
        for region, heard, asked, who in _participation(export)
    ]
    if rows:
        add_table(document, [["Regional group", "Answered", "Who answered"], *rows], (3.5, 5, 7.5))
    if export.turnout.observers and names_members(export.survey.attribution):
        document.add_paragraph(f"Answers of observers, counted apart: {export.turnout.observers}")


def _bar(part: int, whole: int) -> str:
    """Return a share as ten boxes, so many of them filled."""
    filled = round(BOXES * part / whole) if whole else 0
    return "■" * filled + "□" * (BOXES - filled)


def _add_question(document: Any, export: _Export, question: Question) -> None:
    document.add_heading(legal(f"{question.number}. {question.text}"), 2)
    document.add_paragraph(f"Delegations: {export.count(export.turnout.by_question[question.number])}")
    counted = export.tally(question)
    if counted is not None:
        _add_figures(document, counted)
    answers = export.answers_to(question)
    for label, who in _choosers(export, question, [each for each in answers if each.value is not None]).items():
        _add_said(document, label, ", ".join(who))
    for answer in answers:
        if answer.value is None:
            _add_said(document, _who(export, answer), without_files(answer))
            for file in answer.files:
                document.add_paragraph(legal(f"{file.name} {file.url}".strip()), style="List Bullet")


def _add_figures(document: Any, counted: Tally) -> None:
    spread = ", ".join(f"{label.lower()} {told}" for label, told in _spread(counted))
    if spread:
        document.add_paragraph(legal(f"{spread[0].upper()}{spread[1:]}."))
    rows = [[label, _told(number)] for label, number in counted.counts.items()]
    if rows:
        add_table(document, [["Answer", "Delegations"], *rows], (12, 4))


def _choosers(export: _Export, question: Question, answers: Sequence[Said]) -> dict[str, list[str]]:
    """Return who gave each answer to a closed question, in the order of the answers."""
    chosen: dict[str, list[str]] = {label: [] for label in every_label(question.spec)}
    for each in sorted(answers, key=lambda each: value_order(question.spec, each.value or "")):
        for label in labels_of(question.spec, each.value or "", export.names):
            chosen.setdefault(label, []).append(_who(export, each))
    return {label: who for label, who in chosen.items() if who}


def _add_said(document: Any, who: str, words: str) -> None:
    paragraph = document.add_paragraph()
    if who:
        paragraph.add_run(legal(f"{who}: ")).bold = True
    paragraph.add_run(legal(words))


def _who(export: _Export, answer: Said) -> str:
    member = export.names.get(answer.member or "", answer.member or "")
    name = "" if answer.on_behalf else answer.name or ""
    known = f"{member} ({name})" if member and name else member or name
    notes = [*(["observer"] if answer.observer else []), *(["recorded by the Secretariat"] if answer.on_behalf else [])]
    return ", ".join([known, *notes]) if known else ""
