"""Publishing and changing offers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import InvalidInput, PermissionMissing
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer, store_of
from tests.vouchers.shop import MANAGER, NOON, OPERATOR, coupon_of, everything, issued
from vouchers.errors import CouponNotFound, CouponNotLive, CouponOutOfStock
from vouchers.infos import CouponDraft
from vouchers.selectors import coupon_counts, coupons, get_coupon
from vouchers.services import cancel_voucher, change_coupon, create_coupon, set_coupon_status


def test_a_coupon_keeps_every_term_of_the_contract(aurora: TenantInfo, boreal: TenantInfo) -> None:
    draft = CouponDraft(
        name="Happy hour",
        kind="percentage",
        image="https://brand.example/coffee.png",
        value_bp=2_000,
        max_discount_minor=1_500,
        cost_unit="points",
        cost_amount=120,
        period_from=NOON,
        period_until=NOON + timedelta(days=30),
        usable_from_days=1,
        usable_from_next_sale=True,
        valid_days=10,
        holder="bearer",
        stock=40,
        limit_per_customer=2,
        uses=3,
        stores=(store_of(aurora).id,),
        weekdays=(5, 1, 1),
        hours=(("14:00", "17:00"), ("22:00", "02:00")),
        plans=("clube",),
        tiers=("gold",),
        segment="vip",
        min_purchase_minor=5_000,
        budget_minor=90_000,
        on_lapse="forfeit",
    )
    with frozen(NOON):
        made = create_coupon(tenant=aurora.id, draft=draft, actor=MANAGER)
    read = get_coupon(tenant=aurora.id, coupon=made.id)
    assert read == made
    assert read.as_draft() == replace(draft, weekdays=(1, 5))
    assert (read.status, read.currency, read.stock_left, read.budget_left_minor) == ("live", "BRL", 40, 90_000)
    assert [each.id for each in coupons(tenant=aurora.id)] == [made.id]
    assert coupons(tenant=boreal.id) == []
    with pytest.raises(CouponNotFound):
        get_coupon(tenant=boreal.id, coupon=made.id)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"name": "  "}, "name"),
        ({"kind": "miracle"}, "kind"),
        ({"value_minor": None}, "value_minor"),
        ({"value_minor": 0}, "value_minor"),
        ({"value_minor": -5}, "value_minor"),
        ({"value_minor": 10**13}, "value_minor"),
        ({"kind": "percentage", "value_minor": None}, "value_bp"),
        ({"kind": "percentage", "value_minor": None, "value_bp": 10_001}, "value_bp"),
        ({"kind": "percentage", "value_bp": 500}, "value_minor"),
        ({"kind": "freebie"}, "value_sku"),
        ({"kind": "upgrade"}, "value_key"),
        ({"max_discount_minor": 5}, "max_discount_minor"),
        ({"cost_unit": "points"}, "cost"),
        ({"cost_amount": 5}, "cost"),
        ({"cost_unit": "USD", "cost_amount": 5}, "cost"),
        ({"period_from": NOON, "period_until": NOON}, "period"),
        ({"period_from": NOON.replace(tzinfo=None)}, "period"),
        ({"valid_days": 0}, "valid_days"),
        ({"valid_days": 3, "usable_from_days": 4}, "usable_from"),
        ({"holder": "nobody"}, "holder"),
        ({"stock": -1}, "stock"),
        ({"limit_per_customer": 0}, "limit_per_customer"),
        ({"uses": 0}, "uses"),
        ({"stores": (uuid4(),)}, "stores"),
        ({"weekdays": (0,)}, "weekdays"),
        ({"weekdays": (8,)}, "weekdays"),
        ({"hours": (("14:00", "14:00"),)}, "hours"),
        ({"hours": (("2pm", "4pm"),)}, "hours"),
        ({"hours": (("14:00", "25:00"),)}, "hours"),
        ({"min_purchase_minor": 0}, "min_purchase_minor"),
        ({"budget_minor": -1}, "budget_minor"),
        ({"kind": "percentage", "value_minor": None, "value_bp": 500, "budget_minor": 5}, "max_discount_minor"),
        ({"kind": "freebie", "value_minor": None, "value_sku": "X", "budget_minor": 5}, "value_minor"),
        ({"on_lapse": "keep"}, "on_lapse"),
        ({"on_lapse": "forfeit"}, "on_lapse"),
        ({"image": "javascript:alert(1)"}, "image"),
        ({"plans": ("",)}, "plans"),
        ({"status": "open"}, "status"),
    ],
)
def test_a_draft_without_sense_is_refused_by_field(
    aurora: TenantInfo, boreal: TenantInfo, terms: dict[str, Any], field: str
) -> None:
    before = everything(aurora, boreal)
    with pytest.raises(InvalidInput) as refusal:
        coupon_of(aurora, **terms)
    assert list(refusal.value.errors) == [field]
    assert everything(aurora, boreal) == before


def test_another_brands_store_is_no_store(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with pytest.raises(InvalidInput) as refusal:
        coupon_of(aurora, stores=(store_of(boreal).id,))
    assert list(refusal.value.errors) == ["stores"]


def test_bought_vouchers_are_personal_by_default_and_given_ones_are_not(aurora: TenantInfo) -> None:
    assert coupon_of(aurora, cost_unit="points", cost_amount=5).holder == "personal"
    assert coupon_of(aurora).holder == "bearer"


@pytest.mark.parametrize("role", ["operator", "attendant", "partner", "analyst"])
def test_only_those_who_lead_publish(aurora: TenantInfo, role: str) -> None:
    coupon = coupon_of(aurora)
    before = everything(aurora)
    for work in (
        lambda: create_coupon(tenant=aurora.id, draft=coupon.as_draft(), actor=actor(role)),
        lambda: change_coupon(tenant=aurora.id, coupon=coupon.id, draft=coupon.as_draft(), actor=actor(role)),
        lambda: set_coupon_status(tenant=aurora.id, coupon=coupon.id, status="ended", actor=actor(role)),
    ):
        with pytest.raises(PermissionMissing):
            work()
    assert everything(aurora) == before


def test_a_changed_coupon_leaves_issued_vouchers_as_promised(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora)
    old = issued(aurora, coupon)
    changed = change_coupon(
        tenant=aurora.id, coupon=coupon.id, draft=replace(coupon.as_draft(), value_minor=300), actor=MANAGER
    )
    assert changed.value_minor == 300
    from vouchers.selectors import get_voucher

    assert get_voucher(tenant=aurora.id, code=old.code).value_minor == 1_000
    assert issued(aurora, coupon).value_minor == 300


def test_stock_can_be_set_raised_lowered_and_lifted(aurora: TenantInfo) -> None:
    coupon = coupon_of(aurora)
    taken = [issued(aurora, coupon) for _ in range(3)]

    def with_stock(stock: int | None) -> int | None:
        draft = replace(coupon.as_draft(), stock=stock)
        return change_coupon(tenant=aurora.id, coupon=coupon.id, draft=draft, actor=MANAGER).stock_left

    assert with_stock(4) == 1
    assert with_stock(200) == 197
    assert with_stock(2) == 0
    with pytest.raises(CouponOutOfStock):
        issued(aurora, coupon)
    # One comes back, and the stock is still one below what is out.
    cancel_voucher(tenant=aurora.id, voucher=taken[0].id, reason="engano", actor=MANAGER)
    with pytest.raises(CouponOutOfStock):
        issued(aurora, coupon)
    cancel_voucher(tenant=aurora.id, voucher=taken[1].id, reason="engano", actor=MANAGER)
    issued(aurora, coupon)
    assert with_stock(None) is None
    issued(aurora, coupon)


def test_a_paused_coupon_issues_nothing_and_comes_back(aurora: TenantInfo, boreal: TenantInfo) -> None:
    coupon = coupon_of(aurora)
    with pytest.raises(CouponNotFound):
        set_coupon_status(tenant=boreal.id, coupon=coupon.id, status="paused", actor=MANAGER)
    with pytest.raises(InvalidInput):
        set_coupon_status(tenant=aurora.id, coupon=coupon.id, status="asleep", actor=MANAGER)
    assert set_coupon_status(tenant=aurora.id, coupon=coupon.id, status="paused", actor=MANAGER).status == "paused"
    before = everything(aurora)
    with pytest.raises(CouponNotLive):
        issued(aurora, coupon)
    assert everything(aurora) == before
    set_coupon_status(tenant=aurora.id, coupon=coupon.id, status="live", actor=MANAGER)
    issued(aurora, coupon)


def test_counts_tell_the_states_apart(aurora: TenantInfo, boreal: TenantInfo) -> None:
    from tests.vouchers.shop import redeemed

    with frozen(NOON):
        coupon = coupon_of(aurora, valid_days=5)
        vouchers = [issued(aurora, coupon, make_customer(aurora)) for _ in range(2)]
        vouchers += [issued(aurora, coupon) for _ in range(2)]
        redeemed(aurora, vouchers[0])
        cancel_voucher(tenant=aurora.id, voucher=vouchers[1].id, reason="engano", actor=MANAGER)
        counts = coupon_counts(tenant=aurora.id)[coupon.id]
        assert (counts.issued, counts.open, counts.redeemed, counts.cancelled, counts.lapsed) == (4, 2, 1, 1, 0)
    with frozen(NOON + timedelta(days=6)):
        counts = coupon_counts(tenant=aurora.id)[coupon.id]
        assert (counts.open, counts.lapsed) == (0, 2)
    assert coupon_counts(tenant=boreal.id) == {}


def test_the_list_costs_the_same_for_two_and_for_twenty(aurora: TenantInfo, django_assert_num_queries: Any) -> None:
    for count in (2, 18):
        for _ in range(count):
            coupon_of(aurora, stock=9)
        with django_assert_num_queries(6):  # coupons, counters, and two pairs around the scope
            coupons(tenant=aurora.id, actor=OPERATOR)
