/* Reads a QR with the camera: the browser's own BarcodeDetector where it knows QR codes, else the vendored ponyfill.

   <div data-scanner data-ponyfill="<url>" data-wasm="<url>"> holds a video, a [data-scan-status], and buttons
   [data-scan-stop], [data-scan-torch]. A button [data-scan-start] anywhere opens it. A code is told by the event
   `till:scanned`, whose detail is the text. */

const FRAME_MS = 100;
const SAME_CODE_MS = 3000;

let detector;
let stream;
let lastText = "";
let lastAt = 0;

function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = () => reject(new Error("the decoder did not load"));
    document.head.append(script);
  });
}

async function makeDetector(box) {
  if ("BarcodeDetector" in window) {
    const formats = await window.BarcodeDetector.getSupportedFormats();
    if (formats.includes("qr_code")) return new window.BarcodeDetector({ formats: ["qr_code"] });
  }
  await loadScript(box.dataset.ponyfill);
  const { BarcodeDetector, prepareZXingModule } = window.BarcodeDetectionAPI;
  prepareZXingModule({ overrides: { locateFile: () => box.dataset.wasm } });
  return new BarcodeDetector({ formats: ["qr_code"] });
}

function say(box, key) {
  box.querySelector("[data-scan-status]").textContent = box.dataset[key] ?? "";
}

function told(text) {
  const now = performance.now();
  if (text === lastText && now - lastAt < SAME_CODE_MS) return;
  lastText = text;
  lastAt = now;
  navigator.vibrate?.(60);
  document.dispatchEvent(new CustomEvent("till:scanned", { detail: text }));
}

function stop(box) {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = undefined;
  if (box) box.hidden = true;
}

async function offerTorch(box) {
  const [track] = stream.getVideoTracks();
  const button = box.querySelector("[data-scan-torch]");
  if (!button) return;
  button.hidden = !track.getCapabilities?.().torch;
  button.onclick = () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    track.applyConstraints({ advanced: [{ torch: on }] });
  };
}

async function look(box, video) {
  while (stream && box.isConnected) {
    if (video.readyState >= 2) {
      const found = await detector.detect(video).catch(() => []);
      if (found.length && stream) {
        stop(box);
        told(found[0].rawValue);
        return;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
  }
  stop(box);
}

async function start(box) {
  box.hidden = false;
  say(box, "opening");
  try {
    const wanted = { video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } } };
    const opening = navigator.mediaDevices.getUserMedia(wanted);
    const making = detector ?? makeDetector(box);
    [stream, detector] = await Promise.all([opening, making]);
  } catch (error) {
    say(box, error.name === "NotAllowedError" ? "denied" : "missing");
    return;
  }
  const video = box.querySelector("video");
  video.srcObject = stream;
  await video.play();
  say(box, "aim");
  offerTorch(box);
  look(box, video);
}

document.addEventListener("click", (event) => {
  const box = document.querySelector("[data-scanner]");
  if (!box) return;
  if (event.target.closest("[data-scan-start]")) start(box);
  if (event.target.closest("[data-scan-stop]")) stop(box);
});

/* The decoder is fetched while the operator is still looking at the search field. */
const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 1500));
idle(async () => {
  const box = document.querySelector("[data-scanner]");
  if (box && navigator.mediaDevices) detector ??= await makeDetector(box).catch(() => undefined);
});
addEventListener("pagehide", () => stop(document.querySelector("[data-scanner]")));
