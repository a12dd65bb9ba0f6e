"""A plan that was bought at the till goes when a file returns its article, and comes back when the file is undone."""

import pytest

from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import frozen
from smartbis.ledger.selectors import check_ledger
from smartbis.outbox.work import drain_queue
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.imports.loading import load, take_back
from tests.imports.test_returns_as_at_the_till import AMOUNTS, RETURNED, amount_back, back
from tests.programs.buying_plans import MAY, SKU, ends, has_plan, plan, sell
from tests.unchanged import unchanged
from tests.vouchers.shop import coupon_of
from vouchers.selectors import vouchers_of


def good(brand: TenantInfo, customer: CustomerInfo) -> list[str]:
    """The vouchers that the customer can use."""
    return [each.code for each in vouchers_of(tenant=brand.id, customer=customer.id, open_only=True)]


def member(brand: TenantInfo) -> CustomerInfo:
    """Somebody who bought two periods of a plan with which a voucher comes."""
    plan(brand)
    coupon_of(brand, name="Member", given_with_plans=("socio",), limit_per_customer=9)
    customer = make_customer(brand, external_id="7")
    sell(brand, customer, "S1", quantity=2)
    return customer


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (lambda: RETURNED + back("R1", SKU, unit="120"), ["2027-05-03"]),
        (lambda: AMOUNTS + amount_back("R1", "245"), []),
    ],
)
def test_a_plan_goes_with_its_article_and_comes_back(
    aurora: TenantInfo, boreal: TenantInfo, text: object, left: list[str]
) -> None:
    with frozen(MAY):
        ana = member(aurora)
        member(boreal)
        before = good(aurora, ana)
        assert (ends(aurora, ana), len(before)) == (["2028-05-03"], 1)
        with unchanged(boreal, rooms=("ledger", "programs", "purchases", "vouchers")):
            for _again in range(2):
                info = load(aurora, text())  # type: ignore[operator]
                drain_queue("relay")
                assert (ends(aurora, ana), has_plan(aurora, ana)) == (left, bool(left))
                assert good(aurora, ana) == (before if left else [])
                take_back(aurora, info)
                drain_queue("relay")
                assert (ends(aurora, ana), has_plan(aurora, ana)) == (["2028-05-03"], True)
                assert good(aurora, ana) == before
    assert check_ledger(tenant=aurora.id).ok
