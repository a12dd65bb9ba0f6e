"""What people call the things that rules name by code, key or id."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from programs.infos import AwardInfo
from programs.rules import Names, RuleSet
from programs.rules.sentences import NO_NAMES, names_something
from programs.rules.spec import PlanGift, VoucherGift
from programs.selectors.plans import plans
from programs.selectors.tiers import find_ladder
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import stores
from vouchers.selectors import coupons


def rule_names(*, tenant: UUID, rules: Iterable[RuleSet] | None = None) -> Names:
    """The brand's stores, coupons, plans and tiers by name; of those only what `rules` name, where they are given.

    Five queries at most, however many rules there are.
    """
    with tenant_scope(tenant, read_only=True):
        asked = _Asked.of(rules) if rules is not None else _Asked()
        ladder = find_ladder(tenant=tenant) if asked.tiers else None
        return Names(
            stores=store_names(tenant=tenant),
            coupons={str(coupon.id): coupon.name for coupon in coupons(tenant=tenant)} if asked.coupons else {},
            plans={plan.key: plan.name for plan in plans(tenant=tenant)} if asked.plans else {},
            tiers={tier.key: tier.name for tier in ladder.ladder.tiers} if ladder else {},
        )


class NamesOf(Protocol):
    """Who knows what rules name: `rule_names`, or a higher room's that knows more."""

    def __call__(self, *, tenant: UUID, rules: Collection[RuleSet]) -> Names:
        """What these rules name."""


def award_names(*, tenant: UUID, awards: Iterable[AwardInfo], names_of: NamesOf = rule_names) -> Names:
    """What the rules of these awards name, asked for at once; nothing is asked if they name nothing."""
    rules = tuple(award.rule for award in awards if award.rule and names_something(award.rule))
    return names_of(tenant=tenant, rules=[RuleSet(rules)]) if rules else NO_NAMES


def store_names(*, tenant: UUID) -> dict[str, str]:
    """The names of all stores by the code by which rules name them."""
    return {store.code: store.name for store in stores(tenant=tenant, active_only=False)}


@dataclass(frozen=True)
class _Asked:
    """Which kinds of things are named."""

    coupons: bool = True
    plans: bool = True
    tiers: bool = True

    @classmethod
    def of(cls, rules: Iterable[RuleSet]) -> "_Asked":
        every = [rule for found in rules for rule in found.rules]
        return cls(
            coupons=any(isinstance(each.effect, VoucherGift) for each in every),
            plans=any(isinstance(each.effect, PlanGift) or each.when.plans for each in every),
            tiers=any(each.when.tiers for each in every),
        )
