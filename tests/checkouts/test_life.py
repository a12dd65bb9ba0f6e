"""A checkout's life: what is quoted is held, a commit uses it once, a cancel or its end lets it go."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from programs.checkouts.errors import CheckoutChanged, CheckoutClosed, CheckoutExpired, CheckoutNotFound
from programs.checkouts.infos import CheckoutInfo, TillTermsInfo
from programs.checkouts.reading import get_checkout
from programs.checkouts.services import cancel_checkout, requote
from programs.checkouts.terms import choose_balance, set_till_terms
from programs.services import cancel_sale, record_sale, refund_sale
from programs.workers import release_expired_checkouts
from smartbis.customers.infos import CustomerInfo
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.people import Actor
from smartbis.ledger.accounts import Account
from smartbis.ledger.errors import InsufficientBalance
from smartbis.ledger.selectors import check_ledger
from smartbis.purchases.errors import PurchaseChanged, PurchaseConflict
from smartbis.purchases.infos import ItemDraft, SaleDraft
from smartbis.purchases.selectors import get_purchase
from smartbis.tenancy.errors import KeyReused, StoreUnknown
from smartbis.tenancy.selectors import TenantInfo
from smartbis.tenancy.services import change_brand
from tests.checkouts.quoting import OPERATOR, committed, quoted
from tests.factories import actor, make_customer, store_of
from tests.programs.conftest import make_cashback
from tests.programs.earning import held, sold
from tests.unchanged import rows_of
from tests.vouchers.shop import NOON, account, available, coupon_of, give, issued, redeemed
from vouchers.errors import VoucherHeld, VoucherWrongCustomer
from vouchers.selectors import get_voucher

ROOMS = ("programs", "vouchers", "ledger", "purchases")


def test_a_quote_holds_and_a_commit_sells_redeems_spends_and_earns(aurora: TenantInfo, boreal: TenantInfo) -> None:
    make_cashback(aurora)
    marina, theirs = make_customer(aurora), make_customer(boreal)
    give(aurora, marina, 3_000)
    give(boreal, theirs, 3_000)
    voucher = issued(aurora, coupon_of(aurora), marina)
    before = rows_of(boreal, *ROOMS)
    quote = quoted(aurora, marina, vouchers=(voucher.code,))
    assert (quote.discount_minor, quote.balance_minor, quote.due_minor, quote.state) == (1_000, 3_000, 6_000, "open")
    assert [(each.program, each.amount) for each in quote.earns] == [("Cashback", 1_200)]
    assert (held(aurora, marina).available, held(aurora, marina).held) == (0, 3_000)
    sold = committed(aurora, quote, external_id="N-1")
    sale = sold.purchase
    assert (sale.voucher_discount_minor, sale.balance_used_minor, sale.paid_minor) == (1_000, 3_000, 6_000)
    assert ([award.amount for award in sold.awards], sold.vouchers) == ([1_200], (voucher.code,))
    assert (held(aurora, marina).available, held(aurora, marina).held) == (1_200, 0)
    assert account(aurora, Account.REDEEMED) == 3_000
    assert get_voucher(tenant=aurora.id, code=voucher.code).status == "redeemed"
    assert get_checkout(tenant=aurora.id, checkout=quote.id).state == "committed"
    assert check_ledger(tenant=aurora.id).ok
    assert rows_of(boreal, *ROOMS) == before


def test_what_is_held_cannot_be_used_elsewhere(aurora: TenantInfo) -> None:
    marina = make_customer(aurora)
    give(aurora, marina, 3_000)
    voucher = issued(aurora, coupon_of(aurora), marina)
    quoted(aurora, marina, vouchers=(voucher.code,))
    before = rows_of(aurora, *ROOMS)
    with pytest.raises(VoucherHeld):
        redeemed(aurora, voucher, customer=marina.id)
    with pytest.raises(VoucherHeld):
        quoted(aurora, marina, vouchers=(voucher.code,))
    with pytest.raises(InsufficientBalance):
        quoted(aurora, marina, use_balance=1)
    assert rows_of(aurora, *ROOMS) == before
    assert quoted(aurora, marina).balance_minor == 0


def test_a_commit_said_again_answers_the_same_and_another_number_is_refused(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    marina = make_customer(aurora)
    give(aurora, marina, 3_000)
    quote = quoted(aurora, marina)
    first = committed(aurora, quote, external_id="N-1")
    again = committed(aurora, quote, external_id="N-1")
    assert (again.repeated, again.purchase.id, again.awards[0].amount) == (True, first.purchase.id, 1_400)
    before = rows_of(aurora, *ROOMS)
    with pytest.raises(CheckoutClosed):
        committed(aurora, quote, external_id="N-2")
    with pytest.raises(CheckoutClosed):
        cancel_checkout(tenant=aurora.id, checkout=quote.id, actor=OPERATOR)
    assert rows_of(aurora, *ROOMS) == before


def test_a_cancel_lets_everything_go_at_once(aurora: TenantInfo) -> None:
    marina = make_customer(aurora)
    give(aurora, marina, 3_000)
    voucher = issued(aurora, coupon_of(aurora), marina)
    quote = quoted(aurora, marina, vouchers=(voucher.code,))
    for _ in range(2):
        gone = cancel_checkout(tenant=aurora.id, checkout=quote.id, actor=OPERATOR)
        assert (gone.state, available(aurora, marina)) == ("cancelled", 3_000)
    with pytest.raises(CheckoutClosed):
        committed(aurora, quote)
    assert redeemed(aurora, voucher, customer=marina.id).discount_minor == 1_000
    assert check_ledger(tenant=aurora.id).ok


def test_a_quote_ends_with_its_minutes(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(NOON):
        marina = make_customer(aurora)
        give(aurora, marina, 3_000)
        set_till_terms(tenant=aurora.id, terms=TillTermsInfo(hold_minutes=5), actor=actor("owner"))
        quote = quoted(aurora, marina)
        assert quote.expires_at == NOON + timedelta(minutes=5)
    with frozen(NOON + timedelta(minutes=5)):
        assert get_checkout(tenant=aurora.id, checkout=quote.id).state == "expired"
        with pytest.raises(CheckoutExpired):
            committed(aurora, quote)
        assert held(aurora, marina).held == 3_000
        release_expired_checkouts(tenant=boreal.id)
        assert held(aurora, marina).held == 3_000
        assert release_expired_checkouts(tenant=aurora.id) is False
        assert (held(aurora, marina).held, available(aurora, marina)) == (0, 3_000)
        with pytest.raises(CheckoutExpired):
            committed(aurora, quote)
    assert check_ledger(tenant=aurora.id).ok


def test_a_new_quote_finds_what_an_expired_one_still_holds(aurora: TenantInfo) -> None:
    with frozen(NOON):
        marina = make_customer(aurora)
        give(aurora, marina, 3_000)
        quoted(aurora, marina)
    with frozen(NOON + timedelta(minutes=11)):
        assert quoted(aurora, marina).balance_minor == 3_000


def test_a_voucher_that_ends_while_it_is_held_is_still_used(aurora: TenantInfo) -> None:
    with frozen(NOON):
        marina = make_customer(aurora)
        coupon = coupon_of(aurora, hours=(("09:00", "12:02"),))
        voucher = issued(aurora, coupon, marina, valid_until=NOON + timedelta(minutes=1))
        quote = quoted(aurora, marina, vouchers=(voucher.code,))
    with frozen(NOON + timedelta(minutes=3)):
        assert committed(aurora, quote).purchase.voucher_discount_minor == 1_000


def test_another_basket_is_refused_and_quoted_anew(aurora: TenantInfo) -> None:
    marina = make_customer(aurora)
    give(aurora, marina, 3_000)
    voucher = issued(aurora, coupon_of(aurora, min_purchase_minor=5_000), marina)
    items = (ItemDraft(sku="A", quantity=2, unit_minor=5_000),)
    quote = quoted(aurora, marina, items=items, vouchers=(voucher.code,))
    other = (ItemDraft(sku="A", quantity=1, unit_minor=4_000),)
    before = rows_of(aurora, *ROOMS)
    for changed in ({"amount_minor": 4_000}, {"items": other}):
        with pytest.raises(CheckoutChanged):
            committed(aurora, quote, **changed)
        assert rows_of(aurora, *ROOMS) == before
    facts: dict[str, Any] = {"tenant": aurora.id, "checkout": quote.id, "actor": OPERATOR}
    new = requote(**facts, amount_minor=4_000, items=other)
    assert (new.discount_minor, new.balance_minor, new.due_minor) == (0, 3_000, 1_000)
    assert "voucher_left_out" in [line.code for line in new.lines]
    assert requote(**facts, amount_minor=4_000, items=other).id == new.id
    assert get_checkout(tenant=aurora.id, checkout=quote.id).state == "replaced"
    with pytest.raises(CheckoutChanged):
        committed(aurora, quote)
    assert committed(aurora, new, amount_minor=4_000, items=other).purchase.paid_minor == 1_000
    assert redeemed(aurora, voucher, customer=marina.id, amount_minor=5_000).discount_minor == 1_000


def test_the_same_key_is_the_same_quote(aurora: TenantInfo, boreal: TenantInfo) -> None:
    marina, theirs = make_customer(aurora), make_customer(boreal)
    give(aurora, marina, 3_000)
    first, again = (quoted(aurora, marina, key="k") for _ in range(2))
    assert (again.id, again.repeated, held(aurora, marina).held) == (first.id, True, 3_000)
    with pytest.raises(KeyReused):
        quoted(aurora, marina, 9_999, key="k")
    assert quoted(boreal, theirs, key="k").id != first.id


def test_a_number_that_was_sold_otherwise_uses_nothing(aurora: TenantInfo) -> None:
    marina = make_customer(aurora)
    give(aurora, marina, 3_000)
    quote = quoted(aurora, marina)
    draft = SaleDraft(marina.id, store_of(aurora).id, 10_000, "BRL", "N-1")
    record_sale(tenant=aurora.id, sale=draft)
    record_sale(tenant=aurora.id, sale=SaleDraft(marina.id, store_of(aurora).id, 9_999, "BRL", "N-2"))
    before = rows_of(aurora, *ROOMS)
    with pytest.raises(PurchaseChanged):
        committed(aurora, quote, external_id="N-1")
    with pytest.raises(PurchaseConflict):
        committed(aurora, quote, external_id="N-2")
    assert rows_of(aurora, *ROOMS) == before


def test_a_voucher_used_before_under_the_number_counts(aurora: TenantInfo) -> None:
    marina = make_customer(aurora)
    give(aurora, marina, 9_500)
    early = issued(aurora, coupon_of(aurora), marina)
    redeemed(aurora, early, customer=marina.id, amount_minor=10_000, external_id="N-1")
    quote = quoted(aurora, marina, external_id="N-1")
    assert (quote.discount_minor, quote.balance_minor, quote.due_minor) == (1_000, 9_000, 0)
    late = issued(aurora, coupon_of(aurora), marina)
    redeemed(aurora, late, customer=marina.id, amount_minor=10_000, external_id="N-1")
    with pytest.raises(CheckoutChanged):
        committed(aurora, quote, external_id="N-1")
    new = requote(tenant=aurora.id, checkout=quote.id, external_id="N-1", actor=OPERATOR)
    sale = committed(aurora, new, external_id="N-1").purchase
    assert (sale.voucher_discount_minor, sale.balance_used_minor, sale.paid_minor) == (2_000, 8_000, 0)


def test_refunds_give_balance_and_vouchers_back_exactly(aurora: TenantInfo) -> None:
    make_cashback(aurora)
    marina = make_customer(aurora)
    give(aurora, marina, 3_001)
    voucher = issued(aurora, coupon_of(aurora), marina)
    sale = committed(aurora, quoted(aurora, marina, vouchers=(voucher.code,))).purchase
    facts: dict[str, Any] = {"tenant": aurora.id, "purchase": sale.id, "actor": actor("manager")}
    told = [
        refund_sale(**facts, external_id=f"r{part}", amount_minor=amount)
        for part, amount in enumerate((3_333, 3_333, 3_334))
    ]
    shares = [(each.money_minor, each.balance_minor, each.discount_minor) for each in told]
    assert shares == [(1_999, 1_000, 334), (2_000, 1_000, 333), (2_000, 1_001, 333)]
    assert [sum(share) for share in zip(*shares, strict=True)] == [sale.paid_minor, 3_001, 1_000]
    again = refund_sale(**facts, external_id="r1", amount_minor=3_333)
    assert (again.money_minor, again.balance_minor) == (2_000, 1_000)
    assert (available(aurora, marina), account(aurora, Account.REDEEMED)) == (3_001, 0)
    assert get_voucher(tenant=aurora.id, code=voucher.code).status == "issued"
    assert check_ledger(tenant=aurora.id).ok


def earned_and_refunded(brand: TenantInfo, policy: str, *holds: int) -> tuple[CustomerInfo, list[CheckoutInfo]]:
    """Somebody whose balance of 2 000 came from one sale, refunded whole while checkouts held these amounts of it."""
    make_cashback(brand)
    change_brand(tenant=brand.id, actor=actor("owner"), shortfall_policy=policy)
    marina = make_customer(brand)
    sale = sold(brand, marina, 10_000, "S-1").purchase
    quotes = [quoted(brand, marina, use_balance=amount) for amount in holds]
    refund_sale(tenant=brand.id, purchase=sale.id, external_id="R", amount_minor=10_000, actor=actor("manager"))
    return marina, quotes


@pytest.mark.parametrize("policy", ["owe", "negative", "pending_only"])
def test_what_was_only_held_when_its_sale_was_refunded_is_gone_when_it_is_let_go(
    aurora: TenantInfo, boreal: TenantInfo, policy: str
) -> None:
    earned_and_refunded(boreal, policy, 2_000)
    before = rows_of(boreal, *ROOMS)
    marina, (quote,) = earned_and_refunded(aurora, policy, 2_000)
    cancel_checkout(tenant=aurora.id, checkout=quote.id, actor=OPERATOR)
    left = held(aurora, marina)
    assert (left.available, left.held, left.owed) == (0, 0, 0), "nothing was spent, and the sale is gone"
    assert account(aurora, Account.WRITTEN_OFF) == 0
    assert check_ledger(tenant=aurora.id).ok
    assert rows_of(boreal, *ROOMS) == before


def test_a_brand_that_bears_what_was_spent_bears_what_was_held_once_it_is_spent(aurora: TenantInfo) -> None:
    marina, (first, second) = earned_and_refunded(aurora, "pending_only", 1_500, 400)
    assert (held(aurora, marina).held, held(aurora, marina).owed) == (1_900, 1_900), "100 lay free and was taken"
    sale = committed(aurora, first)
    assert sale.awards[0].amount == 1_700
    left = held(aurora, marina)
    assert (left.available, left.held, left.owed) == (1_300, 400, 0), "what is still held was repaid from what came"
    assert account(aurora, Account.WRITTEN_OFF) == -1_500
    cancel_checkout(tenant=aurora.id, checkout=second.id, actor=OPERATOR)
    assert available(aurora, marina) == 1_700
    assert check_ledger(tenant=aurora.id).ok


def test_a_brand_that_has_what_was_spent_repaid_bears_nothing_of_it(aurora: TenantInfo) -> None:
    marina, (quote,) = earned_and_refunded(aurora, "owe", 2_000)
    assert committed(aurora, quote).awards[0].amount == 1_600
    assert (held(aurora, marina).available, held(aurora, marina).owed) == (0, 400)
    assert account(aurora, Account.WRITTEN_OFF) == 0


def test_a_pending_sale_that_is_cancelled_gives_all_back(aurora: TenantInfo) -> None:
    marina = make_customer(aurora)
    give(aurora, marina, 3_000)
    sale = committed(aurora, quoted(aurora, marina), status="pending").purchase
    assert (get_purchase(tenant=aurora.id, purchase=sale.id).status, available(aurora, marina)) == ("pending", 0)
    cancel_sale(tenant=aurora.id, purchase=sale.id)
    assert available(aurora, marina) == 3_000
    assert check_ledger(tenant=aurora.id).ok


def test_who_saves_the_balance_keeps_it(aurora: TenantInfo, boreal: TenantInfo) -> None:
    marina, theirs = make_customer(aurora), make_customer(boreal)
    give(aurora, marina, 3_000)
    give(boreal, theirs, 3_000)
    choose_balance(tenant=aurora.id, customer=marina.id, saves=True, actor=Actor(kind="customer", id=marina.id))
    saved = quoted(aurora, marina)
    assert (saved.balance_minor, [line.code for line in saved.lines]) == (0, ["balance_saved"])
    assert quoted(boreal, theirs).balance_minor == 3_000
    assert quoted(aurora, marina, use_balance=500).balance_minor == 500
    assert quoted(aurora, marina, use_balance="most").balance_minor == 2_500
    choose_balance(tenant=aurora.id, customer=marina.id, saves=False, actor=OPERATOR)
    set_till_terms(tenant=aurora.id, terms=TillTermsInfo(uses_balance=False), actor=actor("owner"))
    give(aurora, marina, 700)
    assert quoted(aurora, marina, use_balance=None).balance_minor == 0
    assert quoted(aurora, marina, use_balance="none").balance_minor == 0
    assert quoted(aurora, marina).balance_minor == 700


def test_the_best_is_found_among_the_customers_own(aurora: TenantInfo) -> None:
    marina, rui = make_customer(aurora), make_customer(aurora, "Rui")
    small, large = (issued(aurora, coupon_of(aurora, value_minor=value), marina) for value in (500, 1_500))
    issued(aurora, coupon_of(aurora, value_minor=9_000), rui)
    issued(aurora, coupon_of(aurora, value_minor=9_000, min_purchase_minor=10_001), marina)
    quote = quoted(aurora, marina, vouchers=None)
    assert {use.code for use in quote.uses} == {small.code, large.code}
    assert quote.due_minor == 8_000


def test_what_was_named_and_cannot_be_used_refuses(aurora: TenantInfo, boreal: TenantInfo) -> None:
    marina, rui, theirs = make_customer(aurora), make_customer(aurora, "Rui"), make_customer(boreal)
    voucher = issued(aurora, coupon_of(aurora, holder="personal"), rui)
    before = rows_of(aurora, *ROOMS)
    with pytest.raises(VoucherWrongCustomer):
        quoted(aurora, marina, vouchers=(voucher.code,))
    with pytest.raises(InvalidInput):
        quoted(aurora, None, use_balance=100)
    with pytest.raises(StoreUnknown):
        quoted(aurora, marina, store=store_of(boreal).id)
    with pytest.raises(StoreUnknown):
        quoted(aurora, marina, actor=actor("operator", stores=frozenset({store_of(aurora, "moema").id})))
    for bad in ({"amount": 0}, {"vouchers": ("x",) * 13}, {"use_balance": 10_001}):
        with pytest.raises(InvalidInput):
            quoted(aurora, marina, **bad)
    assert rows_of(aurora, *ROOMS) == before
    quote = quoted(boreal, theirs)
    with pytest.raises(CheckoutNotFound):
        committed(aurora, quote)
    with pytest.raises(CheckoutNotFound):
        get_checkout(tenant=aurora.id, checkout=uuid4())


def test_a_bearers_voucher_needs_no_customer(aurora: TenantInfo) -> None:
    voucher = issued(aurora, coupon_of(aurora))
    sold = committed(aurora, quoted(aurora, None, vouchers=(voucher.code,)))
    assert (sold.purchase.paid_minor, sold.purchase.customer_id) == (9_000, None)
