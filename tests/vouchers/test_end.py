"""Vouchers that end unused: cancelled by the brand, or lapsed."""

from datetime import timedelta

import pytest

from smartbis.customers.services import erase_customer
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.kernel.people import SYSTEM
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import check_ledger, statement
from smartbis.outbox.work import drain_queue, due_tenants
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.vouchers.shop import (
    MANAGER,
    NOON,
    account,
    available,
    coupon_of,
    events_of,
    everything,
    give,
    issued,
    redeemed,
)
from vouchers import errors
from vouchers.selectors import get_coupon, get_voucher
from vouchers.services import cancel_voucher, lapse_voucher
from vouchers.workers import lapse_vouchers

LATER = NOON + timedelta(days=3)


@pytest.mark.parametrize(("on_lapse", "back", "forfeited"), [("return", 100, 0), ("forfeit", 0, 100)])
def test_a_lapsed_price_goes_the_way_the_coupon_says(
    aurora: TenantInfo, boreal: TenantInfo, on_lapse: str, back: int, forfeited: int
) -> None:
    coupon = coupon_of(aurora, cost_unit="points", cost_amount=100, valid_days=2, on_lapse=on_lapse, stock=5)
    customer = make_customer(aurora)
    give(aurora, customer, 100, "points")
    with frozen(NOON):
        voucher = issued(aurora, coupon, customer, origin="balance")
        theirs = issued(boreal, coupon_of(boreal, valid_days=2))
        assert lapse_vouchers(tenant=aurora.id) is False
        assert due_tenants("bulk") == []
    with frozen(LATER):
        assert set(due_tenants("bulk")) == {aurora.id, boreal.id}
        lapse_vouchers(tenant=aurora.id)
        assert lapse_voucher(tenant=aurora.id, voucher=theirs.id) is False
        assert lapse_voucher(tenant=aurora.id, voucher=voucher.id) is False
        read = get_voucher(tenant=aurora.id, code=voucher.code)
    assert (read.status, read.ended_at) == ("lapsed", LATER)
    assert available(aurora, customer, "points") == back
    assert account(aurora, Account.FORFEITED, "points") == forfeited
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 0
    assert get_coupon(tenant=aurora.id, coupon=coupon.id).stock_left == 5
    assert events_of(aurora, "voucher.lapsed.v1") == [
        {
            "voucher_id": str(voucher.id),
            "customer_id": str(customer.id),
            "returned_unit": "points" if back else "",
            "returned_amount": back,
        }
    ]
    assert events_of(boreal, "voucher.lapsed.v1") == []
    assert check_ledger(tenant=aurora.id).ok


def test_a_price_that_the_brand_itself_converted_always_returns(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora, cost_unit="points", cost_amount=100, valid_days=2, on_lapse="forfeit")
    customer = make_customer(aurora)
    give(aurora, customer, 100, "points")
    with frozen(NOON):
        issued(aurora, coupon, customer, origin="balance", actor=SYSTEM)
    with frozen(LATER):
        lapse_vouchers(tenant=aurora.id)
    assert available(aurora, customer, "points") == 100


def test_what_is_left_of_a_partly_used_voucher_comes_back_and_its_piece_does_not(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora, cost_unit="points", cost_amount=100, uses=3, valid_days=2, stock=5)
    customer = make_customer(aurora)
    give(aurora, customer, 100, "points")
    with frozen(NOON):
        voucher = issued(aurora, coupon, customer, origin="balance")
        redeemed(aurora, voucher, customer=customer.id)
    with frozen(LATER):
        lapse_vouchers(tenant=aurora.id)
    assert available(aurora, customer, "points") == 66
    assert account(aurora, Account.REDEEMED, "points") == 34
    assert get_coupon(tenant=aurora.id, coupon=coupon.id).stock_left == 4


def test_a_gift_let_lapse_has_been_had_and_a_bought_one_has_not(aurora: TenantInfo) -> None:
    gift = coupon_of(aurora, limit_per_customer=1, valid_days=2)
    bought = coupon_of(aurora, limit_per_customer=1, valid_days=2, cost_unit="points", cost_amount=100)
    customer = make_customer(aurora)
    give(aurora, customer, 100, "points")
    with frozen(NOON):
        issued(aurora, gift, customer)
        issued(aurora, bought, customer, origin="balance")
    with frozen(LATER):
        lapse_vouchers(tenant=aurora.id)
        issued(aurora, bought, customer, origin="balance")
        with pytest.raises(errors.CouponLimitReached):
            issued(aurora, gift, customer)


def test_a_voucher_reads_as_lapsed_before_the_sweep_has_passed(aurora: TenantInfo) -> None:
    with frozen(NOON):
        voucher = issued(aurora, coupon_of(aurora, valid_days=2))
    with frozen(LATER):
        assert get_voucher(tenant=aurora.id, code=voucher.code).status == "lapsed"


def test_cancelling_returns_price_stock_and_limit_and_says_why(aurora: TenantInfo, boreal: TenantInfo) -> None:
    coupon = coupon_of(aurora, cost_unit="points", cost_amount=100, stock=1, limit_per_customer=1, budget_minor=1_000)
    customer = make_customer(aurora)
    give(aurora, customer, 100, "points")
    voucher = issued(aurora, coupon, customer, origin="balance")
    with pytest.raises(errors.VoucherNotFound):
        cancel_voucher(tenant=boreal.id, voucher=voucher.id, reason="engano", actor=MANAGER)
    cancelled = cancel_voucher(tenant=aurora.id, voucher=voucher.id, reason=" engano ", actor=MANAGER)
    assert (cancelled.status, cancelled.ended_reason) == ("cancelled", "engano")
    (line, *_rest) = statement(tenant=aurora.id, customer=customer.id).items
    assert (line.kind, line.amount, line.explanation["key"]) == ("voucher_return", 100, "voucher_cancelled")
    left = get_coupon(tenant=aurora.id, coupon=coupon.id)
    assert (left.stock_left, left.budget_left_minor) == (1, 1_000)
    assert events_of(aurora, "voucher.cancelled.v1")[0]["returned_amount"] == 100
    issued(aurora, coupon, customer, origin="balance")


def test_a_chosen_voucher_that_forfeits_is_forfeited_by_cancelling_too(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora, cost_unit="points", cost_amount=100, on_lapse="forfeit")
    customer = make_customer(aurora)
    give(aurora, customer, 100, "points")
    voucher = issued(aurora, coupon, customer, origin="balance")
    cancel_voucher(tenant=aurora.id, voucher=voucher.id, reason="engano", actor=MANAGER)
    assert available(aurora, customer, "points") == 0
    assert account(aurora, Account.FORFEITED, "points") == 100


def test_what_is_over_cannot_be_cancelled(aurora: TenantInfo) -> None:
    with frozen(NOON):
        coupon = coupon_of(aurora, valid_days=2)
        used, gone, late = (issued(aurora, coupon) for _ in range(3))
        redeemed(aurora, used)
        cancel_voucher(tenant=aurora.id, voucher=gone.id, reason="engano", actor=MANAGER)
    with frozen(LATER):
        before = everything(aurora)
        for voucher, error in (
            (used, errors.VoucherAlreadyRedeemed),
            (gone, errors.VoucherCancelled),
            (late, errors.VoucherExpired),
        ):
            with pytest.raises(error):
                cancel_voucher(tenant=aurora.id, voucher=voucher.id, reason="engano", actor=MANAGER)
        assert everything(aurora) == before


def test_who_may_cancel_and_that_a_reason_is_given(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora))
    before = everything(aurora)
    with pytest.raises(PermissionMissing):
        cancel_voucher(tenant=aurora.id, voucher=voucher.id, reason="engano", actor=actor("operator"))
    with pytest.raises(InvalidInput):
        cancel_voucher(tenant=aurora.id, voucher=voucher.id, reason=" ", actor=MANAGER)
    assert everything(aurora) == before


def test_an_erased_persons_own_vouchers_end_and_their_price_is_lost(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """Bearer vouchers and other people's stay, and so does what the ledger says."""
    bought = coupon_of(aurora, cost_unit="points", cost_amount=100, on_lapse="return", stock=5)
    bearer = coupon_of(aurora, holder="bearer")
    gone, stays = make_customer(aurora), make_customer(aurora)
    for customer in (gone, stays):
        give(aurora, customer, 300, "points")
    mine = issued(aurora, bought, gone, origin="balance")
    theirs, anybodys = issued(aurora, bought, stays, origin="balance"), issued(aurora, bearer, gone)
    before = everything(boreal)
    erase_customer(tenant=aurora.id, customer=gone.id, actor=actor("owner"))
    drain_queue("relay")
    states = {each: get_voucher(tenant=aurora.id, code=each.code).status for each in (mine, theirs, anybodys)}
    assert states == {mine: "cancelled", theirs: "issued", anybodys: "issued"}
    with pytest.raises(errors.VoucherCancelled):
        redeemed(aurora, mine)
    assert available(aurora, gone, "points") == 200
    assert (account(aurora, Account.FORFEITED, "points"), account(aurora, Account.VOUCHER_OUTSTANDING, "points")) == (
        100,
        100,
    )
    assert get_coupon(tenant=aurora.id, coupon=bought.id).stock_left == 4
    assert [event["voucher_id"] for event in events_of(aurora, "voucher.cancelled.v1")] == [str(mine.id)]
    assert check_ledger(tenant=aurora.id).ok
    assert everything(boreal) == before
