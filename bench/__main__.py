"""`make bench`: each figure, the floor it is held against, and their ratio, which holds from machine to machine."""

import asyncio
import logging
import os
import platform
import sys

from bench import acks, queues, schedules, startup
from bench.figures import show
from bench.rigs import database_urls


async def main() -> None:
    """Measure on both databases and print."""
    with database_urls() as urls:
        for name, url in urls.items():
            sys.stdout.write(f"{name} …\n")
            show(f"Acknowledgements, {name}", await acks.measure(name, url))
            show(f"Queues, {name}", await queues.measure(name, url))
    show("Schedules", schedules.measure())
    show("Start and memory, SQLite", startup.measure())


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    cores = len(os.sched_getaffinity(0))
    sys.stdout.write(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}\n")
    asyncio.run(main())
