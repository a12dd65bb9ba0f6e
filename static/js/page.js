/* What every page needs: theme switch, toasts, copy buttons, single submission, and the network banner. */

const SLOW_MS = 1500;
const FAILED_MS = 5000;
const TOAST_MS = 6000;

/* -- theme ------------------------------------------------------------------------------------------------- */

function showTheme() {
  const current = document.documentElement.dataset.theme ?? "";
  for (const button of document.querySelectorAll("[data-set-theme]")) {
    button.setAttribute("aria-pressed", String(button.dataset.setTheme === current));
  }
}

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  try {
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
  } catch {
    /* The choice then lasts for this page. */
  }
  showTheme();
}

/* -- network ----------------------------------------------------------------------------------------------- */

const network = document.getElementById("network");
const timers = new WeakMap();

function announce(state, words) {
  if (!network) return;
  network.hidden = !state;
  if (state) network.querySelector("[data-words]").textContent = words ?? network.dataset[state];
}

/* Gives the buttons of sent forms back: the form keeps its key, so that sending again has no second effect. */
function release() {
  for (const button of document.querySelectorAll("[data-once][data-sent]")) {
    delete button.dataset.sent;
    button.disabled = false;
  }
}

/* A form may say with data-failed what no answer means for it. */
function fail(element) {
  announce(navigator.onLine ? "failed" : "offline", element?.closest?.("[data-failed]")?.dataset.failed);
  release();
}

function watch(request, element) {
  const slow = setTimeout(() => announce("slow"), SLOW_MS);
  const failed = setTimeout(() => fail(element), FAILED_MS);
  timers.set(request, [slow, failed]);
}

function unwatch(request) {
  for (const timer of timers.get(request) ?? []) clearTimeout(timer);
}

addEventListener("offline", () => announce("offline"));
addEventListener("online", () => announce(null));

document.addEventListener("htmx:beforeSend", (event) => watch(event.detail.xhr, event.detail.elt));
document.addEventListener("htmx:afterRequest", (event) => {
  unwatch(event.detail.xhr);
  if (event.detail.successful || event.detail.xhr.status === 422) announce(null);
});
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => fail(event.detail.elt));
}

/* -- one submission a form ----------------------------------------------------------------------------------- */

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter ?? form.querySelector("[data-once]");
  if (!button?.hasAttribute("data-once")) return;
  if (button.dataset.sent) {
    event.preventDefault();
    return;
  }
  button.dataset.sent = "yes";
  /* After this turn, so that the button's own name and value still go along. */
  setTimeout(() => (button.disabled = true), 0);
});

document.addEventListener("htmx:afterRequest", release);

addEventListener("pageshow", (event) => {
  if (event.persisted) release();
});

/* -- clicks -------------------------------------------------------------------------------------------------- */

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const code = button.parentElement.querySelector("code");
    if (code) getSelection().selectAllChildren(code);
    return;
  }
  const words = button.querySelector("span") ?? button;
  const before = words.textContent;
  words.textContent = button.dataset.copied;
  setTimeout(() => (words.textContent = before), 2000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.hasAttribute("data-set-theme")) setTheme(button.dataset.setTheme);
  if (button.hasAttribute("data-dismiss")) button.closest(".toast").remove();
  if (button.hasAttribute("data-copy")) copy(button);
  if (button.hasAttribute("data-print")) print();
  if (button.hasAttribute("data-close-details")) {
    const details = button.closest("details");
    details.open = false;
    details.querySelector("summary").focus();
  }
});

/* -- toasts: they leave by themselves, but never while somebody reads or focuses them -------------------------- */

function dismissLater(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) dismissLater(toast);
    else toast.remove();
  }, TOAST_MS);
}

for (const toast of document.querySelectorAll(".toast")) dismissLater(toast);
showTheme();
if (!navigator.onLine) announce("offline");
