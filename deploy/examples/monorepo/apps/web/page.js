export const makePage = ({ rows, commit }) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Market stall</title>
<style>
  :root { color-scheme: light dark; --accent: #a33a6b; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center;
         font: 18px/1.6 system-ui, sans-serif; background: Canvas; color: CanvasText; }
  main { width: min(28rem, 100% - 3rem); }
  h1 { margin: 0 0 1rem; }
  dl { display: grid; grid-template-columns: 1fr auto; gap: .5rem 1rem; margin: 0; padding: 1rem 0;
       border-block: .3rem double var(--accent); }
  dd { margin: 0; font-variant-numeric: tabular-nums; color: var(--accent); }
  footer { margin-top: 1rem; opacity: .65; font: 13px/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
</style>
<main>
  <h1>Today at the stall</h1>
  <dl>
    ${rows.map(([name, price]) => `<dt>${name}</dt><dd>${price}</dd>`).join('\n    ')}
  </dl>
  <footer>commit <span id="commit">${commit}</span></footer>
</main>
</html>
`
