// Keeps the conversation fresh, and sends a form when its selection changes. Pages work without it.
"use strict";

for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => select.form.submit());
}

const live = document.querySelector("[data-live]");
let shown = live && live.innerHTML;

const isInUse = () =>
  !getSelection().isCollapsed ||
  (live.contains(document.activeElement) && /INPUT|TEXTAREA/.test(document.activeElement.tagName));

async function refresh() {
  try {
    const answer = await fetch(live.dataset.live);
    const html = await answer.text();
    if (answer.ok && html.trim() !== shown.trim() && !isInUse()) {
      const open = [...live.querySelectorAll("details")].map((one) => one.open);
      live.innerHTML = html;
      shown = html;
      live.querySelectorAll("details").forEach((one, i) => { one.open = one.open || open[i]; });
    }
  } catch { /* The server restarts: the next round tells. */ }
}

if (live) setInterval(() => { if (!document.hidden) refresh(); }, 2000);
