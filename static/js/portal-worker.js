/* Served below a brand's portal, and for it alone: a voucher that was opened before opens without signal; any other page
   says that there is none. The network always comes first, so nothing shown with signal is ever old. */

const HOME = new URL(self.registration.scope).pathname;
const FRAME = `frame 1 ${HOME}`;
const PERSONAL = `personal 1 ${HOME}`;
const OFFLINE = `${HOME}offline/`;
const VOUCHER = new RegExp(`^${HOME}vouchers/[0-9a-f-]{36}/$`);
const LEAVING = [`${HOME}sign-out/`, `${HOME}account/erase/`];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FRAME).then((cache) => cache.add(OFFLINE)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

/* Caches of this brand made by an older version of this file. */
async function dropOthers() {
  const names = await caches.keys();
  const old = names.filter((name) => name.endsWith(` ${HOME}`) && ![FRAME, PERSONAL].includes(name));
  return Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && LEAVING.includes(url.pathname)) {
    event.waitUntil(caches.delete(PERSONAL));
  } else if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(page(request, url));
  } else if (request.method === "GET" && url.pathname.startsWith("/static/")) {
    event.respondWith(file(request));
  }
});

async function page(request, url) {
  try {
    const response = await fetch(request);
    if (VOUCHER.test(url.pathname)) await keep(url, response);
    return response;
  } catch {
    const kept = await caches.open(PERSONAL).then((cache) => cache.match(url.pathname, { ignoreVary: true }));
    return kept ?? caches.match(OFFLINE, { ignoreVary: true });
  }
}

/* Whoever is not signed in any more is sent elsewhere: then what was kept goes too. */
async function keep(url, response) {
  if (response.ok && !response.redirected && response.type === "basic") {
    const cache = await caches.open(PERSONAL);
    await cache.put(url.pathname, response.clone());
  } else if (response.type === "opaqueredirect" || response.status === 404) {
    await caches.delete(PERSONAL);
  }
}

async function file(request) {
  const cache = await caches.open(FRAME);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch {
    return (await cache.match(request, { ignoreVary: true })) ?? Response.error();
  }
}
