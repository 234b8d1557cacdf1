"""How the shipped knowledge comes into the database: once per version of it, and never over what people changed."""

import csv
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.rules.profile import Network
from storage import communiques, duties, meetings, members, practices
from storage.database import Conn
from storage.installation import first_time
from storage.members import Member
from storage.presidencies import set_presidency
from storage.search import index_profile

SEED = Path(__file__).parent / "wps"


async def seed(conn: Conn, network: Network, now: datetime) -> None:
    """Load what the profile ships into an empty database; into one that has it, only duties that are new."""
    await duties.load(conn, network.duties)
    if not await first_time(conn, "seed"):
        return
    await _members(conn)
    await _presidencies(conn)
    await practices.seed(conn, json.loads((SEED / "practices.json").read_text(encoding="utf-8")), now)
    await practices.seed(conn, _plans(), now)
    await meetings.seed(conn, _yaml("meetings.yaml"))
    await communiques.seed(conn, _yaml("communiques.yaml"))
    await index_profile(conn, network)


def _yaml(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((SEED / name).read_text(encoding="utf-8"))
    return rows


async def _members(conn: Conn) -> None:
    with (SEED / "members.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            await members.save(
                conn, Member(row["code"], row["name"], row["kind"], row["group"], row["group_confirmed"] == "yes")
            )


def _plans() -> list[dict[str, Any]]:
    """Return what is confirmed of each national action plan, as a fact that can be cited."""
    with (SEED / "naps.csv").open(encoding="utf-8", newline="") as file:
        return [_plan(row) for row in csv.DictReader(file)]


def _plan(row: dict[str, str]) -> dict[str, Any]:
    first, latest = row["first_year"], row["latest_period"]
    known = [
        f"The first plan is of {first}." if first else "",
        f"The latest one known is for {latest}." if latest else "",
    ]
    return {
        "id": f"NAP-{row['code']}",
        "kind": "plan",
        "title": f"{row['name']}: years of its plan",
        "text": " ".join(
            [f"{row['name']} has a national action plan on women, peace and security.", *filter(None, known)]
        ),
        "theme": "nap",
        "who": row["name"],
        "year": (first or latest)[:4],
        "url": row["source"].split(" ; ")[0],
        "language": "en",
    }


async def _presidencies(conn: Conn) -> None:
    for row in _yaml("presidencies.yaml"):
        year = int(row["year"])
        await set_presidency(
            conn, str(year), date(year, 1, 1), date(year, 12, 31), tuple(row["members"]), row["source"]
        )
