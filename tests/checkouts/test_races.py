"""Rivals at checkouts and vouchers: one wins, the others get the right code, nobody a deadlock; the ledger adds up."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from programs.checkouts.errors import CheckoutChanged
from programs.checkouts.holding import expire_checkout
from programs.checkouts.reading import get_checkout
from programs.checkouts.services import cancel_checkout
from programs.services import merge_customers, refund_sale, spend_balance
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import DomainError
from smartbis.ledger.accounts import Account
from smartbis.ledger.selectors import check_ledger
from smartbis.purchases.selectors import purchases_page
from smartbis.tenancy.once import patiently
from smartbis.tenancy.selectors import TenantInfo
from tests.checkouts.quoting import OPERATOR, committed, quoted
from tests.factories import actor, make_customer, store_of
from tests.programs.conftest import make_cashback
from tests.programs.earning import held
from tests.racing import race
from tests.stepping import Rival, interleave
from tests.unchanged import unchanged
from tests.vouchers.shop import NOON, account, at_once, available, coupon_of, give, issued, redeemed
from vouchers.selectors import get_voucher, redemptions_of_voucher
from vouchers.services import hold_voucher, lapse_voucher, reverse_redemption

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6
_numbers = count()


def number() -> str:
    return f"N-{next(_numbers)}"


def top_up(brand: TenantInfo, customer: CustomerInfo) -> None:
    """Let the customer have R$ 30 again."""
    if missing := 3_000 - available(brand, customer):
        give(brand, customer, missing)


def codes(told: list[Any]) -> Counter[str]:
    """`done` and the codes of refusals; any other fault under its own name."""
    return Counter(
        each.code if isinstance(each, DomainError) else type(each).__name__ if isinstance(each, Exception) else "done"
        for each in told
    )


def as_a_door(work: Callable[[], Any]) -> Callable[[], Any]:
    """As a door does it: again when it lost to a rival."""
    return lambda: patiently(work)


def test_two_checkouts_for_one_balance_never_hold_more_than_there_is(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_cashback(aurora)
    marina = make_customer(aurora)
    for _ in range(ROUNDS):
        top_up(aurora, marina)
        told = race(*[as_a_door(partial(quoted, aurora, marina)) for _ in range(6)])
        quotes = [each for each in told if not isinstance(each, Exception)]
        assert len(quotes) == 6, told
        assert sum(each.balance_minor for each in quotes) == 3_000 == held(aurora, marina).held
        for each in quotes:
            cancel_checkout(tenant=aurora.id, checkout=each.id, actor=OPERATOR)
    assert check_ledger(tenant=aurora.id).ok
    assert check_ledger(tenant=boreal.id).ok


def test_of_many_quotes_of_one_voucher_one_holds_it(aurora: TenantInfo) -> None:
    marina = make_customer(aurora)
    voucher = issued(aurora, coupon_of(aurora), marina)
    work = partial(quoted, aurora, marina, vouchers=(voucher.code,))
    assert at_once([as_a_door(work)] * 12) == {"done": 1, "voucher_held": 11}


def test_a_commit_sent_by_many_is_one_sale(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    marina = make_customer(aurora)
    give(aurora, marina, 3_000)
    voucher = issued(aurora, coupon_of(aurora), marina)
    quote = quoted(aurora, marina, vouchers=(voucher.code,))
    told = race(*[as_a_door(partial(committed, aurora, quote, external_id="N")) for _ in range(8)])
    assert codes(told) == {"done": 8}
    assert sum(not each.repeated for each in told if not isinstance(each, Exception)) == 1
    assert len(purchases_page(tenant=aurora.id).items) == 1
    assert (available(aurora, marina), account(aurora, Account.REDEEMED)) == (1_200, 3_000)


def test_commit_against_cancel_and_the_sweep(aurora: TenantInfo) -> None:
    marina = make_customer(aurora)
    for _ in range(ROUNDS):
        top_up(aurora, marina)
        voucher = issued(aurora, coupon_of(aurora), marina)
        quote = quoted(aurora, marina, vouchers=(voucher.code,))
        named: dict[str, Any] = {"tenant": aurora.id, "checkout": quote.id}
        told = race(
            as_a_door(partial(committed, aurora, quote, external_id=number())),
            as_a_door(partial(cancel_checkout, actor=OPERATOR, **named)),
            as_a_door(partial(expire_checkout, **named)),
        )
        is_sold = get_checkout(tenant=aurora.id, checkout=quote.id).state == "committed"
        assert codes(told) == {"done": 2, "checkout_closed": 1}, told
        assert held(aurora, marina).held == 0
        assert available(aurora, marina) == (0 if is_sold else 3_000)
        assert get_voucher(tenant=aurora.id, code=voucher.code).uses_left == (0 if is_sold else 1)
    assert check_ledger(tenant=aurora.id).ok


def test_hold_against_redeem(aurora: TenantInfo) -> None:
    for _ in range(ROUNDS):
        voucher = issued(aurora, coupon_of(aurora))
        told = race(
            as_a_door(partial(quoted, aurora, None, vouchers=(voucher.code,))),
            as_a_door(partial(redeemed, aurora, voucher)),
        )
        assert codes(told) in ({"done": 1, "voucher_held": 1}, {"done": 1, "voucher_already_redeemed": 1}), told


def test_redeem_against_reverse(aurora: TenantInfo) -> None:
    marina = make_customer(aurora)
    give(aurora, marina, 1_000)
    bought = coupon_of(aurora, cost_unit="BRL", cost_amount=1_000)
    voucher = issued(aurora, bought, marina, origin="balance")
    for _ in range(ROUNDS):
        use = redeemed(aurora, voucher, customer=marina.id)
        reverse = partial(reverse_redemption, tenant=aurora.id, redemption=use.id, reason="engano", actor=OPERATOR)
        told = race(
            as_a_door(partial(reverse, key=uuid4().hex)),
            as_a_door(partial(reverse, key=uuid4().hex)),
            as_a_door(partial(redeemed, aurora, voucher, customer=marina.id)),
        )
        found = codes(told)
        assert found["redemption_already_reversed"] == 1, told
        left = get_voucher(tenant=aurora.id, code=voucher.code).uses_left
        assert (found["done"], found["voucher_already_redeemed"], left) in ((2, 0, 0), (1, 1, 1)), told
        for standing in redemptions_of_voucher(tenant=aurora.id, voucher=voucher.id):
            if standing.reversed_at is None:
                reverse_redemption(
                    tenant=aurora.id, redemption=standing.id, reason="de novo", key=uuid4().hex, actor=OPERATOR
                )
        assert account(aurora, Account.VOUCHER_OUTSTANDING) == 1_000
    assert check_ledger(tenant=aurora.id).ok


def test_lapse_against_redeem_and_against_a_held_commit(aurora: TenantInfo) -> None:
    marina = make_customer(aurora)
    with frozen(NOON):
        give(aurora, marina, 6_000)
        bought = coupon_of(aurora, cost_unit="BRL", cost_amount=1_000)
        end = NOON + timedelta(minutes=5)
        free, kept = (
            [issued(aurora, bought, marina, origin="balance", valid_until=end) for _ in range(3)] for _ in range(2)
        )
        quotes = [quoted(aurora, marina, vouchers=(each.code,), use_balance="none") for each in kept]
    with frozen(end):
        for voucher in free:
            lapse = as_a_door(partial(lapse_voucher, tenant=aurora.id, voucher=voucher.id))
            use = as_a_door(partial(redeemed, aurora, voucher, customer=marina.id))
            assert at_once([lapse, lapse, use]) == {"done": 2, "voucher_expired": 1}
        for voucher, quote in zip(kept, quotes, strict=True):
            lapse = as_a_door(partial(lapse_voucher, tenant=aurora.id, voucher=voucher.id))
            sell = as_a_door(partial(committed, aurora, quote, external_id=number()))
            assert at_once([lapse, sell, lapse]) == {"done": 3}
            assert get_voucher(tenant=aurora.id, code=voucher.code).status == "redeemed"
    assert (available(aurora, marina), account(aurora, Account.REDEEMED)) == (3_000, 3_000)
    assert check_ledger(tenant=aurora.id).ok


def test_refund_against_redeem_and_a_new_quote(aurora: TenantInfo) -> None:
    """The closing refund gives the voucher back while somebody else is after it."""
    make_cashback(aurora)
    marina = make_customer(aurora)
    give(aurora, marina, 2_000)
    voucher = issued(aurora, coupon_of(aurora), marina)
    for _ in range(ROUNDS):
        quote = quoted(aurora, marina, vouchers=(voucher.code,), use_balance=1_000)
        sale = committed(aurora, quote, external_id=number()).purchase
        refund = partial(refund_sale, tenant=aurora.id, purchase=sale.id, actor=actor("manager"), amount_minor=10_000)
        told = race(
            as_a_door(partial(refund, external_id=number())),
            as_a_door(partial(redeemed, aurora, voucher, customer=marina.id)),
            as_a_door(partial(quoted, aurora, marina, vouchers=(voucher.code,), use_balance=500)),
        )
        found = codes(told)
        assert found["done"] >= 1, told
        assert set(found) <= {"done", "voucher_already_redeemed", "voucher_held", "insufficient_balance"}, told
        _clear(aurora, voucher.id, told)
        assert (available(aurora, marina), held(aurora, marina).held) == (2_000, 0)
    assert check_ledger(tenant=aurora.id).ok


def _clear(brand: TenantInfo, voucher: Any, told: list[Any]) -> None:
    """Let go of the quote, and take the use back, if there is one."""
    if getattr(told[2], "id", None) is not None:
        cancel_checkout(tenant=brand.id, checkout=told[2].id, actor=OPERATOR)
    for use in redemptions_of_voucher(tenant=brand.id, voucher=voucher):
        if use.reversed_at is None:
            reverse_redemption(tenant=brand.id, redemption=use.id, reason="fim", key=uuid4().hex, actor=OPERATOR)


def test_a_merge_against_commits_and_quotes(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    for _ in range(3):
        stays, goes = make_customer(aurora), make_customer(aurora, "Marina S.")
        give(aurora, goes, 3_000)
        quote = quoted(aurora, goes, use_balance=2_000)
        told = race(
            as_a_door(partial(committed, aurora, quote, external_id=number())),
            as_a_door(partial(merge_customers, tenant=aurora.id, into=stays.id, other=goes.id, actor=actor("manager"))),
            as_a_door(partial(quoted, aurora, goes, use_balance=1_000)),
        )
        assert set(codes(told)) <= {"done", "insufficient_balance"}, told
        assert codes(told)["done"] >= 2
        both = held(aurora, stays)
        assert both.available + both.held == 3_000 - 2_000 + 1_600
    assert check_ledger(tenant=aurora.id).ok


def test_a_hold_of_its_own_never_blocks_it_and_others_wait(aurora: TenantInfo) -> None:
    with frozen(NOON):
        voucher = issued(aurora, coupon_of(aurora))
    mine = uuid4()
    hold = partial(
        hold_voucher,
        tenant=aurora.id,
        code=voucher.code,
        store=store_of(aurora).id,
        until=NOON + timedelta(days=30),
        actor=OPERATOR,
    )
    with frozen(NOON):
        assert at_once([partial(hold, hold=mine)] * 6) == {"done": 6}
        assert at_once([partial(hold, hold=uuid4()), partial(redeemed, aurora, voucher, hold=mine)])["done"] == 1


@pytest.mark.parametrize("head_start", range(8, 20))
def test_a_commit_with_balance_and_a_bought_voucher_on_its_sale_make_no_ring(
    aurora: TenantInfo, boreal: TenantInfo, head_start: int
) -> None:
    marina = make_customer(aurora)
    give(aurora, marina, 3_000)
    bought = issued(aurora, coupon_of(aurora, cost_unit="BRL", cost_amount=1_000), marina, origin="balance")
    quote = quoted(aurora, marina, vouchers=(issued(aurora, coupon_of(aurora), marina).code,), use_balance=2_000)
    commit = Rival("commit", partial(committed, aurora, quote, external_id="N"))
    use = Rival("use", partial(redeemed, aurora, bought, customer=marina.id, external_id="N", amount_minor=10_000))
    with unchanged(boreal):
        assert interleave(commit, use, [0] * head_start + [1] * 300) is None
    assert use.error is None
    assert commit.error is None or isinstance(commit.error, CheckoutChanged)  # the use came first
    assert check_ledger(tenant=aurora.id).ok


@pytest.mark.parametrize("head_start", range(0, 36, 4))
@pytest.mark.parametrize("use_is_first", [False, True])
def test_balance_and_a_voucher_made_of_it_never_pass_their_share_of_a_sale(
    aurora: TenantInfo, boreal: TenantInfo, head_start: int, use_is_first: bool
) -> None:
    make_cashback(aurora, spending={"maximum_share_bp": 5_000})
    marina = make_customer(aurora)
    give(aurora, marina, 10_000)
    voucher = spend_balance(tenant=aurora.id, customer=marina.id, amount_minor=4_000, key="v", actor=actor("manager"))
    quote = quoted(aurora, marina, use_balance=5_000)
    sale: dict[str, Any] = {"external_id": "N", "amount_minor": 10_000}
    commit = Rival("commit", partial(committed, aurora, quote, external_id="N"))
    use = Rival("use", partial(redeemed, aurora, voucher, customer=marina.id, **sale))
    first, second = (use, commit) if use_is_first else (commit, use)
    with unchanged(boreal):
        assert interleave(first, second, [0] * head_start + [1] * 300) is None
    told = [each.error.code if isinstance(each.error, DomainError) else each.error for each in (commit, use)]
    assert told in ([None, "voucher_below_minimum"], ["checkout_changed", None])
    assert check_ledger(tenant=aurora.id).ok
