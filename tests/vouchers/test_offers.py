"""What one customer can have."""

from datetime import timedelta
from typing import Any

from smartbis.customers.services import set_membership
from smartbis.kernel.clock import frozen
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.vouchers.shop import NOON, coupon_of, give, issued
from vouchers.selectors import offers_for


def told(brand: TenantInfo, customer: Any) -> dict[str, tuple[bool, list[str], int]]:
    return {
        offer.coupon.name: (offer.can_have, [reason.code for reason in offer.reasons], offer.missing_amount)
        for offer in offers_for(tenant=brand.id, customer=customer.id)
    }


def test_each_offer_says_whether_and_why_not(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(NOON):
        customer = make_customer(aurora)
        give(aurora, customer, 100, "points")
        had = coupon_of(aurora, name="had", limit_per_customer=1)
        issued(aurora, had, customer)
        coupon_of(aurora, name="free")
        coupon_of(aurora, name="affordable", cost_unit="points", cost_amount=100)
        coupon_of(aurora, name="dear", cost_unit="points", cost_amount=130)
        coupon_of(aurora, name="gone", stock=0, cost_unit="BRL", cost_amount=5)
        coupon_of(aurora, name="broke", budget_minor=999)
        coupon_of(aurora, name="club", plans=("clube",))
        coupon_of(aurora, name="soon", period_from=NOON + timedelta(days=1))
        for hidden in ({"status": "draft"}, {"is_listed": False}, {"period_until": NOON}):
            coupon_of(aurora, name="hidden", **hidden)
        coupon_of(boreal, name="theirs")
        assert told(aurora, customer) == {
            "free": (True, [], 0),
            "affordable": (True, [], 0),
            "had": (False, ["coupon_limit_reached"], 0),
            "broke": (False, ["budget_exhausted"], 0),
            "club": (False, ["coupon_not_eligible"], 0),
            "soon": (False, ["coupon_not_live"], 0),
            "dear": (False, ["insufficient_balance"], 30),
            "gone": (False, ["coupon_out_of_stock", "insufficient_balance"], 5),
        }
        set_membership(tenant=aurora.id, customer=customer.id, kind="plan", key="clube")
        assert told(aurora, customer)["club"] == (True, [], 0)
        assert list(told(boreal, make_customer(boreal))) == ["theirs"]


def test_many_offers_cost_as_much_as_few(aurora: TenantInfo, django_assert_num_queries: Any) -> None:
    customer = make_customer(aurora)
    for count in (2, 18):
        for _ in range(count):
            coupon_of(aurora, stock=5, cost_unit="points", cost_amount=5)
        with django_assert_num_queries(9):  # brand, coupons, counters, balances, taken; two pairs around
            offers_for(tenant=aurora.id, customer=customer.id)
