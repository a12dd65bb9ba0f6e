"""Issuing a voucher from a coupon."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from smartbis.customers.errors import CustomerNotFound
from smartbis.customers.services import set_membership
from smartbis.kernel.clock import frozen
from smartbis.kernel.codes import normalise_code
from smartbis.kernel.errors import DomainError, InvalidInput, PermissionMissing
from smartbis.kernel.people import SYSTEM, Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.errors import InsufficientBalance
from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.errors import KeyReused, StoreUnknown
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.vouchers.shop import MANAGER, NOON, account, available, coupon_of, events_of, everything, give, issued
from vouchers import errors
from vouchers.selectors import get_coupon
from vouchers.services import issue_voucher

LOCAL = ZoneInfo("America/Sao_Paulo")


def test_a_given_voucher_has_a_code_a_token_and_its_coupons_terms(aurora: TenantInfo, boreal: TenantInfo) -> None:
    coupon = coupon_of(aurora, valid_days=10, uses=3, min_purchase_minor=5_000)
    customer = make_customer(aurora)
    before = everything(boreal)
    with frozen(NOON):
        voucher = issued(aurora, coupon, customer, store=store_of(aurora).id)
    assert normalise_code(voucher.code_grouped.lower()) == voucher.code
    assert voucher.qr_payload.endswith(voucher.qr_token)
    assert (voucher.kind, voucher.value_minor, voucher.min_purchase_minor) == ("amount", 1000, 5000)
    assert (voucher.status, voucher.uses_left, voucher.valid_from) == ("issued", 3, NOON)
    assert voucher.valid_until == datetime(2026, 11, 28, 23, 59, 59, tzinfo=LOCAL)
    assert available(aurora, customer) == 0
    assert events_of(aurora, "voucher.issued.v1") == [
        {
            "voucher_id": str(voucher.id),
            "customer_id": str(customer.id),
            "coupon_id": str(coupon.id),
            "origin": "manual",
        }
    ]
    assert everything(boreal) == before


def test_a_bought_voucher_takes_its_cost_from_the_balance(aurora: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, cost_unit="points", cost_amount=120), make_customer(aurora)
    give(aurora, customer, 200, "points")
    voucher = issued(aurora, coupon, customer, origin="balance")
    assert (voucher.paid_unit, voucher.paid_amount, voucher.is_personal) == ("points", 120, True)
    assert available(aurora, customer, "points") == 80
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 120
    assert check_ledger(tenant=aurora.id).ok


def test_a_gift_of_a_coupon_with_a_cost_costs_nothing(aurora: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, cost_unit="points", cost_amount=120), make_customer(aurora)
    assert issued(aurora, coupon, customer, origin="campaign", actor=SYSTEM).paid_amount == 0


def test_a_balance_too_small_refuses_and_changes_nothing(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora, cost_unit="BRL", cost_amount=500, stock=3, limit_per_customer=1)
    customer = make_customer(aurora)
    give(aurora, customer, 499)
    before = everything(aurora)
    with pytest.raises(InsufficientBalance):
        issued(aurora, coupon, customer, origin="balance")
    assert everything(aurora) == before
    give(aurora, customer, 1)
    issued(aurora, coupon, customer, origin="balance")


def test_the_same_key_gives_the_first_voucher(aurora: TenantInfo, boreal: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, cost_unit="BRL", cost_amount=500), make_customer(aurora)
    give(aurora, customer, 2_000)
    first = issued(aurora, coupon, customer, origin="balance", key="k")
    before = everything(aurora)
    assert issued(aurora, coupon, customer, origin="balance", key="k") == first
    with pytest.raises(KeyReused):
        issued(aurora, coupon, make_customer(aurora), origin="balance", key="k")
    with pytest.raises(KeyReused):
        issued(aurora, coupon, customer, origin="manual", key="k")
    assert {name: rows for name, rows in everything(aurora).items() if "Event" not in name} == {
        name: rows for name, rows in before.items() if "Event" not in name
    }
    # A key is the tenant's own.
    other = issued(boreal, coupon_of(boreal), make_customer(boreal), key="k")
    assert other.id != first.id


@pytest.mark.parametrize(
    ("terms", "at", "error"),
    [
        ({"status": "draft"}, NOON, errors.CouponNotLive),
        ({"status": "ended"}, NOON, errors.CouponNotLive),
        ({"period_from": NOON + timedelta(seconds=1)}, NOON, errors.CouponNotLive),
        ({"period_until": NOON}, NOON, errors.CouponNotLive),
        ({"plans": ("clube",)}, NOON, errors.CouponNotEligible),
        ({"tiers": ("gold",)}, NOON, errors.CouponNotEligible),
        ({"segment": "vip"}, NOON, errors.CouponNotEligible),
        ({"stock": 0}, NOON, errors.CouponOutOfStock),
        ({"budget_minor": 999}, NOON, errors.BudgetExhausted),
    ],
)
def test_each_refusal_has_its_code_and_changes_nothing(
    aurora: TenantInfo, boreal: TenantInfo, terms: dict[str, Any], at: datetime, error: type[DomainError]
) -> None:
    with frozen(NOON - timedelta(days=1)):
        customer, refused, granted = make_customer(aurora), coupon_of(aurora, **terms), coupon_of(aurora)
    with frozen(at):
        before = everything(aurora, boreal)
        with pytest.raises(error):
            issued(aurora, refused, customer)
        assert everything(aurora, boreal) == before
        issued(aurora, granted, customer)


def test_members_get_what_is_for_members(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora, plans=("clube",), tiers=("gold", "silver"))
    customer = make_customer(aurora)
    set_membership(tenant=aurora.id, customer=customer.id, kind="plan", key="clube")
    with pytest.raises(errors.CouponNotEligible):
        issued(aurora, coupon, customer)
    set_membership(tenant=aurora.id, customer=customer.id, kind="tier", key="silver")
    issued(aurora, coupon, customer)


def test_a_customer_takes_no_more_than_the_limit(aurora: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, limit_per_customer=2), make_customer(aurora)
    for _ in range(2):
        issued(aurora, coupon, customer)
    before = everything(aurora)
    with pytest.raises(errors.CouponLimitReached) as refusal:
        issued(aurora, coupon, customer)
    assert refusal.value.params == {"limit": 2}
    assert everything(aurora) == before
    issued(aurora, coupon, make_customer(aurora))


def test_stock_runs_out_at_the_last_piece_wherever_it_lies(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora, stock=120)  # three counters
    for left in range(119, -1, -1):
        issued(aurora, coupon)
        if left % 40 == 0:
            assert get_coupon(tenant=aurora.id, coupon=coupon.id).stock_left == left
    with pytest.raises(errors.CouponOutOfStock):
        issued(aurora, coupon)


def test_a_budget_promises_the_greatest_cost_of_each(aurora: TenantInfo) -> None:
    coupon = coupon_of(
        aurora, kind="percentage", value_minor=None, value_bp=1000, max_discount_minor=300, uses=2, budget_minor=1500
    )
    for left in (900, 300):
        issued(aurora, coupon)
        assert get_coupon(tenant=aurora.id, coupon=coupon.id).budget_left_minor == left
    with pytest.raises(errors.BudgetExhausted):
        issued(aurora, coupon)


def test_usable_from_counts_the_brands_own_days(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora, usable_from_days=1, valid_days=1)
    with frozen(datetime(2026, 11, 18, 23, 30, tzinfo=LOCAL)):
        voucher = issued(aurora, coupon)
    assert voucher.valid_from == datetime(2026, 11, 19, tzinfo=LOCAL)
    assert voucher.valid_until == datetime(2026, 11, 19, 23, 59, 59, tzinfo=LOCAL)


def test_a_customer_may_only_help_themselves(aurora: TenantInfo) -> None:
    customer, other = make_customer(aurora), make_customer(aurora)
    herself = Actor(kind="customer", id=customer.id)
    free, hidden = coupon_of(aurora), coupon_of(aurora, is_listed=False)
    timed = coupon_of(aurora, valid_days=5)
    before = everything(aurora)
    with pytest.raises(PermissionMissing):
        issued(aurora, free, other, origin="balance", actor=herself)
    with pytest.raises(errors.CouponNotEligible):
        issued(aurora, hidden, customer, origin="balance", actor=herself)
    longer = NOON + timedelta(days=300)
    with frozen(NOON), pytest.raises(InvalidInput):
        issued(aurora, timed, customer, origin="balance", actor=herself, valid_until=longer)
    assert everything(aurora) == before
    issued(aurora, free, customer, origin="balance", actor=herself)
    with pytest.raises(errors.CouponLimitReached):
        issued(aurora, free, customer, origin="balance", actor=herself)
    issued(aurora, free, customer)  # staff may give another


@pytest.mark.parametrize("role", ["partner", "analyst"])
def test_who_may_not_issue(aurora: TenantInfo, role: str) -> None:
    coupon = coupon_of(aurora)
    with pytest.raises(PermissionMissing):
        issued(aurora, coupon, actor=actor(role))


def test_strangers_customers_coupons_and_stores_are_not_found(aurora: TenantInfo, boreal: TenantInfo) -> None:
    coupon, theirs = coupon_of(aurora), coupon_of(boreal)
    before = everything(aurora, boreal)
    with pytest.raises(errors.CouponNotFound):
        issued(aurora, theirs)
    with pytest.raises(errors.CouponNotFound):
        issue_voucher(tenant=aurora.id, customer=None, coupon=uuid4(), origin="manual", key="k", actor=MANAGER)
    with pytest.raises(CustomerNotFound):
        issued(aurora, coupon, make_customer(boreal))
    with pytest.raises(StoreUnknown):
        issued(aurora, coupon, store=store_of(boreal).id)
    after = everything(aurora, boreal)
    del before["boreal Event"], after["boreal Event"]  # the customer that was made in between
    assert after == before


def test_a_personal_voucher_needs_a_person(aurora: TenantInfo) -> None:
    with pytest.raises(InvalidInput) as refusal:
        issued(aurora, coupon_of(aurora, holder="personal"))
    assert list(refusal.value.errors) == ["customer"]


@pytest.mark.parametrize("days", [-1, 0, 10_000])
def test_an_end_that_cannot_be_is_refused(aurora: TenantInfo, days: int) -> None:
    coupon = coupon_of(aurora)
    with frozen(NOON), pytest.raises(InvalidInput) as refusal:
        issued(aurora, coupon, valid_until=NOON + timedelta(days=days))
    assert list(refusal.value.errors) == ["valid_until"]
