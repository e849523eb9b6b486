"""A plan in stages: a database, a migration, the application, and a seed once it answers."""

from tests.workflows.stage import Preview
from workflows import naming
from workflows.models import ReleasePlan, Stage

TITLES = ("database", "job migrate", "application")
LATER = "job seed"


def staged_plan(preview: Preview) -> dict[str, object]:
    """What the next plans say besides, for `stage.cluster.plan`."""
    release = naming.release_name(preview.ref.environment)
    components = {
        "db": {"kind": "worker"},
        "migrate": {"kind": "job", "activeDeadlineSeconds": 1800},
        "web": {"kind": "web"},
        "seed": {"kind": "job"},
    }
    plan = ReleasePlan(name=release, chart="", source="catalyst", values={"components": components})
    stages = [
        Stage(title=title, release=release, components=(name,))
        for title, name in zip((*TITLES, LATER), components, strict=True)
    ]
    return {
        "release": plan,
        "stages": tuple(stages[:-1]),
        "stages_after_health": tuple(stages[-1:]),
    }


def with_extras(preview: Preview) -> dict[str, object]:
    """The same for a project with a chart of its own: services and jobs are a second release."""
    environment = preview.ref.environment
    found = staged_plan(preview)
    extras = found["release"].model_copy(  # type: ignore[attr-defined]
        update={"name": naming.extras_release_name(environment)}
    )
    own = ReleasePlan(name=naming.release_name(environment), chart="deploy/chart")
    stages = (
        Stage(title="database", release=extras.name, components=("db",)),
        Stage(title="job migrate", release=extras.name, components=("migrate",)),
        Stage(title="chart", release=own.name),
    )
    return {"release": own, "extras": extras, "stages": stages}
