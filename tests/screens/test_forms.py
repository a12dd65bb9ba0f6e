"""What people type into money fields is understood exactly or refused, with or without JavaScript."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from smartbis.forms import MoneyField, MoneyInput


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("38,50", 3850),
        ("38.50", 3850),
        ("1.234,56", 123456),
        ("1234.56", 123456),
        ("R$ 0,01", 1),
        ("R$\u00a012,00", 1200),
        ("1 000,00", 100000),
    ],
)
def test_both_cents_make_the_figure_certain(text, minor):
    assert MoneyField().clean(text) == minor


@pytest.mark.parametrize("text", ["38", "38,5", "abc", "-1,00", "1,2,3", "12.345", "1e3", "38,500"])
def test_anything_that_could_be_read_two_ways_is_refused(text):
    with pytest.raises(ValidationError) as refusal:
        MoneyField().clean(text)
    assert refusal.value.code == "invalid"


def test_zero_and_too_much_are_refused_with_their_own_words():
    with pytest.raises(ValidationError) as refusal:
        MoneyField().clean("0,00")
    assert refusal.value.code == "min"
    with pytest.raises(ValidationError) as refusal:
        MoneyField().clean("99999999999,00")
    assert refusal.value.code == "max"


@given(st.integers(1, 10**12))
def test_what_the_field_shows_it_reads_back(minor):
    for language in ("pt-br", "en"):
        with translation.override(language):
            assert MoneyField().clean(MoneyInput().format_value(minor)) == minor
