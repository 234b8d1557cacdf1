"""The meetings that the network is known to have had."""

from datetime import date
from typing import Any

import pytest
import yaml

from storage import meetings
from storage.database import Database
from storage.profile import SHIPPED

ROWS: list[dict[str, Any]] = yaml.safe_load((SHIPPED.parent / "meetings.yaml").read_text(encoding="utf-8"))
SUMMIT = {
    "kind": "capital-level",
    "title": "Sixth capital-level meeting",
    "place": "Montevideo",
    "starts_on": date(2026, 5, 4),
    "ends_on": date(2026, 5, 6),
    "notes": "",
    "source": "Letter of the chair",
}


async def seeded(db: Database, *rows: dict[str, Any]) -> None:
    async with db.begin() as conn:
        await meetings.seed(conn, rows)


async def test_the_shipped_meetings_are_kept_once(db: Database) -> None:
    """Every shipped meeting has a source and comes in once, however often it is loaded."""
    await seeded(db, *ROWS)
    await seeded(db, *ROWS)

    async with db.read() as conn:
        found = await meetings.all_meetings(conn)

    assert len(found) == len(ROWS)
    assert all(each.source and each.starts_on <= each.ends_on for each in found)


async def test_no_next_meeting_is_invented(db: Database) -> None:
    """After the newest known meeting there is none, and the last one is told instead."""
    await seeded(db, *ROWS)

    async with db.read() as conn:
        following = await meetings.next_meeting(conn, date(2026, 3, 2))
        last = await meetings.last_meeting(conn, date(2026, 3, 2))

    assert following is None
    assert last is not None
    assert last.starts_on == date(2025, 9, 24)


@pytest.mark.parametrize(("day", "known"), [(3, True), (6, True), (7, False)])
async def test_a_meeting_is_the_next_one_until_its_last_day_is_over(db: Database, day: int, known: bool) -> None:
    """A meeting under way still counts as the next one; the day after it does not."""
    await seeded(db, SUMMIT)

    async with db.read() as conn:
        found = await meetings.next_meeting(conn, date(2026, 5, day))

    assert (found is not None) == known


async def test_a_meeting_of_an_unknown_kind_is_refused(db: Database) -> None:
    """A profile with a kind that does not exist is not loaded."""
    with pytest.raises(ValueError, match="retreat"):
        await seeded(db, {**SUMMIT, "kind": "retreat"})
