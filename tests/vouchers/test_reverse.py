"""Taking a use back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import balances, check_ledger
from smartbis.ledger.services import Move, lock_holder, post
from smartbis.tenancy.errors import KeyReused
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.vouchers.shop import (
    MANAGER,
    NOON,
    OPERATOR,
    account,
    available,
    coupon_of,
    events_of,
    everything,
    give,
    issued,
    redeemed,
)
from vouchers.errors import RedemptionAlreadyReversed, RedemptionNotFound
from vouchers.infos import RedemptionInfo
from vouchers.selectors import get_redemption, get_voucher, redemptions_for_sale
from vouchers.services import cancel_voucher, convert_balance, reverse_for_refund, reverse_redemption
from vouchers.workers import lapse_vouchers


def taken_back(brand: TenantInfo, use: RedemptionInfo, **more: object) -> RedemptionInfo:
    facts = {"reason": "devolução", "key": uuid4().hex, "actor": OPERATOR} | more
    return reverse_redemption(tenant=brand.id, redemption=use.id, **facts)  # type: ignore[arg-type]


def test_the_use_and_its_price_are_free_again(aurora: TenantInfo, boreal: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, cost_unit="points", cost_amount=50), make_customer(aurora)
    give(aurora, customer, 50, "points")
    voucher = issued(aurora, coupon, customer, origin="balance")
    use = redeemed(aurora, voucher, customer=customer.id, external_id="S-1")
    before = everything(boreal)
    with frozen(NOON):
        back = taken_back(aurora, use)
    assert (back.reversed_at, back.reversal_reason, back.reversed_by) == (NOON, "devolução", "Operator")
    assert back.uses_left == 1
    assert get_voucher(tenant=aurora.id, code=voucher.code).status == "issued"
    assert get_redemption(tenant=aurora.id, redemption=use.id) == back
    assert redemptions_for_sale(tenant=aurora.id, store=use.store_id, external_id="S-1") == []
    assert account(aurora, Account.REDEEMED, "points") == 0
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 50
    assert [event["redemption_id"] for event in events_of(aurora, "voucher.reversed.v1")] == [str(use.id)]
    assert redeemed(aurora, voucher, customer=customer.id).use_number == 1
    assert check_ledger(tenant=aurora.id).ok
    assert everything(boreal) == before


def test_a_use_is_taken_back_once(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, uses=2))
    one, two = redeemed(aurora, voucher), redeemed(aurora, voucher)
    first = taken_back(aurora, one, key="k")
    before = everything(aurora)
    again = taken_back(aurora, one, key="k")
    assert (again.repeated, again.reversed_at) == (True, first.reversed_at)
    with pytest.raises(RedemptionAlreadyReversed):
        taken_back(aurora, one, key="other")
    with pytest.raises(KeyReused):
        taken_back(aurora, two, key="k")
    assert everything(aurora) == before
    assert get_voucher(tenant=aurora.id, code=voucher.code).uses_left == 1


def test_who_may_not_and_what_is_not_there(aurora: TenantInfo, boreal: TenantInfo) -> None:
    use = redeemed(aurora, issued(aurora, coupon_of(aurora)))
    before = everything(aurora, boreal)
    with pytest.raises(PermissionMissing):
        taken_back(aurora, use, actor=actor("analyst"))
    with pytest.raises(RedemptionNotFound):
        taken_back(aurora, use, actor=actor("operator", stores=frozenset({store_of(aurora, "moema").id})))
    with pytest.raises(RedemptionNotFound):
        taken_back(boreal, use)
    with pytest.raises(InvalidInput):
        taken_back(aurora, use, reason="  ")
    assert everything(aurora, boreal) == before


def test_a_voucher_whose_time_is_over_gets_days_of_grace(aurora: TenantInfo) -> None:
    with frozen(NOON):
        voucher = issued(aurora, coupon_of(aurora, valid_days=2))
        use = redeemed(aurora, voucher)
    with frozen(NOON + timedelta(days=10)):
        taken_back(aurora, use)
        again = get_voucher(tenant=aurora.id, code=voucher.code)
        assert again.status == "issued"
    assert again.valid_until == datetime(2026, 12, 5, 23, 59, 59, tzinfo=ZoneInfo("America/Sao_Paulo"))


def test_one_use_of_a_lapsed_voucher_comes_back_alone(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora, cost_unit="points", cost_amount=90, uses=3, valid_days=2)
    customer = make_customer(aurora)
    give(aurora, customer, 90, "points")
    with frozen(NOON):
        voucher = issued(aurora, coupon, customer, origin="balance")
        use = redeemed(aurora, voucher, customer=customer.id)
    with frozen(NOON + timedelta(days=5)):
        lapse_vouchers(tenant=aurora.id)
        assert available(aurora, customer, "points") == 60
        taken_back(aurora, use)
        assert get_voucher(tenant=aurora.id, code=voucher.code).uses_left == 1
        assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 30
    with frozen(NOON + timedelta(days=15)):
        lapse_vouchers(tenant=aurora.id)
    assert available(aurora, customer, "points") == 90
    assert check_ledger(tenant=aurora.id).ok


@pytest.mark.parametrize(("on_lapse", "left"), [("return", 90), ("forfeit", 0)])
def test_a_cancelled_voucher_stays_cancelled_and_its_price_goes_its_way(
    aurora: TenantInfo, on_lapse: str, left: int
) -> None:
    coupon = coupon_of(aurora, cost_unit="points", cost_amount=90, uses=3, on_lapse=on_lapse)
    customer = make_customer(aurora)
    give(aurora, customer, 90, "points")
    voucher = issued(aurora, coupon, customer, origin="balance")
    use = redeemed(aurora, voucher, customer=customer.id)
    cancel_voucher(tenant=aurora.id, voucher=voucher.id, reason="engano", actor=MANAGER)
    taken_back(aurora, use)
    assert get_voucher(tenant=aurora.id, code=voucher.code).status == "cancelled"
    assert available(aurora, customer, "points") == left
    assert account(aurora, Account.FORFEITED, "points") == 90 - left
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 0


def test_who_owes_repays_from_what_comes_back(aurora: TenantInfo) -> None:
    """By a voucher taken back, a use taken back after that, and the change of a smaller sale."""
    customer, who = make_customer(aurora), actor("manager")
    give(aurora, customer, 300)
    named: dict[str, Any] = {"tenant": aurora.id, "customer": customer.id, "actor": who}
    unused, used, change = (convert_balance(**named, amount_minor=100, key=key) for key in ("a", "b", "c"))
    use = redeemed(aurora, used, customer=customer.id, amount_minor=100)
    owe(aurora, customer, 250)
    cancel_voucher(tenant=aurora.id, voucher=unused.id, reason="x", actor=who)
    assert purse(aurora, customer) == (0, 150)
    redeemed(aurora, change, customer=customer.id, amount_minor=40)
    assert purse(aurora, customer) == (0, 90)
    reverse_redemption(tenant=aurora.id, redemption=use.id, reason="x", key="r", actor=who)
    assert purse(aurora, customer) == (0, 90), "the use is in the voucher again"
    cancel_voucher(tenant=aurora.id, voucher=used.id, reason="x", actor=who)
    assert purse(aurora, customer) == (10, 0)
    assert check_ledger(tenant=aurora.id).ok


def owe(brand: TenantInfo, customer: CustomerInfo, amount: int) -> None:
    """What a refund does to somebody who spent what the sale earned."""
    move = Move(unit="BRL", debit=Account.RECEIVABLE, credit=Account.ISSUED, amount=amount, kind="reversal")
    with tenant_scope(brand.id):
        post(tenant=brand.id, holder=lock_holder(tenant=brand.id, customer=customer.id), moves=[move])


def purse(brand: TenantInfo, customer: CustomerInfo) -> tuple[int, int]:
    """What the customer can spend and what they owe."""
    (row,) = balances(tenant=brand.id, customer=customer.id)
    return row.available, row.owed


def test_only_the_refund_that_closes_a_sale_takes_its_vouchers_back(aurora: TenantInfo, boreal: TenantInfo) -> None:
    centro = store_of(aurora).id
    vouchers = [issued(aurora, coupon_of(aurora)) for _ in range(3)]
    for voucher in vouchers[:2]:
        redeemed(aurora, voucher, external_id="S-1")
    other = redeemed(aurora, vouchers[2], external_id="S-2")
    before = everything(aurora)

    def refunded(brand: TenantInfo, *, closing: bool) -> list[RedemptionInfo]:
        return reverse_for_refund(
            tenant=brand.id, store=centro, external_id="S-1", refund=uuid4(), closing=closing, actor=OPERATOR
        )

    assert refunded(aurora, closing=False) == []
    assert refunded(boreal, closing=True) == []
    assert everything(aurora) == before
    assert {use.voucher_id for use in refunded(aurora, closing=True)} == {voucher.id for voucher in vouchers[:2]}
    assert refunded(aurora, closing=True) == []
    assert get_redemption(tenant=aurora.id, redemption=other.id).reversed_at is None
