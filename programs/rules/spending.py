"""How much balance may be used on a sale. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from programs.rules.facts import Line
from programs.rules.spec import MAX_BASIS_POINTS, Spending

Obstacle = Literal[
    "below_minimum_balance", "store_excluded", "below_minimum_sale", "articles_excluded", "share_of_sale"
]


@dataclass(frozen=True)
class Spendable:
    """What may be used now, in minor units, and what kept it below the balance."""

    amount_minor: int
    obstacles: tuple[Obstacle, ...] = ()


def together(rules: Iterable[Spending]) -> Spending:
    """The rules of several programmes that give the same balance, as one: the strictest of each counts."""
    found = Spending()
    for each in rules:
        found = Spending(
            minimum_balance=max(found.minimum_balance, each.minimum_balance),
            minimum_sale_minor=max(found.minimum_sale_minor, each.minimum_sale_minor),
            maximum_share_bp=min(found.maximum_share_bp, each.maximum_share_bp),
            excluded_products=found.excluded_products | each.excluded_products,
            excluded_categories=found.excluded_categories | each.excluded_categories,
            excluded_stores=found.excluded_stores | each.excluded_stores,
        )
    return found


def least_sale(rules: Spending, amount_minor: int) -> int:
    """The smallest sale, in minor units, on which `amount_minor` of balance may be used; 0 where any sale will do."""
    if rules.maximum_share_bp >= MAX_BASIS_POINTS:
        return rules.minimum_sale_minor
    return max(rules.minimum_sale_minor, -(-amount_minor * MAX_BASIS_POINTS // rules.maximum_share_bp))


def may_leave(rules: Spending, available_minor: int) -> bool:
    """Whether a balance is large enough to be used at all."""
    return available_minor > 0 and available_minor >= rules.minimum_balance


def of_the_sale(rules: Spending) -> Spending:
    """What the rules ask of a sale alone, whatever the balance was."""
    return replace(rules, minimum_balance=0)


def spendable(
    rules: Spending, *, available_minor: int, sale_minor: int, store: str, lines: Sequence[Line] = ()
) -> Spendable:
    """What of a balance may be used on a sale of `sale_minor`, at a store named by its code. Never negative.

    Articles that are excluded lower the part of the sale that balance may pay; the share is of the whole sale.
    """
    if not may_leave(rules, available_minor):
        return Spendable(0, ("below_minimum_balance",) if available_minor > 0 else ())
    if store in rules.excluded_stores:
        return Spendable(0, ("store_excluded",))
    if sale_minor < rules.minimum_sale_minor:
        return Spendable(0, ("below_minimum_sale",))
    excluded = sum(line.gross_minor for line in lines if is_excluded(rules, line))
    share = sale_minor * rules.maximum_share_bp // MAX_BASIS_POINTS
    most = max(0, min(share, sale_minor - excluded))
    obstacles: list[Obstacle] = []
    if sale_minor - excluded < min(available_minor, sale_minor):
        obstacles.append("articles_excluded")
    if share < min(available_minor, sale_minor):
        obstacles.append("share_of_sale")
    return Spendable(min(available_minor, most), tuple(obstacles))


def is_excluded(rules: Spending, line: Line) -> bool:
    """Whether balance may not pay for a line."""
    return line.sku in rules.excluded_products or line.category in rules.excluded_categories
