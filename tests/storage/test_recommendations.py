"""How recommendations are kept, found, endorsed, decided on and written to files."""

import csv
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.rules.attribution import Attribution
from bot.rules.permissions import Actor, Role
from bot.rules.problems import AlreadyDone, BadInput, Changed, Closed, NotFound
from bot.rules.recommendations import Kind, NewRecommendation, State, Wanted, Wording, put_forward_by, said_by
from bot.rules.words import terms
from storage import audit, meetings, members, people, practices, recommendations, search
from storage.database import Conn, Database, metadata
from storage.members import Member
from storage.recommendations import Recommendation

ANA = Actor("UANA", "Ana", "NA", frozenset({Role.FOCAL_POINT}))
BO = Actor("UBO", "Bo", "NO", frozenset({Role.FOCAL_POINT}))
OSLO = date(2025, 6, 3)
MEETING = {"kind": "capital-level", "title": "Oslo", "starts_on": OSLO, "ends_on": OSLO}


@pytest.fixture
async def conn(db: Database, clock: Clock) -> AsyncIterator[Conn]:
    async with db.begin() as conn:
        for code, name, region in (("NA", "Namibia", "African"), ("NO", "Norway", "WEOG"), ("DE", "Germany", "WEOG")):
            await members.save(conn, Member(code, name, "state", region, True))
        for actor in (ANA, BO):
            values = {"user_id": actor.user_id, "name": f"{actor.name} Example", "seen_at": clock.now()}
            await conn.execute(people.people.insert().values(values))
        yield conn


def said(text: str = "Open posts to mothers", by: Actor = ANA, **more: Any) -> NewRecommendation:
    return said_by(put_forward_by(NewRecommendation(Kind.RECOMMENDATION, text, **more), by), by)


async def proposed(conn: Conn, clock: Clock, text: str = "Open posts to mothers", **more: Any) -> Recommendation:
    return await recommendations.propose(conn, said(text, **more), clock.now())


async def found(conn: Conn, words: str, audience: str = "network") -> list[str]:
    return [hit.document.noun_id for hit in await search.find(conn, terms(words), audience)]


async def texts(conn: Conn) -> str:
    """Return every cell of every table."""
    rows = [await conn.execute(select(table)) for table in metadata.sorted_tables if table.name != "people"]
    return "\n".join(str(row) for found in rows for row in found)


async def test_a_proposal_is_kept(conn: Conn, clock: Clock) -> None:
    """What was proposed comes back under its number with who said it, and as proposed."""
    record = await proposed(conn, clock, theme="protection", question="What works?", url="https://slack.test/1")

    assert await recommendations.recommendation(conn, record.number) == record
    assert (record.state, record.version, record.theme) == (State.PROPOSED, 1, "protection")
    assert (record.member, record.author, record.author_name) == ("NA", "UANA", "Ana Example")
    assert (record.question, record.url, record.proposed_at) == ("What works?", "https://slack.test/1", clock.now())


async def test_a_number_nobody_gave_is_not_found(conn: Conn) -> None:
    """A record that does not exist is said not to."""
    with pytest.raises(NotFound, match="There is no number 9"):
        await recommendations.recommendation(conn, 9)


async def test_a_source_makes_one_record(conn: Conn, clock: Clock) -> None:
    """The same message or form makes one record, and whoever comes second is told its number."""
    record = await proposed(conn, clock, source="C1:1.1")

    with pytest.raises(AlreadyDone, match=f"it is number {record.number}"):
        await proposed(conn, clock, "In other words", source="C1:1.1")
    assert await recommendations.of_source(conn, "C1:1.1") == record.number
    assert await recommendations.of_source(conn, "C1:1.2") is None


async def test_the_chatham_house_rule_holds_in_every_table(conn: Conn, clock: Clock) -> None:
    """No table tells who said it, who put it forward, for whom, or in which message."""
    await proposed(conn, clock, attribution=Attribution.CHATHAM, source="C1:1.1")

    kept = await texts(conn)
    assert "Open posts to mothers" in kept
    assert not [secret for secret in ("UANA", "'NA'", "C1:1.1") if secret in kept.replace("('NA', 'Namibia'", "")]


@pytest.mark.parametrize("attribution", [Attribution.DELEGATION, Attribution.CHATHAM])
async def test_a_name_that_may_not_be_shown_is_not_read(conn: Conn, clock: Clock, attribution: Attribution) -> None:
    """Only where it is attributed does a record bear its author's name."""
    record = await proposed(conn, clock, attribution=attribution)

    assert record.author_name == ""


async def test_what_is_proposed_can_be_found(conn: Conn, clock: Clock) -> None:
    """A proposal is found at once by the network, in the name of its delegation, and by nobody outside."""
    record = await proposed(conn, clock, url="https://slack.test/1")

    (hit,) = await search.find(conn, terms("mothers"), "network")
    assert (hit.document.kind, hit.document.who, hit.document.url) == (
        "recommendation",
        "Namibia",
        "https://slack.test/1",
    )
    assert hit.document.title == f"Recommendation {record.number}: Open posts to mothers"
    assert await found(conn, "mothers", "public") == []


async def test_an_index_names_no_more_than_allowed(conn: Conn, clock: Clock) -> None:
    """Under the Chatham House Rule the index names no delegation and cannot be asked for one."""
    await proposed(conn, clock, attribution=Attribution.CHATHAM)

    (hit,) = await search.find(conn, terms("mothers"), "network")
    assert hit.document.who == ""
    assert await search.find(conn, (search.member_term("NA"),), "network") == []


@pytest.mark.parametrize("to", [State.DECLINED, State.WITHDRAWN])
async def test_what_was_turned_down_is_not_cited(conn: Conn, clock: Clock, to: State) -> None:
    """Declined or withdrawn, a record leaves the index; taken up again, it is back."""
    record = await proposed(conn, clock)
    if to is State.WITHDRAWN:
        await recommendations.withdraw(conn, record.number, "UANA", clock.now(), "")
    else:
        await recommendations.decide(conn, record.number, to, "USEC", clock.now(), "Not ours to say")

    assert await found(conn, "mothers") == []
    if to is State.DECLINED:
        await recommendations.decide(conn, record.number, State.UNDER_REVIEW, "USEC", clock.now())
        assert len(await found(conn, "mothers")) == 1


async def test_a_withdrawn_text_is_forgotten(conn: Conn, clock: Clock) -> None:
    """After it was taken back no table holds its words, and its number stays taken."""
    record = await proposed(conn, clock, url="https://slack.test/1", place="C1:1.1")
    await recommendations.edit(
        conn, record.number, 1, Wording("Open posts to mothers soon", Kind.LESSON), "USEC", clock.now(), "Clearer"
    )

    gone = await recommendations.withdraw(conn, record.number, "UANA", clock.now(), "Said too early")

    assert "mothers" not in await texts(conn)
    assert (gone.state, gone.text, gone.url, gone.reason) == (State.WITHDRAWN, "", "", "Said too early")
    assert (await proposed(conn, clock, "Another")).number > record.number


async def test_the_list_narrows(conn: Conn, clock: Clock) -> None:
    """Each filter keeps to what it names, several to what all of them name, the newest first."""
    first = await proposed(conn, clock, "Open posts to mothers", theme="protection")
    second = await proposed(conn, clock, "Train observers early", by=BO, theme="prevention")
    third = await proposed(conn, clock, "Train mothers as observers", by=BO, attribution=Attribution.CHATHAM)
    await recommendations.decide(conn, second.number, State.ACCEPTED, "USEC", clock.now())

    async def listed(**parts: Any) -> tuple[int, ...]:
        return await recommendations.numbers(conn, Wanted(**parts), "NA")

    assert await listed() == (third.number, second.number, first.number)
    assert await listed(themes=("protection", "prevention")) == (second.number, first.number)
    assert await listed(members=("NO",)) == (second.number,)
    assert await listed(states=(State.PROPOSED,)) == (third.number, first.number)
    assert await listed(kinds=(Kind.LESSON,)) == ()
    assert await listed(regions=("WEOG",)) == (second.number,)
    assert await listed(mine=True) == (first.number,)
    assert await listed(words=terms("mother")) == (third.number, first.number)
    assert await listed(words=terms("training observer"), members=("NO",)) == (second.number,)


async def test_the_list_narrows_by_reach(conn: Conn, clock: Clock) -> None:
    """What is addressed to a member, or to all, has certain tags, or belongs to a meeting, is listed alone."""
    meeting = (
        await conn.execute(meetings.meetings.insert().values(MEETING).returning(meetings.meetings.c.id))
    ).scalar()
    one = await proposed(conn, clock, "One", addressees=("NO", "JP"), tags=("childcare", "tours"))
    two = await proposed(conn, clock, "Two", tags=("tours",), meeting_id=meeting)
    await proposed(conn, clock, "Three", addressees=("CL",))

    asked = [
        await recommendations.numbers(conn, wanted)
        for wanted in (Wanted(to=("NO",)), Wanted(tags=("tours", "childcare")), Wanted(meetings=(meeting or 0,)))
    ]

    assert asked == [(two.number, one.number), (one.number,), (two.number,)]
    assert ((await recommendations.recommendation(conn, two.number)).meeting, one.addressees) == ("Oslo", ("NO", "JP"))


async def test_the_list_leaves_out_what_was_turned_down(conn: Conn, clock: Clock) -> None:
    """Declined records are listed only when asked for."""
    record = await proposed(conn, clock)
    await recommendations.decide(conn, record.number, State.DECLINED, "USEC", clock.now(), "No")

    assert await recommendations.numbers(conn, Wanted()) == ()
    assert await recommendations.numbers(conn, Wanted(states=(State.DECLINED,))) == (record.number,)


async def test_a_delegation_endorses_once(conn: Conn, clock: Clock) -> None:
    """Whoever of a delegation endorses, it counts once, whoever clicks twice."""
    record = await proposed(conn, clock)
    await recommendations.endorse(conn, record.number, "NO", "UBO", clock.now())

    with pytest.raises(AlreadyDone, match="Your delegation endorses number 1 already"):
        await recommendations.endorse(conn, record.number, "NO", "UEVA", clock.now())
    await recommendations.endorse(conn, record.number, "DE", "UEVA", clock.now())
    assert (await recommendations.recommendation(conn, record.number)).endorsed_by == ("DE", "NO")


async def test_an_endorsement_is_withdrawn_and_renewed(conn: Conn, clock: Clock) -> None:
    """Anybody of the delegation may withdraw and renew it; withdrawing what is not there is told so."""
    number = (await proposed(conn, clock)).number
    await recommendations.endorse(conn, number, "NO", "UBO", clock.now())

    withdrawn = await recommendations.withdraw_endorsement(conn, number, "NO", "UEVA", clock.now())
    with pytest.raises(AlreadyDone, match="Your delegation does not endorse number"):
        await recommendations.withdraw_endorsement(conn, number, "NO", "UBO", clock.now())
    renewed = await recommendations.endorse(conn, number, "NO", "UBO", clock.now())

    assert (withdrawn.endorsed_by, renewed.endorsed_by) == ((), ("NO",))


async def test_no_endorsement_names_a_person(conn: Conn, clock: Clock) -> None:
    """The table of endorsements holds delegations; who clicked stands in the audit log alone."""
    number = (await proposed(conn, clock)).number
    await recommendations.endorse(conn, number, "NO", "UBO", clock.now())

    rows = list(await conn.execute(select(recommendations.endorsements)))
    assert "UBO" not in str(rows)
    assert [each.actor for each in await audit.of_subject(conn, f"recommendation {number}")] == ["UANA", "UBO"]


async def test_what_was_turned_down_takes_no_endorsement(conn: Conn, clock: Clock) -> None:
    """A declined record can neither be endorsed nor lose an endorsement."""
    number = (await proposed(conn, clock)).number
    await recommendations.endorse(conn, number, "NO", "UBO", clock.now())
    await recommendations.decide(conn, number, State.DECLINED, "USEC", clock.now(), "No")

    with pytest.raises(Closed, match="is declined, so endorsements cannot change"):
        await recommendations.endorse(conn, number, "DE", "UEVA", clock.now())
    with pytest.raises(Closed):
        await recommendations.withdraw_endorsement(conn, number, "NO", "UBO", clock.now())


async def test_every_change_is_kept(conn: Conn, clock: Clock) -> None:
    """Each version stays with who made it, when and why."""
    record = await proposed(conn, clock, theme="protection")
    clock.advance(hours=1)
    await recommendations.edit(
        conn, record.number, 1, Wording("Open all posts", Kind.PRACTICE, "prevention"), "USEC", clock.now(), "Wider"
    )
    await recommendations.decide(conn, record.number, State.DECLINED, "UBO", clock.now(), "Too wide")

    history = await recommendations.history(conn, record.number)
    assert [(each.version, each.by, each.by_name, each.text, each.reason) for each in history] == [
        (1, "UANA", "Ana Example", "Open posts to mothers", ""),
        (2, "USEC", "", "Open all posts", "Wider"),
        (3, "UBO", "Bo Example", "Open all posts", "Too wide"),
    ]
    assert [each.state for each in history] == [State.PROPOSED, State.PROPOSED, State.DECLINED]
    assert history[1].at - history[0].at == timedelta(hours=1)


async def test_an_edit_moves_the_record_in_the_index(conn: Conn, clock: Clock) -> None:
    """An edited record is found by its new words and kind alone."""
    record = await proposed(conn, clock)

    wording = Wording("Train observers", Kind.LESSON)
    await recommendations.edit(conn, record.number, 1, wording, "USEC", clock.now(), "")

    assert await found(conn, "mothers") == []
    hits = await search.find(conn, terms("observers"), "network")
    assert [hit.document.kind for hit in hits] == ["lesson"]


async def test_two_editors_do_not_overwrite_each_other(conn: Conn, clock: Clock) -> None:
    """Whoever edits what has changed meanwhile is told so, and nothing changes."""
    record = await proposed(conn, clock)
    edit = (conn, record.number, 1)
    await recommendations.edit(*edit, Wording("One", Kind.RECOMMENDATION), "USEC", clock.now(), "")

    with pytest.raises(Changed):
        await recommendations.edit(*edit, Wording("Two", Kind.RECOMMENDATION), "UBO", clock.now(), "")
    assert (await recommendations.recommendation(conn, record.number)).text == "One"


async def test_an_edit_that_changes_nothing_is_none(conn: Conn, clock: Clock) -> None:
    """The same text, kind and theme make no new version."""
    record = await proposed(conn, clock)

    with pytest.raises(AlreadyDone, match="Nothing was changed"):
        await recommendations.edit(conn, record.number, 1, record.wording, "USEC", clock.now(), "")


async def test_a_missing_address_is_filled_in(conn: Conn, clock: Clock) -> None:
    """A record with a place and no address is asked for until it has one, and is then cited with it."""
    record = await proposed(conn, clock, place="C1:1.1")
    await proposed(conn, clock, "Typed by hand")
    missing = await recommendations.without_url(conn)

    await recommendations.set_url(conn, record.number, "C1:1.1", "https://slack.test/1")

    assert [each.number for each in missing] == [record.number]
    assert await recommendations.without_url(conn) == ()
    (hit,) = await search.find(conn, terms("mothers"), "network")
    assert hit.document.url == "https://slack.test/1"


async def test_an_address_comes_too_late_for_what_was_withdrawn(conn: Conn, clock: Clock) -> None:
    """An address that was asked for before a record was taken back does not bring its place back."""
    record = await proposed(conn, clock, place="C1:1.1")
    await recommendations.withdraw(conn, record.number, "UANA", clock.now(), "")

    await recommendations.set_url(conn, record.number, "C1:1.1", "https://slack.test/1")

    assert (await recommendations.recommendation(conn, record.number)).url == ""


# The same thing said twice -------------------------------------------------------------------------------------------


async def test_what_says_much_the_same_is_found(conn: Conn, clock: Clock) -> None:
    """Of what the store holds the likest comes first, and what says something else does not come at all."""
    near = await proposed(conn, clock, "Offer short tours to parents of young children")
    nearer = await proposed(conn, clock, "Parents of young children should be offered short tours")
    await proposed(conn, clock, "Publish vacancies early")

    found = await recommendations.similar(conn, "Offer parents of young children short tours", 0.4)
    without = await recommendations.similar(conn, near.text, 0.4, near.number)

    assert {each.number for each in found} == {near.number, nearer.number}
    assert [each.number for each in without] == [nearer.number]


async def test_imported_practices_are_not_offered(conn: Conn, clock: Clock) -> None:
    """Practices that were imported are no records of the store, whatever their id."""
    practice = practices.Practice("1", "Short tours", "Offer short tours to parents of young children")
    await practices.save(conn, practice, clock.now())

    assert await recommendations.similar(conn, "Offer short tours to parents of young children", 0.2) == ()


async def test_a_merge_keeps_endorsements(conn: Conn, clock: Clock) -> None:
    """The record that stays is endorsed by whoever endorsed either, each delegation once."""
    one, other = await proposed(conn, clock), await proposed(conn, clock, "Another", by=BO)
    for number, member in ((one.number, "NO"), (other.number, "NO"), (other.number, "DE")):
        await recommendations.endorse(conn, number, member, "UBO", clock.now())

    merged = await recommendations.merge(conn, other.number, one.number, "USEC", clock.now(), "Twice")

    kept = await recommendations.recommendation(conn, one.number)
    assert (merged.state, merged.merged_into, kept.endorsed_by) == (State.MERGED, one.number, ("DE", "NO"))
    assert [each.number for each in await recommendations.parts_of(conn, one.number)] == [other.number]


@pytest.mark.parametrize(("endorsed_later", "endorsers"), [(True, ("NO",)), (False, ())])
async def test_the_later_word_of_a_delegation_counts(
    conn: Conn, clock: Clock, endorsed_later: bool, endorsers: tuple[str, ...]
) -> None:
    """Who withdrew from the one that stays, and endorses the other, is counted if that came later."""
    one, other = await proposed(conn, clock), await proposed(conn, clock, "Another")
    if not endorsed_later:
        await recommendations.endorse(conn, other.number, "NO", "UBO", clock.now())
        clock.advance(hours=1)
    await recommendations.endorse(conn, one.number, "NO", "UBO", clock.now())
    await recommendations.withdraw_endorsement(conn, one.number, "NO", "UBO", clock.now())
    if endorsed_later:
        clock.advance(hours=1)
        await recommendations.endorse(conn, other.number, "NO", "UBO", clock.now())

    await recommendations.merge(conn, other.number, one.number, "USEC", clock.now(), "")

    assert (await recommendations.recommendation(conn, one.number)).endorsed_by == endorsers


async def test_what_was_merged_moves_along(conn: Conn, clock: Clock) -> None:
    """When the record that stayed becomes part of a third, so does everything that was part of it."""
    numbers = [(await proposed(conn, clock, text)).number for text in ("One", "Two", "Three")]
    await recommendations.merge(conn, numbers[0], numbers[1], "USEC", clock.now(), "")

    await recommendations.merge(conn, numbers[1], numbers[2], "USEC", clock.now(), "")

    assert [each.number for each in await recommendations.parts_of(conn, numbers[2])] == numbers[:2]
    with pytest.raises(Closed, match="Number 2 is merged, so nothing can become part of it"):
        await recommendations.merge(conn, numbers[2], numbers[1], "USEC", clock.now(), "")
    with pytest.raises(BadInput, match="part of itself"):
        await recommendations.merge(conn, numbers[2], numbers[2], "USEC", clock.now(), "")


# Files ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def filled(db: Database, clock: Clock) -> Database:
    """Return a database with three records: one attributed and endorsed, one under Chatham, one withdrawn."""
    async with db.begin() as conn:
        for code, name in (("NA", "Namibia"), ("NO", "Norway")):
            await members.save(conn, Member(code, name, "state", "African", True))
        values = {"user_id": "UANA", "name": "Ana Example", "seen_at": clock.now()}
        await conn.execute(people.people.insert().values(values))
        first = said("=HYPERLINK(1) *for* [mothers](x)\n# of all", theme="protection", url="https://slack.test/1")
        await recommendations.propose(conn, first, clock.now())
        await recommendations.endorse(conn, 1, "NO", "UBO", clock.now())
        second = replace(said("Train early"), attribution=Attribution.CHATHAM, question="What works?")
        await recommendations.propose(conn, second, clock.now())
        await recommendations.propose(conn, said("Too early"), clock.now())
        await recommendations.withdraw(conn, 3, "UANA", clock.now(), "")
    return db


async def test_the_store_is_written_as_csv(filled: Database, clock: Clock, tmp_path: Path) -> None:
    """The table has a row for each record but those withdrawn, and no cell of it acts as a formula."""
    file = tmp_path / "store.csv"

    rows = await recommendations.export_file(filled, file, clock.now())

    with file.open(encoding="utf-8", newline="") as opened:
        table = list(csv.DictReader(opened))
    assert (rows, [row["number"] for row in table]) == (2, ["1", "2"])
    assert table[0]["text"].startswith("'=HYPERLINK(1)")
    assert (table[0]["delegation"], table[0]["author"], table[0]["endorsed_by"]) == (
        "Namibia",
        "Ana Example",
        "Norway",
    )
    assert [table[1][name] for name in ("member", "delegation", "author", "proposed_by")] == ["", "", "", ""]
    assert file.stat().st_mode & 0o777 == 0o600


async def test_the_store_is_written_as_json(filled: Database, clock: Clock, tmp_path: Path) -> None:
    """JSON keeps numbers and lists as they are."""
    file = tmp_path / "store.json"

    await recommendations.export_file(filled, file, clock.now())

    first, second = json.loads(file.read_text(encoding="utf-8"))
    assert (first["number"], first["endorsements"], first["endorsed_by"]) == (1, 1, ["Norway"])
    assert (first["source"], first["state"], first["proposed_at"]) == (
        "https://slack.test/1",
        "proposed",
        "2026-03-02T10:00:00Z",
    )
    assert (second["attribution"], second["question"], second["member"]) == ("chatham", "What works?", "")


async def test_the_store_is_written_as_markdown(filled: Database, clock: Clock, tmp_path: Path) -> None:
    """Markdown lists the records by theme, and nothing that was typed is taken for markup."""
    file = tmp_path / "store.md"

    await recommendations.export_file(filled, file, clock.now())

    text = file.read_text(encoding="utf-8")
    assert "## protection\n\n- **1.** \\=HYPERLINK(1) \\*for\\* \\[mothers\\](x)\n  \\# of all\n" in text
    assert "  - from: Namibia, Ana Example\n  - endorsed by: Norway\n  - source: <https://slack.test/1>\n" in text
    assert "- **2.** Train early\n  - recommendation, proposed\n  - question: What works?\n" in text


async def test_another_ending_is_refused(filled: Database, clock: Clock, tmp_path: Path) -> None:
    """A file that Focal cannot write is not written."""
    with pytest.raises(BadInput, match=r"End its name in \.csv"):
        await recommendations.export_file(filled, tmp_path / "store.pdf", clock.now())
    assert list(tmp_path.glob("store.*")) == []
