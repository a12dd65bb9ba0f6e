"""A coupon's terms between the shape of the contract and that of the room."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from smartbis.kernel.errors import InvalidInput
from smartbis.tenancy.selectors import stores
from vouchers.infos import CouponDraft, CouponInfo

_PLAIN = (
    "name",
    "description",
    "image",
    "kind",
    "status",
    "is_listed",
    "value_minor",
    "value_bp",
    "value_sku",
    "value_key",
    "valid_days",
    "holder",
    "stock",
    "limit_per_customer",
    "uses",
    "segment",
    "min_purchase_minor",
    "max_discount_minor",
    "budget_minor",
    "on_lapse",
    "conditions",
    "limit_per_day",
    "is_divisible",
    "stacks_with_vouchers",
    "stacks_with_balance",
    "birthday",
    "new_within_days",
    "inactive_for_days",
    "uses_pool",
    "rotates_code",
    "grace_days",
    "funded_by",
)
_LISTS = ("weekdays", "plans", "tiers", "communities", "tags", "given_with_plans", "notice_days")


def drafted(tenant: UUID, given: dict[str, Any], before: CouponDraft | None = None) -> CouponDraft:
    """The draft that checked terms make, on top of `before` when they are changes. Raises InvalidInput."""
    terms = {name: given[name] for name in _PLAIN if name in given}
    terms |= {name: tuple(given[name]) for name in _LISTS if name in given}
    if "hours" in given:
        terms["hours"] = tuple((start, end) for start, end in given["hours"])
    if "stores" in given:
        terms["stores"] = _store_ids(tenant, given["stores"])
    if "campaign" in given:
        terms["campaign_id"] = given["campaign"]
    if "cost" in given:
        cost = given["cost"] or {"unit": "", "amount": None}
        terms |= {"cost_unit": cost["unit"], "cost_amount": cost["amount"]}
    if "period" in given:
        period = given["period"] or {}
        terms |= {"period_from": period.get("from"), "period_until": period.get("until")}
    if "usable_from" in given:
        usable = given["usable_from"] or {}
        terms |= {"usable_from_days": usable.get("days"), "usable_from_next_sale": usable.get("next_sale", False)}
    return replace(before, **terms) if before else CouponDraft(**terms)


def shaped(coupon: CouponInfo, codes: dict[UUID, str]) -> dict[str, Any]:
    """A coupon as the contract shows it; `codes` gives store codes by id."""
    usable: dict[str, Any] | None = None
    if coupon.usable_from_next_sale:
        usable = {"next_sale": True}
    elif coupon.usable_from_days is not None:
        usable = {"days": coupon.usable_from_days}
    has_period = coupon.period_from or coupon.period_until
    return {
        **{name: getattr(coupon, name) for name in (*_PLAIN, *_LISTS, "hours")},
        "id": coupon.id,
        "campaign": coupon.campaign_id,
        "phase": coupon.phase,
        "currency": coupon.currency,
        "cost": {"unit": coupon.cost_unit, "amount": coupon.cost_amount} if coupon.cost_amount else None,
        "period": {"from": coupon.period_from, "until": coupon.period_until} if has_period else None,
        "usable_from": usable,
        "stores": [codes.get(store, "") for store in coupon.stores],
        "stock_left": coupon.stock_left,
        "budget_left_minor": coupon.budget_left_minor,
        "created_at": coupon.created_at,
        "changed_at": coupon.changed_at,
    }


def store_codes(tenant: UUID) -> dict[UUID, str]:
    """The codes of all stores, by id."""
    return {store.id: store.code for store in stores(tenant=tenant, active_only=False)}


def _store_ids(tenant: UUID, codes: list[str]) -> tuple[UUID, ...]:
    known = {store.code: store.id for store in stores(tenant=tenant)}
    if unknown := sorted(set(codes) - known.keys()):
        raise InvalidInput({"stores": [f"There is no store {', '.join(unknown)}."]})
    return tuple(known[code] for code in codes)
