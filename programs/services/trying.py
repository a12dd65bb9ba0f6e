"""Trying a draft of rules on an occasion that is made up. Nothing is kept, and nobody is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.rules import (
    Article,
    Evaluation,
    Line,
    Member,
    Moment,
    ParticipationFacts,
    RuleSet,
    SaleFacts,
    evaluate,
    lines_of,
)
from programs.selectors.articles import article_kinds
from programs.services.checking import checked_rules
from smartbis.kernel.clock import now
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, get_tenant


@dataclass(frozen=True, kw_only=True)
class MadeUpOccasion:
    """A sale that never was, or taking part in what `participation` names. Amounts in minor units.

    `paid_minor` is all of it unless it is said. `items` without a category have the catalogue's. Without `at` it is
    now. `nth` is which purchase of the customer it is; `belongs` holds kinds and keys, as `("tier", "gold")`.
    """

    participation: str = ""
    amount_minor: int = 0
    paid_minor: int | None = None
    store: str = ""
    channel: str = "store"
    payment_method: str = ""
    items: Sequence[Article] = ()
    at: datetime | None = None
    nth: int = 1
    is_birthday: bool = False
    belongs: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Trial:
    """A draft, and what it would give on an occasion to a customer who was given nothing before."""

    rules: RuleSet
    found: Evaluation

    @property
    def total(self) -> int:
        """What could be spent: minor units, or points."""
        return sum(each.amount for each in self.found.granted if not each.is_gift and not each.counts_for_tiers)

    @property
    def tier_points(self) -> int:
        """Points that count for tiers alone."""
        return sum(each.amount for each in self.found.granted if each.counts_for_tiers)


def try_rules(*, tenant: UUID, kind: str, spec: Any, occasion: MadeUpOccasion) -> Trial:
    """What the rules of a draft would give, and why the others would not. No limit is used up before.

    The draft is checked as one for a backtest is. Raises InvalidRule by field.
    """
    with tenant_scope(tenant, read_only=True):
        rules = checked_rules(tenant=tenant, kind=kind, spec=spec)
        return Trial(rules, evaluate(rules, _facts(get_tenant(tenant=tenant), occasion)))


def _facts(brand: TenantInfo, occasion: MadeUpOccasion) -> SaleFacts | ParticipationFacts:
    moment = Moment.of(occasion.at or now(), ZoneInfo(brand.timezone))
    member = Member(
        nth=occasion.nth,
        birthday=(moment.day.month, moment.day.day) if occasion.is_birthday else None,
        belongs=occasion.belongs,
    )
    if occasion.participation:
        return ParticipationFacts(occasion.participation, moment, member)
    paid = occasion.amount_minor if occasion.paid_minor is None else occasion.paid_minor
    return SaleFacts(
        gross_minor=occasion.amount_minor,
        paid_minor=paid,
        currency=brand.currency,
        store=occasion.store,
        moment=moment,
        channel=occasion.channel,
        payment_method=occasion.payment_method,
        member=member,
        lines=_lines(brand.id, occasion, paid),
    )


def _lines(tenant: UUID, occasion: MadeUpOccasion, paid: int) -> tuple[Line, ...]:
    if not occasion.items:
        return ()
    known = article_kinds(tenant=tenant, skus={each.sku for each in occasion.items})
    articles = []
    for each in occasion.items:
        category, tags = known.get(each.sku, ("", frozenset()))
        articles.append(each._replace(category=each.category or category, tags=each.tags | tags))
    return lines_of(articles, gross_minor=occasion.amount_minor, paid_minor=paid)
