"""Money off that is used in parts."""

from typing import Any
from uuid import uuid4

import pytest

from smartbis.kernel.errors import DomainError, InvalidInput
from smartbis.ledger.accounts import Account
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer, store_of
from tests.vouchers.shop import MANAGER, account, at_once, available, coupon_of, give, issued, redeemed
from vouchers.infos import VoucherInfo
from vouchers.selectors import get_coupon, get_voucher, redemptions_of_voucher
from vouchers.services import cancel_voucher, redeem_voucher, reverse_redemption, validate_voucher


def left(brand: TenantInfo, voucher: VoucherInfo) -> tuple[str, int | None]:
    info = get_voucher(tenant=brand.id, code=voucher.code)
    return info.status, info.value_left_minor


def gift_card(brand: TenantInfo, **terms: Any) -> Any:
    return coupon_of(brand, **{"value_minor": 5_000, "is_divisible": True} | terms)


def test_each_use_takes_a_part_until_nothing_is_left(aurora: TenantInfo, boreal: TenantInfo) -> None:
    voucher = issued(aurora, gift_card(aurora))
    assert left(aurora, voucher) == ("issued", 5_000)
    uses = [redeemed(aurora, voucher, amount_minor=amount) for amount in (1_500, 3_000, 9_000)]
    assert [(use.discount_minor, use.use_number) for use in uses] == [(1_500, 1), (3_000, 2), (500, 3)]
    assert left(aurora, voucher) == ("redeemed", 0)
    with pytest.raises(DomainError) as refused:
        redeemed(aurora, voucher, amount_minor=100)
    assert refused.value.code == "voucher_already_redeemed"


def test_a_part_needs_the_sale_and_is_said_before(aurora: TenantInfo, boreal: TenantInfo) -> None:
    voucher, store = issued(aurora, gift_card(aurora)), store_of(aurora).id
    asked = validate_voucher(tenant=aurora.id, code=voucher.code, store=store)
    assert (asked.valid, asked.needs_amount, asked.discount_minor) == (True, True, 5_000)
    with pytest.raises(InvalidInput):
        redeemed(aurora, voucher)
    redeemed(aurora, voucher, amount_minor=4_200)
    assert validate_voucher(tenant=aurora.id, code=voucher.code, store=store, amount_minor=2_000).discount_minor == 800
    assert left(aurora, voucher) == ("issued", 800)


def test_taking_a_use_back_gives_its_part_back(aurora: TenantInfo, boreal: TenantInfo) -> None:
    voucher = issued(aurora, gift_card(aurora))
    first, last = (redeemed(aurora, voucher, amount_minor=amount) for amount in (2_000, 3_000))
    assert left(aurora, voucher) == ("redeemed", 0)
    for use, expected in ((last, 3_000), (first, 5_000)):
        reverse_redemption(tenant=aurora.id, redemption=use.id, reason="engano", key=uuid4().hex, actor=MANAGER)
        assert left(aurora, voucher) == ("issued", expected)


def test_price_and_budget_go_by_parts(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = make_customer(aurora)
    give(aurora, customer, 300, "points")
    coupon = gift_card(aurora, cost_unit="points", cost_amount=300, budget_minor=20_000, stock=5)
    voucher = issued(aurora, coupon, customer, origin="balance")
    outstanding = account(aurora, Account.VOUCHER_OUTSTANDING, "points")
    use = redeemed(aurora, voucher, customer=customer.id, amount_minor=1_000)
    assert account(aurora, Account.VOUCHER_OUTSTANDING, "points") == outstanding - 60
    info = get_coupon(tenant=aurora.id, coupon=coupon.id)
    assert (info.budget_left_minor, info.stock_left) == (15_000, 4)
    reverse_redemption(tenant=aurora.id, redemption=use.id, reason="engano", key="back", actor=MANAGER)
    redeemed(aurora, voucher, customer=customer.id, amount_minor=2_000)
    cancel_voucher(tenant=aurora.id, voucher=voucher.id, reason="fim", actor=MANAGER)
    assert available(aurora, customer, "points") == 180
    info = get_coupon(tenant=aurora.id, coupon=coupon.id)
    assert (info.budget_left_minor, info.stock_left) == (18_000, 4)  # a part was used: the piece is gone


@pytest.mark.django_db(transaction=True)
def test_parts_taken_at_once_never_pass_the_whole(aurora: TenantInfo, boreal: TenantInfo) -> None:
    voucher, store = issued(aurora, gift_card(aurora)), store_of(aurora).id

    def take() -> None:
        redeem_voucher(
            tenant=aurora.id, code=voucher.code, store=store, key=uuid4().hex, actor=MANAGER, amount_minor=700
        )

    outcome = at_once([take] * 12)
    assert outcome == {"done": 8, "voucher_already_redeemed": 4}
    uses = redemptions_of_voucher(tenant=aurora.id, voucher=voucher.id)
    assert sorted(use.discount_minor for use in uses) == [100] + [700] * 7


def test_only_money_of_one_use_is_divided(aurora: TenantInfo) -> None:
    for terms in ({"kind": "percentage", "value_minor": None, "value_bp": 100}, {"uses": 2}):
        with pytest.raises(InvalidInput) as wrong:
            gift_card(aurora, **terms)
        assert set(wrong.value.errors) == {"is_divisible"}
