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


# From each customer to their sales to those sales' lines, whatever the statistics of a table that is just being filled
# would advise: OFFSET 0 keeps the planner from turning it round.
_RETURNABLE = """
SELECT p.id, c.customer_id, p.external_id, p.occurred_at, i.position, i.sku, i.unit_minor, i.left_quantity
FROM (
    SELECT customer_id, array_agg(sku) AS skus
    FROM unnest(%(customers)s::uuid[], %(skus)s::text[]) AS wanted(customer_id, sku) GROUP BY customer_id
) c
CROSS JOIN LATERAL (
    SELECT id, external_id, occurred_at FROM purchases_purchase
    WHERE tenant_id = %(tenant)s AND customer_id = c.customer_id AND occurred_at < %(before)s
        AND undone_at IS NULL AND status <> 'cancelled'
    OFFSET 0
) p
CROSS JOIN LATERAL (
    SELECT position, sku, unit_minor, quantity - refunded_quantity AS left_quantity FROM purchases_purchaseitem
    WHERE tenant_id = %(tenant)s AND purchase_id = p.id AND sku = ANY(c.skus) AND refunded_quantity < quantity
    OFFSET 0
) i
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
