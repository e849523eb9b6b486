// Gathers all recipes in one file: what a migration or a code generator does elsewhere.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'

const names = (await readdir('recipes')).filter((name) => name.endsWith('.json')).sort()
const recipes = await Promise.all(
  names.map(async (name) => JSON.parse(await readFile(`recipes/${name}`, 'utf8'))),
)
await mkdir('.index', { recursive: true })
await writeFile('.index/recipes.json', JSON.stringify(recipes))
console.log(`gathered ${recipes.length} recipes`)
