/* The till without a line: #offline takes its place, keeps sales in this browser (queue.js) and sends them in order when the
   line is back. Nothing that has to be asked elsewhere (vouchers, balance) is offered there. */

import { drop, forgetRecorded, keep, kept, newKey } from "./queue.js";

const PART = 50;
const AGAIN_MS = 20_000;
const CACHE = "till 1";

const box = document.getElementById("offline");
const find = (name) => box.querySelector(`[data-offline-${name}]`);
const opener = document.querySelector("[data-offline-open]");
const field = (name) => document.getElementById(`offline-${name}`);

let mending = null;

function show(isShown) {
  if (box.hidden === !isShown) return;
  box.hidden = !isShown;
  document.getElementById("till").hidden = isShown;
  if (isShown) field("amount").focus();
}

function say(words) {
  find("said").textContent = words ?? "";
}

function digitsOf(text) {
  return Number(text.replace(/\D/g, "").slice(0, 12));
}

function formatted(minor) {
  const locale = document.documentElement.lang;
  const number = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `${box.dataset.symbol}\u00a0${number.format(minor / 100)}`;
}

/* -- the list ------------------------------------------------------------------------------------------------ */

const TONES = { done: "badge--ok", refused: "badge--bad", waiting: "badge--warn", sending: "badge--warn" };

function row(sale) {
  const item = find("row").content.firstElementChild.cloneNode(true);
  const put = (name, text) => (item.querySelector(`[data-${name}]`).textContent = text);
  put("at", new Date(sale.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }));
  put("who", sale.name || sale.phone || box.dataset.nobody);
  put("text", [sale.storeName, sale.text].filter(Boolean).join(" · "));
  put("amount", formatted(sale.amount_minor));
  put("state", box.dataset[sale.state]);
  item.querySelector("[data-state]").classList.add(TONES[sale.state]);
  item.dataset.key = sale.key;
  item.querySelector("[data-mend]").hidden = sale.state !== "refused";
  return item;
}

async function draw() {
  const sales = await kept(box.dataset.brand);
  find("list").replaceChildren(...sales.map(row));
  find("none").hidden = sales.length > 0;
  const open = sales.filter((sale) => sale.state !== "done").length;
  opener.hidden = !open;
  opener.querySelector("[data-offline-count]").textContent = box.dataset.count.replace("#", open);
  return sales;
}

/* -- keeping ------------------------------------------------------------------------------------------------- */

async function keepSale() {
  const before = mending;
  const sale = {
    key: before?.key ?? newKey(),
    at: before?.at ?? new Date().toISOString(),
    brand: box.dataset.brand,
    store: before?.store ?? box.dataset.store,
    storeName: before?.storeName ?? box.dataset.storeName,
    amount_minor: digitsOf(field("amount").value),
    phone: field("phone").value.trim(),
    name: field("name").value.trim(),
    state: "waiting",
    text: "",
  };
  if (!sale.amount_minor) return;
  try {
    await keep(sale);
  } catch {
    say(box.dataset.noStore);
    return;
  }
  mending = null;
  find("form").reset();
  field("amount").dispatchEvent(new Event("input", { bubbles: true }));
  field("amount").focus();
  say(box.dataset.kept);
  await draw();
  send();
}

function mend(sale) {
  mending = sale;
  field("amount").value = String(sale.amount_minor);
  field("amount").dispatchEvent(new Event("input", { bubbles: true }));
  field("phone").value = sale.phone;
  field("name").value = sale.name;
  field("phone").focus();
}

/* -- sending ------------------------------------------------------------------------------------------------- */

function token() {
  return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}

async function sendPart(sales) {
  const answer = await fetch(box.dataset.send, {
    method: "POST",
    redirect: "manual",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify({ sales }),
  });
  if (answer.type === "opaqueredirect" || answer.status === 403) {
    say(box.dataset.signedOut);
    return false;
  }
  if (!answer.ok) return false;
  const { results } = await answer.json();
  const answers = new Map(results.map((result) => [result.key, result]));
  for (const sale of sales) {
    const told = answers.get(sale.key);
    if (told) await keep({ ...sale, state: told.state, text: told.text });
  }
  return true;
}

async function sendAll() {
  const waiting = (await draw()).filter((sale) => sale.state === "waiting");
  for (let start = 0; start < waiting.length; start += PART) {
    const isTaken = await sendPart(waiting.slice(start, start + PART)).catch(() => false);
    if (!isTaken) break;
    say("");
    await draw();
  }
}

/* One page of this browser at a time; the others' sales are in the same list. */
function send() {
  if (!navigator.onLine) return undefined;
  if (!navigator.locks) return sendAll();
  return navigator.locks.request("till queue", { ifAvailable: true }, (lock) => lock && sendAll());
}

/* -- wiring -------------------------------------------------------------------------------------------------- */

async function onListClick(event) {
  const key = event.target.closest("[data-key]")?.dataset.key;
  const sale = key && (await kept(box.dataset.brand)).find((each) => each.key === key);
  if (!sale) return;
  if (event.target.closest("[data-offline-mend]")) mend(sale);
  const dropping = event.target.closest("[data-offline-drop]");
  if (dropping && !dropping.dataset.asked) {
    dropping.dataset.asked = "yes";
    dropping.textContent = dropping.dataset.sure;
  } else if (dropping) {
    await drop(key);
    await draw();
  }
}

/* A till that is opened without a line finds this page, kept for the store it stood in last. */
async function prepareForNoLine() {
  const worker = navigator.serviceWorker;
  if (!worker || !window.caches) return;
  await worker.register(box.dataset.worker, { scope: new URL(box.dataset.worker, location.href).pathname.replace(/[^/]*$/, "") });
  const cache = await caches.open(CACHE);
  await cache.addAll([box.dataset.page, ...filesOfThisPage()]);
}

/* What this page was made of came before the worker did: it has to be asked for by name. */
function filesOfThisPage() {
  const names = performance.getEntriesByType("resource").map((entry) => entry.name);
  return names.filter((name) => name.startsWith(`${location.origin}/static/`));
}

function begin() {
  find("form").addEventListener("submit", (event) => {
    event.preventDefault();
    keepSale();
  });
  find("list").addEventListener("click", onListClick);
  find("send").addEventListener("click", send);
  opener.addEventListener("click", () => show(true));
  addEventListener("offline", () => show(true));
  addEventListener("online", send);
  document.addEventListener("htmx:sendError", () => show(true));
  document.addEventListener("submit", (event) => {
    if (event.target.action?.includes("sign-out")) caches?.delete(CACHE);
  });
  setInterval(send, AGAIN_MS);
  if (!navigator.onLine || document.querySelector("[data-offline-page]")) show(true);
  // What is kept is shown at once, with a line or without: sending waits for one.
  forgetRecorded(box.dataset.brand).then(draw).then(send, () => say(box.dataset.noStore));
  if (navigator.onLine) prepareForNoLine().catch(() => {});
}

if (box && opener) begin();
