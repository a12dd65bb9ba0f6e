/* The sign-in code: sends itself on the sixth digit, and says when a new one may be asked for.

   data-one-time-code on the input · data-wait="<seconds>" on the button that asks again, its data-template with a # . */

const LENGTH = 6;

document.addEventListener("input", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-one-time-code]")) return;
  input.value = input.value.replace(/\D/g, "").slice(0, LENGTH);
  if (input.value.length === LENGTH && input.dataset.sent !== input.value) {
    input.dataset.sent = input.value;
    input.form.requestSubmit();
  }
});

function countDown(button) {
  let left = Number(button.dataset.wait);
  const ready = button.textContent;
  button.disabled = true;
  const tick = () => {
    button.textContent = left > 0 ? button.dataset.template.replace("#", String(left)) : ready;
    button.disabled = left > 0;
    if (left-- > 0) setTimeout(tick, 1000);
  };
  tick();
}

for (const button of document.querySelectorAll("[data-wait]")) countDown(button);
