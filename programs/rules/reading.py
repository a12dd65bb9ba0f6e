"""Rules as JSON: read with every fault named, written in one form.

A version's text is `{"rules": [...], "spending": {...}, "point_value": {...}}`. A single rule may stand for the set:
its fields then lie at the top, `participations` names fixed amounts by kind, and the rule is called `base`.
"""

from hashlib import sha256
from typing import Any, get_args

from programs.rules.consistency import faults_of
from programs.rules.faults import Faults, InvalidRule
from programs.rules.reading_conditions import read_conditions, write_conditions
from programs.rules.spec import (
    MAX_BASIS_POINTS,
    MAX_FACTOR_BP,
    MAX_HOLD_DAYS,
    MAX_MINOR,
    MAX_NAMES,
    MAX_POINTS,
    MAX_PRIORITY,
    MAX_RULES,
    PERIODS,
    Effect,
    Fixed,
    Limits,
    Multiplier,
    Percentage,
    PerUnit,
    PlanGift,
    PointValue,
    Rule,
    RuleSet,
    Spending,
    Stacking,
    StackingMode,
    TierPoints,
    VoucherGift,
)
from smartbis.kernel.money import Rounding

MAX_KEY = 40
_RULE = ("key", "name", "effect", "when", "limits", "stacking", "base", "rounding", "hold_days")
_SHORT = ("effect", "base", "rounding", "minimum_minor", "stores", "hold_days", "participations")
_LIMITS = ("per_purchase", "per_customer", "per_rule", "times_per_customer", "budget_minor")
_SPENDING = (
    "minimum_balance",
    "minimum_sale_minor",
    "maximum_share_bp",
    "excluded_products",
    "excluded_categories",
    "excluded_stores",
)
# Each effect: its class, and its fields with their bounds.
_EFFECTS: dict[str, tuple[type[Any], dict[str, tuple[int, int]]]] = {
    "percentage": (Percentage, {"basis_points": (1, MAX_BASIS_POINTS)}),
    "per_unit": (PerUnit, {"points": (1, MAX_POINTS), "minor": (1, MAX_MINOR)}),
    "fixed": (Fixed, {"amount": (1, MAX_MINOR)}),
    "multiplier": (Multiplier, {"factor_bp": (10_001, MAX_FACTOR_BP)}),
    "tier_points": (TierPoints, {"points": (1, MAX_POINTS), "minor": (1, MAX_MINOR)}),
    "voucher": (VoucherGift, {}),
    "plan": (PlanGift, {"periods": (1, 60)}),
}
_NAMES = {effect: name for name, (effect, _bounds) in _EFFECTS.items()}
_NAMED = {"voucher": "coupon", "plan": "plan"}
ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)


def read_rules(spec: Any) -> RuleSet:
    """The rules that JSON describes. Raises InvalidRule with every fault by field (`rules.0.effect.points`)."""
    if not isinstance(spec, dict):
        raise InvalidRule({"rule": ["A rule is an object."]})
    faults = Faults()
    if "rules" not in spec:
        faults.unknown(spec, (*_SHORT, "spending", "point_value"), "")
        rules = _short(spec, faults)
    else:
        faults.unknown(spec, ("rules", "spending", "point_value"), "")
        rules = _many(spec["rules"], faults)
    found = RuleSet(rules, _spending(spec.get("spending"), faults), _point_value(spec.get("point_value"), faults))
    faults.check()
    faults.errors.update(faults_of(found))
    faults.check()
    return found


def read_rule(value: Any) -> Rule:
    """One rule by itself, in the long form. Raises InvalidRule by field (`effect.points`)."""
    faults = Faults()
    rule = _rule(value, "", faults)
    faults.check()
    return rule


def write_rules(rules: RuleSet) -> dict[str, Any]:
    """The rules as JSON that `read_rules` reads back to the same; what is at its default is left out."""
    written: dict[str, Any] = {"rules": [write_rule(rule) for rule in rules.rules]}
    if rules.spending != Spending():
        written["spending"] = _written(rules.spending, Spending())
    if rules.point_value:
        written["point_value"] = {"points": rules.point_value.points, "minor": rules.point_value.minor}
    return written


def write_rule(rule: Rule) -> dict[str, Any]:
    """One rule as JSON, in the long form."""
    written: dict[str, Any] = {
        "key": rule.key,
        "effect": {"kind": _NAMES[type(rule.effect)], **vars(rule.effect)},
        "base": rule.base,
        "rounding": rule.rounding,
    }
    if rule.name:
        written["name"] = rule.name
    if when := write_conditions(rule.when):
        written["when"] = when
    if rule.limits != Limits():
        written["limits"] = _written(rule.limits, Limits())
    if rule.stacking != Stacking():
        written["stacking"] = {"mode": rule.stacking.mode, "priority": rule.stacking.priority}
    if rule.hold_days:
        written["hold_days"] = rule.hold_days
    return written


def _written(value: Any, default: Any) -> dict[str, Any]:
    return {
        name: sorted(field) if isinstance(field, frozenset) else field
        for name, field in vars(value).items()
        if field != getattr(default, name)
    }


def _many(value: Any, faults: Faults) -> tuple[Rule, ...]:
    if not isinstance(value, list) or not value:
        faults.add("rules", "Name at least one rule.")
        return ()
    if len(value) > MAX_RULES:
        faults.add("rules", f"A version holds at most {MAX_RULES} rules.")
        return ()
    rules = [_rule(each, f"rules.{index}.", faults) for index, each in enumerate(value)]
    seen: set[str] = set()
    for index, rule in enumerate(rules):
        if rule.key in seen:
            faults.add(f"rules.{index}.key", "Another rule of this version has this key.")
        seen.add(rule.key)
    return tuple(rules)


def _rule(value: Any, prefix: str, faults: Faults) -> Rule:
    given = faults.mapping(value, prefix.rstrip("."))
    faults.unknown(given, _RULE, prefix)
    effect = _effect(given.get("effect"), f"{prefix}effect", faults)
    key = faults.text(given.get("key", ""), MAX_KEY, f"{prefix}key", needed=True)
    return Rule(
        key=key,
        name=faults.text(given.get("name", ""), 80, f"{prefix}name"),
        effect=effect,
        when=read_conditions(given.get("when"), f"{prefix}when", faults),
        limits=_limits(given.get("limits"), f"{prefix}limits", faults),
        stacking=_stacking(given.get("stacking"), f"{prefix}stacking", faults),
        base=faults.one_of(given.get("base", "paid"), ("paid", "gross"), f"{prefix}base"),
        rounding=faults.one_of(given.get("rounding", rounding_of(effect)), ROUNDINGS, f"{prefix}rounding"),
        hold_days=faults.whole(given.get("hold_days", 0), 0, MAX_HOLD_DAYS, f"{prefix}hold_days"),
    )


def rounding_of(effect: Effect) -> Rounding:
    """The rounding of a rule that names none: to the cent for cashback, down for all else."""
    return "half_up" if isinstance(effect, Percentage) else "floor"


def _short(spec: dict[str, Any], faults: Faults) -> tuple[Rule, ...]:
    """The set that one rule at the top stands for."""
    when = {name: spec[name] for name in ("stores", "minimum_minor") if name in spec}
    inner = {name: spec[name] for name in ("effect", "base", "rounding", "hold_days") if name in spec}
    before = set(faults.errors)
    main = _rule(inner | {"key": "base", "when": when}, "", faults)
    for name in set(faults.errors) - before:
        if name.startswith("when."):
            faults.errors[name.removeprefix("when.")] = faults.errors.pop(name)
    return (main, *_participations(spec.get("participations"), main.hold_days, faults))


def _participations(value: Any, hold_days: int, faults: Faults) -> list[Rule]:
    named = faults.mapping(value, "participations")
    if len(named) >= MAX_RULES:
        faults.add("participations", f"A version holds at most {MAX_RULES} rules.")
        return []
    rules: dict[str, Rule] = {}
    for kind, amount in sorted((name.strip(), amount) for name, amount in named.items()):
        points = faults.whole(amount, 1, MAX_POINTS, f"participations.{kind}")
        when = read_conditions({"participations": [kind]}, "participations", faults)
        key = _participation_key(kind)
        if key in rules:
            faults.add(f"participations.{kind}", "It is named twice.")
        rules[key] = Rule(key=key, effect=Fixed(points), when=when, rounding="floor", hold_days=hold_days)
    return list(rules.values())


def _participation_key(kind: str) -> str:
    """The key of the rule for a kind of taking part: another for each kind, however long they are alike."""
    key = f"for {kind}"
    if len(key) <= MAX_KEY and key.isprintable():
        return key
    start = "".join(letter for letter in key if letter.isprintable())[: MAX_KEY - 9]
    return f"{start}-{sha256(kind.encode(errors='replace')).hexdigest()[:8]}"


def _effect(value: Any, field: str, faults: Faults) -> Effect:
    given = value if isinstance(value, dict) else {}
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in _EFFECTS:
        faults.add(field, f"Choose one of {', '.join(_EFFECTS)}.")
        return Fixed(1)
    make, bounds = _EFFECTS[kind]
    faults.unknown(given, ("kind", *bounds, *([_NAMED[kind]] if kind in _NAMED else [])), f"{field}.")
    defaults = {"periods": 1} if kind == "plan" else {}
    values: dict[str, Any] = {
        name: faults.whole(given.get(name, defaults.get(name)), least, most, f"{field}.{name}")
        for name, (least, most) in bounds.items()
    }
    if name := _NAMED.get(kind):
        values[name] = faults.text(given.get(name, ""), 60, f"{field}.{name}", needed=True)
    effect: Effect = make(**values)
    return effect


def _limits(value: Any, field: str, faults: Faults) -> Limits:
    given = faults.mapping(value, field)
    faults.unknown(given, _LIMITS, f"{field}.")
    periods: dict[str, dict[Any, int]] = {}
    for name in ("per_customer", "per_rule", "times_per_customer"):
        named = faults.mapping(given.get(name), f"{field}.{name}")
        faults.unknown(named, PERIODS, f"{field}.{name}.")
        periods[name] = {
            period: faults.whole(named[period], 1, MAX_MINOR, f"{field}.{name}.{period}")
            for period in PERIODS
            if named.get(period) is not None
        }
    return Limits(
        per_purchase=faults.optional_whole(given.get("per_purchase"), 1, MAX_MINOR, f"{field}.per_purchase"),
        budget_minor=faults.optional_whole(given.get("budget_minor"), 1, MAX_MINOR, f"{field}.budget_minor"),
        **periods,
    )


def _stacking(value: Any, field: str, faults: Faults) -> Stacking:
    given = faults.mapping(value, field)
    faults.unknown(given, ("mode", "priority"), f"{field}.")
    return Stacking(
        mode=faults.one_of(given.get("mode", "sum"), get_args(StackingMode), f"{field}.mode"),
        priority=faults.whole(given.get("priority", 0), 0, MAX_PRIORITY, f"{field}.priority"),
    )


def _spending(value: Any, faults: Faults) -> Spending:
    given = faults.mapping(value, "spending")
    faults.unknown(given, _SPENDING, "spending.")
    return Spending(
        minimum_balance=faults.whole(given.get("minimum_balance", 0), 0, MAX_MINOR, "spending.minimum_balance"),
        minimum_sale_minor=faults.whole(
            given.get("minimum_sale_minor", 0), 0, MAX_MINOR, "spending.minimum_sale_minor"
        ),
        maximum_share_bp=faults.whole(
            given.get("maximum_share_bp", MAX_BASIS_POINTS), 1, MAX_BASIS_POINTS, "spending.maximum_share_bp"
        ),
        **{name: faults.names(given.get(name, []), MAX_NAMES, f"spending.{name}") for name in _SPENDING[3:]},
    )


def _point_value(value: Any, faults: Faults) -> PointValue | None:
    if value is None:
        return None
    given = faults.mapping(value, "point_value")
    faults.unknown(given, ("points", "minor"), "point_value.")
    return PointValue(
        points=faults.whole(given.get("points"), 1, MAX_POINTS, "point_value.points"),
        minor=faults.whole(given.get("minor"), 1, MAX_MINOR, "point_value.minor"),
    )
