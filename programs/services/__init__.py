"""What can be done with programmes, and the use cases of a sale."""

from programs.services.counter import (
    may_sell,
    refund_at_counter,
    sell_at_counter,
    sell_with_balance,
    undo_redemption,
    undo_sale,
)
from programs.services.merging import merge_customers
from programs.services.participations import record_participation
from programs.services.programs import open_program, publish_rule, set_program_status
from programs.services.refunds import cancel_sale, confirm_sale, refund_sale
from programs.services.sales import record_sale, record_sales

__all__ = [
    "cancel_sale",
    "confirm_sale",
    "may_sell",
    "merge_customers",
    "open_program",
    "publish_rule",
    "record_participation",
    "record_sale",
    "record_sales",
    "refund_at_counter",
    "refund_sale",
    "sell_at_counter",
    "sell_with_balance",
    "set_program_status",
    "undo_redemption",
    "undo_sale",
]
