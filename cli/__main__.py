"""Entry point: `catalyst`, or `python -m cli`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cli.checkout import CheckoutError, open_checkout
from cli.plan import PlanReport, make_report
from cli.terminal import Screen, screen_of
from cli.words import plan_text

OK, FAILED, USAGE = 0, 1, 2
_EPILOG = f"""\
exit codes:
  {OK}  understood
  {FAILED}  nothing to run was found, or .catalyst.yaml is invalid
  {USAGE}  wrong usage, or PATH cannot be read
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        report = make_report(open_checkout(options.path))
    except CheckoutError as error:
        sys.stderr.write(f"catalyst plan: {error}\n")
        return USAGE
    try:
        _print(report, screen_of(sys.stdout), options.path, as_json=options.json)
    except BrokenPipeError:  # `catalyst plan . | head`
        sys.stderr.close()
    return OK if report.is_usable else FAILED


def _print(report: PlanReport, screen: Screen, path: Path, *, as_json: bool) -> None:
    if as_json:
        print(report.model_dump_json(indent=2, ensure_ascii=True))
    else:
        text = plan_text(report, path.resolve().name, screen)
        encoding = sys.stdout.encoding or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding), end="", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="catalyst", description="Pull-request previews.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    plan = commands.add_parser(
        "plan",
        help="show how a checkout is understood, without a server",
        description=(
            "Show what Catalyst would run for the repository in PATH, and why. Works on any checkout without a "
            "server; nothing of the repository is executed."
        ),
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    plan.add_argument(
        "path",
        metavar="PATH",
        type=Path,
        nargs="?",
        default=Path(),
        help="root of the checkout (default: .)",
    )
    plan.add_argument(
        "--json", action="store_true", help="print one JSON document instead of words"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
