/* Runs before the first paint: the scheme chosen in this browser, if any, else the device's. */
(() => {
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    /* Storage is closed to us: the device's scheme stands. */
  }
})();
