"""One sale, and how many a customer has made."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q

from smartbis.purchases.errors import PurchaseNotFound
from smartbis.purchases.infos import PurchaseInfo
from smartbis.purchases.models import Purchase
from smartbis.purchases.rows import with_items, without_items
from smartbis.tenancy.scope import tenant_scope


def get_purchase(*, tenant: UUID, purchase: UUID, stores_scope: frozenset[UUID] | None = None) -> PurchaseInfo:
    """The sale with its lines, also an undone one (`undone_at` says so). Raises PurchaseNotFound.

    A sale outside `stores_scope` (None is no limit) is not found.
    """
    found = get_purchases(tenant=tenant, purchases=[purchase])
    info = found.get(purchase)
    if info is None or (stores_scope is not None and info.store_id not in stores_scope):
        raise PurchaseNotFound
    return info


def get_purchases(*, tenant: UUID, purchases: Collection[UUID], with_lines: bool = True) -> dict[UUID, PurchaseInfo]:
    """Those of the sales that exist in this tenant, by id, with their lines unless told otherwise. Two queries."""
    with tenant_scope(tenant, read_only=True):
        rows = list(Purchase.objects.filter(tenant_id=tenant, id__in=list(purchases)))
        return {info.id: info for info in (with_items(tenant, rows) if with_lines else without_items(rows))}


def find_purchase(*, tenant: UUID, store: UUID, external_id: str) -> PurchaseInfo | None:
    """The sale of this store and number, if it was recorded and not undone."""
    with tenant_scope(tenant, read_only=True):
        row = Purchase.objects.filter(
            tenant_id=tenant, store_id=store, external_id=external_id, undone_at__isnull=True
        ).first()
        return with_items(tenant, [row])[0] if row else None


def purchase_count(*, tenant: UUID, customer: UUID, before: datetime | None = None) -> int:
    """How many sales a customer has, cancelled and undone ones left out; `before` an instant if one is given."""
    return purchase_counts(tenant=tenant, customers=[customer], before=before).get(customer, 0)


def purchase_counts(*, tenant: UUID, customers: Collection[UUID], before: datetime | None = None) -> dict[UUID, int]:
    """`purchase_count` of many customers in one query; who has none is left out."""
    with tenant_scope(tenant, read_only=True):
        rows = Purchase.objects.filter(
            tenant_id=tenant, customer_id__in=list(customers), undone_at__isnull=True
        ).exclude(status=Purchase.Status.CANCELLED)
        if before:
            rows = rows.filter(occurred_at__lt=before)
        counted = rows.order_by().values_list("customer_id").annotate(Count("id"))
        return {customer: count for customer, count in counted if customer}


def purchases_counted(*, tenant: UUID, customers: Collection[UUID], but: Collection[UUID] = ()) -> dict[UUID, int]:
    """How many purchases each customer has beside some: neither cancelled, nor undone, nor wholly refunded."""
    with tenant_scope(tenant, read_only=True):
        rows = (
            Purchase.objects.filter(
                customer_id__in=customers, undone_at__isnull=True, refunded_minor__lt=F("amount_minor")
            )
            .exclude(status="cancelled")
            .exclude(id__in=but)
            .values_list("customer_id")
            .annotate(Count("id"))
        )
        return {customer: count for customer, count in rows if customer is not None}


def purchases_before(*, tenant: UUID, sale: PurchaseInfo) -> int:
    """How many sales of a sale's customer were recorded before it that stand by now; 0 for one without a customer.

    As `purchases_counted` counts, but what was cancelled, undone or wholly refunded since the sale is left out too.
    """
    if sale.customer_id is None:
        return 0
    with tenant_scope(tenant, read_only=True):
        rows = Purchase.objects.filter(
            Q(recorded_at__lt=sale.recorded_at) | Q(recorded_at=sale.recorded_at, id__lt=sale.id),
            tenant_id=tenant,
            customer_id=sale.customer_id,
            undone_at__isnull=True,
            refunded_minor__lt=F("amount_minor"),
        )
        return rows.exclude(status=Purchase.Status.CANCELLED).count()
