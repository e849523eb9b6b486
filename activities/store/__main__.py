"""`python -m activities.store upgrade`: bring the database up to date before the processes start."""

import argparse
import os
import sys

from activities.store.migrate import upgrade
from workflows.errors import StoreError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m activities.store", description=__doc__)
    parser.add_argument("command", choices=["upgrade"])
    parser.add_argument(
        "--database",
        default=os.environ.get("CATALYST_API_DATABASE_URL", "sqlite+aiosqlite:///catalyst.db"),
        help="SQLAlchemy URL (default: CATALYST_API_DATABASE_URL, else %(default)s)",
    )
    arguments = parser.parse_args()
    try:
        upgrade(arguments.database)
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
