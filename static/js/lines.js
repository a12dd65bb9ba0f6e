/* The lines of a sale at the till: their sum is the sale's amount until another one is typed.

   data-lines="<id of the amount>" on the group, with data-lines-sum on its hidden field (the sum that filled the amount, in minor units) and
   data-lines-total on its words; each data-line has a data-quantity and a data-money. Enter in data-find presses data-find-go; without
   text there it sends the form as ever. */

const digitsOf = (text) => text.replace(/\D/g, "").replace(/^0+/, "");

function sumOf(group) {
  let sum = 0;
  for (const line of group.querySelectorAll("[data-line]")) {
    sum += Number(line.querySelector("[data-quantity]").value) * Number(digitsOf(line.querySelector("[data-money]").value)) || 0;
  }
  return sum;
}

function follow(group) {
  const amount = document.getElementById(group.dataset.lines);
  const before = group.querySelector("[data-lines-sum]");
  const total = group.querySelector("[data-lines-total]");
  const sum = sumOf(group);
  const follows = ["", digitsOf(before.value)].includes(digitsOf(amount.value));
  before.value = sum;
  if (total) total.textContent = `${amount.dataset.symbol}\u00a0${formatted(sum)}`;
  if (!follows) return;
  amount.value = String(sum);
  amount.dispatchEvent(new Event("input", { bubbles: true }));
}

function formatted(minor) {
  return new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2 }).format(minor / 100);
}

document.addEventListener("input", (event) => {
  const group = event.target.closest?.("[data-line]")?.closest("[data-lines]");
  if (group) follow(group);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("[data-find]") || !event.target.value.trim()) return;
  event.preventDefault();
  event.target.closest("[data-lines]").querySelector("[data-find-go]").click();
});
