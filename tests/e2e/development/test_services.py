"""Services of an environment in development mode: there before its code's own jobs, and kept from push to push (ENV-017)."""

import pytest

from tests.e2e.development.workshop import open_workshop
from tests.e2e.support.inside import run
from tests.e2e.support.previews import Previews

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("ENV-005", "ENV-017")]
TOLD = "/cache/told"
CONFIG = f"""\
version: 1
services:
  db: {{type: postgres}}
  cache: {{type: redis}}
jobs:
  index: {{when: pre-deploy, command: npm run index}}
  count: {{when: pre-deploy, command: node count.js >> {TOLD}}}
"""
COUNT = r"""
import { connect } from 'node:net'

const ask = ({ hostname, port }, words, expected) =>
  new Promise((resolve, reject) => {
    let said = ''
    const link = connect(port || 5432, hostname, () => link.write(words))
    link.setTimeout(5000, () => reject(new Error(`${hostname} said only ${said}`)))
    link.on('error', reject)
    link.on('data', (more) => {
      said += more
      const found = said.match(expected)
      if (found) resolve(link.destroy() && found[1])
    })
  })

const cache = new URL(process.env.REDIS_URL)
const pushes = await ask(cache, `AUTH ${cache.password}\r\nINCR pushes\r\n`, /:(\d+)\r\n/)
// The first words of every client of PostgreSQL: whether the server speaks TLS. One letter is the answer.
const secure = await ask(new URL(process.env.DATABASE_URL), Buffer.from('0000000804d2162f', 'hex'), /^([NS])/)
console.log(`${pushes} ${secure}`)
"""
WRITE = "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here')"


async def test_services_are_there_before_the_code_s_jobs_and_a_push_leaves_them_as_they_are(
    previews: Previews,
) -> None:
    workshop, commit = await open_workshop(previews, {".catalyst.yaml": CONFIG, "count.js": COUNT})
    preview = workshop.preview
    await preview.until_ready(commit)
    assert await workshop.run(f"cat {TOLD}") == "1 N"
    psql = ("psql", "--username=app", "--dbname=app", "-qtA", "--command")
    await run(preview, "db", *psql, WRITE)
    pod = await workshop.uid()

    commit = await preview.push(workshop.titled("Another box"))
    await preview.until_ready(commit)
    assert (await workshop.run(f"cat {TOLD}")).splitlines() == ["1 N", "2 N"]
    assert await run(preview, "db", *psql, "SELECT word FROM kept") == "here"
    assert await workshop.uid() == pod

    await preview.close()
    await preview.until_gone()
