"""QR codes as SVG text, black on white whatever the brand or the colour scheme, so that any reader finds them."""

import segno


def qr_svg(payload: str) -> str:
    """Return an inline `<svg>` of `payload` with its quiet zone, no size and no style, safe under a strict CSP.

    Error correction M (15 %); Micro QR is never used, since many readers refuse it.

    Raises:
        ValueError: `payload` is empty or longer than a QR code holds.
    """
    if not payload:
        raise ValueError("a QR code needs a payload")
    code = segno.make(payload, error="m", micro=False, boost_error=False)
    svg: str = code.svg_inline(omitsize=True, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return svg
