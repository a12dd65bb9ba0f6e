"""What a sale earned, rule by rule, and why not more: in words of the house."""

from typing import Any

from dashboard.brand import words
from dashboard.brand.rules.wording import Teller
from dashboard.brand.selectors.sales import SaleCard
from programs.earnings.infos import EarnedIn, GiftInfo
from programs.earnings.words import gift_state, why_less, why_passed, why_programme_gave_nothing, why_refused
from programs.infos import AwardInfo
from programs.rules.looking_back import Passed


def earned_in_words(card: SaleCard) -> list[dict[str, Any]]:
    """Each programme with what its rules gave, what a limit cut, and why the others gave nothing."""
    return [_programme(card, each) for each in card.earnings.programs]


def _programme(card: SaleCard, earned: EarnedIn) -> dict[str, Any]:
    teller = Teller(unit=earned.unit, currency=card.sale.currency, locale=words.locale(), names=card.names)
    return {
        "name": earned.program,
        "version": earned.version,
        "nothing": why_programme_gave_nothing(earned),
        "awards": [_award(each, card) for each in earned.awards],
        "gifts": [_gift(each, teller) for each in earned.gifts],
        "passed": [_passed(each, teller) for each in earned.passed],
    }


def _award(award: AwardInfo, card: SaleCard) -> dict[str, Any]:
    told = award.explanation
    return {
        "name": award.rule.name if award.rule else "",
        "amount": award.amount,
        "unit": award.unit,
        "reversed": award.reversed,
        "why": card.explanations[award.id],
        "lines": [_line(card, position, base) for position, base in told.get("lines", ())],
        "cut": why_less(told["cut_by"]) if told.get("cut_by") else "",
        "is_pending": award.status == "pending",
        "available_at": award.available_at,
    }


def _line(card: SaleCard, position: int, base: int) -> dict[str, str]:
    """An article that earned, with its part of the base."""
    item = next((each for each in card.sale.items if each.position == position), None)
    return {"name": (item.name or item.sku) if item else "", "amount": words.amount(base, card.sale.currency)}


def _gift(gift: GiftInfo, teller: Teller) -> dict[str, Any]:
    return {
        "text": teller.rule(gift.rule) if gift.rule else "",
        "name": gift.rule.name if gift.rule else "",
        "quantity": gift.quantity,
        "status": gift.status,
        "state": gift_state(gift.status),
        "refusal": why_refused(gift.refusal) if gift.refusal else "",
        "due_at": gift.due_at,
    }


def _passed(passed: Passed, teller: Teller) -> dict[str, str]:
    return {"name": passed.rule.name, "text": teller.rule(passed.rule), "reason": why_passed(passed)}
