// Keeps the live parts of a page fresh: asks the part's own address, and places the answer when it differs.
// Pages are whole without it; it only saves the reader the reload key.
"use strict";

(() => {
  const shown = document.querySelector("[data-live-state]");

  const tell = (text, isFine) => {
    if (!shown) return;
    shown.hidden = false;
    shown.textContent = text;
    shown.classList.toggle("lost", !isFine);
  };

  // Somebody is about to answer a question, or selects text to copy it: do not pull it away.
  const isBusy = (part) =>
    part.querySelector("details.confirm[open]") !== null ||
    (String(window.getSelection()) !== "" && part.contains(window.getSelection().anchorNode));

  const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 40;

  const place = (part, html) => {
    const open = new Map([...part.querySelectorAll("details[id]")].map((each) => [each.id, each.open]));
    const scrolled = new Map(
      [...part.querySelectorAll("[data-follow]")].map((box) => [box.id, isAtEnd(box) ? null : box.scrollTop]));
    part.innerHTML = html;
    for (const each of part.querySelectorAll("details[id]")) {
      if (open.has(each.id)) each.open = open.get(each.id);
    }
    follow(part, scrolled);
  };

  const follow = (part, scrolled) => {
    for (const box of part.querySelectorAll("[data-follow]")) {
      box.scrollTop = scrolled.get(box.id) ?? box.scrollHeight;
    }
  };

  const keepFresh = async (part) => {
    let last = null;
    let failures = 0;
    const every = Number(part.dataset.every) * 1000;
    for (;;) {
      await new Promise((done) => setTimeout(done, Math.min(every * 2 ** failures, 30_000)));
      if (document.hidden || isBusy(part)) continue;
      try {
        const answer = await fetch(part.dataset.live, { headers: { Accept: "text/html" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const html = await answer.text();
        failures = 0;
        tell("live", true);
        if (html !== last && !isBusy(part)) {
          place(part, html);
          last = html;
        }
      } catch (error) {
        failures = Math.min(failures + 1, 5);
        tell("no connection: what you see may be old", false);
      }
    }
  };

  for (const part of document.querySelectorAll("[data-live]")) {
    follow(part, new Map());
    void keepFresh(part);
  }
})();
