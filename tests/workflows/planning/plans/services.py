"""A service that many plans have, and what an application is told of it."""

from tests.workflows.planning.plans.cases import DOCKERFILE, component, mapping
from workflows.models import RevisionPlan, Template

AUTO = Template(type="auto")
HELM = Template(type="helm")
CHART = {"chart/Chart.yaml": "name: shop\n", "Dockerfile": DOCKERFILE}
DATABASE = "services: {db: {type: postgres}}\n"
PG = ("DATABASE_URL", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE")
"""What a database is told of with."""


def offered(plan: RevisionPlan, name: str = "web") -> dict[str, object]:
    """Variable -> key of a Secret, without those that a component has by itself."""
    found = mapping(component(plan, name).get("secretEnv", {}))
    return {variable: f"{each['secret']}/{each['key']}" for variable, each in found.items()}
