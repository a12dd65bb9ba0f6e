"""Rules as JSON: read with every fault named, written in one form."""

from collections.abc import Callable
from typing import Any

from programs.rules.spec import (
    MAX_BASIS_POINTS,
    MAX_HOLD_DAYS,
    MAX_MINOR,
    MAX_POINTS,
    Effect,
    Percentage,
    PerUnit,
    Rule,
)
from smartbis.kernel.errors import InvalidInput

_FIELDS = {"effect", "base", "rounding", "minimum_minor", "stores", "hold_days", "participations"}


class InvalidRule(InvalidInput):
    """The rule cannot be; `errors` says what to change."""

    code = "rule_invalid"
    sentence = "This rule cannot work as it is."


def read_rule(spec: Any) -> Rule:
    """The rule that JSON describes. Raises InvalidRule with every fault by field."""
    if not isinstance(spec, dict):
        raise InvalidRule({"rule": ["A rule is an object."]})
    errors: dict[str, list[str]] = {name: ["There is no such field."] for name in sorted(spec.keys() - _FIELDS)}
    effect = _effect(spec.get("effect"), errors)
    rounding = spec.get("rounding", "half_up" if isinstance(effect, Percentage) else "floor")
    _one_of(rounding, ("half_up", "floor", "ceil"), "rounding", errors)
    base = spec.get("base", "paid")
    _one_of(base, ("paid", "gross"), "base", errors)
    minimum, hold = spec.get("minimum_minor", 0), spec.get("hold_days", 0)
    _whole(minimum, 0, MAX_MINOR, "minimum_minor", errors)
    _whole(hold, 0, MAX_HOLD_DAYS, "hold_days", errors)
    stores = spec.get("stores", [])
    if not isinstance(stores, list) or not all(isinstance(each, str) and each for each in stores):
        errors["stores"] = ["Name stores by their codes."]
    participations = spec.get("participations", {})
    _participations(participations, effect, errors)
    if errors or effect is None:
        raise InvalidRule(errors)
    return Rule(
        effect=effect,
        base=base,
        rounding=rounding,
        minimum_minor=minimum,
        stores=frozenset(stores),
        hold_days=hold,
        participations=dict(participations),
    )


def write_rule(rule: Rule) -> dict[str, Any]:
    """The rule as JSON that `read_rule` reads back to the same."""
    effect: dict[str, Any] = (
        {"kind": "percentage", "basis_points": rule.effect.basis_points}
        if isinstance(rule.effect, Percentage)
        else {"kind": "per_unit", "points": rule.effect.points, "minor": rule.effect.minor}
    )
    return {
        "effect": effect,
        "base": rule.base,
        "rounding": rule.rounding,
        "minimum_minor": rule.minimum_minor,
        "stores": sorted(rule.stores),
        "hold_days": rule.hold_days,
        "participations": dict(sorted(rule.participations.items())),
    }


def _effect(spec: Any, errors: dict[str, list[str]]) -> Effect | None:
    readers: dict[str, Callable[[], Effect | None]] = {
        "percentage": lambda: _percentage(spec, errors),
        "per_unit": lambda: _per_unit(spec, errors),
    }
    kind = spec.get("kind") if isinstance(spec, dict) else None
    if not isinstance(kind, str) or kind not in readers:
        errors["effect"] = ["Choose percentage or per_unit."]
        return None
    return readers[kind]()


def _percentage(spec: dict[str, Any], errors: dict[str, list[str]]) -> Percentage | None:
    points = spec.get("basis_points")
    if not _whole(points, 1, MAX_BASIS_POINTS, "effect.basis_points", errors):
        return None
    assert isinstance(points, int)
    return Percentage(points)


def _per_unit(spec: dict[str, Any], errors: dict[str, list[str]]) -> PerUnit | None:
    points, minor = spec.get("points"), spec.get("minor")
    fine = _whole(points, 1, MAX_POINTS, "effect.points", errors)
    fine = _whole(minor, 1, MAX_MINOR, "effect.minor", errors) and fine
    if not fine:
        return None
    assert isinstance(points, int)
    assert isinstance(minor, int)
    return PerUnit(points, minor)


def _participations(value: Any, effect: Effect | None, errors: dict[str, list[str]]) -> None:
    if not isinstance(value, dict) or not all(isinstance(kind, str) and kind for kind in value):
        errors["participations"] = ["Name points for each kind of participation."]
        return
    for kind, points in value.items():
        _whole(points, 1, MAX_POINTS, f"participations.{kind}", errors)
    if value and isinstance(effect, Percentage):
        errors["participations"] = ["Only a points programme rewards participation."]


def _whole(value: Any, least: int, most: int, field: str, errors: dict[str, list[str]]) -> bool:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        errors[field] = [f"A whole number from {least} to {most} is needed."]
        return False
    return True


def _one_of(value: Any, possible: tuple[str, ...], field: str, errors: dict[str, list[str]]) -> None:
    if value not in possible:
        errors[field] = [f"Choose one of {', '.join(possible)}."]
