"""What stays true when tills, sweeps and refunds are there at the same moment: real threads, real transactions."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from smartbis.kernel.clock import frozen
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import check_ledger
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer, store_of
from tests.vouchers.shop import (
    MANAGER,
    NOON,
    OPERATOR,
    account,
    at_once,
    available,
    coupon_of,
    events_of,
    everything,
    give,
    issued,
    redeemed,
)
from vouchers.models import Redemption, Reversal, Voucher
from vouchers.selectors import coupons, get_coupon, get_voucher
from vouchers.services import (
    cancel_voucher,
    change_coupon,
    convert_balance,
    lapse_voucher,
    redeem_voucher,
    reverse_for_refund,
    reverse_redemption,
)

pytestmark = pytest.mark.django_db(transaction=True)


def till(brand: TenantInfo, code: str, **more: Any) -> partial[Any]:
    facts: dict[str, Any] = {"store": store_of(brand).id, "actor": OPERATOR, "key": uuid4().hex} | more
    return partial(redeem_voucher, tenant=brand.id, code=code, **facts)


def rows(brand: TenantInfo) -> tuple[int, int]:
    """Redemptions, and those of them that stand."""
    with tenant_scope(brand.id):
        made = Redemption.objects.count()
        return made, made - Reversal.objects.count()


def test_one_code_at_sixty_four_tills_has_one_winner(aurora: TenantInfo, boreal: TenantInfo) -> None:
    before = everything(boreal)
    voucher = issued(aurora, coupon_of(aurora))
    outcomes = at_once(till(aurora, voucher.code) for _ in range(64))
    assert outcomes == {"done": 1, "voucher_already_redeemed": 63}
    assert rows(aurora) == (1, 1)
    assert len(events_of(aurora, "voucher.redeemed.v1")) == 1
    assert everything(boreal) == before


def test_a_bought_code_at_many_tills_is_paid_for_once(aurora: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, cost_unit="points", cost_amount=100), make_customer(aurora)
    give(aurora, customer, 100, "points")
    voucher = issued(aurora, coupon, customer, origin="balance")
    outcomes = at_once(till(aurora, voucher.code, customer=customer.id) for _ in range(24))
    assert outcomes == {"done": 1, "voucher_already_redeemed": 23}
    assert account(aurora, Account.REDEEMED, "points") == 100
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 0
    assert check_ledger(tenant=aurora.id).ok


def test_five_uses_are_five(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, uses=5))
    outcomes = at_once(till(aurora, voucher.code) for _ in range(20))
    assert outcomes == {"done": 5, "voucher_already_redeemed": 15}
    assert rows(aurora) == (5, 5)
    with tenant_scope(aurora.id):
        assert sorted(Redemption.objects.values_list("use_number", flat=True)) == [1, 2, 3, 4, 5]


def test_one_key_at_many_tills_is_one_use(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora, uses=50))
    assert at_once(till(aurora, voucher.code, key="k") for _ in range(16)) == {"done": 16}
    assert rows(aurora) == (1, 1)
    assert get_voucher(tenant=aurora.id, code=voucher.code).uses_left == 49
    assert len(events_of(aurora, "voucher.redeemed.v1")) == 1


def test_a_guest_is_kept_to_the_limit_across_vouchers(aurora: TenantInfo) -> None:
    coupon, guest = coupon_of(aurora, limit_per_customer=2), make_customer(aurora)
    vouchers = [issued(aurora, coupon) for _ in range(10)]
    outcomes = at_once(till(aurora, voucher.code, customer=guest.id) for voucher in vouchers)
    assert outcomes == {"done": 2, "voucher_limit_reached": 8}
    assert rows(aurora) == (2, 2)


@pytest.mark.parametrize("stock", [3, 110])
def test_stock_is_issued_to_the_last_piece_and_no_further(aurora: TenantInfo, stock: int) -> None:
    coupon = coupon_of(aurora, stock=stock)
    for _ in range(stock - 3):
        issued(aurora, coupon)
    outcomes = at_once(partial(issued, aurora, coupon) for _ in range(20))
    assert outcomes == {"done": 3, "coupon_out_of_stock": 17}
    assert get_coupon(tenant=aurora.id, coupon=coupon.id).stock_left == 0


def test_a_budget_is_promised_to_the_last_cent_and_no_further(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora, budget_minor=4_999)
    outcomes = at_once(partial(issued, aurora, coupon) for _ in range(16))
    assert outcomes == {"done": 4, "budget_exhausted": 12}


def test_one_customer_gets_no_more_than_the_limit(aurora: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, limit_per_customer=2), make_customer(aurora)
    outcomes = at_once(partial(issued, aurora, coupon, customer) for _ in range(16))
    assert outcomes == {"done": 2, "coupon_limit_reached": 14}


def test_one_issue_key_makes_one_voucher(aurora: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, stock=5), make_customer(aurora)
    assert at_once(partial(issued, aurora, coupon, customer, key="k") for _ in range(12)) == {"done": 12}
    with tenant_scope(aurora.id):
        assert Voucher.objects.count() == 1
    assert get_coupon(tenant=aurora.id, coupon=coupon.id).stock_left == 4
    assert len(events_of(aurora, "voucher.issued.v1")) == 1


def test_a_balance_buys_no_more_than_it_holds(aurora: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, cost_unit="BRL", cost_amount=300), make_customer(aurora)
    give(aurora, customer, 1_000)
    outcomes = at_once(partial(issued, aurora, coupon, customer, origin="balance") for _ in range(12))
    assert outcomes == {"done": 3, "insufficient_balance": 9}
    assert available(aurora, customer) == 100


def test_first_conversions_at_once_share_one_balance_coupon(aurora: TenantInfo) -> None:
    customers = [make_customer(aurora) for _ in range(6)]
    for customer in customers:
        give(aurora, customer, 500)
    outcomes = at_once(
        partial(convert_balance, tenant=aurora.id, customer=each.id, amount_minor=500, key=str(each.id), actor=MANAGER)
        for each in customers
    )
    assert outcomes == {"done": 6}
    assert len(coupons(tenant=aurora.id)) == 1


def test_a_use_is_taken_back_once_by_many_hands(aurora: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, cost_unit="points", cost_amount=90, uses=2), make_customer(aurora)
    give(aurora, customer, 90, "points")
    voucher = issued(aurora, coupon, customer, origin="balance")
    use = redeemed(aurora, voucher, customer=customer.id, external_id="S-1")

    def by_hand() -> None:
        reverse_redemption(tenant=aurora.id, redemption=use.id, reason="troca", key=uuid4().hex, actor=OPERATOR)

    def by_refund() -> None:
        reverse_for_refund(
            tenant=aurora.id, store=use.store_id, external_id="S-1", refund=uuid4(), closing=True, actor=OPERATOR
        )

    outcomes = at_once([by_hand] * 8 + [by_refund] * 8)
    assert set(outcomes) <= {"done", "redemption_already_reversed"}
    assert rows(aurora) == (1, 0)
    assert get_voucher(tenant=aurora.id, code=voucher.code).uses_left == 2
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 90
    assert check_ledger(tenant=aurora.id).ok


def test_uses_and_reversals_at_once_add_up(aurora: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, cost_unit="points", cost_amount=100), make_customer(aurora)
    give(aurora, customer, 100, "points")
    voucher = issued(aurora, coupon, customer, origin="balance")
    use = redeemed(aurora, voucher, customer=customer.id)
    back = partial(reverse_redemption, tenant=aurora.id, redemption=use.id, reason="troca", key="r", actor=OPERATOR)
    outcomes = at_once([back, *(till(aurora, voucher.code, customer=customer.id) for _ in range(15))])
    assert set(outcomes) <= {"done", "voucher_already_redeemed"}
    made, standing = rows(aurora)
    left = get_voucher(tenant=aurora.id, code=voucher.code).uses_left
    assert standing == made - 1 == outcomes["done"] - 1 == 1 - left
    assert account(aurora, Account.REDEEMED, "points") == 100 * standing
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 100 * left
    assert check_ledger(tenant=aurora.id).ok


@pytest.mark.parametrize("round_number", range(4))
def test_a_voucher_is_used_or_lapsed_never_both(aurora: TenantInfo, round_number: int) -> None:
    coupon = coupon_of(aurora, cost_unit="points", cost_amount=100, valid_days=2)
    customer = make_customer(aurora)
    give(aurora, customer, 100, "points")
    with frozen(NOON):
        voucher = issued(aurora, coupon, customer, origin="balance")
        use = till(aurora, voucher.code, customer=customer.id)

    def in_time() -> None:
        with frozen(NOON):
            use()

    def sweep() -> None:
        with frozen(NOON + timedelta(days=3)):
            lapse_voucher(tenant=aurora.id, voucher=voucher.id)

    outcomes = at_once([in_time, sweep] * 4 if round_number % 2 else [sweep, in_time] * 4)
    assert set(outcomes) <= {"done", "voucher_expired", "voucher_already_redeemed"}
    is_used = rows(aurora) == (1, 1)
    assert get_voucher(tenant=aurora.id, code=voucher.code).status == ("redeemed" if is_used else "lapsed")
    assert available(aurora, customer, "points") == (0 if is_used else 100)
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == 0
    assert len(events_of(aurora, "voucher.lapsed.v1")) == (0 if is_used else 1)
    assert check_ledger(tenant=aurora.id).ok


def test_a_voucher_is_used_or_cancelled_never_both(aurora: TenantInfo) -> None:
    coupon, customer = coupon_of(aurora, cost_unit="points", cost_amount=100, stock=1), make_customer(aurora)
    give(aurora, customer, 100, "points")
    voucher = issued(aurora, coupon, customer, origin="balance")
    cancel = partial(cancel_voucher, tenant=aurora.id, voucher=voucher.id, reason="engano", actor=MANAGER)
    outcomes = at_once([cancel, till(aurora, voucher.code, customer=customer.id)] * 6)
    assert outcomes["done"] == 1
    assert set(outcomes) <= {"done", "voucher_cancelled", "voucher_already_redeemed"}
    is_used = rows(aurora) == (1, 1)
    assert available(aurora, customer, "points") == (0 if is_used else 100)
    assert get_coupon(tenant=aurora.id, coupon=coupon.id).stock_left == (0 if is_used else 1)
    assert check_ledger(tenant=aurora.id).ok


def test_a_stock_set_while_vouchers_go_out_counts_them_all(aurora: TenantInfo) -> None:
    from dataclasses import replace

    coupon = coupon_of(aurora)
    limit = partial(
        change_coupon, tenant=aurora.id, coupon=coupon.id, draft=replace(coupon.as_draft(), stock=8), actor=MANAGER
    )
    outcomes = at_once([*(partial(issued, aurora, coupon) for _ in range(12)), limit])
    with tenant_scope(aurora.id):
        out = Voucher.objects.count()
    assert outcomes["done"] == out + 1
    left = get_coupon(tenant=aurora.id, coupon=coupon.id).stock_left
    assert left == max(8 - out, 0)
    assert at_once(partial(issued, aurora, coupon) for _ in range(12))["done"] == left


def test_a_budget_changed_while_vouchers_are_used_leaves_no_ring_of_locks(aurora: TenantInfo) -> None:
    """A use names the coupon and gives budget back; a change holds the coupon and wants the budget."""
    from dataclasses import replace

    coupon = coupon_of(
        aurora, kind="percentage", value_minor=None, value_bp=1000, max_discount_minor=900, budget_minor=90_000
    )
    codes = [issued(aurora, coupon).code for _ in range(24)]
    draft = coupon.as_draft()
    changes = [
        partial(
            change_coupon, tenant=aurora.id, coupon=coupon.id, draft=replace(draft, budget_minor=more), actor=MANAGER
        )
        for more in range(90_000, 96_000, 1000)
    ]
    uses = [till(aurora, code, amount_minor=5000) for code in codes]
    assert at_once([work for group in zip(*[iter(uses)] * 4, changes, strict=False) for work in group]) == {"done": 30}
    assert check_ledger(tenant=aurora.id).ok
