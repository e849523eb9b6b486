import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { follow, tell } from './live.js'
import { page } from './page.js'

const port = process.env.PORT ?? 3000
// In development mode the commit changes while this runs, so it is read from a file.
const file = process.env.CATALYST_COMMIT_FILE
const commit = async () => (file ? (await readFile(file, 'utf8')).trim() : 'not a preview')

follow('.index/recipes.json', ...(file ? [file] : []))

const server = createServer(async (request, response) => {
  if (request.url === '/changes') return tell(request, response)
  try {
    const recipes = JSON.parse(await readFile('.index/recipes.json', 'utf8'))
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
    response.end(page(recipes, await commit()))
  } catch (error) {
    response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' })
    response.end(`${error.message}\nnpm run index gathers the recipes.\n`)
  }
})

process.on('SIGTERM', () => process.exit(0))
server.listen(port, () => console.log(`listening on port ${port}`))
