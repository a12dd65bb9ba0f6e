"""Two transactions about one sale, one customer or one coupon, in every order of their statements that matters."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from programs.services import merge_customers
from smartbis.kernel.clock import frozen
from smartbis.kernel.errors import DomainError
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import actor, make_customer
from tests.stepping import Rival, interleave
from tests.vouchers.shop import MANAGER, NOON, coupon_of, issued, redeemed
from vouchers.infos import EntryTerms
from vouchers.models import Redemption, Voucher
from vouchers.selectors import get_coupon
from vouchers.services import cancel_voucher, change_coupon, change_entries, issue_entry, lapse_voucher, open_entries
from vouchers.stock import left_of

pytestmark = pytest.mark.django_db(transaction=True)


def met(works: Sequence[Callable[[], Any]], head_start: int) -> list[str]:
    """What became of both when the first had a start of so many statements; without a ring of locks."""
    first, second = works
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
    found = met([partial(redeemed, aurora, voucher, **sale) for voucher in order], head_start)
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
    found = met([partial(redeemed, aurora, voucher, customer=each.id) for voucher, each in named], head_start)
    assert sorted(found) == ["done", "voucher_limit_reached"]


@pytest.mark.parametrize("head_start", range(0, 30, 3))
@pytest.mark.parametrize("change_is_first", [False, True])
def test_a_piece_comes_back_while_a_coupon_gets_its_first_stock(
    aurora: TenantInfo, boreal: TenantInfo, head_start: int, change_is_first: bool
) -> None:
    coupon, elsewhere = coupon_of(aurora), coupon_of(boreal, stock=5)
    voucher = issued(aurora, coupon)
    draft = replace(coupon.as_draft(), stock=10)
    works: list[Callable[[], Any]] = [
        partial(cancel_voucher, tenant=aurora.id, voucher=voucher.id, reason="engano", actor=MANAGER),
        partial(change_coupon, tenant=aurora.id, coupon=coupon.id, draft=draft, actor=MANAGER),
    ]
    assert met((works[::-1] if change_is_first else works), head_start) == ["done", "done"]
    assert get_coupon(tenant=aurora.id, coupon=coupon.id).stock_left == 10
    assert get_coupon(tenant=boreal.id, coupon=elsewhere.id).stock_left == 5


@pytest.mark.parametrize("head_start", range(0, 30, 3))
@pytest.mark.parametrize("change_is_first", [False, True])
def test_an_entry_ends_while_its_event_is_changed(aurora: TenantInfo, head_start: int, change_is_first: bool) -> None:
    customer = make_customer(aurora)
    with frozen(NOON):
        coupon = open_entries(tenant=aurora.id, terms=EntryTerms(name="Festa", stock=2))
        entry = issue_entry(
            tenant=aurora.id,
            customer=customer.id,
            coupon=coupon,
            key="k",
            actor=MANAGER,
            valid_until=NOON + timedelta(days=1),
        )
    later = NOON + timedelta(days=2)
    works: list[Callable[[], Any]] = [
        partial(lapse_voucher, tenant=aurora.id, voucher=entry.id),
        partial(
            change_entries,
            tenant=aurora.id,
            coupon=coupon,
            terms=EntryTerms(name="Festa", stock=3),
            valid_until=NOON + timedelta(days=3),
        ),
    ]
    with frozen(later):
        met((works[::-1] if change_is_first else works), head_start)
    with tenant_scope(aurora.id):
        lapsed = Voucher.objects.get(id=entry.id).status == "lapsed"
        assert left_of(coupons=[coupon])[coupon] == (3 if lapsed else 2, None)
