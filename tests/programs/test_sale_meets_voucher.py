"""A sale and a voucher's use under its number, in every order: linked always, and earning on what was known first."""

from typing import Any

import pytest

from programs.services import record_sale, refund_sale
from smartbis.ledger.selectors import balances, check_ledger
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.programs.conftest import make_cashback
from tests.racing import race
from tests.vouchers.shop import coupon_of, issued, redeemed
from vouchers.infos import RedemptionInfo
from vouchers.selectors import get_redemption

ROUNDS = 12


def sell(brand: TenantInfo, customer: Any, number: str = "S-1") -> Any:
    sale = SaleDraft(
        customer=customer.id, store=store_of(brand).id, amount_minor=10_000, currency="BRL", external_id=number
    )
    return record_sale(tenant=brand.id, sale=sale)


def use(brand: TenantInfo, voucher: Any, number: str = "S-1") -> RedemptionInfo:
    return redeemed(brand, voucher, external_id=number, amount_minor=10_000)


def available(brand: TenantInfo, customer: Any) -> int:
    return sum(each.available for each in balances(tenant=brand.id, customer=customer.id))


def give_all_back(brand: TenantInfo, outcome: Any, number: str) -> None:
    refund_sale(
        tenant=brand.id, purchase=outcome.purchase.id, amount_minor=10_000, external_id=number, actor=actor("owner")
    )


def test_a_voucher_used_first_lowers_the_base(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    use(aurora, issued(aurora, coupon_of(aurora, value_minor=1_000), customer))
    assert sell(aurora, customer).purchase.paid_minor == 9_000
    assert available(aurora, customer) == 1_800


def test_a_voucher_used_later_is_linked_and_changes_no_award(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    first = sell(aurora, customer)
    late = use(aurora, issued(aurora, coupon_of(aurora, value_minor=1_000), customer))
    again = sell(aurora, customer)
    assert (again.repeated, again.purchase.paid_minor) == (True, first.purchase.paid_minor)
    assert available(aurora, customer) == 2_000
    give_all_back(aurora, first, "R-1")
    assert get_redemption(tenant=aurora.id, redemption=late.id).reversed_at is not None
    assert available(aurora, customer) == 0


@pytest.mark.django_db(transaction=True)
def test_both_at_one_moment_are_one_order_or_the_other(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    coupon = coupon_of(aurora, value_minor=1_000)
    for turn in range(ROUNDS):
        number, voucher = f"S-{turn}", issued(aurora, coupon, customer)
        sold, used = race(lambda: sell(aurora, customer, number), lambda: use(aurora, voucher, number))  # noqa: B023
        assert not isinstance(sold, Exception), sold
        assert isinstance(used, RedemptionInfo), used
        known = sold.vouchers == (voucher.code,)
        assert sold.purchase.paid_minor == (9_000 if known else 10_000)
        assert available(aurora, customer) == (1_800 if known else 2_000)
        give_all_back(aurora, sold, f"R-{turn}")
        assert get_redemption(tenant=aurora.id, redemption=used.id).reversed_at is not None
        assert available(aurora, customer) == 0
    assert check_ledger(tenant=aurora.id).ok
