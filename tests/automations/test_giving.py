"""Vouchers that come with a plan."""

from typing import Any

from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.programs.test_plans import plan, sell
from tests.vouchers.shop import coupon_of
from vouchers.selectors import vouchers_of


def held(brand: TenantInfo, customer: Any) -> list[tuple[str, str]]:
    return [(each.coupon_name, each.origin) for each in vouchers_of(tenant=brand.id, customer=customer.id)]


def test_each_period_that_is_bought_brings_its_vouchers_once(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana, theirs = make_customer(aurora), make_customer(boreal)
    for brand in (aurora, boreal):
        plan(brand)
    coupon_of(aurora, name="Café", given_with_plans=("socio",), holder="personal")
    coupon_of(aurora, name="Só um", given_with_plans=("socio",), limit_per_customer=1)
    coupon_of(aurora, name="Pausado", given_with_plans=("socio",), status="paused")
    coupon_of(aurora, name="De outro", given_with_plans=("familia",))
    sell(aurora, ana)
    sell(boreal, theirs)
    drain_queue("relay")
    assert sorted(held(aurora, ana)) == [("Café", "plan"), ("Só um", "plan")]
    sell(aurora, ana, number="2")
    drain_queue("relay")
    drain_queue("relay")
    assert sorted(held(aurora, ana)) == [("Café", "plan"), ("Café", "plan"), ("Só um", "plan")]
    assert held(boreal, theirs) == []
