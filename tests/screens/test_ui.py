"""The template library writes amounts, icons and codes for people."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.utils import translation

ROOT = Path(__file__).parents[2]
SPRITE = (ROOT / "static/vendor/lucide/1.62.0/sprite.svg").read_text(encoding="utf-8")


def render(source, **context):
    return engines["django"].from_string("{% load ui %}" + source).render(context)


@pytest.mark.parametrize(
    ("value", "unit", "sign", "words"),
    [
        (1850, "BRL", False, "R$\u00a018,50"),
        (1850, "BRL", True, "+R$\u00a018,50"),
        (-1850, "BRL", True, "\u2212R$\u00a018,50"),
        (0, "BRL", True, "R$\u00a00,00"),
        (1230, "points", False, "1.230 pontos"),
        (1, "points", False, "1 ponto"),
    ],
)
def test_amounts_carry_their_unit(value, unit, sign, words):
    with translation.override("pt-br"):
        assert render("{% amount value unit sign %}", value=value, unit=unit, sign=sign) == words


def test_whole_numbers_are_written_in_threes_and_words_stay():
    with translation.override("pt-br"):
        assert render("{{ value|number }}", value=402701) == "402.701"
    with translation.override("en"):
        assert render("{{ value|number }}", value=402701) == "402,701"
        assert render("{{ value|number }}", value="97%") == "97%"


def test_codes_are_grouped_and_names_have_an_initial():
    assert render("{{ code|grouped }}", code="8F3K2QZP7XMA") == "8F3K-2QZP-7XMA"
    assert render("{{ name|initial }}", name="  marina") == "M"
    assert render("{{ name|initial }}", name="") == "?"


def test_every_icon_named_in_a_template_is_in_the_sprite():
    """A missing symbol draws nothing and says nothing."""
    drawn = set()
    for page in (ROOT / "templates").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        drawn.update(re.findall(r'{% icon "([\w-]+)" %}', text))
        drawn.update(re.findall(r'icon_name(?:=|\|default:)"([\w-]+)"', text))
    assert drawn
    assert not [name for name in sorted(drawn) if f'<symbol id="{name}"' not in SPRITE]


def test_no_template_has_inline_style_or_script():
    """The content security policy would drop them silently."""
    for page in (ROOT / "templates").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r'\sstyle="', text), page
        assert not re.search(r"\son\w+=", text), page
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), page
        assert not re.search(r"<style(?![^>]*\snonce=)", text), page
