// Makes dist/page.html out of the data and the template; `npm start` serves it.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { escape } from './escape.js'

const { shop, hours } = JSON.parse(await readFile('data/hours.json', 'utf8'))
const template = await readFile('page.html', 'utf8')

const rows = Object.entries(hours)
  .map(([day, time]) => `<tr><th>${escape(day)}</th><td>${escape(time)}</td></tr>`)
  .join('\n      ')

await mkdir('dist', { recursive: true })
await writeFile('dist/page.html', template.replaceAll('{{shop}}', escape(shop)).replace('{{rows}}', rows))
console.log(`dist/page.html: ${Object.keys(hours).length} days`)
