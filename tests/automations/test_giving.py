"""Vouchers that come with a plan."""

from typing import Any

from programs.selectors.plans import customer_plans
from programs.services import refund_sale
from programs.services.plans import grant_plan, withdraw_plan
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import RefundItemDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.buying_plans import SKU, plan, sell
from tests.vouchers.shop import coupon_of, redeemed
from vouchers.selectors import coupons, vouchers_of


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


def states(brand: TenantInfo, customer: Any) -> list[str]:
    return sorted(each.status for each in vouchers_of(tenant=brand.id, customer=customer.id))


def refund(brand: TenantInfo, sale: Any, number: str, **what: Any) -> None:
    refund_sale(tenant=brand.id, purchase=sale.id, external_id=number, actor=actor(), **what)
    drain_queue("relay")


def kept(brand: TenantInfo, customer: Any) -> list[int]:
    found = customer_plans(tenant=brand.id, customer=customer.id, with_periods=True)
    return [each.vouchers_kept for each in found.periods]


def test_a_refund_of_the_plan_takes_the_unused_voucher_and_leaves_the_used_one(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    ana, theirs = make_customer(aurora), make_customer(boreal)
    for brand in (aurora, boreal):
        plan(brand)
        coupon_of(brand, name="Café", given_with_plans=("socio",), stock=9)
        coupon_of(brand, name="Bolo", given_with_plans=("socio",))
    sale, other = sell(aurora, ana), sell(boreal, theirs)
    drain_queue("relay")
    bolo = next(each for each in vouchers_of(tenant=aurora.id, customer=ana.id) if each.coupon_name == "Bolo")
    redeemed(aurora, bolo, amount_minor=5_000)
    refund(aurora, sale, "r1", amount_minor=sale.amount_minor)
    assert states(aurora, ana) == ["cancelled", "redeemed"]
    assert [each.stock_left for each in coupons(tenant=aurora.id) if each.name == "Café"] == [9]
    assert kept(aurora, ana) == [1]
    assert states(boreal, theirs) == ["issued", "issued"]
    refund(boreal, other, "r1", amount_minor=other.amount_minor)
    assert (states(boreal, theirs), kept(boreal, theirs)) == (["cancelled", "cancelled"], [0])


def test_while_a_piece_stands_its_voucher_stands(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = make_customer(aurora)
    plan(aurora)
    coupon_of(aurora, name="Café", given_with_plans=("socio",))
    sale = sell(aurora, ana, quantity=2)
    drain_queue("relay")
    piece = [RefundItemDraft(SKU, 1)]
    refund(aurora, sale, "r1", items=piece)
    assert states(aurora, ana) == ["issued"]
    refund(aurora, sale, "r2", items=piece)
    assert states(aurora, ana) == ["cancelled"]


def test_a_plan_that_is_gone_before_the_news_arrives_gives_nothing(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana = make_customer(aurora)
    plan(aurora)
    coupon_of(aurora, name="Café", given_with_plans=("socio",))
    what: dict[str, Any] = {"tenant": aurora.id, "customer": ana.id, "actor": actor("owner")}
    grant_plan(**what, plan_key="socio", reason="fundadora", key="1")
    withdraw_plan(**what, source="grant:1", reason="engano")
    drain_queue("relay")
    assert held(aurora, ana) == []
    grant_plan(**what, plan_key="socio", reason="fundadora", key="2")
    drain_queue("relay")
    assert states(aurora, ana) == ["issued"]
    for _ in range(2):
        withdraw_plan(**what, source="grant:2", reason="engano")
    assert states(aurora, ana) == ["cancelled"]
