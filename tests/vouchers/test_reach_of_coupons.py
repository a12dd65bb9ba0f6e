"""Who of all customers can have a coupon, and why others cannot."""

from datetime import date, timedelta
from typing import Any

from smartbis.customers.services import change_customer, set_membership
from smartbis.kernel.clock import frozen
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.purchases.sales import sold
from tests.vouchers.shop import MANAGER, NOON, coupon_of, give, issued
from vouchers.infos import CouponInfo
from vouchers.selectors import offers_for
from vouchers.selectors.reach import coupon_reach


def agreed(brand: TenantInfo, coupon: CouponInfo, customers: list[object]) -> tuple[int, dict[str, int]]:
    """What is said of everybody at once, after asking each customer alone gave the same."""
    reach = coupon_reach(tenant=brand.id, coupon=coupon.id)
    alone = 0
    for customer in customers:
        offers = offers_for(tenant=brand.id, customer=customer.id)  # type: ignore[attr-defined]
        alone += next(each.can_have for each in offers if each.coupon.id == coupon.id)
    assert (reach.customers, reach.can_have) == (len(customers), alone)
    return reach.can_have, {each.name: each.customers for each in reach.reasons}


def test_everybody_is_judged_like_each_alone(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(NOON - timedelta(days=80)):
        old, rich = make_customer(aurora), make_customer(aurora)
    with frozen(NOON):
        sold(aurora, customer=old.id, occurred_at=NOON - timedelta(days=70))
        sold(aurora, customer=rich.id, occurred_at=NOON - timedelta(days=59), external_id="S-2")
        fresh = make_customer(aurora)
        make_customer(boreal)
        change_customer(tenant=aurora.id, customer=fresh.id, birthday=date(1990, 11, 20), actor=MANAGER)
        set_membership(tenant=aurora.id, customer=rich.id, kind="tier", key="ouro")
        give(aurora, rich, 100, "points")
        everybody: list[object] = [old, rich, fresh]
        terms: dict[str, tuple[dict[str, Any], dict[str, int], int]] = {
            "tier": ({"tiers": ("ouro",)}, {"tier": 2}, 1),
            "week": ({"birthday": "week"}, {"birthday": 2}, 1),
            "new": ({"new_within_days": 10}, {"new": 2}, 1),
            "away": ({"inactive_for_days": 60}, {"inactive": 2}, 1),
            "cost": ({"cost_unit": "points", "cost_amount": 100}, {"balance": 2}, 1),
            "both": ({"tiers": ("ouro",), "birthday": "month"}, {"tier": 2, "birthday": 2}, 0),
        }
        for name, (asked, reasons, can) in terms.items():
            assert agreed(aurora, coupon_of(aurora, name=name, **asked), everybody) == (can, reasons)
        once = coupon_of(aurora, limit_per_customer=1)
        issued(aurora, once, old)
        assert agreed(aurora, once, everybody) == (2, {"limit": 1})


def test_what_is_closed_to_all_is_said_apart(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_customer(aurora)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"status": "paused"}, "paused"),
        ({"stock": 0}, "coupon_out_of_stock"),
        ({"is_listed": False}, "hidden"),
        ({"period_from": NOON + timedelta(days=9000)}, "scheduled"),
    ]
    for terms, closed in cases:
        reach = coupon_reach(tenant=aurora.id, coupon=coupon_of(aurora, **terms).id)
        assert (reach.closed, reach.can_have) == ((closed,), 0)
