"""`python -m workspace` runs the small Slack alone, for a bot that runs elsewhere."""

import argparse
import asyncio
import csv
import sys
from datetime import UTC, datetime
from pathlib import Path

from workspace.driver import Workspace
from workspace.problems import DispatchFailed

PATIENCE_SECONDS = 1.0
SAMPLE = Path(__file__).parent / "sample" / "contacts.csv"


async def run(manifest: Path, port: int, request_url: str) -> None:
    """Serve a workspace with the sample people until stopped, and say how a bot reaches it.

    What happens goes to `request_url` once the bot answers there, over the bot's sockets if it is empty.
    """
    async with Workspace.serve(manifest, now=lambda: datetime.now(UTC), port=port) as slack:
        with SAMPLE.open(encoding="utf-8", newline="") as file:
            people = [
                slack.add_user(row["name"], email=row["email"], tz=row["timezone"], title=row["member"])
                for row in csv.DictReader(file)
            ]
        slack.add_channel("general", people, topic="Everybody")
        sys.stdout.write(
            f"The page: {slack.page_url}\n\n"
            f"SLACK_API_URL={slack.api_url}\nSLACK_BOT_TOKEN={slack.bot_token}\nSLACK_APP_TOKEN={slack.app_token}\n"
            f"SLACK_SIGNING_SECRET={slack.signing_secret}\n"
            f"FOCAL_SECRETARIAT={people[0].id}\n"
        )
        sys.stdout.flush()
        if request_url:
            await _delivered(slack, request_url)
            sys.stdout.write(f"What happens goes to {request_url}\n")
            sys.stdout.flush()
        await asyncio.Event().wait()


async def _delivered(slack: Workspace, url: str) -> None:
    """Wait until the bot, which is started after this workspace, takes what is sent to its address."""
    while True:
        try:
            return await slack.deliver_to(url)
        except DispatchFailed:
            await asyncio.sleep(PATIENCE_SECONDS)


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manifest", type=Path, default=Path("manifest.yml"))
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--request-url", default="", help="where the bot takes Slack's requests in HTTP mode")
    chosen = parser.parse_args()
    try:
        asyncio.run(run(chosen.manifest, chosen.port, chosen.request_url))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
