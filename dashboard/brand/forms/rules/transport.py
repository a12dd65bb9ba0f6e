"""Between a rule and its card: what the fields of a rule show, and the rule that filled fields make."""

from typing import Any

from dashboard.brand.forms.rules.card import CONDITIONS
from programs.rules import Rule, write_rule
from programs.rules.reading import rounding_of
from programs.rules.spec import PERIODS

_LINES = ("categories", "products", "item_tags")
_NAMES = ("stores", "channels", "payment_methods", "plans", "tiers", "segments", "tags", "communities")
_EFFECT_FIELDS = {
    "percentage": {"basis_points": "percent"},
    "per_unit": {"points": "points", "minor": "per"},
    "tier_points": {"points": "points", "minor": "per"},
    "fixed": {"amount": "amount"},
    "multiplier": {"factor_bp": "factor"},
    "voucher": {"coupon": "coupon"},
    "plan": {"plan": "plan", "periods": "periods"},
}
_LIMITS = {"per_customer": "per_customer", "per_rule": "per_rule", "times_per_customer": "times"}
# Where the domain's fields stand on a card, beside those of the same name.
_PLACES = {
    "when.from": "since",
    "when.purchases": "nth_from",
    "when.purchases.from": "nth_from",
    "when.purchases.until": "nth_until",
    "limits.budget_minor": "budget",
}


def fields_of(rule: Rule) -> dict[str, Any]:
    """What the card of a rule shows, complete: `rule_of` makes the same rule of it."""
    written = write_rule(rule)
    when, limits = written.get("when", {}), written.get("limits", {})
    effect = written["effect"]
    fields: dict[str, Any] = {"key": rule.key, "name": rule.name, "effect": effect["kind"]}
    fields |= {field: effect[name] for name, field in _EFFECT_FIELDS[effect["kind"]].items()}
    fields |= _condition_fields(when)
    fields["shown"] = [
        name for name, (_label, names) in CONDITIONS.items() if any(fields.get(field) for field in names)
    ]
    fields["per_purchase"] = limits.get("per_purchase")
    fields["budget"] = limits.get("budget_minor")
    for name, group in _LIMITS.items():
        fields |= {f"{group}_{period}": value for period, value in limits.get(name, {}).items()}
    return fields | {
        "mode": rule.stacking.mode,
        "priority": rule.stacking.priority or None,
        "base": rule.base,
        "rounding": "" if rule.rounding == rounding_of(rule.effect) else rule.rounding,
        "hold_days": rule.hold_days or None,
    }


def _condition_fields(when: dict[str, Any]) -> dict[str, Any]:
    nth = when.get("purchases", {})
    return {
        **{name: when[name] for name in (*_NAMES, *_LINES, "hours", "birthday") if name in when},
        "weekdays": [str(day) for day in when.get("weekdays", [])],
        "since": when.get("from"),
        "until": when.get("until"),
        "nth_from": nth.get("from"),
        "nth_until": nth.get("until"),
        "minimum_minor": when.get("minimum_minor"),
        "minimum_quantity": when.get("minimum_quantity"),
        "participations": when.get("participations", []),
    }


def rule_of(given: dict[str, Any]) -> dict[str, Any]:
    """The rule that a card's cleaned fields make, as JSON. Conditions that are not on the card do not count."""
    kind = given["effect"]
    effect = {name: given[field] for name, field in _EFFECT_FIELDS[kind].items() if given.get(field) is not None}
    rule: dict[str, Any] = {
        "key": given["key"],
        "name": given["name"],
        "effect": {"kind": kind, **effect},
        "when": _conditions(given),
        "limits": _limits(given),
        "stacking": {"mode": given["mode"], "priority": given["priority"] or 0},
        "base": given["base"],
        "hold_days": given["hold_days"] or 0,
    }
    return rule | ({"rounding": given["rounding"]} if given["rounding"] else {})


def _conditions(given: dict[str, Any]) -> dict[str, Any]:
    shown = set(given["shown"])
    fields = {field for name in shown for field in CONDITIONS[name][1]}
    found: dict[str, Any] = {
        name: given[name]
        for name in (*_NAMES, *_LINES, "hours", "birthday", "minimum_minor", "minimum_quantity")
        if name in fields and given[name]
    }
    if "weekdays" in fields and given["weekdays"]:
        found["weekdays"] = [int(day) for day in given["weekdays"]]
    for field, name in (("since", "from"), ("until", "until")):
        if field in fields and given[field]:
            found[name] = given[field].isoformat()
    if "nth_from" in fields and (given["nth_from"] or given["nth_until"]):
        found["purchases"] = {"from": given["nth_from"] or 1, "until": given["nth_until"]}
    if "participations" in fields and (kinds := [*given["participations"], *given["other_participations"]]):
        found["participations"] = list(dict.fromkeys(kinds))
    return found


def _limits(given: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"per_purchase": given["per_purchase"], "budget_minor": given["budget"]}
    for name, group in _LIMITS.items():
        found[name] = {period: given[f"{group}_{period}"] for period in PERIODS if given[f"{group}_{period}"]}
    return found


def place_of(field: str) -> str:
    """The field of a card for one of the domain's names below `rules.N.`; perhaps of no card."""
    if field in _PLACES:
        return _PLACES[field]
    if field.startswith("effect."):
        name = field.removeprefix("effect.")
        return next((fields[name] for fields in _EFFECT_FIELDS.values() if name in fields), "effect")
    parts = field.split(".")
    if parts[0] == "limits" and len(parts) == 3:
        return f"{_LIMITS.get(parts[1], parts[1])}_{parts[2]}"
    return parts[-1]
