"""An import is loaded or taken back, statement by statement, while a till works on one of its sales."""

from functools import partial
from uuid import UUID

import pytest

from programs.imports import ImportInfo
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import now
from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.selectors import TenantInfo
from tests.checkouts.quoting import pay_with_balance
from tests.factories import actor, make_customer
from tests.imports.loading import held, load, take_back
from tests.imports.test_purchases import AT, HEADER, sale
from tests.programs.conftest import make_cashback
from tests.programs.earning import of, sold
from tests.programs.test_refund_sale import refund
from tests.stepping import Rival, interleave
from tests.unchanged import unchanged
from tests.vouchers.shop import available, coupon_of, give, issued, redeemed
from vouchers.errors import VoucherSaleRefunded
from vouchers.selectors import get_voucher

pytestmark = pytest.mark.django_db(transaction=True)
HEAD_STARTS = range(1, 40, 2)


def test_what_a_till_takes_back_meanwhile_is_not_taken_twice(shop: TenantInfo, boreal: TenantInfo) -> None:
    make_cashback(boreal)
    for place, head_start in enumerate(HEAD_STARTS):
        info = load(shop, HEADER + f"S{place},{AT},0.99,centro,store,,C{place},,,\n")
        assert held(shop, f"C{place}") == 20
        number = sale(shop, f"S{place}").id
        till = Rival("till", partial(refund, shop, number, 49, f"R{place}"))
        undo = Rival("undo", partial(take_back, shop, info))
        with unchanged(boreal):
            ring = interleave(undo, till, [0] * head_start + [1] * 300)
        assert ring is None, ring
        assert undo.error is None
        assert held(shop, f"C{place}") == 0, f"{head_start} statements before the till"
    assert check_ledger(tenant=shop.id).ok


@pytest.mark.parametrize("is_use_first", [False, True])
def test_no_voucher_stays_used_on_a_sale_that_a_file_returns_meanwhile(
    shop: TenantInfo, boreal: TenantInfo, is_use_first: bool
) -> None:
    make_cashback(boreal)
    ana = make_customer(shop)
    for head_start in range(0, 60, 5):
        voucher, number = issued(shop, coupon_of(shop), ana), f"S{head_start}"
        sold(shop, ana, 10_000, number)
        asked = {"amount_minor": 10_000, "external_id": number, "customer": ana.id}
        use = Rival("use", partial(redeemed, shop, voucher, **asked))
        rows = HEADER + f"R{number},{now().isoformat()},-100.00,centro,,,,,{number},\n"
        returned = Rival("return", partial(load, shop, rows))
        rivals = (use, returned) if is_use_first else (returned, use)
        with unchanged(boreal):
            ring = interleave(*rivals, [0] * head_start + [1] * 300)
        assert ring is None, ring
        assert returned.error is None
        assert returned.result.refunds == 1
        assert use.error is None or isinstance(use.error, VoucherSaleRefunded)
        assert get_voucher(tenant=shop.id, code=voucher.code).status == "issued", f"{head_start} statements before"
    assert check_ledger(tenant=shop.id).ok


def _paid_and_returned(brand: TenantInfo, number: str) -> tuple[CustomerInfo, UUID, ImportInfo]:
    """A sale paid in part with balance, of which an import gave a third back."""
    ana = make_customer(brand)
    give(brand, ana, 500)
    draft = of(brand, ana.id, 300, number)
    paid = pay_with_balance(tenant=brand.id, sale=draft, at_most_minor=101, key=number, actor=actor("owner"))
    info = load(brand, HEADER + f"I{number},{now().isoformat()},-1.00,centro,,,,,{number},\n")
    return ana, paid.purchase.id, info


def test_balance_given_back_meanwhile_is_taken_again_to_the_cent(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana, paid, info = _paid_and_returned(boreal, "P")
    refund(boreal, paid, 100, "R")
    take_back(boreal, info)
    expected = available(boreal, ana)
    for head_start in HEAD_STARTS:
        ana, paid, info = _paid_and_returned(aurora, f"P{head_start}")
        till = Rival("till", partial(refund, aurora, paid, 100, f"R{head_start}"))
        undo = Rival("undo", partial(take_back, aurora, info))
        with unchanged(boreal):
            ring = interleave(undo, till, [0] * head_start + [1] * 300)
        assert ring is None, ring
        assert (undo.error, till.error) == (None, None)
        assert available(aurora, ana) == expected, f"{head_start} statements before the till"
    assert check_ledger(tenant=aurora.id).ok
