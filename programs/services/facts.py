"""The facts that rules decide on, gathered for one sale or a thousand: no more is read than some rule asks for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.rules import Article, Line, Member, Moment, ParticipationFacts, SaleFacts, lines_of
from programs.rules.needs import Needs
from programs.selectors.articles import article_kinds
from smartbis.customers.infos import MembershipInfo
from smartbis.customers.selectors import birthdays_of, memberships_of_many
from smartbis.purchases.infos import PurchaseInfo
from smartbis.purchases.selectors import purchases_counted

Catalogue = Mapping[str, tuple[str, frozenset[str]]]


@dataclass(frozen=True)
class Occasion:
    """Something that may earn: whose, when, the facts, and where it comes from."""

    customer: UUID
    facts: SaleFacts | ParticipationFacts
    occurred_at: datetime
    purchase: UUID | None = None
    participation: UUID | None = None
    store: UUID | None = None
    is_settled: bool = True
    import_batch: UUID | None = None


def sale_occasions(
    tenant: UUID, purchases: Sequence[PurchaseInfo], *, stores: Mapping[UUID, str], zone: ZoneInfo, needs: Needs
) -> list[Occasion]:
    """What identified sales may earn from; `stores` gives their codes. The members' own facts are still missing."""
    skus = {item.sku for purchase in purchases for item in purchase.items} if needs.catalogue else set()
    catalogue = article_kinds(tenant=tenant, skus=skus) if skus else {}
    return [
        Occasion(
            customer=purchase.customer_id,
            facts=_sale_facts(purchase, stores[purchase.store_id], zone, needs, catalogue),
            occurred_at=purchase.occurred_at,
            purchase=purchase.id,
            store=purchase.store_id,
            is_settled=purchase.status == "confirmed",
            import_batch=purchase.import_batch,
        )
        for purchase in purchases
        if purchase.customer_id is not None
    ]


def _sale_facts(purchase: PurchaseInfo, store: str, zone: ZoneInfo, needs: Needs, catalogue: Catalogue) -> SaleFacts:
    facts = SaleFacts(
        gross_minor=purchase.amount_minor,
        paid_minor=purchase.paid_minor,
        currency=purchase.currency,
        store=store,
        moment=Moment.of(purchase.occurred_at, zone),
        channel=purchase.channel,
        payment_method=purchase.payment_method,
    )
    return facts._replace(lines=sale_lines(purchase, catalogue)) if needs.lines and purchase.items else facts


def sale_lines(purchase: PurchaseInfo, catalogue: Catalogue) -> tuple[Line, ...]:
    """The sale's lines; an article's category is the till's, or else the catalogue's, its tags the catalogue's."""
    none: tuple[str, frozenset[str]] = ("", frozenset())
    articles = [
        Article(
            sku=item.sku,
            category=item.category or catalogue.get(item.sku, none)[0],
            tags=catalogue.get(item.sku, none)[1],
            quantity=item.quantity,
            unit_minor=item.unit_minor,
        )
        for item in purchase.items
    ]
    return lines_of(articles, gross_minor=purchase.amount_minor, paid_minor=purchase.paid_minor)


def with_members(tenant: UUID, occasions: Sequence[Occasion], needs: Needs) -> list[Occasion]:
    """The occasions with what is known of their customers, in their order.

    Which purchase it is counts what was recorded before, whenever it happened: of two that come in at once, the lock on
    the customer's accounts says which was first.
    """
    if not needs.member:
        return list(occasions)
    customers = {occasion.customer for occasion in occasions}
    birthdays = birthdays_of(tenant=tenant, customers=customers) if needs.birthday else {}
    belonging = memberships_of_many(tenant=tenant, customers=customers) if needs.belonging else {}
    before = _purchases_before(tenant, customers, occasions) if needs.nth else {}
    found = []
    for occasion in occasions:
        is_sale = occasion.purchase is not None
        if is_sale:
            before[occasion.customer] = before.get(occasion.customer, 0) + 1
        member = Member(
            nth=before[occasion.customer] if needs.nth and is_sale else None,
            birthday=birthdays.get(occasion.customer),
            belongs=_belongs(belonging.get(occasion.customer, ()), occasion.occurred_at),
        )
        found.append(replace(occasion, facts=occasion.facts._replace(member=member)))
    return found


def _purchases_before(tenant: UUID, customers: Collection[UUID], occasions: Sequence[Occasion]) -> dict[UUID, int]:
    these = [occasion.purchase for occasion in occasions if occasion.purchase]
    return dict(purchases_counted(tenant=tenant, customers=customers, but=these))


def _belongs(memberships: Sequence[MembershipInfo], at: datetime) -> frozenset[tuple[str, str]]:
    return frozenset(
        (each.kind, each.key)
        for each in memberships
        if each.valid_from <= at and (each.valid_until is None or each.valid_until > at)
    )
