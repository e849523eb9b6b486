"""Two pull requests of one branch name in two repositories, on the stage, and what is seen of each."""

from uuid import uuid4

from tests.workflows.stage import Preview, Stage, commit
from workflows import naming
from workflows.models import EnvironmentSnapshot, EnvironmentState, Phase
from workflows.models import messages as m

DEFAULT = "0" * 40
"""What fakes plan where the default branch is taken."""


class Partner(Preview):
    """One of them; to whichever of them something is done, it is the same environment."""

    def __init__(self, stage: Stage, source: str, branch: str, project: str = "") -> None:
        super().__init__(stage)
        self.ref = self.ref.model_copy(
            update={
                "project": project or self.ref.project,
                "environment": naming.branch_environment_name(branch),
            }
        )
        self.id = naming.environment_workflow_id(self.ref.project, self.ref.environment)
        self.pull_request = self.pull_request.model_copy(update={"repository": f"acme/{source}"})
        self.set(ref=self.pull_request, head_branch=branch)
        self.about = {"pull_request": self.pull_request, "source": source}
        self.state = EnvironmentState(ref=self.ref, pull_request=self.pull_request, source=source)

    @property
    def repository_id(self) -> int:
        return self.pull_request.repository_id

    def reported(self) -> EnvironmentSnapshot | None:
        """The newest picture that GitHub was given of this pull request."""
        found = [
            each.snapshot
            for each in self.stage.control.reports
            if each.snapshot.pull_request == self.pull_request
        ]
        return max(found, key=lambda each: each.sequence, default=None)

    async def is_shown(self, phase: Phase, letter: str = "") -> EnvironmentSnapshot:
        """Until its own comment says so."""

        def so() -> bool:
            last = self.reported()
            if last is None or last.phase is not phase:
                return False
            serving = last.serving
            return not letter or (serving is not None and serving.commit == commit(letter))

        await self.stage.until(so)
        last = self.reported()
        assert last is not None
        return last

    def planned(self) -> list[m.PlanRevisionInput]:
        """For the environment, in order."""
        return [
            each
            for each in self.stage.cluster.planned
            if each.ref.environment == self.ref.environment
        ]

    async def runs(self, **commits: str) -> EnvironmentSnapshot:
        """Until what serves is of exactly these commits: letters by the names of sources, `0` for a default branch."""
        wanted = {name: commit(letter) for name, letter in commits.items()}

        def so() -> bool:
            last = self.last()
            if last is None or last.phase is not Phase.READY or not last.revisions:
                return False
            newest = last.revisions[0]
            own = [newest.own] if newest.own else []
            return {_name(each.name): each.commit for each in (*own, *newest.sources)} == wanted

        def _name(name: str) -> str:
            return self.stage_names().get(name, name)

        await self.stage.until(so)
        last = self.last()
        assert last is not None
        return last

    def stage_names(self) -> dict[str, str]:
        """What fakes call a source -> its own name."""
        pulls = self.stage.controls.pulls.values()
        return {
            f"source-{each.ref.repository_id}": each.ref.repository.partition("/")[2]
            for each in pulls
        }


def partners(stage: Stage) -> tuple[Partner, Partner]:
    """A front end and a back end, whose heads are `a` and `b`."""
    branch = f"cart-{uuid4().hex[:8]}"
    front = Partner(stage, "frontend", branch)
    back = Partner(stage, "backend", branch, front.ref.project)
    back.set(head_commit=commit("b"))
    return front, back
