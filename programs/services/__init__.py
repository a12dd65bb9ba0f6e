"""What can be done with programmes, and the use cases of a sale."""

from programs.services.adjustments import (
    approve_adjustment,
    refuse_adjustment,
    request_adjustment,
    set_adjustment_limits,
)
from programs.services.merging import merge_customers
from programs.services.notices import NoticeDraft, correct_notice, put_away
from programs.services.participations import record_participation
from programs.services.plan_catalogue import PlanTerms, change_plan, create_plan
from programs.services.plans import buy_plan_with_points, confirm_payment, grant_plan, start_period, withdraw_plan
from programs.services.programs import open_program, publish_rule, set_program_status
from programs.services.refunds import cancel_sale, confirm_sale, refund_sale
from programs.services.sales import record_sale, record_sales
from programs.services.spending import buy_voucher, spend_balance
from programs.services.tiers import set_ladder
from programs.services.till import (
    may_sell,
    refund_at_counter,
    sell_at_counter,
    sell_queued,
    undo_redemption,
    undo_sale,
)
from programs.services.trying import MadeUpOccasion, Trial, try_rules

__all__ = [
    "MadeUpOccasion",
    "NoticeDraft",
    "PlanTerms",
    "Trial",
    "approve_adjustment",
    "buy_plan_with_points",
    "buy_voucher",
    "cancel_sale",
    "change_plan",
    "confirm_payment",
    "confirm_sale",
    "correct_notice",
    "create_plan",
    "grant_plan",
    "may_sell",
    "merge_customers",
    "open_program",
    "publish_rule",
    "put_away",
    "record_participation",
    "record_sale",
    "record_sales",
    "refund_at_counter",
    "refund_sale",
    "refuse_adjustment",
    "request_adjustment",
    "sell_at_counter",
    "sell_queued",
    "set_adjustment_limits",
    "set_ladder",
    "set_program_status",
    "spend_balance",
    "start_period",
    "try_rules",
    "undo_redemption",
    "undo_sale",
    "withdraw_plan",
]
