"""What `catalyst plan` has to say about a checkout, as a value."""

from typing import Literal

from activities.documents import (
    DocumentError,
    TextError,
    build_tree,
    complete_tree,
    decode,
    read_document,
)
from cli.assumed import assumed_request, describe
from cli.checkout import Checkout
from workflows.errors import UserMustFixError
from workflows.models import (
    ApplicationKind,
    Payload,
    RepositoryTree,
    RevisionPlan,
    Template,
    TemplateType,
    Understanding,
)
from workflows.planning.detection import understand
from workflows.planning.plans import make_plan, reading_of, settle
from workflows.repo_config import (
    FILE_NAME,
    NOT_USED_YET,
    ConfigError,
    Marks,
    Problem,
    RepoConfig,
    absent,
    overrides_of,
    parse_config,
)
from workflows.repo_config.problems import nowhere

_OTHER_NAMES = (".catalyst.yml", "catalyst.yaml", "catalyst.yml", ".catalyst.json")
_GRANTED = ("template", "secrets", "resources", "ttl", "egress")
"""What only the project's settings can confirm."""
AUTO = Template(type="auto")


class PlanReport(Payload):
    """The answer of `catalyst plan --json`. Fields are only ever added."""

    format: Literal[1] = 1
    understanding: Understanding
    config: RepoConfig | None = None
    """None when there is no `.catalyst.yaml`, or an invalid one."""
    problems: tuple[Problem, ...] = ()
    """Of `.catalyst.yaml`; with any of them nothing would be deployed."""
    not_used_yet: tuple[str, ...] = ()
    """Keys of the config that are checked and change nothing so far."""
    to_be_granted: tuple[str, ...] = ()
    """Keys of the config that are compared with what the project grants, once it is known."""
    notes: tuple[str, ...] = ()
    """What was left out of the checkout, in full sentences."""
    files: int = 0
    template: TemplateType = "auto"
    """Type of the template it was planned with."""
    plan: RevisionPlan | None = None
    """What would be built and deployed, for a commit and an environment that stand for any; None when nothing would."""
    refusals: tuple[str, ...] = ()
    """Why there is no plan, apart from `problems`: the first says it, the others go into detail."""

    @property
    def is_usable(self) -> bool:
        """Whether a preview of this checkout would run something."""
        if self.problems or self.plan is None:
            return False
        application = self.plan.application
        is_found = application is None or application.kind is not ApplicationKind.NONE
        return is_found or any(build.component == "web" for build in self.plan.builds)


def make_report(checkout: Checkout, template: Template = AUTO) -> PlanReport:
    """Read, check, understand, plan. Raises nothing: what cannot be read is a part of the answer."""
    config, problems, mark = _read_config(checkout)
    tree = build_tree(checkout.paths, checkout.read)
    understanding = understand(tree, overrides_of(config or RepoConfig(version=1)))
    said = config.model_fields_set if config else set()
    plan: RevisionPlan | None = None
    refusals: tuple[str, ...] = ()
    if not problems:
        plan, refusals = _plan(checkout, tree, config, template, mark)
    return PlanReport(
        understanding=understanding,
        config=None if problems else config,
        problems=problems,
        template=template.type,
        plan=plan,
        refusals=refusals,
        not_used_yet=tuple(key for key in NOT_USED_YET if key in said),
        to_be_granted=tuple(key for key in _GRANTED if key in said),
        notes=(*checkout.notes, *_misnamed(checkout), *_alone(template)),
        files=len(checkout.paths),
    )


def _plan(
    checkout: Checkout,
    tree: RepositoryTree,
    config: RepoConfig | None,
    template: Template,
    mark: Marks,
) -> tuple[RevisionPlan | None, tuple[str, ...]]:
    request = assumed_request(config, template)
    try:
        complete = complete_tree(tree, reading_of(request, config), checkout.read)
        settled = settle(request, complete, config, mark)
        return make_plan(settled, describe(checkout, settled)), ()
    except UserMustFixError as error:
        return None, tuple(dict.fromkeys((str(error), *error.excerpt, error.hint)))


def _read_config(
    checkout: Checkout,
) -> tuple[RepoConfig | None, tuple[Problem, ...], Marks]:
    if FILE_NAME not in checkout.paths:
        return None, (), nowhere
    try:
        document = read_document(decode(checkout.read(FILE_NAME)), FILE_NAME)
        config = parse_config(document.value, document.mark, document.written)
    except ConfigError as error:
        return None, error.problems, nowhere
    except DocumentError as error:
        return None, (_problem(error.problem, error.line, error.column),), nowhere
    except TextError as error:
        return None, (_problem(str(error)),), nowhere
    except OSError as error:
        return None, (_problem(f"cannot be read: {error.strerror}"),), nowhere
    return config, absent(config, checkout.paths, document.mark), document.mark


def _problem(message: str, line: int = 1, column: int = 1) -> Problem:
    return Problem(line=line, column=column, key="", message=message)


def _alone(template: Template) -> list[str]:
    if not template.sources:
        return []
    listed = ", ".join(f"`{each.source}`" for each in template.sources)
    return [f"Planned by itself: what the template lets come along of {listed} is not here."]


def _misnamed(checkout: Checkout) -> list[str]:
    if FILE_NAME in checkout.paths:
        return []
    found = [name for name in _OTHER_NAMES if name in checkout.paths]
    return [f"`{name}` is not read; the name of the file is `{FILE_NAME}`." for name in found]
