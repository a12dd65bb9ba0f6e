"""Using balance by the brand's rules: each refusal with its code, nothing changed by it, two brands apart."""

from typing import Any
from uuid import uuid4

import pytest

from programs.checkouts.words import line_words
from programs.errors import (
    ArticlesExcluded,
    BalanceBelowMinimum,
    BalanceNotUsable,
    SaleBelowMinimum,
    ShareOfSale,
    StoreExcluded,
)
from programs.infos import ProgramInfo
from programs.rules import Spending, least_sale, together
from programs.selectors.spending import purse_of
from programs.services import buy_voucher, open_program, record_sale, spend_balance
from smartbis.kernel.people import Actor
from smartbis.ledger.selectors import balances
from smartbis.purchases.infos import ItemDraft, SaleDraft
from smartbis.tenancy.selectors import TenantInfo
from tests.checkouts.quoting import committed, pay_with_balance, quoted
from tests.factories import actor, make_customer, store_of
from tests.unchanged import rows_of
from tests.vouchers.shop import coupon_of, give, issued, redeemed
from vouchers.errors import VoucherBelowMinimum, VoucherNotYetValid, VoucherWrongStore
from vouchers.services import redeem_voucher, validate_voucher

FREE = {"rules": [{"key": "base", "effect": {"kind": "percentage", "basis_points": 2000}}]}


def programme(brand: TenantInfo, **spending: Any) -> ProgramInfo:
    return open_program(
        tenant=brand.id, name=uuid4().hex, kind="cashback", spec=FREE | {"spending": spending}, actor=actor("owner")
    )


def sale(brand: TenantInfo, customer: Any, amount: int = 10_000, **more: Any) -> SaleDraft:
    return SaleDraft(
        customer=customer.id,
        store=store_of(brand).id,
        amount_minor=amount,
        currency="BRL",
        external_id=uuid4().hex,
        **more,
    )


def member_with_20_reais(brand: TenantInfo) -> Any:
    customer = make_customer(brand)
    record_sale(tenant=brand.id, sale=sale(brand, customer))
    return customer


def has(brand: TenantInfo, customer: Any) -> int:
    return sum(each.available for each in balances(tenant=brand.id, customer=customer.id))


def use(brand: TenantInfo, customer: Any, draft: SaleDraft, wanted: int = 2000, key: str = "k") -> Any:
    return pay_with_balance(tenant=brand.id, sale=draft, at_most_minor=wanted, key=key, actor=actor("owner"))


@pytest.mark.parametrize(
    ("spending", "refusal"),
    [
        ({"minimum_balance": 2001}, BalanceBelowMinimum),
        ({"minimum_sale_minor": 5001}, SaleBelowMinimum),
        ({"excluded_stores": ["centro"]}, StoreExcluded),
        ({"excluded_categories": ["Gift card"]}, ArticlesExcluded),
    ],
)
def test_a_sale_with_balance_is_refused_with_its_reason(
    aurora: TenantInfo, boreal: TenantInfo, spending: dict[str, Any], refusal: type[BalanceNotUsable]
) -> None:
    programme(aurora, **spending)
    programme(boreal)
    ours, theirs = member_with_20_reais(aurora), member_with_20_reais(boreal)
    items = (ItemDraft(sku="g", category="Gift card", unit_minor=5000),)
    with pytest.raises(refusal):
        use(aurora, ours, sale(aurora, ours, 5000, items=items))
    assert has(aurora, ours) == 2000
    assert use(boreal, theirs, sale(boreal, theirs, 5000, items=items)).purchase.balance_used_minor == 2000


def test_balance_pays_its_share_of_a_sale_and_no_more(aurora: TenantInfo) -> None:
    programme(aurora, maximum_share_bp=2500)
    marina = member_with_20_reais(aurora)
    with pytest.raises(ShareOfSale) as refused:
        use(aurora, marina, sale(aurora, marina, 4000))
    assert refused.value.params == {"most_minor": 1000, "currency": "BRL"}
    quote = quoted(aurora, marina, 4000)
    assert (quote.balance_minor, quote.due_minor) == (1000, 3000)


def test_a_voucher_made_before_the_sale_carries_the_rules_as_its_minimum(aurora: TenantInfo) -> None:
    programme(aurora, maximum_share_bp=2500, minimum_sale_minor=3000)
    marina = member_with_20_reais(aurora)
    who: dict[str, Any] = {"tenant": aurora.id, "customer": marina.id, "actor": actor("owner")}
    assert spend_balance(**who, amount_minor=2000, key="whole").min_purchase_minor == 8000


def test_a_voucher_made_before_the_sale_is_refused_at_stores_that_take_no_balance(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    programme(aurora, excluded_stores=["centro"]), programme(boreal, excluded_stores=["centro"])
    marina, before = member_with_20_reais(aurora), rows_of(boreal, "vouchers", "ledger")
    made = spend_balance(
        tenant=aurora.id, customer=marina.id, amount_minor=2000, key="k", actor=Actor(kind="customer", id=marina.id)
    )
    till: dict[str, Any] = {"tenant": aurora.id, "code": made.code, "customer": marina.id, "amount_minor": 5000}
    centro, moema = store_of(aurora).id, store_of(aurora, "moema").id
    said = validate_voucher(store=centro, **till)
    assert [each.code for each in said.reasons] == ["voucher_wrong_store"]
    with pytest.raises(VoucherWrongStore) as refusal:
        redeem_voucher(store=centro, key="u", actor=actor("owner"), **till)
    assert store_of(aurora).name not in refusal.value.params["stores"]
    assert store_of(aurora, "moema").name in refusal.value.params["stores"]
    assert redeem_voucher(store=moema, key="u", actor=actor("owner"), **till).discount_minor == 2000
    assert rows_of(boreal, "vouchers", "ledger") == before


def test_the_minimum_balance_refuses_a_voucher_but_never_a_repeat(aurora: TenantInfo) -> None:
    programme(aurora, minimum_balance=1500)
    marina = member_with_20_reais(aurora)
    who: dict[str, Any] = {"tenant": aurora.id, "customer": marina.id, "actor": actor("owner")}
    first = spend_balance(**who, amount_minor=1000, key="one")
    assert spend_balance(**who, amount_minor=1000, key="one").id == first.id
    with pytest.raises(BalanceBelowMinimum) as refused:
        spend_balance(**who, amount_minor=500, key="two")
    assert refused.value.params == {"minimum_minor": 1500, "missing_minor": 500, "currency": "BRL"}
    assert has(aurora, marina) == 1000


def test_the_purse_says_beforehand_what_will_be_refused(aurora: TenantInfo) -> None:
    programme(aurora, excluded_stores=["centro"])
    marina = member_with_20_reais(aurora)
    at_store = purse_of(tenant=aurora.id, customer=marina.id, store=store_of(aurora).id)
    assert (at_store.usable_minor, at_store.refusal) == (0, "store_excluded")
    assert purse_of(tenant=aurora.id, customer=marina.id).usable_minor == 2000


def test_of_several_programmes_the_strictest_rule_counts() -> None:
    one = Spending(minimum_balance=10, maximum_share_bp=9000, excluded_stores=frozenset({"a"}))
    two = Spending(minimum_balance=5, maximum_share_bp=5000, excluded_stores=frozenset({"b"}))
    both = together([one, two])
    assert (both.minimum_balance, both.maximum_share_bp, both.excluded_stores) == (10, 5000, frozenset("ab"))
    assert together([]) == Spending()
    assert (least_sale(both, 101), least_sale(Spending(), 101)) == (202, 0)


def made(brand: TenantInfo, customer: Any, amount: int) -> Any:
    """A voucher that the customer makes of their balance."""
    return spend_balance(
        tenant=brand.id,
        customer=customer.id,
        amount_minor=amount,
        key=uuid4().hex,
        actor=Actor(kind="customer", id=customer.id),
    )


def member_with_100_reais(brand: TenantInfo, **spending: Any) -> Any:
    programme(brand, **spending)
    customer = make_customer(brand)
    record_sale(tenant=brand.id, sale=sale(brand, customer, 50_000))
    return customer


def test_a_voucher_made_of_balance_counts_towards_the_share_of_a_quote(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ours, theirs = member_with_100_reais(aurora, maximum_share_bp=5000), member_with_100_reais(boreal)
    voucher, small = made(aurora, ours, 4000), made(aurora, ours, 1000)
    quote = quoted(aurora, ours, 10_000, vouchers=(voucher.code,))
    assert (quote.discount_minor, quote.balance_minor, quote.due_minor) == (4000, 1000, 5000)
    assert quote.lines[-1].code == "balance_share_reached"
    assert "já pagam o que podem" in line_words(quote.lines[-1], "BRL", "pt-br")
    assert committed(aurora, quote).purchase.paid_minor == 5000
    with pytest.raises(ShareOfSale) as refused:
        quoted(aurora, ours, 4000, vouchers=(small.code,), use_balance=2000)
    assert refused.value.params["most_minor"] == 1000
    elsewhere = quoted(boreal, theirs, 10_000, vouchers=(made(boreal, theirs, 4000).code,))
    assert (elsewhere.discount_minor, elsewhere.balance_minor) == (4000, 6000)


def test_of_vouchers_made_of_balance_no_more_than_the_share_are_used_together(aurora: TenantInfo) -> None:
    marina = member_with_100_reais(aurora, maximum_share_bp=5000)
    codes = tuple(made(aurora, marina, amount).code for amount in (3000, 3000, 2000))
    quote = quoted(aurora, marina, 10_000, vouchers=codes)
    assert (quote.discount_minor, quote.balance_minor) == (5000, 0)
    left_out = [line for line in quote.lines if line.code == "share_reached"]
    assert len(left_out) == 1
    assert committed(aurora, quote).purchase.paid_minor == 5000


def test_without_a_share_vouchers_made_of_balance_pay_all_of_a_sale(aurora: TenantInfo) -> None:
    marina = member_with_100_reais(aurora, minimum_sale_minor=8000)
    codes = tuple(made(aurora, marina, 6000 - less).code for less in (0, 2000))
    quote = quoted(aurora, marina, 8000, vouchers=codes)
    assert (quote.discount_minor, quote.due_minor) == (8000, 0)
    assert committed(aurora, quote).purchase.paid_minor == 0
    assert has(aurora, marina) == 2000


def test_under_one_number_vouchers_made_of_balance_share_their_minimum(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ours, theirs = (member_with_100_reais(brand, maximum_share_bp=5000) for brand in (aurora, boreal))
    first, second = made(aurora, ours, 5000), made(aurora, ours, 1000)
    other = made(boreal, theirs, 5000)
    use: dict[str, Any] = {"amount_minor": 10_000, "external_id": "S-1"}
    redeemed(aurora, first, customer=ours.id, **use)
    facts: dict[str, Any] = {"tenant": aurora.id, "store": store_of(aurora).id, "code": second.code}
    said = validate_voucher(**facts, customer=ours.id, **use)
    assert [each.code for each in said.reasons] == ["voucher_below_minimum"]
    with pytest.raises(VoucherBelowMinimum) as refused:
        redeemed(aurora, second, customer=ours.id, **use)
    assert refused.value.params == {"minimum_minor": 12_000, "missing_minor": 2000, "currency": "BRL"}
    redeemed(aurora, second, customer=ours.id, **use | {"external_id": "S-2"})
    redeemed(boreal, other, customer=theirs.id, **use)


def test_a_sale_that_balance_helped_to_pay_has_less_room_for_a_voucher_made_of_it(aurora: TenantInfo) -> None:
    marina = member_with_100_reais(aurora, maximum_share_bp=5000)
    voucher = made(aurora, marina, 4000)
    sold = committed(aurora, quoted(aurora, marina, 10_000, use_balance=3000), external_id="S-1").purchase
    late: dict[str, Any] = {"customer": marina.id, "amount_minor": 10_000, "external_id": "S-1"}
    assert sold.balance_used_minor == 3000
    with pytest.raises(VoucherBelowMinimum) as refused:
        redeemed(aurora, voucher, **late)
    assert refused.value.params["minimum_minor"] == 14_000


def test_what_was_used_before_under_the_number_leaves_less_for_a_quote(aurora: TenantInfo) -> None:
    marina = member_with_100_reais(aurora, maximum_share_bp=5000)
    first, second = made(aurora, marina, 3000), made(aurora, marina, 1000)
    redeemed(aurora, first, customer=marina.id, amount_minor=10_000, external_id="S-1")
    quote = quoted(aurora, marina, 10_000, vouchers=(second.code,), external_id="S-1")
    assert (quote.discount_minor, quote.balance_minor, quote.due_minor) == (4000, 1000, 5000)
    assert committed(aurora, quote, external_id="S-1").purchase.paid_minor == 5000


def test_balance_is_not_used_on_the_sale_that_earned_it(aurora: TenantInfo, boreal: TenantInfo) -> None:
    programme(aurora), programme(boreal)
    ours, theirs = make_customer(aurora), make_customer(boreal)
    early = sale(aurora, ours)
    record_sale(tenant=aurora.id, sale=early)
    voucher = made(aurora, ours, 1000)
    coupon = issued(aurora, coupon_of(aurora, cost_unit="BRL", cost_amount=500), ours, origin="balance")
    gift = issued(aurora, coupon_of(aurora), ours)
    use: dict[str, Any] = {"amount_minor": 10_000, "external_id": early.external_id}
    before = rows_of(aurora, "vouchers", "ledger")
    for each in (voucher, coupon):
        with pytest.raises(VoucherNotYetValid) as refused:
            redeemed(aurora, each, customer=ours.id, **use)
        assert refused.value.params == {"next_sale": True}
    assert rows_of(aurora, "vouchers", "ledger") == before
    redeemed(aurora, gift, customer=ours.id, **use)
    record_sale(tenant=boreal.id, sale=sale(boreal, theirs))
    redeemed(boreal, made(boreal, theirs, 1000), customer=theirs.id, **use)
    later = sale(aurora, ours)
    record_sale(tenant=aurora.id, sale=later)
    for each in (voucher, coupon):
        redeemed(aurora, each, customer=ours.id, amount_minor=10_000, external_id=later.external_id)


def bought(brand: TenantInfo, customer: Any, coupon: Any, **more: Any) -> Any:
    """A voucher of a coupon that the customer pays for with balance."""
    facts: dict[str, Any] = {"key": uuid4().hex, "actor": Actor(kind="customer", id=customer.id)} | more
    return buy_voucher(tenant=brand.id, customer=customer.id, coupon=coupon.id, **facts)


def test_the_minimum_balance_holds_for_a_coupon_that_costs_money(aurora: TenantInfo, boreal: TenantInfo) -> None:
    programme(aurora, minimum_balance=1500, maximum_share_bp=100)
    programme(boreal)
    ours, theirs = member_with_20_reais(aurora), member_with_20_reais(boreal)
    coupon, free, other = (
        coupon_of(brand, cost_unit=unit, cost_amount=cost)
        for brand, unit, cost in ((aurora, "BRL", 1000), (aurora, "", None), (boreal, "BRL", 1000))
    )
    first = bought(aurora, ours, coupon, key="one")
    assert bought(aurora, ours, coupon, key="one").id == first.id
    before = rows_of(aurora, "vouchers", "ledger")
    with pytest.raises(BalanceBelowMinimum) as refused:
        bought(aurora, ours, coupon)
    assert refused.value.params == {"minimum_minor": 1500, "missing_minor": 500, "currency": "BRL"}
    assert (rows_of(aurora, "vouchers", "ledger"), has(aurora, ours)) == (before, 1000)
    assert bought(aurora, ours, free).status == "issued"
    assert [bought(boreal, theirs, other).status for _ in range(2)] == ["issued", "issued"]


def test_a_coupon_that_costs_money_is_not_sold_at_stores_that_take_no_balance(aurora: TenantInfo) -> None:
    programme(aurora, excluded_stores=["centro"])
    marina, coupon = member_with_20_reais(aurora), coupon_of(aurora, cost_unit="BRL", cost_amount=500)
    with pytest.raises(StoreExcluded):
        bought(aurora, marina, coupon, store=store_of(aurora).id)
    bought(aurora, marina, coupon, store=store_of(aurora, "moema").id)
    assert has(aurora, marina) == 1500


def test_the_minimum_balance_leaves_a_price_in_points_alone(aurora: TenantInfo) -> None:
    programme(aurora, minimum_balance=1500)
    marina, coupon = make_customer(aurora), coupon_of(aurora, cost_unit="points", cost_amount=100)
    give(aurora, marina, 100, "points")
    assert bought(aurora, marina, coupon).status == "issued"
