"""Icons of the home screen: a brand's initial on its colour, full bleed, so that any mask leaves the letter whole."""

from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from smartbis.kernel.colour import on

LETTER_SHARE = 0.5


@lru_cache(maxsize=256)
def icon_png(name: str, colour: str, size: int) -> bytes:
    """A square PNG of `size` pixels."""
    picture = Image.new("RGB", (size, size), colour)
    font = ImageFont.load_default(size=size * LETTER_SHARE)
    letter = name.strip()[:1].upper() or "?"
    ImageDraw.Draw(picture).text((size / 2, size / 2), letter, fill=on(colour), font=font, anchor="mm")
    buffer = BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
