"""What an import brought in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from smartbis.purchases.infos import PurchaseInfo
from smartbis.purchases.models import Purchase, Refund
from smartbis.purchases.rows import without_items
from smartbis.tenancy.scope import tenant_scope


@dataclass(frozen=True)
class ForeignRefund:
    """A refund that an import made of a sale that is not its own."""

    id: UUID
    purchase: PurchaseInfo
    amount_minor: int
    recorded_at: datetime


def purchases_of_import(*, tenant: UUID, import_batch: UUID, limit: int = 500) -> list[PurchaseInfo]:
    """The first sales of an import that still stand, by id; without their lines."""
    with tenant_scope(tenant, read_only=True):
        rows = Purchase.objects.filter(tenant_id=tenant, import_batch=import_batch, undone_at__isnull=True)
        return without_items(rows.order_by("id")[:limit])


def refunds_of_other_sales(*, tenant: UUID, import_batch: UUID) -> list[ForeignRefund]:
    """The refunds an import made of sales that were there before it, by id."""
    with tenant_scope(tenant, read_only=True):
        rows = (
            Refund.objects.filter(tenant_id=tenant, import_batch=import_batch, undone_at__isnull=True)
            .filter(Q(purchase__import_batch__isnull=True) | ~Q(purchase__import_batch=F("import_batch")))
            .select_related("purchase")
            .order_by("id")
        )
        return [
            ForeignRefund(row.id, without_items([row.purchase])[0], row.amount_minor, row.recorded_at) for row in rows
        ]


def sales_refunded_by_import(*, tenant: UUID, import_batch: UUID) -> set[UUID]:
    """The sales that an import refunded, whosesoever they are; also when the refunds were undone since."""
    with tenant_scope(tenant, read_only=True):
        rows = Refund.objects.filter(tenant_id=tenant, import_batch=import_batch)
        return set(rows.order_by().values_list("purchase_id", flat=True).distinct())


def buyers_of_import(*, tenant: UUID, import_batch: UUID, among: Collection[UUID]) -> set[UUID]:
    """Those of the customers whose sales an import brought or refunded; also when that was undone since."""
    if not among:
        return set()
    with tenant_scope(tenant, read_only=True):
        refunded = Refund.objects.filter(tenant_id=tenant, import_batch=import_batch).values("purchase_id")
        rows = Purchase.objects.filter(tenant_id=tenant, customer_id__in=list(among))
        rows = rows.filter(Q(import_batch=import_batch) | Q(id__in=refunded))
        return {customer for customer in rows.order_by().values_list("customer_id", flat=True).distinct() if customer}
