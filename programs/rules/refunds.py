"""How much of an award a refund takes back. Pure."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from smartbis.kernel.money import Rounding, divide, proportion


class ReturnedArticle(NamedTuple):
    """A line of a sale, and how many of its articles came back so far."""

    position: int
    quantity: int
    unit_minor: int
    returned: int


def share_of_sale(
    lines: Sequence[Sequence[int]], *, gross_minor: int, refunded_minor: int, articles: Sequence[ReturnedArticle]
) -> Fraction:
    """How much of an award's base went back with what was refunded so far: of its own `lines`, or of the whole sale.

    `lines` are the positions that earned, with their base; none if the whole sale did.
    """
    if refunded_minor >= gross_minor:
        return Fraction(1)
    if not lines:
        return Fraction(refunded_minor, gross_minor)
    listed = sum(each.quantity * each.unit_minor for each in articles)
    returned = sum(each.returned * each.unit_minor for each in articles)
    by_article = proportion(gross_minor, returned, listed) if listed else 0
    loose = max(0, refunded_minor - by_article), gross_minor - by_article
    back = {each.position: (each.returned, each.quantity) for each in articles}
    return refunded_share(tuple((position, base) for position, base in lines), back, loose)


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
