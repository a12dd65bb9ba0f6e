"""Which sales an article was in, and for how much it was sold."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from smartbis.purchases.models import Purchase, PurchaseItem, Refund
from smartbis.tenancy.scope import tenant_scope

LATEST_SALES = 500


@dataclass(frozen=True)
class SoldArticle:
    """An article as a till last sold it; `unit_minor` is what one was."""

    sku: str
    name: str
    category: str
    unit_minor: int


def articles_sold(*, tenant: UUID, text: str = "", skus: Collection[str] = ()) -> list[SoldArticle]:
    """Those of the articles, or of those whose number begins with a text or whose name holds it, that were sold lately.

    Looks at the brand's latest 500 sales, each article as it was sold last. One query.
    """
    wanted = Q(sku__in=list(skus))
    if text:
        wanted |= Q(sku__istartswith=text) | Q(name__icontains=text)
    with tenant_scope(tenant, read_only=True):
        latest = Purchase.objects.filter(undone_at__isnull=True).order_by("-occurred_at", "-id")[:LATEST_SALES]
        rows = PurchaseItem.objects.filter(wanted, purchase_id__in=latest.values("id")).exclude(sku="")
        newest = rows.order_by("sku", "-purchase__occurred_at", "-id").distinct("sku")
        return [SoldArticle(*row) for row in newest.values_list("sku", "name", "category", "unit_minor")]


def find_sold(*, tenant: UUID, skus: Collection[str], import_batch: UUID) -> list[UUID]:
    """The sales that an import brought or refunded which hold one of these articles."""
    with tenant_scope(tenant, read_only=True):
        rows = PurchaseItem.objects.filter(tenant_id=tenant, sku__in=list(skus), purchase__undone_at__isnull=True)
        refunded = Refund.objects.filter(tenant_id=tenant, import_batch=import_batch).values("purchase_id")
        found: set[UUID] = set()
        for own in (rows.filter(purchase__import_batch=import_batch), rows.filter(purchase_id__in=refunded)):
            found.update(own.order_by().values_list("purchase_id", flat=True).distinct())
        return sorted(found)
