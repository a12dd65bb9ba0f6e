"""Trying a draft of rules before anybody lives by it."""

from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from api.references import store_of
from api.schema import answered, call, sent
from api.serializers.trials import TrialIn, TrialOut
from api.views.base import ApiView, rendered
from api.wording import locale
from insights.selectors import rule_names
from programs.earnings.words import why_less, why_nothing
from programs.rules import Article, Granted, Missed, Names, Rule, sentence
from programs.selectors import explain
from programs.services import MadeUpOccasion, Trial, try_rules
from smartbis.kernel.units import POINTS, TIER_POINTS

SPEC = {
    "rules": [
        {"key": "base", "effect": {"kind": "percentage", "basis_points": 500}, "limits": {"per_purchase": 400}},
        {"key": "wine", "effect": {"kind": "percentage", "basis_points": 1000}, "when": {"categories": ["Vinho"]}},
        {"key": "online", "effect": {"kind": "percentage", "basis_points": 100}, "when": {"channels": ["site"]}},
    ]
}
SALE = {
    "store": "centro",
    "amount_minor": 10000,
    "items": [
        {"sku": "V1", "category": "Vinho", "quantity": 2, "unit_minor": 3000},
        {"sku": "P1", "category": "Pão", "quantity": 1, "unit_minor": 4000},
    ],
}
TRIED = {
    "unit": "BRL",
    "total": 1000,
    "tier_points": 0,
    "sentence": "5% de cashback em cada compra, até R$ 4,00 por compra. 10% de cashback em Vinho. "
    "1% de cashback em cada compra pelo site.",
    "given": [
        {
            "rule": "base",
            "name": "",
            "sentence": "5% de cashback em cada compra, até R$ 4,00 por compra.",
            "kind": "value",
            "unit": "BRL",
            "base_minor": 10000,
            "wanted": 500,
            "amount": 400,
            "cut": {"code": "per_purchase", "message": "O máximo por compra cortou."},
            "explanation": "R$ 100,00 × 5% de cashback em cada compra, até R$ 4,00 por compra = R$ 4,00 "
            "(seriam R$ 5,00: o limite da regra foi alcançado)",
            "lines": [],
        },
        {
            "rule": "wine",
            "name": "",
            "sentence": "10% de cashback em Vinho.",
            "kind": "value",
            "unit": "BRL",
            "base_minor": 6000,
            "wanted": 600,
            "amount": 600,
            "cut": None,
            "explanation": "R$ 60,00 × 10% de cashback em Vinho = R$ 6,00",
            "lines": [{"item": 0, "base": 6000}],
        },
    ],
    "missed": [
        {
            "rule": "online",
            "name": "",
            "sentence": "1% de cashback em cada compra pelo site.",
            "reason": {"code": "other_channel", "message": "É para outro canal."},
            "cut_by": None,
        }
    ],
}
_BELONGING = {"plans": "plan", "tiers": "tier", "segments": "segment", "communities": "community", "tags": "tag"}


class RuleTrials(ApiView):
    """`/programs/try`"""

    scopes = {"POST": "programs:read"}

    @call(
        "tryRules",
        "Programs",
        "Try a draft on a made-up sale",
        description="Says of each rule what it would give and what a limit cuts, or why it gives nothing. Nothing is "
        "kept, and no programme is needed. The draft is checked as a version would be, but for what it names of plans, "
        "tiers and segments. Limits count this occasion alone. For what a draft would have cost, start a backtest.",
        body=TrialIn,
        answers={200: TrialOut},
        problems=["rule_invalid", "store_unknown"],
        examples=[
            sent("A sale of three articles", {"kind": "cashback", "spec": SPEC, "sale": SALE}),
            answered("Two rules give, one does not", TRIED),
        ],
    )
    def post(self, request: Request) -> Response:
        """Try."""
        given = self.parsed(TrialIn)
        if "sale" in given:
            store_of(self.tenant, given["sale"]["store"], field="sale.store")
        tried = try_rules(tenant=self.tenant, kind=given["kind"], spec=given["spec"], occasion=_occasion(given))
        unit = self.brand.currency if given["kind"] == "cashback" else POINTS
        teller = _Teller(unit, self.brand.currency, rule_names(tenant=self.tenant), locale())
        return Response(rendered(TrialOut, teller.whole(tried, given.get("participation", ""))))


@dataclass(frozen=True)
class _Teller:
    """Says what a trial found, in the locale that the caller asked for."""

    unit: str
    currency: str
    names: Names
    locale: str

    def whole(self, tried: Trial, participation: str) -> dict[str, Any]:
        """The answer."""
        given = [self.given(each, participation) for each in tried.found.granted]
        missed = [self.missed(each) for each in tried.found.missed]
        return {
            "unit": self.unit,
            "total": tried.total,
            "tier_points": tried.tier_points,
            "sentence": " ".join(self.rule(each) for each in tried.rules.rules),
            "given": given,
            "missed": missed,
        }

    def given(self, each: Granted, participation: str) -> dict[str, Any]:
        """What a rule would give."""
        unit = TIER_POINTS if each.counts_for_tiers else "pieces" if each.is_gift else self.unit
        cut_by = each.cut_by if each.amount < each.wanted else None
        return self.head(each.rule) | {
            "kind": each.rule.kind,
            "unit": unit,
            "base_minor": each.base,
            "wanted": each.wanted,
            "amount": each.amount,
            "cut": {"code": cut_by, "message": why_less(cut_by)} if cut_by else None,
            "explanation": self.rule(each.rule) if each.is_gift else self.explained(each, unit, participation),
            "lines": [{"item": item, "base": base} for item, base in each.lines],
        }

    def missed(self, each: Missed) -> dict[str, Any]:
        """Why a rule would give nothing."""
        reason = {"code": each.reason, "message": why_nothing(each.reason, each.cut_by)}
        return self.head(each.rule) | {"reason": reason, "cut_by": each.cut_by}

    def head(self, rule: Rule) -> dict[str, Any]:
        """Which rule it is."""
        return {"rule": rule.key, "name": rule.name, "sentence": self.rule(rule)}

    def rule(self, rule: Rule) -> str:
        """A rule as customers read it."""
        return sentence(rule, unit=self.unit, currency=self.currency, locale=self.locale, names=self.names)

    def explained(self, each: Granted, unit: str, participation: str) -> str:
        """How an amount comes about, as a statement says it."""
        facts: dict[str, Any] = {"currency": self.currency, "names": self.names, "rule": each.rule, "base": each.base}
        if each.amount < each.wanted:
            facts |= {"wanted": each.wanted, "cut_by": each.cut_by}
        if participation:
            named = self.names.participations.get(participation, participation)
            facts |= {"key": "earned_by_participation", "participation": named}
        return explain("earn", unit, each.amount, facts, self.locale)


def _occasion(given: dict[str, Any]) -> MadeUpOccasion:
    sale, customer = dict(given.get("sale", {})), given.get("customer", {})
    items = [
        Article(sku=each["sku"], category=each["category"], quantity=each["quantity"], unit_minor=each["unit_minor"])
        for each in sale.pop("items", ())
    ]
    return MadeUpOccasion(
        **sale,
        items=items,
        participation=given.get("participation", ""),
        at=given.get("at"),
        nth=customer.get("nth", 1),
        is_birthday=customer.get("is_birthday", False),
        belongs=frozenset((kind, key) for name, kind in _BELONGING.items() for key in customer.get(name, ())),
    )
