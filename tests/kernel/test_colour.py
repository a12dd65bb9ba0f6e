"""Any brand colour gives readable screens, in both schemes."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartbis.kernel import colour

brands = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
schemes = st.sampled_from([colour.LIGHT, colour.DARK])
TOKENS_CSS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"


@given(brands)
def test_black_or_white_reads_on_any_ground(ground):
    assert colour.contrast(colour.on(ground), ground) >= 4.58


@settings(max_examples=300)
@given(brands, schemes)
def test_brand_text_and_borders_reach_their_ratio_on_the_hardest_ground(brand, scheme):
    tokens = colour.scheme_tokens(brand, scheme)
    assert colour.contrast(tokens["brand-text"], scheme.ground) >= 4.5
    assert colour.contrast(tokens["brand-ui"], scheme.ground) >= 3
    assert colour.contrast(tokens["on-brand-soft"], tokens["brand-soft"]) >= 4.5
    assert colour.contrast(tokens["brand-on-inverse"], scheme.inverse) >= 4.5


@given(brands)
def test_both_ends_of_the_hero_gradient_carry_the_same_text(brand):
    """A gradient may only move away from its text: the far end reads at least as well as the near one."""
    tokens = colour.scheme_tokens(brand, colour.LIGHT)
    near = colour.contrast(tokens["on-brand"], tokens["brand"])
    assert near >= 4.5
    assert colour.contrast(tokens["on-brand"], tokens["brand-deep"]) >= near


@given(brands, schemes)
def test_shifting_keeps_a_colour_that_already_passes(brand, scheme):
    shifted = colour.shift(brand, scheme.ground, colour.TEXT_RATIO)
    assert colour.shift(shifted, scheme.ground, colour.TEXT_RATIO) == shifted


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#f97316", "#ffffff", 2.80)],
)
def test_contrast_agrees_with_published_values(one, other, ratio):
    assert colour.contrast(one, other) == pytest.approx(ratio, abs=0.01)


def test_the_untouched_brand_is_kept_for_large_fills():
    assert colour.brand_tokens("#FDE047")["--brand"] == "#fde047"


def test_is_adjusted_tells_yellow_from_a_colour_that_reads_everywhere():
    assert colour.is_adjusted("#fde047")
    assert not any(colour.is_adjusted(grey) for grey in ("#808080",) if colour.contrast(grey, "#efefec") >= 4.6)


@pytest.mark.parametrize(("given_hex", "expected"), [("F60", "#ff6600"), ("#1E3A8A", "#1e3a8a")])
def test_short_and_capital_forms_are_normalised(given_hex, expected):
    assert colour.normalise_hex(given_hex) == expected


@pytest.mark.parametrize("wrong", ["", "red", "#12", "#12345g", "#fff;}body{display:none}", "#ffffff\n}"])
def test_anything_but_a_hexadecimal_colour_is_refused(wrong):
    with pytest.raises(ValueError, match="not a hexadecimal colour"):
        colour.brand_css(wrong)


def test_the_css_rule_has_nothing_but_tokens():
    assert re.fullmatch(r":root\{(--[a-z-]+:[#0-9a-z(), -]+;?)+\}", colour.brand_css("#f97316"))


def test_no_surface_in_the_stylesheet_is_harder_than_the_grounds_assumed_here():
    """Contrast is computed against the grounds of this module, so the stylesheet may not go past them."""
    css = TOKENS_CSS.read_text(encoding="utf-8")
    surfaces = re.findall(r"--(?:ground|surface[\w-]*): light-dark\((#\w{6}), (#\w{6})\)", css)
    assert len(surfaces) >= 3
    for light, dark in surfaces:
        assert colour.contrast(light, "#000000") >= colour.contrast(colour.LIGHT.ground, "#000000")
        assert colour.contrast(dark, "#ffffff") >= colour.contrast(colour.DARK.ground, "#ffffff")
    assert re.search(rf"--inverse: light-dark\({colour.LIGHT.inverse}, {colour.DARK.inverse}\)", css)
