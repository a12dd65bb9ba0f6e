"""Whole minor units, and the roundings that have a name."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from smartbis.kernel.money import Rounding, divide, format_amount, format_money, half_up, proportion

AMOUNTS = some.integers(min_value=0, max_value=10**15)
WHOLES = some.integers(min_value=1, max_value=10**12)


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(1, 2, 1), (3, 2, 2), (5, 2, 3), (-1, 2, -1), (-3, 2, -2), (1, 3, 0), (2, 3, 1), (0, 7, 0), (1, -2, -1)],
)
def test_half_goes_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    assert half_up(numerator, denominator) == expected


@given(AMOUNTS, WHOLES)
def test_each_rounding_is_the_nearest_whole_of_its_kind(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    floor, ceil, nearest = (divide(numerator, denominator, kind) for kind in ("floor", "ceil", "half_up"))
    assert floor <= exact < floor + 1
    assert ceil - 1 < exact <= ceil
    assert abs(nearest - exact) <= Fraction(1, 2)
    assert nearest in (floor, ceil)


@pytest.mark.parametrize("rounding", ["half_up", "floor", "ceil"])
def test_nothing_is_divided_by_nothing(rounding: Rounding) -> None:
    with pytest.raises(ValueError, match="above zero"):
        divide(1, 0, rounding)


@given(AMOUNTS, WHOLES)
def test_the_whole_of_a_total_is_the_total(total: int, whole: int) -> None:
    assert proportion(total, whole, whole) == total


@given(AMOUNTS, WHOLES, some.data())
def test_a_share_is_never_more_than_the_total(total: int, whole: int, data: some.DataObject) -> None:
    part = data.draw(some.integers(min_value=0, max_value=whole))
    assert 0 <= proportion(total, part, whole) <= total


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "written"),
    [
        (1850, "BRL", "pt_BR", "R$\xa018,50"),
        (123456789, "BRL", "pt-BR", "R$\xa01.234.567,89"),
        (1850, "BRL", "en", "R$18.50"),
        (500, "JPY", "en", "¥500"),
        (-1, "BRL", "pt_BR", "-R$\xa00,01"),
    ],
)
def test_money_is_written_as_the_locale_writes_it(minor: int, currency: str, locale: str, written: str) -> None:
    assert format_money(minor, currency, locale) == written


def test_points_are_a_number_without_a_sign_of_money() -> None:
    assert format_amount(1250, "points") == "1.250"
    assert format_amount(1250, "BRL") == "R$\xa012,50"
