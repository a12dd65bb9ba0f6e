/* Keeps the screen lit while a voucher is shown to the till ([data-wake-lock] is in the page). */

async function keepLit() {
  if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
  await navigator.wakeLock.request("screen").catch(() => undefined);
}

if (document.querySelector("[data-wake-lock]")) {
  keepLit();
  document.addEventListener("visibilitychange", keepLit);
}
