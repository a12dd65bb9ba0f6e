"""Notices before a voucher ends."""

from datetime import timedelta

from smartbis.kernel.clock import frozen
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer
from tests.vouchers.shop import NOON, coupon_of, events_of, issued, redeemed
from vouchers.workers import tell_of_ending_vouchers


def told(brand: TenantInfo) -> list[int]:
    return [each["days"] for each in events_of(brand, "voucher.ending.v1")]


def test_each_notice_is_given_once_on_its_morning(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(NOON):
        coupon = coupon_of(aurora, valid_days=90, notice_days=(30, 7, 1))
        voucher = issued(aurora, coupon, make_customer(aurora))
        issued(boreal, coupon_of(boreal, valid_days=90, notice_days=()), make_customer(boreal))
    expected: list[int] = []
    for day in range(1, 92):
        for hour in (-6, 0, 5):  # 6:00, 12:00, 17:00 in São Paulo
            with frozen(NOON + timedelta(days=day, hours=hour)):
                while tell_of_ending_vouchers(tenant=aurora.id):
                    pass
                tell_of_ending_vouchers(tenant=boreal.id)
        expected += [90 - day] if 90 - day in (30, 7, 1) else []
        assert told(aurora) == expected
    assert told(boreal) == []
    assert events_of(aurora, "voucher.ending.v1")[0]["voucher_id"] == str(voucher.id)


def test_a_short_term_a_used_one_and_another_day_give_none(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with frozen(NOON):
        issued(aurora, coupon_of(aurora, valid_days=10, notice_days=(7,)), make_customer(aurora))
        used = issued(aurora, coupon_of(aurora, valid_days=20, notice_days=(7,)), make_customer(aurora))
        redeemed(aurora, used)
    for day in (3, 13, 14):
        with frozen(NOON + timedelta(days=day)):
            assert not tell_of_ending_vouchers(tenant=aurora.id)
    assert told(aurora) == []
