"""What a recorded sale earned, and why not more."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from api.schema import answered, call
from api.serializers.earnings import EarningsOut
from api.views.base import ApiView, rendered
from api.wording import locale
from insights.selectors import rule_names
from programs.earnings.infos import EarnedIn, GiftInfo, SaleEarnings
from programs.earnings.selectors import earnings_of_sale
from programs.earnings.words import why_less, why_passed, why_programme_gave_nothing, why_refused
from programs.infos import AwardInfo
from programs.rules import Names, Rule, RuleSet, sentence
from programs.rules.looking_back import Passed
from programs.selectors import award_facts, explain, speaking
from smartbis.purchases.infos import PurchaseInfo

EXPLAINED = {
    "id": "0199a3f2-7a11-7d2e-8f00-2b3c4d5e6f70",
    "customer_id": "0199a3f2-6f0e-7c1a-9d43-5b1f0c2d3e4f",
    "currency": "BRL",
    "programs": [
        {
            "program_id": "0199a3f2-5c1b-7b1f-8a55-1f2e3d4c5b6a",
            "program": "Cashback",
            "version": 3,
            "nothing": None,
            "applied": [
                {
                    "rule_key": "base",
                    "rule": "20% de cashback em cada compra, até R$ 20,00 por compra.",
                    "unit": "BRL",
                    "base_minor": 12990,
                    "wanted": 2598,
                    "amount": 2000,
                    "reversed": 0,
                    "cut": {"code": "per_purchase", "message": "O máximo por compra cortou."},
                    "lines": [],
                    "explanation": "R$ 129,90 × 20% de cashback em cada compra, até R$ 20,00 por compra = R$ 20,00 "
                    "(seriam R$ 25,98: o limite da regra foi alcançado)",
                }
            ],
            "gifts": [],
            "not_applied": [
                {
                    "rule_key": "birthday",
                    "rule": "Ganhos em dobro, na semana do aniversário.",
                    "reason": {
                        "code": "not_birthday",
                        "message": "Não é a época do aniversário. É o que se sabe hoje: na hora da venda podia ser "
                        "outro.",
                    },
                    "limits": [],
                    "is_sure": False,
                }
            ],
        }
    ],
}


class PurchaseExplanation(ApiView):
    """`/purchases/{id}/explanation`"""

    scopes = {"GET": "purchases:read"}

    @call(
        "explainPurchase",
        "Purchases",
        "Say what a sale earned, and why not more",
        description="For each programme, by the version in force when the sale happened: the rules that gave something "
        "with what each gave and what a limit cut, and the others with the reason. What was given is as it was kept. "
        "Why others gave nothing is found anew, and says so where it rests on what is only known as it is today.",
        answers={200: EarningsOut},
        problems=["purchase_not_found"],
        examples=[answered("Explained", EXPLAINED)],
    )
    def get(self, request: Request, purchase: UUID) -> Response:
        """Explain."""
        earnings = earnings_of_sale(tenant=self.tenant, purchase=purchase)
        names = rule_names(tenant=self.tenant, rules=[RuleSet(earnings.rules)])
        spoken = locale()
        with speaking(spoken):
            return Response(_Speaker(earnings.sale, names, spoken).body(earnings))


@dataclass(frozen=True)
class _Speaker:
    """Says a sale's earnings in the locale `spoken`; `names` are those of its rules."""

    sale: PurchaseInfo
    names: Names
    spoken: str

    def body(self, earnings: SaleEarnings) -> Any:
        sale = self.sale
        programs = [self._program(each) for each in earnings.programs]
        whole = {"id": sale.id, "customer_id": sale.customer_id, "currency": sale.currency, "programs": programs}
        return rendered(EarningsOut, whole)

    def _program(self, earned: EarnedIn) -> dict[str, Any]:
        nothing = why_programme_gave_nothing(earned)
        return {
            "program_id": earned.program_id,
            "program": earned.program,
            "version": earned.version,
            "nothing": _reason(earned.closed or "no_rule_applied", nothing) if nothing else None,
            "applied": [self._applied(award, earned.unit) for award in earned.awards],
            "gifts": [self._gift(gift, earned.unit) for gift in earned.gifts],
            "not_applied": [self._passed(passed, earned.unit) for passed in earned.passed],
        }

    def _applied(self, award: AwardInfo, unit: str) -> dict[str, Any]:
        told = award.explanation
        cut_by = told.get("cut_by")
        facts = award_facts(award, currency=self.sale.currency, names=self.names, took_part={})
        skus = {item.position: item.sku for item in self.sale.items}
        return {
            "rule_key": award.rule.key if award.rule else "",
            "rule": self._sentence(award.rule, unit),
            "unit": award.unit,
            "base_minor": award.base,
            "wanted": told.get("wanted", award.amount),
            "amount": award.amount,
            "reversed": award.reversed,
            "cut": _reason(cut_by, why_less(cut_by)) if cut_by else None,
            "lines": [
                {"position": position, "sku": skus.get(position, ""), "base_minor": base}
                for position, base in told.get("lines", ())
            ],
            "explanation": explain("earn", award.unit, award.amount, facts, self.spoken),
        }

    def _gift(self, gift: GiftInfo, unit: str) -> dict[str, Any]:
        return {
            "rule_key": gift.rule.key if gift.rule else "",
            "rule": self._sentence(gift.rule, unit),
            "kind": gift.kind,
            "quantity": gift.quantity,
            "status": gift.status,
            "refusal": _reason(gift.refusal, why_refused(gift.refusal)) if gift.refusal else None,
            "due_at": gift.due_at,
        }

    def _passed(self, passed: Passed, unit: str) -> dict[str, Any]:
        return {
            "rule_key": passed.rule.key,
            "rule": self._sentence(passed.rule, unit),
            "reason": _reason(passed.reason or "unknown", why_passed(passed)),
            "limits": list(passed.limits) if passed.reason == "limit_reached" else [],
            "is_sure": passed.is_sure,
        }

    def _sentence(self, rule: Rule | None, unit: str) -> str:
        if rule is None:
            return ""
        return sentence(rule, unit=unit, currency=self.sale.currency, locale=self.spoken, names=self.names)


def _reason(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}
