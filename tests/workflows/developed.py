"""A plan in development mode."""

from tests.fakes import IN_DEVELOPMENT
from tests.workflows.stage import Preview
from workflows import naming
from workflows.models import DevelopmentPlan, DevelopmentStep, ReleasePlan

TELL = DevelopmentStep(title="tell", command="npm run tell")


def developed_plan(preview: Preview, **changes: object) -> dict[str, object]:
    """What the next plans say besides, for `stage.cluster.plan`; `changes` are fields of the development plan."""
    development = DevelopmentPlan(component="web", command="npm run dev", port=3000)
    release = ReleasePlan(
        name=naming.release_name(preview.ref.environment), chart="", source="catalyst"
    )
    return {
        "builds": (),
        "release": release,
        "mark": "a-release",
        "development": development.model_copy(update=changes),
    }


def plan_with(preview: Preview, step: str) -> None:
    """A plan in development mode, where only that has the step."""
    if step in IN_DEVELOPMENT:
        jobs = (TELL,) if step == "run_development_jobs" else ()
        preview.stage.cluster.plan = developed_plan(
            preview, after_health=jobs, is_on_host=step == "ensure_directory"
        )
