"""The brand's articles as they are now."""

from collections.abc import Collection
from uuid import UUID

from programs.models import Article
from smartbis.tenancy.scope import tenant_scope


def articles_by_sku(*, tenant: UUID, skus: Collection[str]) -> dict[str, tuple[str, str]]:
    """Name and category of those of the articles that are known, by article number. One query."""
    with tenant_scope(tenant, read_only=True):
        rows = (
            Article.objects.filter(sku__in=list(skus), undone_at__isnull=True)
            .order_by("sku", "-recorded_at", "-id")
            .distinct("sku")
            .values_list("sku", "name", "category")
        )
        return {sku: (name, category) for sku, name, category in rows}


def article_kinds(*, tenant: UUID, skus: Collection[str]) -> dict[str, tuple[str, frozenset[str]]]:
    """Category and tags of those of the articles that are known, by article number. One query."""
    with tenant_scope(tenant, read_only=True):
        rows = (
            Article.objects.filter(sku__in=list(skus), undone_at__isnull=True)
            .order_by("sku", "-recorded_at", "-id")
            .distinct("sku")
            .values_list("sku", "category", "tags")
        )
        return {sku: (category, frozenset(tags)) for sku, category, tags in rows}
