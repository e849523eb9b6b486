// The screen at the stall: one price after the other, in large letters.
import { createServer } from 'node:http'
import { inWords, prices } from '@market-stall/prices'

const port = process.env.PORT ?? 4000
const SECONDS = 5
const current = () => prices[Math.floor(Date.now() / 1000 / SECONDS) % prices.length]

const server = createServer((request, response) => {
  const each = current()
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', Refresh: String(SECONDS) })
  response.end(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Kiosk</title>
<style>
  :root { color-scheme: dark; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; text-align: center; font: 6vw/1.3 system-ui; }
</style>
<p>${each.name}<br>${inWords(each)}</p>
</html>
`)
})

process.on('SIGTERM', () => process.exit(0))
server.listen(port, () => console.log(`listening on port ${port}`))
