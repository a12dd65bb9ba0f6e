/* Brazilian phones are written as people do, (11) 98765-4321, while they are typed. Anything starting with + is left alone. */

function formatted(text) {
  const digits = text.replace(/\D/g, "").replace(/^55(?=\d{10,11}$)/, "").replace(/^0/, "").slice(0, 11);
  if (digits.length <= 2) return digits;
  const area = `(${digits.slice(0, 2)}) `;
  const rest = digits.slice(2);
  const head = digits.length > 10 ? 5 : 4;
  return area + (rest.length > head ? `${rest.slice(0, head)}-${rest.slice(head)}` : rest);
}

document.addEventListener("input", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-phone]") || input.value.startsWith("+")) return;
  const atEnd = input.selectionStart === input.value.length;
  if (atEnd && event.inputType !== "deleteContentBackward") input.value = formatted(input.value);
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-phone]") && !event.target.value.startsWith("+")) {
    event.target.value = formatted(event.target.value);
  }
});
