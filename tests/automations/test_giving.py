"""Vouchers that come with a plan."""

from collections import Counter
from datetime import timedelta
from typing import Any

from messaging.selectors import messages_page
from programs.selectors.plans import customer_plans
from programs.services import PlanTerms, create_plan, refund_sale
from programs.services.plans import grant_plan, withdraw_plan
from smartbis.kernel.clock import now
from smartbis.outbox.work import drain_queue
from smartbis.purchases.infos import RefundItemDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.imports.loading import load
from tests.messaging.conftest import Line, enrol
from tests.programs.buying_plans import SKU, plan, sell
from tests.programs.earning import opened
from tests.vouchers.shop import coupon_of, events_of, issued, redeemed
from vouchers.selectors import coupons, vouchers_of
from vouchers.services import reverse_redemption


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


def test_a_use_that_comes_back_after_the_plan_is_gone_ends_its_voucher(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """Its piece and its customer's count are free again, and who took the use back is told."""
    for brand in (aurora, boreal):
        ana = make_customer(brand)
        plan(brand)
        bolo = coupon_of(brand, name="Bolo", given_with_plans=("socio",), stock=9, limit_per_customer=1)
        sale = sell(brand, ana)
        drain_queue("relay")
        (ticket,) = vouchers_of(tenant=brand.id, customer=ana.id)
        use = redeemed(brand, ticket, amount_minor=5_000)
        if brand is aurora:
            refund(brand, sale, "r1", amount_minor=sale.amount_minor)
            assert (states(brand, ana), kept(brand, ana)) == (["redeemed"], [1])
        back = reverse_redemption(tenant=brand.id, redemption=use.id, reason="engano", key="k", actor=actor())
        again = reverse_redemption(tenant=brand.id, redemption=use.id, reason="engano", key="k", actor=actor())
        assert again.voucher_status == back.voucher_status
        if brand is boreal:
            assert (back.voucher_status, states(brand, ana)) == ("issued", ["issued"])
            continue
        assert (back.voucher_status, back.uses_left, states(brand, ana)) == ("cancelled", 1, ["cancelled"])
        assert kept(brand, ana) == [0]
        assert [each["voucher_id"] for each in events_of(brand, "voucher.cancelled.v1")] == [str(ticket.id)]
        assert [each.stock_left for each in coupons(tenant=brand.id)] == [9]
        issued(brand, bolo, ana)


def test_of_two_uses_the_first_that_comes_back_ends_the_voucher_and_the_last_frees_it(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    ana, theirs = make_customer(aurora), make_customer(boreal)
    for brand in (aurora, boreal):
        plan(brand)
        coupon_of(brand, name="Bolo", given_with_plans=("socio",), stock=9, uses=2, budget_minor=90_000)
    sale, _ = sell(aurora, ana), sell(boreal, theirs)
    drain_queue("relay")
    (ticket,) = vouchers_of(tenant=aurora.id, customer=ana.id)
    uses = [redeemed(aurora, ticket, amount_minor=5_000) for _ in range(2)]
    refund(aurora, sale, "r1", amount_minor=sale.amount_minor)
    left = []
    for use in uses:
        reverse_redemption(tenant=aurora.id, redemption=use.id, reason="engano", key=str(use.id), actor=actor())
        (coupon,) = coupons(tenant=aurora.id)
        left.append((states(aurora, ana), coupon.stock_left, coupon.budget_left_minor))
    assert left == [(["cancelled"], 8, 89_000), (["cancelled"], 9, 90_000)]
    assert [each.stock_left for each in coupons(tenant=boreal.id)] == [8]


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


HEAD = "external_id,occurred_at,amount,store,customer_external_id,item_sku,item_quantity,item_unit\n"


def test_what_came_with_history_of_a_file_is_given_and_not_told(
    line: Line, aurora: TenantInfo, boreal: TenantInfo
) -> None:
    """A rule's voucher, a rule's plan and a plan's voucher: long ago for one brand, yesterday for the other."""
    for brand, days in ((aurora, 5), (boreal, 1)):
        plan(brand)
        create_plan(tenant=brand.id, key="clube", terms=PlanTerms(name="Clube"), actor=actor("owner"))
        coupon_of(brand, name="Brinde", given_with_plans=("socio", "clube"))
        effects = (
            {"kind": "voucher", "coupon": str(coupon_of(brand).id)},
            {"kind": "plan", "plan": "clube", "periods": 1},
        )
        opened(brand, *({"key": f"r{place}", "effect": effect} for place, effect in enumerate(effects)))
        ana = enrol(brand.id, external_id="77")
        at = (now() - timedelta(days=days)).isoformat()
        load(brand, f"{HEAD}A1,{at},120.00,centro,77,{SKU},1,120.00\n")
        for _ in range(3):
            drain_queue("relay")
        assert len(held(brand, ana)) == 3
    told = [Counter(each.template for each in messages_page(tenant=brand.id).items) for brand in (aurora, boreal)]
    assert told == [{"welcome": 1}, {"welcome": 1, "plan_started": 2, "voucher_issued": 3}]
