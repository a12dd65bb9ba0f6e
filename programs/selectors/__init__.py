"""What can be read about programmes and what they gave."""

from programs.selectors.adjustments import (
    LIMITED_ROLES,
    AdjustmentInfo,
    AdjustmentLine,
    Limit,
    adjustment_limits,
    adjustment_lines,
    adjustments,
    limit_of,
    reason_words,
    waiting_adjustments,
)
from programs.selectors.awards import awards_of_purchase, awards_of_purchases
from programs.selectors.books import check_books
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
from programs.selectors.explanations import award_facts, explain
from programs.selectors.history import due_by_file, source_of_voucher
from programs.selectors.merging import MergePreview, MergeSide, preview_merge
from programs.selectors.names import award_names
from programs.selectors.participation_words import participations_of
from programs.selectors.pending import Holding, Release, customer_holdings, holdings, releases_of
from programs.selectors.plans import (
    CustomerPlans,
    MemberInfo,
    PeriodInfo,
    PlanInfo,
    current_plans,
    customer_plans,
    get_plan,
    member_counts,
    plan_members,
    plans,
)
from programs.selectors.points import PointValue, point_value
from programs.selectors.sales import sale_readings
from programs.selectors.spoken import speaking
from programs.selectors.statements import StatementLine, customer_statement
from programs.selectors.tiers import (
    LadderInfo,
    TierCard,
    TierMember,
    find_ladder,
    tier_card,
    tier_counts,
    tier_members,
    tiers_of,
)

__all__ = [
    "LIMITED_ROLES",
    "AdjustmentInfo",
    "AdjustmentLine",
    "Attendance",
    "Caution",
    "CustomerPlans",
    "Holding",
    "LadderInfo",
    "Limit",
    "MemberInfo",
    "MergePreview",
    "MergeSide",
    "PeriodInfo",
    "PlanInfo",
    "PointValue",
    "Release",
    "StatementLine",
    "TierCard",
    "TierMember",
    "TillCustomer",
    "adjustment_limits",
    "adjustment_lines",
    "adjustments",
    "attendances",
    "award_facts",
    "award_names",
    "awards_of_purchase",
    "awards_of_purchases",
    "caution_about",
    "check_books",
    "current_plans",
    "customer_holdings",
    "customer_plans",
    "customer_statement",
    "due_by_file",
    "explain",
    "find_ladder",
    "get_plan",
    "get_program",
    "holdings",
    "limit_of",
    "member_counts",
    "participations_of",
    "plan_members",
    "plans",
    "point_value",
    "preview_merge",
    "programs",
    "reason_words",
    "releases_of",
    "rules_in_force",
    "sale_again",
    "sale_readings",
    "source_of_voucher",
    "speaking",
    "tier_card",
    "tier_counts",
    "tier_members",
    "tiers_of",
    "till_customer",
    "waiting_adjustments",
]
