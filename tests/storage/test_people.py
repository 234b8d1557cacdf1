"""Slack users belong to the contacts they are, and to no other."""

from datetime import UTC, datetime
from typing import Any

from bot.rules.contact_rows import Entry
from bot.rules.contacts import Contact, ContactRole
from bot.rules.people import Profile
from storage import contacts, people
from storage.database import Database

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


async def met(db: Database, user_id: str, email: str, **more: Any) -> None:
    values = {"external": False, "deleted": False, "is_bot": False, **more}
    async with db.begin() as conn:
        await people.save(conn, Profile(user_id, "T1", user_id, email, "UTC", "en-US", **values), NOW)


async def added(db: Database, email: str = "ana@na.example", name: str = "Ana") -> Contact:
    async with db.begin() as conn:
        return await contacts.add(conn, Entry("NA", name, ContactRole.FOCAL_POINT, email=email), "U0", NOW)


async def linked(db: Database, held: Contact) -> str | None:
    async with db.read() as conn:
        return (await contacts.contact(conn, held.id)).user_id


async def test_an_address_links_whoever_comes_second(db: Database) -> None:
    """A contact is linked to the user with its address, whether the user or the contact was known first."""
    await met(db, "U1", "ana@na.example")
    first = await added(db)
    second = await added(db, "tuli@na.example", "Tuli")
    await met(db, "U2", "tuli@na.example")

    assert [await linked(db, each) for each in (first, second)] == ["U1", "U2"]


async def test_people_of_another_workspace_are_not_linked_by_their_address(db: Database) -> None:
    """An address that another workspace vouches for links nobody, in either order."""
    await met(db, "U1", "ana@na.example", external=True)
    held = await added(db)
    await met(db, "U1", "ana@na.example", external=True)

    assert await linked(db, held) is None


async def test_a_new_address_ends_the_link_that_the_old_one_made(db: Database) -> None:
    """Whose address in Slack is another one now is no longer who bears the old one; an unknown one changes nothing."""
    held = await added(db)
    await met(db, "U1", "ana@na.example")

    await met(db, "U1", "")
    unknown = await linked(db, held)
    await met(db, "U1", "ana@elsewhere.example")

    assert (unknown, await linked(db, held)) == ("U1", None)


async def test_who_leaves_the_home_workspace_is_no_longer_linked(db: Database) -> None:
    """Somebody who belongs to another workspace by now keeps nothing that an address gave them."""
    held = await added(db)
    await met(db, "U1", "ana@na.example")

    await met(db, "U1", "ana@na.example", external=True)

    assert await linked(db, held) is None


async def test_the_secretariats_links_stay(db: Database) -> None:
    """A link made by hand is for people of any workspace, and no address undoes it or what was unlinked by hand."""
    guest, not_her = await added(db), await added(db, "tuli@na.example", "Tuli")
    async with db.begin() as conn:
        await contacts.link_by_hand(conn, guest.id, "U9", "U0", NOW)
        await contacts.link_by_hand(conn, not_her.id, "U8", "U0", NOW)
        await contacts.link_by_hand(conn, not_her.id, None, "U0", NOW)

    await met(db, "U9", "guest@other.example", external=True)
    await met(db, "U2", "tuli@na.example")

    assert [await linked(db, each) for each in (guest, not_her)] == ["U9", None]


async def test_a_new_account_takes_the_place_of_a_deactivated_one(db: Database) -> None:
    """Somebody whose account was deactivated keeps the contact until another account has their address."""
    held = await added(db)
    await met(db, "U1", "ana@na.example")
    await met(db, "U1", "ana@na.example", deleted=True)
    gone = await linked(db, held)

    await met(db, "U2", "ana@na.example")

    assert (gone, await linked(db, held)) == ("U1", "U2")


async def test_a_corrected_address_links_the_person_it_belongs_to(db: Database) -> None:
    """Correcting a contact's address links its owner; one that nobody has leaves the contact with its person."""
    await met(db, "U1", "ana@na.example")
    await met(db, "U2", "ana.n@na.example")
    held = await added(db)

    async with db.begin() as conn:
        moved = await contacts.change(conn, held.id, 1, {"email": "ana.n@na.example"}, "U0", NOW)
        kept = await contacts.change(conn, held.id, moved.version, {"email": "office@na.example"}, "U0", NOW)

    assert (moved.user_id, kept.user_id) == ("U2", "U2")


async def test_an_empty_address_links_nobody(db: Database) -> None:
    """A contact without an address and a user without one are not the same person."""
    held = await added(db, "")

    await met(db, "U1", "")

    assert await linked(db, held) is None
