"""Evaluation: pure, total and deterministic. The same facts and rules always give the same answer."""

from dataclasses import dataclass
from typing import Literal

from programs.rules.facts import ParticipationFacts, SaleFacts
from programs.rules.spec import Percentage, Rule
from smartbis.kernel.money import Rounding, divide

Reason = Literal["below_minimum", "other_store", "nothing_after_rounding", "kind_not_rewarded", "nothing_paid"]


@dataclass(frozen=True)
class Granted:
    """What a rule gives: an amount above zero in the programme's unit, from `base` minor units, so rounded."""

    base: int
    amount: int
    rounding: Rounding


@dataclass(frozen=True)
class Missed:
    """Why a rule gives nothing."""

    reason: Reason
    base: int = 0


Evaluation = Granted | Missed


def evaluate(rule: Rule, facts: SaleFacts | ParticipationFacts) -> Evaluation:
    """What `rule` gives for `facts`, or why it gives nothing. Never negative, never raises."""
    if isinstance(facts, ParticipationFacts):
        points = rule.participations.get(facts.kind, 0)
        return Granted(0, points, "floor") if points > 0 else Missed("kind_not_rewarded")
    return _evaluate_sale(rule, facts)


def _evaluate_sale(rule: Rule, facts: SaleFacts) -> Evaluation:
    base = facts.paid_minor if rule.base == "paid" else facts.gross_minor
    if rule.stores and facts.store not in rule.stores:
        return Missed("other_store", base)
    if base <= 0:
        return Missed("nothing_paid", base)
    if base < rule.minimum_minor:
        return Missed("below_minimum", base)
    amount = _amount(rule, base)
    return Granted(base, amount, rule.rounding) if amount > 0 else Missed("nothing_after_rounding", base)


def _amount(rule: Rule, base: int) -> int:
    if isinstance(rule.effect, Percentage):
        return divide(base * rule.effect.basis_points, 10_000, rule.rounding)
    return divide(base * rule.effect.points, rule.effect.minor, rule.rounding)


def still_to_reverse(*, granted: int, reversed_before: int, refunded: int, gross: int, rounding: Rounding) -> int:
    """How much of an award a refund takes back, so that any split of a full refund leaves exactly zero.

    `refunded` is the sale's refunded total with this refund, `gross` its amount: the cumulative target
    `round(granted x refunded / gross)` less what was reversed before, and everything once all is refunded.
    """
    if refunded >= gross:
        return granted - reversed_before
    target = min(granted, divide(granted * refunded, gross, rounding))
    return max(0, target - reversed_before)
