"""What a brand has that a rule may name, for the editor's lists."""

from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from dashboard.brand.selectors.belonging import Choices, belonging_choices
from insights.selectors import rule_names
from programs.challenges.selectors import challenges
from programs.rules import Names
from programs.rules.words import of
from smartbis.kernel.units import POINTS
from smartbis.tenancy.scope import tenant_scope
from smartbis.tenancy.selectors import TenantInfo, stores
from vouchers.selectors import coupons


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
    """The brand's stores, live coupons and what customers belong to, and the words that are the same everywhere."""
    said = of(locale)
    with tenant_scope(brand.id, read_only=True):
        lists = {
            **belonging_choices(tenant=brand.id),
            "stores": [(each.code, each.name) for each in stores(tenant=brand.id)],
            "channels": list(said.channel_names.items()),
            "payment_methods": list(said.method_names.items()),
            "participations": [*said.kinds.items(), *_challenges(brand.id)],
            "coupons": _coupons(brand.id),
        }
        return RuleChoices(kind, brand.currency, rule_names(tenant=brand.id), locale, lists)


def _challenges(tenant: UUID) -> Choices:
    found = challenges(tenant=tenant)
    return [(each.participation, _("desafio “%(name)s”") % {"name": each.name}) for each in found]


def _coupons(tenant: UUID) -> Choices:
    return [(str(each.id), each.name) for each in coupons(tenant=tenant, status="live") if not each.is_balance]
