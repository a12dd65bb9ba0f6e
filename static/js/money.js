/* Money fields fill from the cents: 3850 becomes 38,50. Also feeds on-screen keypads and buttons that repeat the amount.

   data-money on an input · data-money-echo="<input id>" on an element whose text repeats the amount, the element's
   data-template holding a # for it · data-keypad="<input id>" on a group of buttons with data-digit ("0".."9", "00", "back").
   An input's data-symbol is its currency's, R$ without one; its data-submit names the id of the button that stays disabled while the amount is zero. */

const MAX_DIGITS = 12;
const english = document.documentElement.lang.startsWith("en");
const separator = english ? "." : ",";
const grouping = english ? "," : ".";

function digitsOf(text) {
  return text.replace(/\D/g, "").replace(/^0+/, "").slice(0, MAX_DIGITS);
}

function formatted(digits) {
  if (!digits) return "";
  const padded = digits.padStart(3, "0");
  const whole = padded.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, grouping);
  return whole + separator + padded.slice(-2);
}

function echo(input) {
  const empty = !digitsOf(input.value);
  for (const place of document.querySelectorAll(`[data-money-echo="${input.id}"]`)) {
    place.textContent = empty ? place.dataset.empty : place.dataset.template.trim().replace("#", `${input.dataset.symbol ?? "R$"}\u00a0${input.value}`);
  }
  const button = document.getElementById(input.dataset.submit ?? "");
  if (button) button.disabled = empty;
}

function write(input, digits) {
  input.value = formatted(digits);
  input.setSelectionRange?.(input.value.length, input.value.length);
  echo(input);
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-money]")) write(event.target, digitsOf(event.target.value));
});

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-digit]");
  const pad = key?.closest("[data-keypad]");
  if (!pad) return;
  const input = document.getElementById(pad.dataset.keypad);
  const digits = digitsOf(input.value);
  write(input, key.dataset.digit === "back" ? digits.slice(0, -1) : digitsOf(digits + key.dataset.digit));
});

function prepare(root) {
  for (const input of root.querySelectorAll("[data-money]")) echo(input);
}

document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));
prepare(document);
