"""Safe tones for any brand colour.

A brand gives one colour; screens need text, borders, soft fills and their dark twins that stay readable.
Ratios are those of WCAG 2.x; lightness moves in OKLCH, where equal steps look equal and the hue stays put
(B. Ottosson, "A perceptual color space for image processing", 2020).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

TEXT_RATIO = 4.6
"""Aim for text. WCAG AA asks 4.5; the rest is room for rounding to eight bits."""
UI_RATIO = 3.1
"""Aim for borders, icons and focus rings. WCAG AA asks 3."""

_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\Z")
_LIGHTNESS_STEP = 0.01
_CHROMA_STEP = 0.008
_LIGHTEST_FILL = 0.93
_VIVID_WHEN_LIGHT = (math.radians(105), math.radians(195))
_LEAN = math.radians(18)

Rgb = tuple[float, float, float]
Oklch = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Scheme:
    """The neutral grounds of one colour scheme; `static/css/tokens.css` holds the same values.

    `ground` is the hardest surface that brand text may stand on: the darkest light one, the lightest dark one.
    """

    name: str
    ground: str
    inverse: str
    soft_lightness: float
    soft_chroma: float


LIGHT = Scheme("light", ground="#efefec", inverse="#1b1b1f", soft_lightness=0.955, soft_chroma=0.04)
DARK = Scheme("dark", ground="#26262b", inverse="#f4f4f2", soft_lightness=0.28, soft_chroma=0.05)


def normalise_hex(colour: str) -> str:
    """Return `colour` as `#rrggbb` in lower case.

    Raises:
        ValueError: it is not three or six hexadecimal digits, with or without `#`.
    """
    match = _HEX.match(colour.strip())
    if match is None:
        raise ValueError(f"not a hexadecimal colour: {colour!r}")
    digits = match.group(1).lower()
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return f"#{digits}"


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2 contrast ratio of two hexadecimal colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def on(ground: str) -> str:
    """Return pure black or pure white, whichever is easier to read on `ground`.

    The worst ground of all still gives 4.58. A softened black would not: #111 falls to 4.35.
    """
    return max("#000000", "#ffffff", key=lambda ink: contrast(ink, ground))


def shift(colour: str, ground: str, ratio: float) -> str:
    """Return the nearest tone of `colour` that has at least `ratio` against `ground`, hue kept.

    Lightness walks away from the ground in steps of 0.01 and chroma shrinks until sRGB holds the colour.
    Where no tone of that hue is enough, the answer is `on(ground)`.
    """
    colour = normalise_hex(colour)
    if contrast(colour, ground) >= ratio:
        return colour
    lightness, chroma, hue = _to_oklch(colour)
    step = -_LIGHTNESS_STEP if on(ground) == "#000000" else _LIGHTNESS_STEP
    while 0.0 < lightness < 1.0:
        lightness += step
        candidate = _fit(lightness, chroma, hue)
        if contrast(candidate, ground) >= ratio:
            return candidate
    return on(ground)


def deepen(colour: str, amount: float) -> str:
    """Return `colour` moved by `amount` of lightness away from the text that stands on it.

    For the far end of a gradient and for pressed buttons: contrast with `on(colour)` can only grow.
    A colour that gets lighter leans towards yellow or cyan, the hues that stay vivid when light.
    """
    colour = normalise_hex(colour)
    ink = on(colour)
    lightness, chroma, hue = _to_oklch(colour)
    if ink == "#ffffff":
        moved = _fit(max(0.0, lightness - amount), chroma, hue)
    else:
        lighter = max(lightness, min(_LIGHTEST_FILL, lightness + amount))
        moved = _fit(lighter, chroma, _lean(hue))
    return moved if contrast(moved, ink) >= contrast(colour, ink) else colour


def scheme_tokens(colour: str, scheme: Scheme) -> dict[str, str]:
    """Return the brand's tokens for one scheme: names without dashes in front, values `#rrggbb`.

    Raises:
        ValueError: `colour` is not hexadecimal.
    """
    brand = normalise_hex(colour)
    _, chroma, hue = _to_oklch(brand)
    soft = _fit(scheme.soft_lightness, min(chroma, scheme.soft_chroma), hue)
    return {
        "brand": brand,
        "on-brand": on(brand),
        "brand-deep": deepen(brand, 0.10),
        "brand-text": shift(brand, scheme.ground, TEXT_RATIO),
        "brand-ui": shift(brand, scheme.ground, UI_RATIO),
        "brand-soft": soft,
        "on-brand-soft": shift(brand, soft, TEXT_RATIO),
        "brand-on-inverse": shift(brand, scheme.inverse, TEXT_RATIO),
    }


def brand_tokens(colour: str) -> dict[str, str]:
    """Return CSS custom properties for a brand colour; what differs by scheme is a `light-dark()`.

    Raises:
        ValueError: `colour` is not hexadecimal.
    """
    light, dark = scheme_tokens(colour, LIGHT), scheme_tokens(colour, DARK)
    return {
        f"--{name}": tone if tone == dark[name] else f"light-dark({tone}, {dark[name]})" for name, tone in light.items()
    }


def brand_css(colour: str) -> str:
    """Return the brand's tokens as one CSS rule, safe to print in a style element.

    Raises:
        ValueError: `colour` is not hexadecimal.
    """
    return ":root{" + ";".join(f"{name}:{value}" for name, value in brand_tokens(colour).items()) + "}"


def is_adjusted(colour: str) -> bool:
    """Tell whether text or borders in this brand needed another tone, in either scheme."""
    brand = normalise_hex(colour)
    return any(
        scheme_tokens(brand, scheme)[name] != brand for scheme in (LIGHT, DARK) for name in ("brand-text", "brand-ui")
    )


def _channels(colour: str) -> Rgb:
    digits = normalise_hex(colour)[1:]
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _gamma(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else float(1.055 * channel ** (1 / 2.4) - 0.055)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(colour: str) -> Oklch:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a_axis = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b_axis = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a_axis, b_axis), math.atan2(b_axis, a_axis)


def _lean(hue: float) -> float:
    """Turn `hue` (radians) by at most 18 degrees towards the nearer of yellow and cyan."""
    gaps = [math.remainder(target - hue, math.tau) for target in _VIVID_WHEN_LIGHT]
    nearest = min(gaps, key=abs)
    return hue + math.copysign(min(abs(nearest), _LEAN), nearest)


def _to_linear_rgb(lightness: float, chroma: float, hue: float) -> Rgb:
    a_axis, b_axis = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a_axis + 0.2158037573 * b_axis) ** 3
    medium = (lightness - 0.1055613458 * a_axis - 0.0638541728 * b_axis) ** 3
    short = (lightness - 0.0894841775 * a_axis - 1.2914855480 * b_axis) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _fit(lightness: float, chroma: float, hue: float) -> str:
    """Return the colour as `#rrggbb`, with as much of its chroma as sRGB can show."""
    tolerance = 0.0005
    while chroma > 0.0:
        linear = _to_linear_rgb(lightness, chroma, hue)
        if all(-tolerance <= channel <= 1 + tolerance for channel in linear):
            break
        chroma = max(0.0, chroma - _CHROMA_STEP)
    linear = _to_linear_rgb(lightness, chroma, hue)
    eight_bit = (round(_gamma(min(1.0, max(0.0, channel))) * 255) for channel in linear)
    return "#" + "".join(f"{channel:02x}" for channel in eight_bit)
