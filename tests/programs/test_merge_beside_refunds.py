"""Somebody is merged, statement by statement, while their sale is refunded, confirmed or cancelled."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from programs.selectors.plans import current_plans
from programs.services import cancel_sale, confirm_sale, merge_customers, refund_sale
from programs.services.plan_catalogue import PlanTerms, create_plan
from smartbis.customers.infos import CustomerInfo
from smartbis.ledger.selectors import check_ledger
from smartbis.outbox.work import drain_queue
from smartbis.purchases.selectors import get_purchase
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.programs.earning import held, opened, sold
from tests.stepping import Rival, interleave
from tests.unchanged import unchanged
from tests.vouchers.shop import coupon_of, give, issued, redeemed

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[], Any]
# The writer goes so far before the merge begins; then the merge goes on until it is done, or waits.
HEAD_STARTS = (1, 2, 3, 4, 6, 9, 13, 18)
WHOLE = 10_000


def _refunding(brand: TenantInfo, ana: CustomerInfo) -> tuple[Any, Work]:
    """A sale that gave a plan, and was paid with a voucher that was bought."""
    number = uuid4().hex
    give(brand, ana, 500)
    ticket = issued(brand, coupon_of(brand, cost_unit="BRL", cost_amount=500), ana, origin="balance")
    redeemed(brand, ticket, customer=ana.id, amount_minor=WHOLE, external_id=number)
    sale = sold(brand, ana, WHOLE, number).purchase
    drain_queue("relay")
    named: dict[str, Any] = {"external_id": "all", "amount_minor": WHOLE, "actor": actor()}
    return sale, partial(refund_sale, tenant=brand.id, purchase=sale.id, **named)


def _cancelling(brand: TenantInfo, ana: CustomerInfo) -> tuple[Any, Work]:
    sale = sold(brand, ana, WHOLE, uuid4().hex, status="pending").purchase
    return sale, partial(cancel_sale, tenant=brand.id, purchase=sale.id)


def _confirming(brand: TenantInfo, ana: CustomerInfo) -> tuple[Any, Work]:
    sale = sold(brand, ana, WHOLE, uuid4().hex, status="pending").purchase
    return sale, partial(confirm_sale, tenant=brand.id, purchase=sale.id)


@pytest.mark.parametrize(("writer", "kept_of_it"), [(_refunding, 0), (_cancelling, 0), (_confirming, 1_000)])
def test_a_merge_and_who_takes_a_sale_back_wait_in_one_order(
    aurora: TenantInfo,
    boreal: TenantInfo,
    writer: Callable[[TenantInfo, CustomerInfo], tuple[Any, Work]],
    kept_of_it: int,
) -> None:
    for brand in (aurora, boreal):
        create_plan(tenant=brand.id, key="socio", terms=PlanTerms(name="Sócio", price_points=10), actor=actor("owner"))
        opened(brand, {}, {"effect": {"kind": "plan", "plan": "socio"}})
    writer(boreal, make_customer(boreal))
    drain_queue("relay")
    for head_start in HEAD_STARTS:
        kept, lost = make_customer(aurora), make_customer(aurora)
        sale, work = writer(aurora, lost)
        merge = partial(merge_customers, tenant=aurora.id, into=kept.id, other=lost.id, actor=actor("owner"))
        with unchanged(boreal):
            one, two = Rival("writer", work), Rival("merge", merge)
            ring = interleave(one, two, [0] * head_start + [1] * 300)
        assert ring is None, ring
        assert (one.error, two.error) == (None, None)
        drain_queue("relay")
        assert get_purchase(tenant=aurora.id, purchase=sale.id).customer_id == kept.id
        assert held(aurora, kept).available == kept_of_it
        assert len(current_plans(tenant=aurora.id, customer=kept.id)) == bool(kept_of_it)
    assert check_ledger(tenant=aurora.id).ok
