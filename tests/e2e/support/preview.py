"""One repository, one project, one pull request, and its preview, as a test drives and sees them."""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import yaml

from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import POLL, eventually
from tests.support.github.client_models import Repo
from workflows import naming
from workflows.models import EnvironmentSnapshot, Phase, Revision

BRANCH = "feature"
READY = 180.0
"""Seconds that a preview may take (SC-001)."""
GONE = 300.0
"""Seconds that a removal may take (SC-004)."""
COMMENT = 60.0
_POLL_OF_ENDS = 0.5
"""Seconds. Each look is a query of the workflow, which costs the machine 15 ms, and what has ended stays as it is."""
_QUERY = timedelta(seconds=10)
"""A query needs a worker; some tests have none for a while."""
Files = dict[str, str | None]
_UNDER_WAY = (Phase.PENDING, Phase.QUEUED, Phase.BUILDING, Phase.DEPLOYING, Phase.CHECKING)


@dataclass(frozen=True)
class Page:
    status: int
    text: str


@dataclass
class Preview:
    """Everything about one pull request."""

    stack: Stack
    repository: Repo
    project: str
    source: str
    sample: dict[str, str]
    number: int = 0
    commits: list[str] = field(default_factory=list)
    others: dict[str, Repo] = field(default_factory=dict)
    """Further repositories of the project, by their sources' names."""
    is_shared: bool = False
    """Its environment is that of all pull requests of the project."""
    branch: str = BRANCH
    _counter: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def environment(self) -> str:
        """The first pull request of a repository has number 1."""
        if self.is_shared:
            return naming.branch_environment_name(self.branch)
        return naming.environment_name(self.source, self.number or 1)

    @property
    def workflow_id(self) -> str:
        return naming.environment_workflow_id(self.project, self.environment)

    @property
    def expected_namespace(self) -> str:
        """The readable candidate: nothing else claims names of a test's own project."""
        return next(naming.namespace_candidates(self.project, self.environment))

    @property
    def host(self) -> str:
        connection = self.stack.connection
        return f"{self.expected_namespace}.{connection.preview_domain}:{connection.browser_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/"

    # --- what a developer does

    async def open(self, files: Files | None = None, *, draft: bool = False) -> str:
        """Push a branch with these changes and open the pull request; return the commit."""
        commit = await self.push(files)
        await self.open_pull(draft=draft)
        return commit

    async def open_pull(self, *, draft: bool = False) -> None:
        """Open the pull request of a branch that was pushed."""
        pull = await self.stack.github.open_pull_request(
            self.repository.full_name, self.branch, title="A change", draft=draft
        )
        self.number = pull.number

    async def open_from_fork(self, stranger: str) -> tuple[str, str]:
        """Open a stranger's pull request from a fork of theirs; return the fork's full name and the commit."""
        github, base = self.stack.github, self.repository.full_name
        await github.grant(base, stranger, "read")
        fork = (await github.fork(base, by=stranger)).full_name
        commit = await github.push(fork, self.branch, {"README.md": "mine\n"}, by=stranger)
        pull = await github.open_pull_request(
            base, f"{stranger}:{self.branch}", title="A gift", by=stranger
        )
        self.number = pull.number
        return fork, commit

    async def push(self, files: Files | None = None, *, force: bool = False) -> str:
        """Push one commit (by default a new greeting) to the branch; `force` replaces its last one."""
        changes = (
            files if files is not None else self.with_values(greeting=f"No. {next(self._counter)}")
        )
        commit = await self.stack.github.push(
            self.repository.full_name,
            self.branch,
            changes,
            message=f"Change {secrets.token_hex(3)}",
            force=force and bool(self.commits),
        )
        self.commits.append(commit)
        return commit

    async def close(self) -> None:
        await self.stack.github.close(self.repository.full_name, self.number)

    async def reopen(self) -> None:
        await self.stack.github.reopen(self.repository.full_name, self.number)

    def with_values(self, **values: object) -> Files:
        """The chart's values.yaml with some of them changed."""
        known = yaml.safe_load(self.sample["chart/values.yaml"])
        return {"chart/values.yaml": yaml.safe_dump({**known, **values})}

    # --- what GitHub shows

    async def comments(self) -> list[str]:
        """The bodies of Catalyst's comments."""
        found = await self.stack.github.comments(
            self.repository.full_name, self.number, author=self.stack.github.bot_login
        )
        return [comment.body for comment in found]

    async def until_comment(self, *texts: str, within: float = COMMENT) -> str:
        """Wait until the comment holds all of these texts and return it."""

        async def found() -> str | None:
            bodies = await self.comments()
            return next((b for b in bodies if all(text in b for text in texts)), None)

        return await eventually(found, within=within, what=f"a comment with {texts}")

    async def until_deployment_state(self, commit: str, state: str) -> bool:
        async def reached() -> bool:
            found = await self.stack.github.deployments(self.repository.full_name, sha=commit)
            return bool(found) and all(one.state == state for one in found)

        return await eventually(reached, within=COMMENT, what=f"deployment of {commit[:7]} {state}")

    async def until_check_conclusion(self, commit: str, conclusion: str | None) -> bool:
        """None: there is one check, and it has not ended."""

        async def reached() -> bool:
            found = await self.stack.github.check_runs(self.repository.full_name, commit)
            return [one.conclusion for one in found] == [conclusion]

        return await eventually(reached, within=COMMENT, what=f"check of {commit[:7]} {conclusion}")

    # --- what a visitor sees

    async def page(self, path: str = "/") -> Page:
        """Ask the preview's URL; the name is not resolved, since `*.localhost` is loopback."""
        connection = self.stack.connection
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            answer = await http.get(
                f"http://127.0.0.1:{connection.browser_port}{path}", headers={"Host": self.host}
            )
        return Page(answer.status_code, answer.text)

    # --- what Catalyst knows

    async def snapshot(self) -> EnvironmentSnapshot:
        handle = self.stack.temporal.get_workflow_handle(self.workflow_id)
        found: EnvironmentSnapshot = await handle.query(
            "snapshot", result_type=EnvironmentSnapshot, rpc_timeout=_QUERY
        )
        return found

    async def until(
        self,
        is_so: Callable[[EnvironmentSnapshot], bool],
        *,
        within: float = READY,
        what: str,
        poll: float = POLL,
    ) -> EnvironmentSnapshot:
        async def found() -> EnvironmentSnapshot | None:
            snapshot = await self.snapshot()
            return snapshot if is_so(snapshot) else None

        return await eventually(found, within=within, what=what, poll=poll)

    async def until_ready(self, commit: str, *, within: float = READY) -> EnvironmentSnapshot:
        """Wait until that commit serves; a failure of it ends the wait at once."""

        def serves(snapshot: EnvironmentSnapshot) -> bool:
            has_failed = snapshot.phase is Phase.FAILED and snapshot.commit == commit
            assert not has_failed, f"{commit[:7]} failed: {snapshot.failure}"
            serving = snapshot.serving
            return snapshot.phase is Phase.READY and bool(serving and serving.commit == commit)

        what = f"{commit[:7]} serves"
        return await self.until(serves, within=within, what=what, poll=_POLL_OF_ENDS)

    async def until_failed(self, commit: str, *, within: float = READY) -> EnvironmentSnapshot:
        return await self.until(
            lambda s: s.phase is Phase.FAILED and s.commit == commit,
            within=within,
            what=f"{commit[:7]} failed",
            poll=_POLL_OF_ENDS,
        )

    async def until_phase(self, *phases: Phase, within: float = READY) -> EnvironmentSnapshot:
        return await self.until(
            lambda s: s.phase in phases, within=within, what=f"phase {' or '.join(phases)}"
        )

    async def until_settled(self) -> EnvironmentSnapshot:
        return await self.until(lambda s: s.phase not in _UNDER_WAY, what="nothing is under way")

    async def namespace(self) -> str:
        return (await self.snapshot()).ref.namespace

    async def until_heartbeat(self, text: str, *, commit: str, within: float = READY) -> None:
        """Wait until an activity of the commit's revision says that of itself."""
        revision = await self.revision_of(commit)

        async def is_said() -> bool:
            return any(text in said for said in await self.stack.heartbeats(revision.id))

        await eventually(is_said, within=within, what=f"an activity says {text!r}")

    async def revision_of(self, commit: str) -> Revision:
        return next(r for r in (await self.snapshot()).revisions if r.commit == commit)

    async def until_activity(self, name: str, *, commit: str, within: float = READY) -> None:
        """Wait until an activity of the commit's revision has been handed to the worker."""

        async def is_scheduled() -> bool:
            revision = await self.revision_of(commit)
            return bool((await self.stack.run_of(revision.id)).of(name))

        await eventually(is_scheduled, within=within, what=f"{name} of {commit[:7]} is scheduled")

    # --- what the cluster holds

    async def until_build_runs(self, *, within: float = READY) -> None:
        async def runs() -> bool:
            pods = await self.stack.cluster.build_pods(self.environment)
            return any(pod["status"].get("phase") == "Running" for pod in pods)

        await eventually(runs, within=within, what="a build pod runs")

    async def until_release(self, status: str, *, within: float = READY) -> None:
        async def reached() -> bool:
            releases = await self.stack.cluster.releases(self.expected_namespace)
            return bool(releases) and releases[-1]["info"]["status"] == status

        await eventually(reached, within=within, what=f"release is {status}")

    async def leftovers(self) -> list[str]:
        """Name everything that a removed preview must not have left. A deployment that failed never served."""
        found = await self.leftovers_in_cluster()
        deployments = await self.stack.github.deployments(self.repository.full_name)
        over = ("inactive", "failure", "error")
        found += [f"deployment {d.sha[:7]} {d.state}" for d in deployments if d.state not in over]
        return found

    async def leftovers_in_cluster(self) -> list[str]:
        """Name everything of it in cluster and registry."""
        cluster, found = self.stack.cluster, []
        if await cluster.namespace(self.expected_namespace):
            found.append(f"namespace {self.expected_namespace}")
        found += [
            f"Job {j['metadata']['name']}" for j in await cluster.build_jobs(self.environment)
        ]
        found += [
            f"pod {p['metadata']['name']}" for p in await cluster.build_pods(self.environment)
        ]
        names = ["web", *(f"{each}-web" for each in (self.source, *self.others) if self.others)]
        for name in names:
            tags = await cluster.image_tags(self.project, self.environment, name)
            found += [f"image tag {name}:{tag}" for tag in tags]
        return found

    async def until_gone(self, *, within: float = GONE) -> None:
        """Wait until nothing is left and the comment says so."""
        left: list[str] = []

        async def is_gone() -> bool:
            left[:] = await self.leftovers()
            return not left

        try:
            await eventually(is_gone, within=within, what=f"nothing is left of {self.environment}")
        except AssertionError as error:
            raise AssertionError(f"{error}; left is {left}") from error
