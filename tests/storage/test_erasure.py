"""A person is taken out of every table, whatever their letters, and namesakes keep what is theirs."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.rules.calls import Say, Slot
from bot.rules.people import Profile
from bot.rules.words import terms
from storage import audit, calls, contacts, erasure, outbox, people, search, sightings, traces
from storage.calls import Guest
from storage.database import Conn, Database, metadata
from storage.search import Document

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
NAME, EMAIL, USER = "Élodie Ngô-Ünal", "elodie@fr.example", "U0ELODIE1"


async def term(conn: Conn, member: str, name: str, email: str = "", user_id: str | None = None) -> int:
    """Store a contact and return its id."""
    row = {"member": member, "name": name, "role": "alternate", "email": email, "user_id": user_id, "updated_at": NOW}
    return int(
        (await conn.execute(insert(contacts.contacts).values(row).returning(contacts.contacts.c.id))).scalar_one()
    )


async def met(conn: Conn, user_id: str, name: str, email: str) -> None:
    await people.save(conn, Profile(user_id, "T1", name, email, "UTC", "fr-FR", False, False, False), NOW)


async def everything(db: Database) -> str:
    async with db.read() as conn:
        tables = [list(await conn.execute(select(table))) for table in metadata.sorted_tables]
    return "\n".join(str(tuple(row)) for rows in tables for row in rows)


async def erase(db: Database, text: str) -> None:
    async with db.begin() as conn:
        (subject,) = await erasure.find(conn, text)
        await erasure.erase(conn, subject, "U0SEC", NOW)


async def test_no_trace_stays_in_any_table(db: Database) -> None:
    """Contacts of several terms, the log with before and after, what waits to be sent and the index forget them."""
    async with db.begin() as conn:
        await met(conn, USER, NAME, EMAIL)
        first = await term(conn, "FR", NAME)
        await term(conn, "FR", NAME, EMAIL, USER)
        other = await term(conn, "NA", "Ndapewa Shikongo", "n@na.example", "U0OTHER")
        await audit.note(
            conn, NOW, USER, "change contact", f"contact {first}", before={"name": NAME}, after={"email": EMAIL}
        )
        await audit.note(conn, NOW, "U0SEC", "assign", "duty 1", to=[USER], said=f"for {NAME}, {EMAIL.upper()}")
        await conn.execute(
            insert(sightings.sightings).values(contact_id=other, viewer=USER, day=NOW.date(), fields="email")
        )
        slot = Slot(NOW + timedelta(days=5), {"FR": 30})
        guests = [Guest(USER, "FR", "Europe/Paris"), Guest("U0OTHER", "NA", "Africa/Windhoek")]
        call = await calls.open_call(conn, USER, 60, [slot], guests, NOW + timedelta(days=3), NOW)
        await calls.answer(conn, next(iter(call.slots)), "FR", Say.YES, USER, NOW)
        await outbox.post(conn, f"left:{USER}:1", "C1", {"text": "x"}, NOW)
        await outbox.post(conn, "news", "C1", {"text": f"Ask {NAME} <@{USER}>"}, NOW)
        await search.index(conn, Document("practice", "9", "Mediation", f"{NAME} leads the mediators.", language="fr"))

    await erase(db, EMAIL)
    cleared = await traces.clear(db, erasure.traced())

    left = await everything(db)
    async with db.read() as conn:
        asked = [await search.find(conn, terms(word, "fr")) for word in ("Ünal", "mediators")]
        sent = await outbox.by_key(conn, "news")
        (record,) = [row for row in await conn.execute(select(audit.audit)) if row.deed == erasure.DEED]
    assert not [mark for mark in (NAME, "Ngô", EMAIL, USER) if mark.casefold() in left.casefold()]
    assert cleared
    assert "Ndapewa Shikongo" in left
    assert [len(hits) for hits in asked] == [0, 1]
    assert sent is not None
    assert sent.payload["text"].startswith("Ask [erased] <@erased-")
    assert record.actor == "U0SEC"
    assert record.details["changed"]["contacts"] == 2


async def test_a_namesake_keeps_what_is_theirs(db: Database) -> None:
    """Another person of the same name, and a mailbox that two share, stay as they are."""
    async with db.begin() as conn:
        await term(conn, "PT", "Maria Silva", "desk@pt.example")
        await term(conn, "BR", "Maria Silva", "maria@br.example")
        await term(conn, "PT", "Inês Prado", "desk@pt.example")
        await audit.note(conn, NOW, "cli", "note", "survey 1", said="Maria Silva, desk@pt.example, maria@br.example")

    await erase(db, "maria@br.example")

    async with db.read() as conn:
        (line,) = await audit.of_subject(conn, "survey 1")
        left = [row.email for row in await conn.execute(select(contacts.contacts).order_by(contacts.contacts.c.id))]
    assert line.details == {"said": "Maria Silva, desk@pt.example, [erased]"}
    assert left == ["desk@pt.example", "desk@pt.example"]


async def test_an_id_within_another_is_another(db: Database) -> None:
    """Where one Slack id is the beginning of a longer one, the longer one stays."""
    async with db.begin() as conn:
        await met(conn, "U0ANA", "Ana Example", "ana@cl.example")
        await audit.note(conn, NOW, "U0ANAB", "assign", "duty 1", to="U0ANA", also="U0ANAB")

    await erase(db, "U0ANA")

    async with db.read() as conn:
        (line,) = await audit.of_subject(conn, "duty 1")
    assert (line.actor, line.details["also"]) == ("U0ANAB", "U0ANAB")
    assert line.details["to"].startswith("erased-")


@pytest.mark.parametrize("text", ["", "  ", "nobody@x.example", "Ünal Élodie Nobody", "999"])
async def test_what_means_nobody_finds_nobody(db: Database, text: str) -> None:
    """An empty text, another address and further words find nobody to erase."""
    async with db.begin() as conn:
        await term(conn, "FR", NAME, EMAIL, USER)

        assert await erasure.find(conn, text) == ()


async def test_somebody_erased_is_never_written_to(db: Database) -> None:
    """Where the mark of somebody erased stands as a recipient, nobody is reached."""
    async with db.read() as conn:
        assert await people.by_ids(conn, ["erased-1a2b3c4d"]) == ()
