"""A sale and a voucher's use under its number, in every order: linked always, and earning on what was known first."""

from typing import Any

import pytest

from programs.services import cancel_sale, record_sale, refund_sale
from smartbis.ledger.selectors import balances, check_ledger
from smartbis.purchases.infos import SaleDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.programs.conftest import make_cashback
from tests.racing import race
from tests.stepping import Rival, interleave
from tests.vouchers.shop import coupon_of, give, issued, redeemed
from vouchers.errors import VoucherSaleRefunded
from vouchers.infos import RedemptionInfo
from vouchers.selectors import get_redemption, get_voucher
from vouchers.services import validate_voucher

ROUNDS = 12


def sell(brand: TenantInfo, customer: Any, number: str = "S-1", **more: Any) -> Any:
    facts: dict[str, Any] = {"amount_minor": 10_000, "currency": "BRL", "external_id": number} | more
    sale = SaleDraft(customer=customer.id, store=store_of(brand).id, **facts)
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


@pytest.mark.parametrize("is_bought", [False, True])
@pytest.mark.parametrize("is_cancelled", [False, True])
def test_a_use_that_is_told_after_its_sale_is_no_more_is_refused(
    aurora: TenantInfo, boreal: TenantInfo, is_bought: bool, is_cancelled: bool
) -> None:
    price: dict[str, Any] = {"cost_unit": "points", "cost_amount": 100} if is_bought else {}
    vouchers = {}
    for brand in (aurora, boreal):
        customer = make_customer(brand)
        give(brand, customer, 100, "points")
        coupon = coupon_of(brand, **price)
        vouchers[brand.id] = issued(brand, coupon, customer, origin="balance" if is_bought else "manual"), customer
    voucher, customer = vouchers[aurora.id]
    first = sell(aurora, customer, status="pending" if is_cancelled else "confirmed")
    if is_cancelled:
        cancel_sale(tenant=aurora.id, purchase=first.purchase.id, actor=actor("owner"))
    else:
        give_all_back(aurora, first, "R-1")
    asked: dict[str, Any] = {"amount_minor": 10_000, "external_id": "S-1", "customer": customer.id}
    said = validate_voucher(tenant=aurora.id, code=voucher.code, store=store_of(aurora).id, **asked)
    assert [each.code for each in said.reasons] == ["voucher_sale_refunded"]
    with pytest.raises(VoucherSaleRefunded):
        redeemed(aurora, voucher, **asked)
    assert get_voucher(tenant=aurora.id, code=voucher.code).status == "issued"
    redeemed(aurora, voucher, **asked | {"external_id": "S-2"})
    theirs, other = vouchers[boreal.id]
    redeemed(boreal, theirs, **asked | {"customer": other.id})


def test_a_use_told_again_after_the_refund_has_its_first_answer(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    voucher = issued(aurora, coupon_of(aurora), customer)
    told: dict[str, Any] = {"key": "k", "amount_minor": 10_000, "external_id": "S-1"}
    sale, use_ = sell(aurora, customer), redeemed(aurora, voucher, **told)
    give_all_back(aurora, sale, "R-1")
    again = redeemed(aurora, voucher, **told)
    assert (again.repeated, again.id, again.reversed_at is not None) == (True, use_.id, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("head_start", range(0, 30, 5))
@pytest.mark.parametrize("use_is_first", [False, True])
def test_no_voucher_stays_used_on_a_sale_that_is_refunded_meanwhile(
    aurora: TenantInfo, head_start: int, use_is_first: bool
) -> None:
    customer = make_customer(aurora)
    voucher, sale = issued(aurora, coupon_of(aurora), customer), sell(aurora, customer)
    used = Rival("use", lambda: use(aurora, voucher))
    refund = Rival("refund", lambda: give_all_back(aurora, sale, "R-1"))
    rivals = (used, refund) if use_is_first else (refund, used)
    assert interleave(*rivals, [0] * head_start + [1] * 300) is None
    assert refund.error is None
    assert used.error is None or isinstance(used.error, VoucherSaleRefunded)
    assert get_voucher(tenant=aurora.id, code=voucher.code).status == "issued"
