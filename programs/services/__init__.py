"""What can be done with programmes, and the use cases of a sale."""

from programs.services.participations import record_participation
from programs.services.programs import open_program, publish_rule, set_program_status
from programs.services.refunds import cancel_sale, confirm_sale, refund_sale
from programs.services.sales import record_sale, record_sales

__all__ = [
    "cancel_sale",
    "confirm_sale",
    "open_program",
    "publish_rule",
    "record_participation",
    "record_sale",
    "record_sales",
    "refund_sale",
    "set_program_status",
]
