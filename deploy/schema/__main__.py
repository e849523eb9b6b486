"""Writes the JSON Schema of `.catalyst.yaml`, or checks that it is what the model says.

python -m deploy.schema --check    # exit 1 when the file is behind
python -m deploy.schema --write
"""

import argparse
import json
import sys
from pathlib import Path

from workflows.repo_config import json_schema

FILE = Path(__file__).with_name("catalyst.schema.json")


def main() -> int:
    parser = argparse.ArgumentParser(description="JSON Schema of .catalyst.yaml")
    wish = parser.add_mutually_exclusive_group(required=True)
    wish.add_argument("--write", action="store_true", help="write the file")
    wish.add_argument("--check", action="store_true", help="exit 1 when the file is behind")
    options = parser.parse_args()
    wanted = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    if options.write:
        FILE.write_text(wanted, encoding="utf-8")
    elif not FILE.exists() or FILE.read_text(encoding="utf-8") != wanted:
        sys.stderr.write(f"{FILE.name} is behind: run `python -m deploy.schema --write`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
