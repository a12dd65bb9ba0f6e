"""How much of an award a refund takes back. Pure."""

from collections.abc import Mapping
from fractions import Fraction

from smartbis.kernel.money import Rounding, divide


def refunded_share(
    lines: tuple[tuple[int, int], ...], refunded: Mapping[int, tuple[int, int]], loose: tuple[int, int]
) -> Fraction:
    """How much of an award's base went back: for each line what of it was returned, and its part of loose amounts.

    `lines` are the award's lines with their base; `refunded` says, by position, how many of how many articles came
    back; `loose` is the amount refunded without naming articles, of all that was not refunded by article.
    """
    part, whole = loose
    spread = Fraction(min(part, whole), whole) if whole > 0 else Fraction(0)
    total = Fraction(0)
    for position, base in lines:
        back, sold = refunded.get(position, (0, 1))
        own = Fraction(back, sold)
        total += base * (own + (1 - own) * spread)
    entire = sum(base for _, base in lines)
    return total / entire if entire else Fraction(0)


def still_to_reverse(*, granted: int, reversed_before: int, share: Fraction, rounding: Rounding) -> int:
    """How much of an award a refund takes back, so that any split of a full refund leaves exactly zero.

    `share` is the refunded part of the award's base with this refund: the cumulative target `round(granted x share)`
    less what was reversed before, and everything once all is refunded.
    """
    if share >= 1:
        return granted - reversed_before
    target = min(granted, divide(granted * share.numerator, share.denominator, rounding))
    return max(0, target - reversed_before)
