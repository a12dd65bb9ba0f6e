"""What a customer may do with balance by the brand's rules of using it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from programs.rules import Article, Line, Spendable, Spending, lines_of, may_leave, spendable, together
from programs.selectors.articles import article_kinds
from programs.selectors.catalogue import programs
from smartbis.ledger.selectors import balances
from smartbis.purchases.infos import ItemDraft
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_store, get_tenant


@dataclass(frozen=True)
class Purse:
    """The customer's balance in money, minor units, and the rules by which it is used.

    `usable_minor` is what may be used at some sale now: all of it, or nothing while it is below the minimum or the
    store takes none. `refusal` is then the code that says why.
    """

    available_minor: int
    usable_minor: int
    rules: Spending
    refusal: str = ""


def spending_rules(*, tenant: UUID) -> Spending:
    """How balance in money is used now: the strictest of each rule of all programmes that give it, paused ones too."""
    with tenant_scope(tenant, read_only=True):
        currency = get_tenant(tenant=tenant).currency
        current = [each.current for each in programs(tenant=tenant) if each.unit == currency]
        return together(version.rules.spending for version in current if version)


def purse_of(*, tenant: UUID, customer: UUID, store: UUID | None = None) -> Purse:
    """What the customer has and may use, at a store if one is named."""
    with tenant_scope(tenant, read_only=True):
        currency = get_tenant(tenant=tenant).currency
        held = balances(tenant=tenant, customer=customer)
        available = max(0, sum(each.available for each in held if each.unit == currency))
        rules = spending_rules(tenant=tenant)
        if available and not may_leave(rules, available):
            return Purse(available, 0, rules, "balance_below_minimum")
        if available and store is not None and store_code(tenant, store) in rules.excluded_stores:
            return Purse(available, 0, rules, "store_excluded")
        return Purse(available, available, rules)


def store_code(tenant: UUID, store: UUID) -> str:
    """The code by which rules name a store. Raises StoreUnknown."""
    return get_store(tenant=tenant, store=store).code


def usable_on(
    *,
    tenant: UUID,
    rules: Spending,
    available_minor: int,
    sale_minor: int,
    store: UUID,
    items: Sequence[ItemDraft] = (),
) -> Spendable:
    """How much of a balance may pay for a sale, and what stands against more. For quotes and for the sale itself."""
    with tenant_scope(tenant, read_only=True):
        return spendable(
            rules,
            available_minor=available_minor,
            sale_minor=sale_minor,
            store=store_code(tenant, store),
            lines=_lines(tenant, rules, items, sale_minor),
        )


def _lines(tenant: UUID, rules: Spending, items: Sequence[ItemDraft], sale_minor: int) -> tuple[Line, ...]:
    if not items or not (rules.excluded_products or rules.excluded_categories):
        return ()
    none: tuple[str, frozenset[str]] = ("", frozenset())
    known = article_kinds(tenant=tenant, skus={item.sku for item in items}) if rules.excluded_categories else {}
    articles = [
        Article(item.sku, item.category or known.get(item.sku, none)[0], frozenset(), item.quantity, item.unit_minor)
        for item in items
    ]
    return lines_of(articles, gross_minor=sale_minor, paid_minor=sale_minor)
