"""Jobs of an environment in development mode: on the code itself, around a server that goes on (ENV-018)."""

import pytest

from tests.e2e.development.workshop import open_workshop
from tests.e2e.support.previews import Previews

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("ENV-005", "ENV-018")]
ASK = (
    "node -e 'fetch(process.env.CATALYST_INNER_URL).then(async (page) => console.log(page.status))'"
)
TOLD = "/cache/told"
CONFIG = f"""\
version: 1
jobs:
  types: {{when: post-build, command: "echo types >> {TOLD}"}}
  index: {{when: pre-deploy, command: "npm run index && echo index >> {TOLD}"}}
  seed: {{when: pre-deploy, command: "echo seed >> {TOLD}", run: once}}
  ask: {{when: post-deploy, command: "test \\"$({ASK})\\" = 200 && echo ask >> {TOLD}"}}
  fill: {{when: post-deploy, command: "echo fill >> {TOLD}", run: once}}
"""


async def test_jobs_run_around_the_server_and_one_that_fails_afterwards_leaves_it_serving(
    previews: Previews,
) -> None:
    workshop, commit = await open_workshop(previews, {".catalyst.yaml": CONFIG})
    preview = workshop.preview
    await preview.until_ready(commit)
    first = ["types", "index", "seed", "ask", "fill"]
    assert (await workshop.run(f"cat {TOLD}")).split() == first
    said = [line for line in (await workshop.log()).splitlines() if line.startswith("catalyst: ")]
    assert said == [
        "catalyst: waiting for the code",
        "catalyst: dependencies",
        "catalyst: post-build",
        "catalyst: migrations",
        "catalyst: starting the development server",
        "catalyst: post-deploy",
    ]
    pod = await workshop.uid()

    commit = await preview.push(workshop.titled("Another box"))
    await preview.until_ready(commit)
    assert (await workshop.run(f"cat {TOLD}")).split() == [*first, "types", "index", "ask"]

    broken = CONFIG.replace("= 200", "= 404")
    commit = await preview.push({".catalyst.yaml": broken, **workshop.titled("The last box")})
    await workshop.until_degraded(commit)
    await preview.until_comment("Preview degraded", "post-deploy", "failed with exit code 1")
    await workshop.until_page_says("The last box")
    await preview.push({".catalyst.yaml": CONFIG})
    await preview.until_comment("Preview ready")
    assert await workshop.uid() == pod
