/* Keeps opened vouchers at hand for places without signal: see portal-worker.js. */

const manifest = document.querySelector('link[rel="manifest"]');
if (manifest && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(new URL("worker.js", manifest.href)).catch(() => undefined);
}
