"""Lists and figures."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from smartbis.kernel.clock import frozen
from smartbis.kernel.pages import InvalidCursor
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer, store_of
from tests.vouchers.shop import MANAGER, NOON, OPERATOR, coupon_of, issued, redeemed
from vouchers.errors import VoucherNotFound
from vouchers.selectors import (
    find_by_qr,
    find_redemption,
    find_voucher_by_id,
    get_voucher,
    redemptions_by_day,
    redemptions_of_voucher,
    redemptions_page,
    voucher_totals,
    vouchers_by_ids,
    vouchers_ending,
    vouchers_of,
    vouchers_page,
)
from vouchers.services import cancel_voucher, reverse_redemption


def test_a_customers_vouchers_open_ones_first_by_their_end(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = make_customer(aurora)
    with frozen(NOON):
        endless, late, soon, used, over = (
            issued(aurora, coupon_of(aurora, valid_days=days), customer) for days in (None, 9, 3, 9, 1)
        )
        issued(aurora, coupon_of(aurora), make_customer(aurora))
        redeemed(aurora, used)
    with frozen(NOON + timedelta(days=2)):
        every = vouchers_of(tenant=aurora.id, customer=customer.id)
        assert [each.id for each in every] == [soon.id, late.id, endless.id, over.id, used.id]
        assert [each.status for each in every] == ["issued"] * 3 + ["lapsed", "redeemed"]
        open_ones = vouchers_of(tenant=aurora.id, customer=customer.id, open_only=True)
        assert [each.id for each in open_ones] == [soon.id, late.id, endless.id]
    assert vouchers_of(tenant=boreal.id, customer=customer.id) == []


def test_a_voucher_is_found_by_qr_and_id_within_its_brand_and_for_its_owner(
    aurora: TenantInfo, boreal: TenantInfo
) -> None:
    owner, other = make_customer(aurora), make_customer(aurora)
    voucher = issued(aurora, coupon_of(aurora), owner)
    for text in (voucher.qr_payload, voucher.qr_token, voucher.qr_payload.lower()):
        assert find_by_qr(tenant=aurora.id, token=text) == voucher
        assert find_by_qr(tenant=boreal.id, token=text) is None
    assert find_by_qr(tenant=aurora.id, token="") is None
    assert find_voucher_by_id(tenant=aurora.id, voucher=voucher.id, customer=owner.id) == voucher
    assert find_voucher_by_id(tenant=aurora.id, voucher=voucher.id, customer=other.id) is None
    assert find_voucher_by_id(tenant=boreal.id, voucher=voucher.id) is None
    assert vouchers_by_ids(tenant=aurora.id, vouchers=[voucher.id, uuid4()]) == {voucher.id: voucher}
    assert vouchers_by_ids(tenant=boreal.id, vouchers=[voucher.id]) == {}
    with pytest.raises(VoucherNotFound):
        get_voucher(tenant=boreal.id, code=voucher.code)


def walked(selector: Any, **named: Any) -> list[Any]:
    seen, cursor = [], None
    while True:
        page = selector(cursor=cursor, limit=2, **named)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            return seen


def test_pages_neither_skip_nor_repeat(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(NOON):
        coupon = coupon_of(aurora, uses=5)
        vouchers = [issued(aurora, coupon) for _ in range(5)]
        uses = [redeemed(aurora, vouchers[0]) for _ in range(5)]
        redeemed(boreal, issued(boreal, coupon_of(boreal)))
    assert [each.id for each in walked(vouchers_page, tenant=aurora.id)] == [each.id for each in reversed(vouchers)]
    assert [each.id for each in walked(redemptions_page, tenant=aurora.id)] == [each.id for each in reversed(uses)]
    assert len(walked(vouchers_page, tenant=aurora.id, coupon=coupon.id, status="redeemed")) == 1
    assert walked(vouchers_page, tenant=aurora.id, status="lapsed") == []
    moema = store_of(aurora, "moema").id
    assert walked(redemptions_page, tenant=aurora.id, store=moema) == []
    assert walked(redemptions_page, tenant=aurora.id, since=NOON, until=NOON) == []
    for selector in (vouchers_page, redemptions_page):
        with pytest.raises(InvalidCursor):
            selector(tenant=aurora.id, cursor="bm9uc2Vuc2UfeA")
    assert [each.id for each in redemptions_of_voucher(tenant=aurora.id, voucher=vouchers[0].id)] == [
        each.id for each in reversed(uses)
    ]
    assert find_redemption(tenant=boreal.id, redemption=uses[0].id) is None


def test_pages_cost_the_same_for_two_and_for_twenty(aurora: TenantInfo, django_assert_num_queries: Any) -> None:
    coupon = coupon_of(aurora)
    for count in (2, 18):
        for _ in range(count):
            redeemed(aurora, issued(aurora, coupon))
        with django_assert_num_queries(5):
            vouchers_page(tenant=aurora.id)
        with django_assert_num_queries(6):
            redemptions_page(tenant=aurora.id)


def test_totals_count_what_stands(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = make_customer(aurora)
    with frozen(NOON):
        coupon = coupon_of(aurora, value_minor=1_000, valid_days=5)
        vouchers = [issued(aurora, coupon, customer) for _ in range(5)]
        redeemed(aurora, vouchers[0], amount_minor=4_000)
        redeemed(aurora, vouchers[1], amount_minor=600, store=store_of(aurora, "moema").id)
        mistake = redeemed(aurora, vouchers[2])
        reverse_redemption(tenant=aurora.id, redemption=mistake.id, reason="troca", key="r", actor=OPERATOR)
        cancel_voucher(tenant=aurora.id, voucher=vouchers[3].id, reason="engano", actor=MANAGER)
        since, until = NOON, NOON + timedelta(days=1)
        totals = voucher_totals(tenant=aurora.id, since=since, until=until)
        assert (totals.issued, totals.redeemed, totals.reversed, totals.cancelled, totals.lapsed) == (5, 2, 1, 1, 0)
        assert (totals.discount_minor, totals.cost_minor, totals.sales_minor) == (1_600, 1_600, 4_600)
        assert (totals.open_vouchers, totals.open_value_minor) == (2, 2_000)
        at_moema = voucher_totals(tenant=aurora.id, since=since, until=until, store=store_of(aurora, "moema").id)
        assert (at_moema.redeemed, at_moema.reversed, at_moema.discount_minor) == (1, 0, 600)
        (day,) = redemptions_by_day(tenant=aurora.id, since=since, until=until)
        assert (day.on.isoformat(), day.redemptions, day.discount_minor) == ("2026-11-18", 2, 1_600)
        ending = vouchers_ending(tenant=aurora.id, since=NOON, until=NOON + timedelta(days=9))
        assert {each.id for each in ending} == {vouchers[2].id, vouchers[4].id}
        nothing = voucher_totals(tenant=boreal.id, since=since, until=until)
        assert (nothing.issued, nothing.redeemed, nothing.open_vouchers) == (0, 0, 0)
        assert redemptions_by_day(tenant=boreal.id, since=since, until=until) == []
