"""What can be done with sales."""

from smartbis.purchases.services.decide import cancel_purchase, confirm_purchase
from smartbis.purchases.services.reassign import reassign_purchases
from smartbis.purchases.services.record import (
    Adding,
    add_purchase,
    add_purchases_in_bulk,
    begin_purchase,
    lock_purchase,
    lock_purchases,
)
from smartbis.purchases.services.refund import add_refund, add_refunds_in_bulk
from smartbis.purchases.services.undo import undo_purchases

__all__ = [
    "Adding",
    "add_purchase",
    "add_purchases_in_bulk",
    "add_refund",
    "add_refunds_in_bulk",
    "begin_purchase",
    "cancel_purchase",
    "confirm_purchase",
    "lock_purchase",
    "lock_purchases",
    "reassign_purchases",
    "undo_purchases",
]
