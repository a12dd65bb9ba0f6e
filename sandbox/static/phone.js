// Keeps an open thread fresh, sends without leaving the page, copies codes. The page works without any of it.

const POLL_MS = 1000;
const NEAR_BOTTOM_PX = 120;

const thread = document.getElementById("thread");
const scroller = thread?.parentElement;
const known = new Map();

function remember() {
  known.clear();
  for (const item of thread.children) known.set(item.id, item.outerHTML);
}

function toBottom() {
  scroller.scrollTop = scroller.scrollHeight;
}

// Only changed items are replaced, so that focus and an open list stay where they are.
function show(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const stick = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM_PX;
  const wanted = [...fresh.content.children];
  const ids = new Set(wanted.map((item) => item.id));
  for (const item of [...thread.children]) {
    if (!ids.has(item.id)) {
      item.remove();
      known.delete(item.id);
    }
  }
  wanted.forEach((item, place) => {
    const markup = item.outerHTML;
    const present = document.getElementById(item.id);
    if (present && known.get(item.id) === markup) return;
    known.set(item.id, markup);
    if (present) present.replaceWith(item);
    else thread.insertBefore(item, thread.children[place] ?? null);
  });
  if (stick) toBottom();
}

let asking = false;

async function refresh() {
  if (asking || document.visibilityState !== "visible") return;
  asking = true;
  try {
    const answer = await fetch(thread.dataset.source);
    if (answer.ok) show(await answer.text());
  } catch {
    // The sandbox is being restarted; the next tick asks again.
  } finally {
    asking = false;
  }
}

async function send(form) {
  const words = form.querySelector("textarea");
  const fields = new URLSearchParams(new FormData(form));
  if (words && !words.value.trim()) return;
  const answer = await fetch(form.action, { method: "POST", body: fields });
  if (!answer.ok) {
    form.removeAttribute("data-send");
    form.requestSubmit(); // lets the page say what was wrong
    return;
  }
  if (words) {
    words.value = "";
    words.focus();
  }
  await refresh();
  toBottom();
}

document.addEventListener("submit", (event) => {
  if (!thread || !event.target.matches("form[data-send]")) return;
  event.preventDefault();
  send(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "words" || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard?.writeText(button.dataset.copy);
  button.textContent = "Copiado";
});

if (thread) {
  remember();
  toBottom();
  setInterval(refresh, POLL_MS);
  document.addEventListener("visibilitychange", refresh);
}
