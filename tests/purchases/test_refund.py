"""Refunds: never more than was sold, in any split, by any number of tills."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.purchases.errors import (
    PurchaseCancelled,
    PurchaseChanged,
    PurchaseNotFound,
    RefundConflict,
    RefundExceedsPurchase,
)
from smartbis.purchases.infos import ItemDraft, ItemInfo, PurchaseInfo, RefundDraft, RefundInfo, RefundItemDraft
from smartbis.purchases.refunding import take
from smartbis.purchases.selectors import get_purchase, refunds_of
from smartbis.purchases.services import (
    add_refund,
    add_refunds_in_bulk,
    cancel_purchase,
    confirm_purchase,
    lock_purchase,
)
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.purchases.sales import AT, sold, told
from tests.racing import race
from tests.unchanged import unchanged


def refund(brand: TenantInfo, sale: PurchaseInfo, external_id: str = "R-1", **more: Any) -> tuple[RefundInfo, bool]:
    """A refund as the callers make it: lock, then add, in one transaction."""
    with tenant_scope(brand.id):
        locked = lock_purchase(tenant=brand.id, purchase=sale.id)
        return add_refund(tenant=brand.id, purchase=locked, external_id=external_id, **more)


def test_partial_refunds_close_the_sale_exactly(aurora: TenantInfo, boreal: TenantInfo) -> None:
    sale = sold(aurora)
    sold(boreal)
    with unchanged(boreal):
        first, _ = refund(aurora, sale, "R-1", amount_minor=2_000, occurred_at=AT)
        last, _ = refund(aurora, sale, "R-2", amount_minor=4_990)
    assert (first.refunded_after_minor, first.closing) == (2_000, False)
    assert (last.refunded_after_minor, last.closing) == (6_990, True)
    assert get_purchase(tenant=aurora.id, purchase=sale.id).refunded_minor == 6_990
    assert refunds_of(tenant=aurora.id, purchase=sale.id) == (first, last)
    assert told(aurora, "purchase.refunded.v1") == [
        {"purchase_id": str(sale.id), "refund_id": str(first.id), "amount_minor": 2_000},
        {"purchase_id": str(sale.id), "refund_id": str(last.id), "amount_minor": 4_990},
    ]
    with unchanged(aurora, boreal), pytest.raises(RefundExceedsPurchase) as refusal:
        refund(aurora, sale, "R-3", amount_minor=1)
    assert refusal.value.params == {"left_minor": 0}


def test_the_same_refund_again_is_answered_and_other_content_refused(aurora: TenantInfo, boreal: TenantInfo) -> None:
    sale = sold(aurora)
    first, _ = refund(aurora, sale, amount_minor=2_000)
    refund(aurora, sale, "R-2", amount_minor=1_000)
    with unchanged(aurora, boreal):
        assert refund(aurora, sale, amount_minor=2_000) == (first, True)
        with pytest.raises(RefundConflict):
            refund(aurora, sale, amount_minor=2_001)


def test_articles_come_back_at_their_share_of_what_was_charged(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """Listed 69,90, charged 60,00: the shop's discount is spread by price, and the last article closes."""
    sale = sold(aurora, amount_minor=6_000)
    shares = []
    for number, sku in enumerate(("CAFE", "BOLO", "CAFE")):
        info, _ = refund(aurora, sale, f"R-{number}", items=(RefundItemDraft(sku=sku),))
        shares.append(info.amount_minor)
    assert shares == [2_567, 866, 2_567]
    after = get_purchase(tenant=aurora.id, purchase=sale.id)
    assert (after.refunded_minor, [item.refunded_quantity for item in after.items]) == (6_000, [2, 1])


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"items": (RefundItemDraft(sku="CAFE", quantity=3),)}, RefundExceedsPurchase),
        ({"items": (RefundItemDraft(sku="PÃO"),)}, InvalidInput),
        ({"items": (RefundItemDraft(sku="CAFE", quantity=0),)}, InvalidInput),
        ({"items": (RefundItemDraft(position=9),)}, InvalidInput),
        ({"amount_minor": 6_991}, RefundExceedsPurchase),
        ({"amount_minor": 0}, InvalidInput),
        ({"amount_minor": -5}, InvalidInput),
        ({"amount_minor": 10**13}, InvalidInput),
        ({"amount_minor": 1, "items": (RefundItemDraft(sku="CAFE"),)}, InvalidInput),
        ({}, InvalidInput),
        ({"amount_minor": 1, "external_id": ""}, InvalidInput),
    ],
    ids=str,
)
def test_refunds_that_cannot_be_change_nothing(
    aurora: TenantInfo, boreal: TenantInfo, bad: dict[str, Any], error: type[Exception]
) -> None:
    sale = sold(aurora)
    with unchanged(aurora, boreal), pytest.raises(error):
        refund(aurora, sale, **bad)
    refund(aurora, sale, amount_minor=6_990)


def test_articles_without_a_price_are_no_refund(aurora: TenantInfo, boreal: TenantInfo) -> None:
    sale = sold(aurora, items=(ItemDraft(sku="BRINDE"),))
    with unchanged(aurora, boreal), pytest.raises(InvalidInput):
        refund(aurora, sale, items=(RefundItemDraft(sku="BRINDE"),))


def test_another_brands_sale_is_not_there(aurora: TenantInfo, boreal: TenantInfo) -> None:
    sale = sold(aurora)
    with unchanged(aurora, boreal), pytest.raises(PurchaseNotFound):
        refund(boreal, sale, amount_minor=1)
    with unchanged(aurora, boreal), pytest.raises(PurchaseChanged):
        add_refund(tenant=boreal.id, purchase=sale, amount_minor=1, external_id="R-1")


def test_a_caller_without_the_lock_cannot_refund_from_a_stale_look(aurora: TenantInfo, boreal: TenantInfo) -> None:
    stale = sold(aurora)
    refund(aurora, stale, amount_minor=6_990)
    with unchanged(aurora, boreal), pytest.raises(PurchaseChanged):
        add_refund(tenant=aurora.id, purchase=stale, amount_minor=10, external_id="R-2")


def test_the_database_itself_refuses_more_than_was_sold(aurora: TenantInfo, boreal: TenantInfo) -> None:
    sale = sold(aurora)
    with (
        unchanged(aurora, boreal),
        pytest.raises(IntegrityError),
        tenant_scope(aurora.id),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE purchases_purchase SET refunded_minor = 6991 WHERE id = %s", [sale.id])


def test_many_refunds_are_judged_in_order(aurora: TenantInfo, boreal: TenantInfo) -> None:
    one, two, gone = sold(aurora), sold(aurora, external_id="S-2"), sold(boreal)
    drafts = [
        RefundDraft(purchase=one.id, external_id="R-1", amount_minor=6_000),
        RefundDraft(purchase=two.id, external_id="R-1", items=(RefundItemDraft(sku="CAFE", quantity=2),)),
        RefundDraft(purchase=one.id, external_id="R-2", amount_minor=991),
        RefundDraft(purchase=one.id, external_id="R-3", amount_minor=990),
        RefundDraft(purchase=one.id, external_id="R-1", amount_minor=6_000),
        RefundDraft(purchase=one.id, external_id="R-1", amount_minor=5),
        RefundDraft(purchase=gone.id, external_id="R-1", amount_minor=5),
        RefundDraft(purchase=two.id, external_id="R-2", items=(RefundItemDraft(sku="CAFE"),)),
        RefundDraft(purchase=two.id, external_id="", amount_minor=5),
    ]
    with unchanged(boreal):
        results = add_refunds_in_bulk(tenant=aurora.id, drafts=drafts, import_batch=new_id())
    assert [result.outcome for result in results] == [
        "recorded",
        "recorded",
        "refused",
        "recorded",
        "repeated",
        "refused",
        "refused",
        "refused",
        "refused",
    ]
    errors = [type(result.error) for result in results if result.error]
    assert errors == [
        RefundExceedsPurchase,
        RefundConflict,
        PurchaseNotFound,
        RefundExceedsPurchase,
        InvalidInput,
    ]
    assert results[3].refund is not None
    assert results[3].refund.closing
    assert get_purchase(tenant=aurora.id, purchase=one.id).refunded_minor == 6_990
    assert get_purchase(tenant=aurora.id, purchase=two.id).refunded_minor == 5_980
    assert len(told(aurora, "purchase.refunded.v1")) == 3


def test_a_pending_sale_is_confirmed_or_cancelled_once(aurora: TenantInfo, boreal: TenantInfo) -> None:
    paid, dropped = sold(aurora, status="pending"), sold(aurora, external_id="S-2", status="pending")
    with unchanged(boreal):
        info, repeated = confirm_purchase(tenant=aurora.id, purchase=paid.id)
        cancelled, _ = cancel_purchase(tenant=aurora.id, purchase=dropped.id)
    assert (info.status, repeated, cancelled.status) == ("confirmed", False, "cancelled")
    with unchanged(aurora, boreal):
        assert confirm_purchase(tenant=aurora.id, purchase=paid.id)[1]
        assert cancel_purchase(tenant=aurora.id, purchase=dropped.id)[1]
        with pytest.raises(Exception, match="not pending"):
            cancel_purchase(tenant=aurora.id, purchase=paid.id)
        with pytest.raises(Exception, match="not pending"):
            confirm_purchase(tenant=aurora.id, purchase=dropped.id)
        with pytest.raises(PurchaseNotFound):
            confirm_purchase(tenant=boreal.id, purchase=paid.id)
        with pytest.raises(PurchaseCancelled):
            refund(aurora, dropped, amount_minor=1)
    assert told(aurora, "purchase.confirmed.v1") == [{"purchase_id": str(paid.id)}]
    assert told(aurora, "purchase.cancelled.v1") == [{"purchase_id": str(dropped.id)}]


@pytest.mark.django_db(transaction=True)
def test_tills_that_refund_at_once_never_give_back_more_than_was_sold(aurora: TenantInfo, boreal: TenantInfo) -> None:
    sale = sold(aurora, amount_minor=1_000)
    with unchanged(boreal):
        results = race(
            *(lambda n=n: refund(aurora, sale, f"R-{n}", amount_minor=300) for n in range(8)),
        )
    assert sum(isinstance(result, tuple) for result in results) == 3
    assert sum(isinstance(result, RefundExceedsPurchase) for result in results) == 5
    assert get_purchase(tenant=aurora.id, purchase=sale.id).refunded_minor == 900
    assert len(refunds_of(tenant=aurora.id, purchase=sale.id)) == 3


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 10_000)), min_size=1, max_size=5),
    amount=st.integers(1, 100_000),
    order=st.randoms(use_true_random=False),
)
def test_any_split_by_articles_gives_back_exactly_what_was_charged(
    lines: list[tuple[int, int]], amount: int, order: Any
) -> None:
    items = tuple(
        ItemInfo(new_id(), place, f"A{place}", "", "", quantity, unit) for place, (quantity, unit) in enumerate(lines)
    )
    info = PurchaseInfo(
        new_id(), None, new_id(), "S", "confirmed", amount, amount, 0, 0, 0, "BRL", AT, AT, "store", items
    )
    units = [item.position for item in items for _ in range(item.quantity)]
    order.shuffle(units)
    total = 0
    for position in units:
        draft = RefundDraft(purchase=info.id, external_id="R", items=(RefundItemDraft(position=position),))
        try:
            taken = take(info, draft).amount_minor
        except InvalidInput:
            continue  # an article whose share rounds to nothing is no refund of its own
        total += taken
        rest = tuple(
            replace(item, refunded_quantity=item.refunded_quantity + (item.position == position)) for item in info.items
        )
        info = replace(info, refunded_minor=info.refunded_minor + taken, items=rest)
        assert taken > 0
        assert total <= amount
    if all(item.refunded_quantity == item.quantity for item in info.items):
        assert total == amount
