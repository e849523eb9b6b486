"""Scenes of environments that pull requests of several sources share."""

from tests.workflows.partners import partners
from tests.workflows.stage import Preview, Stage
from workflows.models import Phase


async def shared(stage: Stage, _preview: Preview) -> list[str]:
    """The second joins, the first is closed and leaves the environment to it, and the second is closed."""
    front, back = partners(stage)
    await front.open()
    await front.runs(frontend="a")
    await back.open()
    await front.runs(frontend="a", backend="b")
    await front.close()
    await front.is_shown(Phase.DELETED)
    snapshot = await front.runs(frontend="0", backend="b")
    await back.close()
    await back.ends()
    return [front.id, snapshot.revisions[0].id]
