"""Empties the letter boxes of the village; it runs by the clock, and ends."""

from datetime import UTC, datetime

from post_office.box import Box

LETTERS = ("a postcard from the lake", "the bill of the baker", "a letter without a sender")


def main() -> None:
    box = Box()
    for letter in LETTERS:
        box.ask("RPUSH", "letters", letter)
    now = f"{datetime.now(UTC):%H:%M}"
    box.ask("SET", "collected", now)
    print(f"collected {len(LETTERS)} letters at {now}", flush=True)


if __name__ == "__main__":
    main()
