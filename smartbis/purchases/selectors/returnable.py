"""What customers bought and could still bring back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from smartbis.purchases.models import Purchase, Refund
from smartbis.tenancy.scope import tenant_scope


@dataclass(frozen=True)
class ReturnableLine:
    """A line of a sale of which `left` pieces were not given back yet."""

    purchase_id: UUID
    customer_id: UUID
    number: str
    occurred_at: datetime
    position: int
    sku: str
    unit_minor: int
    left: int


_RETURNABLE = """
SELECT p.id, p.customer_id, p.external_id, p.occurred_at, i.position, i.sku, i.unit_minor,
    i.quantity - i.refunded_quantity
FROM (SELECT DISTINCT customer_id FROM unnest(%(customers)s::uuid[]) AS c(customer_id)) c
JOIN purchases_purchase p ON p.tenant_id = %(tenant)s AND p.customer_id = c.customer_id
    AND p.occurred_at < %(before)s AND p.undone_at IS NULL AND p.status <> 'cancelled'
JOIN purchases_purchaseitem i ON i.tenant_id = p.tenant_id AND i.purchase_id = p.id AND i.refunded_quantity < i.quantity
WHERE (p.customer_id, i.sku) IN (
    SELECT customer_id, sku FROM unnest(%(customers)s::uuid[], %(skus)s::text[]) AS wanted(customer_id, sku))
"""


def returnable_lines(*, tenant: UUID, wanted: Collection[tuple[UUID, str]], before: datetime) -> list[ReturnableLine]:
    """What was bought before an instant and not given back yet, of these (customer, article). One query."""
    named: dict[str, Any] = {
        "tenant": tenant,
        "customers": [customer for customer, _ in wanted],
        "skus": [sku for _, sku in wanted],
        "before": before,
    }
    with tenant_scope(tenant, read_only=True), connection.cursor() as cursor:
        cursor.execute(_RETURNABLE, named)
        return [ReturnableLine(*row) for row in cursor.fetchall()]


def refund_numbers(*, tenant: UUID, customers: Collection[UUID], numbers: Collection[str]) -> set[tuple[UUID, str]]:
    """Which of these numbers of refunds are recorded, as (customer, number)."""
    with tenant_scope(tenant, read_only=True):
        rows = Refund.objects.filter(
            tenant_id=tenant,
            purchase__customer_id__in=list(customers),
            external_id__in=list(numbers),
            undone_at__isnull=True,
        ).values_list("purchase__customer_id", "external_id")
        return {(customer, number) for customer, number in rows if customer}


def purchases_by_number(*, tenant: UUID, numbers: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], UUID]:
    """The sales of these (store, number) that were recorded and not undone. One query."""
    with tenant_scope(tenant, read_only=True):
        rows = Purchase.objects.filter(
            tenant_id=tenant,
            store_id__in={store for store, _ in numbers},
            external_id__in={number for _, number in numbers},
            undone_at__isnull=True,
        ).values_list("store_id", "external_id", "id")
        wanted = set(numbers)
        return {(store, number): sale for store, number, sale in rows if (store, number) in wanted}
