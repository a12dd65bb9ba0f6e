"""What customers bought and could still bring back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from smartbis.purchases.models import Purchase, PurchaseItem, Refund
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


def returnable_lines(
    *, tenant: UUID, customers: Collection[UUID], skus: Collection[str], before: datetime
) -> list[ReturnableLine]:
    """What these customers bought of these articles before an instant and did not give back yet. One query."""
    with tenant_scope(tenant, read_only=True):
        rows = (
            PurchaseItem.objects.filter(
                tenant_id=tenant,
                sku__in=list(skus),
                refunded_quantity__lt=F("quantity"),
                purchase__customer_id__in=list(customers),
                purchase__occurred_at__lt=before,
                purchase__undone_at__isnull=True,
            )
            .exclude(purchase__status=Purchase.Status.CANCELLED)
            .values_list(
                "purchase_id",
                "purchase__customer_id",
                "purchase__external_id",
                "purchase__occurred_at",
                "position",
                "sku",
                "unit_minor",
                F("quantity") - F("refunded_quantity"),
            )
        )
        return [ReturnableLine(*row) for row in rows]


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
