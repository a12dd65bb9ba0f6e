"""Amounts written out in Portuguese and English."""

import pytest

from smartbis.kernel.numerals import money_in_words, whole_in_portuguese


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        (1, "um centavo"),
        (100, "um real"),
        (3850, "trinta e oito reais e cinquenta centavos"),
        (10000, "cem reais"),
        (12100, "cento e vinte e um reais"),
        (100000, "mil reais"),
        (110000, "mil e cem reais"),
        (112300, "mil cento e vinte e três reais"),
        (385000, "três mil oitocentos e cinquenta reais"),
        (200001500, "dois milhões e quinze reais"),
        (100000000, "um milhão de reais"),
        (0, "zero reais"),
    ],
)
def test_reais_are_written_as_people_say_them(minor, words):
    assert money_in_words(minor, "BRL") == words


def test_english_and_other_currencies():
    assert money_in_words(385001, "BRL", "en") == "three thousand eight hundred and fifty reais and one centavo"
    assert money_in_words(12345, "JPY", "en").startswith("¥")
    assert whole_in_portuguese(0) == "zero"


def test_negative_money_is_not_written():
    with pytest.raises(ValueError):
        money_in_words(-1, "BRL")
