"""`python -m worker`: connect, build, run, stop, in that order."""

import asyncio
import logging
import os
import signal
import sys

from pydantic import ValidationError
from pydantic_settings import SettingsError

from worker.ending import words_of, words_of_settings
from worker.process import run_worker
from worker.settings import WorkerSettings

log = logging.getLogger("worker")


def main() -> int:
    try:
        settings = WorkerSettings()
    except (ValidationError, SettingsError) as error:
        sys.stderr.writelines(f"{line}\n" for line in words_of_settings(error))
        return 2
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # or every health probe is a line
    try:
        asyncio.run(_until_told_to_stop(settings))
    except Exception as error:  # noqa: BLE001  (whatever it is, it has ended the process)
        for line in words_of(error, settings):
            log.error("the worker has ended: %s", line)  # noqa: TRY400  (with a stack where one helps)
        return 1
    return 0


async def _until_told_to_stop(settings: WorkerSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run_worker(settings, stop)


if __name__ == "__main__":
    status = main()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # The SDK's runtime can crash the interpreter on its way out; everything of ours has ended by now.
    os._exit(status)
