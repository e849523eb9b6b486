"""Entry point: `catalyst`, or `python -m cli`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from cli.checkout import Checkout, CheckoutError, open_checkout
from cli.eject import EjectError, eject, generated_build
from cli.plan import PlanReport, make_report
from cli.template import TemplateError, read_template
from cli.terminal import Screen, clean, screen_of
from cli.words import plan_text
from workflows.models import Template, TemplateType

OK, FAILED, USAGE = 0, 1, 2
_EPILOG = f"""\
exit codes:
  {OK}  understood
  {FAILED}  nothing to run was found, .catalyst.yaml is invalid, or nothing can be deployed
  {USAGE}  wrong usage, or PATH or the template cannot be read
"""
Command = Callable[[argparse.Namespace, Checkout], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    run: Command = options.run
    try:
        return run(options, open_checkout(options.path))
    except CheckoutError as error:
        return _fail(options, str(error), USAGE)
    except TemplateError as error:
        return _fail(options, str(error), USAGE)
    except EjectError as error:
        return _fail(options, str(error), FAILED)
    except BrokenPipeError:  # `catalyst plan . | head`
        sys.stderr.close()
        return OK


def _plan(options: argparse.Namespace, checkout: Checkout) -> int:
    template = read_template(options.template) if options.template else Template(type=options.type)
    report = make_report(checkout, template)
    if options.dockerfile:
        _print(generated_build(report).generated)
    else:
        _show(report, screen_of(sys.stdout), options.path, as_json=options.json)
    return OK if report.is_usable else FAILED


def _eject(options: argparse.Namespace, checkout: Checkout) -> int:
    del options
    written = eject(checkout, generated_build(make_report(checkout)))
    _print(
        f"Written: {', '.join(written)}. They are yours now: change them as you like, and commit them.\n"
    )
    return OK


def _fail(options: argparse.Namespace, words: str, code: int) -> int:
    sys.stderr.write(f"catalyst {options.command}: {clean(words)}\n")
    return code


def _show(report: PlanReport, screen: Screen, path: Path, *, as_json: bool) -> None:
    if as_json:
        print(report.model_dump_json(indent=2, ensure_ascii=True))
    else:
        _print(plan_text(report, path.resolve().name, screen))


def _print(text: str) -> None:
    if sys.stdout.isatty():
        text = "\n".join(clean(line.expandtabs()) for line in text.split("\n"))
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), end="", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="catalyst", description="Pull-request previews.")
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True
    )
    plan = _command(
        commands,
        "plan",
        _plan,
        "show what would be deployed of a checkout, without a server",
        "Show what Catalyst would build and run for the repository in PATH, and why. Works on any checkout without "
        "a server; nothing of the repository is executed.",
    )
    with_template = plan.add_mutually_exclusive_group()
    with_template.add_argument(
        "--template",
        metavar="FILE",
        type=Path,
        help="template of the project's settings to plan with, as JSON or YAML",
    )
    with_template.add_argument(
        "--type",
        choices=get_args(TemplateType),
        default="auto",
        help="plan with a template that says no more than its type (default: auto, what the repository turns out to be)",
    )
    shown = plan.add_mutually_exclusive_group()
    shown.add_argument(
        "--json", action="store_true", help="print one JSON document instead of words"
    )
    shown.add_argument(
        "--dockerfile", action="store_true", help="print the generated Dockerfile, and nothing else"
    )
    _command(
        commands,
        "eject",
        _eject,
        "write the generated Dockerfile into a checkout",
        "Write the Dockerfile that Catalyst would generate for the repository in PATH, and its .dockerignore, into "
        "the working tree, so that they can be changed. Files that are there are never overwritten.",
    )
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Command,
    summary: str,
    description: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    command.add_argument(
        "path",
        metavar="PATH",
        type=Path,
        nargs="?",
        default=Path(),
        help="root of the checkout (default: .)",
    )
    return command


if __name__ == "__main__":
    sys.exit(main())
