"""QR codes are drawn so that any reader finds them."""

import re

import pytest

from smartbis.kernel.qr import qr_svg


def size_of(svg):
    match = re.search(r'viewBox="0 0 (\d+) ', svg)
    assert match is not None
    return int(match[1])


def test_black_on_white_with_the_quiet_zone_and_no_style():
    svg = qr_svg("SBV1ABCDEFGHJKMNPQRSTVWXYZ0123")
    assert 'stroke="#000"' in svg
    assert 'fill="#fff"' in svg
    assert "style" not in svg
    modules = size_of(svg) - 2 * 4
    assert (modules - 21) % 4 == 0, "a full QR code with four modules of quiet zone on each side"


def test_short_payloads_never_become_micro_qr():
    assert size_of(qr_svg("A")) == 21 + 8


@pytest.mark.parametrize("payload", ["", "x" * 4000])
def test_nothing_and_too_much_are_refused(payload):
    with pytest.raises(ValueError):
        qr_svg(payload)


def test_the_payload_never_reaches_the_markup():
    assert "<script" not in qr_svg("<script>alert(1)</script>")
