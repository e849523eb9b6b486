// A page that is open loads itself again when what it shows has changed, as it does with the development servers of
// frameworks. Looking at files by the clock works on every volume, also where a volume tells nobody of changes.
import { watchFile } from 'node:fs'

const began = Date.now()
let changes = 0
const open = new Set()

const state = () => `data: ${began}-${changes}\n\n`

export const follow = (...files) => {
  for (const file of files) {
    watchFile(file, { interval: 250 }, () => {
      changes += 1
      for (const response of open) response.write(state())
    })
  }
}

export const tell = (request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.write(`retry: 250\n${state()}`)
  open.add(response)
  request.on('close', () => open.delete(response))
}

export const script = `<script>
  let shown
  new EventSource('/changes').onmessage = ({ data }) => {
    if (shown && shown !== data) location.reload()
    shown = data
  }
</script>`
