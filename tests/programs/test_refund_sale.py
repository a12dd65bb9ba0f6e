"""Refunds: any split of a full refund leaves exactly zero, and what was spent meanwhile is owed and netted."""

from datetime import timedelta
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.infos import RefundOutcome
from programs.rules import still_to_reverse
from programs.services import cancel_sale, confirm_sale, record_sale, refund_sale
from smartbis.kernel.clock import frozen, now
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import balances, check_ledger
from smartbis.ledger.services import Move, lock_holder, post
from smartbis.outbox.work import drain_queue
from smartbis.purchases.errors import RefundExceedsPurchase
from smartbis.purchases.infos import RefundItemDraft
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import change_brand
from tests.factories import actor, make_customer
from tests.programs.conftest import make_cashback
from tests.programs.earning import awarded, held, lines, opened, sold
from tests.programs.test_record_sale import draft
from tests.racing import race
from tests.vouchers.shop import coupon_of, give, issued, redeemed
from vouchers.selectors import get_redemption, get_voucher
from vouchers.services import cancel_voucher, revoke_voucher


@given(
    granted=st.integers(1, 10**9),
    parts=st.lists(st.integers(1, 10**6), min_size=1, max_size=12),
    rounding=st.sampled_from(["half_up", "floor", "ceil"]),
)
def test_any_split_of_a_full_refund_takes_back_exactly_what_was_given(
    granted: int, parts: list[int], rounding: str
) -> None:
    gross, refunded, reversed_before = sum(parts), 0, 0
    for part in parts:
        refunded += part
        now_due = still_to_reverse(
            granted=granted,
            reversed_before=reversed_before,
            share=Fraction(refunded, gross),
            rounding=rounding,  # type: ignore[arg-type]
        )
        assert now_due >= 0
        reversed_before += now_due
        assert reversed_before <= granted
    assert reversed_before == granted


def spend(brand: TenantInfo, customer: object, amount: int) -> None:
    move = Move(unit="BRL", debit=Account.AVAILABLE, credit=Account.REDEEMED, amount=amount, kind="spend")
    with tenant_scope(brand.id):
        post(tenant=brand.id, holder=lock_holder(tenant=brand.id, customer=customer), moves=[move])  # type: ignore[arg-type]


def refund(brand: TenantInfo, purchase: object, amount: int, number: str) -> RefundOutcome:
    return refund_sale(
        tenant=brand.id,
        purchase=purchase,  # type: ignore[arg-type]
        amount_minor=amount,
        external_id=number,
        actor=actor("operator"),
    )


@pytest.fixture
def earning(aurora: TenantInfo) -> TenantInfo:
    """A brand that gives 20 % back."""
    make_cashback(aurora)
    return aurora


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.integers(1, 3_000), min_size=1, max_size=6))
def test_a_full_refund_in_parts_leaves_nothing(earning: TenantInfo, parts: list[int]) -> None:
    customer = make_customer(earning)
    sale = record_sale(tenant=earning.id, sale=draft(earning, customer.id, sum(parts), str(customer.id)))
    for place, part in enumerate(parts):
        refund(earning, sale.purchase.id, part, str(place))
    assert all((each.available, each.owed) == (0, 0) for each in balances(tenant=earning.id, customer=customer.id))


def test_a_refund_told_again_changes_nothing(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_cashback(aurora), make_cashback(boreal)
    customer, stranger = make_customer(aurora), make_customer(boreal)
    record_sale(tenant=boreal.id, sale=draft(boreal, stranger.id, 10_000))
    sale = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000))
    first = refund(aurora, sale.purchase.id, 4_000, "r1")
    again = refund(aurora, sale.purchase.id, 4_000, "r1")
    assert again.repeated
    assert again.reversed == first.reversed
    assert balances(tenant=aurora.id, customer=customer.id)[0].available == 1_200
    with pytest.raises(RefundExceedsPurchase):
        refund(aurora, sale.purchase.id, 6_001, "r2")
    assert balances(tenant=aurora.id, customer=customer.id)[0].available == 1_200
    assert balances(tenant=boreal.id, customer=stranger.id)[0].available == 2_000


def test_a_refund_told_again_names_the_vouchers_whatever_became_of_them(aurora: TenantInfo, boreal: TenantInfo) -> None:
    first, elsewhere = refunded_with_two_vouchers(aurora), refunded_with_two_vouchers(boreal)
    assert len(first.returned) == len(first.not_returned) == 1
    good = get_voucher(tenant=aurora.id, code=first.returned[0])
    cancel_voucher(tenant=aurora.id, voucher=good.id, reason="lost", actor=actor("manager"))
    again = refund(aurora, first.purchase.id, 10_000, "r1")
    assert again.repeated
    assert (again.returned, again.not_returned) == (first.returned, first.not_returned)
    redeemed(boreal, get_voucher(tenant=boreal.id, code=elsewhere.returned[0]), external_id="S-2")
    told = refund(boreal, elsewhere.purchase.id, 10_000, "r1")
    assert (told.returned, told.not_returned) == (elsewhere.returned, elsewhere.not_returned)


def refunded_with_two_vouchers(brand: TenantInfo) -> RefundOutcome:
    """A sale refunded whole, on which two vouchers were used; the ground of one of them is gone."""
    marina, coupon = make_customer(brand), coupon_of(brand)
    vouchers = [issued(brand, coupon, marina) for _ in range(2)]
    for voucher in vouchers:
        redeemed(brand, voucher, external_id="S-1", amount_minor=10_000)
    revoke_voucher(tenant=brand.id, voucher=vouchers[0].id, reason="plan")
    sale = record_sale(tenant=brand.id, sale=draft(brand, marina.id, 10_000, "S-1"))
    return refund(brand, sale.purchase.id, 10_000, "r1")


def test_what_was_spent_is_owed_and_taken_from_the_next_earnings(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    sale = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, "1"))
    spend(aurora, customer.id, 1_500)
    (reversed_,) = refund(aurora, sale.purchase.id, 10_000, "r1").reversed
    assert (reversed_.amount, reversed_.from_available, reversed_.owed) == (2_000, 500, 1_500)
    (balance,) = balances(tenant=aurora.id, customer=customer.id)
    assert (balance.available, balance.owed) == (0, 1_500)
    outcome = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, "2"))
    assert outcome.awards[0].amount == 2_000, "the whole award is shown"
    (balance,) = outcome.balances
    assert (balance.available, balance.owed) == (500, 0)
    assert check_ledger(tenant=aurora.id).ok


def test_a_brand_may_write_off_what_was_spent(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand in (aurora, boreal):
        change_brand(tenant=brand.id, actor=actor("owner"), shortfall_policy="pending_only")
        make_cashback(brand)
    customer, stranger = make_customer(aurora), make_customer(boreal)
    sale = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000))
    record_sale(tenant=boreal.id, sale=draft(boreal, stranger.id, 10_000))
    spend(aurora, customer.id, 1_500)
    (reversed_,) = refund(aurora, sale.purchase.id, 10_000, "r1").reversed
    assert (reversed_.from_available, reversed_.owed, reversed_.written_off) == (500, 0, 1_500)
    (balance,) = balances(tenant=aurora.id, customer=customer.id)
    assert (balance.available, balance.owed) == (0, 0)
    assert balances(tenant=boreal.id, customer=stranger.id)[0].available == 2_000
    assert check_ledger(tenant=aurora.id).ok


def test_a_pending_sale_is_confirmed_or_cancelled(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    kept = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, "1", status="pending"))
    lost = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 5_000, "2", status="pending"))
    assert balances(tenant=aurora.id, customer=customer.id)[0].pending == 3_000
    confirm_sale(tenant=aurora.id, purchase=kept.purchase.id)
    confirm_sale(tenant=aurora.id, purchase=kept.purchase.id)
    _, reversals = cancel_sale(tenant=aurora.id, purchase=lost.purchase.id)
    assert [(each.amount, each.from_pending) for each in reversals] == [(1_000, 1_000)]
    (balance,) = balances(tenant=aurora.id, customer=customer.id)
    assert (balance.available, balance.pending, balance.owed) == (2_000, 0, 0)
    assert check_ledger(tenant=aurora.id).ok


def test_a_cancelled_sale_gives_its_voucher_back(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_cashback(aurora)
    marina, rui = make_customer(aurora), make_customer(aurora, "Rui")
    voucher = issued(aurora, coupon_of(aurora, value_minor=1_000), rui)
    redeemed(aurora, voucher, external_id="S-1", amount_minor=10_000)
    elsewhere = redeemed(boreal, issued(boreal, coupon_of(boreal)), external_id="S-1")
    sale = record_sale(tenant=aurora.id, sale=draft(aurora, marina.id, 10_000, "S-1", status="pending"))
    assert (sale.purchase.paid_minor, sale.awards[0].amount) == (9_000, 1_800)
    for _ in range(2):
        cancel_sale(tenant=aurora.id, purchase=sale.purchase.id)
        assert get_voucher(tenant=aurora.id, code=voucher.code).status == "issued"
    assert get_redemption(tenant=boreal.id, redemption=elsewhere.id).reversed_at is None
    assert balances(tenant=aurora.id, customer=marina.id)[0].pending == 0
    assert check_ledger(tenant=aurora.id).ok


@pytest.mark.django_db(transaction=True)
def test_refunds_that_cross_two_customers_make_no_ring_of_locks(aurora: TenantInfo) -> None:
    """Each sale was paid with the other's voucher: both refunds want both purses."""
    make_cashback(aurora)
    people = [make_customer(aurora, name) for name in ("Marina", "Rui")]
    coupon = coupon_of(aurora, cost_unit="BRL", cost_amount=1_000, holder="bearer")
    for round_number in range(6):
        sales = []
        for place, buyer in enumerate(people):
            give(aurora, people[1 - place], 1_000)
            voucher = issued(aurora, coupon, people[1 - place], origin="balance")
            number = f"{round_number}-{place}"
            redeemed(aurora, voucher, external_id=number, amount_minor=5_000)
            sales.append(record_sale(tenant=aurora.id, sale=draft(aurora, buyer.id, 5_000, number)).purchase.id)
        told = race(*[partial(refund, aurora, sale, 5_000, "r") for sale in sales])
        assert [len(each.returned) for each in told if isinstance(each, RefundOutcome)] == [1, 1], told
    assert check_ledger(tenant=aurora.id).ok


def test_a_pending_sale_refunded_confirmed_released_and_refunded_to_its_end_leaves_nothing(aurora: TenantInfo) -> None:
    make_cashback(aurora, hold_days=7)
    customer, instant = make_customer(aurora), now()
    sale = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 9_999, status="pending")).purchase

    def purse() -> tuple[int, int, int]:
        (balance,) = balances(tenant=aurora.id, customer=customer.id)
        return balance.available, balance.pending, balance.owed

    assert purse() == (0, 2_000, 0)
    refund(aurora, sale.id, 3_333, "r1")
    assert purse() == (0, 1_333, 0)
    with frozen(instant + timedelta(days=1)):
        confirm_sale(tenant=aurora.id, purchase=sale.id)
        refund(aurora, sale.id, 3_333, "r2")
    assert purse() == (0, 667, 0)
    with frozen(instant + timedelta(days=6, hours=23)):
        drain_queue("relay")
        assert purse() == (0, 667, 0)
    with frozen(instant + timedelta(days=7, minutes=1)):
        drain_queue("relay")
        assert purse() == (667, 0, 0)
        refund(aurora, sale.id, 3_333, "r3")
    assert purse() == (0, 0, 0)
    assert check_ledger(tenant=aurora.id).ok


def test_a_sale_refunded_whole_before_it_is_confirmed_gives_nothing(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    customer = make_customer(aurora)
    sale = record_sale(tenant=aurora.id, sale=draft(aurora, customer.id, 10_000, status="pending")).purchase
    refund(aurora, sale.id, 10_000, "r1")
    confirm_sale(tenant=aurora.id, purchase=sale.id)
    (balance,) = balances(tenant=aurora.id, customer=customer.id)
    assert (balance.available, balance.pending, balance.owed) == (0, 0, 0)
    assert check_ledger(tenant=aurora.id).ok


WINE_AND_BREAD = lines(("WINE", 1, 50_000), ("BREAD", 1, 50_000))
ON_WINE = {"when": {"products": ["WINE"]}}
EVERYWHERE = {"effect": {"kind": "percentage", "basis_points": 500}}
DOUBLED = {"effect": {"kind": "multiplier", "factor_bp": 20_000}}


@pytest.mark.parametrize(
    ("rules", "returned", "left"),
    [
        ((ON_WINE, DOUBLED), "WINE", 0),
        ((ON_WINE, DOUBLED), "BREAD", 10_000),
        ((ON_WINE, EVERYWHERE, DOUBLED), "WINE", 5_000),
        ((ON_WINE, EVERYWHERE, DOUBLED), "BREAD", 15_000),
    ],
)
def test_a_multiplier_goes_back_with_the_articles_whose_gain_it_doubled(
    aurora: TenantInfo, boreal: TenantInfo, rules: tuple[dict[str, Any], ...], returned: str, left: int
) -> None:
    people = {}
    for brand in (aurora, boreal):
        opened(brand, *rules)
        people[brand.id] = make_customer(brand)
        sale = sold(brand, people[brand.id], 100_000, "1", items=WINE_AND_BREAD)
        if brand is aurora:
            item = RefundItemDraft(returned, 1)
            refund_sale(
                tenant=brand.id, purchase=sale.purchase.id, external_id="r", items=[item], actor=actor("manager")
            )
    assert held(aurora, people[aurora.id]).available == left
    assert held(boreal, people[boreal.id]).available == awarded([sale])
    assert check_ledger(tenant=aurora.id).ok
