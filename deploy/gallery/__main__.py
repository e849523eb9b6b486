"""Writes the page of the examples, or checks that it is what they are.

python -m deploy.gallery --check    # exit 1 when the page is behind, or an example cannot be planned
python -m deploy.gallery --write
"""

import argparse
import sys

from deploy.gallery.examples import ExampleError, read_examples
from deploy.gallery.page import FILE, gallery


def main() -> int:
    parser = argparse.ArgumentParser(description="page of the examples with their plans")
    wish = parser.add_mutually_exclusive_group(required=True)
    wish.add_argument("--write", action="store_true", help="write the page")
    wish.add_argument("--check", action="store_true", help="exit 1 when the page is behind")
    options = parser.parse_args()
    try:
        wanted = gallery(read_examples())
    except ExampleError as error:
        sys.stderr.write(f"deploy/examples: {error}\n")
        return 1
    if options.write:
        FILE.write_text(wanted, encoding="utf-8")
    elif not FILE.exists() or FILE.read_text(encoding="utf-8") != wanted:
        sys.stderr.write(
            "deploy/examples/README.md is behind: run `python -m deploy.gallery --write`\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
