/* The till by keyboard and by hand-held scanner.

   #till-query is the one field. Escape clears the till through the element marked data-till-home. Typing while nothing is focused
   goes to the field. A scanner types fast and ends with Enter, wherever the focus is: in an amount, a letter gives it away, the
   amount is put back as it was, and the code is looked up instead. data-return-after="<ms>" on a result goes back by itself;
   data-expires="<ms>" takes away what can be done for a while only. */

const RUN_GAP_MS = 120;
const CODE_LEAST = 6;

const query = () => document.getElementById("till-query");
const home = () => document.querySelector("[data-till-home]");

/* The keys pressed without a pause, and what the amount was before the first of them. */
let run = { text: "", at: -Infinity, amount: null, before: "" };

function extend(event) {
  const amount = event.target.matches?.("[data-money]") ? event.target : null;
  if (event.timeStamp - run.at > RUN_GAP_MS) run = { text: "", at: 0, amount, before: amount?.value ?? "" };
  run.at = event.timeStamp;
  run.text += event.key;
}

function isCode(text) {
  return text.length >= CODE_LEAST && /[a-z]/i.test(text);
}

function takeBack(event) {
  event.preventDefault();
  if (run.amount.value === run.before) return;
  run.amount.value = run.before;
  run.amount.dispatchEvent(new Event("input", { bubbles: true }));
}

function onCharacter(event) {
  const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
  if (event.key === " " || (typing && !event.target.matches("[data-money]"))) return;
  extend(event);
  if (run.amount && /[a-z]/i.test(run.text)) takeBack(event);
  else if (!typing) query()?.focus();
}

function onEnter(event) {
  const soon = event.timeStamp - run.at < RUN_GAP_MS * 2;
  const text = run.text;
  run = { text: "", at: -Infinity, amount: null, before: "" };
  if (!soon || !isCode(text) || event.target === query()) return;
  event.preventDefault();
  deliver(text);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && home()) {
    event.preventDefault();
    home().click();
  } else if (event.key === "Enter") onEnter(event);
  else if (event.key.length === 1) onCharacter(event);
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
let expiring = [];

function expire(root) {
  for (const timer of expiring) clearTimeout(timer);
  const places = [...(root.querySelectorAll?.("[data-expires]") ?? [])];
  expiring = places.map((place) => setTimeout(() => place.remove(), Math.max(0, Number(place.dataset.expires))));
}

function settle(root) {
  clearTimeout(leaving);
  expire(root);
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
