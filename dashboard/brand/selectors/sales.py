"""The list of sales and the page of one."""

from dataclasses import dataclass
from uuid import UUID

from insights.selectors import rule_names
from programs.earnings.infos import SaleEarnings
from programs.earnings.selectors import earnings_of_sale
from programs.infos import AwardInfo
from programs.rules import Names, RuleSet
from programs.rules.sentences import NO_NAMES, names_something
from programs.selectors import award_facts, explain
from smartbis.customers.infos import CustomerInfo
from smartbis.customers.selectors import get_customers
from smartbis.kernel.pages import Page
from smartbis.kernel.people import Actor
from smartbis.ledger.selectors import StatementRow, transfers_of_purchase
from smartbis.purchases.infos import PurchaseInfo, RefundInfo
from smartbis.purchases.selectors import purchases_page, refunds_of
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import StoreInfo, stores
from vouchers.infos import RedemptionInfo
from vouchers.selectors import redemptions_for_sale

PAGE = 50


@dataclass(frozen=True)
class SaleList:
    """A page of sales with the names behind their ids."""

    page: Page[PurchaseInfo]
    customers: dict[UUID, CustomerInfo]
    stores: tuple[StoreInfo, ...]

    def store_name(self, store: UUID) -> str:
        """A store's name."""
        return next((each.name for each in self.stores if each.id == store), "")


@dataclass(frozen=True)
class SaleCard:
    """A sale with what it earned, why not more, and what came back.

    `names` are those of its rules, `explanations` are by award in the locale asked for.
    """

    sale: PurchaseInfo
    customer: CustomerInfo | None
    store: str
    earnings: SaleEarnings
    names: Names
    explanations: dict[UUID, str]
    refunds: tuple[RefundInfo, ...]
    redemptions: tuple[RedemptionInfo, ...]
    transfers: tuple[StatementRow, ...]


def sale_list(*, tenant: UUID, actor: Actor, store: UUID | None, status: str | None, cursor: str | None) -> SaleList:
    """Sales within the actor's stores, the newest first. Raises InvalidCursor."""
    with tenant_scope(tenant, read_only=True):
        page = purchases_page(
            tenant=tenant, stores_scope=actor.stores, store=store, status=status, cursor=cursor, limit=PAGE
        )
        people = get_customers(tenant=tenant, customers={each.customer_id for each in page.items if each.customer_id})
        return SaleList(page, people, tuple(stores(tenant=tenant, actor=actor, active_only=False)))


def sale_card(*, tenant: UUID, purchase: UUID, actor: Actor, locale: str) -> SaleCard:
    """One sale. Raises PurchaseNotFound, also for one of a store out of the actor's reach."""
    with tenant_scope(tenant, read_only=True):
        earnings = earnings_of_sale(tenant=tenant, purchase=purchase, stores_scope=actor.stores)
        sale, rules = earnings.sale, earnings.rules
        places = stores(tenant=tenant, active_only=False)
        is_named = any(names_something(rule) for rule in rules)
        names = rule_names(tenant=tenant, rules=[RuleSet(rules)]) if is_named else NO_NAMES
        people = get_customers(tenant=tenant, customers=[sale.customer_id] if sale.customer_id else [])
        return SaleCard(
            sale=sale,
            customer=people.get(sale.customer_id) if sale.customer_id else None,
            store=next((each.name for each in places if each.id == sale.store_id), ""),
            earnings=earnings,
            names=names,
            explanations={each.id: _why(each, sale.currency, names, locale) for each in earnings.awards},
            refunds=refunds_of(tenant=tenant, purchase=purchase),
            redemptions=tuple(redemptions_for_sale(tenant=tenant, store=sale.store_id, external_id=sale.external_id)),
            transfers=tuple(transfers_of_purchase(tenant=tenant, purchase=purchase)),
        )


def _why(award: AwardInfo, currency: str, names: Names, locale: str) -> str:
    facts = award_facts(award, currency=currency, names=names, took_part={})
    return explain("earn", award.unit, award.amount, facts, locale)
