"""`deploy/examples/README.md`: every example with the plan that Catalyst makes of it."""

from collections.abc import Iterator

from cli.checkout import open_checkout
from cli.plan import make_report
from deploy.gallery.examples import DIRECTORY, Example, ExampleError
from workflows.models import RevisionPlan, SourceCommit, Template
from workflows.planning.plans import plan_text
from workflows.planning.plans.several.joining import join_plans
from workflows.planning.plans.several.parts import Part
from workflows.planning.plans.several.settings import path_of, template_of

FILE = DIRECTORY / "README.md"
_INTRODUCTION = """\
# Examples

Small applications, each a repository as people have them. Every one is a test: `tests/e2e/examples` opens a pull request
for it on a real cluster, looks at its page, pushes a change and closes it. None of them downloads packages, so they also run
on the local stack.

The plans below are what Catalyst makes of each, with the template that its README names. `catalyst plan PATH` prints
the same of any checkout, without a server (`--template` takes a file with such a template); `catalyst eject PATH` writes
a generated Dockerfile into it. The program is `.venv/bin/catalyst`, which `make setup` makes.

<!-- Written by `make format`, checked by `make check`; change the examples, not this page. -->
"""


def gallery(examples: list[Example]) -> str:
    """The page. Raises ExampleError when an example cannot be planned."""
    plans = {each.name: plan_of(each) for each in examples}
    rows = [
        f"| [{each.name}](#{each.name}) | {each.title} | {each.template.type} | {_what(plans[each.name])} |"
        for each in examples
    ]
    table = [
        "| example | what it is | template | what becomes of it |",
        "| --- | --- | --- | --- |",
    ]
    sections = ["\n".join(_section(each, plans[each.name])) for each in examples]
    return "\n".join([_INTRODUCTION, *table, *rows, "", *sections])


def plan_of(example: Example) -> RevisionPlan:
    """What would be built and deployed for a commit that stands for any. Raises ExampleError."""
    template = example.template
    if not example.sources:
        return _planned(example.name, template)
    parts = [
        Part(
            name,
            path_of(template, name),
            _planned(f"{example.name}/{name}", template_of(template, name)),
        )
        for name in example.sources
    ]
    others = [
        SourceCommit(
            name=part.name,
            repository_id=at,
            repository=f"acme/{part.name}",
            installation=1,
            branch="main",
            commit=part.plan.commit,
        )
        for at, part in enumerate(parts[1:], 2)
    ]
    return join_plans(parts[0], parts[1:], others)


def _planned(name: str, template: Template) -> RevisionPlan:
    report = make_report(open_checkout(DIRECTORY / name), template)
    if report.plan is None:
        said = " ".join((*(each.message for each in report.problems), *report.refusals))
        raise ExampleError(f"{name} cannot be planned: {said}")
    return report.plan


def _what(plan: RevisionPlan) -> str:
    """Where the image comes from, and what installs it."""
    built = [
        "a generated Dockerfile" if build.generated else f"`{build.dockerfile}`"
        for build in plan.builds
    ]
    images = [*built, *(["an image that others build"] if plan.images else [])]
    chart = {
        "repository": f"its own chart in `{plan.release.chart}`",
        "remote": "a chart of a chart repository",
        "catalyst": "Catalyst's chart for applications",
        "manifests": "its own manifests",
    }[plan.release.source]
    return f"{' and '.join(images) or 'no image is built'}; {chart}"


def _section(example: Example, plan: RevisionPlan) -> Iterator[str]:
    yield f"## {example.name}\n"
    yield f"[{example.title}]({example.name}/README.md). {example.summary}\n"
    yield f"```text\n{plan_text(plan)}```\n"
    for build in plan.builds:
        if build.generated:
            yield "<details><summary>The generated Dockerfile</summary>\n"
            yield f"```dockerfile\n{build.generated.strip()}\n```\n"
            yield "</details>\n"
