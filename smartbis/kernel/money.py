"""Whole numbers of minor units, and the roundings that have a name."""

from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel.numbers import format_currency, format_decimal

from smartbis.kernel.units import is_currency, minor_digits

Rounding = Literal["half_up", "floor", "ceil"]


def half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` to the nearest whole, halves away from zero."""
    if numerator >= 0 and denominator > 0:
        return (2 * numerator + denominator) // (2 * denominator)
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    numerator, denominator = abs(numerator), abs(denominator)
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """`numerator / denominator` as a whole number, by the named rounding; the denominator is above zero.

    Raises ValueError when it is not.
    """
    if denominator <= 0:
        raise ValueError("the denominator must be above zero")
    if rounding == "half_up":
        return half_up(numerator, denominator)
    if rounding == "floor":
        return numerator // denominator
    return -(-numerator // denominator)


def as_floor(numerator: int, denominator: int, rounding: Rounding) -> tuple[int, int, int]:
    """(a, b, c) with which `(times * a + b) // c` is `divide(times * numerator, denominator, rounding)`.

    For `times` of zero or more: a rate that is applied often needs no more than whole numbers.
    """
    if rounding == "half_up":
        return 2 * numerator, denominator, 2 * denominator
    return numerator, denominator - 1 if rounding == "ceil" else 0, denominator


def proportion(total: int, part: int, whole: int, rounding: Rounding = "half_up") -> int:
    """The share of `total` that `part` is of `whole`; all of it when `part` equals `whole`."""
    if part == whole:
        return total
    return divide(total * part, whole, rounding)


@lru_cache(maxsize=16_384)
def format_money(minor: int, currency: str, locale: str = "pt_BR") -> str:
    """Money in words of the locale: `R$ 18,50` (with Babel's no-break space)."""
    amount = Decimal(minor).scaleb(-minor_digits(currency))
    return str(format_currency(amount, currency, locale=locale.replace("-", "_")))


@lru_cache(maxsize=16_384)
def format_amount(amount: int, unit: str, locale: str = "pt_BR") -> str:
    """An amount of any unit: money as money, points as a grouped whole number without the word."""
    if is_currency(unit):
        return format_money(amount, unit, locale)
    return str(format_decimal(amount, locale=locale.replace("-", "_")))
