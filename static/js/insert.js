/* Puts a datum's code where the cursor is, in the text that was written in last. */

let field = document.querySelector("[data-takes-data=main]");

document.addEventListener("focusin", (event) => {
  if (event.target.hasAttribute("data-takes-data")) field = event.target;
});

document.addEventListener("click", (event) => {
  const code = event.target.closest("[data-insert]")?.dataset.insert;
  if (!code || !field) return;
  field.setRangeText(code, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
