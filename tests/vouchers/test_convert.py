"""Turning a balance into a voucher, and what a smaller sale leaves of it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.errors import InsufficientBalance
from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.errors import KeyReused
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.vouchers.shop import MANAGER, NOON, account, available, everything, give, issued, redeemed
from vouchers.infos import VoucherInfo
from vouchers.selectors import coupons, get_voucher, offers_for
from vouchers.services import convert_balance, reverse_redemption
from vouchers.workers import lapse_vouchers


def converted(brand: TenantInfo, customer: CustomerInfo, amount: int, **more: Any) -> VoucherInfo:
    facts: dict[str, Any] = {"key": f"{customer.id} {amount}", "actor": MANAGER} | more
    return convert_balance(tenant=brand.id, customer=customer.id, amount_minor=amount, **facts)


def test_a_balance_becomes_a_personal_voucher_of_its_value(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = make_customer(aurora)
    give(aurora, customer, 3_000)
    with frozen(NOON):
        voucher = converted(aurora, customer, 1_800)
    assert (voucher.kind, voucher.value_minor, voucher.is_personal, voucher.on_lapse) == (
        "amount",
        1_800,
        True,
        "return",
    )
    local = ZoneInfo("America/Sao_Paulo")
    assert voucher.valid_until == datetime(2026, 12, 18, 23, 59, 59, tzinfo=local)
    assert (available(aurora, customer), account(aurora, Account.VOUCHER_OUTSTANDING)) == (1_200, 1_800)
    converted(aurora, customer, 100)
    (coupon,) = coupons(tenant=aurora.id)
    assert coupon.is_balance
    assert coupons(tenant=boreal.id) == []
    assert offers_for(tenant=aurora.id, customer=customer.id) == []
    with pytest.raises(InvalidInput):
        issued(aurora, coupon, customer)


def test_refusals_change_nothing(aurora: TenantInfo) -> None:
    customer, other = make_customer(aurora), make_customer(aurora)
    give(aurora, customer, 1_000)
    converted(aurora, customer, 500, key="k")
    before = everything(aurora)
    with pytest.raises(InsufficientBalance):
        converted(aurora, customer, 501)
    for amount in (0, -5, 10**13):
        with pytest.raises(InvalidInput):
            converted(aurora, customer, amount)
    with pytest.raises(KeyReused):
        converted(aurora, customer, 400, key="k")
    with pytest.raises(KeyReused):
        converted(aurora, other, 500, key="k")
    with pytest.raises(PermissionMissing):
        converted(aurora, customer, 5, actor=Actor(kind="customer", id=other.id))
    assert everything(aurora) == before
    assert converted(aurora, customer, 500, key="k").paid_amount == 500
    assert everything(aurora) == before


def test_a_smaller_sale_gives_change_back_to_the_balance(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    give(aurora, customer, 3_000)
    voucher = converted(aurora, customer, 3_000)
    use = redeemed(aurora, voucher, customer=customer.id, amount_minor=2_000)
    assert (use.discount_minor, use.change_amount, use.uses_left) == (2_000, 1_000, 0)
    assert available(aurora, customer) == 1_000
    assert account(aurora, Account.VOUCHER_OUTSTANDING) == 0
    assert account(aurora, Account.REDEEMED) == 2_000
    reverse_redemption(tenant=aurora.id, redemption=use.id, reason="troca", key="r", actor=MANAGER)
    back = get_voucher(tenant=aurora.id, code=voucher.code)
    assert (back.status, back.value_minor, back.uses_left) == ("issued", 2_000, 1)
    assert (available(aurora, customer), account(aurora, Account.VOUCHER_OUTSTANDING)) == (1_000, 2_000)
    assert redeemed(aurora, back, customer=customer.id, amount_minor=9_000).discount_minor == 2_000
    assert (available(aurora, customer), account(aurora, Account.VOUCHER_OUTSTANDING)) == (1_000, 0)
    assert check_ledger(tenant=aurora.id).ok


def test_it_always_returns_when_it_lapses(aurora: TenantInfo) -> None:
    customer = make_customer(aurora)
    give(aurora, customer, 700)
    with frozen(NOON):
        converted(aurora, customer, 700, actor=SYSTEM)
    with frozen(NOON + timedelta(days=31)):
        assert lapse_vouchers(tenant=aurora.id) is False
    assert (available(aurora, customer), account(aurora, Account.VOUCHER_OUTSTANDING)) == (700, 0)
