"""Whoever keeps the id of a customer who was merged is answered with the one who stays, and repeats stay repeats."""

from typing import Any

import pytest

from programs.models import Award
from programs.selectors.plans import current_plans
from programs.services import (
    buy_plan_with_points,
    create_plan,
    grant_plan,
    merge_customers,
    record_participation,
    refund_sale,
    request_adjustment,
)
from programs.services.plan_catalogue import PlanTerms
from smartbis.customers.infos import CustomerInfo
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.earning import held, opened, sold
from tests.programs.holding import assert_holds, value_of
from tests.vouchers.shop import coupon_of
from vouchers.services import convert_balance, issue_voucher

OWNER = actor("owner")


@pytest.fixture
def shop(aurora: TenantInfo) -> TenantInfo:
    """A brand with a plan that its sales give, and 10 % back."""
    terms = PlanTerms(name="Sócio", price_points=10, length="months", count=1)
    create_plan(tenant=aurora.id, key="socio", terms=terms, actor=OWNER)
    opened(aurora, {}, {"effect": {"kind": "plan", "plan": "socio"}, "when": {"minimum_minor": 5_000}})
    fixed = {"effect": {"kind": "fixed", "amount": 40}, "when": {"participations": ["event"]}}
    opened(aurora, fixed, kind="points")
    return aurora


def do_all(brand: TenantInfo, customer: CustomerInfo, key: str) -> None:
    """One of each thing that names a customer."""
    named: dict[str, Any] = {"tenant": brand.id, "customer": customer.id}
    record_participation(**named, kind="event", external_id=key)
    request_adjustment(**named, unit="BRL", amount=500, reason="goodwill", key=key, actor=OWNER)
    convert_balance(**named, amount_minor=30, key=f"{key}-c", actor=OWNER)
    coupon = coupon_of(brand, name=f"Gift {key}", holder="personal")
    issue_voucher(**named, coupon=coupon.id, origin="manual", key=f"{key}-v", actor=OWNER)
    grant_plan(**named, plan_key="socio", reason="goodwill", key=key, actor=OWNER)
    buy_plan_with_points(**named, plan_key="socio", key=key, actor=OWNER)


def test_what_comes_in_under_an_old_id_is_whose_it_is_now(shop: TenantInfo, boreal: TenantInfo) -> None:
    kept, old = make_customer(shop), make_customer(shop)
    do_all(shop, old, "before")
    before = value_of(boreal)
    merge_customers(tenant=shop.id, into=kept.id, other=old.id, actor=OWNER)
    do_all(shop, old, "after")
    with tenant_scope(shop.id):
        assert not Award.objects.filter(customer_id=old.id).exists()
    assert (held(shop, kept).available, held(shop, kept, "points").available) == (940, 60)
    assert value_of(boreal) == before
    assert_holds(shop)


def test_a_repeat_under_an_old_id_changes_nothing(shop: TenantInfo) -> None:
    kept, old = make_customer(shop), make_customer(shop)
    named: dict[str, Any] = {"tenant": shop.id, "customer": old.id}

    def everything() -> None:
        record_participation(**named, kind="event", external_id="1")
        request_adjustment(**named, unit="BRL", amount=500, reason="goodwill", key="1", actor=OWNER)
        convert_balance(**named, amount_minor=30, key="c", actor=OWNER)
        grant_plan(**named, plan_key="socio", reason="goodwill", key="1", actor=OWNER)
        buy_plan_with_points(**named, plan_key="socio", key="1", actor=OWNER)

    everything()
    merge_customers(tenant=shop.id, into=kept.id, other=old.id, actor=OWNER)
    before = value_of(shop)
    everything()
    assert value_of(shop) == before


def test_a_sale_that_gave_a_plan_is_refunded_after_its_customer_was_merged(shop: TenantInfo) -> None:
    kept, old = make_customer(shop), make_customer(shop)
    sale = sold(shop, old, 5_000, "1")
    drain_queue("relay")
    assert len(current_plans(tenant=shop.id, customer=old.id)) == 1
    merge_customers(tenant=shop.id, into=kept.id, other=old.id, actor=OWNER)
    drain_queue("relay")
    refund_sale(tenant=shop.id, purchase=sale.purchase.id, external_id="r", amount_minor=5_000, actor=OWNER)
    assert current_plans(tenant=shop.id, customer=kept.id) == ()
    assert_holds(shop)
