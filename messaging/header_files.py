"""Files for templates' headers: what is taken, made ready to be kept. Pure.

Sizes and kinds are the Cloud API's ("Supported media types"), but for documents, of which it would take 100 MB.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from PIL import Image, ImageOps, UnidentifiedImageError

from messaging.own_templates import HeaderKind

MEGABYTE = 1024 * 1024
MAX_BYTES: Mapping[HeaderKind, int] = {"image": 5 * MEGABYTE, "video": 16 * MEGABYTE, "document": 16 * MEGABYTE}
FILENAME_LIMIT = 100
SIDE, THUMBNAIL_SIDE = 1600, 480  # pixels
_MAX_PIXELS = 40_000_000
_NO_NAME = re.compile(r"[^\w .()+,-]")
_ENDINGS: Mapping[str, str] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "video/mp4": ".mp4",
    "application/pdf": ".pdf",
}


@dataclass(frozen=True)
class PreparedFile:
    """What is kept of a file: checked, and of pictures made anew. `thumbnail` is a small JPEG of a picture."""

    kind: HeaderKind
    mime_type: str
    filename: str
    content: bytes = field(repr=False)
    thumbnail: bytes | None = field(default=None, repr=False)


class FileRefused(ValueError):
    """The file is not taken: `code` is too_large (of `limit` megabytes) or not_<kind>."""

    def __init__(self, code: str, limit: int = 0) -> None:
        super().__init__(code)
        self.code, self.limit = code, limit


def prepared(kind: HeaderKind, content: bytes, filename: str) -> PreparedFile:
    """A file as it is kept, judged by what is in it and not by its name.

    Pictures are PNG, JPEG or WebP, written anew without what cameras note; videos MP4; documents PDF. Raises
    FileRefused.
    """
    if len(content) > MAX_BYTES[kind]:
        raise FileRefused("too_large", MAX_BYTES[kind] // MEGABYTE)
    if kind == "image":
        return _picture(content, filename)
    if kind == "video":
        if content[4:8] != b"ftyp":
            raise FileRefused("not_video")
        return PreparedFile(kind, "video/mp4", _named(filename, "video/mp4"), content)
    if not content.startswith(b"%PDF-"):
        raise FileRefused("not_document")
    return PreparedFile(kind, "application/pdf", _named(filename, "application/pdf"), content)


def _picture(content: bytes, filename: str) -> PreparedFile:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as picture:
            if picture.width * picture.height > _MAX_PIXELS:
                raise FileRefused("not_image")
            is_clear = "A" in picture.getbands() or "transparency" in picture.info
            upright = ImageOps.exif_transpose(picture).convert("RGBA" if is_clear else "RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise FileRefused("not_image") from None
    upright.thumbnail((SIDE, SIDE))
    mime_type = "image/png" if is_clear else "image/jpeg"
    made = _written(upright, mime_type)
    if len(made) > MAX_BYTES["image"]:
        raise FileRefused("too_large", MAX_BYTES["image"] // MEGABYTE)
    upright.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    small = Image.new("RGB", upright.size, "white")
    small.paste(upright, mask=upright.getchannel("A") if is_clear else None)
    return PreparedFile("image", mime_type, _named(filename, mime_type), made, _written(small, "image/jpeg"))


def _written(picture: Image.Image, mime_type: str) -> bytes:
    out = io.BytesIO()
    if mime_type == "image/png":
        picture.save(out, "PNG", optimize=True)
    else:
        picture.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def _named(filename: str, mime_type: str) -> str:
    """A file's own name without what no name has, with the ending of what it is."""
    ending = _ENDINGS[mime_type]
    base = filename.replace("\\", "/").rpartition("/")[2]
    stem = _NO_NAME.sub("", base.rpartition(".")[0] or base).strip(" .")[: FILENAME_LIMIT - len(ending)]
    return (stem or "arquivo") + ending
