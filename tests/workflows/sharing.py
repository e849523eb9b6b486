"""Two pull requests of one branch name in two sources, and the environment that they share, as values."""

from tests.workflows.values import REF, A, B, pull
from workflows import naming
from workflows.models import EnvironmentState, Member, PullRequest, PullRequestRef
from workflows.models.messages import GitHubEvent
from workflows.planning import pull_request_key

BRANCH = "feature/cart"
ENVIRONMENT = naming.branch_environment_name(BRANCH)
SHARED = REF.model_copy(update={"environment": ENVIRONMENT, "namespace": ""})
FRONT = PullRequestRef(installation=1, repository_id=42, repository="acme/frontend", number=7)
BACK = PullRequestRef(installation=2, repository_id=43, repository="acme/backend", number=3)
NAMES = {42: "frontend", 43: "backend"}


def front(head: str = A, **changes: object) -> PullRequest:
    return pull(head, **{"ref": FRONT, **changes})


def back(head: str = B, **changes: object) -> PullRequest:
    return pull(head, **{"ref": BACK, "title": "Prices", "author": "ada", **changes})


def led_by(leader: PullRequest, *others: PullRequest, **changes: object) -> EnvironmentState:
    """As it is after a look that has read them all."""
    made = EnvironmentState(
        ref=SHARED,
        pull_request=leader.ref,
        source=NAMES[leader.ref.repository_id],
        pull=leader,
        run8="12345678",
        members=[
            Member(pull_request=each.ref, source=NAMES[each.ref.repository_id], pull=each)
            for each in others
        ],
    )
    return made.model_copy(update=changes)


def told(ref: PullRequestRef, action: str, head: str | None = None) -> GitHubEvent:
    """As the webhook door tells it."""
    return GitHubEvent(
        delivery=f"{ref.number}-{action}-{head}",
        event="pull_request",
        action=action,
        head_commit=head,
        pull_request=ref,
        source=NAMES[ref.repository_id],
    )


def found(*pulls: PullRequest) -> dict[str, PullRequest]:
    return {pull_request_key(each.ref): each for each in pulls}
