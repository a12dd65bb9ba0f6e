/* The till by keyboard and by hand-held scanner.

   #till-query is the one field. Escape clears the till through the element marked data-till-home. A scanner types fast and ends
   with Enter: those keys go to the field wherever the focus is. data-return-after="<ms>" on a result goes back by itself. */

const SCANNER_GAP_MS = 35;
const SCANNER_LEAST = 6;

const query = () => document.getElementById("till-query");
const home = () => document.querySelector("[data-till-home]");

let typed = "";
let typedAt = 0;

function isTyping(target) {
  return target.matches?.("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && home()) {
    event.preventDefault();
    home().click();
    return;
  }
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const gap = event.timeStamp - typedAt;
  typedAt = event.timeStamp;
  if (event.key === "Enter") {
    if (typed.length >= SCANNER_LEAST && gap < SCANNER_GAP_MS * 3) {
      event.preventDefault();
      deliver(typed);
    }
    typed = "";
    return;
  }
  if (event.key.length !== 1) return;
  typed = gap < SCANNER_GAP_MS ? typed + event.key : event.key;
});

/** Puts a scanned or typed text into the field and sends it. */
function deliver(text) {
  const field = query();
  if (field) {
    field.value = text;
    field.form.requestSubmit();
  } else if (home()) {
    sessionStorage.setItem("scanned", text);
    home().click();
  }
}

document.addEventListener("till:scanned", (event) => deliver(event.detail));

let leaving;

function settle(root) {
  clearTimeout(leaving);
  const result = root.querySelector?.("[data-return-after]");
  if (result) leaving = setTimeout(() => home()?.click(), Number(result.dataset.returnAfter));
  const scanned = sessionStorage.getItem("scanned");
  if (scanned && query()) {
    sessionStorage.removeItem("scanned");
    deliver(scanned);
    return;
  }
  (root.querySelector?.("[data-focus]") ?? query())?.focus();
}

/* Anyone who moves towards the result's buttons keeps it on screen. */
for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, () => clearTimeout(leaving));

document.addEventListener("htmx:afterSettle", (event) => settle(event.detail.elt.ownerDocument));
settle(document);
