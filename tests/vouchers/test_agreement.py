"""The statement and the Python it stands for say the same, on the same cases."""

from itertools import product
from typing import Any

import pytest

from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import DomainError
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import make_customer, store_of
from tests.vouchers.shop import NOON, coupon_of, issued, redeemed
from vouchers.infos import VoucherInfo
from vouchers.services import validate_voucher

KINDS: list[dict[str, Any]] = [
    {"value_minor": 1_000},
    {"kind": "percentage", "value_minor": None, "value_bp": 1_250},
    {"kind": "percentage", "value_minor": None, "value_bp": 3_333, "max_discount_minor": 500},
    {"kind": "freebie", "value_minor": None, "value_sku": "COFFEE"},
]
CONDITIONS: list[dict[str, Any]] = [
    {},
    {"min_purchase_minor": 1_001},
    {"holder": "personal"},
    {"weekdays": (3,)},
    {"weekdays": (4,)},
    {"hours": (("11:00", "12:01"),)},
    {"hours": (("13:00", "11:00"),)},
    {"stores": "centro"},
    {"stores": "moema"},
]


def outcome(brand: TenantInfo, voucher: VoucherInfo, **asked: Any) -> int | str:
    """What a use takes off, or the code of its refusal."""
    try:
        return redeemed(brand, voucher, **asked).discount_minor
    except DomainError as refusal:
        return refusal.code


@pytest.mark.parametrize(("kind", "condition"), list(product(KINDS, CONDITIONS)))
def test_what_is_said_to_be_valid_can_be_redeemed_for_what_was_said(
    aurora: TenantInfo, kind: dict[str, Any], condition: dict[str, Any]
) -> None:
    if "stores" in condition:
        condition = {"stores": (store_of(aurora, condition["stores"]).id,)}
    owner, other = make_customer(aurora), make_customer(aurora)
    centro = store_of(aurora).id
    with frozen(NOON):
        coupon = coupon_of(aurora, **kind, **condition)
        for customer, amount in product((None, owner.id, other.id), (None, 1, 999, 1_001, 123_457)):
            voucher = issued(aurora, coupon, owner)
            said = validate_voucher(
                tenant=aurora.id, code=voucher.code, store=centro, customer=customer, amount_minor=amount
            )
            expected = said.reasons[0].code if said.reasons else said.discount_minor
            if said.valid and said.needs_amount:  # a use must not leave open what a question may
                expected = "voucher_below_minimum" if coupon.min_purchase_minor else "invalid"
            assert outcome(aurora, voucher, customer=customer, amount_minor=amount) == expected
