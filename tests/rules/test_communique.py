"""How a communiqué is drafted, reads, is hashed, and how two versions of it are compared."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules import communique
from bot.rules.communique import Accepted, Change, Clause, Piece, Text, from_json, to_json
from bot.rules.recommendations import Kind

NAMES = {
    "CI": "Côte d’Ivoire",
    "CL": "Chile",
    "NO": "Norway",
    "JP": "Japan",
    "X-AU": "African Union",
    "X-EU": "European Union",
}
THEMES = {"participation": "Participation", "protection": "Protection", "": ""}
TEXT = Text(
    "Joint Communiqué",
    "Oslo",
    date(2027, 5, 13),
    date(2027, 5, 14),
    hosts=("JP", "NO"),
    present=("NO", "X-EU", "CI", "JP", "X-AU", "CL"),
    others="civil society",
    clauses=(
        Clause(1, "participation", "Encourage members to train women mediators", (4, 7)),
        Clause(2, "participation", "Welcome the roster;", (5,)),
        Clause(3, "protection", "Recommend that courts be set up.", ()),
    ),
)


def opening(text: Text) -> str:
    return communique.opening(text, NAMES.__getitem__, lambda code: code.startswith("X-"), "UN Women")


def test_the_opening_names_whoever_is_present_in_order() -> None:
    """States come first in alphabetical order, then organisations, place and days, hosts, Secretariat and others."""
    assert opening(TEXT) == (
        "We, Chile, Côte d’Ivoire, Japan and Norway, together with African Union and European Union, meeting in Oslo on 13 to "
        "14 May 2027, hosted by Japan and Norway, with UN Women as Secretariat, and with the participation of civil society,"
    )


def test_an_opening_needs_nothing() -> None:
    """Before anybody is ticked the opening speaks of the members, and leaves out what is not known."""
    bare = Text("Draft", "", date(2027, 5, 13), date(2027, 5, 13))

    assert communique.opening(bare, NAMES.__getitem__, lambda _: False, "") == "We, the members of the Network,"


@pytest.mark.parametrize(
    ("kind", "text", "clause"),
    [
        (Kind.RECOMMENDATION, "Offer six-month tours.", "Encourage members to offer six-month tours"),
        (
            Kind.RECOMMENDATION,
            "The roster should be kept up to date",
            "Recommend that the roster should be kept up to date",
        ),
        (Kind.RECOMMENDATION, "Germany should lead", "Recommend that Germany should lead"),
        (Kind.RECOMMENDATION, "NAPs need to be funded", "Recommend the following: NAPs need to be funded"),
        (Kind.RECOMMENDATION, "welcome the pledges made", "Welcome the pledges made"),
        (Kind.RECOMMENDATION, "Former des médiatrices", "Recommend the following: Former des médiatrices"),
        (Kind.RECOMMENDATION, "Budgets", "Recommend the following: Budgets"),
        (Kind.PRACTICE, "Mixed patrols\nin markets", "Welcome the following practice: Mixed patrols in markets"),
        (Kind.LESSON, "Start early;", "Take note of the following lesson: Start early"),
    ],
)
def test_a_clause_begins_with_a_verb(kind: Kind, text: str, clause: str) -> None:
    """Whatever a record says, its first wording as a clause begins with a verb in the present tense."""
    assert communique.clause_text(Accepted(kind, "", text, (1,))) == clause


def test_a_draft_follows_the_themes() -> None:
    """Clauses stand in the order of the network's themes, then of their numbers; each keeps its sources."""
    records = [
        Accepted(Kind.RECOMMENDATION, "", "Offer tours", (1,)),
        Accepted(Kind.RECOMMENDATION, "protection", "Offer courts", (2,)),
        Accepted(Kind.RECOMMENDATION, "participation", "Offer seats", (9, 3)),
        Accepted(Kind.RECOMMENDATION, "participation", "Offer chairs", (4,)),
    ]

    clauses = communique.draft_clauses(records, ["participation", "protection"])

    assert [each.sources for each in clauses] == [(4,), (9, 3), (2,), (1,)]
    assert [each.key for each in clauses] == [1, 2, 3, 4]


def test_it_reads_as_one_text() -> None:
    """Clauses are numbered through under their themes, each ended by a semicolon and the last by a full stop."""
    assert communique.plain_text(TEXT, opening(TEXT), THEMES.__getitem__) == (
        "Joint Communiqué\n\nOslo, 13 to 14 May 2027\n\n"
        f"{opening(TEXT)}\n\n"
        "Participation\n\n1. Encourage members to train women mediators;\n\n2. Welcome the roster;\n\n"
        "Protection\n\n3. Recommend that courts be set up.\n"
    )


def test_markdown_takes_nothing_for_markup() -> None:
    """In Markdown a clause is shown as it stands, with its sources where they are wanted."""
    text = replace(TEXT, clauses=(Clause(1, "protection", "Note *this* [one](x)", (4,)),))

    bare = communique.as_markdown(text, "We,", THEMES.__getitem__)
    sourced = communique.as_markdown(text, "We,", THEMES.__getitem__, {4: "Recommendation 4"})

    assert "## Protection\n\n1. Note \\*this\\* \\[one\\](x).\n" in bare
    assert "1. Note \\*this\\* \\[one\\](x).\n\n    - Recommendation 4\n" in sourced


def test_the_fingerprint_is_that_of_the_words() -> None:
    """The SHA-256 is that of the text in UTF-8: another comma, another fingerprint."""
    assert communique.fingerprint("We,\n") == "f54fc8573f90bd8d91dcb188706b642f2d63da845daa51d7764404cd5106d410"
    assert communique.fingerprint("We\n") != communique.fingerprint("We,\n")


def test_a_text_is_kept_as_it_is() -> None:
    """Written as JSON and read again a text is the same."""
    assert from_json(json.loads(json.dumps(to_json(TEXT)))) == TEXT


def test_clauses_are_changed_one_by_one() -> None:
    """A clause replaces the one with its key, a new one stands behind the last of its theme, and one can go."""
    changed = TEXT.with_clause(Clause(2, "participation", "Keep the roster"))
    added = TEXT.with_clause(Clause(TEXT.next_key, "participation", "Thank the hosts"))

    assert [each.text for each in changed.clauses][1] == "Keep the roster"
    assert [each.key for each in added.clauses] == [1, 2, 4, 3]
    assert [each.key for each in TEXT.without_clause(1).clauses] == [2, 3]


def test_a_comparison_names_every_difference() -> None:
    """What was added, changed, moved and removed is named with its number; what is the same is not."""
    newer = replace(
        TEXT,
        clauses=(
            TEXT.clauses[2],
            Clause(1, "participation", "Encourage members to train women mediators soon"),
            Clause(4, "", "Thank the hosts"),
        ),
    )

    found = communique.compare(TEXT, newer, (opening(TEXT), opening(newer)))

    assert [(each.change, each.where) for each in found] == [
        (Change.MOVED, 1),
        (Change.CHANGED, 2),
        (Change.ADDED, 3),
        (Change.REMOVED, 2),
    ]
    assert found[1].pieces == (Piece(" ", "Encourage members to train women mediators"), Piece("+", " soon"))


def test_a_comparison_sees_the_opening() -> None:
    """A delegation that is added shows as a change before the first clause."""
    newer = replace(TEXT, present=(*TEXT.present, "CI")[:-2])

    found = communique.compare(TEXT, newer, (opening(TEXT), opening(newer)))

    assert [(each.change, each.where) for each in found] == [(Change.CHANGED, 0)]
    assert "".join(piece.words for piece in found[0].pieces if piece.mark == "-") == " Chile,"


@given(st.text(alphabet="ab \n", max_size=30), st.text(alphabet="ab \n", max_size=30))
def test_a_comparison_holds_both_wordings(older: str, newer: str) -> None:
    """Without what came it is the older wording, without what went the newer one."""
    pieces = communique.word_diff(older, newer)

    assert "".join(piece.words for piece in pieces if piece.mark != "+") == older
    assert "".join(piece.words for piece in pieces if piece.mark != "-") == newer


def test_what_changed_is_shown_in_runs_of_words() -> None:
    """Blanks and a word or two that stay by chance do not tear a change apart; longer ones stand as they are."""
    torn = communique.word_diff("Offer tours to young parents", "Fund courts to hear victims")
    apart = communique.word_diff("Offer tours to all young parents now", "Offer courts to all young parents soon")

    assert torn == (Piece("-", "Offer tours to young parents"), Piece("+", "Fund courts to hear victims"))
    assert [piece.mark for piece in apart] == [" ", "-", "+", " ", "-", "+"]
