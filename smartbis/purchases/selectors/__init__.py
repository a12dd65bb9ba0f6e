"""What can be read about sales."""

from smartbis.purchases.selectors.buyers import Buyers, buyers, buyers_by_store
from smartbis.purchases.selectors.choosing import Bought, customers_last_bought, customers_who_bought
from smartbis.purchases.selectors.days import sales_by_day, sales_by_store
from smartbis.purchases.selectors.imported import (
    ForeignRefund,
    buyers_of_import,
    purchases_of_import,
    refunds_of_other_sales,
    sales_refunded_by_import,
)
from smartbis.purchases.selectors.lists import purchases_of, purchases_page, refunds_of
from smartbis.purchases.selectors.returnable import (
    ReturnableLine,
    purchases_by_number,
    refund_numbers,
    returnable_lines,
)
from smartbis.purchases.selectors.settled import SettledSale, settled_sales
from smartbis.purchases.selectors.single import (
    find_purchase,
    get_purchase,
    get_purchases,
    purchase_count,
    purchase_counts,
    purchases_before,
    purchases_counted,
)
from smartbis.purchases.selectors.sold import SoldArticle, articles_sold, find_sold
from smartbis.purchases.selectors.till import UsualAmounts, last_purchases, usual_amounts

__all__ = [
    "Bought",
    "Buyers",
    "ForeignRefund",
    "ReturnableLine",
    "SettledSale",
    "SoldArticle",
    "UsualAmounts",
    "articles_sold",
    "buyers",
    "buyers_by_store",
    "buyers_of_import",
    "customers_last_bought",
    "customers_who_bought",
    "find_purchase",
    "find_sold",
    "get_purchase",
    "get_purchases",
    "last_purchases",
    "purchase_count",
    "purchase_counts",
    "purchases_before",
    "purchases_by_number",
    "purchases_counted",
    "purchases_of",
    "purchases_of_import",
    "purchases_page",
    "refund_numbers",
    "refunds_of",
    "refunds_of_other_sales",
    "returnable_lines",
    "sales_by_day",
    "sales_by_store",
    "sales_refunded_by_import",
    "settled_sales",
    "usual_amounts",
]
