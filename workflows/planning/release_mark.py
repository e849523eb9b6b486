"""Whether a release would be deployed as it stands: then the code alone is brought up to date."""

import json
from hashlib import sha256

from workflows.models import RevisionPlan

_DEPLOYED = {
    "release",
    "extras",
    "stages",
    "stages_after_health",
    "images",
    "credentials",
    "route",
    "more_routes",
    "quota",
    "egress",
    "egress_hosts",
    "secrets",
    "template",
}
"""Fields of a plan that decide what is deployed; what a build would make of the commit is none of them."""


def release_mark(plan: RevisionPlan) -> str:
    """The same for two plans whose release is the same; empty where every commit makes another one.

    Made once, with the plan, and recorded there: a workflow that made it again would not replay after a change here.
    """
    if plan.development is None or plan.builds:
        return ""
    if any(each.release.source == "repository" for each in plan.service_charts):
        return ""  # its files are the commit's, of which the plan knows no content
    # Only where there are some: a field more would make another mark of each release that is already there.
    more = {"service_charts"} if plan.service_charts else set[str]()
    told = plan.model_dump(mode="json", include=_DEPLOYED | more)
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
