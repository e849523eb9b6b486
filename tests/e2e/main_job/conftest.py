"""One running stack for all tests; each test has repositories and projects of its own."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial

import pytest

from deploy.local.cluster import connection_file
from deploy.local.instance import current
from tests.e2e.conftest import Evidence
from tests.e2e.support.evidence import describe_namespace, describe_workflows
from tests.e2e.support.outcome import has_failed
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import KeptPreview, Previews
from tests.e2e.support.stack import Stack, open_stack
from workflows import naming


@pytest.fixture(scope="session")
def kept() -> Iterator[KeptPreview]:
    kept = KeptPreview()
    yield kept
    asyncio.run(kept.close())


@pytest.fixture
async def shown(
    stack: Stack, kept: KeptPreview, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[Preview, str]]:
    """A preview that tests only look at, and the commit that it serves."""
    preview, commit = await kept.get(stack)
    yield preview, commit
    if has_failed(request):
        await _show(stack, [preview])


@pytest.fixture
async def stack(request: pytest.FixtureRequest) -> AsyncIterator[Stack]:
    """A test that disturbs the stack runs alone; the others share it and leave each other's faults in place."""
    if not connection_file(current()).exists():
        pytest.fail("the local stack is not up: run `python -m deploy.local up` first")
    async with open_stack() as stack:
        await stack.ensure_all()
        yield stack
        await stack.ensure_all()
        if request.node.get_closest_marker("disruptive"):
            await stack.github.clear_faults()


@pytest.fixture
async def previews(stack: Stack, request: pytest.FixtureRequest) -> AsyncIterator[Previews]:
    """Closes what the test opened; shows everything when the test has failed."""
    previews = Previews(stack)
    yield previews
    if has_failed(request):
        await _show(stack, previews.made)
    await stack.ensure_all()
    for preview in previews.made:
        if preview.number:
            await preview.close()


async def _show(stack: Stack, previews: Sequence[Preview]) -> None:
    evidence = Evidence()
    for preview in previews:
        _add_evidence(evidence, stack, preview)
    sys.stderr.write("\n".join([*await evidence.gather(), ""]))


def _add_evidence(evidence: Evidence, stack: Stack, preview: Preview) -> None:
    async def comments() -> list[str]:
        return ["--- comment", *(await preview.comments() if preview.number else ["none"])]

    async def pods() -> list[str]:
        namespaces = {preview.expected_namespace}
        with contextlib.suppress(Exception):  # Temporal may be what has failed
            namespaces.add(await preview.namespace())
        found = [await describe_namespace(stack.cluster, each) for each in namespaces]
        return [line for lines in found for line in lines]

    selector = f"{naming.ENVIRONMENT_LABEL}={preview.environment}"
    looks = (
        partial(describe_workflows, stack.temporal, preview.project, preview.environment),
        pods,
        partial(describe_namespace, stack.cluster, naming.BUILD_NAMESPACE, selector=selector),
        comments,
    )
    for look in looks:
        evidence.add(look)
