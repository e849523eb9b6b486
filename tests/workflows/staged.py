"""Plans for `stage.cluster.plan`: in stages (a database, a migration, the application, a seed), or of two repositories."""

from tests.workflows.stage import Preview, commit
from workflows import naming
from workflows.models import BuildPlan, ReleasePlan, ServiceChart, SourceCommit, Stage

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


def with_chart(preview: Preview) -> dict[str, object]:
    """A service that is a chart, before a project's own chart."""
    environment = preview.ref.environment
    name = naming.service_release_name(environment, "search")
    release = ReleasePlan(name=name, chart="search", source="remote", is_user_managed=True)
    own = ReleasePlan(name=naming.release_name(environment), chart="deploy/chart")
    return {
        "release": own,
        "service_charts": (ServiceChart(name="search", release=release, host=name, port=9200),),
        "stages": (
            Stage(title="service search", release=name),
            Stage(title="application", release=own.name),
        ),
    }


def along(preview: Preview, letter: str) -> dict[str, object]:
    """What plans say with which that preview's repository comes along."""
    ref = preview.pull_request
    source = SourceCommit(
        name="other",
        repository_id=ref.repository_id,
        repository=ref.repository,
        installation=ref.installation,
        branch=preview.pull.head_branch,
        commit=commit(letter),
        is_same_branch=True,
    )
    builds = tuple(
        BuildPlan(component=name, context=".", dockerfile="Dockerfile", source=of)
        for name, of in (("web", ""), ("other-web", "other"))
    )
    return {"sources": (source,), "builds": builds}
