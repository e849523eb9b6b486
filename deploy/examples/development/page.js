import { script } from './live.js'

const escape = (text) =>
  String(text).replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`)

const card = ({ title, minutes, steps }) => `
<article>
<h2>${escape(title)}</h2>
<p>${escape(minutes)} minutes</p>
<ol>${steps.map((step) => `<li>${escape(step)}</li>`).join('')}</ol>
</article>`

export const page = (recipes, commit) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Recipe box</title>
<style>
  body { font: 1.05rem/1.5 Georgia, serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem;
    color: light-dark(#3b2a1a, #f0e4d3); background: light-dark(#fbf6ec, #241b13); color-scheme: light dark; }
  article { border-top: 1px solid #b98b5280; }
  footer { font-size: .8rem; opacity: .7; }
</style>
<h1>From grandmother's recipe box</h1>
${recipes.map(card).join('')}
<footer>Commit ${escape(commit)}</footer>
${script}
</html>
`
