import { createServer } from 'node:http'
import { inWords, prices } from '@market-stall/prices'
import { makePage } from './page.js'

const port = process.env.PORT ?? 3000
const page = makePage({
  rows: prices.map((each) => [each.name, inWords(each)]),
  commit: process.env.CATALYST_COMMIT ?? 'not a preview',
})

const server = createServer((request, response) => {
  const isFound = request.url.split('?')[0] === '/'
  response.writeHead(isFound ? 200 : 404, {
    'Content-Type': `text/${isFound ? 'html' : 'plain'}; charset=utf-8`,
  })
  response.end(isFound ? page : 'There is no such page.\n')
})

// Process 1 of a container has no default handlers: without this, TERM would be ignored.
process.on('SIGTERM', () => process.exit(0))
server.listen(port, () => console.log(`listening on port ${port}`))
