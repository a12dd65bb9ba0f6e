"""Which sales an article was in."""

from collections.abc import Collection
from uuid import UUID

from smartbis.purchases.models import PurchaseItem
from smartbis.tenancy.scope import tenant_scope


def find_sold(*, tenant: UUID, skus: Collection[str], import_batch: UUID) -> list[UUID]:
    """The sales of an import that hold one of these articles."""
    with tenant_scope(tenant, read_only=True):
        rows = PurchaseItem.objects.filter(
            tenant_id=tenant, sku__in=list(skus), purchase__import_batch=import_batch, purchase__undone_at__isnull=True
        )
        return list(rows.order_by().values_list("purchase_id", flat=True).distinct())
