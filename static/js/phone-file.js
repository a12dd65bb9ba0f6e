/* Shows the file that was chosen for a message's header on the phone beside it, while it is still with the browser. */

const input = document.querySelector("[data-chosen=phone-file]");
const form = input?.form;
let address = "";

function chosen() {
  return input.files[0];
}

function show() {
  const place = document.querySelector("#preview [data-phone-file]");
  const file = chosen();
  if (!place || !file) return;
  if (place.dataset.phoneFile === "image" && file.type.startsWith("image/")) {
    const picture = new Image();
    picture.src = address;
    picture.alt = file.name;
    place.replaceChildren(picture);
  } else {
    const name = place.querySelector("[data-file-name]");
    if (name) name.textContent = file.name;
  }
}

input?.addEventListener("input", () => {
  if (address) URL.revokeObjectURL(address);
  address = chosen() ? URL.createObjectURL(chosen()) : "";
  form.elements.file_id.value = "";
  form.elements.file_kind.value = "";
  form.elements.file_name.value = chosen()?.name.slice(0, 100) ?? "";
});

document.addEventListener("htmx:afterSwap", show);
