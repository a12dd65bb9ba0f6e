"""Which sales an article was in."""

from collections.abc import Collection
from uuid import UUID

from smartbis.purchases.models import PurchaseItem, Refund
from smartbis.tenancy.scope import tenant_scope


def find_sold(*, tenant: UUID, skus: Collection[str], import_batch: UUID) -> list[UUID]:
    """The sales that an import brought or refunded which hold one of these articles."""
    with tenant_scope(tenant, read_only=True):
        rows = PurchaseItem.objects.filter(tenant_id=tenant, sku__in=list(skus), purchase__undone_at__isnull=True)
        refunded = Refund.objects.filter(tenant_id=tenant, import_batch=import_batch).values("purchase_id")
        found: set[UUID] = set()
        for own in (rows.filter(purchase__import_batch=import_batch), rows.filter(purchase_id__in=refunded)):
            found.update(own.order_by().values_list("purchase_id", flat=True).distinct())
        return sorted(found)
