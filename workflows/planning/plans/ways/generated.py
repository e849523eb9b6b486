"""Applications without a Dockerfile: an image from one that Catalyst writes (ENV-031)."""

from workflows.errors import PlanError
from workflows.models import BuildPlan, Understanding
from workflows.planning.dockerfiles import generate
from workflows.planning.plans.case import Case, Way
from workflows.planning.plans.values import Component
from workflows.planning.plans.ways.base import base_container
from workflows.planning.plans.ways.devcontainer import layers_of
from workflows.planning.plans.ways.own_chart import own_chart


def generated(case: Case, found: Understanding) -> Way:
    """The image's component; the base container where no Dockerfile can be written, for nothing blocks a creation."""
    application = found.application
    layers = layers_of(case, found)
    try:
        made = generate(application, case.tree)
    except PlanError as error:
        case.story.warn(f"{error} {error.hint}")
        return base_container(case, application, found=layers)
    case.story.because(*made.reasons)
    case.story.warn(*made.warnings)
    build = BuildPlan(
        component="web",
        context=made.context,
        dockerfile="Dockerfile",
        generated=made.dockerfile,
        ignored=made.ignored,
    )
    return own_chart(
        case,
        [Component("web", port=made.port, security="restricted")],
        builds=(build,),
        found=layers,
        application=application,
    )
