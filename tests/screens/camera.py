"""A camera that sees one picture."""

# Given the text of an SVG: whoever asks for the camera from now on sees it.
CAMERA = """([svg]) => {
  const canvas = document.createElement("canvas");
  canvas.width = 640; canvas.height = 480;
  const paint = canvas.getContext("2d");
  const picture = new Image();
  picture.src = "data:image/svg+xml," + encodeURIComponent(svg);
  setInterval(() => {
    paint.fillStyle = "#888";
    paint.fillRect(0, 0, 640, 480);
    paint.drawImage(picture, 190, 90, 260, 260);
  }, 50);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(15);
}"""


def standing_alone(svg: str) -> str:
    """A picture out of a page, as a picture of its own."""
    return svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" width="260" height="260"', 1)
