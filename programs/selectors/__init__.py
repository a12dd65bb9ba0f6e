"""What can be read about programmes and what they gave."""

from programs.selectors.adjustments import (
    LIMITED_ROLES,
    AdjustmentInfo,
    AdjustmentLine,
    Limit,
    adjustment_limits,
    adjustment_lines,
    adjustments,
    get_adjustment,
    limit_of,
    reason_words,
    waiting_adjustments,
)
from programs.selectors.awards import awards_of_purchase, awards_of_purchases, usable_today
from programs.selectors.catalogue import get_program, programs, rules_in_force
from programs.selectors.counter import (
    Attendance,
    Caution,
    TillCustomer,
    attendances,
    caution_about,
    sale_again,
    till_customer,
)
from programs.selectors.merging import MergePreview, MergeSide, preview_merge
from programs.selectors.pending import Release, releases_of
from programs.selectors.statements import StatementLine, customer_statement, explain

__all__ = [
    "LIMITED_ROLES",
    "AdjustmentInfo",
    "AdjustmentLine",
    "Attendance",
    "Caution",
    "Limit",
    "MergePreview",
    "MergeSide",
    "Release",
    "StatementLine",
    "TillCustomer",
    "adjustment_limits",
    "adjustment_lines",
    "adjustments",
    "attendances",
    "awards_of_purchase",
    "awards_of_purchases",
    "caution_about",
    "customer_statement",
    "explain",
    "get_adjustment",
    "get_program",
    "limit_of",
    "preview_merge",
    "programs",
    "reason_words",
    "releases_of",
    "rules_in_force",
    "sale_again",
    "till_customer",
    "usable_today",
    "waiting_adjustments",
]
