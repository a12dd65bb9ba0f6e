"""Rules and sales written short, for tests of what rules give."""

from datetime import date
from typing import Any

from programs.rules import (
    Article,
    Evaluation,
    Moment,
    RuleSet,
    SaleFacts,
    lines_of,
    read_rules,
)

CASHBACK = {"effect": {"kind": "percentage", "basis_points": 2000}}
POINTS = {"effect": {"kind": "per_unit", "points": 1, "minor": 100}}
FRIDAY = Moment(date(2026, 11, 20), 19 * 60)
WINE_AND_BREAD = lines_of(
    [Article("w", "wine", frozenset({"red"}), 2, 2500), Article("b", "bread", quantity=1, unit_minor=5000)],
    gross_minor=10000,
    paid_minor=10000,
)


def sale(paid: int, *, gross: int | None = None, **facts: Any) -> SaleFacts:
    facts.setdefault("store", "centro")
    facts.setdefault("moment", FRIDAY)
    return SaleFacts(paid if gross is None else gross, paid, "BRL", **facts)


def rule(key: str, effect: dict[str, Any], mode: str = "sum", priority: int = 0, **more: Any) -> dict[str, Any]:
    return {"key": key, "effect": effect, "stacking": {"mode": mode, "priority": priority}, **more}


def percent(basis_points: int) -> dict[str, Any]:
    return {"kind": "percentage", "basis_points": basis_points}


def rules(*each: dict[str, Any], **more: Any) -> RuleSet:
    return read_rules({"rules": list(each), **more})


def amounts(evaluation: Evaluation) -> dict[str, int]:
    return {each.rule.key: each.amount for each in evaluation.granted}


def reasons(evaluation: Evaluation) -> dict[str, str]:
    return {each.rule.key: each.reason for each in evaluation.missed}
