"""One running stack for all tests; each test has repositories and projects of its own."""

from collections.abc import AsyncIterator, Generator

import pytest

from deploy.local.cluster import connection_file
from deploy.local.instance import current
from tests.e2e.support.evidence import describe_namespace, describe_workflows
from tests.e2e.support.preview import Preview, Previews
from tests.e2e.support.stack import Stack, open_stack
from workflows import naming

_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture
async def stack() -> AsyncIterator[Stack]:
    if not connection_file(current()).exists():
        pytest.fail("the local stack is not up: run `python -m deploy.local up` first")
    async with open_stack() as stack:
        await stack.ensure_all()
        yield stack
        await stack.ensure_all()
        await stack.github.clear_faults()


@pytest.fixture
async def previews(stack: Stack, request: pytest.FixtureRequest) -> AsyncIterator[Previews]:
    """Closes what the test opened; shows everything when the test has failed."""
    previews = Previews(stack)
    yield previews
    if request.node.stash.get(_FAILED, False):
        for preview in previews.made:
            await _show(stack, preview)
    await stack.ensure_all()
    await stack.github.clear_faults()
    for preview in previews.made:
        if preview.number:
            await preview.close()


async def _show(stack: Stack, preview: Preview) -> None:
    selector = f"{naming.ENVIRONMENT_LABEL}={preview.environment}"
    parts = (
        describe_workflows(stack.temporal, preview.project, preview.environment),
        describe_namespace(stack.cluster, preview.expected_namespace),
        describe_namespace(stack.cluster, naming.BUILD_NAMESPACE, selector=selector),
    )
    for part in parts:
        try:
            lines = await part
        except Exception as error:  # noqa: BLE001  (evidence is gathered as far as it goes)
            lines = [f"no evidence: {type(error).__name__}: {error}"]
        print("\n".join(lines))  # noqa: T201  (pytest shows it with the failure)
    if preview.number:
        print("--- comment", *await preview.comments(), sep="\n")  # noqa: T201  (as above)
