/* The brand's colour tried out while it is chosen.

   data-colour-preview="<URL>" on the box that shows it, with data-colour-input="<input id>"; the URL answers ?colour= with
   {tokens: {"--brand": …}, is_adjusted}. [data-colour-adjusted] inside is shown when tones had to move. */

const WAIT_MS = 120;

function prepare(box) {
  const input = document.getElementById(box.dataset.colourInput);
  const adjusted = box.querySelector("[data-colour-adjusted]");
  let timer;
  let newest = 0;

  async function show() {
    const mine = ++newest;
    const answer = await fetch(`${box.dataset.colourPreview}?colour=${encodeURIComponent(input.value)}`);
    if (!answer.ok || mine !== newest) return;
    const { tokens, is_adjusted: isAdjusted } = await answer.json();
    for (const [name, value] of Object.entries(tokens)) box.style.setProperty(name, value);
    adjusted.hidden = !isAdjusted;
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => show().catch(() => {}), WAIT_MS);
  });
}

for (const box of document.querySelectorAll("[data-colour-preview]")) prepare(box);
