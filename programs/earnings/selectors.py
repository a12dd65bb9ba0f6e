"""What a recorded sale earned and why not more: what is kept of it is read, what is not is judged again.

Nothing is written for this when a sale comes in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from programs.earnings.infos import Closed, EarnedIn, GiftInfo, SaleEarnings
from programs.infos import AwardInfo
from programs.models import Program, RuleGift, RuleVersion
from programs.rules import Member, SaleFacts
from programs.rules.looking_back import Passed, look_back
from programs.rules.needs import all_needs, needs_of
from programs.selectors.awards import awards_of_purchase
from programs.selectors.catalogue import version_rules
from programs.selectors.pauses import pauses_of
from programs.services.facts import sale_occasions
from smartbis.customers.selectors import birthdays_of, memberships_of_many
from smartbis.purchases.infos import PurchaseInfo
from smartbis.purchases.selectors import get_purchase, purchases_before
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import get_tenant, stores


@dataclass(frozen=True)
class _Judged:
    """A programme with the version that judged the sale, and what is kept of what it gave."""

    program: Program
    version: RuleVersion | None
    awards: tuple[AwardInfo, ...]
    gifts: tuple[RuleGift, ...]

    @property
    def given(self) -> set[str]:
        """The keys of the rules that gave something."""
        return {each.rule.key for each in self.awards if each.rule} | {each.rule_key for each in self.gifts}


def earnings_of_sale(*, tenant: UUID, purchase: UUID, stores_scope: frozenset[UUID] | None = None) -> SaleEarnings:
    """What a sale earned of every programme, and why the other rules gave nothing. Raises PurchaseNotFound.

    What it earned is as it was kept. Why others gave nothing is found with the version in force then; of facts that are
    not kept (the customer's birthday, what they belonged to, which purchase it was, the catalogue) as they are known
    today, and then the reason is not sure. A sale outside `stores_scope` (None is no limit) is not found.
    """
    with tenant_scope(tenant, read_only=True):
        sale = get_purchase(tenant=tenant, purchase=purchase, stores_scope=stores_scope)
        judged = _judged(tenant, sale)
        facts = _facts(tenant, sale, judged) if sale.customer_id else None
        return SaleEarnings(sale, tuple(_earned(tenant, sale, each, facts) for each in judged))


def _judged(tenant: UUID, sale: PurchaseInfo) -> list[_Judged]:
    awards = awards_of_purchase(tenant=tenant, purchase=sale.id)
    gifts = list(
        RuleGift.objects.filter(purchase_id=sale.id).select_related("rule_version").order_by("created_at", "id")
    )
    versions = list(RuleVersion.objects.order_by("effective_at", "version"))
    found = []
    for program in Program.objects.order_by("created_at", "id"):
        own = [each for each in versions if each.program_id == program.id]
        given = tuple(each for each in awards if each.program_id == program.id)
        things = tuple(each for each in gifts if each.program_id == program.id)
        found.append(_Judged(program, _version(own, sale, given, things), given, things))
    return found


def _version(
    versions: Sequence[RuleVersion], sale: PurchaseInfo, awards: Sequence[AwardInfo], gifts: Sequence[RuleGift]
) -> RuleVersion | None:
    """The version that gave what is kept; else the one in force when the sale happened, of those there were by then."""
    kept = {each.rule_version for each in awards} | {each.rule_version.version for each in gifts}
    there = [each for each in versions if each.created_at <= sale.recorded_at and each.effective_at <= sale.occurred_at]
    return next((each for each in versions if each.version in kept), there[-1] if there else None)


def _facts(tenant: UUID, sale: PurchaseInfo, judged: Sequence[_Judged]) -> SaleFacts:
    """The sale as rules see it; of its customer what awards remember, and for the rest what is known today."""
    needs = all_needs(needs_of(version_rules(each.version)) for each in judged if each.version)
    codes = {store.id: store.code for store in stores(tenant=tenant, active_only=False)}
    zone = ZoneInfo(get_tenant(tenant=tenant).timezone)
    (occasion,) = sale_occasions(tenant, [sale], stores=codes, zone=zone, needs=needs)
    facts = occasion.facts
    assert isinstance(facts, SaleFacts)
    birthdays = birthdays_of(tenant=tenant, customers=[occasion.customer]) if needs.birthday else {}
    belongs = _belonging(tenant, occasion.customer, sale.occurred_at) if needs.belonging else frozenset()
    nth = purchases_before(tenant=tenant, sale=sale) + 1 if needs.nth else None
    member = Member(nth, birthdays.get(occasion.customer), belongs)
    told = [award.explanation for each in judged for award in each.awards]
    return facts._replace(member=_remembered(member, facts, told))


def _belonging(tenant: UUID, customer: UUID, at: datetime) -> frozenset[tuple[str, str]]:
    known = memberships_of_many(tenant=tenant, customers=[customer]).get(customer, ())
    return frozenset(
        (each.kind, each.key)
        for each in known
        if each.valid_from <= at and (each.valid_until is None or each.valid_until > at)
    )


def _remembered(member: Member, facts: SaleFacts, told: Sequence[Mapping[str, Any]]) -> Member:
    """The member with the facts that decided awards of the sale, which are kept with them."""
    day = facts.moment.day
    for each in told:
        member = Member(
            nth=each.get("nth", member.nth),
            birthday=(day.month, day.day) if each.get("birthday") else member.birthday,
            belongs=member.belongs | {(kind, key) for kind, key in each.get("belongs", ())},
        )
    return member


def _earned(tenant: UUID, sale: PurchaseInfo, judged: _Judged, facts: SaleFacts | None) -> EarnedIn:
    program, version = judged.program, judged.version
    closed = None if judged.given else _closed(tenant, sale, program, version)
    passed: tuple[Passed, ...] = ()
    if version is not None and facts is not None and closed is None:
        passed = look_back(version_rules(version), facts, judged.given)
    return EarnedIn(
        program_id=program.id,
        program=program.name,
        unit=program.unit,
        version=version.version if version and closed is None else None,
        awards=judged.awards,
        gifts=tuple(_gift(each) for each in judged.gifts),
        passed=passed,
        closed=closed,
    )


def _closed(tenant: UUID, sale: PurchaseInfo, program: Program, version: RuleVersion | None) -> Closed | None:
    if sale.customer_id is None:
        return "no_customer"
    if sale.recorded_at < program.created_at:
        return "recorded_before_programme"
    if version is None:
        return "before_first_version"
    pauses = pauses_of(tenant=tenant, program=program.id)
    if any(since <= sale.recorded_at and (until is None or sale.recorded_at < until) for since, until in pauses):
        return "programme_paused"
    return None


def _gift(row: RuleGift) -> GiftInfo:
    return GiftInfo(
        rule=version_rules(row.rule_version).rule(row.rule_key),
        rule_version=row.rule_version.version,
        kind=row.kind,
        quantity=row.quantity,
        status=row.status,
        refusal=row.refusal,
        due_at=row.due_at,
    )
