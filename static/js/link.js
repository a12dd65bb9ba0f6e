/* Confirms the tap that led here, for who sees the page. A preview runs no scripts, a page that is drawn ahead is not
   visible, and whoever comes back to it wanted to leave. */

const form = document.querySelector("#open-link[data-opens]");

function confirmTap() {
  if (document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", confirmTap);
  form.requestSubmit();
}

const [arrival] = performance.getEntriesByType("navigation");
if (form && arrival?.type === "navigate") {
  document.addEventListener("visibilitychange", confirmTap);
  confirmTap();
}
