"""The pure conditions, on cases with exact answers."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchers.conditions import discount_of, is_open, minute_of, takes_store
from vouchers.models import Voucher


@pytest.mark.parametrize(
    ("terms", "amount", "discount"),
    [
        ({"kind": "amount", "value_minor": 1000}, None, 1000),
        ({"kind": "amount", "value_minor": 1000}, 5000, 1000),
        ({"kind": "amount", "value_minor": 1000}, 999, 999),
        ({"kind": "percentage", "value_bp": 1000}, None, None),
        ({"kind": "percentage", "value_bp": 1000}, 4, 0),
        ({"kind": "percentage", "value_bp": 1000}, 5, 1),  # half a cent goes up
        ({"kind": "percentage", "value_bp": 1250}, 9999, 1250),  # 1249.875
        ({"kind": "percentage", "value_bp": 1250, "max_discount_minor": 700}, 9999, 700),
        ({"kind": "percentage", "value_bp": 10_000}, 1, 1),
        ({"kind": "freebie", "value_minor": 400, "value_sku": "COFFEE"}, 9999, 0),
        ({"kind": "upgrade", "value_key": "gold"}, None, 0),
    ],
)
def test_what_a_voucher_takes_off(terms: dict[str, Any], amount: int | None, discount: int | None) -> None:
    assert discount_of(Voucher(**terms), amount) == discount


@given(amount=st.integers(1, 10**12), bp=st.integers(1, 10_000), ceiling=st.none() | st.integers(1, 10**12))
def test_a_percentage_never_passes_the_sale_or_its_ceiling(amount: int, bp: int, ceiling: int | None) -> None:
    off = discount_of(Voucher(kind="percentage", value_bp=bp, max_discount_minor=ceiling), amount)
    assert off is not None
    assert 0 <= off <= min(amount, amount if ceiling is None else ceiling)
    if ceiling is None:
        assert abs(off * 10_000 - amount * bp) <= 5_000


MONDAY = datetime(2026, 11, 16)  # noqa: DTZ001 - a local wall clock


@pytest.mark.parametrize(
    ("weekdays", "hours", "at", "is_good"),
    [
        ((), (), MONDAY, True),
        ((1,), (), MONDAY, True),
        ((2,), (), MONDAY, False),
        ((), (("14:00", "17:00"),), MONDAY.replace(hour=14), True),
        ((), (("14:00", "17:00"),), MONDAY.replace(hour=16, minute=59), True),
        ((), (("14:00", "17:00"),), MONDAY.replace(hour=17), False),
        ((), (("14:00", "24:00"),), MONDAY.replace(hour=23, minute=59), True),
        ((), (("09:00", "10:00"), ("14:00", "17:00")), MONDAY.replace(hour=9), True),
        ((1,), (("22:00", "02:00"),), MONDAY.replace(hour=23), True),
        ((1,), (("22:00", "02:00"),), MONDAY + timedelta(days=1, hours=1), True),  # Tuesday 01:00 of Monday's night
        ((1,), (("22:00", "02:00"),), MONDAY + timedelta(hours=1), False),  # Monday 01:00 of Sunday's night
        ((7,), (("22:00", "02:00"),), MONDAY + timedelta(hours=1), True),
        ((), (("22:00", "02:00"),), MONDAY + timedelta(hours=2), False),
    ],
)
def test_when_a_coupon_is_good(weekdays: Any, hours: Any, at: datetime, is_good: bool) -> None:
    assert is_open(weekdays, hours, at) is is_good


@pytest.mark.parametrize("text", ["", "1400", "14h00", "24:01", "12:60", "1:000", "-1:00"])
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(ValueError):
        minute_of(text)


def test_partners_take_part_only_when_named() -> None:
    one, other = uuid4(), uuid4()
    assert takes_store([], one, is_partner=False)
    assert not takes_store([], one, is_partner=True)
    assert takes_store([one], one, is_partner=True)
    assert not takes_store([other], one, is_partner=False)
