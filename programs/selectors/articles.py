"""The brand's articles as they are now."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from programs.models import Article, Plan, PlanArticle
from smartbis.purchases.selectors import articles_sold
from smartbis.tenancy.scope import tenant_scope


@dataclass(frozen=True)
class ArticleInfo:
    """Something the brand sells. `plan` is the name of the plan that its sale buys, if any.

    `unit_minor` is what one costs by the plan, else what it was last sold for; None where neither says.
    """

    sku: str
    name: str = ""
    category: str = ""
    plan: str = ""
    unit_minor: int | None = None


def find_articles(*, tenant: UUID, text: str, limit: int = 8) -> list[ArticleInfo]:
    """The articles whose number begins with a text or whose name holds it, a whole number first.

    Those of the catalogue, of plans, and those that tills sold lately, for a brand without a catalogue. Seven queries.
    """
    text = text.strip()
    with tenant_scope(tenant, read_only=True):
        known = Article.objects.filter(Q(sku__istartswith=text) | Q(name__icontains=text), undone_at__isnull=True)
        ours = PlanArticle.objects.filter(plan__status=Plan.Status.LIVE)
        bought = ours.filter(Q(sku__istartswith=text) | Q(plan__name__icontains=text))
        skus = {
            sku
            for rows in (known, bought)
            for sku in rows.order_by("sku").values_list("sku", flat=True).distinct()[: 2 * limit]
        }
        exact = Article.objects.filter(sku=text, undone_at__isnull=True).values_list("sku", flat=True)[:1]
        sold = [each.sku for each in articles_sold(tenant=tenant, text=text)]
        found = articles_named(tenant=tenant, skus={*skus, *exact, *sold[: 2 * limit]})
        fitting = [each for each in found if _fits(each, text.casefold())]
        return sorted(fitting, key=lambda each: (each.sku.casefold() != text.casefold(), each.sku))[:limit]


def articles_named(*, tenant: UUID, skus: Iterable[str]) -> list[ArticleInfo]:
    """What is known of these articles, in their order; of one that nobody knows, its number. Three queries."""
    wanted = list(dict.fromkeys(skus))
    with tenant_scope(tenant, read_only=True):
        known = articles_by_sku(tenant=tenant, skus=wanted)
        sold = {each.sku: each for each in articles_sold(tenant=tenant, skus=wanted)}
        rows = PlanArticle.objects.filter(sku__in=wanted, plan__status=Plan.Status.LIVE)
        plans = {sku: (name, price) for sku, name, price in rows.values_list("sku", "plan__name", "plan__price_minor")}
        found = []
        for sku in wanted:
            last = sold.get(sku)
            name, category = known.get(sku) or ((last.name, last.category) if last else ("", ""))
            plan, price = plans.get(sku, ("", None))
            if price is None and last is not None:
                price = last.unit_minor
            found.append(ArticleInfo(sku, name or plan, category, plan, price))
        return found


def _fits(article: ArticleInfo, text: str) -> bool:
    """Whether the name or number of now has the text: a name of before may have led here."""
    return article.sku.casefold().startswith(text) or text in f"{article.name}\n{article.plan}".casefold()


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
