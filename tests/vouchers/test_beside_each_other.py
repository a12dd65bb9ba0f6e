"""Two transactions about one sale, one customer or one coupon, in every order of their statements that matters."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from programs.services import merge_customers
from smartbis.kernel.errors import DomainError
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.stepping import Rival, interleave
from tests.vouchers.shop import coupon_of, issued, redeemed
from vouchers.models import Redemption

pytestmark = pytest.mark.django_db(transaction=True)


def met(first: Callable[[], Any], second: Callable[[], Any], head_start: int) -> list[str]:
    """What became of both when the first had a start of so many statements; without a ring of locks."""
    rivals = Rival("first", first), Rival("second", second)
    assert interleave(*rivals, [0] * head_start + [1] * 300) is None
    for rival in rivals:
        if rival.error is not None and not isinstance(rival.error, DomainError):
            raise rival.error
    return [rival.error.code if isinstance(rival.error, DomainError) else "done" for rival in rivals]


@pytest.mark.parametrize("head_start", [0, 4, 6, 8, 12, 16, 20])
@pytest.mark.parametrize("is_plain_first", [False, True])
def test_what_does_not_stand_beside_others_is_alone_on_its_sale(
    aurora: TenantInfo, boreal: TenantInfo, head_start: int, is_plain_first: bool
) -> None:
    alone = issued(aurora, coupon_of(aurora, value_minor=5_000, stacks_with_vouchers=False))
    plain = issued(aurora, coupon_of(aurora, value_minor=2_000))
    elsewhere = issued(boreal, coupon_of(boreal, value_minor=2_000))
    sale: dict[str, Any] = {"external_id": "S-9", "amount_minor": 10_000}
    order = (plain, alone) if is_plain_first else (alone, plain)
    found = met(*[partial(redeemed, aurora, voucher, **sale) for voucher in order], head_start)
    assert sorted(found) == ["done", "voucher_not_combinable"]
    with tenant_scope(aurora.id):
        assert Redemption.objects.filter(external_id="S-9").count() == 1
    redeemed(boreal, elsewhere, **sale)  # the same number of another brand is another sale


@pytest.mark.parametrize("head_start", range(0, 30, 3))
def test_one_person_under_two_ids_is_kept_to_the_limit(aurora: TenantInfo, head_start: int) -> None:
    coupon, kept, lost = coupon_of(aurora, limit_per_customer=1), make_customer(aurora), make_customer(aurora)
    vouchers = [issued(aurora, coupon), issued(aurora, coupon)]
    merge_customers(tenant=aurora.id, into=kept.id, other=lost.id, actor=actor("owner"))
    named = zip(vouchers, (lost, kept), strict=True)
    found = met(*[partial(redeemed, aurora, voucher, customer=each.id) for voucher, each in named], head_start)
    assert sorted(found) == ["done", "voucher_limit_reached"]
