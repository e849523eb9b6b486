"""`python -m worker`: connect, build, run, stop, in that order."""

import asyncio
import logging
import os
import signal
import sys

from worker.process import run_worker
from worker.settings import WorkerSettings


def main() -> None:
    settings = WorkerSettings()
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # or every health probe is a line
    try:
        asyncio.run(_until_told_to_stop(settings))
    finally:
        logging.shutdown()
        sys.stdout.flush()
        # The SDK's runtime can crash the interpreter on its way out; everything of ours has ended by now.
        os._exit(1 if sys.exc_info()[0] else 0)


async def _until_told_to_stop(settings: WorkerSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run_worker(settings, stop)


if __name__ == "__main__":
    main()
