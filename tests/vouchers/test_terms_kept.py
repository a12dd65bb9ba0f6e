"""A coupon that changes changes nothing for the vouchers that are out."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import DomainError
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer, store_of
from tests.vouchers.shop import MANAGER, NOON, coupon_of, issued, redeemed
from vouchers.infos import CouponInfo
from vouchers.selectors import get_voucher, vouchers_of
from vouchers.services import change_coupon, reverse_redemption

LATER, LATEST = NOON + timedelta(days=1), NOON + timedelta(days=2)


def change(brand: TenantInfo, coupon: CouponInfo, **terms: Any) -> CouponInfo:
    draft = replace(coupon.as_draft(), **terms)
    return change_coupon(tenant=brand.id, coupon=coupon.id, draft=draft, actor=MANAGER)


def refusal(brand: TenantInfo, voucher: Any, **more: Any) -> str:
    with pytest.raises(DomainError) as refused:
        redeemed(brand, voucher, **more)
    return refused.value.code


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"stores": "moema"}, "voucher_wrong_store"),
        ({"weekdays": (1,)}, "voucher_wrong_time"),
        ({"hours": (("03:00", "04:00"),)}, "voucher_wrong_time"),
        ({"value_minor": 1}, None),
        ({"min_purchase_minor": 10_000}, "voucher_below_minimum"),
    ],
)
def test_a_voucher_is_used_by_the_terms_it_was_issued_by(
    aurora: TenantInfo, boreal: TenantInfo, terms: dict[str, Any], code: str | None
) -> None:
    if "stores" in terms:
        terms = {"stores": (store_of(aurora, "moema").id,)}
    customer = make_customer(aurora)
    with frozen(NOON):
        coupon = coupon_of(aurora)
        first, second = issued(aurora, coupon, customer), issued(aurora, coupon, customer)
        before = get_voucher(tenant=aurora.id, code=first.code)
    with frozen(LATER):
        changed = change(aurora, coupon, **terms)
        after = issued(aurora, changed, customer)
        assert get_voucher(tenant=aurora.id, code=first.code) == before
        assert before in vouchers_of(tenant=aurora.id, customer=customer.id)
        assert redeemed(aurora, first, amount_minor=5_000).discount_minor == 1000
        if code:
            assert refusal(aurora, after, amount_minor=5_000) == code
    with frozen(LATEST):
        change(aurora, changed, stores=(store_of(aurora).id,), weekdays=(7,), hours=())
        assert redeemed(aurora, second, amount_minor=5_000).discount_minor == 1000
        if code:
            assert refusal(aurora, after, amount_minor=5_000) == code


def test_who_bears_it_the_days_of_grace_and_a_bearers_limit_stay_too(aurora: TenantInfo, boreal: TenantInfo) -> None:
    customer = make_customer(aurora)
    with frozen(NOON):
        coupon = coupon_of(aurora, limit_per_customer=2, grace_days=3, valid_days=2, funded_by="store")
        vouchers = [issued(aurora, coupon, customer) for _ in range(2)]
        other = issued(aurora, coupon)
    with frozen(LATER):
        change(aurora, coupon, limit_per_customer=1, grace_days=30, funded_by="brand")
        uses = [redeemed(aurora, each, customer=customer.id) for each in vouchers]
        assert {use.funded_by for use in uses} == {"store"}
        assert refusal(aurora, other, customer=customer.id) == "voucher_limit_reached"
    with frozen(NOON + timedelta(days=10)):
        reverse_redemption(tenant=aurora.id, redemption=uses[0].id, reason="troca", key="r", actor=MANAGER)
        until = get_voucher(tenant=aurora.id, code=vouchers[0].code).valid_until
        assert until is not None
        assert (until - (NOON + timedelta(days=10))).days == 3
