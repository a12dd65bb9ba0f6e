"""What can be read about sales."""

from smartbis.purchases.selectors.buyers import Buyers, buyers
from smartbis.purchases.selectors.days import sales_by_day
from smartbis.purchases.selectors.lists import purchases_of, purchases_page, refunds_of
from smartbis.purchases.selectors.single import (
    find_purchase,
    get_purchase,
    get_purchases,
    purchase_count,
    purchase_counts,
)

__all__ = [
    "Buyers",
    "buyers",
    "find_purchase",
    "get_purchase",
    "get_purchases",
    "purchase_count",
    "purchase_counts",
    "purchases_of",
    "purchases_page",
    "refunds_of",
    "sales_by_day",
]
