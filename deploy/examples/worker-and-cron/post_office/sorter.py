"""Sorts letters as they come; it runs beside the page."""

import os
import signal
import time

from post_office.box import Box

COMMIT = os.environ.get("CATALYST_COMMIT", "not a preview")
GREETING = "The sorter is at its table"


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    while True:
        try:
            sort(Box())
        except OSError as error:
            print(f"waiting for the letter box: {error}", flush=True)
            time.sleep(1)


def sort(box: Box) -> None:
    box.ask("SET", "sorter", f"{GREETING}, at {COMMIT[:7]}.")
    while True:
        found = box.ask("BLPOP", "letters", "5")
        if isinstance(found, list) and found:
            box.ask("INCR", "sorted")
            print(f"sorted: {found[-1]}", flush=True)


if __name__ == "__main__":
    main()
