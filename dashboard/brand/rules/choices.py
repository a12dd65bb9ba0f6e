"""What a brand has that a rule may name, for the editor's lists."""

from dataclasses import dataclass, field
from uuid import UUID

from programs.rules import Names
from programs.rules.words import of
from programs.selectors.names import rule_names
from programs.selectors.plans import plans
from programs.selectors.tiers import find_ladder
from smartbis.kernel.units import POINTS
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, stores
from vouchers.selectors import coupons

Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class RuleChoices:
    """Lists of (key, name) by what they are, the programme's kind and its unit, and all names for sentences."""

    kind: str
    currency: str
    names: Names
    locale: str
    lists: dict[str, Choices] = field(default_factory=dict)

    @property
    def unit(self) -> str:
        """What the programme gives."""
        return self.currency if self.kind == "cashback" else POINTS


def choices_for(brand: TenantInfo, *, kind: str, locale: str) -> RuleChoices:
    """The brand's stores, plans, tiers and live coupons, and the words that are the same everywhere."""
    said = of(locale)
    with tenant_scope(brand.id, read_only=True):
        ladder = find_ladder(tenant=brand.id)
        lists = {
            "stores": [(each.code, each.name) for each in stores(tenant=brand.id)],
            "channels": list(said.channel_names.items()),
            "payment_methods": list(said.method_names.items()),
            "participations": list(said.kinds.items()),
            "plans": [(each.key, each.name) for each in plans(tenant=brand.id, live_only=True)],
            "tiers": [(each.key, each.name) for each in ladder.ladder.tiers] if ladder else [],
            "coupons": _coupons(brand.id),
        }
        return RuleChoices(kind, brand.currency, rule_names(tenant=brand.id), locale, lists)


def _coupons(tenant: UUID) -> Choices:
    return [(str(each.id), each.name) for each in coupons(tenant=tenant, status="live") if not each.is_balance]
