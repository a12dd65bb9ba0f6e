"""Lists and sums: one brand's, within an actor's stores, by the brand's own calendar."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from smartbis.kernel.pages import InvalidCursor
from smartbis.purchases.errors import PurchaseNotFound
from smartbis.purchases.infos import RefundDraft
from smartbis.purchases.selectors import (
    get_purchase,
    purchase_count,
    purchase_counts,
    purchases_of,
    purchases_page,
    refunds_of,
    sales_by_day,
)
from smartbis.purchases.services import add_refunds_in_bulk, cancel_purchase
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo
from tests.factories import store_of
from tests.purchases.sales import AT, customer_of, sold


def test_a_page_walks_on_newest_first_within_the_stores(aurora: TenantInfo, boreal: TenantInfo) -> None:
    moema = store_of(aurora, "moema").id
    sales = [
        sold(
            aurora,
            external_id=f"S-{n}",
            occurred_at=AT - timedelta(hours=n // 2),
            store=moema if n % 2 else store_of(aurora).id,
        )
        for n in range(6)
    ]
    sold(boreal)
    seen, cursor = [], None
    for _ in range(3):
        page = purchases_page(tenant=aurora.id, cursor=cursor, limit=2)
        seen += [info.external_id for info in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert seen == ["S-1", "S-0", "S-3", "S-2", "S-5", "S-4"]
    own = purchases_page(tenant=aurora.id, stores_scope=frozenset({moema}))
    assert [info.external_id for info in own.items] == ["S-1", "S-3", "S-5"]
    assert purchases_page(tenant=aurora.id, stores_scope=frozenset()).items == ()
    since = purchases_page(tenant=aurora.id, since=AT - timedelta(hours=1), until=AT)
    assert [info.external_id for info in since.items] == ["S-3", "S-2"]
    with pytest.raises(PurchaseNotFound):
        get_purchase(tenant=aurora.id, purchase=sales[0].id, stores_scope=frozenset({moema}))
    for lookup in (get_purchase, refunds_of):
        with pytest.raises(PurchaseNotFound):
            lookup(tenant=boreal.id, purchase=sales[0].id)
    with pytest.raises(InvalidCursor):
        purchases_page(tenant=aurora.id, cursor="YR9i")


def test_a_customers_sales_are_counted_without_cancelled_ones(aurora: TenantInfo, boreal: TenantInfo) -> None:
    ana, bia = customer_of(aurora), customer_of(aurora, "C-2")
    for n in range(3):
        sold(aurora, customer=ana, external_id=f"S-{n}", occurred_at=AT + timedelta(hours=n))
    dropped = sold(aurora, customer=ana, external_id="S-9", status="pending")
    cancel_purchase(tenant=aurora.id, purchase=dropped.id)
    sold(aurora, external_id="anonymous")
    assert purchase_count(tenant=aurora.id, customer=ana) == 3
    assert purchase_count(tenant=aurora.id, customer=ana, before=AT + timedelta(hours=1)) == 1
    assert purchase_count(tenant=boreal.id, customer=ana) == 0
    assert purchase_counts(tenant=aurora.id, customers=[ana, bia]) == {ana: 3}
    assert len(purchases_of(tenant=aurora.id, customer=ana).items) == 4
    assert purchases_of(tenant=boreal.id, customer=ana).items == ()


def test_days_are_the_brands_own(aurora: TenantInfo, boreal: TenantInfo) -> None:
    """Two in the morning in UTC is the evening before in São Paulo."""
    late = datetime(2026, 11, 11, 2, tzinfo=UTC)
    one = sold(aurora, occurred_at=late, customer=customer_of(aurora))
    sold(aurora, external_id="S-2", occurred_at=late - timedelta(hours=3), store=store_of(aurora, "moema").id)
    sold(aurora, external_id="S-3", occurred_at=late, status="pending")
    sold(boreal, occurred_at=late)
    refund = RefundDraft(purchase=one.id, external_id="R", amount_minor=90, occurred_at=late + timedelta(days=1))
    add_refunds_in_bulk(tenant=aurora.id, drafts=[refund])
    period: dict[str, Any] = {"since": late - timedelta(days=5), "until": late + timedelta(days=5)}
    days = sales_by_day(tenant=aurora.id, **period)
    assert [(day.day, day.sales, day.amount_minor, day.identified_sales, day.refunded_minor) for day in days] == [
        (date(2026, 11, 10), 2, 13_980, 1, 0),
        (date(2026, 11, 11), 0, 0, 0, 90),
    ]
    centro = sales_by_day(tenant=aurora.id, store=store_of(aurora).id, **period)
    assert [(day.sales, day.refunded_minor) for day in centro] == [(1, 0), (0, 90)]
    assert sales_by_day(tenant=aurora.id, stores_scope=frozenset(), **period) == ()


def test_a_page_costs_the_same_at_two_and_at_twenty(aurora: TenantInfo, boreal: TenantInfo) -> None:
    costs = []
    for brand, count in ((aurora, 2), (boreal, 20)):
        for n in range(count):
            sold(brand, external_id=f"S-{n}")
        with tenant_scope(brand.id), CaptureQueriesContext(connection) as queries:
            assert len(purchases_page(tenant=brand.id).items) == count
        costs.append(len(queries))
    assert costs == [1, 1]
