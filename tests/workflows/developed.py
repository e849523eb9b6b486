"""A plan in development mode."""

from tests.workflows.stage import Preview
from workflows import naming
from workflows.models import DevelopmentPlan, ReleasePlan


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
