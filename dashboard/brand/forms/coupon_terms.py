"""A coupon that is there already, as its form shows it, and a copy of it."""

from dataclasses import replace
from typing import Any

from vouchers.infos import CouponDraft


def initial_of(coupon: CouponDraft, currency: str) -> dict[str, Any]:
    """A coupon as the form shows it."""
    is_money = coupon.cost_unit == currency
    return {
        "name": coupon.name,
        "description": coupon.description,
        "conditions": coupon.conditions,
        "campaign": str(coupon.campaign_id or ""),
        "kind": coupon.kind,
        "is_listed": coupon.is_listed,
        "value": coupon.value_minor,
        "percent": coupon.value_bp,
        "gift": coupon.value_sku,
        "benefit": coupon.value_key,
        "max_discount": coupon.max_discount_minor,
        "min_purchase": coupon.min_purchase_minor,
        "cost_unit": "" if coupon.cost_amount is None else "money" if is_money else "points",
        "cost_money": coupon.cost_amount if is_money else None,
        "cost_points": None if is_money else coupon.cost_amount,
        "period_from": coupon.period_from,
        "period_until": coupon.period_until,
        "usable_from_days": coupon.usable_from_days,
        "usable_from_next_sale": coupon.usable_from_next_sale,
        "valid_days": coupon.valid_days,
        "grace_days": coupon.grace_days,
        "holder": coupon.holder or "",
        "stock": coupon.stock,
        "limit_per_customer": coupon.limit_per_customer,
        "limit_per_day": coupon.limit_per_day,
        "is_divisible": coupon.is_divisible,
        "stacks_with_vouchers": coupon.stacks_with_vouchers,
        "stacks_with_balance": coupon.stacks_with_balance,
        "uses": coupon.uses,
        "budget": coupon.budget_minor,
        "stores": [str(each) for each in coupon.stores],
        "weekdays": [str(each) for each in coupon.weekdays],
        "hours": ", ".join(f"{start}-{end}" for start, end in coupon.hours),
        "plans": list(coupon.plans),
        "tiers": list(coupon.tiers),
        "segment": coupon.segment,
        "communities": list(coupon.communities),
        "tags": list(coupon.tags),
        "birthday": coupon.birthday,
        "new_within_days": coupon.new_within_days,
        "inactive_for_days": coupon.inactive_for_days,
        "given_with_plans": list(coupon.given_with_plans),
        "uses_pool": coupon.uses_pool,
        "rotates_code": coupon.rotates_code,
        "notice_days": [str(each) for each in coupon.notice_days],
        "on_lapse": coupon.on_lapse,
        "funded_by": coupon.funded_by,
    }


def copy_of(coupon: CouponDraft, name: str) -> CouponDraft:
    """The same terms under another name, as a draft."""
    return replace(coupon, name=name[:120], status="draft")
