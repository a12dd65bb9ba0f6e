"""Many sales at once, each judged on its own; an import can be taken back and loaded again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from smartbis.customers.errors import CustomerNotFound
from smartbis.kernel.errors import InvalidInput
from smartbis.kernel.ids import new_id
from smartbis.purchases.errors import PurchaseConflict, PurchaseNotFound
from smartbis.purchases.infos import RefundDraft, RefundItemDraft, SaleDraft
from smartbis.purchases.models import Purchase, PurchaseItem, Refund
from smartbis.purchases.selectors import find_purchase, get_purchase, purchases_page
from smartbis.purchases.services import (
    add_purchases_in_bulk,
    add_refunds_in_bulk,
    lock_purchase,
    undo_purchases,
)
from smartbis.tenancy.errors import StoreUnknown
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import store_of
from tests.purchases.sales import AT, customer_of, sale, sold, told
from tests.racing import race
from tests.unchanged import unchanged


def numbered(brand: TenantInfo, count: int) -> list[SaleDraft]:
    one = sale(brand)
    return [
        replace(one, external_id=f"N-{n}", amount_minor=100 + n, occurred_at=AT + timedelta(seconds=n))
        for n in range(count)
    ]


def test_every_sale_of_a_batch_gets_its_own_verdict_in_order(aurora: TenantInfo, boreal: TenantInfo) -> None:
    sold(aurora, external_id="known")
    sold(aurora, external_id="other", amount_minor=1)
    drafts = [
        sale(aurora, external_id="new"),
        sale(aurora, external_id="known"),
        sale(aurora, external_id="other"),
        sale(aurora, external_id="bad", amount_minor=-1),
        sale(aurora, external_id="shop", store=store_of(boreal).id),
        sale(aurora, external_id="who", customer=customer_of(boreal)),
        sale(aurora, external_id="dollar", currency="USD"),
        sale(aurora, external_id="new"),
        sale(aurora, external_id="new", amount_minor=7),
        sale(aurora, external_id="last"),
    ]
    with unchanged(boreal):
        results = add_purchases_in_bulk(tenant=aurora.id, drafts=drafts)
    assert [result.outcome for result in results] == [
        "recorded",
        "repeated",
        "conflict",
        "invalid",
        "invalid",
        "invalid",
        "invalid",
        "repeated",
        "conflict",
        "recorded",
    ]
    errors = [type(result.error) for result in results if result.error]
    assert errors[0] is PurchaseConflict
    assert errors[2:4] == [StoreUnknown, CustomerNotFound]
    assert isinstance(results[6].error, InvalidInput)
    assert results[7].purchase is not None
    assert results[0].purchase is not None
    assert results[7].purchase.id == results[0].purchase.id
    recorded = {result.purchase.id for result in results if result.outcome == "recorded" and result.purchase}
    events = told(aurora, "purchase.recorded.v1")
    assert {event["purchase_id"] for event in events[2:]} == {str(sale_id) for sale_id in recorded}
    for result in results:
        if result.outcome == "recorded" and result.purchase:
            assert get_purchase(tenant=aurora.id, purchase=result.purchase.id) == result.purchase


def test_history_is_loaded_without_telling_anybody(aurora: TenantInfo, boreal: TenantInfo) -> None:
    batch = new_id()
    with unchanged(boreal):
        results = add_purchases_in_bulk(
            tenant=aurora.id, drafts=numbered(aurora, 30), import_batch=batch, publish=False
        )
    assert {result.outcome for result in results} == {"recorded"}
    assert told(aurora, "purchase.recorded.v1") == []
    with unchanged(aurora, boreal):
        again = add_purchases_in_bulk(
            tenant=aurora.id, drafts=numbered(aurora, 30), import_batch=new_id(), publish=False
        )
    assert {result.outcome for result in again} == {"repeated"}


def test_a_batch_costs_the_same_at_two_and_at_five_hundred(aurora: TenantInfo, boreal: TenantInfo) -> None:
    for brand, count in ((aurora, 2), (boreal, 500)):
        drafts = numbered(brand, count)
        with tenant_scope(brand.id), CaptureQueriesContext(connection) as queries:
            add_purchases_in_bulk(tenant=brand.id, drafts=drafts)
        assert len(queries) == 2


def test_an_empty_batch_is_nothing(aurora: TenantInfo, boreal: TenantInfo) -> None:
    with unchanged(aurora, boreal):
        assert add_purchases_in_bulk(tenant=aurora.id, drafts=[]) == []
        assert add_refunds_in_bulk(tenant=aurora.id, drafts=[]) == []


def test_an_import_can_be_undone_and_loaded_again(aurora: TenantInfo, boreal: TenantInfo) -> None:
    batch = new_id()
    stays = sold(aurora, external_id="till")
    add_purchases_in_bulk(tenant=aurora.id, drafts=numbered(aurora, 5), import_batch=batch, publish=False)
    add_purchases_in_bulk(tenant=boreal.id, drafts=numbered(boreal, 5), import_batch=batch, publish=False)
    first = find_purchase(tenant=aurora.id, store=store_of(aurora).id, external_id="N-0")
    assert first is not None
    add_refunds_in_bulk(
        tenant=aurora.id,
        drafts=[
            RefundDraft(purchase=first.id, external_id="R-1", amount_minor=50),
            RefundDraft(purchase=stays.id, external_id="R-2", items=(RefundItemDraft(sku="CAFE"),)),
        ],
        import_batch=batch,
        publish=False,
    )
    with unchanged(boreal):
        undone = undo_purchases(tenant=aurora.id, import_batch=batch)
    assert (undone.purchases, undone.refunds) == (5, 2)
    assert told(aurora, "purchase.undone.v1") == [{"import_batch": str(batch), "purchases": 5, "refunds": 2}]
    assert find_purchase(tenant=aurora.id, store=store_of(aurora).id, external_id="N-0") is None
    assert [info.id for info in purchases_page(tenant=aurora.id).items] == [stays.id]
    assert get_purchase(tenant=aurora.id, purchase=stays.id) == stays, "a sale that stays is whole again"
    assert get_purchase(tenant=aurora.id, purchase=first.id).undone_at is not None
    with unchanged(aurora, boreal):
        assert undo_purchases(tenant=aurora.id, import_batch=batch).purchases == 0
    with unchanged(aurora, boreal), pytest.raises(PurchaseNotFound):
        lock_purchase(tenant=aurora.id, purchase=first.id)
    again = add_purchases_in_bulk(tenant=aurora.id, drafts=numbered(aurora, 5), import_batch=new_id(), publish=False)
    assert {result.outcome for result in again} == {"recorded"}


def test_undoing_another_brands_import_takes_nothing(aurora: TenantInfo, boreal: TenantInfo) -> None:
    batch = new_id()
    add_purchases_in_bulk(tenant=aurora.id, drafts=numbered(aurora, 3), import_batch=batch)
    with unchanged(aurora, boreal):
        assert undo_purchases(tenant=boreal.id, import_batch=batch).purchases == 0


@pytest.mark.django_db(transaction=True)
def test_overlapping_batches_at_once_make_each_sale_once(aurora: TenantInfo, boreal: TenantInfo) -> None:
    drafts = numbered(aurora, 200)
    with unchanged(boreal):
        results = race(
            lambda: add_purchases_in_bulk(tenant=aurora.id, drafts=drafts),
            lambda: add_purchases_in_bulk(tenant=aurora.id, drafts=drafts[::-1]),
            lambda: add_purchases_in_bulk(tenant=aurora.id, drafts=drafts[50:150]),
        )
    outcomes = [verdict.outcome for result in results if isinstance(result, list) for verdict in result]
    assert len(outcomes) == 500, results
    assert outcomes.count("recorded") == 200
    assert outcomes.count("repeated") == 300
    with tenant_scope(aurora.id):
        assert (Purchase.objects.count(), PurchaseItem.objects.count()) == (200, 400)
        assert Refund.objects.count() == 0
    assert len(told(aurora, "purchase.recorded.v1")) == 200
