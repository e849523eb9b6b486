"""Scenes of environments that pull requests of several sources share."""

from tests.workflows.partners import partners
from tests.workflows.stage import Preview, Stage
from workflows.models import Phase


async def shared(stage: Stage, _preview: Preview) -> list[str]:
    """The second joins and is pushed to, the first is closed and comes back, both are closed."""
    front, back = partners(stage)
    await front.open()
    await front.runs(frontend="a")
    await back.open()
    await front.runs(frontend="a", backend="b")
    await back.push("c")
    snapshot = await front.runs(frontend="a", backend="c")
    await front.close()
    await front.is_shown(Phase.DELETED)
    await front.runs(frontend="0", backend="c")
    await front.reopen()
    await front.runs(frontend="a", backend="c")
    await front.close()
    await front.is_shown(Phase.DELETED)
    await back.close()
    await back.ends()
    return [front.id, snapshot.revisions[0].id]
